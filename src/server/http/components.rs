//! The schemas of the OpenAPI document: one per thing, whichever documents have it.

use super::operation::Operation;
use super::problem::Problem;
use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

const SCHEMAS: &str = "#/components/schemas/";
const DEFINITIONS: &str = "#/$defs/";
/// Adds the schemas of the server's own documents to a generator.
pub type OwnSchemas = fn(&mut SchemaGenerator);

/// Documents that an operation returns one of; a member with one word says which.
const UNIONS: [Union; 1] = [Union {
    name: "ReviewResponse",
    doc: "The review of every partner, or that of one, if the request names a partner; `schema` says which.",
    documents: &["Review", "ReviewedPartner"],
}];

struct Union {
    name: &'static str,
    doc: &'static str,
    documents: &'static [&'static str],
}

/// One schema with the definitions that it refers to.
struct Document {
    name: String,
    schemas: BTreeMap<String, Value>,
}

/// Returns every schema by name: those of requests and responses, and those of the server itself.
///
/// Things that are the same in two documents are one schema. Different things of one name are called after their
/// documents.
pub fn schemas(operations: &[&Operation], own: OwnSchemas) -> Map<String, Value> {
    let mut documents: Vec<Document> = own_documents(operations, own);
    documents.extend(crate::request::schemas().into_iter().map(|(name, schema)| Document::of(name, schema)));
    let prints: Vec<BTreeMap<String, String>> = documents.iter().map(Document::fingerprints).collect();
    let names = names(&documents, &prints);
    let mut schemas = BTreeMap::new();
    for (document, names) in documents.into_iter().zip(&names) {
        for (local, mut schema) in document.schemas {
            normalise(&mut schema, names);
            schemas.insert(names.get(&local).cloned().unwrap_or(local), schema);
        }
    }
    let alternatives: Vec<(String, Value)> =
        schemas.iter_mut().flat_map(|(name, schema)| named_alternatives(name, schema)).collect();
    schemas.extend(alternatives);
    schemas.extend(UNIONS.iter().map(|union| (union.name.to_owned(), union.schema())));
    schemas.into_iter().collect()
}

impl Union {
    fn schema(&self) -> Value {
        let reference = |name: &&str| json!({"$ref": format!("{SCHEMAS}{name}")});
        json!({"description": self.doc, "oneOf": self.documents.iter().map(reference).collect::<Vec<_>>()})
    }
}

/// Returns the server's own documents: bodies as they are read, everything else as it is written.
fn own_documents(operations: &[&Operation], own: OwnSchemas) -> Vec<Document> {
    let bodies: BTreeSet<&str> =
        operations.iter().flat_map(|operation| operation.body).filter_map(|media| media.schema).collect();
    let replies = operations.iter().flat_map(|operation| operation.replies).flat_map(|reply| reply.media);
    let used: BTreeSet<&str> = replies.filter_map(|media| media.schema).chain(bodies.iter().copied()).collect();
    let definitions = |mut settings: SchemaSettings| {
        settings.definitions_path = "/$defs".into();
        settings.meta_schema = None;
        let mut generator = settings.into_generator();
        generator.subschema_for::<Problem>();
        own(&mut generator);
        generator.take_definitions(true)
    };
    let read = definitions(SchemaSettings::draft2020_12().for_deserialize());
    let written = definitions(SchemaSettings::draft2020_12().for_serialize());
    let document = |name: &String| {
        let all = if bodies.contains(name.as_str()) { &read } else { &written };
        let (mut schemas, mut open) = (BTreeMap::new(), BTreeSet::from([name.clone()]));
        while let Some(next) = open.pop_first() {
            let Some(schema) = all.get(&next) else { continue };
            visit(schema, &mut |reference| {
                let referred = reference.rsplit('/').next().unwrap_or_default();
                if !schemas.contains_key(referred) && referred != next {
                    open.insert(referred.to_owned());
                }
            });
            schemas.insert(next, schema.clone());
        }
        Document { name: name.clone(), schemas }
    };
    let inner = inner_names(&written, &read);
    let is_document = |name: &&String| used.contains(name.as_str()) || !inner.contains(*name);
    written.keys().filter(is_document).map(document).collect()
}

/// Returns the names that other definitions refer to.
fn inner_names(written: &Map<String, Value>, read: &Map<String, Value>) -> BTreeSet<String> {
    let mut inner = BTreeSet::new();
    for schema in written.values().chain(read.values()) {
        visit(schema, &mut |reference| {
            inner.extend(reference.rsplit('/').next().map(str::to_owned));
        });
    }
    inner
}

impl Document {
    /// Takes a schema apart into itself and its definitions.
    fn of(name: &str, schema: Value) -> Self {
        let Value::Object(mut schema) = schema else {
            return Self { name: name.to_owned(), schemas: BTreeMap::new() };
        };
        for key in ["$schema", "$id", "title"] {
            schema.shift_remove(key);
        }
        let mut schemas: BTreeMap<String, Value> = match schema.shift_remove("$defs") {
            Some(Value::Object(definitions)) => definitions.into_iter().collect(),
            _ => BTreeMap::new(),
        };
        schemas.insert(name.to_owned(), Value::Object(schema));
        Self { name: name.to_owned(), schemas }
    }

