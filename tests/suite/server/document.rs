//! The OpenAPI document as generators of clients need it: one schema per thing, distinct alternatives.

use quotient::server::{openapi, operations};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

const SCHEMAS: &str = "#/components/schemas/";

/// Calls `each` with every object of a document and its JSON pointer.
fn walk<'a>(value: &'a Value, pointer: &str, each: &mut dyn FnMut(&str, &'a Map<String, Value>)) {
    match value {
        Value::Object(members) => {
            each(pointer, members);
            members.iter().filter(|(key, _)| *key != "example" && *key != "examples").for_each(|(key, member)| {
                walk(member, &format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1")), each);
            });
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, item)| walk(item, &format!("{pointer}/{index}"), each));
        }
        _ => {}
    }
}

fn schemas(document: &Value) -> &Map<String, Value> {
    document["components"]["schemas"].as_object().unwrap()
}

/// The names of the schemas that a value refers to, and of those they refer to.
fn reachable(document: &Value, from: &Value) -> BTreeSet<String> {
    let (mut all, mut open) = (BTreeSet::new(), vec![from]);
    while let Some(value) = open.pop() {
        walk(value, "", &mut |_, object| {
            let name = object.get("$ref").and_then(Value::as_str).and_then(|path| path.strip_prefix(SCHEMAS));
            if let Some(name) = name
                && all.insert(name.to_owned())
            {
                open.push(&schemas(document)[name]);
            }
        });
    }
    all
}

/// Operations of the document with their methods and paths.
fn described(document: &Value) -> Vec<(String, &Value)> {
    let paths = document["paths"].as_object().unwrap().iter();
    let methods = paths.flat_map(|(path, methods)| {
        methods.as_object().unwrap().iter().map(move |(method, operation)| (format!("{method} {path}"), operation))
    });
    methods.collect()
}

/// The alternatives of a schema of the document, whatever their names.
pub fn alternatives<'a>(document: &'a Value, name: &str) -> Vec<&'a Value> {
    let alternatives = schemas(document)[name]["oneOf"].as_array().unwrap().iter();
    alternatives.map(|one| document.pointer(&one["$ref"].as_str().unwrap()[1..]).unwrap()).collect()
}

#[test]
fn every_thing_has_one_schema() {
    let document = openapi();
    let mut known: BTreeMap<String, &str> = BTreeMap::new();
    for (name, schema) in schemas(&document) {
        // A comparison takes the body of a proposal: two documents of one shape.
        if name == "ComparisonRequest" {
            continue;
        }
        let mut sorted = schema.clone();
        sorted.sort_all_objects();
        if let Some(other) = known.insert(sorted.to_string(), name) {
            panic!("{name} is a copy of {other}");
        }
    }
    let mut all = BTreeSet::new();
    document["paths"].as_object().unwrap().values().for_each(|path| all.extend(reachable(&document, path)));
    let unused: Vec<&String> = schemas(&document).keys().filter(|name| !all.contains(*name)).collect();
    assert_eq!(unused, Vec::<&String>::new(), "schemas that nothing refers to");
    assert!(all.contains("Amount") && all.contains("Place") && all.contains("PartnerRow"), "{all:?}");
}

#[test]
fn no_schema_has_the_name_of_another_as_its_title() {
    for (name, schema) in schemas(&openapi()) {
        assert!(schema.get("title").is_none_or(|title| title == name), "{name}: {}", schema["title"]);
    }
}

#[test]
fn alternatives_are_distinct() {
    let document = openapi();
    let mut unions = BTreeSet::new();
    walk(&document, "", &mut |pointer, object| {
        assert!(!object.contains_key("anyOf"), "{pointer}");
        let kinds = object.get("type").and_then(Value::as_array).into_iter().flatten();
        assert!(kinds.filter(|kind| *kind != "null").count() <= 1, "{pointer} has several types");
        let Some(alternatives) = object.get("oneOf").and_then(Value::as_array) else { return };
        if alternatives.len() == 2 && alternatives[1] == serde_json::json!({"type": "null"}) {
            return;
        }
        // A tagged union cannot be read by each generator (docs/clients.md): a member with one word distinguishes them.
        assert!(!object.contains_key("discriminator"), "{pointer}");
        assert!(alternatives.iter().all(|one| one["$ref"].is_string()), "{pointer} has an alternative without a name");
        let words = alternatives.iter().map(|one| {
            let schema = one["$ref"].as_str().map_or(one, |name| document.pointer(&name[1..]).unwrap());
            let word_of = |member: &str| {
                let property = &schema["properties"][member];
                let only = property["enum"].as_array().filter(|words| words.len() == 1).map(|words| &words[0]);
                property["const"]
                    .as_str()
                    .or(only.and_then(Value::as_str))
                    .map(|word| (member.to_owned(), word.to_owned()))
            };
            ["kind", "schema", "command", "change"]
                .into_iter()
                .find_map(word_of)
                .unwrap_or_else(|| panic!("{pointer}: {one} has no word"))
        });
        let words: BTreeSet<(String, String)> = words.collect();
        assert_eq!(words.len(), alternatives.len(), "{pointer}");
        assert_eq!(words.iter().map(|(member, _)| member).collect::<BTreeSet<_>>().len(), 1, "{pointer}");
        unions.insert(pointer.rsplit('/').next().unwrap().to_owned());
    });
    assert_eq!(
        unions,
        ["BusinessPlanChange", "GivenBook", "Place", "PlanCommand", "ReviewResponse"].map(str::to_owned).into()
    );
}

