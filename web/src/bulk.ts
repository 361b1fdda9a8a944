// What can be done with all lines in view at once.

import { type PlanCommand, key } from "./api";
import { type Decimal, sum } from "./decimal";
import type { Row } from "./rows";

export interface Bulk {
  id: string;
  label: string;
  rows: Row[];
  total: Decimal;
  /** What the form asks for; nothing where no reason is needed. */
  asks: string | null;
  make(rows: Row[], reason: string): PlanCommand;
}

const keys = (rows: Row[]) => rows.map((row) => key(row.line));
const change = (row: Row) => ({ line: key(row.line), figure: null, reason: "" });

/** Commands that the grants allow on some of the rows; a line with an open offer is not offered again by accident. */
export function bulkOf(rows: Row[], commands: readonly string[], person: string | null): Bulk[] {
  const of = (step: Row["line"]["steps"][number], is: (row: Row) => boolean = () => true) => (commands.includes(step) ? rows.filter((row) => row.line.steps.includes(step) && is(row)) : []);
  const all: Omit<Bulk, "total">[] = [
    { id: "distribute", label: "Hand to the account managers", rows: of("distribute"), asks: null, make: (own) => ({ command: "distribute", lines: keys(own) }) },
    { id: "offer", label: "Offer as they are", rows: of("offer", (row) => !["offered", "countered"].includes(row.line.state)), asks: null, make: (own) => ({ command: "offer", lines: own.map(change), reply_by: null }) },
    { id: "approve", label: "Approve", rows: of("approve", (row) => !row.line.approved_by?.includes(person ?? "")), asks: "Words for the record, if any", make: (own, note) => ({ command: "approve", lines: keys(own), note, role: null }) },
    { id: "lock", label: "Lock", rows: of("lock"), asks: null, make: (own) => ({ command: "lock", lines: keys(own) }) },
    { id: "return", label: "Send back", rows: of("return"), asks: "Reason", make: (own, reason) => ({ command: "return", lines: keys(own), reason }) },
  ];
  return all.filter((one) => one.rows.length > 0).map((one) => ({ ...one, total: sum(one.rows.map((row) => row.figure)).total }));
}
