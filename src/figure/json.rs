//! Records as JSON, and the JSON Schema of them, both from the list of figures.

use super::declaration::Figured;
use super::quantity::Fraction;
use super::value::{List, Record, Value};
use schemars::{Schema, SchemaGenerator, json_schema};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value as JsonValue};

/// A record as a JSON object: amounts and rates are decimal strings, dates `2026-01-31`, null is "not known".
pub struct Json<'a>(pub &'a dyn Record);

/// A value as JSON.
struct Written<'a>(&'a Value<'a>);

impl Serialize for Json<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        write_members(self.0, &mut object)?;
        object.end()
    }
}

fn write_members<M: SerializeMap>(record: &dyn Record, object: &mut M) -> Result<(), M::Error> {
    for index in 0..record.size() {
        let Some((about, name)) = record.about(index).and_then(|about| Some((about, about.json?))) else { continue };
        let value = record.value(index);
        match &value {
            Value::Record(part) if about.is_flat => write_members(*part, object)?,
            value if about.is_skipped && is_nothing(value) => {}
            value => object.serialize_entry(name, &Written(value))?,
        }
    }
    Ok(())
}

fn is_nothing(value: &Value<'_>) -> bool {
    match value {
        Value::NotKnown => true,
        Value::List(list) => list.size() == 0,
        Value::OwnList(list) => list.size() == 0,
        _ => false,
    }
}

impl Serialize for Written<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::NotKnown => serializer.serialize_none(),
            Value::Money(money) => money.serialize(serializer),
            Value::Rate(rate) => Fraction(*rate).serialize(serializer),
            Value::Count(count) => serializer.serialize_i64(*count),
            Value::Text(text) => serializer.serialize_str(text),
            Value::Truth(truth) => serializer.serialize_bool(*truth),
            Value::Date(date) => serializer.collect_str(date),
            Value::Month(month) => serializer.collect_str(month),
            Value::Record(record) => Json(*record).serialize(serializer),
            Value::OwnRecord(record) => Json(&**record).serialize(serializer),
            Value::List(list) => write_list(*list, serializer),
            Value::OwnList(list) => write_list(&**list, serializer),
        }
    }
}

fn write_list<S: Serializer>(list: &dyn List, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq((0..list.size()).map(|index| Item { list, index }))
}

struct Item<'a> {
    list: &'a dyn List,
    index: usize,
}

impl Serialize for Item<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Written(&self.list.item(self.index)).serialize(serializer)
    }
}

/// Returns the JSON Schema of the object that a record of `T` is written as.
pub fn object_schema<T: Figured>(generator: &mut SchemaGenerator) -> Schema {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for about in T::FIGURES.iter().map(|figure| &figure.about) {
        let Some(name) = about.json else { continue };
        if let Some(group) = if about.is_flat { (about.members)(generator) } else { None } {
            properties.extend(group.get("properties").and_then(JsonValue::as_object).cloned().unwrap_or_default());
            required.extend(group.get("required").and_then(JsonValue::as_array).cloned().unwrap_or_default());
            continue;
        }
        let mut schema = (about.schema)(generator);
        schema.insert("description".to_owned(), about.doc.into());
        add_words(&mut schema, about.words, about.is_optional);
        properties.insert(name.to_owned(), schema.into());
        if !about.is_skipped {
            required.push(JsonValue::from(name));
        }
    }
    let mut schema = json_schema!({"description": T::ABOUT.trim_ascii(), "type": "object", "properties": properties});
    if !required.is_empty() {
        schema.insert("required".to_owned(), required.into());
    }
    schema
}

fn add_words(schema: &mut Schema, words: &[&'static str], is_optional: bool) {
    if words.is_empty() {
        return;
    }
    let mut all: Vec<JsonValue> = words.iter().map(|word| JsonValue::from(*word)).collect();
    all.extend(is_optional.then_some(JsonValue::Null));
    schema.insert("enum".to_owned(), all.into());
}
