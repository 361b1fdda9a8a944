// Events of the plan that is open. They are only ever added, so that each is read once.

import type { PlanEvent } from "./api";
import { desk } from "./desk.svelte";

let of = "";
let known: PlanEvent[] = [];
let reading: Promise<PlanEvent[]> = Promise.resolve([]);

/** Returns all events that the person sees, oldest first. */
export function timeline(): Promise<PlanEvent[]> {
  const open = desk.open;
  const own = `${desk.person} ${desk.place.vendor} ${desk.place.plan}`;
  if (!open) return Promise.resolve([]);
  if (own !== of) [of, known, reading] = [own, [], Promise.resolve([])];
  // One after the other, so that none is read twice.
  reading = reading
    .catch(() => [])
    .then(async () => {
      const more = own === of ? await open.events(undefined, known.at(-1)?.version ?? 0) : [];
      if (own === of) known = [...known, ...more];
      return known;
    });
  return reading;
}
