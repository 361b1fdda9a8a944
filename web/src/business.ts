// Changes of a joint business plan: what each asks for, and the command it becomes.

import type { BusinessChange, BusinessPlan } from "./api";
import { type Question, today } from "./ask";
import { exact } from "./decimal";
import { desk } from "./desk.svelte";

type Objective = BusinessPlan["objectives"][number];
type Activity = BusinessPlan["activities"][number];
type Account = BusinessPlan["accounts"][number];
type Risk = BusinessPlan["risks"][number];
type Send = (changes: BusinessChange[]) => Promise<boolean>;
type Words = Record<string, string>;

export const OBJECTIVE_KINDS: Record<Objective["kind"], string> = { revenue: "Revenue", customers: "Customers", pipeline: "Pipeline", certification: "Certification", enablement: "Enablement", other: "Other" };
export const ACTIVITY_KINDS: Record<Activity["kind"], string> = { hiring: "Hiring", enablement: "Enablement", certification: "Certification", co_marketing: "Joint marketing", co_sell: "Joint selling", other: "Other" };
export const SOURCES: Record<NonNullable<Objective["source"]>, string> = { certified_staff: "the book: certified people", services_headcount: "the book: people in services", sellers: "the book: sellers", enablement: "the book: enablement", marketing_spend: "the book: marketing spend", revenue: "the book: revenue of the period", opportunities: "the book: opportunities registered", pipeline: "the book: open opportunities", won: "the book: opportunities won" };
export const LIKELIHOODS: Record<NonNullable<Risk["likelihood"]>, string> = { low: "low", medium: "medium", high: "high" };
export const MISSING: Record<string, string> = { activity: "an activity", "review dates": "dates of reviews" };
const SIDES = { partner: "the partner", vendor: "the vendor" };

/** Asks the vendor's people which side sees to it; a partner's people keep their own. */
const sideField = (side: Activity["side"] | undefined) => (desk.isPartner ? [] : [{ name: "side", label: "Done by", kind: "choice" as const, options: SIDES, value: side ?? "partner" }]);
const sideOf = (values: Record<string, string>): Activity["side"] => (desk.isPartner ? "partner" : (values["side"] as Activity["side"]));

/** Says that nothing is recorded over a change that was not seen. */
export function refuseStale(): false {
  desk.notice = { kind: "refused", text: "Another person changed this business plan first. Nothing of yours was recorded.", help: "Look at what changed, then send it again." };
  return false;
}

/** Content that people change; versions of other parts of the plan do not count. */
export const content = (one: BusinessPlan): string => JSON.stringify({ ...one, version: 0 });

/** Records changes of what `one` shows; nothing is recorded over a change that was not seen. */
export function change(one: BusinessPlan, changes: BusinessChange[]): Promise<boolean> {
  const seen = content(one);
  const isSame = async () => {
    const now = await desk.open?.businessOf(one.partner_id);
    return (now !== undefined && content(now) === seen) || refuseStale();
  };
  return desk.give({ command: "business_plan", partner_id: one.partner_id, changes }, [], isSame);
}

const amount = (value: string | undefined) => (value ? { amount: value, currency: desk.plan!.currency } : null);
const shown = (value: string | null | undefined): string => (value == null ? "" : desk.locale.plain(exact(value)));
const lines = (value: string | undefined): string[] => (value ?? "").split("\n").map((line) => line.trim()).filter((line) => line !== "");

/** The first id with this letter that is not taken. */
function next(letter: string, taken: { id: string }[]): string {
  for (let number = 1; ; number++) if (!taken.some((one) => one.id === `${letter}${number}`)) return `${letter}${number}`;
}

