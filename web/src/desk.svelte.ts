// What the pages share: who asks, the plan, drafts of new figures, and what happens to the plan meanwhile.

import { Api, type Identity, type Outlook, type Plan, type PlanApi, type PlanBasis, type PlanCommand, type PlanEvent, type PlanPreview, Refused, type Session, key } from "./api";
import { type Decimal, exact, minus, plus, text } from "./decimal";
import { Locale } from "./locale";
import { type Row, commandFor, rowOf } from "./rows";
import { type Place, read, write } from "./url";

/** A new figure that is not recorded yet. */
export interface Draft {
  figure: Decimal;
  /** Version with the last event of the line when the draft began. */
  base: number;
}

export interface Notice {
  text: string;
  help: string | null;
  kind: "done" | "news" | "refused";
}

const TOKEN = "quotient.token";
const PERSON = "quotient.person";
const LOCALE = "quotient.locale";
const THEME = "quotient.theme";

/** What is said after a command. */
const RECORDED: Partial<Record<PlanCommand["command"], string>> = {
  offer: "Offer recorded",
  counter: "Counter recorded",
  accept: "Acceptance recorded",
  escalate: "Passed on for a decision",
  resolve: "Decision recorded",
  approve: "Approval recorded",
  return: "Sent back",
  lock: "Locked: the figure is in force",
  amend: "Amendment recorded",
  distribute: "Handed to the account manager",
  withdraw: "Withdrawn",
  change_target: "Target changed",
  approve_total: "Approval of the total recorded",
  business_plan: "Business plan changed",
};

/** Reason of an offer that undoes one. */
const TAKES_BACK = "takes the last change back";

/** Why there is no preview, in words for a planner. */
export function reasonOf(error: unknown): string {
  if (error instanceof Refused && error.code === "input_refused" && error.problem.errors.length === 0)
    return "Who pays is not known here: the book of the plan is not in the ledger, and this server does not have it.";
  return error instanceof Error ? error.message : String(error);
}

/** Why the rules cannot be run on the book of the plan, in words for a planner. */
export function faultOf(error: unknown): { text: string; help: string | null } {
  if (error instanceof Refused && error.code === "input_refused" && error.problem.errors.length === 0)
    return { text: "The rules cannot be run here: the book of the plan is not in the ledger, and this server does not have it.", help: "Use `quotient workbench` with the same book." };
  return { text: error instanceof Error ? error.message : String(error), help: error instanceof Refused ? error.help : null };
}

/** Milliseconds without a key before a preview is asked for. */
const REST = 90;

class Desk {
  place = $state<Place>(read(location.hash));
  session = $state.raw<Session | null>(null);
  plans = $state.raw<Plan[] | null>(null);
  plan = $state.raw<Plan | null>(null);
  rows = $state.raw<Row[]>([]);
  outlook = $state.raw<Outlook | null>(null);
  drafts = $state.raw<ReadonlyMap<string, Draft>>(new Map());
  /** The text that is being typed, as a draft of its own. */
  typed = $state.raw<{ line: string; figure: Decimal } | null>(null);
  reason = $state("");
  preview = $state.raw<PlanPreview | null>(null);
  previewFault = $state("");
  /** True when no movement of the others balances the figure. */
  isInfeasible = $state(false);
  isSending = $state(false);
  notice = $state.raw<Notice | null>(null);
  needsToken = $state(false);
  isLoading = $state(true);
  failure = $state("");
  locale = $state.raw(new Locale(localStorage.getItem(LOCALE) ?? navigator.language));
  theme = $state(localStorage.getItem(THEME) ?? "system");
  /** Lines that other people moved a moment ago. */
  fresh = $state.raw<ReadonlySet<string>>(new Set());

  readonly api = new Api({ token: sessionStorage.getItem(TOKEN), person: localStorage.getItem(PERSON) } satisfies Identity);
  private bases = new Map<string, PlanBasis>();
  private following: AbortController | null = null;
  private asking: AbortController | null = null;
  private timer = 0;
  private refreshing: Promise<void> | null = null;
  /** Why the last command was refused, and the numbers of its lines that are named. */
  private refusal: { code: string; lines: number[] } | null = null;
  private lastReason = "";
  private undone: { line: string; figure: Decimal }[] = [];
  private given: { line: string; before: Decimal; after: Decimal }[] = [];

