//! Books split into partitions, and the steps over them in this process.

use quotient::channel::{ExtraRow, ExtraTable, PartnerBook};
use quotient::finding::{Finding, Findings};
use quotient::partition::{Assessor, Finisher, Next, Part, Settler, Survey, Surveyor};
use quotient::partition::{SettledLineDocument, Settlement, settled_lines, settlement};
use quotient::planning::Request;
use quotient::plugin::VendorPlugin;
use quotient::script::on_script_threads;
use serde_json::Value;
use std::collections::BTreeMap;

/// Numbers that look random and are the same in every run (xorshift).
pub struct Numbers(pub u64);

impl Numbers {
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit as u64).expect("a small number")
    }
}

/// The part of a book with the partners at `indices`, ascending.
pub fn part(book: &PartnerBook, indices: &[usize]) -> PartnerBook {
    let place: BTreeMap<usize, usize> = indices.iter().enumerate().map(|(new, old)| (*old, new)).collect();
    let row = |row: &ExtraRow| Some(ExtraRow { partner: *place.get(&row.partner)?, ..row.clone() });
    let table = |table: &ExtraTable| ExtraTable { rows: table.rows.iter().filter_map(row).collect(), ..table.clone() };
    let partners: Vec<_> = indices.iter().map(|index| book.partners[*index].clone()).collect();
    let locks = book.locks.iter().filter(|lock| partners.iter().any(|partner| partner.id == lock.partner_id));
    PartnerBook {
        locks: locks.cloned().collect(),
        extra_tables: book.extra_tables.iter().map(table).collect(),
        partners,
        summary: None,
        ..book.clone()
    }
}

/// The partners of a book in `parts` partitions by chance, each partition in documents of up to three partners.
pub fn partitions(book: &PartnerBook, parts: usize, numbers: &mut Numbers) -> Vec<Vec<PartnerBook>> {
    let mut indices: Vec<Vec<usize>> = vec![Vec::new(); parts];
    (0..book.partners.len()).for_each(|partner| indices[numbers.below(parts)].push(partner));
    let documents = |indices: Vec<usize>| {
        let mut rest = indices.as_slice();
        let mut documents = Vec::new();
        while !rest.is_empty() {
            let (first, others) = rest.split_at(rest.len().min(1 + numbers.below(3)));
            documents.push(part(book, first));
            rest = others;
        }
        documents
    };
    indices.into_iter().map(documents).collect()
}

/// Every round of the survey, partitions merged in another order each time.
pub fn surveyed(
    plugin: &VendorPlugin,
    request: &Request,
    parts: &[Vec<PartnerBook>],
    numbers: &mut Numbers,
) -> Result<Survey, Findings> {
    let mut merged: Option<Survey> = None;
    while merged.as_ref().is_none_or(|survey| survey.next() == Next::Survey) {
        let mut surveys = Vec::new();
        for part in parts {
            let mut surveyor = match &merged {
                None => Surveyor::first(plugin, request)?,
                // As a file between two processes.
                Some(survey) => Surveyor::after(plugin, Survey::read("survey", &survey.to_json())?)?,
            };
            for document in part {
                let found: Part = surveyor.part(document.clone())?;
                surveyor.add(found)?;
            }
            surveys.push(surveyor.survey());
        }
        let mut next = surveys.swap_remove(numbers.below(surveys.len()));
        while !surveys.is_empty() {
            next.merge(surveys.swap_remove(numbers.below(surveys.len())))?;
        }
        merged = Some(next);
    }
    Ok(merged.expect("a round"))
}

/// The lines of a plan that is made in partitions, as JSON, ascending, and its summary.
pub fn planned(
    plugin: &VendorPlugin,
    request: &Request,
    parts: &[Vec<PartnerBook>],
    numbers: &mut Numbers,
) -> Result<(Vec<Value>, Value), Findings> {
    on_script_threads(None, || {
        let survey = surveyed(plugin, request, parts, numbers)?;
        let assessor = Assessor::new(plugin, survey)?;
        let mut settler = Settler::new(&assessor);
        let mut shuffled: Vec<&PartnerBook> = parts.iter().flatten().collect();
        while !shuffled.is_empty() {
            let book = shuffled.swap_remove(numbers.below(shuffled.len()));
            for record in assessor.assess(book.clone())? {
                let text = serde_json::to_string(&record).expect("JSON");
                settler.add(quotient::partition::AssessedPartner::read(1, &text)?)?;
            }
        }
        let mut refused = Findings::new();
        let mut asked = assessor.request(&mut refused);
        asked.locks.clone_from(&request.locks);
        asked.targets.extend(request.targets.iter().cloned());
        let done = settler.settle(&asked)?;
        let summary = serde_json::to_string(&settlement(&done, assessor.digest())).expect("JSON");
        let settled: Vec<String> = settled_lines(&done)
            .map(|line| serde_json::to_string(&line.expect("amounts in range")).expect("JSON"))
            .collect();
        let mut lines = Vec::new();
        for part in parts {
            let read = settled.iter().map(|line| SettledLineDocument::read(1, line));
            let summary = Settlement::read("summary", &summary).expect("a summary");
            let mut finisher = Finisher::new(&assessor, summary, read)?;
            for document in part {
                let finished = finisher.finish(assessor.drafts(document.clone())?)?;
                lines.extend(finished.iter().map(|line| serde_json::from_str::<Value>(line).expect("JSON")));
            }
        }
        lines.sort_by_key(|line: &Value| {
            let text = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
            let segment = |name: &str| line["segment"][name].as_str().unwrap_or_default().to_owned();
            (text("partner_id"), segment("product_line"), segment("territory"))
        });
        Ok((lines, serde_json::from_str(&summary).expect("JSON")))
    })
}

/// The only error among findings.
pub fn only(findings: &Findings) -> &Finding {
    let errors: Vec<&Finding> = findings.iter().filter(|finding| finding.is_error()).collect();
    assert_eq!(errors.len(), 1, "{}", quotient::finding::render::human(findings.iter(), false));
    errors[0]
}
