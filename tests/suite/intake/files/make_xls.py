"""Writes `book.xls`, a workbook in the format of Excel 97, with xlwt (pip install xlwt)."""
import datetime
import xlwt

book = xlwt.Workbook()
partners = book.add_sheet("partners")
for column, heading in enumerate(["partner_id", "since"]):
    partners.write(0, column, heading)
code, day = xlwt.easyxf(num_format_str="000"), xlwt.easyxf(num_format_str="yyyy-mm-dd")
partners.write(1, 0, 7, code)
partners.write(1, 1, datetime.date(2019, 5, 2), day)
partners.write(2, 0, "A-1")
revenue = book.add_sheet("revenue")
for column, heading in enumerate(["partner_id", "month", "amount"]):
    revenue.write(0, column, heading)
for row, amount in enumerate([1234567.89, 33333.333333333336, 12], 1):
    revenue.write(row, 0, 7, code)
    revenue.write(row, 1, "2025-%02d" % row)
    revenue.write(row, 2, amount)
revenue.row(3).hidden = True
deals = book.add_sheet("opportunities")
for column, heading in enumerate(["partner_id", "amount", "status", "close_date", "probability"]):
    deals.write(0, column, heading)
for row, (share, text) in enumerate([(0.75, "0%"), (75, "0"), (0.125, "0.0%")], 1):
    for column, value in enumerate(["A-1", 100, "open", "2026-01-31"]):
        deals.write(row, column, value)
    deals.write(row, 4, share, xlwt.easyxf(num_format_str=text))
notes = book.add_sheet("notes")
notes.write(0, 0, "not a table")
notes.visibility = 1
book.save("book.xls")
