// Comparisons of the engine in words.

import type { Comparison } from "./api";
import { exact } from "./decimal";
import type { Locale } from "./locale";

export type Proposals = NonNullable<Comparison["proposal"]>;
export type Moved = Proposals["lines"][number];
type Decided = NonNullable<NonNullable<Comparison["decisions"]>["partners"][number]["after"]>;

/** The factor of a part, or the step that it is. */
export function partWords(part: { part: string; factor: string | null }): string {
  return part.factor !== null ? part.factor.replaceAll("_", " ") : part.part === "reconciliation" ? "scaling to the target" : part.part;
}

/** The parts by which a line moves. */
export function because(line: Moved | undefined, locale: Locale): string {
  return (line?.parts ?? []).filter((part) => exact(part.change).units !== 0n).map((part) => `${partWords(part)} ${locale.difference(exact(part.change))}`).join(", ");
}

/** What policies decide about a partner. */
export function decidedWords(decided: Decided | null): string {
  if (decided === null) return "the policies fail";
  const tiers = decided.tiers.map((one) => `${one.decision}${one.to ? ` ${one.to}` : ""}`);
  const incentives = decided.incentives.filter((one) => one.is_awarded).map((one) => one.name);
  const interventions = decided.interventions.map((one) => one.kind);
  return [...tiers, ...incentives, ...interventions].join(", ") || "nothing";
}
