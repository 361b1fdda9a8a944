//! Bodies of requests, of every kind and form, with books that are kept and changed.
//!
//! The first byte picks kind, form and vendor; the rest is the body.

use super::vendors::{on_script_thread, shelf, vendor};
use quotient::request::{Answer, Defaults, Form, Kind, Limits, Refusal, decide};

/// Small, so that time goes into many bodies and not into one.
fn limits() -> Limits {
    let mut limits = Limits { threads: Some(1), ..Limits::default() };
    limits.intake.rows = 2_000;
    limits
}

pub fn run(data: &[u8]) {
    let Some((first, body)) = data.split_first() else { return };
    let kind = Kind::ALL[usize::from(first & 3)];
    let form = Form::ALL[usize::from(first >> 2 & 3)];
    let is_large = first & 16 != 0;
    let ask = || -> Result<Answer, Refusal> {
        on_script_thread(|| {
            let (plugin, books) = (vendor(is_large), shelf(is_large));
            decide(plugin, kind, form, body, &Defaults::default(), books, &limits())
        })
    };
    match ask() {
        Ok(answer) => {
            if form == Form::Json {
                let document: Result<serde_json::Value, _> = serde_json::from_slice(&answer.bytes);
                assert!(document.is_ok_and(|document| document.is_object()), "an answer is a document");
            }
            assert_eq!(
                ask().as_ref().map(|again| &again.bytes),
                Ok(&answer.bytes),
                "the same question, the same answer"
            );
        }
        Err(refusal) => {
            assert!(refusal.findings.has_errors(), "a refusal says why");
            assert!(refusal.findings.iter().all(|finding| !finding.message().is_empty()));
        }
    }
}
