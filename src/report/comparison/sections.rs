//! Sections of a comparison that people read, the same on a terminal and in Markdown.

use super::decisions::{Decided, DecisionsDocument, PartnerDecisions};
use super::document::{ComparisonDocument, FileDocument};
use super::parts::PartChange;
use super::proposals::{GroupChange, MovedLine, ProposalsDocument};
use crate::report::figures::{Figures, clipped, count, counted, readable};
use crate::units::Money;

/// Characters of a name.
const NAME: usize = 36;

/// A table with its title.
pub(super) struct Section {
    pub(super) title: String,
    /// Headings; the columns named in `numbers` are aligned to the right.
    pub(super) columns: Vec<&'static str>,
    pub(super) numbers: &'static [usize],
    pub(super) rows: Vec<Vec<String>>,
    /// Sentence below; empty without one.
    pub(super) note: String,
}

/// Columns of two amounts and their difference.
const AMOUNTS: [&str; 3] = ["before", "after", "change"];

/// Returns the sections of the comparison, with at most `lines` lines and partners each.
pub(super) fn sections(document: &ComparisonDocument<'_>, lines: usize) -> Vec<Section> {
    let mut sections = Vec::new();
    if !document.files.is_empty() {
        let row = |file: &FileDocument<'_>| vec![file.state.to_owned(), readable(file.path)];
        let rows = document.files.iter().map(row).collect();
        let title = counted(document.files.len(), "file differs", "files differ");
        sections.push(Section { title, columns: vec!["", "file"], numbers: &[], rows, note: String::new() });
    }
    if let Some(proposal) = &document.proposal {
        quotas(proposal, lines, &mut sections);
    }
    if let Some(decisions) = document.decisions.as_ref().filter(|decisions| decisions.is_complete) {
        sections.push(decided(decisions, lines));
    }
    sections
}

fn quotas(proposal: &ProposalsDocument<'_>, lines: usize, sections: &mut Vec<Section>) {
    let (Some(before), Some(after), Some(change)) = (proposal.before.total, proposal.after.total, proposal.change)
    else {
        return;
    };
    let amounts = proposal.lines.iter().flat_map(|line| line.parts.iter().map(|part| part.change).chain([line.change]));
    let totals = proposal.parts.iter().flat_map(|part| [part.before, part.after]).chain([before, after]);
    let figures = Figures::of_amounts(amounts.chain(totals));
    let total = GroupChange { name: Some("quota"), before, after, change };
    let mut rows = vec![group_row("", &total, figures)];
    rows.extend(proposal.parts.iter().map(|part| part_row(part, figures)));
    sections.push(Section {
        title: "What moves the total".to_owned(),
        columns: std::iter::once("part").chain(AMOUNTS).collect(),
        numbers: &[1, 2, 3],
        rows,
        note: sentence(proposal),
    });
    for (title, without, groups) in
        [("By tier", "no tier", &proposal.tiers), ("By territory", "no territory", &proposal.territories)]
    {
        let moved: Vec<&GroupChange<'_>> = groups.iter().filter(|group| !group.change.is_zero()).collect();
        let is_told = groups.len() > 1 || groups.iter().any(|group| group.name.is_some());
        if is_told && !moved.is_empty() {
            sections.push(Section {
                title: title.to_owned(),
                columns: std::iter::once("").chain(AMOUNTS).collect(),
                numbers: &[1, 2, 3],
                rows: moved.iter().map(|group| group_row(without, group, figures)).collect(),
                note: String::new(),
            });
        }
    }
    if !proposal.lines.is_empty() && lines > 0 {
        let shown = proposal.lines.iter().take(lines);
        sections.push(Section {
            title: match proposal.lines.len() {
                all if all > lines => format!("Largest changes: {} of {} lines", count(lines), count(all)),
                all => format!("Changes: {}", counted(all, "line", "lines")),
            },
            columns: std::iter::once("line").chain(AMOUNTS).collect(),
            numbers: &[1, 2, 3],
            rows: shown.flat_map(|line| line_rows(line, figures)).collect(),
            note: String::new(),
        });
    }
}

/// `80 of 150 lines move: 50 up, 30 down, 0 new, 0 gone`.
fn sentence(proposal: &ProposalsDocument<'_>) -> String {
    let ProposalsDocument { raised, lowered, added, removed, unchanged, .. } = proposal;
    let moved = proposal.lines.len();
    let all = counted(moved + unchanged, "line", "lines");
    match moved {
        0 => format!("No quota moves ({all})."),
        _ => format!(
            "{} of {all} move: {} up, {} down, {} new, {} gone.",
            count(moved),
            count(*raised),
            count(*lowered),
            count(*added),
            count(*removed)
        ),
    }
}

fn group_row(without: &str, group: &GroupChange<'_>, figures: Figures) -> Vec<String> {
    let name = group.name.map_or_else(|| without.to_owned(), |name| clipped(name, NAME));
    vec![name, figures.money(group.before), figures.money(group.after), figures.signed(group.change)]
}

fn part_row(part: &PartChange<'_>, figures: Figures) -> Vec<String> {
    let name = format!("  {}", clipped(&part.label(), NAME));
    vec![name, figures.money(part.before), figures.money(part.after), figures.signed(part.change)]
}

/// The line, and below it what its change is made of.
fn line_rows(line: &MovedLine<'_>, figures: Figures) -> Vec<Vec<String>> {
    let segment = [line.segment.product_line.as_deref(), line.segment.territory.as_deref()];
    let name = [Some(line.partner_id), Some(line.partner_name)].into_iter().chain(segment).flatten();
    let name = clipped(&name.collect::<Vec<_>>().join(" · "), NAME);
    let quota =
        |quota: Option<Money>, without: &str| quota.map_or_else(|| without.to_owned(), |one| figures.money(one));
    let own = vec![name, quota(line.before, "new"), quota(line.after, "gone"), figures.signed(line.change)];
    let parts = line.parts.iter().map(|part| part_row(part, figures));
    std::iter::once(own).chain(parts).collect()
}

fn decided(decisions: &DecisionsDocument<'_>, lines: usize) -> Section {
    let moved = decisions.partners.len();
    let tiers = decisions.moved_tiers();
    let note = match moved {
        0 => {
            let partners = counted(decisions.unchanged, "partner", "partners");
            format!("No decision moves as of {} ({partners}).", decisions.as_of)
        }
        _ => format!(
            "{} of {} move, {} by tier.",
            count(moved),
            counted(moved + decisions.unchanged, "partner", "partners"),
            count(tiers)
        ),
    };
    Section {
        title: format!("Decisions as of {}", decisions.as_of),
        columns: vec!["partner", "before", "after"],
        numbers: &[],
        rows: decisions.partners.iter().take(lines).map(decided_row).collect(),
        note,
    }
}

/// Decisions about a partner that only one of the revisions makes.
fn decided_row(one: &PartnerDecisions<'_>) -> Vec<String> {
    let words = |side: &Option<Decided>| side.as_ref().map(Decided::words);
    let (before, after) = (words(&one.before), words(&one.after));
    let only = |own: &Option<Vec<String>>, other: &Option<Vec<String>>| match own {
        None => "the policies failed".to_owned(),
        Some(own) => {
            let is_new = |word: &&String| other.as_ref().is_none_or(|other| !other.contains(word));
            let own: Vec<String> = own.iter().filter(is_new).map(|word| readable(word)).collect();
            if own.is_empty() { "–".to_owned() } else { own.join("; ") }
        }
    };
    let name = clipped(&format!("{} · {}", one.partner_id, one.partner_name), NAME);
    vec![name, only(&before, &after), only(&after, &before)]
}
