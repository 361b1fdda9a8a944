// orval with fetch: an assessment, a proposal, a review, an explanation, and one problem.
import { assess, explain, propose, review } from "./generated/orval.js";
import { as_of, book, check, target } from "./book.js";

// Of an operation with several media types, orval leaves the choice to the caller.
const headers = { "Content-Type": "application/json" };
const assessment = await assess("meridian", { as_of, partner: "P1", book }, undefined, { headers });
check(assessment.status === 200, `assess: ${assessment.status}`);
const proposal = await propose("meridian", { as_of, target, book }, undefined, { headers: { ...headers, "Idempotency-Key": `orval-${Date.now()}` } });
check(proposal.status === 200 && typeof proposal.data === "object" && "lines" in proposal.data && proposal.data.lines.length === 2, "propose");
const reviewed = await review("meridian", { as_of, book });
check(reviewed.status === 200 && typeof reviewed.data === "object" && "partners" in reviewed.data, "review");
const explanation = await explain("meridian", { as_of, target, partner: "P1", book });
check(explanation.status === 200 && explanation.data.lines.length === 1, "explain");
const refused = await propose("meridian", { as_of, book: { kind: "change", base: "0" } });
check(refused.status === 404 && refused.data.code === "book_unknown", "problem");
