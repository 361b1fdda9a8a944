// Events of a line in words, as a conversation.

import type { PlanEvent } from "./api";
import { exact } from "./decimal";
import type { Locale } from "./locale";

export interface Said {
  version: number;
  at: string;
  who: string;
  what: string;
  figure: string;
  reason: string;
  side: "vendor" | "partner" | "system";
}

interface Body {
  [member: string]: unknown;
}

const KINDS: Record<string, string> = {
  "line.distributed": "hands it to the account manager",
  "line.offered": "offers",
  "line.countered": "asks for",
  "line.accepted": "accepts",
  "line.escalated": "asks for a decision",
  "line.resolved": "makes a final offer:",
  "line.approved": "approves",
  "line.returned": "sends it back",
  "line.locked": "locks",
  "line.amended": "amends to",
  "line.withdrawn": "withdraws it",
  "line.expired": "The offer ran out",
};

function amountOf(value: unknown): string | null {
  if (typeof value === "string" && /^-?\d+(\.\d+)?$/.test(value)) return value;
  if (typeof value === "object" && value !== null && "amount" in value) return amountOf((value as { amount: unknown }).amount);
  return null;
}

const words = (value: unknown): string => (typeof value === "string" ? value : "");

/** Returns what an event says; `partner` is the name of the partner, who reads it where `isOwn`. */
export function said(event: PlanEvent, partner: string, locale: Locale, isOwn: boolean): Said {
  const own = (event.body ?? {}) as Body;
  // The vendor's side has the figures in `moved`, a partner beside the other members.
  const body: Body = { ...(own["moved"] as Body | undefined), ...own };
  const amount = amountOf(body["to"]) ?? amountOf(body["figure"]);
  const isPartner = event.kind === "line.countered" || (event.kind === "line.accepted" && body["side"] !== "vendor");
  const name = isPartner ? words(body["by"]) || words(body["partner"]) || partner : (event.actor ?? "the vendor");
  const recorded = isPartner && !isOwn && event.actor !== null && event.actor !== name ? ` (recorded by ${event.actor})` : "";
  const assigned = event.kind === "line.resolved" && body["assigned"] === true;
  const isSystem = event.kind === "line.expired";
  return {
    version: event.version,
    at: locale.moment(event.at),
    who: isSystem ? "" : name + recorded,
    what: assigned ? "assigns without acceptance" : (KINDS[event.kind] ?? event.kind.replace(/^line\./, "")),
    figure: amount === null || event.kind === "line.distributed" ? "" : locale.amount(exact(amount)),
    reason: words(body["reason"]) || words(body["note"]),
    side: isSystem ? "system" : isPartner ? "partner" : "vendor",
  };
}
