//! JSON Schemas of what authors write, for editors: made from the very lists of keys that the parser reads by.
//!
//! Draft 7, which the TOML language servers know. TOML's dates have no type in JSON: editors hand them over as strings.

use fieldguide_wasm::demo::Lab;
use serde_json::{Map, Value as Json, json};

use crate::config::shape::BOOK;
use crate::keys::shape::{Key, Shape, Value};
use crate::page::{Kind, demo, front_matter};
use crate::palette;

const DRAFT: &str = "http://json-schema.org/draft-07/schema#";

/// The schema of book.toml.
pub fn book() -> Json {
    root("book.toml", table(&BOOK))
}

/// The schema of a page's front matter; without a kind, of that of any page.
pub fn front_matter(kind: Option<Kind>) -> Json {
    let of = |kind: Kind| table(&front_matter::shape::of(kind));
    let any = || {
        let kinds = [Kind::Home, Kind::Stage, Kind::Topic, Kind::Page].map(of);
        json!({ "anyOf": kinds })
    };
    root("front matter", kind.map_or_else(any, of))
}

/// The schema of a `demo` block's TOML, the state of a lab.
pub fn lab(lab: &Lab) -> Json {
    let keys = demo::keys(lab);
    root(lab.name, table(&Shape { name: lab.name, about: lab.summary, keys: &keys }))
}

fn root(title: &str, mut schema: Json) -> Json {
    if let Some(schema) = schema.as_object_mut() {
        schema.insert("$schema".to_string(), DRAFT.into());
        schema.insert("title".to_string(), title.into());
    }
    schema
}

/// A table that holds its keys and no others.
fn table(shape: &Shape<'_>) -> Json {
    let properties: Map<String, Json> = shape.keys.iter().map(|key| (key.name.to_string(), property(key))).collect();
    let required = shape.keys.iter().filter(|key| key.required.is_some()).map(|key| key.name);
    json!({
        "type": "object",
        "description": shape.about,
        "properties": properties,
        "required": required.collect::<Vec<_>>(),
        "additionalProperties": false,
    })
}

fn property(key: &Key) -> Json {
    let mut schema = value(key);
    if let Some(schema) = schema.as_object_mut().filter(|_| !key.about.is_empty()) {
        schema.insert("description".to_string(), key.about.into());
    }
    schema
}

fn value(key: &Key) -> Json {
    let text = || match key.pattern {
        "" => json!({ "type": "string" }),
        pattern => json!({ "type": "string", "pattern": pattern }),
    };
    match key.value {
        Value::Text => text(),
        Value::Choice(options) => json!({ "enum": options }),
        Value::Texts { least: 0 } => json!({ "type": "array", "items": text() }),
        Value::Texts { least } => json!({ "type": "array", "items": text(), "minItems": least }),
        Value::Flag => json!({ "type": "boolean" }),
        Value::Date => json!({ "type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}" }),
        Value::Integer(least, most) => json!({ "type": "integer", "minimum": least, "maximum": most }),
        Value::Number => json!({ "type": "number" }),
        Value::Table(shape) => table(shape),
        Value::Tables(shape) => json!({ "type": "array", "items": table(shape) }),
        Value::Names => json!({ "type": "object", "additionalProperties": { "type": "string" } }),
        Value::Colors => colors(),
    }
}

/// The default theme's colors are offered; others are let through, since a book may bring a `tokens.css` of its own.
fn colors() -> Json {
    let string = json!({ "type": "string" });
    let properties: Map<String, Json> = palette::names().into_iter().map(|name| (name, string.clone())).collect();
    json!({ "type": "object", "properties": properties, "additionalProperties": string })
}

#[cfg(test)]
mod tests;