export function headerQuestion(one: BusinessPlan, send: Send): Question {
  return {
    id: "header",
    title: "Sponsors, vision and dates",
    submit: "Save",
    fields: [
      { name: "vision", label: "Vision of both sides, in a sentence", kind: "long", isFree: true, value: one.vision ?? "" },
      { name: "vendor_sponsor", label: "Sponsor at the vendor", kind: "text", isFree: true, value: one.vendor_sponsor ?? "" },
      { name: "partner_sponsor", label: "Sponsor at the partner", kind: "text", isFree: true, value: one.partner_sponsor ?? "" },
      { name: "review_dates", label: "Review dates, such as 2026-06-30, one per line", kind: "long", isFree: true, value: one.review_dates.join("\n") },
    ],
    send: (values: Words) =>
      send([{ change: "header", vision: values["vision"] || null, vendor_sponsor: values["vendor_sponsor"] || null, partner_sponsor: values["partner_sponsor"] || null, review_dates: lines(values["review_dates"]) }]),
  };
}

export function objectiveQuestion(one: BusinessPlan, before: Objective | null, send: Send): Question {
  return {
    id: `objective ${before?.id ?? ""}`,
    title: before ? `Objective ${before.id}` : "New objective",
    submit: before ? "Save" : "Add",
    fields: [
      { name: "measure", label: "Measure, such as “certified engineers”", kind: "text", value: before?.measure ?? "" },
      { name: "kind", label: "Kind", kind: "choice", options: OBJECTIVE_KINDS, value: before?.kind ?? "revenue" },
      { name: "baseline", label: "Value today", kind: "number", isFree: true, value: shown(before?.baseline) },
      { name: "target", label: "Target at the end of the period", kind: "number", value: shown(before?.target) },
      { name: "weight", label: "Weight", kind: "number", value: shown(before?.weight ?? "1") },
      { name: "source", label: "Values come from", kind: "choice", options: { "": "persons who type them", ...SOURCES }, value: before?.source ?? "" },
      { name: "tag", label: "Tag of the opportunities that count", kind: "text", isFree: true, value: before?.tag ?? "" },
    ],
    send: (values: Words) =>
      send([
        {
          change: "objective",
          id: before?.id ?? next("O", one.objectives),
          kind: values["kind"] as Objective["kind"],
          measure: values["measure"]!,
          baseline: values["baseline"] || null,
          target: values["target"]!,
          // Targets by period are shown as `FY2026-Q2: 4`.
          periods: (before?.periods ?? []).flatMap((text) => (/^(.+): (.+)$/.test(text) ? [{ period: text.slice(0, text.lastIndexOf(": ")), target: text.slice(text.lastIndexOf(": ") + 2) }] : [])),
          weight: values["weight"]!,
          ...(values["source"] ? { source: values["source"] as NonNullable<Objective["source"]>, ...(values["tag"] ? { tag: values["tag"] } : {}) } : {}),
        },
      ]),
  };
}

export function accountQuestion(one: BusinessPlan, before: Account | null, send: Send): Question {
  return {
    id: `account ${before?.id ?? ""}`,
    title: before ? `Target account ${before.id}` : "New target account",
    submit: before ? "Save" : "Add",
    fields: [
      { name: "customer", label: "Customer", kind: "text", value: before?.customer ?? "" },
      { name: "expected", label: `Expected revenue in the period, ${desk.plan!.currency}`, kind: "amount", isFree: true, value: shown(before?.expected) },
      ...sideField(before?.side),
      { name: "owner", label: "Owner", kind: "text", isFree: true, value: before?.owner ?? "" },
    ],
    send: (values: Words) =>
      send([{ change: "account", id: before?.id ?? next("T", one.accounts), customer: values["customer"]!, expected: amount(values["expected"]), side: sideOf(values), owner: values["owner"] || null }]),
  };
}

