//! One Markdown file → [`Page`]: its front matter and its typed body. Of the other files it knows only the glossary's terms.

pub mod demo;
pub mod fence;
pub mod front_matter;
pub mod include;
pub mod markdown;
mod math;
mod plot;
pub mod structure;
pub mod terms;

use std::ops::{Deref, Range, RangeInclusive};
use std::sync::{Arc, OnceLock};

use fieldguide_wasm::demo::{Lab, lab};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::cache::Key;
use crate::config::Config;
use crate::diagnostic::Outcome;
use crate::source::{FileId, Source, Span};
use front_matter::FrontMatter;
use include::{Library, Origin};
use terms::Glossary;

/// What a file is, told by its path alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `content/index.md`.
    Home,
    /// `content/01-a/index.md`.
    Stage,
    /// `content/01-a/02-b.md`.
    Topic,
    /// `content/glossary.md`.
    Page,
}

/// One file: its facts, which other pages and lists show, and its body, which is parsed when it is asked for where the facts are
/// known from an earlier build.
#[derive(Debug, Clone)]
pub struct Page {
    /// The file.
    pub file: FileId,
    /// Tells all that the page was read from, where something is kept from one build to the next.
    pub key: Key,
    /// Its path in the book, such as `content/01-a/02-b.md`.
    pub path: String,
    /// What it is.
    pub kind: Kind,
    /// What other pages need to know of it.
    pub facts: Facts,
    body: Lazy,
}

/// What other pages and lists need to know of a page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    /// Its front matter.
    pub front: FrontMatter,
    /// All headings that have an anchor, in order.
    pub headings: Vec<Heading>,
    /// Anchors that are not headings: terms, footnotes, labs, myths.
    pub anchors: Vec<String>,
    /// What it defines in lists of terms.
    pub terms: Vec<Term>,
    /// What the holes in the markup refer to.
    pub links: Vec<Link>,
    /// Images, for their holes.
    pub images: Vec<Image>,
    /// Labs, for their holes.
    pub demos: Vec<Demo>,
    /// The myths it tells, in order.
    pub myths: Vec<Myth>,
    /// Words of text, code left out.
    pub words: usize,
    /// Lines of code.
    pub code_lines: usize,
    /// What is counted wherever the book is summed up.
    pub tally: Tally,
}

/// What a page shows.
#[derive(Debug, Clone, Default)]
pub struct Body {
    /// The objectives, the takeaway and the slips of a stage, as markup.
    pub stage: StageTexts,
    /// The body, in order.
    pub sections: Vec<Section>,
    /// A stage's quiz.
    pub quiz: Option<Quiz>,
    /// Code blocks, for their holes.
    pub snippets: Vec<Snippet>,
    /// The first state of each of [`Facts::demos`], drawn; empty where the state made no sense.
    pub drawn: Vec<String>,
}

/// A body, or what it is parsed from.
#[derive(Debug, Clone)]
struct Lazy {
    body: OnceLock<Box<Body>>,
    from: Option<(Source, Arc<With>)>,
}

/// What all pages are parsed with.
#[derive(Debug, Clone, Default)]
pub struct With {
    /// What book.toml says.
    pub config: Arc<Config>,
    /// The terms that are linked where they first stand in a text.
    pub glossary: Option<Glossary>,
    /// What code blocks include.
    pub library: Library,
}

impl Deref for Page {
    type Target = Facts;

    fn deref(&self) -> &Facts {
        &self.facts
    }
}

impl Page {
    /// What it shows.
    pub fn body(&self) -> &Body {
        self.body.body.get_or_init(|| {
            let parsed = self.body.from.as_ref().map(|(source, with)| parse(source, self.kind, with).value);
            parsed.and_then(|page| page.body.body.into_inner()).unwrap_or_default()
        })
    }

    /// A page whose facts are known, with a body that is parsed from `source` when it is asked for.
    pub fn known(source: &Source, kind: Kind, mut facts: Facts, with: Arc<With>) -> Self {
        facts.set_file(source.id);
        let body = Lazy { body: OnceLock::new(), from: Some((source.clone(), with)) };
        Self { file: source.id, key: Key::default(), path: source.path.clone(), kind, facts, body }
    }
}

impl Facts {
    /// Spans are kept without their file, whose index is another in each build.
    fn set_file(&mut self, file: FileId) {
        let front = &mut self.front;
        let named = front.id.iter_mut().chain(&mut front.requires).chain(&mut front.aliases);
        let texts = front.objectives.iter_mut().chain(&mut front.takeaway).chain(&mut front.slips);
        let spans = named.chain(texts).map(|(_, span)| span);
        let spans = spans.chain(self.headings.iter_mut().map(|heading| &mut heading.span));
        let spans = spans.chain(self.links.iter_mut().map(|link| &mut link.span));
        spans.chain(self.images.iter_mut().map(|image| &mut image.span)).for_each(|span| span.file = file);
    }
}

/// Counts of a page that every page of the book shows the sums of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Pitfalls.
    pub pitfalls: usize,
    /// Questions, follow-ups included.
    pub questions: usize,
    /// Whether the reader can run something on it.
    pub runs: bool,
}

