//! From the text of a CSV file to a typed table, with everything wrong on the way.

use super::condition::{CellFault, Condition, is_any, kinds};
use super::hit_policy::HitPolicy;
use super::sheet::{SheetRow, rows};
use super::value::{Kind, Value, ValueFault, kind_of, literal};
use super::{DecisionTable, Input, Output, Rule};
use crate::channel::Name;
use crate::finding::{Code, Finding, Findings, Place, did_you_mean};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Most rows and columns a table may have.
const MAX_ROWS: usize = 20_000;
const MAX_COLUMNS: usize = 200;

/// Words in the first column that make a row describe the columns instead of a rule.
const DESCRIBING: [&str; 3] = ["type", "allowed", "default"];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Input,
    Output,
    Because,
    LeftOut,
}

struct Column {
    role: Role,
    name: Name,
    at: usize,
    kind: Option<Kind>,
}

struct Reading<'t> {
    file: &'t str,
    findings: Findings,
    header: SheetRow,
    columns: Vec<Column>,
    describing: BTreeMap<&'static str, SheetRow>,
    rules: Vec<SheetRow>,
}

/// Reads a table; see [`DecisionTable::parse`].
pub(crate) fn table(file: &str, text: &Arc<str>) -> (Option<DecisionTable>, Findings) {
    let mut findings = Findings::new();
    let mut rows = rows(file, text, |cell| HitPolicy::named(cell).is_some(), &mut findings).into_iter();
    let Some(header) = rows.next() else {
        findings.push(
            Finding::error(Code::TableShape, "the table is empty")
                .at(Place::file(file))
                .help("begin with a row of the hit policy and the columns: `UNIQUE,tier,-> bonus`"),
        );
        return (None, findings);
    };
    let mut reading =
        Reading { file, findings, header, columns: Vec::new(), describing: BTreeMap::new(), rules: Vec::new() };
    let policy = reading.hit_policy();
    reading.read_header();
    reading.sort_rows(rows);
    reading.settle_kinds();
    let inputs = reading.inputs();
    let outputs = reading.outputs(policy);
    let rules = reading.read_rules(&inputs, &outputs, policy);
    let findings = reading.findings;
    match policy {
        Some(policy) if !findings.has_errors() => {
            (Some(DecisionTable::assemble(file, policy, inputs, outputs, rules)), findings)
        }
        _ => (None, findings),
    }
}

