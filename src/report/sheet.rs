//! Sheets of a workbook: formats, cells, tables, protection.

use super::ReportFault;
use crate::units::{Currency, Money, plain};
use rust_decimal::Decimal;
use rust_xlsxwriter::{
    Color, DocProperties, ExcelDateTime, Format, FormatAlign, Formula, ProtectionOptions, Table, TableColumn,
    TableStyle, Worksheet, XlsxError,
};

/// Rows up to which a sheet is an Excel table: the library keeps every cell of a table in memory, rows it does not.
const TABLE_ROWS: usize = 20_000;

/// Characters a cell holds, with room to spare.
const CELL_TEXT: usize = 32_000;

/// The one place where an amount becomes binary floating point: a workbook has no other number.
fn cell_number(amount: Decimal) -> f64 {
    // The nearest binary number to the decimal text; digits and a point always parse.
    plain(amount).parse().unwrap_or_default()
}

pub(super) struct Formats {
    pub(super) text: Format,
    pub(super) header: Format,
    pub(super) input_header: Format,
    pub(super) money: Format,
    pub(super) percent: Format,
    pub(super) plain: Format,
    pub(super) input_money: Format,
    pub(super) input_text: Format,
    pub(super) title: Format,
}

impl Formats {
    pub(super) fn of_currency(currency: Currency) -> Self {
        let decimals = usize::try_from(currency.decimals()).unwrap_or(0);
        let money = if decimals == 0 { "#,##0".to_owned() } else { format!("#,##0.{}", "0".repeat(decimals)) };
        let yellow = Color::RGB(0x00FF_F2CC);
        let header = Format::new().set_bold().set_text_wrap().set_align(FormatAlign::Top);
        Self {
            text: Format::new().set_num_format_index(49),
            input_header: header.clone().set_font_color(Color::RGB(0x007F_6000)),
            header,
            money: Format::new().set_num_format(&money),
            percent: Format::new().set_num_format("0.0%"),
            plain: Format::new(),
            input_money: Format::new().set_num_format(&money).set_background_color(yellow).set_unlocked(),
            input_text: Format::new().set_num_format_index(49).set_background_color(yellow).set_unlocked(),
            title: Format::new().set_bold(),
        }
    }
}

pub(super) fn titled(title: &str) -> Result<DocProperties, XlsxError> {
    // A fixed date: the same plan gives the same bytes.
    let created = ExcelDateTime::from_ymd(2000, 1, 1)?;
    Ok(DocProperties::new().set_title(title).set_author("quotient").set_creation_datetime(&created))
}

/// A sheet with one Excel table, written row by row.
pub(super) struct Sheet<'a> {
    pub(super) worksheet: &'a mut Worksheet,
    pub(super) row: u32,
}

impl Sheet<'_> {
    pub(super) fn text(&mut self, column: u16, text: &str, format: &Format) -> Result<(), XlsxError> {
        if text.is_empty() {
            return self.worksheet.write_blank(self.row, column, format).map(|_| ());
        }
        let text: String = text.chars().take(CELL_TEXT).collect();
        self.worksheet.write_string_with_format(self.row, column, text, format).map(|_| ())
    }

    pub(super) fn name(&mut self, column: u16, name: Option<&str>, format: &Format) -> Result<(), XlsxError> {
        self.text(column, name.unwrap_or(""), format)
    }

    pub(super) fn money(&mut self, column: u16, money: Option<Money>, format: &Format) -> Result<(), XlsxError> {
        match money {
            Some(money) => self.number(column, money.amount(), format),
            None => self.worksheet.write_blank(self.row, column, format).map(|_| ()),
        }
    }

    pub(super) fn number(&mut self, column: u16, number: Decimal, format: &Format) -> Result<(), XlsxError> {
        self.worksheet.write_number_with_format(self.row, column, cell_number(number), format).map(|_| ())
    }

    pub(super) fn formula(
        &mut self,
        column: u16,
        formula: String,
        result: Option<String>,
        format: &Format,
    ) -> Result<(), XlsxError> {
        let formula = Formula::new(formula).set_result(result.unwrap_or_default());
        self.worksheet.write_formula_with_format(self.row, column, formula, format).map(|_| ())
    }
}

/// Adds an Excel table of `columns` with `rows` rows below the header in row `first`.
///
/// Beyond [`TABLE_ROWS`] the same header and filter stand there without the table around them.
pub(super) fn add_table(
    worksheet: &mut Worksheet,
    name: &str,
    first: u32,
    columns: &[(String, &Format)],
    rows: usize,
) -> Result<(), ReportFault> {
    // An Excel table needs one row at least; an empty plan leaves it blank.
    let last = first + u32::try_from(rows.max(1)).unwrap_or(u32::MAX);
    let last_column = u16::try_from(columns.len().saturating_sub(1)).unwrap_or(u16::MAX);
    if rows > TABLE_ROWS {
        for (index, (name, format)) in (0..).zip(columns) {
            worksheet.write_string_with_format(first, index, name, format)?;
        }
        worksheet.autofilter(first, 0, last, last_column)?;
        return Ok(());
    }
    let table_columns: Vec<TableColumn> =
        columns.iter().map(|(name, format)| TableColumn::new().set_header(name).set_header_format(*format)).collect();
    let table = Table::new().set_name(name).set_columns(&table_columns).set_style(TableStyle::Light1);
    worksheet.add_table(first, 0, last, last_column, &table)?;
    Ok(())
}

/// Numbers of paper sizes in a workbook.
const LETTER_PAPER: u8 = 1;
const A4_PAPER: u8 = 9;

/// Currencies of countries that print on Letter paper; all others print on A4.
const LETTER: [&str; 12] = ["USD", "CAD", "MXN", "COP", "CLP", "PHP", "VES", "GTQ", "CRC", "NIO", "DOP", "PAB"];

/// Sets a sheet up for printing: landscape on the paper of the currency's country, as wide as one page, rows up to
/// `header` repeated on each page, title and page numbers below.
pub(super) fn set_up_print(worksheet: &mut Worksheet, currency: Currency, header: u32) -> Result<(), XlsxError> {
    let paper = if LETTER.contains(&currency.code()) { LETTER_PAPER } else { A4_PAPER };
    worksheet.set_landscape().set_paper_size(paper).set_print_fit_to_pages(1, 0);
    worksheet.set_margins(0.4, 0.4, 0.5, 0.6, 0.3, 0.3).set_header_footer_scale_with_doc(false);
    worksheet.set_repeat_rows(header, header)?.set_footer("&L&F &A&RPage &P of &N");
    Ok(())
}

/// Sets the width of a column, in characters.
pub(super) fn set_width(worksheet: &mut Worksheet, column: u16, width: u16) -> Result<(), ReportFault> {
    worksheet.set_column_width(column, f64::from(width))?;
    Ok(())
}

pub(super) fn protect(worksheet: &mut Worksheet) {
    let allowed = ProtectionOptions {
        format_columns: true,
        format_rows: true,
        sort: true,
        use_autofilter: true,
        ..ProtectionOptions::new()
    };
    worksheet.protect_with_options(&allowed);
}
