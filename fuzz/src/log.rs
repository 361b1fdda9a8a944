//! The decision log: masking of documents, records written and read again, logs that a crash left.
//!
//! With a first line that begins with `/`, `-` or `!` the lines up to an empty one are pointers (`-` erases, `!` masks),
//! and the rest is a document. Otherwise everything is a log.

use super::vendors::{on_script_thread, shelf, vendor};
use quotient::audit::{
    Decision, Entry, LogReader, LoggedOutcome, Masking, Record, RecordContent, Verdict, compare, first_difference,
    new_id, replay,
};
use quotient::request::{Defaults, Form, Kind, Limits, NoBooks, Refusal};
use std::time::Duration;

pub fn run(data: &[u8]) {
    match data.first() {
        Some(b'/' | b'-' | b'!') => masked(data),
        _ => log(data),
    }
}

fn masked(data: &[u8]) {
    let end = data.windows(2).position(|pair| pair == b"\n\n").unwrap_or(data.len());
    let (head, document) = (&data[..end], data.get(end + 2..).unwrap_or_default());
    let (mut masks, mut erasures) = (Vec::new(), Vec::new());
    for line in String::from_utf8_lossy(head).lines() {
        match line.strip_prefix('-') {
            Some(erased) => erasures.push(erased.to_owned()),
            None => masks.push(line.trim_start_matches('!').to_owned()),
        }
    }
    let Ok(masking) = Masking::parse(&masks, &erasures) else { return };
    let plain: Result<serde_json::Value, _> = serde_json::from_slice(document);
    let Ok(masked) = masking.apply(document) else { return };
    if let Some(text) = &masked.text {
        let _: &serde_json::value::RawValue = serde_json::from_str(text.get()).expect("what is shown is JSON");
        assert!(!text.get().contains('\n'), "one line of the log");
        // Lone surrogates and very large numbers are JSON, and no values.
        let shown: Result<serde_json::Value, _> = serde_json::from_str(text.get());
        if let (Ok(plain), Ok(shown)) = (plain, shown) {
            if masked.pointers.is_empty() {
                assert_eq!(shown, plain, "nothing was named, so everything is shown");
            }
            for pointer in masks.iter().filter(|pointer| erasures.is_empty() && !pointer.contains('*')) {
                let is_masked = |value: &serde_json::Value| value == "***";
                assert!(shown.pointer(pointer).is_none_or(is_masked) || has_twice(document), "{pointer} is shown");
            }
        }
        assert!(first_difference(text.get(), text.get()).is_none(), "a text differs from itself");
    }
    let keeping = RecordContent { masking, most_input: 4 << 10, most_answer: 2 << 10, ..RecordContent::default() };
    let refused: Result<_, Refusal> = on_script_thread(|| {
        quotient::request::decide(
            vendor(false),
            Kind::Assessment,
            Form::Json,
            document,
            &Defaults::default(),
            &NoBooks,
            &Limits::default(),
        )
    });
    let time = chrono::DateTime::UNIX_EPOCH;
    let decision = Decision {
        id: new_id(time),
        time,
        kind: Kind::Assessment,
        form: Form::Json,
        vendor: "acme",
        revision: &vendor(false).revision,
        request_id: "r",
        trace_id: None,
        caller: Some("orders"),
        input: document,
        defaults: &Defaults::default(),
        base_book: None,
        outcome: LoggedOutcome::from(&refused),
        duration: Duration::from_micros(7),
    };
    let record = keeping.record(&decision);
    let again = written(&record);
    // What was decided is decided again, unless something of the question is not there.
    if let Ok(now) = on_script_thread(|| replay(&again, vendor(false), &NoBooks, &Limits::default())) {
        let verdict = compare(&again, &LoggedOutcome::from(&now), false);
        let is_whole =
            again.masked.is_empty() && again.input.as_ref().is_some_and(|input| input.get().as_bytes() == document);
        assert!(!is_whole || verdict == Verdict::Same, "{verdict:?}");
    }
}

/// True if an object contains a duplicate key; a pointer can name only one of them.
fn has_twice(document: &[u8]) -> bool {
    let Ok(value) = serde_json::from_slice::<serde_json::Value>(document) else { return true };
    let keys = document.iter().filter(|byte| **byte == b':').count();
    fn count(value: &serde_json::Value) -> usize {
        match value {
            serde_json::Value::Object(members) => members.len() + members.values().map(count).sum::<usize>(),
            serde_json::Value::Array(items) => items.iter().map(count).sum(),
            _ => 0,
        }
    }
    keys != count(&value)
}

/// The record as it is read again after it was written.
fn written(record: &Record) -> Record {
    let line = record.line();
    assert_eq!(line.iter().filter(|byte| **byte == b'\n').count(), 1, "a record is one line");
    let entries: Vec<Entry> = LogReader::new(&line[..]).map(|entry| entry.expect("memory can be read").1).collect();
    match entries.as_slice() {
        [Entry::Record(again)] => {
            assert_eq!(again.line(), line, "what is read is what was written");
            (**again).clone()
        }
        other => panic!("a record is read as {other:?}"),
    }
}

fn log(data: &[u8]) {
    for entry in LogReader::new(data) {
        let (number, entry) = entry.expect("memory can be read");
        assert!(number > 0);
        let Entry::Record(record) = entry else { continue };
        let again = written(&record);
        let limits = Limits { threads: Some(1), ..Limits::default() };
        if let Ok(now) = on_script_thread(|| replay(&again, vendor(false), shelf(false), &limits)) {
            drop(compare(&again, &LoggedOutcome::from(&now), false));
            drop(compare(&again, &LoggedOutcome::from(&now), true));
        }
    }
}
