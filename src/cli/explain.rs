//! `explain`: one partner's quota, step by step, and what would have to be different.

use super::propose::PlanOptions;
use super::{Stop, Terminal, output};
use crate::planning::{self, Explained, LineChoice};
use crate::report::{self, ExplainView};
use crate::script::on_script_threads;
use std::path::PathBuf;

/// Formats of an explanation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For a terminal.
    Table,
    /// For programs.
    Json,
    /// The waterfall as a picture.
    Svg,
}

/// Arguments of `explain`.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Vendor whose rules are applied.
    vendor: String,
    /// Partner id.
    #[arg(allow_negative_numbers = true)]
    partner: String,
    /// Only this product line.
    #[arg(long, value_name = "NAME")]
    product_line: Option<String>,
    /// Only this territory.
    #[arg(long, value_name = "NAME")]
    territory: Option<String>,
    #[command(flatten)]
    plan: PlanOptions,
    /// How the explanation is written.
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    format: Format,
    /// File to write to; stdout when left out.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Runs `explain`.
pub fn run(options: &Options, terminal: Terminal) -> Result<(), Stop> {
    let inputs = options.plan.load(&options.vendor)?;
    let spinner = super::propose::spinner("assessing the channel");
    let choice = LineChoice {
        partner: options.partner.clone(),
        product_line: options.product_line.clone(),
        territory: options.territory.clone(),
    };
    let made = on_script_threads(options.plan.threads.map(usize::from), || {
        planning::explain(&inputs.plugin, &inputs.book, &inputs.request, &choice)
    });
    spinner.finish_and_clear();
    let Explained { plan, lines, sensitivities } = made.map_err(Stop::Refused)?;
    let views: Vec<ExplainView<'_>> = lines
        .iter()
        .zip(&sensitivities)
        .map(|(line, moves)| ExplainView::new(&plan, &plan.lines[*line], moves))
        .collect();
    let table =
        report::TableOptions { width: terminal.width, colour: terminal.colour, ..report::TableOptions::default() };
    output::to(options.output.as_deref(), |mut out| {
        let written = match options.format {
            Format::Json => report::explain::write_json(&plan, &views, &mut out),
            Format::Table => views.iter().try_for_each(|view| Ok(writeln!(out, "{}", view.text(&table)?)?)),
            Format::Svg => views.iter().try_for_each(|view| Ok(writeln!(out, "{}", view.waterfall_svg()?)?)),
        };
        written.map_err(|fault: report::ReportFault| std::io::Error::other(fault))
    })
}
