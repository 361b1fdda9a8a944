"""Sums of the shipped exports, read with nothing but Python's standard library.

Prints one JSON object: for each directory in `examples` what an independent reader finds. The test of the shipped mapping
files compares it with what the program reads. Workbooks are read with openpyxl where it is installed, else from their XML.
"""

import csv
import json
import re
import sys
import zipfile
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(sys.argv[1])
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def rows_of_csv(path, encoding="utf-8"):
    """Rows as dictionaries; a row with fewer fields than the header is the footer of a report."""
    with open(path, encoding=encoding, newline="") as file:
        reader = csv.reader(file)
        header = next(reader)
        return [dict(zip(header, row)) for row in reader if len(row) == len(header)]


def rows_of_workbook(path, sheet, number):
    try:
        import openpyxl
    except ImportError:
        return rows_of_xml(path, number)
    header, *rows = openpyxl.load_workbook(path)[sheet].iter_rows(values_only=True)
    return [dict(zip(header, ("" if value is None else value for value in row))) for row in rows]


def rows_of_xml(path, number):
    """Rows of the sheet with that number; numbers are numbers, and the caller knows which of them are dates."""
    with zipfile.ZipFile(path) as archive:
        root = ElementTree.fromstring(archive.read(f"xl/worksheets/sheet{number}.xml"))
    table = []
    for row in root.iter(MAIN + "row"):
        cells = {}
        for cell in row.iter(MAIN + "c"):
            text, value = cell.find(f"{MAIN}is/{MAIN}t"), cell.find(MAIN + "v")
            column = re.match("[A-Z]+", cell.get("r")).group()
            cells[column] = text.text if text is not None else Decimal(value.text)
        table.append(cells)
    header = table[0]
    return [{name: row.get(column, "") for column, name in header.items()} for row in table[1:]]


def year_of(value):
    if hasattr(value, "year"):
        return value.year
    if isinstance(value, Decimal):
        return (date(1899, 12, 30) + timedelta(days=int(value))).year
    return int(re.search(r"\d{4}", value).group())


def exact(amounts):
    return f"{sum((Decimal(str(amount)) for amount in amounts), Decimal('0.00')):.2f}"


def summary(partners, sales, deals, partner, amount, day, pipeline="", is_open=None):
    """`sales` are rows of revenue; `deals` are rows of opportunities of partners, or `None`."""
    years = sorted({year_of(row[day]) for row in sales})
    found = {
        "partners": len(partners),
        "rows": len(sales),
        "years": {str(year): exact(row[amount] for row in sales if year_of(row[day]) == year) for year in years},
        "buyers": len({row[partner] for row in sales}),
    }
    if deals is not None:
        still_open = [row for row in deals if is_open(row)]
        found["opportunities"] = len(deals)
        found["pipeline"] = exact(row[pipeline or amount] for row in still_open)
    return found


def crm(partners, deals, partner, amount, day, is_won, is_open, pipeline=""):
    of_partners = [row for row in deals if row[partner] != ""]
    sales = [row for row in of_partners if is_won(row)]
    return summary(partners, sales, of_partners, partner, amount, day, pipeline, is_open)


def netsuite():
    folder = ROOT / "netsuite"
    transactions = rows_of_csv(folder / "ChannelTransactions.csv")
    sales = [row for row in transactions if row["Type"] in ("Invoice", "Credit Memo")]
    partners = rows_of_csv(folder / "ChannelCustomers.csv")
    return summary(partners, sales, None, "Customer : Internal ID", "Amount", "Date")


def sap():
    def rows(name):
        lines = (ROOT / "sap" / name).read_text("utf-16").splitlines()
        header, *others = [line.split("\t") for line in lines]
        return [dict(zip(header, other)) for other in others]

    def number(text):
        plain = text.replace(".", "").replace(",", ".")
        return Decimal("-" + plain[:-1] if plain.endswith("-") else plain)

    sales = [row | {"amount": number(row["Nettowert"])} for row in rows("billing.tsv") if row["FkArt"] in ("F2", "G2")]
    return summary(rows("customers.tsv"), sales, None, "Auftraggeber", "amount", "Fakturadatum")


def main():
    report, loader, hubspot = ROOT / "salesforce-report", ROOT / "salesforce-data-loader", ROOT / "hubspot"
    dynamics, zoho = ROOT / "dynamics-365", ROOT / "zoho"
    found = {
        "salesforce-report": crm(
            rows_of_csv(report / "report1767341700123.csv", "iso-8859-1"),
            rows_of_csv(report / "report1767341762456.csv", "iso-8859-1"),
            "Reseller: Account ID", "Amount", "Close Date",
            lambda row: row["Won"] == "1", lambda row: row["Closed"] == "0",
        ),
        "salesforce-data-loader": crm(
            rows_of_csv(loader / "Account.csv"), rows_of_csv(loader / "Opportunity.csv"),
            "RESELLER__C", "AMOUNT", "CLOSEDATE",
            lambda row: row["ISWON"] == "true", lambda row: row["ISCLOSED"] == "false",
        ),
        "hubspot": crm(
            rows_of_csv(hubspot / "hubspot-crm-exports-all-companies.csv"),
            rows_of_csv(hubspot / "hubspot-crm-exports-all-deals.csv"),
            "Associated Company IDs", "Amount", "Close Date",
            lambda row: row["Deal Stage"] == "Closed won", lambda row: not row["Deal Stage"].startswith("Closed"),
        ),
        "dynamics-365": crm(
            rows_of_workbook(dynamics / "Channel.xlsx", "Channel Partners", 1),
            rows_of_workbook(dynamics / "Channel.xlsx", "All Opportunities", 2),
            "Partner", "Actual Revenue", "Actual Close Date",
            lambda row: row["Status"] == "Won", lambda row: row["Status"] == "Open", "Est. Revenue",
        ),
        "zoho": crm(
            rows_of_csv(zoho / "Accounts_2026_01_02.csv"), rows_of_csv(zoho / "Deals_2026_01_02.csv"),
            "Account Name.id", "Amount", "Closing Date",
            lambda row: row["Stage"] == "Closed Won", lambda row: not row["Stage"].startswith("Closed"),
        ),
        "netsuite": netsuite(),
        "sap": sap(),
    }
    json.dump(found, sys.stdout, indent=2)
    print()


main()
