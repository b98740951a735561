//! The keys of front matter, for each kind of page.

use crate::keys::shape::{Key, Shape, Value};
use crate::page::Kind;

const NAME: &str = "front matter";

const TITLE: Key = Key::new("title", Value::Text, "The page's title: one line, with `code` at most.")
    .required("\"…\"")
    .matching(r"\S");
const SUMMARY: Key = Key::new("summary", Value::Text, "One sentence that stands wherever the title is listed.");
const SAID_SUMMARY: Key = SUMMARY.required("\"…\"").matching(r"\S");
const UPDATED: Key = Key::new(
    "updated",
    Value::Date,
    "When the page last changed, without quotes: `2026-11-21`; by git where it is left out.",
);
const DRAFT: Key = Key::new("draft", Value::Flag, "Whether only `serve` shows the page.");
const ALIASES: Key = Key::new("aliases", Value::Texts { least: 0 }, "Addresses that the page stood at before, from the site's root: `old/page.html`.")
    .matching(r#"^/*((\.{0,2}[^./\s\x00-\x1f\x7f\\?#%:"<>|*][^/\s\x00-\x1f\x7f\\?#%:"<>|*]*|\.{3}[^/\s\x00-\x1f\x7f\\?#%:"<>|*]*)/)*([^/\s\x00-\x1f\x7f\\?#%:"<>|*]*\.html|(\.{0,2}[^./\s\x00-\x1f\x7f\\?#%:"<>|*][^/\s\x00-\x1f\x7f\\?#%:"<>|*]*|\.{3}[^/\s\x00-\x1f\x7f\\?#%:"<>|*]*)/)$"#);
const ID: Key =
    Key::new("id", Value::Text, "A name that outlives address and title: lower-case letters, digits and hyphens.")
        .matching(r"^[^\s\x00-,./:-@A-Z\[-^`{-\x7f]+$");
const TAGS: Key = Key::new("tags", Value::Texts { least: 0 }, "Entry points to the page; each has a page of its own.")
    .matching(r"[^\s\x00-,./:-@\[-^`{-\x7f]|\S\s+\S");
const REQUIRES: Key = Key::new("requires", Value::Texts { least: 0 }, "The slugs of topics to know first.");
const OBJECTIVES: Key =
    Key::new("objectives", Value::Texts { least: 0 }, "What the reader will be able to do.").required("[\"…\"]");
const TAKEAWAY: Key = Key::new("takeaway", Value::Text, "What to remember.").required("\"…\"");
const SLIPS: Key = Key::new("slips", Value::Texts { least: 0 }, "Common slips.");

/// What the front matter of a page of that kind may say.
pub const fn of(kind: Kind) -> Shape<'static> {
    let (about, keys): (_, &[Key]) = match kind {
        Kind::Home => ("The front matter of the home page.", &[TITLE, SUMMARY, UPDATED]),
        Kind::Stage => (
            "The front matter of a stage.",
            &[TITLE, SAID_SUMMARY, UPDATED, DRAFT, ALIASES, ID, TAGS, OBJECTIVES, TAKEAWAY, SLIPS],
        ),
        Kind::Topic => {
            ("The front matter of a topic.", &[TITLE, SAID_SUMMARY, UPDATED, DRAFT, ALIASES, ID, TAGS, REQUIRES])
        }
        Kind::Page => ("The front matter of a plain page.", &[TITLE, SAID_SUMMARY, UPDATED, DRAFT, ALIASES, ID, TAGS]),
    };
    Shape { name: NAME, about, keys }
}