  // ---- who asks ----

  get person(): string | null {
    return this.session?.person ?? null;
  }

  get vendor() {
    return this.session?.vendors.find((vendor) => vendor.vendor === this.place.vendor) ?? null;
  }

  get commands(): readonly string[] {
    return this.vendor?.commands ?? [];
  }

  get isPartner(): boolean {
    return (this.vendor?.is_partner ?? false) && !(this.vendor?.sees_whole ?? false);
  }

  get open(): PlanApi | null {
    return this.place.vendor && this.place.plan ? this.api.of(this.place.vendor, this.place.plan) : null;
  }

  setTheme(theme: string): void {
    this.theme = theme;
    localStorage.setItem(THEME, theme);
    if (theme === "system") delete document.documentElement.dataset["theme"];
    else document.documentElement.dataset["theme"] = theme;
  }

  setLocale(tag: string): void {
    if (tag === "") localStorage.removeItem(LOCALE);
    else localStorage.setItem(LOCALE, tag);
    this.locale = new Locale(tag || navigator.language);
  }

  async signIn(token: string): Promise<void> {
    this.api.identity.token = token;
    sessionStorage.setItem(TOKEN, token);
    this.needsToken = false;
    await this.start();
  }

  /** Signs in with a password: the session is in a cookie that this page cannot read. */
  async signInAs(person: string, password: string): Promise<void> {
    this.failure = "";
    this.api.identity.token = null;
    sessionStorage.removeItem(TOKEN);
    try {
      await this.api.signIn(person, password);
    } catch (error) {
      this.failure = error instanceof Error ? error.message : String(error);
      return;
    }
    this.needsToken = false;
    await this.start();
  }

  async signOut(): Promise<void> {
    sessionStorage.removeItem(TOKEN);
    if (this.session?.is_session) await this.api.signOut().catch(() => undefined);
    location.assign("/workbench/");
  }

  async setPerson(person: string): Promise<void> {
    localStorage.setItem(PERSON, person);
    this.api.identity.person = person;
    this.dropDrafts();
    await this.start();
  }

  /** Reads the session, then the plan of the address. */
  async start(): Promise<void> {
    this.setTheme(this.theme);
    this.isLoading = true;
    this.failure = "";
    try {
      this.api.isOpen = false;
      let session = await this.api.session();
      if (session.is_open) {
        this.api.isOpen = true;
        this.api.identity.person ??= session.usual_person;
        if (this.api.identity.person) session = await this.api.session();
      }
      this.session = session;
      // Without a vendor in the address: the first one that has a plan.
      const named = session.vendors.find((one) => one.vendor === this.place.vendor);
      const open = named ? [named] : session.vendors;
      let vendor = open[0];
      this.plans = [];
      for (const one of open) {
        this.plans = await this.api.plans(one.vendor);
        vendor = one;
        if (this.plans.length > 0) break;
      }
      if (!vendor) return;
      const plan = this.plans.find((one) => one.plan === this.place.plan) ?? this.plans.at(-1);
      this.go({ vendor: vendor.vendor, plan: plan?.plan ?? null }, true);
      if (plan) await this.load();
    } catch (error) {
      if (error instanceof Refused && error.code === "token_missing") {
        this.needsToken = true;
        if (this.api.identity.token) this.failure = error.message;
        sessionStorage.removeItem(TOKEN);
      } else this.failure = String(error instanceof Error ? error.message : error);
    } finally {
      this.isLoading = false;
    }
  }

  // ---- the address ----

  go(change: Partial<Place>, isQuiet = false): void {
    const next = { ...this.place, ...change };
    const address = write(next);
    this.place = next;
    if (address === location.hash) return;
    if (isQuiet) history.replaceState(null, "", address);
    else history.pushState(null, "", address);
  }

  back(): void {
    const before = this.place;
    this.place = read(location.hash);
    if (this.place.vendor !== before.vendor || this.place.plan !== before.plan) void this.start();
  }

  async choose(vendor: string, plan: string | null): Promise<void> {
    this.dropDrafts();
    this.go({ vendor, plan, line: null, filter: "", closed: [] });
    await this.start();
  }