    /// Returns the content of each schema with the contents of what it refers to, whatever their names.
    fn fingerprints(&self) -> BTreeMap<String, String> {
        let mut prints = BTreeMap::new();
        for name in self.schemas.keys() {
            self.fingerprint(name, &mut Vec::new(), &mut prints);
        }
        prints
    }

    fn fingerprint(&self, name: &str, open: &mut Vec<String>, prints: &mut BTreeMap<String, String>) -> String {
        if let Some(known) = prints.get(name) {
            return known.clone();
        }
        let Some(schema) = self.schemas.get(name).filter(|_| !open.iter().any(|one| one == name)) else {
            return name.to_owned();
        };
        open.push(name.to_owned());
        let mut sorted = schema.clone();
        sorted.sort_all_objects();
        let mut text = sorted.to_string();
        visit(schema, &mut |reference| {
            text += &self.fingerprint(reference.rsplit('/').next().unwrap_or_default(), open, prints);
        });
        open.pop();
        let print = blake3::hash(text.as_bytes()).to_hex().to_string();
        prints.insert(name.to_owned(), print.clone());
        print
    }
}

/// Returns the alternatives of a schema that have no name as schemas, and refers to them in their place.
///
/// The name is that of the schema with the one word that distinguishes the alternative: `PlanCommandOffer`.
fn named_alternatives(name: &str, schema: &mut Value) -> Vec<(String, Value)> {
    let alternatives = schema.get_mut("oneOf").and_then(Value::as_array_mut).into_iter().flatten();
    let named = alternatives.filter_map(|alternative| {
        let properties = alternative.get("properties")?.as_object()?;
        let word = properties.values().find_map(|property| property.get("const")?.as_str())?;
        let words = word.split('_').map(|part| {
            let mut letters = part.chars();
            letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect::<String>()
        });
        let own = format!("{name}{}", words.collect::<String>());
        let reference = json!({"$ref": format!("{SCHEMAS}{own}")});
        Some((own, std::mem::replace(alternative, reference)))
    });
    named.collect()
}

/// Returns the name of each schema of each document in the list of all.
fn names(documents: &[Document], prints: &[BTreeMap<String, String>]) -> Vec<BTreeMap<String, String>> {
    let mut things: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut chosen: BTreeMap<(&str, &str), String> = BTreeMap::new();
    let each =
        || documents.iter().zip(prints).flat_map(|(document, prints)| prints.iter().map(move |one| (document, one)));
    for (_, (name, print)) in each() {
        let prints = things.entry(name).or_default();
        if !prints.contains(&&**print) {
            prints.push(print);
        }
    }
    // Documents have their names; everything else takes what is left.
    for (document, (name, print)) in each().filter(|(document, (name, _))| document.name == **name) {
        chosen.insert((name, print), document.name.clone());
    }
    let is_document = |name: &str| documents.iter().any(|document| document.name == name);
    for (document, (name, print)) in each() {
        let is_alone = things.get(&**name).is_some_and(|prints| prints.len() == 1) && !is_document(name);
        let qualified = || match name.strip_prefix(&*document.name) {
            Some(_) => name.clone(),
            None => format!("{}{name}", document.name),
        };
        chosen.entry((name, print)).or_insert_with(|| if is_alone { name.clone() } else { qualified() });
    }
    let of = |prints: &BTreeMap<String, String>| {
        let name = |(name, print): (&String, &String)| Some((name.clone(), chosen.get(&(&**name, &**print))?.clone()));
        prints.iter().filter_map(name).collect()
    };
    prints.iter().map(of).collect()
}

/// Calls `each` with every reference of a schema, in order.
fn visit(schema: &Value, each: &mut dyn FnMut(&str)) {
    match schema {
        Value::Object(members) => {
            for (key, member) in members {
                match member {
                    Value::String(reference) if key == "$ref" => each(reference),
                    member => visit(member, each),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| visit(item, each)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Puts a schema into the notation that generators of clients take: references to the one list, alternatives of which
/// exactly one applies as `oneOf`, words as `enum`, and the formats of integers that OpenAPI has.
fn normalise(schema: &mut Value, names: &BTreeMap<String, String>) {
    match schema {
        Value::Object(members) => {
            if let Some(alternatives) = members.remove("anyOf") {
                members.insert("oneOf".to_owned(), alternatives);
            }
            if let Some(words) = members.get("oneOf").and_then(words) {
                members.remove("oneOf");
                members.insert("type".to_owned(), "string".into());
                members.insert("enum".to_owned(), words.into());
            }
            if let Some(Value::String(format)) = members.get_mut("format")
                && format.starts_with("uint")
            {
                "int64".clone_into(format);
            }
            members.values_mut().for_each(|member| normalise(member, names));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| normalise(item, names)),
        Value::String(text) => {
            if let Some(name) = text.strip_prefix(DEFINITIONS) {
                *text = format!("{SCHEMAS}{}", names.get(name).map_or(name, String::as_str));
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Returns the words of alternatives that are each one word.
fn words(alternatives: &Value) -> Option<Vec<Value>> {
    alternatives.as_array()?.iter().map(|one| one.get("const").filter(|word| word.is_string()).cloned()).collect()
}
