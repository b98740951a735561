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

use std::ops::{Range, RangeInclusive};

use fieldguide_wasm::demo::Lab;

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

/// The facts of one file.
#[derive(Debug, Clone)]
pub struct Page {
    /// The file.
    pub file: FileId,
    /// Tells all that the page was read from.
    pub key: Key,
    /// Its path in the book, such as `content/01-a/02-b.md`.
    pub path: String,
    /// What it is.
    pub kind: Kind,
    /// Its front matter.
    pub front: FrontMatter,
    /// The objectives, the takeaway and the slips of a stage, as markup.
    pub stage: StageTexts,
    /// The body, in order.
    pub sections: Vec<Section>,
    /// A stage's quiz.
    pub quiz: Option<Quiz>,
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
    /// Code blocks, for their holes.
    pub snippets: Vec<Snippet>,
    /// Labs, for their holes.
    pub demos: Vec<Demo>,
    /// The myths it tells, in order.
    pub myths: Vec<Myth>,
    /// Words of text, code left out.
    pub words: usize,
    /// What is counted wherever the book is summed up.
    pub tally: Tally,
}

/// Counts of a page that every page of the book shows the sums of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
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
        let lines: usize = self.snippets.iter().map(|snippet| snippet.text.lines().count()).sum();
        (self.words * 25 + lines * 220).div_ceil(220 * 25).max(1)
    }
}

/// A common belief that is wrong; the fact stands with it in the body.
#[derive(Debug, Clone)]
pub struct Myth {
    /// Its id on the page.
    pub anchor: String,
    /// The claim as HTML without links.
    pub html: String,
    /// The claim as plain text.
    pub text: String,
}

/// A term that a list of terms defines.
#[derive(Debug, Clone, PartialEq, Eq)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
#[derive(Debug, Clone)]
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
#[derive(Debug, Clone)]
pub struct Link {
    /// The address as written.
    pub target: String,
    /// Whether the builder made it, from a word of the text to the glossary.
    pub made: bool,
    /// Where it stands.
    pub span: Span,
}

/// An image as written.
#[derive(Debug, Clone)]
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
#[derive(Debug, Clone)]
pub struct Demo {
    /// Which lab.
    pub lab: &'static Lab,
    /// Its id on the page.
    pub id: String,
    /// Its first state, drawn; empty where the state made no sense.
    pub drawn: String,
    /// Its caption.
    pub caption: String,
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
pub fn parse(
    source: &Source,
    kind: Kind,
    config: &Config,
    glossary: Option<&Glossary>,
    library: &Library,
) -> Outcome<Page> {
    let mut diagnostics = Vec::new();
    let (front, body_start) = match front_matter::split(source, &mut diagnostics) {
        Some((range, body)) => (front_matter::parse(source, range, kind, &mut diagnostics), body),
        // What stands below half a front matter can't be told from it.
        None => (FrontMatter::default(), source.text.len()),
    };
    let page = structure::read(source, kind, front, body_start, config, (glossary, library), &mut diagnostics);
    Outcome { value: page, diagnostics }
}
