// The interface of the server, with the types of its OpenAPI document.

import type { components } from "./api.d";

type Schemas = components["schemas"];
export type Plan = Schemas["Plan"];
export type PlanLine = Schemas["PlanLine"];
export type PartnerPage = Schemas["PlanPartnerPage"];
export type Agreement = Schemas["PlanAgreement"];
export type PlanEvent = Schemas["PlanEvent"];
export type PlanChange = Schemas["PlanChange"];
export type PlanCommand = Schemas["PlanCommand"];
export type PlanPreview = Schemas["PlanPreview"];
export type PlanBasis = Schemas["PlanBasis"];
export type Explanation = Schemas["PlanExplanation"];
export type Session = Schemas["Session"];
export type People = Schemas["People"];
export type Grant = People["grants"][number];
export type NewGrant = Schemas["NewGrant"];
export type Vendor = Schemas["Vendor"];
export type Problem = Schemas["Problem"];
export type Key = Schemas["PlanLineKey"];
export type BusinessPlan = Schemas["BusinessPlan"];
export type BusinessChange = Schemas["BusinessPlanChange"];
export type Survey = Schemas["Survey"];
export type Finding = Survey["findings"]["findings"][number];
export type Levers = Schemas["PlanLevers"];
export type Lever = Levers["levers"][number];
export type Comparison = Schemas["Comparison"];
export type Standings = Schemas["PlanStandings"];
export type StandingRow = Standings["partners"][number];
export type AskedStandings = Schemas["PlanStandingsRequest"];
export type Deals = Schemas["PlanDeals"];
export type Deal = Schemas["PlanDeal"];
export type Checked = Schemas["Checked"];
export type FindingPlace = Finding["places"][number];

/** Facts and functions of scripts, as `quotient api` has them. */
export interface ScriptApi {
  facts: { path: string; for: string; kind: string; unit: string; optional: boolean; doc: string; example: string }[];
  functions: { name: string; signatures: string[]; returns: string; doc: string; examples: string[] }[];
}

/** Bytes from which a body is compressed. */
const LARGE = 256 << 10;

/** Lines of a page: the most that the server gives. */
const PAGE = 1000;

/** A response that is not a success. */
export class Refused extends Error {
  constructor(readonly problem: Problem) {
    const first = problem.errors[0];
    super(first ? first.message : problem.detail);
  }

  get code(): string {
    return this.problem.code;
  }

  /** What to do next, where the server says it. */
  get help(): string | null {
    return this.problem.errors[0]?.help ?? null;
  }
}

/** Who asks: a token, or on a server without tokens the name of a person. A session is in a cookie, which pages cannot read. */
export interface Identity {
  token: string | null;
  person: string | null;
}

export class Api {
  /** True on a server without tokens, where requests name the person. */
  isOpen = false;

  constructor(public identity: Identity) {}

  private headers(more: Record<string, string> = {}): Record<string, string> {
    const { token, person } = this.identity;
    const own: Record<string, string> = {};
    if (token) own["authorization"] = `Bearer ${token}`;
    else if (person && this.isOpen) own["quotient-person"] = person;
    return { ...own, ...more };
  }

  private async ask<T>(path: string, init: RequestInit = {}): Promise<T> {
    let response: Response;
    try {
      response = await fetch(path, { ...init, headers: this.headers(init.headers as Record<string, string>), credentials: "same-origin" });
    } catch (error) {
      if (init.signal?.aborted) throw error;
      throw new Refused(problem("unreachable", "The server cannot be reached. Nothing was recorded."));
    }
    if (response.ok) return (await response.json()) as T;
    const isProblem = response.headers.get("content-type")?.startsWith("application/problem+json");
    throw new Refused(isProblem ? ((await response.json()) as Problem) : problem("unreachable", `The server answered ${response.status}.`));
  }

  session(): Promise<Session> {
    return this.ask("/v1/session");
  }

  people(): Promise<People> {
    return this.ask("/v1/people");
  }

  grant(grant: NewGrant): Promise<People> {
    return this.ask("/v1/people/grants", { method: "POST", body: JSON.stringify(grant), headers: { "content-type": "application/json" } });
  }

  revoke(grant: number, reason: string): Promise<People> {
    return this.ask(`/v1/people/grants/${grant}?${new URLSearchParams({ reason })}`, { method: "DELETE" });
  }

  async vendors(): Promise<Vendor[]> {
    return (await this.ask<Schemas["Vendors"]>("/v1/vendors")).vendors;
  }

  /** Begins a session; the cookie comes with the response. */
  async signIn(person: string, password: string): Promise<void> {
    await this.ask<Schemas["SignedIn"]>("/v1/session", { method: "POST", body: JSON.stringify({ person, password }), headers: { "content-type": "application/json" } });
  }

