//! `explain`: one partner's quota, step by step, and what would have to be different.

use super::propose::PlanOptions;
use super::{Stop, Terminal, output};
use crate::finding::{Code, Finding, did_you_mean};
use crate::planning::{self, Sensitivity};
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
    let made = on_script_threads(options.plan.threads.map(usize::from), || {
        let prepared = planning::prepare(&inputs.plugin, &inputs.book, &inputs.request, &|_, _| {})?;
        let settled = prepared.settlement.settle(&prepared.drafts, prepared.currency())?;
        let wanted: Vec<usize> =
            (0..prepared.drafts.len()).filter(|line| options.wants(&prepared.drafts[*line])).collect();
        let names: Vec<_> = inputs.plugin.factors().iter().map(|factor| factor.name.clone()).collect();
        let moves: Vec<Vec<Sensitivity>> =
            wanted.iter().map(|line| planning::sensitivities(&prepared, &settled, *line, &names)).collect();
        Ok((prepared.plan(settled, inputs.request.previous.as_deref())?, wanted, moves))
    });
    spinner.finish_and_clear();
    let (plan, wanted, moves) = made.map_err(Stop::Refused)?;
    if wanted.is_empty() {
        return Err(Stop::Refused(std::iter::once(options.unknown(&plan)).collect()));
    }
    let views: Vec<ExplainView<'_>> =
        wanted.iter().zip(&moves).map(|(line, moves)| ExplainView::new(&plan, &plan.lines[*line], moves)).collect();
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

impl Options {
    fn wants(&self, draft: &planning::Draft) -> bool {
        let is = |wanted: &Option<String>, found: Option<&crate::channel::Name>| {
            wanted.as_ref().is_none_or(|wanted| found.is_some_and(|found| **found == **wanted))
        };
        *draft.partner_id == *self.partner
            && is(&self.product_line, draft.segment.product_line.as_ref())
            && is(&self.territory, draft.territory.as_ref())
    }

    fn unknown(&self, plan: &planning::QuotaPlan) -> Finding {
        let partner = &self.partner;
        if plan.not_eligible.iter().any(|id| **id == **partner) {
            return Finding::error(
                Code::BookUnknownReference,
                format!("partner `{partner}` is not eligible for a quota"),
            )
            .help("see `[eligibility]` in the manifest");
        }
        if plan.lines.iter().any(|line| *line.partner_id == **partner) {
            return Finding::error(Code::BookUnknownReference, format!("partner `{partner}` has no such line"))
                .help("leave out `--product-line` and `--territory` to see all its lines");
        }
        let help = did_you_mean(partner, plan.lines.iter().map(|line| &*line.partner_id)).map_or_else(
            || "`quotient propose … --format csv` lists all partner ids".to_owned(),
            |near| format!("did you mean `{near}`?"),
        );
        Finding::error(Code::BookUnknownReference, format!("there is no partner `{partner}` in the plan")).help(help)
    }
}