  // ---- the plan ----

  async load(): Promise<void> {
    const open = this.open;
    if (!open) return;
    this.following?.abort();
    const isVendor = !this.isPartner;
    const [plan, lines, bases, outlook] = await Promise.all([
      open.plan(),
      open.lines(),
      isVendor ? open.bases().catch(() => [] as PlanBasis[]) : Promise.resolve([] as PlanBasis[]),
      this.vendor?.sees_whole ? open.outlook().catch(() => null) : Promise.resolve(null),
    ]);
    this.outlook = outlook;
    this.bases = new Map(bases.map((basis) => [basis.line, basis]));
    this.rows = lines.map((line) => rowOf(line, this.bases.get(line.line)));
    this.plan = plan;
    const following = (this.following = new AbortController());
    void open.follow(plan.version, (event) => this.moved(event), following.signal);
  }

  private moved(event: PlanEvent): void {
    if (event.version <= (this.plan?.version ?? 0)) return;
    this.refreshing ??= new Promise<void>((done) => setTimeout(done, 30)).then(() => this.refresh()).catch(() => undefined).finally(() => (this.refreshing = null));
  }

  /** Reads what changed since the plan was read. */
  async refresh(): Promise<void> {
    const open = this.open;
    const before = this.plan;
    if (!open || !before) return;
    const [plan, lines] = await Promise.all([open.plan(), open.lines(before.version)]);
    const known = new Map(this.rows.map((row) => [row.line.line, row.line.changed]));
    this.take(lines);
    this.plan = plan;
    // What this page recorded itself is no news.
    const others = lines.filter((line) => known.get(line.line) !== line.changed);
    if (others.length === 0) return;
    this.fresh = new Set(others.map((line) => line.line));
    setTimeout(() => (this.fresh = new Set()), 4000);
    const first = others[0]!;
    const rest = others.length > 1 ? ` and ${others.length - 1} more` : "";
    const isDraft = others.some((line) => this.drafts.has(line.line));
    this.notice = {
      kind: "news",
      text: `${first.partner_name} is now ${first.state} at ${this.locale.amount(exact(first.figure))}${rest}.`,
      help: isDraft ? "You have a draft on a line that changed." : null,
    };
  }

  private take(lines: readonly Row["line"][]): void {
    const changed = new Map(lines.map((line) => [line.line, rowOf(line, this.bases.get(line.line))]));
    const known = new Set(this.rows.map((row) => row.line.line));
    this.rows = [...this.rows.map((row) => changed.get(row.line.line) ?? row), ...[...changed.values()].filter((row) => !known.has(row.line.line))];
  }

  private byLine = $derived(new Map(this.rows.map((row) => [row.line.line, row])));

  row(line: string | null): Row | null {
    return line === null ? null : (this.byLine.get(line) ?? null);
  }

  // ---- drafts ----

  /** Lines with a draft that somebody else changed since the draft began. */
  get conflicts(): string[] {
    return [...this.drafts].filter(([line, draft]) => (this.row(line)?.line.changed ?? draft.base) > draft.base).map(([line]) => line);
  }

  draftOf(line: string): Decimal | null {
    return this.typed?.line === line ? this.typed.figure : (this.drafts.get(line)?.figure ?? null);
  }

  /** Sum of the drafts minus the figures they replace. */
  get drafted(): Decimal | null {
    const lines = new Set([...this.drafts.keys(), ...(this.typed ? [this.typed.line] : [])]);
    if (lines.size === 0) return null;
    let total: Decimal = { units: 0n, scale: 0 };
    for (const line of lines) {
      const row = this.row(line);
      const figure = this.draftOf(line);
      if (row && figure) total = plus(total, minus(figure, row.figure));
    }
    return total;
  }

  setDrafts(changes: { row: Row; figure: Decimal }[]): void {
    const drafts = new Map(this.drafts);
    // The reason of the change before is offered again, selected, so that a key replaces it.
    if (drafts.size === 0) this.reason = this.lastReason;
    for (const { row, figure } of changes) {
      if (minus(figure, row.figure).units === 0n) drafts.delete(row.line.line);
      else drafts.set(row.line.line, { figure, base: row.line.changed });
    }
    this.drafts = drafts;
    this.typed = null;
    this.undone = [];
    this.ask();
  }

