#!/usr/bin/env bash
# Sends requests to a running server: `quotient serve`, then `bash examples/clients/client.sh`. Needs curl.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
url=${QUOTIENT_URL:-http://127.0.0.1:7070}
vendor=$url/v1/vendors/${QUOTIENT_VENDOR:-meridian}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Bodies and headers go to two files; a problem is printed with its code and request id and ends the script.
ask() {
    local status
    status=$(curl --silent --show-error --max-time 30 --output "$work/body" --dump-header "$work/head" \
        --write-out '%{http_code}' ${QUOTIENT_TOKEN:+--oauth2-bearer "$QUOTIENT_TOKEN"} "$@")
    case $status in
    2*) ;;
    *) printf 'status %s: %s\n' "$status" "$(cat "$work/body")" >&2; return 1 ;;
    esac
}
# A string member by its name, from JSON in the server's format; use jq where it is installed.
member() { grep -o "\"$1\": *\"[^\"]*\"" "$work/body" | head -n 1 | cut -d '"' -f 4; }
header() { tr -d '\r' <"$work/head" | awk -F ': ' -v name="$1" 'tolower($1) == name { print $2 }'; }

for _ in $(seq 50); do # ready once one vendor has usable rules
    curl --silent --fail --output "$work/body" "$url/health/ready" && break
    sleep 0.2
done

ask --json @assessment.json "$vendor/assessments"
revision=$(header quotient-revision)
echo "assessment: $(member quota) for $(member partner_name), by revision ${revision:0:12}"

ask --header 'Content-Type: application/x-ndjson' --data-binary @batch.ndjson "$vendor/assessments"
lines=$(grep -c '^{"ok":' "$work/body")
tail -n 1 "$work/body" | grep -q '^{"trailer":' || { echo "the batch was cut off" >&2; exit 1; }
echo "batch: $lines of $(grep -c . batch.ndjson) assessed, trailer seen"

ask --json @proposal.json --header "Idempotency-Key: example-$$" "$vendor/proposals"
echo "proposal: decided by revision $(header quotient-revision | cut -c 1-12)"

if ask --json '{"as_of": "2025-02-30"}' "$vendor/assessments" 2>"$work/problem"; then exit 1; fi
echo "refused as expected: $(member code), request $(header x-request-id)"
