//! The types of `guide.json`, from which its JSON Schema is made. Addresses are paths from the site's root; texts are
//! Markdown where their names say so, else plain text.

use schemars::JsonSchema;
use serde::Serialize;

/// The site path of the book as JSON.
pub const GUIDE: &str = "guide.json";

/// The site path of its schema.
pub const SCHEMA: &str = "guide.schema.json";

/// A whole book.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Guide {
    /// The schema that this file follows.
    #[serde(rename = "$schema")]
    pub schema: &'static str,
    /// The book's title.
    pub title: String,
    /// One sentence on it; may be empty.
    pub summary: String,
    /// A BCP 47 tag.
    pub language: String,
    /// The absolute address of the site, with a slash at its end, where it is known.
    pub base_url: Option<String>,
    /// Titled groups of stages; one without a title where the book has none.
    pub parts: Vec<Part>,
    /// The home page.
    pub home: Option<Page>,
    /// The stages in order.
    pub stages: Vec<Stage>,
    /// Pages that belong to no stage, such as a glossary.
    pub pages: Vec<Page>,
    /// The labs that a reader can play with.
    pub labs: Vec<Lab>,
}

/// A group of stages.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Part {
    /// Its title, where it has one.
    pub title: Option<String>,
    /// The slugs of its stages.
    pub stages: Vec<String>,
}

/// A stage: an introduction, topics, and a quiz at its end.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Stage {
    /// Its name in addresses.
    pub slug: String,
    /// Its number.
    pub number: String,
    /// Its own page.
    pub page: Page,
    /// What the reader will be able to do.
    pub objectives: Vec<String>,
    /// What to remember.
    pub takeaway: String,
    /// Common slips.
    pub slips: Vec<String>,
    /// Its topics in order.
    pub topics: Vec<Page>,
    /// The questions of its quiz.
    pub quiz: Vec<QuizQuestion>,
}

/// A page of the book.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Page {
    /// Where it stands, as HTML.
    pub url: String,
    /// Where it stands, as Markdown.
    pub markdown: String,
    /// Its file in the book.
    pub source: String,
    /// An id that outlives its title, where it has one.
    pub id: Option<String>,
    /// Its title.
    pub title: String,
    /// One sentence; may be empty on the home page.
    pub summary: String,
    /// Its tags.
    pub tags: Vec<String>,
    /// Addresses of the topics to know first.
    pub requires: Vec<String>,
    /// When it last changed (RFC 3339: a date or an instant), where that is known.
    pub updated: Option<String>,
    /// Minutes to read.
    pub minutes: usize,
    /// Words of prose.
    pub words: usize,
    /// Its parts in order.
    pub sections: Vec<Section>,
    /// The names of the labs that it shows, in order.
    pub labs: Vec<String>,
    /// The false claims that it sets right.
    pub myths: Vec<Myth>,
    /// What it defines.
    pub terms: Vec<Term>,
}

/// A part of a page.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Section {
    /// Explanation, down to the next pitfall, question or quiz.
    Explanation {
        /// Its text.
        markdown: String,
    },
    /// A pitfall with its fix.
    Pitfall {
        /// Its anchor on the page.
        anchor: String,
        /// Its title.
        title: String,
        /// Symptom and cause.
        symptom_markdown: String,
        /// The anchor of the fix.
        fix_anchor: String,
        /// The fix.
        fix_markdown: String,
    },
    /// A question with its answer.
    Question {
        /// Its anchor on the page.
        anchor: String,
        /// The question.
        title: String,
        /// The answer.
        answer_markdown: String,
        /// What is asked next.
        follow_ups: Vec<FollowUp>,
    },
}

/// What an interviewer asks next.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct FollowUp {
    /// Its anchor on the page.
    pub anchor: String,
    /// The question.
    pub title: String,
    /// The answer.
    pub answer_markdown: String,
}

/// A question of a quiz.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct QuizQuestion {
    /// Its anchor on the stage's page.
    pub anchor: String,
    /// The question.
    pub title: String,
    /// What stands between the question and its options, such as a snippet; may be empty.
    pub body: String,
    /// The options, of which one is right.
    pub options: Vec<QuizOption>,
    /// Why.
    pub explanation: String,
}

/// An option of a quiz question.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct QuizOption {
    /// What it says.
    pub text: String,
    /// Whether it is the right one.
    pub right: bool,
}

/// A false claim that is widely believed.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Myth {
    /// Its anchor on the page.
    pub anchor: String,
    /// The claim.
    pub claim: String,
}

/// A term that a page defines.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Term {
    /// Its anchor on the page.
    pub anchor: String,
    /// The term.
    pub term: String,
}

/// A kind of lab.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Lab {
    /// Its name, as `fieldguide lab` takes it.
    pub name: String,
    /// Its title.
    pub title: String,
    /// One sentence.
    pub summary: String,
    /// Its own page.
    pub url: String,
}

/// The JSON Schema of [`Guide`].
pub fn schema() -> schemars::Schema {
    schemars::generate::SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<Guide>()
}
