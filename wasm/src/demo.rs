//! The labs: each is a pure model and a view, one file a lab, and the same code draws at build time and in the browser.

pub mod broadcast;
pub mod chart;
pub mod cost;
pub mod dict;
pub mod float;
pub mod pyhash;
pub mod set;
pub mod sum;
pub mod table;

use crate::html::Html;
use crate::state::State;

/// One lab: what the builder must know of it to check a `demo` fence, and the function that draws it.
#[derive(Debug)]
pub struct Lab {
    /// The name in a fence, in the URL and on the command line.
    pub name: &'static str,
    /// The title of the lab's own page.
    pub title: &'static str,
    /// One sentence on what it shows.
    pub summary: &'static str,
    /// The keys that a fence, a form and a link may hold.
    pub fields: &'static [Field],
    /// Draws a state. Total: any state gives a drawing or a sentence, in a bounded number of steps.
    pub draw: fn(&State, Ids) -> Drawing,
    /// Answers one JSON state of `fieldguide lab NAME --json` (the contract of the command line).
    #[cfg(feature = "json")]
    pub answer: fn(&serde_json::Value) -> serde_json::Value,
}

/// One key of a lab's state.
#[derive(Debug)]
pub struct Field {
    /// The key.
    pub name: &'static str,
    /// What it may hold.
    pub kind: FieldKind,
}

/// What a key of a lab's state may hold, in the TOML of a fence.
#[derive(Debug)]
pub enum FieldKind {
    /// A string.
    Text,
    /// A list of strings: the key stands several times in the state's text.
    List,
    /// A whole number within the two bounds.
    Integer(i64, i64),
    /// A number, integer or float; its text is kept as written.
    Number,
    /// One of these strings.
    Choice(&'static [&'static str]),
    /// `true` or `false`: `1` or `0` in the state's text.
    Flag,
}

/// What a state looks like.
#[derive(Debug, Clone)]
pub struct Drawing {
    /// The state in canonical form, with a pressed button's effect applied: what a link holds.
    pub state: State,
    /// The controls, the answer, the picture and the steps: the inside of the figure's form. Empty where there is a problem.
    pub html: String,
    /// The answer in one sentence, announced to a screen reader when it changes.
    pub announce: String,
    /// The steps in words, as the figure holds them and the terminal prints them.
    pub steps: Vec<String>,
    /// Why the state makes no sense, in one sentence; the page keeps its last picture and shows this.
    pub problem: Option<String>,
}

impl Drawing {
    /// A state that makes no sense: `why` is a whole sentence.
    pub fn problem(state: &State, why: impl Into<String>) -> Self {
        let (html, announce, steps) = Default::default();
        Self { state: state.clone(), html, announce, steps, problem: Some(why.into()) }
    }

    /// A state that makes sense: what is drawn of it, with the steps in words behind it.
    pub fn finished(state: State, mut html: Html, announce: String, steps: Vec<String>) -> Self {
        furniture::steps(&mut html, &steps);
        Self { state, html: html.finish(), announce, steps, problem: None }
    }
}

/// Makes the ids of one figure: a page may hold the same lab twice.
#[derive(Debug, Clone, Copy)]
pub struct Ids<'a>(pub &'a str);

impl Ids<'_> {
    /// `prefix-name`.
    pub fn of(&self, name: &str) -> String {
        format!("{}-{name}", self.0)
    }
}

/// All labs, in the order of their pages.
pub static LABS: &[&Lab] = &[&broadcast::LAB, &float::LAB, &sum::LAB, &dict::LAB, &set::LAB, &cost::LAB];

/// The lab of that name.
pub fn lab(name: &str) -> Option<&'static Lab> {
    LABS.iter().copied().find(|lab| lab.name == name)
}

/// The furniture all labs share. Every control is a native form element with a label. A result stands in an `<output>` with
/// `aria-live="off"`: the page's status line announces the whole answer once.
pub mod furniture {
    use super::*;

    /// `<label>` and a one-line text field.
    pub fn text_field(html: &mut Html, ids: Ids<'_>, name: &'static str, key: &str, label: &str, value: &str) {
        let id = ids.of(key);
        html.open("div", &[("class", "field")]).element("label", &[("for", &id)], label);
        html.open(
            "input",
            &[
                ("id", &id),
                ("name", name),
                ("value", value),
                ("type", "text"),
                ("autocomplete", "off"),
                ("autocapitalize", "off"),
                ("spellcheck", "false"),
            ],
        );
        html.close("div");
    }

    /// `<label>` and a `<select>`; `options` are `(value, text)`.
    pub fn choice(
        html: &mut Html,
        ids: Ids<'_>,
        name: &'static str,
        label: &str,
        options: &[(&str, &str)],
        chosen: &str,
    ) {
        let id = ids.of(name);
        html.open("div", &[("class", "field")]).element("label", &[("for", &id)], label);
        html.open("select", &[("id", &id), ("name", name)]);
        for (value, text) in options {
            let mut attributes = vec![("value", *value)];
            if *value == chosen {
                attributes.push(("selected", ""));
            }
            html.element("option", &attributes, text);
        }
        html.close("select").close("div");
    }

    /// A button that sends `act=<act>` with the rest of the form.
    pub fn act(html: &mut Html, act: &str, label: &str) {
        html.element("button", &[("class", "lab-button"), ("name", "act"), ("type", "submit"), ("value", act)], label);
    }

    /// A value that the form sends but does not show.
    pub fn hidden(html: &mut Html, name: &'static str, value: &str) {
        html.open("input", &[("name", name), ("type", "hidden"), ("value", value)]);
    }

    /// The trace of the steps, folded.
    pub fn steps(html: &mut Html, steps: &[String]) {
        html.open("details", &[("class", "lab-steps")]).element("summary", &[], "The steps in words").open("ol", &[]);
        for step in steps {
            html.element("li", &[], step);
        }
        html.close("ol").close("details");
    }
}
