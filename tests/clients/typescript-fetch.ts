// openapi-generator, typescript-fetch: an assessment, a proposal, a review, an explanation, and one problem.
import { Configuration, DecisionsApi, ResponseError } from "./generated/typescript-fetch/index.js";
import { as_of, book, check, target, url } from "./book.js";

const api = new DecisionsApi(new Configuration({ basePath: url }));
const vendor = "meridian";
const day = new Date(as_of);
const given = {
  kind: "whole" as const,
  currency: book.currency,
  partners: book.partners.map((row) => ({ partner_id: row.partner_id, partnerId: row.partner_id, tier: row.tier })),
  revenue: book.revenue.map((row) => ({ partner_id: row.partner_id, partnerId: row.partner_id, month: row.month, amount: row.amount })),
};

const assessment = await api.assess({ vendor, assessmentRequest: { asOf: day, partner: "P1", book: given } });
check(assessment.quota !== null, "assess");
const proposal = await api.propose({ vendor, proposalRequest: { asOf: day, target, book: given }, idempotencyKey: `og-${Date.now()}` });
check(proposal.lines.length === 2, "propose");
const reviewed = await api.review({ vendor, reviewRequest: { asOf: day, book: given } });
check("schema" in reviewed, "review");
const explanation = await api.explain({ vendor, explanationRequest: { asOf: day, target, partner: "P1", book: given } });
check(explanation.lines.length === 1, "explain");
try {
  await api.propose({ vendor, proposalRequest: { asOf: day, book: { kind: "change", base: "0" } } });
  check(false, "problem");
} catch (error) {
  check(error instanceof ResponseError && (await error.response.json()).code === "book_unknown", "problem");
}