  /** Takes back what is being typed, and nothing else. */
  leave(): void {
    this.typed = null;
    this.ask();
  }

  type(row: Row, figure: Decimal | null): void {
    this.typed = figure && minus(figure, row.figure).units !== 0n ? { line: row.line.line, figure } : null;
    this.ask();
  }

  /** Takes the drafts back. */
  dropDrafts(): void {
    this.drafts = new Map();
    this.typed = null;
    this.ask();
  }

  /** Accepts that a line has changed, and goes on with the draft. */
  keepDrafts(): void {
    this.drafts = new Map([...this.drafts].map(([line, draft]) => [line, { ...draft, base: this.row(line)?.line.changed ?? draft.base }]));
    this.ask();
  }

  undo(): void {
    const last = [...this.drafts].at(-1);
    if (last) {
      const drafts = new Map(this.drafts);
      drafts.delete(last[0]);
      this.undone.push({ line: last[0], figure: last[1].figure });
      this.drafts = drafts;
      return this.ask();
    }
    const given = this.given;
    if (given.length === 0) {
      this.notice = { kind: "news", text: "There is nothing of this session to take back.", help: null };
      return;
    }
    // What is recorded stays on record: taking it back is a new offer, with its reason.
    this.given = [];
    const rows = given.flatMap(({ line, before }) => {
      const row = this.row(line);
      return row && commandFor(row.line, this.commands) ? [{ row, figure: before }] : [];
    });
    this.setDrafts(rows);
    this.reason = TAKES_BACK;
  }

  redo(): void {
    const last = this.undone.pop();
    const row = this.row(last?.line ?? null);
    if (!last || !row) return;
    this.drafts = new Map(this.drafts).set(last.line, { figure: last.figure, base: row.line.changed });
    this.ask();
  }

  /** Asks who pays, once the keys rest. */
  private ask(): void {
    clearTimeout(this.timer);
    this.asking?.abort();
    const lines = new Map([...this.drafts].map(([line, draft]) => [line, draft.figure]));
    if (this.typed) lines.set(this.typed.line, this.typed.figure);
    if (lines.size === 0) this.preview = null;
    this.previewFault = "";
    this.isInfeasible = false;
    if (lines.size !== 1) {
      this.preview = null;
      if (lines.size > 1) this.previewFault = "who pays is shown for one figure at a time";
      return;
    }
    const [[line, figure]] = [...lines] as [[string, Decimal]];
    this.timer = window.setTimeout(() => void this.askNow(line, figure), REST);
  }

  private async askNow(line: string, figure: Decimal): Promise<void> {
    const row = this.row(line);
    const open = this.open;
    if (!row || !open || !this.plan) return;
    const asking = (this.asking = new AbortController());
    try {
      const preview = await open.preview(row.line, text(figure), this.plan.currency, this.vendor?.sees_whole ?? false, asking.signal);
      if (!asking.signal.aborted) [this.preview, this.previewFault] = [preview, ""];
    } catch (error) {
      if (asking.signal.aborted) return;
      this.preview = null;
      this.previewFault = reasonOf(error);
      this.isInfeasible = error instanceof Refused && error.code === "plan_infeasible";
    }
  }

