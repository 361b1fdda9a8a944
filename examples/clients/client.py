"""Sends requests to a running server: `quotient serve`, then `python3 examples/clients/client.py`. Requires only Python 3.9."""

import json, os, pathlib, time, urllib.error, urllib.request
from decimal import Decimal

URL = os.environ.get("QUOTIENT_URL", "http://127.0.0.1:7070")
VENDOR = "/v1/vendors/" + os.environ.get("QUOTIENT_VENDOR", "meridian")
HERE = pathlib.Path(__file__).parent


class Problem(Exception):
    """A problem document of the server (RFC 9457): code, detail, request_id, and all errors."""

    def __init__(self, document):
        super().__init__(f"{document['code']}: {document['detail']} (request {document['request_id']})")
        self.document = document


def ask(path, body=None, media="application/json", **headers):
    """Returns the revision and the body of the response; raises `Problem`."""
    if token := os.environ.get("QUOTIENT_TOKEN"):
        headers["Authorization"] = f"Bearer {token}"
    headers["Content-Type"] = media
    request = urllib.request.Request(URL + path, data=body, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.headers.get("Quotient-Revision"), answer.read().decode()
    except urllib.error.HTTPError as error:
        raise Problem(json.load(error)) from None


def wait_until_ready(seconds=10):
    end = time.monotonic() + seconds
    while True:
        try:
            return ask("/health/ready")
        except (OSError, Problem, KeyError):
            if time.monotonic() > end:
                raise
            time.sleep(0.2)


wait_until_ready()

revision, text = ask(VENDOR + "/assessments", (HERE / "assessment.json").read_bytes())
one = json.loads(text, parse_float=Decimal)
print(f"assessment: {one['lines'][0]['quota']} for {one['partner_name']}, by revision {revision[:12]}")

_, text = ask(VENDOR + "/assessments", (HERE / "batch.ndjson").read_bytes(), "application/x-ndjson")
*lines, last = [json.loads(line) for line in text.splitlines()]
trailer = last.get("trailer")  # a response without a trailer was cut off
assert trailer and trailer["lines"] == len(lines) and trailer["problem"] is None, "the batch was cut off"
for line in lines:
    print("batch:", line["ok"]["partner_id"] if "ok" in line else Problem(line["error"]))

proposal = (HERE / "proposal.json").read_bytes()
revision, text = ask(VENDOR + "/proposals", proposal, **{"Idempotency-Key": f"example-{time.time_ns()}"})
print(f"proposal: {len(json.loads(text)['lines'])} quotas, by revision {revision[:12]}")

try:
    ask(VENDOR + "/assessments", b'{"as_of": "2025-02-30"}')
except Problem as problem:
    print("refused as expected:", problem)
