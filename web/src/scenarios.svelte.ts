// What-ifs of a plan: numbers that differ from those it was opened with, and what the rules propose with them.

import type { Comparison, Lever, Levers } from "./api";
import { text } from "./decimal";
import { desk, faultOf } from "./desk.svelte";

/** Most what-ifs side by side. */
export const MOST = 4;
/** Milliseconds without a key before the rules run. */
const REST = 400;

/** A what-if as it is in the address: its name, and what was typed, by lever. */
export interface Written {
  name: string;
  typed: Record<string, string>;
}

export interface Outcome {
  /** What was asked, as a text. */
  of: string;
  made: Comparison | null;
  fault: { text: string; help: string | null } | null;
}

/** Key of the target among the levers. */
export const TARGET = "target";

export const idOf = (lever: Pick<Lever, "section" | "key">): string => `${lever.section}.${lever.key}`;

/** Reads the what-ifs of the address; anything else is none. */
export function read(address: string): Written[] {
  try {
    const list: unknown = JSON.parse(address);
    if (!Array.isArray(list)) return [];
    return list.slice(0, MOST).flatMap((one: unknown) => {
      const [name, typed] = Array.isArray(one) ? (one as unknown[]) : [];
      if (typeof name !== "string" || typeof typed !== "object" || typed === null) return [];
      const texts = Object.entries(typed).filter((entry): entry is [string, string] => typeof entry[1] === "string");
      return [{ name: name.slice(0, 60), typed: Object.fromEntries(texts) }];
    });
  } catch {
    return [];
  }
}

class Scenarios {
  levers = $state.raw<Levers | null>(null);
  outcomes = $state.raw<ReadonlyMap<number, Outcome>>(new Map());
  fault = $state("");
  private of = "";
  private asking = new Map<number, AbortController>();
  private timers = new Map<number, number>();

  /** The what-ifs; one that is empty where the address has none. */
  list = $derived.by(() => {
    const own = read(desk.place.what);
    return own.length > 0 ? own : [{ name: "What if", typed: {} }];
  });

  /** Reads the numbers of the plan that is open. */
  async load(): Promise<void> {
    const of = `${desk.place.vendor}\n${desk.place.plan}`;
    if (this.of === of) return;
    [this.of, this.levers, this.outcomes, this.fault] = [of, null, new Map(), ""];
    try {
      const levers = await desk.open?.levers();
      if (this.of === of && levers) this.levers = levers;
    } catch (error) {
      if (this.of === of) this.fault = error instanceof Error ? error.message : String(error);
    }
  }

  private write(list: Written[]): void {
    desk.go({ what: JSON.stringify(list.map((one) => [one.name, one.typed])) }, true);
  }

  add(): void {
    const last = this.list.at(-1)!;
    this.write([...this.list, { name: `What if ${this.list.length + 1}`, typed: { ...last.typed } }]);
  }

  remove(at: number): void {
    this.write(this.list.filter((_, index) => index !== at));
    for (const asking of this.asking.values()) asking.abort();
    this.outcomes = new Map();
  }

  rename(at: number, name: string): void {
    this.write(this.list.map((one, index) => (index === at ? { ...one, name } : one)));
  }

  /** Takes what was typed for a number; an empty text is the number of the plan. */
  type(at: number, id: string, typed: string): void {
    const own = { ...this.list[at]!.typed };
    if (typed.trim() === "") delete own[id];
    else own[id] = typed;
    this.write(this.list.map((one, index) => (index === at ? { ...one, typed: own } : one)));
  }

  /** The number that was typed, exactly; nothing where it is none. */
  number(typed: string): string | null {
    const number = desk.locale.read(typed);
    return number === null ? null : text(number);
  }

  wrong(at: number): string[] {
    return Object.entries(this.list[at]!.typed).flatMap(([id, typed]) => (this.number(typed) === null ? [id] : []));
  }

  /** Asks for what was typed, where it is not known yet. */
  settle(): void {
    if (!this.levers) return;
    this.list.forEach((one, at) => {
      const of = JSON.stringify(one.typed);
      clearTimeout(this.timers.get(at));
      if (this.outcomes.get(at)?.of === of || this.wrong(at).length > 0) return;
      const isFirst = !this.outcomes.has(at);
      this.timers.set(at, window.setTimeout(() => void this.ask(at, of, one), isFirst ? 0 : REST));
    });
  }

  private async ask(at: number, of: string, one: Written): Promise<void> {
    const open = desk.open;
    if (!open) return;
    this.asking.get(at)?.abort();
    const asking = new AbortController();
    this.asking.set(at, asking);
    const known = new Map((this.levers?.levers ?? []).map((lever) => [idOf(lever), lever]));
    const levers = Object.entries(one.typed).flatMap(([id, typed]) => {
      const lever = known.get(id);
      return lever ? [{ section: lever.section, key: lever.key, value: this.number(typed) }] : [];
    });
    const target = one.typed[TARGET] === undefined ? null : this.number(one.typed[TARGET]);
    try {
      const made = await open.scenario({ target, levers }, asking.signal);
      this.take(at, { of, made, fault: null }, asking);
    } catch (error) {
      this.take(at, { of, made: null, fault: faultOf(error) }, asking);
    }
  }

  private take(at: number, outcome: Outcome, asking: AbortController): void {
    if (!asking.signal.aborted) this.outcomes = new Map(this.outcomes).set(at, outcome);
  }
}

export const scenarios = new Scenarios();