  /** Records the drafts; with the lines that pay, where that is meant. */
  async commit(withPayers: boolean): Promise<boolean> {
    const reason = this.reason.trim();
    const rows = [...this.drafts].flatMap(([line, draft]) => {
      const row = this.row(line);
      return row ? [{ row, figure: draft.figure }] : [];
    });
    const kinds = new Set(rows.map(({ row }) => commandFor(row.line, this.commands)));
    const kind = [...kinds][0];
    if (rows.length === 0 || kinds.size !== 1 || !kind || !this.plan) {
      this.notice = { kind: "refused", text: "Offers and decisions of escalated lines are recorded apart.", help: "Take some of the drafts back with Ctrl+Z." };
      return false;
    }
    const currency = this.plan.currency;
    const change = (row: Row, figure: Decimal, why: string) => ({ line: key(row.line), figure: { amount: text(figure), currency }, reason: why });
    const lines = rows.map(({ row, figure }) => change(row, figure, reason));
    const named = rows.map(({ row }) => row.line.line).join(", ");
    const before = rows.map(({ row, figure }) => ({ line: row.line.line, before: row.figure, after: figure }));
    if (withPayers && this.preview)
      for (const move of this.preview.moves) {
        const row = this.row(move.line);
        if (!row) continue;
        lines.push(change(row, exact(move.after), `re-balanced for ${named}: ${reason}`));
        before.push({ line: move.line, before: exact(move.before), after: exact(move.after) });
      }
    const command: PlanCommand = kind === "offer" ? { command: "offer", lines, reply_by: null } : { command: "resolve", lines, assign: false };
    const isDone = await this.give(command, rows.map(({ row }) => row.line.line));
    if (isDone) {
      if (reason !== TAKES_BACK) this.lastReason = reason;
      this.given = before;
      this.dropDrafts();
    }
    return isDone;
  }

  /** Says what was done, for a moment. */
  private done(text: string): void {
    const notice: Notice = { kind: "done", text, help: null };
    this.notice = notice;
    setTimeout(() => this.notice === notice && (this.notice = null), 6000);
  }

  /** Gives a command on many lines; those that need another person are left, and named. */
  async giveAll(make: (rows: Row[]) => PlanCommand, rows: Row[]): Promise<boolean> {
    const names = (some: Row[]) => some.map((row) => row.line.line);
    if (await this.give(make(rows), names(rows))) return true;
    const left = this.refusal?.code === "duties_conflict" ? this.refusal.lines : [];
    const rest = rows.filter((_, at) => !left.includes(at));
    if (left.length === 0 || rest.length === 0) return false;
    const others = names(rows.filter((_, at) => left.includes(at)));
    if (!(await this.give(make(rest), names(rest)))) return false;
    this.notice = { kind: "news", text: `${rest.length} recorded; ${others.length} need another person, because you set their figures or approved them already: ${others.slice(0, 5).join(", ")}${others.length > 5 ? " and others" : ""}.`, help: null };
    return true;
  }

  /** Gives a command; when the plan has moved elsewhere only (`isSame` for anything but a line), it is given again on the new version. */
  async give(command: PlanCommand, lines: string[], isSame?: () => Promise<boolean>): Promise<boolean> {
    const open = this.open;
    if (!open || !this.plan) return false;
    this.isSending = true;
    this.refusal = null;
    try {
      for (let tries = 0; ; tries++) {
        const seen = new Map(lines.map((line) => [line, this.row(line)?.line.changed]));
        try {
          const change = await open.give(command, this.plan.version);
          this.take(change.lines);
          await this.refresh();
          const count = change.lines.length;
          this.done(`${RECORDED[command.command] ?? "Recorded"}${count > 1 ? `, ${count} lines` : ""}.`);
          return true;
        } catch (error) {
          if (!(error instanceof Refused) || error.code !== "version_changed" || tries > 4) throw error;
          await this.refresh();
          if (lines.some((line) => this.row(line)?.line.changed !== seen.get(line))) {
            this.notice = { kind: "refused", text: "Somebody else moved this line first. Nothing of yours was recorded.", help: "Look at the new figure, then keep yours or take it back." };
            return false;
          }
          if (isSame && !(await isSame())) {
            return false;
          }
        }
      }
    } catch (error) {
      const help = error instanceof Refused ? error.help : null;
      // A session that has ended: the page stays, and what was typed can be sent after signing in.
      if (error instanceof Refused && error.code === "token_missing" && this.session?.is_session) this.needsToken = true;
      const places = error instanceof Refused ? error.problem.errors.flatMap((one) => one.places) : [];
      const numbers = places.flatMap((place) => ("pointer" in place ? [/^\/lines\/(\d+)(?:\/|$)/.exec(place.pointer)?.[1]] : []));
      this.refusal = { code: error instanceof Refused ? error.code : "", lines: numbers.flatMap((number) => (number === undefined ? [] : [Number(number)])) };
      this.notice = { kind: "refused", text: error instanceof Error ? error.message : String(error), help };
      return false;
    } finally {
      this.isSending = false;
    }
  }
}

export const desk = new Desk();