export function riskQuestion(one: BusinessPlan, before: Risk | null, send: Send): Question {
  return {
    id: `risk ${before?.id ?? ""}`,
    title: before ? `Risk ${before.id}` : "New risk",
    submit: before ? "Save" : "Add",
    fields: [
      { name: "risk", label: "What may happen", kind: "text", value: before?.risk ?? "" },
      { name: "likelihood", label: "Likelihood", kind: "choice", options: LIKELIHOODS, value: before?.likelihood ?? "medium" },
      ...sideField(before?.side),
      { name: "owner", label: "Owner", kind: "text", isFree: true, value: before?.owner ?? "" },
      { name: "mitigation", label: "What is done about it", kind: "text", isFree: true, value: before?.mitigation ?? "" },
    ],
    send: (values: Words) =>
      send([{ change: "risk", id: before?.id ?? next("R", one.risks), risk: values["risk"]!, likelihood: values["likelihood"] as NonNullable<Risk["likelihood"]>, side: sideOf(values), owner: values["owner"] || null, mitigation: values["mitigation"] || null }]),
  };
}

export function activityQuestion(one: BusinessPlan, before: Activity | null, send: Send): Question {
  const objectives = { "": "none", ...Object.fromEntries(one.objectives.map((objective) => [objective.id, `${objective.id}: ${objective.measure}`])) };
  const currency = desk.plan!.currency;
  return {
    id: `activity ${before?.id ?? ""}`,
    title: before ? `Activity ${before.id}` : "New activity",
    submit: before ? "Save" : "Add",
    fields: [
      { name: "title", label: "Work to be done", kind: "text", value: before?.title ?? "" },
      { name: "kind", label: "Kind", kind: "choice", options: ACTIVITY_KINDS, value: before?.kind ?? "enablement" },
      ...sideField(before?.side),
      { name: "owner", label: "Owner", kind: "text", isFree: true, value: before?.owner ?? "" },
      { name: "start", label: "Start", kind: "date", isFree: true, value: before?.start ?? "" },
      { name: "due", label: "Due", kind: "date", value: before?.due ?? "" },
      { name: "cost", label: `Cost in ${currency}`, kind: "amount", isFree: true, value: shown(before?.cost) },
      { name: "fund", label: `Market development funds requested, ${currency}`, kind: "amount", isFree: true, value: shown(before?.fund) },
      { name: "objective", label: "For the objective", kind: "choice", options: objectives, value: before?.objective ?? "" },
      { name: "weight", label: "Weight", kind: "number", value: shown(before?.weight ?? "1") },
      { name: "tag", label: "Tag of opportunities that come from it", kind: "text", isFree: true, value: before?.tag ?? "" },
    ],
    send: (values: Words) => {
      const ids = new Set(before?.lines ?? []);
      return send([
        {
          change: "activity",
          id: before?.id ?? next("A", one.activities),
          kind: values["kind"] as Activity["kind"],
          title: values["title"]!,
          side: sideOf(values),
          owner: values["owner"] || null,
          start: values["start"] || null,
          due: values["due"]!,
          cost: amount(values["cost"]),
          fund: amount(values["fund"]),
          objective: values["objective"] || null,
          lines: desk.rows.filter((row) => ids.has(row.line.line)).map(({ line }) => ({ partner_id: line.partner_id, product_line: line.product_line, territory: line.territory })),
          weight: values["weight"]!,
          ...(values["tag"] ? { tag: values["tag"] } : {}),
        },
      ]);
    },
  };
}

export function doneQuestion(activity: Activity, send: Send): Question {
  return {
    id: `done ${activity.id}`,
    title: `${activity.id} is done`,
    submit: "Record as done",
    fields: [
      { name: "on", label: "Done on", kind: "date", value: today() },
      { name: "evidence", label: "Evidence, such as a file or a link", kind: "text", isFree: true },
    ],
    send: (values: Words) => send([{ change: "done", activity: activity.id, on: values["on"]!, evidence: lines(values["evidence"]) }]),
  };
}

export function actualQuestion(objective: Objective, send: Send): Question {
  return {
    id: `actual ${objective.id}`,
    title: `Value of ${objective.id}`,
    submit: "Record the value",
    fields: [
      { name: "value", label: objective.measure, kind: "number", value: shown(objective.actual) },
      { name: "as_of", label: "Value on", kind: "date", value: today() },
    ],
    send: (values: Words) => send([{ change: "actual", objective: objective.id, value: values["value"]!, as_of: values["as_of"]! }]),
  };
}

