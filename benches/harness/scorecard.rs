//! Bars, figures, and whether they are met.

use std::time::Duration;

/// One row: what was measured, the bar, the figure.
struct Row {
    number: &'static str,
    what: String,
    bar: String,
    figure: String,
    is_met: bool,
}

/// All rows in the order they were measured.
#[derive(Default)]
pub struct Scorecard {
    rows: Vec<Row>,
}

impl Scorecard {
    /// Adds a row and shows it at once.
    pub fn row(
        &mut self,
        number: &'static str,
        what: impl Into<String>,
        bar: impl Into<String>,
        figure: impl Into<String>,
        is_met: bool,
    ) {
        let row = Row { number, what: what.into(), bar: bar.into(), figure: figure.into(), is_met };
        eprintln!("{}", row.line());
        self.rows.push(row);
    }

    /// Adds a row for a time that must not be longer than the bar.
    pub fn at_most(&mut self, number: &'static str, what: impl Into<String>, bar: Duration, figure: Duration) {
        self.row(number, what, format!("≤ {}", shown(bar)), shown(figure), figure <= bar);
    }

    /// Prints the table; true when every bar is met.
    pub fn print(&self) -> bool {
        println!("\n| row | what | bar | figure | |\n| --- | --- | --- | --- | --- |");
        for row in &self.rows {
            println!("{}", row.line());
        }
        let missed = self.rows.iter().filter(|row| !row.is_met).count();
        println!("\n{} of {} bars met", self.rows.len() - missed, self.rows.len());
        missed == 0
    }
}

impl Row {
    fn line(&self) -> String {
        let verdict = if self.is_met { "pass" } else { "FAIL" };
        format!("| {} | {} | {} | {} | {verdict} |", self.number, self.what, self.bar, self.figure)
    }
}

/// A time in a unit that suits it.
pub fn shown(time: Duration) -> String {
    match time.as_micros() {
        micros @ 0..1_000 => format!("{micros} µs"),
        micros @ 1_000..1_000_000 => format!("{}.{} ms", micros / 1_000, micros % 1_000 / 100),
        micros => format!("{}.{} s", micros / 1_000_000, micros % 1_000_000 / 100_000),
    }
}