  async signOut(): Promise<void> {
    await this.ask<Schemas["SignedOut"]>("/v1/session", { method: "DELETE" });
  }

  async plans(vendor: string): Promise<Plan[]> {
    return (await this.ask<Schemas["Plans"]>(`/v1/vendors/${encodeURIComponent(vendor)}/plans`)).plans;
  }

  /** What files of an export have; with a mapping file, read with it. */
  async survey(vendor: string, asked: Schemas["SurveyRequest"], signal: AbortSignal): Promise<Survey> {
    return this.ask(`/v1/vendors/${encodeURIComponent(vendor)}/surveys`, { method: "POST", signal, ...(await packed(JSON.stringify(asked))) });
  }

  /** Files of the revision in use, for authors. */
  vendorFiles(vendor: string): Promise<Schemas["VendorFilesDocument"]> {
    return this.ask(`/v1/authoring/vendors/${encodeURIComponent(vendor)}`);
  }

  async check(candidate: Schemas["Candidate"], signal: AbortSignal): Promise<Checked> {
    return this.ask("/v1/authoring/check", { method: "POST", signal, ...(await packed(JSON.stringify(candidate))) });
  }

  scriptApi(): Promise<ScriptApi> {
    return this.ask("/v1/script-api");
  }

  of(vendor: string, plan: string): PlanApi {
    const base = `/v1/vendors/${encodeURIComponent(vendor)}/plans/${encodeURIComponent(plan)}`;
    const get = <T>(path: string) => this.ask<T>(base + path);
    const send = <T>(path: string, body: unknown, headers: Record<string, string> = {}, signal?: AbortSignal) =>
      this.ask<T>(base + path, {
        method: "POST",
        body: JSON.stringify(body),
        headers: { "content-type": "application/json", ...headers },
        signal: signal ?? null,
      });
    return {
      plan: () => get(""),
      planAt: (query) => get(`?${new URLSearchParams(query)}`),
      business: async () => (await get<Schemas["BusinessPlans"]>("/business-plans")).business_plans,
      businessOf: (partner) => get(`/business-plans/${encodeURIComponent(partner)}`),
      lines: (since) => pages<PlanLine>((after) => get(`/lines?limit=${PAGE}${since === undefined ? "" : `&changed_since=${since}`}${after}`)),
      bases: () => pages<PlanBasis>((after) => get(`/bases?limit=${PAGE}${after}`)),
      outlook: async () => (await get<Schemas["PlanEstimates"]>("/outlook")).outlook as Outlook | null,
      partnerPage: (line) => get(`/partner-page?line=${encodeURIComponent(named(line))}`),
      agreement: (line) => get(`/agreement?line=${encodeURIComponent(named(line))}`),
      explanation: (line) => get(`/explanation?line=${encodeURIComponent(named(line))}`),
      events: async (line, since = 0) => {
        const all: PlanEvent[] = [];
        for (let after: number | null = since; after !== null; ) {
          const page: Schemas["PlanEvents"] = await get(`/events?limit=${PAGE}&after=${after}${line ? `&line=${encodeURIComponent(named(line))}` : ""}`);
          all.push(...page.events);
          after = page.next;
        }
        return all;
      },
      preview: (line, amount, currency, isWhole, signal) =>
        send("/previews", { change: { line: key(line), figure: { amount, currency }, reason: "" }, scope: isWhole ? "channel" : "manager" }, {}, signal),
      deals: () => get("/deals"),
      standings: async (asked, signal) => this.ask(`${base}/standings`, { method: "POST", signal, ...(await packed(JSON.stringify(asked))) }),
      standingsAs: async (asked, media) => {
        const { body, headers } = await packed(JSON.stringify(asked));
        return this.file(`${base}/standings`, media, { method: "POST", body, headers });
      },
      levers: () => get("/levers"),
      scenario: (asked, signal) => send("/scenarios", asked, {}, signal),
      candidate: async (files) => this.ask(`${base}/candidates`, { method: "POST", ...(await packed(JSON.stringify(files))) }),
      give: (command, version) =>
        send("/commands", command, { "if-match": `"${plan}.${version}"`, "idempotency-key": crypto.randomUUID() }),
      follow: (version, moved, signal) => this.follow(`${base}/stream`, version, moved, signal),
      quotas: (media) => this.file(`${base}/quotas`, media),
    };
  }

  /** A document in another format than JSON. */
  private async file(path: string, media: string, init: RequestInit = {}): Promise<Blob> {
    const headers = this.headers({ ...(init.headers as Record<string, string>), accept: media });
    const response = await fetch(path, { ...init, headers, credentials: "same-origin" });
    if (!response.ok) throw new Refused((await response.json()) as Problem);
    return response.blob();
  }

