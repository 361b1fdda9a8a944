//! Questions of a service and their answers: documents in, documents out.

mod answers;
mod books;
mod comparison;
mod limits;
mod refusals;
mod schemas;

use crate::review::joint::{root, shipped};
use quotient::plugin::{Room, VendorFile, VendorFiles, VendorPlugin};
use quotient::request::{
    Answer, Books, Cause, Defaults, Form, Kind, Limits, NoBooks, Refusal, StoredBook, decide, read_stored_book,
};
use quotient::script::on_script_threads;
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// One kept book.
pub struct Kept(pub Arc<StoredBook>);

impl Books for Kept {
    fn stored(&self, id: &str) -> Option<Arc<StoredBook>> {
        (self.0.id == id).then(|| Arc::clone(&self.0))
    }
}

pub fn keep(plugin: &VendorPlugin, book: &Value) -> Kept {
    let (kept, _) = read_stored_book(plugin, book.to_string().as_bytes(), &Limits::default()).unwrap();
    Kept(Arc::new(kept))
}

/// The book of `examples/demonstration` as one document; cells that are empty are left out.
pub fn demonstration() -> Value {
    let mut book = Map::new();
    book.insert("currency".to_owned(), json!("USD"));
    let tables = ["partners", "revenue", "market", "investments", "opportunities", "win_rates", "forecasts", "quotas"];
    for table in tables {
        let path = root().join(format!("examples/demonstration/{table}.csv"));
        let mut reader = csv::Reader::from_path(path).unwrap();
        let headings = reader.headers().unwrap().clone();
        let row = |record: csv::StringRecord| -> Value {
            let cells = headings.iter().zip(record.iter()).filter(|(_, cell)| !cell.is_empty());
            cells.map(|(heading, cell)| (heading.to_owned(), json!(cell))).collect::<Map<_, _>>().into()
        };
        let rows: Vec<Value> = reader.records().map(|record| row(record.unwrap())).collect();
        book.insert(table.to_owned(), rows.into());
    }
    book.into()
}

/// Two partners with two years of revenue, at any shipped vendor in US dollars.
pub fn small() -> Value {
    let month = |id: &str, month: usize, amount: &str| json!({"partner_id": id, "month": format!("{}-{:02}", 2024 + month / 12, month % 12 + 1), "amount": amount});
    let revenue: Vec<Value> = (0..24).flat_map(|at| [month("A", at, "10000.00"), month("B", at, "20000.00")]).collect();
    json!({
        "currency": "USD",
        "partners": [
            {"partner_id": "A", "partner_name": "Alpha", "tier": "Gold", "territory": "North"},
            {"partner_id": "B", "partner_name": "Beta", "tier": "Gold", "territory": "South"},
        ],
        "revenue": revenue,
    })
}

/// A vendor with one factor rule and nothing else.
pub fn vendor(rule: &str) -> VendorPlugin {
    let manifest = "api = 1\nname = \"Acme\"\ncurrency = \"USD\"\n[plan]\nperiod = \"year\"\n\
        fiscal_year_starts = \"January\"\ngrain = \"partner\"\nbasis = \"indicated\"\nrounding_unit = 100\n\
        [weights]\nhistory = 1\n";
    vendor_of(manifest, rule)
}

/// A vendor with this manifest and one factor rule.
pub fn vendor_of(manifest: &str, rule: &str) -> VendorPlugin {
    let file = |path: &str, text: &str| VendorFile {
        room: Room::Rules,
        path: path.to_owned(),
        shown: format!("rules/acme/{path}"),
        text: text.into(),
    };
    let files = VendorFiles::new("acme", vec![file("vendor.toml", manifest), file("history.rhai", rule)]);
    let (plugin, findings) = VendorPlugin::compile(&files).into_parts();
    plugin.unwrap_or_else(|| panic!("{findings:#?}"))
}

/// One and a half times last year's revenue.
pub const HISTORY: &str = "/// As last year, and half of it again.\n\
    fn assess(partner) { indicate(partner.history.prior_revenue * 1.5).because(\"half as much again\") }\n";

pub fn ask(plugin: &VendorPlugin, kind: Kind, body: &Value) -> Result<Answer, Refusal> {
    ask_for(plugin, kind, Form::Json, body.to_string().as_bytes(), &NoBooks)
}

pub fn ask_for(
    plugin: &VendorPlugin,
    kind: Kind,
    form: Form,
    body: &[u8],
    books: &(dyn Books + Sync),
) -> Result<Answer, Refusal> {
    on_script_threads(Some(1), || decide(plugin, kind, form, body, &Defaults::default(), books, &Limits::default()))
}

pub fn document(answer: &Answer) -> Value {
    serde_json::from_slice(&answer.bytes).unwrap()
}

/// The cause of a refusal, and `place: message` of each error.
pub fn refused(result: Result<Answer, Refusal>) -> (Cause, Vec<String>) {
    let refusal = result.expect_err("a refusal");
    let text = |finding: &quotient::finding::Finding| match finding.places.first() {
        Some(quotient::finding::Place::Member { pointer, .. }) => format!("{pointer}: {}", finding.message()),
        Some(place) => format!("{place}: {}", finding.message()),
        None => finding.message().clone(),
    };
    (refusal.cause, refusal.findings.iter().filter(|finding| finding.is_error()).map(text).collect())
}