/// A list of words for help: `` `a`, `b` ``.
fn ticked<'w>(words: impl IntoIterator<Item = &'w str>) -> String {
    words.into_iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

impl Reading<'_> {
    fn report(&mut self, code: Code, message: impl Into<String>, place: Place, help: impl Into<String>) {
        self.findings.push(Finding::error(code, message).at(place).help(help));
    }

    fn place(&self, row: &SheetRow, at: usize) -> Place {
        let column = self.header.cells.get(at).map_or("", String::as_str);
        let value = row.cells.get(at).map_or("", String::as_str);
        Place::cell(self.file, row.number, if at == 0 { "" } else { column }, value)
    }

    fn hit_policy(&mut self) -> Option<HitPolicy> {
        let corner = self.header.cells.first().cloned().unwrap_or_default();
        if let Some(policy) = HitPolicy::named(&corner) {
            return Some(policy);
        }
        let names = HitPolicy::ALL.map(HitPolicy::as_str);
        let near = did_you_mean(&corner.to_uppercase(), names);
        let help = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("write one of {} in the first cell of the first row", ticked(names)),
        };
        let message = if corner.is_empty() {
            "the first cell names no hit policy".to_owned()
        } else {
            format!("`{corner}` is no hit policy")
        };
        let place = Place::cell(self.file, self.header.number, "", corner);
        self.report(Code::TableHitPolicy, message, place, help);
        None
    }

    fn read_header(&mut self) {
        let header = self.header.clone();
        if header.cells.len() > MAX_COLUMNS {
            let message = format!("the table has {} columns, more than {MAX_COLUMNS}", header.cells.len());
            self.report(Code::TableShape, message, Place::file(self.file), "split the table");
        }
        let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
        for (at, cell) in header.cells.iter().enumerate().skip(1).take(MAX_COLUMNS) {
            let arrow = cell.strip_prefix("->").or_else(|| cell.strip_prefix('→'));
            let (role, name) = match arrow.or_else(|| cell.strip_prefix("out:")).map(str::trim) {
                Some(name) => (Role::Output, name),
                None if cell.is_empty() || cell.starts_with('#') => (Role::LeftOut, cell.as_str()),
                None if cell.eq_ignore_ascii_case("because") => (Role::Because, cell.as_str()),
                None => (Role::Input, cell.as_str()),
            };
            if role == Role::Output && name.is_empty() {
                let place = self.place(&header, at);
                self.report(Code::TableColumn, "an output column has no name", place, "write `-> bonus_rate`");
            }
            if role != Role::LeftOut
                && let Some(first) = seen.insert(name, at)
            {
                let place = self.place(&header, at);
                let message =
                    format!("two columns are named `{name}`: the {first}. and the {at}. after the hit policy");
                self.report(Code::TableColumn, message, place, "rename or remove one");
            }
            self.columns.push(Column { role, name: name.into(), at, kind: None });
        }
        for (role, what, example) in [
            (Role::Input, "no input column", "name a fact in the header, such as `attainment`"),
            (Role::Output, "no output column", "mark the columns that conclude with an arrow: `-> bonus_rate`"),
        ] {
            if !self.columns.iter().any(|column| column.role == role) {
                let place = Place::cell(self.file, header.number, "", "");
                self.report(Code::TableColumn, format!("the table has {what}"), place, example);
            }
        }
    }

    fn sort_rows(&mut self, rows: impl Iterator<Item = SheetRow>) {
        let width = self.header.cells.len();
        let mut labels: BTreeMap<String, u64> = BTreeMap::new();
        let mut too_many = false;
        for mut row in rows {
            if let Some(at) = (width..row.cells.len()).find(|at| !row.cells[*at].is_empty()) {
                let place = self.place(&row, at);
                let message = format!("the row has {} cells, the header {width}", at + 1);
                self.report(
                    Code::TableShape,
                    message,
                    place,
                    "put a cell that contains the separator in double quotes",
                );
                continue;
            }
            row.cells.truncate(width);
            if row.cells.len() < width {
                let place = Place::cell(self.file, row.number, "", "");
                let message = format!("the row has {} cells, the header {width}", row.cells.len());
                self.report(Code::TableShape, message, place, "write a separator for every empty cell");
                continue;
            }
            if let Some(column) = self
                .columns
                .iter()
                .find(|column| self.header.cells[column.at].is_empty() && !row.cells[column.at].is_empty())
            {
                let place = self.place(&row, column.at);
                self.report(
                    Code::TableColumn,
                    "the cell stands in a column without a name",
                    place,
                    "name the column, or begin its name with `#` for notes",
                );
            }
            let label = row.cells[0].clone();
            let described = DESCRIBING.into_iter().find(|word| label.eq_ignore_ascii_case(word));
            if let Some(word) = described {
                if let Some(first) = self.describing.get(word) {
                    let message = format!("a second `{word}` row; the first is row {}", first.number);
                    let place = Place::cell(self.file, row.number, "", label);
                    self.report(Code::TableShape, message, place, "keep one of them");
                } else {
                    self.describing.insert(word, row);
                }
                continue;
            }
            if let Some(word) = did_you_mean(&label.to_lowercase(), ["types", "allowed", "default", "defaults"]) {
                let finding = Finding::warning(Code::TableShape, format!("`{label}` is read as the name of a rule"))
                    .at(Place::cell(self.file, row.number, "", label.clone()))
                    .help(format!("did you mean `{}`? Else name the rule differently", word.trim_end_matches('s')));
                self.findings.push(finding);
            }
            if !label.is_empty()
                && let Some(first) = labels.insert(label.clone(), row.number)
            {
                let message = format!("two rules are named `{label}`; the first is row {first}");
                let place = Place::cell(self.file, row.number, "", label);
                self.report(Code::TableShape, message, place, "rename one, or leave the first cell empty");
            }
            if self.rules.len() == MAX_ROWS {
                too_many = true;
                break;
            }
            self.rules.push(row);
        }
        if too_many {
            let message = format!("the table has more than {MAX_ROWS} rules");
            self.report(Code::TableShape, message, Place::file(self.file), "split the table");
        }
        if self.rules.is_empty() && !self.findings.has_errors() {
            let help = "write one row per rule below the header";
            self.report(Code::TableShape, "the table has no rules", Place::file(self.file), help);
        }
    }

    /// Takes the kinds from the `type` row; where it says nothing, all values of a column must agree by their form.
    fn settle_kinds(&mut self) {
        let stated = self.describing.get("type").cloned();
        for index in 0..self.columns.len() {
            let column = &self.columns[index];
            if !matches!(column.role, Role::Input | Role::Output) {
                continue;
            }
            let word = stated.as_ref().map_or("", |row| row.cells[column.at].as_str());
            let kind = match (&stated, word) {
                (Some(row), word) if !word.is_empty() && word != "-" => self.named_kind(row.clone(), index),
                _ => self.guessed_kind(index),
            };
            self.columns[index].kind = kind;
        }
    }

    fn named_kind(&mut self, row: SheetRow, index: usize) -> Option<Kind> {
        let at = self.columns[index].at;
        let word = row.cells[at].to_lowercase();
        if let Some(kind) = Kind::ALL.into_iter().find(|kind| kind.as_str() == word) {
            return Some(kind);
        }
        let meant = match word.as_str() {
            "string" | "str" | "word" => Some("text"),
            "bool" | "boolean" | "yes/no" => Some("truth"),
            "int" | "integer" | "count" | "long" => Some("whole"),
            "decimal" | "money" | "amount" | "rate" | "float" | "double" | "percent" => Some("number"),
            "day" | "time" | "datetime" => Some("date"),
            other => did_you_mean(other, Kind::ALL.map(Kind::as_str)),
        };
        let help = match meant {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("write one of {}", ticked(Kind::ALL.map(Kind::as_str))),
        };
        let place = self.place(&row, at);
        self.report(Code::TableType, format!("`{}` is no type", row.cells[at]), place, help);
        None
    }

    fn guessed_kind(&mut self, index: usize) -> Option<Kind> {
        let (role, at, name) = {
            let column = &self.columns[index];
            (column.role, column.at, Arc::clone(&column.name))
        };
        let mut found: Option<(Kind, String)> = None;
        let described = ["allowed", "default"].into_iter().filter_map(|word| self.describing.get(word));
        let described: Vec<(bool, SheetRow)> =
            described.map(|row| (row.cells[0].eq_ignore_ascii_case("allowed"), row.clone())).collect();
        let rules = self.rules.iter().map(|row| (false, row.clone()));
        let rows: Vec<(bool, SheetRow)> = described.into_iter().chain(rules).collect();
        for (is_list, row) in rows {
            let cell = row.cells[at].as_str();
            let seen = match role {
                Role::Output if !is_list => output_kind(cell),
                _ => kinds(cell),
            };
            let seen = match seen {
                Ok(seen) => seen,
                Err(fault) => {
                    let place = self.place(&row, at);
                    self.report(fault.code, fault.message, place, fault.help);
                    return None;
                }
            };
            for kind in seen {
                match &found {
                    None => found = Some((kind, cell.to_owned())),
                    Some((first, example)) if *first != kind => {
                        let place = self.place(&row, at);
                        let message =
                            format!("`{cell}` is {} where `{example}` is {}", kind.article(), first.article());
                        let help = format!("name the kind of `{name}` in a `type` row");
                        self.report(Code::TableType, message, place, help);
                        return None;
                    }
                    Some(_) => {}
                }
            }
        }
        if found.is_none() && !self.rules.is_empty() {
            let place = Place::cell(self.file, self.header.number, &*name, "");
            let message = format!("nothing in `{name}` tells the kind of its values");
            let help = format!("add a `type` row with one of {}", ticked(Kind::ALL.map(Kind::as_str)));
            self.report(Code::TableType, message, place, help);
        }
        found.map(|(kind, _)| kind)
    }

    fn refuse(&mut self, row: &SheetRow, at: usize, fault: CellFault) {
        let place = self.place(row, at);
        self.report(fault.code, fault.message, place, fault.help);
    }

    /// Columns of `role`, with the kind they were found to have.
    fn of_role(&self, role: Role) -> Vec<(usize, Name, Option<Kind>)> {
        let columns = self.columns.iter().filter(|column| column.role == role);
        columns.map(|column| (column.at, Arc::clone(&column.name), column.kind)).collect()
    }

    fn inputs(&mut self) -> Vec<Input> {
        let allowed = self.describing.get("allowed").cloned();
        let mut inputs = Vec::new();
        for (at, name, kind) in self.of_role(Role::Input) {
            let mut domain = None;
            if let (Some(row), Some(kind)) = (&allowed, kind)
                && !is_any(&row.cells[at])
            {
                match Condition::parse(&row.cells[at], kind) {
                    Ok(condition) => domain = Some(condition),
                    Err(fault) => self.refuse(row, at, fault),
                }
            }
            let allowed = domain.as_ref().map(|domain| domain.text.clone());
            inputs.push(Input { name, kind: kind.unwrap_or(Kind::Text), allowed, domain });
        }
        inputs
    }

    fn outputs(&mut self, policy: Option<HitPolicy>) -> Vec<Output> {
        let rows = (self.describing.get("allowed").cloned(), self.describing.get("default").cloned());
        let columns = self.of_role(Role::Output);
        let mut outputs = Vec::new();
        for (at, name, kind) in &columns {
            let Some(kind) = *kind else {
                let (name, kind) = (Arc::clone(name), Kind::Text);
                outputs.push(Output { name, kind, priorities: Vec::new(), default: None });
                continue;
            };
            let mut priorities = Vec::new();
            let mut bounds = None;
            if let Some(row) = &rows.0
                && !is_any(&row.cells[*at])
            {
                match Condition::parse(&row.cells[*at], kind) {
                    Ok(condition) => {
                        priorities = self.distinct(row, *at, condition.listed.clone());
                        bounds = Some(condition);
                    }
                    Err(fault) => self.refuse(row, *at, fault),
                }
            }
            let mut default = None;
            if let Some(row) = &rows.1 {
                match output(&row.cells[*at], kind) {
                    Ok(value) => default = Some(value),
                    Err(fault) => self.refuse(row, *at, fault),
                }
            }
            if let (Some(row), Some(value)) = (&rows.1, &default) {
                let unranked = Output { name: Arc::clone(name), kind, priorities: priorities.clone(), default: None };
                self.check_output(row, *at, value, bounds.as_ref(), &unranked, false);
            }
            outputs.push(Output { name: Arc::clone(name), kind, priorities, default });
        }
        if let Some(row) = &rows.1 {
            self.check_default(row, &outputs);
        }
        if let Some(policy) = policy {
            self.check_policy(policy, &outputs);
        }
        outputs
    }

    fn distinct(&mut self, row: &SheetRow, at: usize, listed: Vec<Value>) -> Vec<Value> {
        let mut distinct: Vec<Value> = Vec::new();
        for value in listed {
            if distinct.contains(&value) {
                let place = self.place(row, at);
                self.report(
                    Code::TableCell,
                    format!("`{value}` is listed twice"),
                    place,
                    "keep it where its priority is",
                );
            } else {
                distinct.push(value);
            }
        }
        distinct
    }

    fn check_default(&mut self, row: &SheetRow, outputs: &[Output]) {
        let filled = self.columns.iter().find(|column| column.role == Role::Input && !is_any(&row.cells[column.at]));
        if let Some(column) = filled {
            let place = self.place(row, column.at);
            let help = "leave it empty: the row holds when no rule matches";
            self.report(Code::TableShape, "the `default` row has a condition", place, help);
        }
        if outputs.iter().all(|output| matches!(output.default, None | Some(Value::NotKnown))) {
            let finding = Finding::warning(Code::TableShape, "the `default` row concludes nothing")
                .at(Place::cell(self.file, row.number, "", "default"))
                .help("write the outputs that hold when no rule matches, or remove the row");
            self.findings.push(finding);
        }
    }

    /// What a hit policy asks of the outputs.
    fn check_policy(&mut self, policy: HitPolicy, outputs: &[Output]) {
        let corner = || Place::cell(self.file, self.header.number, "", self.header.cells[0].clone());
        if policy.ranks() && !outputs.is_empty() && outputs.iter().all(|output| output.priorities.is_empty()) {
            let place = corner();
            self.report(
                Code::TableHitPolicy,
                format!("{policy} needs the order of priorities, and no output lists its values"),
                place,
                "add an `allowed` row and list the values of an output there, highest priority first",
            );
        } else if policy.aggregates() && outputs.len() > 1 {
            let place = corner();
            self.report(
                Code::TableHitPolicy,
                format!("{policy} works on one output, and the table has {}", outputs.len()),
                place,
                "keep one output column, or use `COLLECT`",
            );
        } else if let (HitPolicy::CollectSum | HitPolicy::CollectMin | HitPolicy::CollectMax, [output]) =
            (policy, outputs)
        {
            let fits = match output.kind {
                Kind::Number | Kind::Whole => true,
                Kind::Date => policy != HitPolicy::CollectSum,
                Kind::Text | Kind::Truth => false,
            };
            if !fits {
                let place = corner();
                let message = format!("{policy} needs numbers, and `{}` has kind {}", output.name, output.kind);
                self.report(Code::TableHitPolicy, message, place, "use `COLLECT` for a list, or `COLLECT COUNT`");
            }
        }
    }

    fn read_rules(&mut self, inputs: &[Input], outputs: &[Output], policy: Option<HitPolicy>) -> Vec<Rule> {
        let (in_columns, out_columns) = (self.of_role(Role::Input), self.of_role(Role::Output));
        let because = self.of_role(Role::Because).first().map(|(at, ..)| *at);
        let allowed = self.describing.get("allowed").cloned();
        let mut bounds = Vec::new();
        for (at, _, kind) in &out_columns {
            let cell = allowed.as_ref().map_or("", |row| row.cells[*at].as_str());
            bounds.push(kind.filter(|_| !is_any(cell)).and_then(|kind| Condition::parse(cell, kind).ok()));
        }
        let mut rules = Vec::with_capacity(self.rules.len());
        for row in std::mem::take(&mut self.rules) {
            let mut rule = Rule {
                row: row.number,
                label: Some(row.cells[0].as_str()).filter(|label| !label.is_empty()).map(Name::from),
                conditions: Vec::with_capacity(inputs.len()),
                outputs: Vec::with_capacity(outputs.len()),
                because: because.map(|at| row.cells[at].as_str()).filter(|text| !text.is_empty()).map(Name::from),
                rank: Vec::new(),
            };
            for ((at, _, kind), input) in in_columns.iter().zip(inputs) {
                let Some(kind) = *kind else { continue };
                match Condition::parse(&row.cells[*at], kind) {
                    Ok(condition) => {
                        self.check_listed(&row, *at, &condition, input);
                        rule.conditions.push(condition);
                    }
                    Err(fault) => self.refuse(&row, *at, fault),
                }
            }
            for (index, (at, _, kind)) in out_columns.iter().enumerate() {
                let Some(kind) = *kind else { continue };
                match output(&row.cells[*at], kind) {
                    Ok(value) => {
                        let ranks = policy.is_some_and(HitPolicy::ranks) && !outputs[index].priorities.is_empty();
                        self.check_output(&row, *at, &value, bounds[index].as_ref(), &outputs[index], ranks);
                        if let Some(rank) = outputs[index].priorities.iter().position(|listed| *listed == value) {
                            rule.rank.push(rank);
                        }
                        rule.outputs.push(value);
                    }
                    Err(fault) => self.refuse(&row, *at, fault),
                }
            }
            rules.push(rule);
        }
        rules
    }

    /// A value that the column does not allow can never come.
    fn check_listed(&mut self, row: &SheetRow, at: usize, condition: &Condition, input: &Input) {
        let Some(domain) = &input.domain else { return };
        for value in &condition.listed {
            if *value == Value::NotKnown || domain.matches(input.kind, value) {
                continue;
            }
            let written: Vec<String> = domain.listed.iter().map(Value::written).collect();
            let help = match did_you_mean(&value.written(), written.iter().map(String::as_str)) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("allowed is `{}`: change one or the other", domain.text),
            };
            let place = self.place(row, at);
            self.report(Code::TableCell, format!("`{value}` is not allowed in `{}`", input.name), place, help);
        }
    }

    fn check_output(
        &mut self,
        row: &SheetRow,
        at: usize,
        value: &Value,
        bounds: Option<&Condition>,
        output: &Output,
        ranks: bool,
    ) {
        let Some(bounds) = bounds else { return };
        let fits = match value {
            Value::NotKnown => !ranks || output.priorities.contains(value),
            value => bounds.matches(output.kind, value),
        };
        if fits {
            return;
        }
        let written: Vec<String> = output.priorities.iter().map(Value::written).collect();
        let help = match did_you_mean(&value.written(), written.iter().map(String::as_str)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("allowed is `{}`: change one or the other", bounds.text),
        };
        let place = self.place(row, at);
        let message = match value {
            Value::NotKnown => format!("the row concludes nothing for `{}`, so it has no priority", output.name),
            value => format!("`{value}` is not allowed in `{}`", output.name),
        };
        self.report(Code::TableCell, message, place, help);
    }
}

/// Reads an output cell: one literal, or empty for "not known". A text may contain commas.
fn output(cell: &str, kind: Kind) -> Result<Value, CellFault> {
    if cell.is_empty() || cell == "null" {
        return Ok(Value::NotKnown);
    }
    if cell == "-" {
        return Err(CellFault {
            code: Code::TableCell,
            message: "`-` means anything in a condition, and nothing in an output".to_owned(),
            help: "leave the cell empty when the output is not known".to_owned(),
        });
    }
    match literal(cell, kind) {
        Err(_) if kind == Kind::Text && !cell.starts_with('"') => Ok(Value::text(cell)),
        other => other.map_err(CellFault::from),
    }
}

/// The kind that an output cell has by its form.
fn output_kind(cell: &str) -> Result<Vec<Kind>, CellFault> {
    if cell.is_empty() || cell == "null" || cell == "-" {
        return Ok(Vec::new());
    }
    kind_of(cell).map(|kind| vec![kind]).map_err(|fault: ValueFault| fault.into())
}
