// Sends requests to a running server: `quotient serve`, then `node client.ts` (Node 22.18 or later), or `npm install && npm start`.
// Only erasable TypeScript syntax is used.
import { readFileSync } from "node:fs";

const url = process.env["QUOTIENT_URL"] ?? "http://127.0.0.1:7070";
const vendor = `/v1/vendors/${process.env["QUOTIENT_VENDOR"] ?? "meridian"}`;
const sample = (name: string): string => readFileSync(new URL(`../${name}`, import.meta.url), "utf8");

/** A problem document of the server (RFC 9457). */
interface ProblemDocument { code: string; detail: string; status: number; request_id: string; errors: { code: string; message: string; places: { pointer?: string }[] }[] }
/** Money is a string, never a number: `JSON.parse` would round it. */
interface Assessment { partner_id: string; partner_name: string; lines: { quota: unknown }[] }
interface Trailer { lines: number; ok: number; failed: number; revision: string; hash: string; problem: ProblemDocument | null }
type Line = { ok: Assessment } | { error: ProblemDocument } | { trailer: Trailer };

class Problem extends Error {
  readonly document: ProblemDocument;
  constructor(document: ProblemDocument) {
    super(`${document.code}: ${document.detail} (request ${document.request_id})`);
    this.document = document;
  }
}

/** Returns the revision and the text of the answer; throws `Problem`. */
async function ask(path: string, body?: string, headers: Record<string, string> = {}): Promise<[string, string]> {
  const token = process.env["QUOTIENT_TOKEN"];
  const all = { "Content-Type": "application/json", ...(token ? { Authorization: `Bearer ${token}` } : {}), ...headers };
  const sent = body === undefined ? { headers: all } : { method: "POST", headers: all, body };
  const answer = await fetch(url + path, { ...sent, signal: AbortSignal.timeout(30_000) });
  const text = await answer.text();
  if (!answer.ok) throw new Problem(JSON.parse(text) as ProblemDocument);
  return [answer.headers.get("Quotient-Revision") ?? "", text];
}

for (let tries = 0; ; tries++) { // ready once one vendor has usable rules
  try { await ask("/health/ready"); break; } catch (error) {
    if (tries >= 50) throw error;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

const [revision, text] = await ask(`${vendor}/assessments`, sample("assessment.json"));
const one = JSON.parse(text) as Assessment;
console.log(`assessment: ${JSON.stringify(one.lines[0]?.quota)} for ${one.partner_name}, by revision ${revision.slice(0, 12)}`);

const [, batch] = await ask(`${vendor}/assessments`, sample("batch.ndjson"), { "Content-Type": "application/x-ndjson" });
const lines = batch.trimEnd().split("\n").map((line) => JSON.parse(line) as Line);
const last = lines.pop();
if (last === undefined || !("trailer" in last) || last.trailer.lines !== lines.length || last.trailer.problem) throw new Error("the batch was cut off");
for (const line of lines) console.log("batch:", "ok" in line ? line.ok.partner_id : "error" in line ? line.error.detail : line);

const [decidedBy, proposal] = await ask(`${vendor}/proposals`, sample("proposal.json"), { "Idempotency-Key": crypto.randomUUID() });
console.log(`proposal: ${(JSON.parse(proposal) as { lines: unknown[] }).lines.length} quotas, by revision ${decidedBy.slice(0, 12)}`);

try {
  await ask(`${vendor}/assessments`, '{"as_of": "2025-02-30"}');
} catch (error) {
  if (!(error instanceof Problem)) throw error;
  console.log("refused as expected:", error.message);
}
