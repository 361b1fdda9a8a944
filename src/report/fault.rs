use crate::units::MoneyError;
use std::io;
use thiserror::Error;

/// Why a report could not be made.
#[derive(Debug, Error)]
pub enum ReportFault {
    /// A total cannot be calculated.
    #[error("a total of the report cannot be calculated: {0}")]
    Amount(#[from] MoneyError),
    /// More lines than a worksheet has rows.
    #[error("{lines} lines do not fit in a worksheet, which holds {most}; use `--format csv` or `--format json`")]
    TooManyLines {
        /// Lines of the plan.
        lines: usize,
        /// Lines that fit.
        most: usize,
    },
    /// The file or stream cannot be written.
    #[error("the report cannot be written: {0}")]
    Write(#[from] io::Error),
    /// The workbook cannot be made.
    #[error("the workbook cannot be written: {0}")]
    Workbook(#[from] rust_xlsxwriter::XlsxError),
    /// The page cannot be made.
    #[error("the page cannot be written: {0}")]
    Page(#[from] minijinja::Error),
}

impl From<serde_json::Error> for ReportFault {
    fn from(fault: serde_json::Error) -> Self {
        Self::Write(fault.into())
    }
}

impl From<csv::Error> for ReportFault {
    fn from(fault: csv::Error) -> Self {
        Self::Write(fault.into())
    }
}
