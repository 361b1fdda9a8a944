// Events of a plan as sentences, for the week and the history.

import type { PlanEvent } from "./api";
import { exact } from "./decimal";
import { said } from "./history";
import type { Locale } from "./locale";

export interface Told {
  version: number;
  at: string;
  moment: string;
  who: string;
  what: string;
  figure: string;
  reason: string;
  kind: string;
  line: string | null;
  partner: string | null;
  partnerName: string;
}

/** Kinds as people choose them. */
export const KIND_WORDS: Record<string, string> = {
  "line.offered": "Offers",
  "line.countered": "Counters",
  "line.accepted": "Acceptances",
  "line.escalated": "Escalations",
  "line.resolved": "Final offers",
  "line.approved": "Approvals",
  "line.returned": "Sent back",
  "line.locked": "Locks",
  "line.amended": "Amendments",
  "line.withdrawn": "Withdrawals",
  "line.expired": "Offers that ran out",
  "line.distributed": "Handed to account managers",
  "business_plan.changed": "Changes of business plans",
  "business_plan.signed": "Signatures",
  "business_plan.fund_approved": "Approvals of funds",
  "business_plan.reviewed": "Reviews",
  "plan.opened": "Opening",
  "plan.proposed": "Proposal",
  "plan.target_changed": "Changes of the target",
  "plan.distributed": "Distribution",
  "plan.approved": "Approvals of the total",
  "plan.locked": "Lock of the plan",
  "plan.closed": "Closing",
};

interface Body {
  [member: string]: unknown;
}

const word = (value: unknown): string => (typeof value === "string" || typeof value === "number" ? String(value) : "");

function amount(value: unknown, locale: Locale): string {
  const text = typeof value === "object" && value !== null && "amount" in value ? (value as { amount: unknown }).amount : value;
  return typeof text === "string" && /^-?\d+(\.\d+)?$/.test(text) ? locale.amount(exact(text)) : "";
}

/** What a change of a business plan says: words, figure, reason. */
function changed(own: Body, locale: Locale): [string, string?, string?] {
  const date = (value: unknown) => (typeof value === "string" ? locale.date(value) : "");
  const id = word(own["id"] ?? own["activity"] ?? own["objective"] ?? own["item"]);
  switch (own["change"]) {
    case "header":
      return ["edits sponsors, vision or review dates"];
    case "objective":
      return [`sets objective ${id}: ${word(own["measure"])}, target`, word(own["target"])];
    case "activity":
      return [`sets activity ${id}: ${word(own["title"])}, due ${date(own["due"])}`];
    case "account":
      return [`sets target account ${id}: ${word(own["customer"])}`, amount(own["expected"], locale)];
    case "risk":
      return [`sets risk ${id}: ${word(own["risk"])}, likelihood ${word(own["likelihood"])}`];
    case "registered":
      return [`records ${word(own["opportunities"])} opportunities of ${id} on ${date(own["as_of"])} from the book, won:`, amount(own["won"], locale)];
    case "drop":
      return [`drops ${id}`, "", word(own["reason"])];
    case "done":
      return [`records ${id} as done on ${date(own["on"])}`];
    case "actual":
      return [`records the value of ${id} on ${date(own["as_of"])}${own["book"] ? " from the book" : ""}:`, word(own["value"])];
    case "claim":
      return [`claims funds of ${id}:`, amount(own["amount"], locale)];
    case "answer":
      return [`${own["accepts"] === true ? "accepts" : "disputes"} the review for the ${word(own["side"])}`, "", word(own["words"])];
    default:
      return [word(own["change"])];
  }
}

function other(kind: string, own: Body, locale: Locale): [string, string?, string?] {
  switch (kind) {
    case "business_plan.changed":
      return changed((own["change"] ?? {}) as Body, locale);
    case "business_plan.signed":
      return [`signs the business plan for the ${word(own["side"])}`];
    case "business_plan.fund_approved":
      return [`approves funds of ${word(own["activity"])}:`, amount(own["amount"], locale), word(own["note"])];
    case "business_plan.reviewed":
      return [`reviews the business plan: ${word(own["verdict"]).replaceAll("_", " ") || "no verdict"}`, "", word(own["because"])];
    case "plan.opened":
      return ["opens the plan with the target", amount(own["target"], locale) || "none"];
    case "plan.proposed":
      return [`takes the engine's proposal: ${Array.isArray(own["lines"]) ? locale.count(own["lines"].length) : ""} lines`];
    case "plan.target_changed":
      return ["changes the target to", amount(own["to"], locale), word(own["reason"])];
    case "plan.distributed":
      return [`distributes to ${Array.isArray(own["managers"]) ? own["managers"].map(word).join(", ") : "the account managers"}`];
    case "plan.approved":
      return ["approves the total", amount(own["assigned"], locale), word(own["reason"])];
    case "plan.locked":
      return ["locks the plan at", amount(own["assigned"], locale)];
    case "plan.closed":
      return ["closes the plan", "", word(own["reason"])];
    default:
      return [kind];
  }
}

/** Returns the sentence of an event; `names` gives the name of a line or of a partner. */
export function told(event: PlanEvent, names: (id: string) => { partner: string; name: string } | null, locale: Locale): Told {
  const own = (event.body ?? {}) as Body;
  const id = event.line ?? (word(own["partner_id"]) || null);
  const of = id === null ? null : names(id);
  const common = { version: event.version, at: event.at, moment: locale.moment(event.at), kind: event.kind, line: event.line, partner: of?.partner ?? (word(own["partner_id"]) || null), partnerName: of?.name ?? id ?? "" };
  if (event.line !== null) {
    const { who, what, figure, reason } = said(event, common.partnerName, locale, false);
    return { ...common, who, what, figure, reason };
  }
  const [what, figure = "", reason = ""] = other(event.kind, own, locale);
  const signer = event.kind === "business_plan.signed" ? word(own["person"]) : "";
  return { ...common, who: signer || (event.actor ?? "the vendor"), what, figure, reason };
}

export interface Bundle {
  first: Told;
  /** All events of it, newest first. */
  all: Told[];
}

/** Puts events of one command together: the same kind by the same person within a minute. */
export function bundled(events: Told[]): Bundle[] {
  const made: Bundle[] = [];
  for (const event of events) {
    const last = made.at(-1);
    const isSame = last && event.line !== null && event.reason === "" && last.first.reason === "" && last.first.kind === event.kind && last.first.who === event.who && Math.abs(Date.parse(last.first.at) - Date.parse(event.at)) < 60_000;
    if (last && isSame) last.all.push(event);
    else made.push({ first: event, all: [event] });
  }
  return made;
}
