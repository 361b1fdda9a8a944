"""Splits a partner book of CSV files into partitions: one document per partner and line, ascending by partner.

    python3 split.py DIRECTORY PARTS OUTPUT

Writes OUTPUT/part-N.ndjson. Needs the headings of docs/books.md; values stay text, so that amounts stay exact. Tables that
belong to no partner (market, targets) go into the document of the first partner: the survey collects them.
"""

import csv
import json
import pathlib
import sys


def rows(path):
    with open(path, newline="", encoding="utf-8") as file:
        return [{name: value or None for name, value in row.items()} for row in csv.DictReader(file)]


def documents(directory):
    """The document of each partner, by its id."""
    tables = {path.stem: rows(path) for path in sorted(pathlib.Path(directory).glob("*.csv"))}
    found = {row["partner_id"]: {} for row in tables["partners"]}
    for name, table in tables.items():
        if table and "partner_id" not in table[0]:
            continue
        for document in found.values():
            document[name] = []  # an empty list is "none"; a table that is absent is "not known"
        for row in table:
            found[row["partner_id"]][name].append(row)
    first = found[min(found)]
    for name, table in tables.items():
        first.setdefault(name, table)
    return found


def main(directory, parts, output):
    found = documents(directory)
    files = [open(pathlib.Path(output) / f"part-{part}.ndjson", "w", encoding="utf-8") for part in range(parts)]
    for place, partner in enumerate(sorted(found, key=lambda partner: partner.encode())):
        files[place % parts].write(json.dumps(found[partner], ensure_ascii=False) + "\n")
    for file in files:
        file.close()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
