//! `explain`: one partner's quota step by step, and what would change it.

use super::groups::Output;
use super::plan::PlanOptions;
use super::progress::spinner;
use super::{CommandError, Terminal};
use crate::planning::{self, Explained, LineChoice};
use crate::report::{self, ExplainView};
use crate::script::on_script_threads;

/// Formats of an explanation.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For a terminal.
    #[default]
    Table,
    /// For programs; described by `schema/explanation.schema.json`.
    Json,
    /// The waterfall chart as SVG.
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
    #[command(flatten)]
    output: Output<Format>,
    /// Add the band and the odds of each line, estimated from past periods planned with the same rules.
    #[arg(long)]
    bands: bool,
}

/// Runs `explain`.
pub fn run(options: &Options, terminal: Terminal) -> Result<(), CommandError> {
    let mut inputs = options.plan.load(&options.vendor)?;
    inputs.request.bands = options.bands;
    let busy = spinner("assessing the channel");
    let choice = LineChoice {
        partner: options.partner.clone(),
        product_line: options.product_line.clone(),
        territory: options.territory.clone(),
    };
    let explained = on_script_threads(options.plan.threads.count(), || {
        planning::explain(&inputs.plugin, &inputs.book, &inputs.request, &choice)
    });
    busy.finish_and_clear();
    let Explained { plan, lines, sensitivities } = explained?;
    let views: Vec<ExplainView<'_>> = lines
        .iter()
        .zip(&sensitivities)
        .map(|(line, moves)| ExplainView::new(&plan, &plan.lines[*line], moves))
        .collect();
    let table =
        report::TableOptions { width: terminal.width, colour: terminal.colour, ..report::TableOptions::default() };
    options.output.write(|mut out| {
        let written = match options.output.format {
            Format::Json => report::explain::write_json(&plan, &views, &mut out),
            Format::Table => views.iter().try_for_each(|view| Ok(writeln!(out, "{}", view.text(&table)?)?)),
            Format::Svg => views.iter().try_for_each(|view| Ok(writeln!(out, "{}", view.waterfall_svg()?)?)),
        };
        written.map_err(|fault: report::ReportFault| std::io::Error::other(fault))
    })
}
