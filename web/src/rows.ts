// Lines of a plan as rows: their columns, filters that read like text, groups with exact subtotals.

import type { PlanBasis, PlanLine } from "./api";
import { type Decimal, compare, exact, growth, known, minus, sum } from "./decimal";
import type { Locale } from "./locale";
import type { Place } from "./url";

export interface Row {
  line: PlanLine;
  tier: string | null;
  territory: string | null;
  prior: Decimal | null;
  assessment: Decimal | null;
  periods: Decimal[];
  low: Decimal | null;
  high: Decimal | null;
  odds: Decimal | null;
  /** Amounts that the line reaches with odds of 95 %, 90 %, … 5 %, ascending. */
  reach: Decimal[];
  figure: Decimal;
  proposed: Decimal | null;
  asked: Decimal | null;
}

export function rowOf(line: PlanLine, basis: PlanBasis | undefined): Row {
  return {
    line,
    tier: basis?.tier ?? null,
    territory: basis?.territory ?? line.territory,
    prior: known(basis?.prior_revenue),
    assessment: known(basis?.assessment),
    periods: (basis?.periods ?? []).map(exact),
    low: known(basis?.band_low),
    high: known(basis?.band_high),
    odds: known(basis?.odds),
    reach: (basis?.reach ?? []).map(exact),
    figure: exact(line.figure),
    proposed: known(line.proposed),
    asked: known(line.asked),
  };
}

/** Odds of an amount, and whether they are a step of five percent. */
export interface Odds {
  share: Decimal;
  isStep: boolean;
}

/** Odds of an amount: the nearest step below, of the amounts that the engine has for 95 %, 90 %, … 5 %; nothing where it has none. */
export function oddsAt(reach: Decimal[], amount: Decimal): Odds | null {
  if (reach.length === 0) return null;
  return { share: { units: BigInt(5 * reach.filter((one) => compare(one, amount) >= 0).length), scale: 2 }, isStep: true };
}

/** Odds that the line reaches a figure: those of the proposal for the proposed figure, otherwise the nearest step below. */
export function oddsOf(row: Row, figure: Decimal = row.figure): Odds | null {
  const isProposed = row.proposed !== null && compare(row.proposed, figure) === 0;
  if (isProposed) return row.odds ? { share: row.odds, isStep: false } : null;
  return oddsAt(row.reach, figure);
}

/** True for lines that count in the totals. */
export function counts(row: Row): boolean {
  return row.line.state !== "withdrawn";
}

export const WORDS: Record<PlanLine["state"], string> = {
  proposed: "Engine's figure; the partner has not seen it",
  distributed: "The account manager has it",
  offered: "Waits for the partner",
  countered: "The partner asks for another figure",
  accepted: "Both sides name the same figure",
  escalated: "A decision above the account manager is due",
  resolved: "Final offer; waits for the partner",
  assigned: "Without the partner's acceptance",
  approved: "Approved; ready to lock",
  returned: "Sent back by an approver",
  locked: "In force",
  amended: "In force, with a new figure under negotiation",
  expired: "The offer ran out",
  withdrawn: "Out of the plan",
};

/** The command that a new figure becomes; nothing where the state, or the person, takes none. */
export function commandFor(line: PlanLine, commands: readonly string[]): "offer" | "resolve" | null {
  const may = (step: "offer" | "resolve") => line.steps.includes(step) && commands.includes(step);
  return may("offer") ? "offer" : may("resolve") ? "resolve" : null;
}

// ---- filter ----

type Test = (row: Row) => boolean;

const TEXTS: Record<string, (row: Row) => string | null> = {
  state: (row) => row.line.state,
  manager: (row) => row.line.account_manager,
  territory: (row) => row.territory,
  tier: (row) => row.tier,
  partner: (row) => row.line.partner_name,
  line: (row) => row.line.line,
  product: (row) => row.line.product_line,
};
const NUMBERS: Record<string, (row: Row) => Decimal | null> = {
  prior: (row) => row.prior,
  assessment: (row) => row.assessment,
  quota: (row) => row.figure,
  counter: (row) => row.asked,
  change: (row) => growth(row.figure, row.prior),
  moved: (row) => (row.proposed === null ? null : minus(row.figure, row.proposed)),
  odds: (row) => oddsOf(row)?.share ?? null,
  gap: (row) => (row.asked === null ? null : minus(row.figure, row.asked)),
};
export const FILTERS = [...Object.keys(TEXTS), ...Object.keys(NUMBERS)];

