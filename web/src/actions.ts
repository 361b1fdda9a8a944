// What can be done with a line: one entry per command, with what it asks for.

import { type PlanCommand, type PlanLine, key } from "./api";

export interface Filled {
  amount: string;
  currency: string;
  reason: string;
  by: string;
  code: string;
  date: string;
}

export interface Action {
  id: string;
  label: string;
  asks: ("figure" | "reason" | "by" | "counter code" | "amendment code" | "date")[];
  /** Reason can be empty. */
  isReasonFree?: boolean;
  isFirst?: boolean;
  make(line: PlanLine, filled: Filled): PlanCommand;
}

type CounterCode = Extract<PlanCommand, { command: "counter" }>["lines"][number]["code"];
type AmendmentCode = Extract<PlanCommand, { command: "amend" }>["code"];

export const COUNTER_CODES: Record<CounterCode, string> = {
  capacity: "People or skills",
  market: "Demand in the market",
  loss_of_customer: "A customer is lost",
  program_change: "The partner program changed",
  data_error: "The facts behind the figure are wrong",
  other: "Something else",
};
export const AMENDMENT_CODES: Record<AmendmentCode, string> = {
  market_exit: "A market is left",
  partner_merger: "Partners merged",
  product_end: "A product is no longer sold",
  program_change: "The partner program changed",
  force_majeure: "Beyond the control of both",
  error: "The figure was wrong",
};

const figure = (filled: Filled) => ({ amount: filled.amount, currency: filled.currency });
const lines = (line: PlanLine, filled: Filled) => [{ line: key(line), figure: filled.amount === "" ? null : figure(filled), reason: filled.reason }];

/** Actions of the vendor's side that the state of the line and the grants of the person allow. */
export function actionsOf(line: PlanLine, commands: readonly string[]): Action[] {
  const may = (step: PlanLine["steps"][number], command: string = step) => line.steps.includes(step) && commands.includes(command);
  const all: (Action | false)[] = [
    may("accept") && line.state === "countered" && { id: "accept", label: "Accept what they ask", asks: ["reason"], isReasonFree: true, isFirst: true, make: (own, filled) => ({ command: "accept", lines: [key(own)], by: null, reason: filled.reason, evidence: [] }) },
    may("accept") && line.state !== "countered" && { id: "accepted", label: "They accept", asks: ["by"], make: (own, filled) => ({ command: "accept", lines: [key(own)], by: filled.by, reason: "", evidence: [] }) },
    may("approve") && { id: "approve", label: "Approve", asks: ["reason"], isReasonFree: true, isFirst: true, make: (own, filled) => ({ command: "approve", lines: [key(own)], note: filled.reason, role: null }) },
    may("lock") && { id: "lock", label: "Lock", asks: [], isFirst: true, make: (own) => ({ command: "lock", lines: [key(own)] }) },
    may("offer") && { id: "offer", label: line.round === 0 ? "Offer" : "Offer another", asks: ["figure", "reason"], isReasonFree: true, make: (own, filled) => ({ command: "offer", lines: lines(own, filled), reply_by: null }) },
    may("counter") && { id: "counter", label: "They ask for another", asks: ["figure", "counter code", "reason", "by"], make: (own, filled) => ({ command: "counter", lines: [{ line: key(own), figure: figure(filled), code: filled.code as CounterCode, reason: filled.reason }], by: filled.by, evidence: [] }) },
    may("resolve") && { id: "resolve", label: "Final offer", asks: ["figure", "reason"], isFirst: true, make: (own, filled) => ({ command: "resolve", lines: lines(own, filled), assign: false }) },
    may("assign", "resolve") && { id: "assign", label: "Assign without acceptance", asks: ["figure", "reason"], make: (own, filled) => ({ command: "resolve", lines: lines(own, filled), assign: true }) },
    may("escalate") && { id: "escalate", label: "Escalate", asks: ["reason"], make: (own, filled) => ({ command: "escalate", lines: [key(own)], reason: filled.reason }) },
    may("return") && { id: "return", label: "Send back", asks: ["reason"], make: (own, filled) => ({ command: "return", lines: [key(own)], reason: filled.reason }) },
    may("amend") && { id: "amend", label: "Amend", asks: ["figure", "date", "amendment code", "reason"], make: (own, filled) => ({ command: "amend", lines: lines(own, filled), effective_from: filled.date, code: filled.code as AmendmentCode }) },
    may("distribute") && { id: "distribute", label: "Hand to the account manager", asks: [], make: (own) => ({ command: "distribute", lines: [key(own)] }) },
    may("withdraw") && { id: "withdraw", label: "Withdraw", asks: ["reason"], make: (own, filled) => ({ command: "withdraw", lines: [key(own)], reason: filled.reason }) },
  ];
  return all.filter((action) => action !== false);
}
