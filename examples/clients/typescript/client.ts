// Sends requests with `openapi-fetch` and the types that `npm run generate` makes from the OpenAPI document: see README.md.
// Amounts stay decimal strings: a JavaScript number would round them.
import { readFileSync } from "node:fs";
import createClient from "openapi-fetch";
import type { components, paths } from "./quotient.js";

type Schemas = components["schemas"];
type Line = { ok: Schemas["Assessment"] } | { error: Schemas["Problem"] } | { trailer: { lines: number; problem: unknown } };
const sample = (name: string): string => readFileSync(new URL(`../${name}`, import.meta.url), "utf8");

/** Repeats refused requests and those without a response, after `Retry-After` seconds; `Idempotency-Key` makes that safe. */
async function retrying(request: Request): Promise<Response> {
  for (const pause of [0.2, 0.5, 1, 2, 5]) {
    const response = await fetch(request.clone()).catch(() => undefined);
    if (response && response.status !== 429 && response.status !== 503) return response;
    const seconds = Number(response?.headers.get("Retry-After") ?? pause);
    await new Promise((resolve) => setTimeout(resolve, Math.min(seconds, 30) * 1000));
  }
  return fetch(request);
}

const token = process.env["QUOTIENT_TOKEN"];
const client = createClient<paths>({
  baseUrl: process.env["QUOTIENT_URL"] ?? "http://127.0.0.1:7070",
  headers: token ? { Authorization: `Bearer ${token}` } : {},
  fetch: retrying,
});
const path = { vendor: process.env["QUOTIENT_VENDOR"] ?? "meridian" };
const revisionOf = (response: Response): string => (response.headers.get("Quotient-Revision") ?? "").slice(0, 12);
const refusal = (problem: Schemas["Problem"]): string => `${problem.code}: ${problem.detail} (request ${problem.request_id})`;

/** Returns the document of a decision; throws where the server refused it. */
function decided<Document extends object>(answer: { data?: Document | string; error?: Schemas["Problem"]; response: Response }): Document {
  if (answer.error) throw new Error(refusal(answer.error));
  if (typeof answer.data !== "object") throw new Error(`an unexpected response: ${answer.response.status}`);
  return answer.data;
}

const assessed = await client.POST("/v1/vendors/{vendor}/assessments", { params: { path }, body: JSON.parse(sample("assessment.json")) as Schemas["AssessmentRequest"] });
const one = decided<Schemas["Assessment"]>(assessed);
console.log(`assessment: ${one.lines[0]?.quota} ${one.currency} for ${one.partner_name}, by revision ${revisionOf(assessed.response)}`);

// A batch is lines in both directions, which are sent and read as text.
const batch = await client.POST("/v1/vendors/{vendor}/assessments", {
  params: { path }, body: sample("batch.ndjson"), bodySerializer: (body) => String(body), parseAs: "text", headers: { "Content-Type": "application/x-ndjson" },
});
const lines = String(batch.data).trimEnd().split("\n").map((line) => JSON.parse(line) as Line);
const last = lines.pop(); // a response without a trailer was cut off
if (last === undefined || !("trailer" in last) || last.trailer.lines !== lines.length || last.trailer.problem) throw new Error("the batch was cut off");
for (const line of lines) console.log("batch:", "ok" in line ? line.ok.partner_id : "error" in line ? line.error.detail : line);

const header = { "Idempotency-Key": crypto.randomUUID() };
const proposed = await client.POST("/v1/vendors/{vendor}/proposals", { params: { path, header }, body: JSON.parse(sample("proposal.json")) as Schemas["ProposalRequest"] });
console.log(`proposal: ${decided<Schemas["Proposal"]>(proposed).lines.length} quotas, by revision ${revisionOf(proposed.response)}`);

const refused = await client.POST("/v1/vendors/{vendor}/assessments", { params: { path }, body: { book: { kind: "change", base: "0" } } });
if (!refused.error) throw new Error("a book that is not stored was found");
console.log("refused as expected:", refusal(refused.error));