impl Tally {
    fn new(sections: &[Section], snippets: &[Snippet]) -> Self {
        let runs = snippets.iter().any(|snippet| snippet.attributes.run && !snippet.attributes.hidden);
        let mut tally = Self { runs, ..Self::default() };
        for section in sections {
            match section {
                Section::Pitfall(_) => tally.pitfalls += 1,
                Section::Question(question) => tally.questions += 1 + question.follow_ups.len(),
                Section::Prose(_) => {}
            }
        }
        tally
    }
}

impl Page {
    /// Minutes to read it: 220 words or 25 lines of code a minute.
    pub fn minutes(&self) -> usize {
        (self.words * 25 + self.code_lines * 220).div_ceil(220 * 25).max(1)
    }
}

/// A common belief that is wrong; the fact stands with it in the body.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Myth {
    /// Its id on the page.
    pub anchor: String,
    /// The claim as HTML without links.
    pub html: String,
    /// The claim as plain text.
    pub text: String,
}

/// A term that a list of terms defines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Term {
    /// The term as plain text.
    pub text: String,
    /// Its id on the page.
    pub anchor: String,
}

/// A stage's texts from its front matter.
#[derive(Debug, Clone, Default)]
pub struct StageTexts {
    /// What the reader will be able to do.
    pub objectives: Vec<Markup>,
    /// What to remember.
    pub takeaway: Markup,
    /// Common slips.
    pub slips: Vec<Markup>,
}

/// HTML with typed holes, filled when the page is rendered.
pub type Markup = Vec<Piece>;

/// A piece of a page's body.
#[derive(Debug, Clone, PartialEq)]
pub enum Piece {
    /// Finished HTML.
    Html(String),
    /// The value of an `href`: index into [`Page::links`].
    Href(usize),
    /// An image: index into [`Page::images`].
    Image(usize),
    /// A code block with its outputs: index into [`Page::snippets`].
    Code(usize),
    /// A lab: index into [`Page::demos`].
    Demo(usize),
}

/// A part of a page's body.
#[derive(Debug, Clone)]
pub enum Section {
    /// Explanation.
    Prose(Markup),
    /// A pitfall with its fix.
    Pitfall(Pitfall),
    /// A question with its answer.
    Question(Question),
}

/// Symptom and cause, and the fix.
#[derive(Debug, Clone)]
pub struct Pitfall {
    /// Its heading; its anchor is the pitfall's id.
    pub heading: Heading,
    /// Symptom and cause.
    pub symptom: Markup,
    /// The anchor of the fix.
    pub fix_anchor: String,
    /// The fix.
    pub fix: Markup,
}

/// A question, its answer and what an interviewer asks next.
#[derive(Debug, Clone)]
pub struct Question {
    /// Its heading; its anchor is the question's id.
    pub heading: Heading,
    /// The answer.
    pub answer: Markup,
    /// Follow-up questions with their answers.
    pub follow_ups: Vec<(Heading, Markup)>,
}

/// The questions at a stage's end.
#[derive(Debug, Clone)]
pub struct Quiz {
    /// The heading "Quiz".
    pub heading: Heading,
    /// Text before the first question.
    pub intro: Markup,
    /// The questions, in order.
    pub questions: Vec<QuizQuestion>,
}

/// One question of a quiz.
#[derive(Debug, Clone)]
pub struct QuizQuestion {
    /// The question.
    pub heading: Heading,
    /// What stands between the question and its options, such as a snippet.
    pub body: Markup,
    /// The options, exactly one of them right.
    pub options: Vec<QuizOption>,
    /// Why.
    pub explanation: Markup,
}

/// One option of a quiz question.
#[derive(Debug, Clone)]
pub struct QuizOption {
    /// What it says.
    pub markup: Markup,
    /// Whether it is the right one.
    pub right: bool,
}

/// What a heading opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum HeadingKind {
    /// Explanation.
    Prose,
    /// A pitfall.
    Pitfall,
    /// A pitfall's fix.
    Fix,
    /// A question.
    Question,
    /// A follow-up of a question.
    FollowUp,
    /// The quiz of a stage, or one of its questions.
    Quiz,
}

/// A heading with an anchor.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Heading {
    /// 2 to 6.
    pub level: u8,
    /// What it opens.
    pub kind: HeadingKind,
    /// Its id on the page.
    pub anchor: String,
    /// Its text as HTML, without a prefix such as `Pitfall:`.
    pub html: String,
    /// Its plain text, without a prefix.
    pub text: String,
    /// Where it stands.
    pub span: Span,
}

/// A link as written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Link {
    /// The address as written.
    pub target: String,
    /// Whether the builder made it, from a word of the text to the glossary.
    pub made: bool,
    /// Where it stands.
    pub span: Span,
}

/// An image as written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Image {
    /// The address as written.
    pub target: String,
    /// Its text alternative.
    pub alt: String,
    /// Its title; empty where it has none.
    pub title: String,
    /// Where it stands.
    pub span: Span,
}