export function dropQuestion(id: string, send: Send): Question {
  return { id: `drop ${id}`, title: `Drop ${id}`, submit: "Drop it", fields: [{ name: "reason", label: "Reason", kind: "text" }], send: (values: Words) => send([{ change: "drop", item: id, reason: values["reason"]! }]) };
}

export function claimQuestion(activity: Activity, send: Send): Question {
  return {
    id: `claim ${activity.id}`,
    title: `Claim funds of ${activity.id}`,
    submit: "Claim",
    fields: [
      { name: "amount", label: `Amount in ${desk.plan!.currency}`, kind: "amount", value: shown(activity.fund) },
      { name: "evidence", label: "Evidence, such as an invoice", kind: "text", isFree: true },
    ],
    send: (values: Words) => send([{ change: "claim", activity: activity.id, amount: amount(values["amount"])!, evidence: lines(values["evidence"]) }]),
  };
}

export function fundQuestion(activity: Activity, roles: string[], send: Send): Question {
  return {
    id: `fund ${activity.id}`,
    title: `Approve the funds of ${activity.id}`,
    submit: "Approve the funds",
    fields: [
      ...(roles.length > 1 ? [{ name: "role", label: "Approve as", kind: "choice" as const, options: Object.fromEntries(roles.map((role) => [role, role.replaceAll("_", " ")])) }] : []),
      { name: "note", label: "Note", kind: "text", isFree: true },
    ],
    send: (values: Words) => send([{ change: "approve_fund", activity: activity.id, role: values["role"] ?? roles[0] ?? null, note: values["note"]! }]),
  };
}

/** A signature of the partner that a person of the vendor records has the name of who signed. */
export function signQuestion(one: BusinessPlan, side: Activity["side"], send: Send): Question {
  const isRecorded = side === "partner" && !desk.isPartner;
  return {
    id: `sign ${side}`,
    title: side === "vendor" ? "Sign for the vendor" : "Sign for the partner",
    submit: "Sign",
    note: "The signature is for the business plan as it is. Any change of it, or of the quota, voids both signatures.",
    fields: isRecorded ? [{ name: "by", label: "Person at the partner who signed", kind: "text", value: one.partner_sponsor ?? "" }] : [],
    send: (values: Words) => send([{ change: "sign", side, by: isRecorded ? values["by"]! : null }]),
  };
}

export function reviewQuestion(one: BusinessPlan, send: Send): Question {
  return {
    id: "review",
    title: "Review at the end of the period",
    submit: "Record the review",
    note: "Joins attainment and commitments kept; the vendor's rules give the verdict.",
    fields: [
      { name: "as_of", label: "Revenue counted up to", kind: "date", value: one.last_day },
      { name: "actual", label: `Revenue in ${desk.plan!.currency}`, kind: "amount", isFree: true },
    ],
    send: (values: Words) => send([{ change: "review", as_of: values["as_of"]!, actual: amount(values["actual"]) }]),
  };
}

export function answerQuestion(side: Activity["side"], send: Send): Question {
  const isRecorded = side === "partner" && !desk.isPartner;
  return {
    id: `answer ${side}`,
    title: side === "vendor" ? "Answer for the vendor" : "Answer for the partner",
    submit: "Record the answer",
    fields: [
      { name: "accepts", label: "The review is", kind: "choice", options: { yes: "accepted", no: "disputed" } },
      { name: "words", label: "In your words; a dispute needs them", kind: "text", isFree: true },
      ...(isRecorded ? [{ name: "by", label: "Person at the partner", kind: "text" as const }] : []),
    ],
    send: (values: Words) => send([{ change: "answer", side, accepts: values["accepts"] === "yes", by: isRecorded ? values["by"]! : null, words: values["words"]! }]),
  };
}
