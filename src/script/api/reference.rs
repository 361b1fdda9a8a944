//! The reference page for rule authors, made from the declarations.

/// Markdown.
pub fn reference_markdown() -> String {
    String::new()
}

/// JSON.
pub fn reference_json() -> serde_json::Value {
    serde_json::Value::Null
}
