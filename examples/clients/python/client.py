"""Sends requests with the generated package `quotient_client`: see README.md. Amounts are decimals from end to end."""

import json, os, pathlib, time, uuid
from decimal import Decimal
import httpx
from quotient_client import Client, models
from quotient_client.api.decisions import assess, propose

VENDOR = os.environ.get("QUOTIENT_VENDOR", "meridian")
HERE = pathlib.Path(__file__).parent.parent


class Retrying(httpx.HTTPTransport):
    """Repeats refused requests and those without a response, after `Retry-After` seconds; `Idempotency-Key` makes that safe."""

    def handle_request(self, request):
        for pause in (0.2, 0.5, 1, 2, 5):
            try:
                response = super().handle_request(request)
                if response.status_code not in (429, 503):
                    return response
                response.close()
                pause = float(response.headers.get("Retry-After", pause))
            except httpx.TransportError:
                pass
            time.sleep(min(pause, 30))
        return super().handle_request(request)


token = os.environ.get("QUOTIENT_TOKEN")
client = Client(
    base_url=os.environ.get("QUOTIENT_URL", "http://127.0.0.1:7070"),
    headers={"Authorization": f"Bearer {token}"} if token else {},
    httpx_args={"transport": Retrying()},
)


def sample(name, kind):
    return kind.from_dict(json.loads((HERE / name).read_text()))


def decided(response):
    """Returns the document of a decision; exits with the problem where the server refused it."""
    if isinstance(response.parsed, models.Problem):
        raise SystemExit(f"{response.parsed.code}: {response.parsed.detail} (request {response.parsed.request_id})")
    return response.parsed, response.headers["Quotient-Revision"][:12]


one, revision = decided(assess.sync_detailed(VENDOR, client=client, body=sample("assessment.json", models.AssessmentRequest)))
quota = Decimal(one.lines[0].quota)  # null when every factor abstained
print(f"assessment: {quota} {one.currency} for {one.partner_name}, by revision {revision}")

# A batch is lines in both directions, for which generators have no type.
batch = (HERE / "batch.ndjson").read_bytes()
response = client.get_httpx_client().post(f"/v1/vendors/{VENDOR}/assessments", content=batch, headers={"Content-Type": "application/x-ndjson"})
*lines, last = [json.loads(line) for line in response.text.splitlines()]
trailer = last.get("trailer")  # a response without a trailer was cut off
assert trailer and trailer["lines"] == len(lines) and trailer["problem"] is None, "the batch was cut off"
for line in lines:
    print("batch:", line["ok"]["partner_id"] if "ok" in line else line["error"]["detail"])

request = sample("proposal.json", models.ProposalRequest)
proposal, revision = decided(propose.sync_detailed(VENDOR, client=client, body=request, idempotency_key=str(uuid.uuid4())))
total = sum(Decimal(line.quota) for line in proposal.lines)
print(f"proposal: {len(proposal.lines)} quotas, {total} in total, by revision {revision}")

unknown = models.AssessmentRequest.from_dict({"book": {"kind": "change", "base": "0"}})
refused = assess.sync(VENDOR, client=client, body=unknown)
print(f"refused as expected: {refused.code}: {refused.detail} (request {refused.request_id})")
