//! Deciding by a decision table from a policy.

use super::complaint::Complaint;
use super::decided::TableAnswer;
use super::function::{Call, Outcome};
use super::kind::Kind;
use super::value::{Date, number};
use super::vocabulary::unknown_word;
use crate::channel::Name;
use crate::decision::table;
use crate::finding::Code;
use rhai::Dynamic;

pub(super) fn decide_by(call: Call<'_, '_>) -> Outcome {
    let name = call.text(0)?;
    let decisions = call.schema.policy.iter().flat_map(|policy| &policy.decisions);
    let Some((name, table)) = decisions.clone().find(|(known, _)| ***known == *name) else {
        let (message, help) =
            unknown_word("decision table", &name, &decisions.map(|(known, _)| &**known).collect::<Vec<_>>());
        return Err(Complaint::other(Code::ScriptUnknownName, message, help).into());
    };
    let Ok(inputs) = call.arguments[1].as_map_ref() else { return Err(call.wrong(1, "a map of inputs")) };
    let names: Vec<&str> = table.inputs().iter().map(|input| &*input.name).collect();
    if let Some(stray) = inputs.keys().find(|key| !names.contains(&key.as_str())) {
        let (message, help) = unknown_word(&format!("input of `{name}`"), stray, &names);
        return Err(Complaint::other(Code::ScriptUnknownName, message, help).into());
    }
    let mut values = Vec::with_capacity(names.len());
    for input in &names {
        let value = inputs.get(*input).ok_or_else(|| {
            let message = format!("the decision table `{name}` also asks for `{input}`");
            Complaint::other(Code::ScriptOutcome, message, "write it into the map; `()` says that it is not known")
        })?;
        values.push(to_table(value).ok_or_else(|| {
            let message = format!("`{input}` of the decision table `{name}` is {}", Kind::of(value));
            Complaint::other(Code::ScriptKinds, message, "give a number, a text, a truth or a date")
        })?);
    }
    let decision = table.decide(&values).map_err(|fault| {
        Complaint::other(
            Code::ScriptOutcome,
            format!("the decision table `{name}` cannot decide: {fault}"),
            "correct the table, or what it is asked",
        )
    })?;
    Ok(Dynamic::from(TableAnswer::new(Name::clone(name), table, decision)))
}

fn to_table(value: &Dynamic) -> Option<table::Value> {
    if value.is_unit() {
        return Some(table::Value::NotKnown);
    }
    if let Some(number) = number(value) {
        return Some(table::Value::Number(number.normalize()));
    }
    if let Ok(truth) = value.as_bool() {
        return Some(table::Value::Truth(truth));
    }
    if let Ok(text) = value.as_immutable_string_ref() {
        return Some(table::Value::text(&text));
    }
    value.clone().try_cast::<Date>().map(|date| table::Value::Date(date.0))
}
