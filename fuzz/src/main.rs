//! Fuzzing: bytes from outside, however broken, are answered and never bring the program down.
//!
//! One program for all targets, because one is linked sooner than seven; `FUZZ_TARGET` names the one to run. See `run`.

#![no_main]

mod book;
mod files;
mod log;
mod reload;
mod request;
mod settling;
mod vendor;
mod vendors;
mod wire;
mod workbook;

use libfuzzer_sys::fuzz_target;
use std::sync::OnceLock;

type Target = fn(&[u8]);

const TARGETS: [(&str, Target); 8] = [
    ("request", request::run),
    ("vendor", vendor::run),
    ("book", book::run),
    ("workbook", workbook::run),
    ("reload", reload::run),
    ("settling", settling::run),
    ("wire", wire::run),
    ("log", log::run),
];

fn target() -> Target {
    static TARGET: OnceLock<Target> = OnceLock::new();
    *TARGET.get_or_init(|| {
        let name = std::env::var("FUZZ_TARGET").unwrap_or_default();
        let found = TARGETS.iter().find(|(known, _)| *known == name);
        let known: Vec<&str> = TARGETS.iter().map(|(name, _)| *name).collect();
        found.unwrap_or_else(|| panic!("FUZZ_TARGET is one of: {}", known.join(" "))).1
    })
}

fuzz_target!(|data: &[u8]| target()(data));