/** Reads a filter; what cannot be read is named, and leaves every line in. */
export function filterOf(text: string, locale: Locale): { test: Test; unread: string[] } {
  const tests: Test[] = [];
  const unread: string[] = [];
  for (const part of text.match(/[^\s"]*"[^"]*"?|[^\s]+/g) ?? []) {
    const found = /^([a-z]+)(:|>=|<=|>|<|=)(.*)$/i.exec(part);
    const values = (found?.[3] ?? part).replaceAll('"', "").toLowerCase();
    if (!found) {
      tests.push((row) => `${row.line.partner_name} ${row.line.line}`.toLowerCase().includes(values));
      continue;
    }
    const name = found[1]!.toLowerCase();
    const [asText, asNumber] = [TEXTS[name], NUMBERS[name]];
    if (asText && (found[2] === ":" || found[2] === "=")) {
      const words = values.split(",").filter((word) => word !== "");
      tests.push((row) => {
        const own = asText(row)?.toLowerCase();
        return words.some((word) => (word === "none" ? own == null : own?.includes(word)));
      });
    } else if (asNumber && found[2] !== ":") {
      const number = limitOf(values, locale);
      const sign = found[2]!;
      if (number === null) unread.push(part);
      else
        tests.push((row) => {
          const own = asNumber(row);
          if (own === null) return false;
          const order = compare(own, number);
          return sign === ">" ? order > 0 : sign === "<" ? order < 0 : sign === ">=" ? order >= 0 : sign === "<=" ? order <= 0 : order === 0;
        });
    } else unread.push(part);
  }
  return { test: (row) => tests.every((test) => test(row)), unread };
}

/** A limit of a filter: an amount, or percent as a fraction. */
function limitOf(text: string, locale: Locale): Decimal | null {
  const isPercent = text.endsWith("%");
  const number = locale.read(isPercent ? text.slice(0, -1) : text);
  return number === null || !isPercent ? number : { units: number.units, scale: number.scale + 2 };
}

// ---- order and groups ----

const ORDERS: Record<string, (row: Row) => string | Decimal | null> = { ...TEXTS, ...NUMBERS };

/** Order of `sort`: columns with commas between, each with `-` for descending; what is not known comes last. */
export function sorted(rows: Row[], sort: string): Row[] {
  const keys = sort.split(",").flatMap((one) => {
    const value = ORDERS[one.replace(/^-/, "")];
    return value ? [{ value, sign: one.startsWith("-") ? -1 : 1 }] : [];
  });
  if (keys.length === 0) return rows;
  const keyed = rows.map((row) => ({ row, values: keys.map((key) => key.value(row)) }));
  keyed.sort((a, b) => {
    for (const [at, { sign }] of keys.entries()) {
      const order = orderOf(a.values[at] ?? null, b.values[at] ?? null, sign);
      if (order !== 0) return order;
    }
    return 0;
  });
  return keyed.map((one) => one.row);
}

function orderOf(a: string | Decimal | null, b: string | Decimal | null, sign: number): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  if (typeof a === "string" || typeof b === "string") return sign * String(a).localeCompare(String(b));
  return sign * compare(a, b);
}

/** The order after a click on a column: ascending, descending, none; added to the others where that is meant. */
export function resorted(sort: string, column: string, isAdded: boolean, direction: "" | "-" | null = null): string {
  const keys = sort.split(",").filter((one) => one !== "");
  const at = keys.findIndex((one) => one.replace(/^-/, "") === column);
  const now = keys[at];
  const next = direction !== null ? direction + column : now === undefined ? column : now === column ? `-${column}` : null;
  if (!isAdded) return next ?? "";
  if (at < 0) return [...keys, next].join(",");
  return keys.flatMap((one, own) => (own !== at ? [one] : next === null ? [] : [next])).join(",");
}

export interface Group {
  name: string | null;
  rows: Row[];
  prior: ReturnType<typeof sum>;
  assessment: ReturnType<typeof sum>;
  figure: Decimal;
  moved: Decimal | null;
  settled: number;
}

/** Subtotals of rows; lines that are withdrawn do not count. */
export function totalled(name: string | null, rows: Row[]): Group {
  const own = rows.filter(counts);
  const proposed = sum(own.map((row) => row.proposed));
  const figure = sum(own.map((row) => row.figure)).total;
  return {
    name,
    rows,
    prior: sum(own.map((row) => row.prior)),
    assessment: sum(own.map((row) => row.assessment)),
    figure,
    moved: proposed.isWhole ? minus(figure, proposed.total) : null,
    settled: own.filter((row) => ["accepted", "assigned", "approved", "locked"].includes(row.line.state)).length,
  };
}

export function grouped(rows: Row[], by: Place["group"]): Group[] {
  if (by === "none") return [];
  const name = TEXTS[by]!;
  const groups = new Map<string | null, Row[]>();
  for (const row of rows) {
    const own = name(row);
    const list = groups.get(own);
    if (list) list.push(row);
    else groups.set(own, [row]);
  }
  const names = [...groups.keys()].sort((a, b) => (a === null ? 1 : b === null ? -1 : a.localeCompare(b)));
  return names.map((own) => totalled(own, groups.get(own)!));
}
