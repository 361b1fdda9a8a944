//! The plan of record: its state machine, and random negotiations that hold to it.

mod agreement;
mod approval;
mod business;
mod business_items;
mod cli;
mod people;
mod plan;
mod property;
mod rebuild;
mod round;
pub mod store;
mod view;

use chrono::{DateTime, NaiveDate, Utc};
use quotient::channel::SegmentKey;
use quotient::ledger::plan::{
    Actor, ApprovalRule, Assigned, Command, LineKey, OnSilence, Opening, PlanEvent, PlanState, Terms, decide, fold,
};
use quotient::units::Money;

/// A day as midnight in UTC.
pub fn day(text: &str) -> DateTime<Utc> {
    date(text).and_hms_opt(0, 0, 0).unwrap().and_utc()
}

pub fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub fn key(partner: &str) -> LineKey {
    LineKey::new(partner, &SegmentKey::default())
}

/// A line of 100 for each partner, a target of the sum, and no reserve.
pub fn opening(partners: &[&str]) -> Opening {
    let line = |partner: &&str| Assigned {
        line: key(partner),
        partner_name: format!("Partner {partner}"),
        manager: Some("Mara".to_owned()),
        home: None,
        figure: crate::usd(100),
        minimum: None,
    };
    Opening {
        name: "FY2026".to_owned(),
        vendor: "meridian".to_owned(),
        period: "FY2026".to_owned(),
        first_day: date("2026-01-01"),
        last_day: date("2026-12-31"),
        as_of: date("2025-12-31"),
        revision: "r".to_owned(),
        book: "b".to_owned(),
        proposal: "p".to_owned(),
        request: None,
        facts: None,
        tables: None,
        book_files: None,
        asked_target: None,
        target: Some(crate::usd(100 * partners.len() as i64)),
        reserve: crate::usd(0),
        terms: Terms { rounds: 2, reply_within_days: 10, on_silence: OnSilence::Escalate },
        approval: ApprovalRule::default(),
        review: None,
        lines: partners.iter().map(line).collect(),
    }
}

/// A plan while commands are given.
pub struct Round {
    pub state: PlanState,
    pub events: Vec<PlanEvent>,
}

impl Round {
    /// A plan that Pia opened on 2025-12-01, with a line for each partner.
    pub fn open(partners: &[&str]) -> Self {
        Self::of(opening(partners))
    }

    /// A plan that Pia opened on 2025-12-01.
    pub fn of(opening: Opening) -> Self {
        let mut round = Self { state: PlanState::default(), events: Vec::new() };
        round.does("Pia", "2025-12-01", Command::Open(Box::new(opening)));
        round
    }

    /// Gives a command that succeeds.
    #[track_caller]
    pub fn does(&mut self, person: &str, at: &str, command: Command) {
        if let Err(refusal) = self.tries(person, at, command) {
            panic!("{refusal}");
        }
    }

    /// Gives a command; returns the messages of a refusal.
    pub fn tries(&mut self, person: &str, at: &str, command: Command) -> Result<(), String> {
        let bodies = decide(&self.state, &command, &Actor::new(person), day(at))
            .map_err(|findings| findings.iter().map(|finding| finding.message()).collect::<Vec<_>>().join("\n"))?;
        for body in bodies {
            let number = self.events.len() as u64 + 1;
            let event = PlanEvent { number, actor: person.to_owned(), at: day(at), body };
            fold(&mut self.state, &event).map_err(|fault| fault.to_string())?;
            self.events.push(event);
        }
        Ok(())
    }
}

pub fn minor(money: Money) -> i128 {
    money.to_minor().unwrap()
}
