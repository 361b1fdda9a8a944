// openapi-generator, typescript-fetch: an assessment, a proposal, a review, an explanation, and one problem.
import { Configuration, DecisionsApi, ResponseError } from "./generated/typescript-fetch/index.js";
import { as_of, book, check, target, url } from "./book.js";

const api = new DecisionsApi(new Configuration({ basePath: url }));
const vendor = "meridian";
const day = new Date(as_of);
// It writes dates as `Date`, so the rows leave them out.
const given = { ...book, partners: book.partners.map(({ partner_id, tier }) => ({ partner_id, tier })) };
const assessment = await api.assess({ vendor, assessmentRequest: { as_of: day, partner: "P1", book: given } });
check(assessment.lines[0]?.quota !== null, "assess");
const proposal = await api.propose({ vendor, proposalRequest: { as_of: day, target, book: given }, idempotencyKey: `og-${Date.now()}` });
check(proposal.lines.length === 2, "propose");
const reviewed = await api.review({ vendor, reviewRequest: { as_of: day, book: given } });
check("schema" in reviewed, "review");
const explanation = await api.explain({ vendor, explanationRequest: { as_of: day, target, partner: "P1", book: given } });
check(explanation.lines.length === 1, "explain");
try {
  await api.propose({ vendor, proposalRequest: { as_of: day, book: { kind: "change", base: "0" } } });
  check(false, "problem");
} catch (error) {
  check(error instanceof ResponseError && (await error.response.json()).code === "book_unknown", "problem");
}