#[test]
fn what_a_body_must_have_is_not_null() {
    let document = openapi();
    let mut count = 0;
    for (name, operation) in described(&document) {
        for schema in reachable(&document, &operation["requestBody"]) {
            let schema = &schemas(&document)[&schema];
            for member in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
                let property = &schema["properties"][member];
                assert!(property.is_object(), "{name}: {member} is required and not described");
                let is_null = property["type"].as_array().is_some_and(|kinds| kinds.contains(&"null".into()));
                assert!(!is_null && property.get("oneOf").is_none(), "{name}: {member}");
                count += 1;
            }
        }
    }
    assert!(count > 50, "{count}");
    let partners = &schemas(&document)["Book"]["properties"]["partners"];
    assert_eq!(
        (&partners["minItems"], &partners["items"]["$ref"]),
        (&1.into(), &format!("{SCHEMAS}PartnerRow").into())
    );
    assert_eq!(schemas(&document)["PartnerRow"]["properties"]["partner_id"]["minLength"], 1);
}

#[test]
fn a_vendors_own_tables_are_in_one_place() {
    let document = openapi();
    for name in ["Book", "BookTables"] {
        let schema = &schemas(&document)[name];
        assert_eq!(schema["additionalProperties"], false, "{name}");
        assert_eq!(schema["properties"]["tables"]["$ref"], format!("{SCHEMAS}OwnTables"), "{name}");
    }
}

#[test]
fn header_fields_are_described_once_and_referred_to() {
    let document = openapi();
    let components = &document["components"];
    let (mut parameters, mut headers) = (BTreeSet::new(), BTreeSet::new());
    for (name, operation) in described(&document) {
        let of: BTreeSet<&str> = operation["parameters"]
            .as_array()
            .unwrap()
            .iter()
            .inspect(|one| assert_ne!(one["in"], "header", "{name} describes a header field itself"))
            .filter_map(|one| one["$ref"].as_str()?.strip_prefix("#/components/parameters/"))
            .collect();
        assert!(of.contains("RequestId") && of.contains("TraceParent"), "{name}: {of:?}");
        parameters.extend(of.iter().map(|name| (*name).to_owned()));
        for (status, response) in operation["responses"].as_object().unwrap() {
            let fields = response["headers"].as_object().unwrap();
            assert!(fields.contains_key("X-Request-Id"), "{name}: {status}");
            let has = |field: &str| fields.contains_key(field);
            assert!(
                !matches!(&**status, "429" | "503")
                    || has("Retry-After")
                    || response["content"].get("application/problem+json").is_none(),
                "{name}: {status}"
            );
            assert!(status != "201" || has("Location"), "{name}");
            for (field, reference) in fields {
                let id = reference["$ref"].as_str().unwrap().strip_prefix("#/components/headers/").unwrap();
                assert!(components["headers"][id].is_object(), "{name}: {field}");
                headers.insert(id.to_owned());
            }
        }
    }
    let keys = |part: &str| components[part].as_object().unwrap().keys().cloned().collect::<BTreeSet<String>>();
    assert_eq!((parameters, headers), (keys("parameters"), keys("headers")), "described, and used somewhere");
    for id in ["propose", "assess", "explain", "review", "pin", "unpin", "rollback"] {
        let operation = operations().find(|operation| operation.id == id).unwrap();
        let described = &document["paths"][operation.path][operation.method.to_lowercase()]["parameters"];
        for field in ["IdempotencyKey", "IfMatch"] {
            let reference = serde_json::json!({"$ref": format!("#/components/parameters/{field}")});
            assert!(described.as_array().unwrap().contains(&reference), "{id}: {field}");
        }
    }
}

#[test]
fn bodies_are_where_they_have_a_meaning_and_bytes_are_bytes() {
    let document = openapi();
    let mut workbooks = 0;
    for (name, operation) in described(&document) {
        let takes = operation.get("requestBody").is_some();
        assert!(!takes || !(name.starts_with("delete") || name.starts_with("get")), "{name} has a body");
        walk(&operation["responses"], "", &mut |pointer, content| {
            if pointer.ends_with("spreadsheetml.sheet") {
                assert_eq!(content["schema"]["format"], "binary", "{name}");
                workbooks += 1;
            }
        });
    }
    assert!(workbooks >= 2, "{workbooks}");
}

#[test]
fn groups_are_listed_with_their_descriptions() {
    let document = openapi();
    let mut used = BTreeSet::new();
    for (name, operation) in described(&document) {
        used.extend(operation["tags"].as_array().unwrap().iter().map(|tag| tag.as_str().unwrap()));
        for member in ["description", "summary", "operationId"] {
            assert!(operation[member].as_str().is_some_and(|text| !text.is_empty()), "{name}: {member}");
        }
    }
    let tags = document["tags"].as_array().unwrap();
    let listed: BTreeSet<&str> = tags.iter().map(|tag| tag["name"].as_str().unwrap()).collect();
    assert_eq!(listed, used);
    assert!(tags.iter().all(|tag| tag["description"].as_str().is_some_and(|text| text.len() > 20)));
}

#[test]
fn every_published_schema_has_an_identifier() {
    let directory = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("schema");
    let mut known = BTreeSet::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if name == "openapi.json" {
            continue;
        }
        let schema: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        let id = schema["$id"].as_str().unwrap_or_else(|| panic!("{name} has no $id"));
        assert!(id.starts_with("urn:quotient:schema:"), "{name}: {id}");
        assert!(known.insert(id.to_owned()), "{name}: {id} is the identifier of another schema as well");
    }
    assert!(known.len() >= 20, "{}", known.len());
}
