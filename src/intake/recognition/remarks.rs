//! Decisions and questions about a book as a whole.

use super::assign::Plan;
use super::fit::Fit;
use super::outcome::Question;
use super::profile::Profile;
use super::text::{Section, quoted};

impl Plan<'_> {
    /// Asks about tables without a header.
    pub fn headless(&mut self, profiles: &[Profile]) {
        for profile in profiles.iter().filter(|profile| profile.lacks_header()) {
            let first = profile.columns.first().map_or("", |column| column.heading.as_str());
            let question = format!(
                "its first row, which begins with `{first}`, looks like data: write a row with the names of the columns above it"
            );
            self.questions.push(Question { place: profile.file.clone(), question });
        }
    }

    /// Asks about lists of objects in the cells of rows.
    pub fn nested(&mut self, fits: &[Fit<'_>]) {
        for fit in fits {
            let nested =
                fit.profile.columns.iter().filter(|column| column.nested > 0).map(|column| column.heading.as_str());
            for heading in nested {
                let question = "its lists of objects are not read: are the amounts beside it the totals of the lines? If not, \
                                export a row for each line";
                let place = format!("{}: {heading}", fit.profile.file);
                self.questions.push(Question { place, question: question.to_owned() });
            }
        }
    }

    /// Reads ids that differ in leading zeros, case or spaces only as one, and asks about it.
    pub fn similar(&mut self, value: &str, known: &str) {
        let mut section = Section::new("");
        section.set("ids", quoted("similar"), format!("`{value}` is `{known}` in the table of partners"));
        self.decisions.extend(section.into_decisions());
        let question = format!(
            "is `{value}` the partner `{known}`? Ids that differ in leading zeros, case or spaces are read as one"
        );
        self.questions.push(Question { place: self.store.name.clone(), question });
    }

    /// The first month of the fiscal year.
    pub fn fiscal_year(&mut self, start: u32, reason: &str) {
        let mut section = Section::new("");
        section.set("fiscal_year_start", start.to_string(), reason);
        self.decisions.splice(0..0, section.into_decisions());
    }

    /// The months that weeks belong to; those of a fiscal year by a pattern.
    pub fn weeks(&mut self, is_fiscal: bool) {
        let mut section = Section::new("");
        let (value, reason, question) = if is_fiscal {
            let question = "do the months have 4, 4 and 5 weeks? Write the first month of the fiscal year at the top as well, such as \
                            `fiscal_year_start = 2`";
            ("4-4-5", "weeks of a fiscal year, as retailers count them", question)
        } else {
            let question = "are the weeks those of ISO 8601? For a year of 4-4-5 weeks, write `weeks = \"4-4-5\"`";
            ("iso", "a week belongs to the month of its Thursday", question)
        };
        section.set("weeks", quoted(value), reason);
        self.decisions.splice(0..0, section.into_decisions());
        self.questions.push(Question { place: self.store.name.clone(), question: question.to_owned() });
    }
}
