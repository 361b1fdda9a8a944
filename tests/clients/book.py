"""The book that every Python client sends: two partners with two years of revenue."""

import datetime, os

URL = os.environ["QUOTIENT_URL"]
AS_OF = datetime.date(2025, 12, 31)
TARGET = "720000.00"
BOOK = {
    "kind": "whole",
    "currency": "USD",
    "partners": [
        {"partner_id": "P1", "partner_name": "Alder Systems", "tier": "Gold", "since": "2019-03-01"},
        {"partner_id": "P2", "partner_name": "Beacon Consulting", "tier": "Silver", "since": "2021-03-01"},
    ],
    "revenue": [
        {"partner_id": partner, "month": f"{2024 + at // 12}-{at % 12 + 1:02}", "amount": "30000.00"}
        for partner in ("P1", "P2")
        for at in range(24)
    ],
}
CHANGE = {"kind": "change", "base": "0"}


def check(holds, what):
    if not holds:
        raise SystemExit(what)
