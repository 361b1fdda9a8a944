// hey-api: an assessment, a proposal, a review, an explanation, and one problem.
import { client } from "./generated/hey-api/client.gen.js";
import { assess, explain, propose, review } from "./generated/hey-api/sdk.gen.js";
import { as_of, book, check, target, url } from "./book.js";

client.setConfig({ baseUrl: url });
const path = { vendor: "meridian" };

const assessment = await assess({ path, body: { as_of, partner: "P1", book } });
check(typeof assessment.data === "object" && assessment.data.lines[0]?.quota !== null, `assess: ${JSON.stringify(assessment)}`);
const proposal = await propose({ path, headers: { "Idempotency-Key": `hey-${Date.now()}` }, body: { as_of, target, book } });
check(proposal.data !== undefined && typeof proposal.data === "object" && "lines" in proposal.data && proposal.data.lines.length === 2, "propose");
const reviewed = await review({ path, body: { as_of, partner: "P2", book } });
check(reviewed.data !== undefined && typeof reviewed.data === "object" && "schema" in reviewed.data && reviewed.data.schema === "quotient.reviewed_partner/1", "review");
const explanation = await explain({ path, body: { as_of, target, partner: "P1", book } });
check(explanation.data?.lines.length === 1, "explain");
const refused = await propose({ path, body: { as_of, book: { kind: "change", base: "0" } } });
check(refused.error?.code === "book_unknown", "problem");
