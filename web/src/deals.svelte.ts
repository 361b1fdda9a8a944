// Named deals of the partners that close this quarter, read once for a plan.

import type { Deal, Deals } from "./api";
import { type Decimal, ZERO, compare, exact, known, plus } from "./decimal";
import { desk } from "./desk.svelte";

class Closing {
  read = $state.raw<Deals | null>(null);
  private of = "";

  async load(): Promise<void> {
    const of = `${desk.place.vendor}\n${desk.place.plan}\n${desk.person}`;
    if (this.of === of || desk.isPartner) return;
    [this.of, this.read] = [of, null];
    // Without the book there are no deals to show; a plan that was opened elsewhere from files has none here.
    const read = await desk.open?.deals().catch(() => null);
    if (this.of === of) this.read = read ?? null;
  }

  /** The deals of some partners, those that are worth most at their probability first; one that is not known comes last. */
  ofPartners(is: (partner: string) => boolean): Deal[] {
    const worth = (deal: Deal): Decimal => known(deal.expected) ?? { units: -1n, scale: 0 };
    return (this.read?.deals ?? []).filter((deal) => is(deal.partner_id)).sort((a, b) => compare(worth(b), worth(a)) || compare(exact(b.amount), exact(a.amount)));
  }
}

/** The sum of the amounts, that at the known probabilities, and whether all are known. */
export function sums(deals: Deal[]): { amount: Decimal; expected: Decimal; isWhole: boolean } {
  return {
    amount: deals.map((deal) => exact(deal.amount)).reduce(plus, ZERO),
    expected: deals.flatMap((deal) => known(deal.expected) ?? []).reduce(plus, ZERO),
    isWhole: deals.every((deal) => deal.expected !== null),
  };
}

export const closing = new Closing();
