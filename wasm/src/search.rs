//! Search: the builder cuts the book into [`Section`]s and writes an index, the browser reads it and answers queries.
//!
//! An index is one small file that is read first, and many that are read when a query needs them:
//!
//! | file | holds | read |
//! |---|---|---|
//! | core | kind and length of every section, the stages, which term and which section stands in which file | once |
//! | terms | a range of the sorted terms with their postings | when a term of a query falls into the range |
//! | texts | title, place and text of consecutive sections | when one of them is shown |
//! | words | the words themselves | when a query finds too little: for mistyped words and for suggestions |
//!
//! All bytes are checked: a damaged file is an error that says so, never a panic.

pub mod batch;
mod bytes;
pub mod encode;
mod excerpt;
pub mod index;
pub mod json;
pub mod merge;
mod names;
mod order;
mod parts;
mod postings;
mod query;
mod rank;
pub mod stored;
pub mod tokenize;
mod typo;
mod words;

/// What a section is, and what results are filtered by. The numbers are part of the index's format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Kind {
    /// Running text below a heading.
    Explanation,
    /// A block of code in running text.
    Code,
    /// A pitfall with its fix.
    Pitfall,
    /// A question, or a follow-up, with its answer.
    Question,
    /// A question of a quiz.
    Quiz,
    /// A stage: what it is about, its objectives, its takeaway.
    Stage,
    /// A lab's own page.
    Lab,
}

impl Kind {
    /// All kinds, in the order of their numbers.
    pub const ALL: [Kind; 7] =
        [Kind::Explanation, Kind::Code, Kind::Pitfall, Kind::Question, Kind::Quiz, Kind::Stage, Kind::Lab];

    /// Its name in results and in filters.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Explanation => "explanation",
            Kind::Code => "code",
            Kind::Pitfall => "pitfall",
            Kind::Question => "question",
            Kind::Quiz => "quiz",
            Kind::Stage => "stage",
            Kind::Lab => "lab",
        }
    }

    /// The kind with that number.
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number)).copied()
    }

    /// The kind with that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// Something that can be found. `title`, `text` and `hidden` are marked texts (see [`tokenize`]).
#[derive(Debug, Clone)]
pub struct Section {
    /// What it is.
    pub kind: Kind,
    /// Its address from the site's root, anchor included.
    pub url: String,
    /// Its title.
    pub title: String,
    /// The titles of what it stands in, the outermost first.
    pub breadcrumb: Vec<String>,
    /// What it says, in the order of the page; excerpts are cut from it.
    pub text: String,
    /// What it says but no excerpt shows, such as the answer of a quiz.
    pub hidden: String,
    /// What its place says of it: tags, and the titles above it.
    pub context: String,
}

/// A stage, for the filter: its sections are those from `first` to the next stage's first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stage {
    /// Its number and title; empty for what stands in no stage.
    pub title: String,
    /// Its first section.
    pub first: usize,
}

/// What is asked.
#[derive(Debug, Clone, Default)]
pub struct Request<'a> {
    /// What the reader typed.
    pub query: &'a str,
    /// The kinds to show; none means all.
    pub kinds: Vec<Kind>,
    /// The stage to show, by its place in [`index::Index::stages`]; none means all.
    pub stage: Option<usize>,
    /// How many hits to show at most.
    pub limit: usize,
}

/// What comes back.
#[derive(Debug, Clone)]
pub enum Reply {
    /// These files of the index must be read first; then ask again.
    Need(Vec<String>),
    /// The answer.
    Found(Found),
}

/// The answer to a query.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// The best hits.
    pub hits: Vec<Hit>,
    /// How many sections match in all, by kind, in the stage that was asked for.
    pub kinds: [usize; 7],
    /// Mistyped words and what was searched instead.
    pub corrected: Vec<(String, String)>,
    /// Where nothing was found: the nearest words of the book.
    pub suggestions: Vec<String>,
}

/// A section that matches.
#[derive(Debug, Clone)]
pub struct Hit {
    /// What it is.
    pub kind: Kind,
    /// Its address from the site's root, anchor included.
    pub url: String,
    /// Its title.
    pub title: Vec<Run>,
    /// The titles of what it stands in.
    pub breadcrumb: Vec<String>,
    /// The part of its text that matches best.
    pub excerpt: Vec<Run>,
    /// What matches, as it stands in the text, to be marked on the page.
    pub find: Vec<String>,
    /// How well it matches: higher is better, comparable within one answer only.
    pub score: f32,
}

/// A piece of a title or an excerpt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// The text.
    pub text: String,
    /// Whether it is code.
    pub code: bool,
    /// Whether it matches.
    pub hit: bool,
}