/// A code block.
#[derive(Debug, Clone)]
pub struct Snippet {
    /// The first word of its info string, lower-cased; empty where there is none.
    pub language: String,
    /// The code.
    pub text: String,
    /// Where the code comes from, if it stands in a file of its own.
    pub origin: Option<Origin>,
    /// What stands in its braces.
    pub attributes: SnippetAttributes,
    /// What it prints, one for each range of versions, the newest first.
    pub outputs: Vec<Output>,
    /// The line of its opening fence.
    pub span: Span,
    /// Whether its outputs are kept from the page: they are the answer of a quiz question.
    pub outputs_hidden: bool,
    /// The parts of an exercise that stand below its starting code.
    pub exercise: ExerciseParts,
}

/// What belongs to the starting code of an exercise; both are there in a book without mistakes.
#[derive(Debug, Clone, Default)]
pub struct ExerciseParts {
    /// Code that passes the checks.
    pub solution: Option<Part>,
    /// Assertions, each with a hint as its message.
    pub checks: Option<Part>,
}

/// A block that is part of another.
#[derive(Debug, Clone)]
pub struct Part {
    /// The code.
    pub text: String,
    /// The line of its opening fence.
    pub span: Span,
}

/// The attributes of a code block: the contract with the reader and with the proof.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SnippetAttributes {
    /// The reader can run and edit it.
    pub run: bool,
    /// It goes on in the namespace of the snippet before it.
    pub continues: bool,
    /// It is not shown.
    pub hidden: bool,
    /// The reader solves it.
    pub exercise: bool,
    /// It is the solution of the exercise above it.
    pub solution: bool,
    /// It holds the checks of the exercise above it.
    pub checks: bool,
    /// The preamble it needs.
    pub setup: Option<String>,
    /// The name under which it can be a preamble.
    pub name: Option<String>,
    /// The exception it must end with.
    pub raises: Option<String>,
    /// Why it is not run.
    pub norun: Option<String>,
    /// Why the page's Python prints something else.
    pub differs: Option<String>,
    /// Its time limit in seconds.
    pub timeout: Option<f64>,
    /// The versions it is for.
    pub python: Option<String>,
    /// Title or file name shown above it.
    pub title: Option<String>,
    /// Whether its lines are numbered.
    pub lines: bool,
    /// Marked lines, counted from 1.
    pub hl: Vec<RangeInclusive<usize>>,
}

/// What a snippet prints.
#[derive(Debug, Clone, PartialEq)]
pub struct Output {
    /// The text.
    pub text: String,
    /// The versions that print it; all where there is none.
    pub python: Option<String>,
    /// Whether the order of its lines varies.
    pub unordered: bool,
    /// The relative tolerance for its numbers.
    pub approx: Option<f64>,
    /// The line of its opening fence.
    pub span: Span,
    /// The whole block in its file, from its opening to its closing fence.
    pub block: Range<usize>,
}

/// A lab in a page.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Demo {
    /// Which lab.
    #[serde(serialize_with = "lab_name", deserialize_with = "lab_named")]
    pub lab: &'static Lab,
    /// Its id on the page.
    pub id: String,
    /// Its caption.
    pub caption: String,
}

impl PartialEq for Demo {
    fn eq(&self, other: &Self) -> bool {
        (self.lab.name, &self.id, &self.caption) == (other.lab.name, &other.id, &other.caption)
    }
}

fn lab_name<S: Serializer>(lab: &&'static Lab, serializer: S) -> Result<S::Ok, S::Error> {
    lab.name.serialize(serializer)
}

fn lab_named<'de, D: Deserializer<'de>>(deserializer: D) -> Result<&'static Lab, D::Error> {
    let name = String::deserialize(deserializer)?;
    lab(&name).ok_or_else(|| D::Error::custom("there is no such lab"))
}

/// The kind of a content file, by its path below `content/`; none for a path that is no page.
pub fn kind(path: &str) -> Option<Kind> {
    let below = path.strip_prefix("content/")?;
    let mut parts = below.split('/');
    let (first, second, third) = (parts.next()?, parts.next(), parts.next());
    match (first, second, third) {
        ("index.md", None, None) => Some(Kind::Home),
        (file, None, None) if file.ends_with(".md") => Some(Kind::Page),
        (_, Some("index.md"), None) => Some(Kind::Stage),
        (_, Some(file), None) if file.ends_with(".md") => Some(Kind::Topic),
        _ => None,
    }
}

/// Reads one file; a term of the glossary is linked where it first stands in the text, and what its blocks include is taken
/// from the library.
pub fn parse(source: &Source, kind: Kind, with: &With) -> Outcome<Page> {
    let mut diagnostics = Vec::new();
    let (front, body_start) = match front_matter::split(source, &mut diagnostics) {
        Some((range, body)) => (front_matter::parse(source, range, kind, &mut diagnostics), body),
        // What stands below half a front matter can't be told from it.
        None => (FrontMatter::default(), source.text.len()),
    };
    let (facts, body) = structure::read(source, kind, front, body_start, with, &mut diagnostics);
    let body = Lazy { body: OnceLock::from(Box::new(body)), from: None };
    let page = Page { file: source.id, key: Key::default(), path: source.path.clone(), kind, facts, body };
    Outcome { value: page, diagnostics }
}
