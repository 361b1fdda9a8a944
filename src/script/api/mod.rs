//! Vocabulary of scripts: facts, functions and operators, each declared once.
//!
//! From the declarations come what runs, the names the checks know, the suggestions and the reference page.

pub(super) mod calculations;
pub(super) mod complaint;
pub(super) mod decide_by;
pub(super) mod decided;
pub(super) mod example;
pub(super) mod facts;
pub(super) mod function;
pub(super) mod functions;
pub(super) mod ids;
pub(super) mod inspect;
pub(super) mod kind;
pub(super) mod ladder;
pub(super) mod lists;
pub(super) mod members;
pub(super) mod operators;
pub(super) mod ordered;
pub(super) mod peers;
pub(super) mod policy_functions;
pub(super) mod precise;
pub(super) mod rebate;
pub(super) mod reference;
pub(super) mod rule_functions;
pub(super) mod value;
pub(super) mod vocabulary;
