// The book that every TypeScript client sends: two partners with two years of revenue.
const months = Array.from({ length: 24 }, (_, at) => `${2024 + Math.floor(at / 12)}-${String((at % 12) + 1).padStart(2, "0")}`);
export const book = {
  kind: "whole" as const,
  currency: "USD",
  partners: [
    { partner_id: "P1", partner_name: "Alder Systems", tier: "Gold", since: "2019-03-01" },
    { partner_id: "P2", partner_name: "Beacon Consulting", tier: "Silver", since: "2021-03-01" },
  ],
  revenue: ["P1", "P2"].flatMap((partner_id) => months.map((month) => ({ partner_id, month, amount: "30000.00" }))),
};
export const as_of = "2025-12-31";
export const target = "720000.00";
export const url = process.env.QUOTIENT_URL ?? "http://127.0.0.1:7070";

export function check(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}
