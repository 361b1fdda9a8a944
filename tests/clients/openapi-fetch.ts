// openapi-typescript with openapi-fetch: an assessment, a proposal, a review, an explanation, and one problem.
import createClient from "openapi-fetch";
import type { paths } from "./generated/openapi-typescript.js";
import { as_of, book, check, target, url } from "./book.js";

const client = createClient<paths>({ baseUrl: url });
const params = { path: { vendor: "meridian" } };

const assessment = await client.POST("/v1/vendors/{vendor}/assessments", { params, body: { as_of, partner: "P1", book } });
check(typeof assessment.data === "object" && assessment.data.lines[0]?.quota !== null, `assess: ${JSON.stringify(assessment)}`);

const header = { "Idempotency-Key": `fetch-${Date.now()}` };
const proposal = await client.POST("/v1/vendors/{vendor}/proposals", { params: { ...params, header }, body: { as_of, target, book } });
check(typeof proposal.data === "object" && proposal.data.lines.length === 2, "propose");

// A literal body, as somebody writes it first.
const review = await client.POST("/v1/vendors/{vendor}/reviews", {
  params,
  body: { as_of, book: { currency: "USD", partners: [{ partner_id: "P1" }], revenue: [{ partner_id: "P1", month: "2025-12", amount: "5.00" }] } },
});
check(typeof review.data === "object" && review.data.schema === "quotient.review/1" && review.data.partners.length === 1, "review");

const explanation = await client.POST("/v1/vendors/{vendor}/explanations", { params, body: { as_of, target, partner: "P1", book } });
check(explanation.data !== undefined && explanation.data.lines.length === 1, "explain");

const refused = await client.POST("/v1/vendors/{vendor}/proposals", { params, body: { as_of, book: { kind: "change", base: "0" } } });
check(refused.error?.code === "book_unknown", "problem");
