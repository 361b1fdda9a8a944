//! Surveying: what each partition adds to one round of a survey.

use super::book_facts::BookFacts;
use super::fault::PartitionFault;
use super::question::Question;
use super::seen::Seen;
use super::sums::{Squares, Sums};
use super::survey::{Next, Survey};
use crate::channel::{KnownMonths, PartnerBook};
use crate::finding::{Finding, Findings};
use crate::planning::{Common, Frame, Pooled, Request};
use crate::plugin::VendorPlugin;
use std::collections::BTreeSet;

/// Addition of one document or partition to a round.
#[derive(Debug)]
pub enum Part {
    /// To the first round.
    Book(Box<BookFacts>),
    /// To the second round.
    Sums(Box<Sums>),
    /// To the third round.
    Squares(Squares),
}

/// One round of a survey, over a partition.
#[derive(Debug, Clone)]
pub struct Surveyor<'p> {
    plugin: &'p VendorPlugin,
    /// `None` in the first round.
    frame: Option<Frame<'p>>,
    survey: Survey,
}

/// The frame of a channel, from the first round of its survey.
pub(super) fn frame<'p>(plugin: &'p VendorPlugin, survey: &Survey) -> Result<(Frame<'p>, PartnerBook), Findings> {
    let book = survey.book.book();
    let view = survey.question.view(plugin, &book)?;
    let months: BTreeSet<_> = survey.book.months.iter().map(|month| month.0).collect();
    Ok((Frame { plugin, view, known_months: KnownMonths::of_months(&months) }, book))
}

/// The facts that all lines of a channel share, from its whole survey.
pub(super) fn common(frame: &Frame<'_>, book: &PartnerBook, survey: &Survey) -> Result<Common, Finding> {
    survey.verify()?;
    let lacks = |round| Finding::from(PartitionFault::NotSurveyed { round });
    let sums = survey.sums.as_ref().ok_or_else(|| lacks("sums"))?;
    if survey.next() == Next::Survey {
        return Err(lacks("squares"));
    }
    let squares = survey.squares.as_ref().map(|squares| squares.learned.as_slice()).unwrap_or_default();
    Ok(frame.common(book, &sums.tally, &sums.learned, squares))
}

impl<'p> Surveyor<'p> {
    /// Begins the first round.
    ///
    /// # Errors
    /// When the period or the date does not fit the vendor, or its lines cannot be assessed apart.
    pub fn first(plugin: &'p VendorPlugin, request: &Request) -> Result<Self, Findings> {
        Ok(Self { plugin, frame: None, survey: Survey::new(Question::new(plugin, request)?) })
    }

    /// Begins the round after those of a merged survey.
    ///
    /// # Errors
    /// When the survey is of other rules, lacks partners, or has all its rounds.
    pub fn after(plugin: &'p VendorPlugin, mut survey: Survey) -> Result<Self, Findings> {
        let (frame, _) = frame(plugin, &survey)?;
        survey.verify()?;
        let learned = plugin.manifest.parameters.learned.len();
        if survey.next() == Next::Lines {
            return Err(Finding::from(PartitionFault::Surveyed {}).into());
        }
        match survey.sums {
            None => survey.sums = Some(Sums { learned: vec![Pooled::default(); learned], ..Sums::default() }),
            Some(_) => {
                survey.squares = Some(Squares { learned: vec![Pooled::default(); learned], ..Squares::default() })
            }
        }
        Ok(Self { plugin, frame: Some(frame), survey })
    }

    /// Returns what a part of the book adds to the round.
    ///
    /// # Errors
    /// When it does not fit the rounds before.
    pub fn part(&self, mut book: PartnerBook) -> Result<Part, Findings> {
        let Some(frame) = &self.frame else {
            let facts = BookFacts::of(self.plugin, &book, self.survey.question.as_of.0);
            return Ok(Part::Book(Box::new(facts)));
        };
        self.survey.book.adopt(self.plugin, &mut book)?;
        let seen = Seen::of(&book);
        Ok(match (&self.survey.sums, &self.survey.squares) {
            (Some(sums), Some(_)) => Part::Squares(Squares { seen, learned: frame.squares(&book, &sums.learned) }),
            _ => {
                let (tally, learned) = frame.sums(&book);
                Part::Sums(Box::new(Sums { seen, tally, learned }))
            }
        })
    }

    /// Adds a part to the round; fails when it states a shared value differently than the parts before it.
    pub fn add(&mut self, part: Part) -> Result<(), Finding> {
        match (part, &mut self.survey) {
            (Part::Book(facts), survey) => survey.book.merge(*facts)?,
            (Part::Sums(part), Survey { sums: Some(sums), .. }) => sums.merge(&part),
            (Part::Squares(part), Survey { squares: Some(squares), .. }) => squares.merge(&part),
            (Part::Sums(_) | Part::Squares(_), _) => {}
        }
        Ok(())
    }

    /// The survey of the parts added.
    pub fn survey(self) -> Survey {
        self.survey
    }
}