  /** Calls `moved` with every event after `version`, until `signal`; a broken stream is opened again. */
  private async follow(path: string, version: number, moved: (event: PlanEvent) => void, signal: AbortSignal): Promise<void> {
    let last = version;
    for (let wait = 500; !signal.aborted; wait = Math.min(wait * 2, 15_000)) {
      try {
        const response = await fetch(path, { headers: this.headers({ "last-event-id": String(last) }), credentials: "same-origin", signal });
        if (response.status === 401 || response.status === 404) return;
        const reader = response.ok ? response.body?.pipeThrough(new TextDecoderStream()).getReader() : undefined;
        let text = "";
        for (let chunk = await reader?.read(); chunk && !chunk.done; chunk = await reader?.read()) {
          wait = 500;
          text += chunk.value;
          const parts = text.split("\n\n");
          text = parts.pop() ?? "";
          for (const part of parts) {
            const data = part.split("\n").find((line) => line.startsWith("data: "));
            if (!data) continue;
            const event = JSON.parse(data.slice(6)) as PlanEvent;
            last = event.version;
            moved(event);
          }
        }
      } catch {
        if (signal.aborted) return;
      }
      await new Promise((done) => setTimeout(done, wait));
    }
  }
}

/** Estimates for a part of the channel. Amounts are exact texts. */
export interface Reach {
  territory: string | null;
  lines: number;
  quota: string;
  low: string;
  median: string;
  high: string;
  odds: string;
  gap: string;
  at_quota: string | null;
  /** Amounts that the lines reach together with odds of 95 %, 90 %, … 5 %, ascending; missing in older plans. */
  reach?: string[];
}

/** Estimates for a plan, as the proposal has them. */
export interface Outlook {
  notes: string[];
  channel: Reach | null;
  target_odds: string | null;
  territories: Reach[];
  distribution: { share: string; amount: string }[];
}

export interface PlanApi {
  plan(): Promise<Plan>;
  /** The plan as it was at a version, or known on a date. */
  planAt(query: { version: string } | { known_on: string }): Promise<Plan>;
  business(): Promise<BusinessPlan[]>;
  businessOf(partner: string): Promise<BusinessPlan>;
  lines(since?: number): Promise<PlanLine[]>;
  bases(): Promise<PlanBasis[]>;
  /** What the channel is likely to buy; nothing without bands. */
  outlook(): Promise<Outlook | null>;
  /** The line for its partner: steps, sales, tiers, pipeline. */
  partnerPage(line: PlanLine): Promise<PartnerPage>;
  agreement(line: PlanLine): Promise<Agreement>;
  explanation(line: PlanLine): Promise<Explanation>;
  events(line?: PlanLine, since?: number): Promise<PlanEvent[]>;
  preview(line: PlanLine, amount: string, currency: string, isWhole: boolean, signal?: AbortSignal): Promise<PlanPreview>;
  /** Named deals that close this quarter. */
  deals(): Promise<Deals>;
  /** How the quotas in force are doing, by newer files or by the book of the plan. */
  standings(asked: AskedStandings, signal: AbortSignal): Promise<Standings>;
  standingsAs(asked: AskedStandings, media: string): Promise<Blob>;
  levers(): Promise<Levers>;
  /** What the rules propose with other numbers, beside the plan as it was opened. */
  scenario(asked: Schemas["PlanScenario"], signal: AbortSignal): Promise<Comparison>;
  /** What other files of the vendor would propose for the plan. */
  candidate(files: Schemas["Candidate"]): Promise<Comparison>;
  give(command: PlanCommand, version: number): Promise<PlanChange>;
  follow(version: number, moved: (event: PlanEvent) => void, signal: AbortSignal): Promise<void>;
  quotas(media: string): Promise<Blob>;
}

/** A body of JSON with its header fields, compressed where it is large. */
async function packed(text: string): Promise<{ body: string | Blob; headers: Record<string, string> }> {
  const headers = { "content-type": "application/json" };
  if (text.length < LARGE) return { body: text, headers };
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  return { body: await new Response(stream).blob(), headers: { ...headers, "content-encoding": "gzip" } };
}

function problem(code: string, detail: string): Problem {
  return { type: "", title: detail, status: 0, detail, instance: null, code, request_id: null, errors: [] };
}

async function pages<T>(page: (after: string) => Promise<{ lines: T[]; next: string | null }>): Promise<T[]> {
  const all: T[] = [];
  for (let after = ""; ; ) {
    const { lines, next } = await page(after);
    for (const line of lines) all.push(line);
    if (next === null) return all;
    after = `&after=${encodeURIComponent(next)}`;
  }
}

/** Key of a line, as commands name it. */
export function key(line: Pick<PlanLine, "partner_id" | "product_line" | "territory">): Key {
  return { partner_id: line.partner_id, product_line: line.product_line, territory: line.territory };
}

function named(line: PlanLine): string {
  return JSON.stringify([line.partner_id, line.product_line, line.territory]);
}
