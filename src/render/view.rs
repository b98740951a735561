//! What templates receive: every type here is part of the contract with a book's own templates.
//!
//! URLs are site paths without a leading slash; a template writes `{{ root }}{{ url }}`. Fields that end in `html` are
//! markup; all others are text and are escaped by the template engine.

use serde::Serialize;

/// What every template receives.
#[derive(Debug, Clone, Serialize)]
pub struct Common<'a> {
    /// From the page to the site's root: empty, `../`, or for the 404 page an absolute path.
    pub root: String,
    /// The Content-Security-Policy.
    pub csp: &'a str,
    /// The script that sets the colour mode; its hash is in the policy.
    pub inline_theme_js: &'a str,
    /// The rules by which the browser fetches a page ahead, on a host only: its hash is in the policy too.
    pub speculation_rules: Option<&'a str>,
    /// The whole stylesheet, on the 404 page only.
    pub inline_css: Option<&'a str>,
    /// Paths of style, script and icon.
    pub assets: AssetPaths<'a>,
    /// Paths of the labs' glue and module.
    pub wasm: WasmPaths<'a>,
    /// Paths of the search's glue, module and index.
    pub search: SearchPaths<'a>,
    /// The book.
    pub book: &'a BookView,
    /// The contents, ready; none in a book with templates of its own, which draw them of `nav` and `pages`.
    pub contents_html: Option<String>,
    /// Stages in their parts; only the open stage lists its topics. Empty where `contents_html` is there.
    pub nav: Vec<PartView>,
    /// Plain pages. Empty where `contents_html` is there.
    pub pages: Vec<PageLink>,
    /// This page.
    pub page: PageView,
}

/// Paths of style, script and icon.
#[derive(Debug, Clone, Serialize)]
pub struct AssetPaths<'a> {
    /// The stylesheet.
    pub css: &'a str,
    /// The script.
    pub js: &'a str,
    /// The favicon.
    pub favicon: &'a str,
    /// The fonts of text and code, to be loaded early: what they replace would be laid out twice.
    pub preload_fonts: &'a [String],
    /// The script behind Run, where the book has something to run.
    pub run: Option<&'a str>,
}

/// Paths of the labs' glue and module.
#[derive(Debug, Clone, Serialize)]
pub struct WasmPaths<'a> {
    /// The classic script that defines `wasm_bindgen`.
    pub js: &'a str,
    /// The module.
    pub wasm: &'a str,
}

/// Paths of the search.
#[derive(Debug, Clone, Serialize)]
pub struct SearchPaths<'a> {
    /// The classic script that defines `wasm_search`.
    pub js: &'a str,
    /// The module.
    pub wasm: &'a str,
    /// The file of the index that is read first; it names the others, which stand beside it.
    pub index: &'a str,
}

/// The book as a whole.
#[derive(Debug, Clone, Serialize)]
pub struct BookView {
    /// Its title.
    pub title: String,
    /// One sentence.
    pub summary: String,
    /// A BCP 47 tag.
    pub language: String,
    /// The logo's site path, where the book has one of its own.
    pub logo: Option<String>,
    /// The search page.
    pub search_url: &'static str,
    /// All pitfalls.
    pub pitfalls_url: &'static str,
    /// All questions.
    pub questions_url: &'static str,
    /// All myths, where there are any.
    pub myths_url: Option<&'static str>,
    /// All tags.
    pub tags_url: Option<&'static str>,
    /// All labs.
    pub labs_url: &'static str,
    /// The practice page, where there is something to practise.
    pub practice_url: Option<&'static str>,
    /// The map, where topics require others.
    pub map_url: Option<&'static str>,
    /// The name under which browsers keep a reader's progress.
    pub key: String,
    /// The whole book on one page; none while it is served.
    pub print_url: Option<&'static str>,
    /// The feed of changed pages, where the site has one.
    pub feed_url: Option<&'static str>,
    /// How much it holds.
    pub counts: Counts,
}

/// How much a book holds.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Counts {
    /// Stages.
    pub stages: usize,
    /// Topics.
    pub topics: usize,
    /// Pitfalls.
    pub pitfalls: usize,
    /// Questions, follow-ups included.
    pub questions: usize,
    /// Quiz questions.
    pub quiz: usize,
    /// Kinds of labs.
    pub labs: usize,
    /// Myths.
    pub myths: usize,
    /// Words of prose; 0 where the book has no templates of its own.
    pub words: usize,
}

/// A group of stages in the nav.
#[derive(Debug, Clone, Serialize)]
pub struct PartView {
    /// Its title, where the book has parts.
    pub title: Option<String>,
    /// Its stages.
    pub stages: Vec<StageLink>,
}

/// A stage in the nav.
#[derive(Debug, Clone, Serialize)]
pub struct StageLink {
    /// Its number.
    pub number: String,
    /// Its title.
    pub title: String,
    /// Its title as markup.
    pub title_html: String,
    /// Its summary.
    pub summary: String,
    /// Its site path.
    pub url: String,
    /// Whether the page shown is its own or one of its topics.
    pub open: bool,
    /// Whether it is the page shown.
    pub current: bool,
    /// Its topics; empty in the nav of another stage's page.
    pub topics: Vec<TopicLink>,
}

/// A topic in a list.
#[derive(Debug, Clone, Serialize)]
pub struct TopicLink {
    /// Stage and place, such as `1.2`.
    pub number: String,
    /// Its title.
    pub title: String,
    /// Its title as markup.
    pub title_html: String,
    /// Its summary.
    pub summary: String,
    /// Its site path.
    pub url: String,
    /// The title of its stage.
    pub stage: String,
    /// Whether it is the page shown.
    pub current: bool,
    /// Labs in it.
    pub labs: usize,
    /// Pitfalls in it.
    pub pitfalls: usize,
    /// Questions in it.
    pub questions: usize,
    /// Minutes to read.
    pub minutes: usize,
    /// Whether it is a draft.
    pub draft: bool,
}

/// A plain page in the nav.
#[derive(Debug, Clone, Serialize)]
pub struct PageLink {
    /// Its title.
    pub title: String,
    /// Its summary.
    pub summary: String,
    /// Its site path.
    pub url: String,
    /// Whether it is the page shown.
    pub current: bool,
}

/// A link with its text.
#[derive(Debug, Clone, Serialize)]
pub struct LinkView {
    /// The text.
    pub title: String,
    /// The text as markup.
    pub title_html: String,
    /// The site path.
    pub url: String,
    /// The summary of what it leads to.
    pub summary: String,
}

/// What a page says of itself to those who link to it, look for it or write back; empty on a page that the builder makes.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Meta {
    /// Site path of its Markdown.
    pub markdown: Option<String>,
    /// When it last changed.
    pub updated: Option<Updated>,
    /// Who changed it, where the book asks for them.
    pub contributors: Vec<String>,
    /// Where it can be edited.
    pub edit_url: Option<String>,
    /// Where a mistake on it can be reported.
    pub report_url: Option<String>,
    /// Absolute address of its picture for previews, 1200 by 630 pixels.
    pub social_image: Option<String>,
    /// JSON-LD, ready to stand in a script element.
    pub structured: Option<String>,
}

/// When a page last changed.
#[derive(Debug, Clone, Serialize)]
pub struct Updated {
    /// RFC 3339: a date or an instant.
    pub when: String,
    /// In words.
    pub text: String,
}

/// The page itself.
#[derive(Debug, Clone, Default, Serialize)]
pub struct PageView {
    /// `home`, `stage`, `topic`, `page`, `pitfalls`, `questions`, `myths`, `labs`, `search`, `practice`, `map`, `tags`,
    /// `tag`, `lab`, `404`.
    pub kind: &'static str,
    /// Its title.
    pub title: String,
    /// Its title as markup.
    pub title_html: String,
    /// One sentence.
    pub summary: String,
    /// The same as markup.
    pub summary_html: String,
    /// Its site path.
    pub url: String,
    /// What search engines show.
    pub description: String,
    /// Whether it is a draft.
    pub draft: bool,
    /// Its absolute address, where the book has a `base_url`.
    pub canonical: Option<String>,
    /// What it says of itself to those who link to it, look for it or write back.
    pub meta: Meta,
    /// Minutes to read.
    pub minutes: usize,
    /// Words of prose.
    pub words: usize,
    /// Its ancestors.
    pub breadcrumbs: Vec<LinkView>,
    /// The page before it.
    pub prev: Option<LinkView>,
    /// The page after it.
    pub next: Option<LinkView>,
    /// On this page.
    pub toc: Vec<TocEntry>,
    /// Its tags.
    pub tags: Vec<TagLink>,
    /// Old ids of what it held, with what they lead on to.
    pub moved: Vec<MovedView>,
}

/// The old id of an item that stands elsewhere now.
#[derive(Debug, Clone, Serialize)]
pub struct MovedView {
    /// Its id on this page.
    pub anchor: String,
    /// Where it is now, anchor included.
    pub url: String,
    /// What it is, as text.
    pub title: String,
}

/// A line of "on this page".
#[derive(Debug, Clone, Serialize)]
pub struct TocEntry {
    /// 2 or 3.
    pub level: u8,
    /// The heading's text.
    pub title: String,
    /// Its anchor.
    pub anchor: String,
    /// `prose`, `pitfall`, `question` or `quiz`.
    pub kind: &'static str,
}

/// A tag.
#[derive(Debug, Clone, Serialize)]
pub struct TagLink {
    /// Its name.
    pub name: String,
    /// Its page.
    pub url: String,
    /// Pages that carry it.
    pub count: usize,
}

/// A part of a page's body.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum SectionView {
    /// Explanation.
    Prose {
        /// The markup.
        html: String,
    },
    /// A pitfall and its fix.
    Pitfall {
        /// Its anchor.
        id: String,
        /// Its title.
        title: String,
        /// Its title as markup.
        title_html: String,
        /// Symptom and cause.
        html: String,
        /// The fix's anchor.
        fix_id: String,
        /// The fix.
        fix_html: String,
    },
    /// A question and its answer.
    Question {
        /// Its anchor.
        id: String,
        /// Its title.
        title: String,
        /// Its title as markup.
        title_html: String,
        /// The answer.
        html: String,
        /// What is asked next.
        follow_ups: Vec<FollowUpView>,
    },
}

/// A follow-up question.
#[derive(Debug, Clone, Serialize)]
pub struct FollowUpView {
    /// Its anchor.
    pub id: String,
    /// Its title as markup.
    pub title_html: String,
    /// The answer.
    pub html: String,
}

/// One question of a quiz.
#[derive(Debug, Clone, Serialize)]
pub struct QuizView {
    /// Its anchor.
    pub id: String,
    /// The question as markup.
    pub title_html: String,
    /// What stands between question and options.
    pub body_html: String,
    /// The options.
    pub options: Vec<OptionView>,
    /// Why.
    pub explanation_html: String,
}

/// An option of a quiz question.
#[derive(Debug, Clone, Serialize)]
pub struct OptionView {
    /// What it says.
    pub html: String,
    /// Whether it is right.
    pub right: bool,
}

/// home.html.
#[derive(Debug, Clone, Serialize)]
pub struct HomeView<'a> {
    /// What every template receives.
    #[serde(flatten)]
    pub common: Common<'a>,
    /// The stages in their parts, with all topics.
    pub parts: Vec<PartView>,
    /// The body.
    pub body_html: String,
    /// Where "start" leads.
    pub first: Option<LinkView>,
    /// Up to 40 pitfalls from all over the book.
    pub surprise: Vec<LinkView>,
    /// All tags.
    pub tags: Vec<TagLink>,
}

/// stage.html.
#[derive(Debug, Clone, Serialize)]
pub struct StageView<'a> {
    /// What every template receives.
    #[serde(flatten)]
    pub common: Common<'a>,
    /// Its number.
    pub number: String,
    /// What the reader will be able to do, as markup.
    pub objectives: Vec<String>,
    /// The introduction.
    pub sections: Vec<SectionView>,
    /// What to remember.
    pub takeaway_html: String,
    /// Common slips, as markup.
    pub slips: Vec<String>,
    /// Its topics.
    pub topics: Vec<TopicLink>,
    /// The anchor of the quiz.
    pub quiz_id: String,
    /// What stands before the first question.
    pub quiz_intro_html: String,
    /// The questions.
    pub quiz: Vec<QuizView>,
}

/// topic.html and page.html.
#[derive(Debug, Clone, Serialize)]
pub struct BodyView<'a> {
    /// What every template receives.
    #[serde(flatten)]
    pub common: Common<'a>,
    /// The body.
    pub sections: Vec<SectionView>,
    /// What to know first.
    pub requires: Vec<LinkView>,
    /// What builds on it.
    pub leads_to: Vec<LinkView>,
}

/// practice.html.
#[derive(Debug, Clone, Serialize)]
pub struct PracticeView<'a> {
    /// What every template receives.
    #[serde(flatten)]
    pub common: Common<'a>,
    /// What the page's script needs.
    pub practice: PracticePaths<'a>,
    /// Pitfalls that are cards.
    pub pitfalls: usize,
    /// Questions that are cards; a follow-up is part of its question's.
    pub questions: usize,
}

/// Site paths of what the practice page loads.
#[derive(Debug, Clone, Serialize)]
pub struct PracticePaths<'a> {
    /// The script.
    pub js: &'a str,
    /// The classic script that defines `wasm_practice`.
    pub glue: &'a str,
    /// The module.
    pub wasm: &'a str,
    /// The list of cards.
    pub cards: &'a str,
}

/// map.html.
#[derive(Debug, Clone, Serialize)]
pub struct MapView<'a> {
    /// What every template receives.
    #[serde(flatten)]
    pub common: Common<'a>,
    /// The drawing.
    pub svg: String,
    /// The script that shows what a topic hangs on.
    pub js: &'a str,
    /// The same as lists, by stage.
    pub stages: Vec<MapStage>,
}

/// A stage on the map.
#[derive(Debug, Clone, Serialize)]
pub struct MapStage {
    /// The stage.
    pub stage: StageRef,
    /// Its topics.
    pub topics: Vec<MapTopic>,
}

/// A topic on the map.
#[derive(Debug, Clone, Serialize)]
pub struct MapTopic {
    /// The topic.
    pub topic: LinkView,
    /// What to know first.
    pub requires: Vec<LinkView>,
}

/// pitfalls.html, questions.html and myths.html.
#[derive(Debug, Clone, Serialize)]
pub struct IndexView<'a> {
    /// What every template receives.
    #[serde(flatten)]
    pub common: Common<'a>,
    /// By stage.
    pub groups: Vec<StageGroup>,
    /// How many in all.
    pub count: usize,
}

/// labs/index.html.
#[derive(Debug, Clone, Serialize)]
pub struct LabsView<'a> {
    /// What every template receives, and where labs stand in the book, by stage.
    #[serde(flatten)]
    pub index: IndexView<'a>,
    /// The labs.
    pub labs: Vec<LinkView>,
}

/// The pitfalls, questions, myths or labs of a stage.
#[derive(Debug, Clone, Serialize)]
pub struct StageGroup {
    /// The stage.
    pub stage: StageRef,
    /// Its items.
    pub items: Vec<ItemView>,
}

/// A stage that is named as the place of something.
#[derive(Debug, Clone, Serialize)]
pub struct StageRef {
    /// Its number.
    pub number: String,
    /// Its title.
    pub title: String,
    /// Its site path.
    pub url: String,
}

/// A pitfall, a question, a myth or a lab in a list.
#[derive(Debug, Clone, Serialize)]
pub struct ItemView {
    /// Its id in the whole book, which stays when its title changes.
    pub id: String,
    /// Its title as markup.
    pub title_html: String,
    /// Where it stands, anchor included.
    pub url: String,
    /// The topic it stands in.
    pub topic: LinkView,
    /// The topic's tags.
    pub tags: Vec<String>,
}

/// search.html.
#[derive(Debug, Clone, Serialize)]
pub struct SearchView<'a> {
    /// What every template receives.
    #[serde(flatten)]
    pub common: Common<'a>,
    /// Everything that can be found, by kind.
    pub groups: Vec<SearchGroup>,
}

/// Everything of a kind.
#[derive(Debug, Clone, Serialize)]
pub struct SearchGroup {
    /// `stage`, `topic`, `page`, `section`, `pitfall`, `question`, `quiz`, `lab`.
    pub kind: &'static str,
    /// The kind's name.
    pub label: &'static str,
    /// By title.
    pub items: Vec<SearchItem>,
}

/// Something that can be found.
#[derive(Debug, Clone, Serialize)]
pub struct SearchItem {
    /// Its title as markup.
    pub title_html: String,
    /// What is searched, in lower case.
    pub text: String,
    /// Where it stands, anchor included.
    pub url: String,
    /// Its breadcrumb.
    #[serde(rename = "where")]
    pub place: String,
    /// Its summary.
    pub summary: String,
}

/// print.html.
#[derive(Debug, Clone, Serialize)]
pub struct WholeView<'a> {
    /// What every template receives.
    #[serde(flatten)]
    pub common: Common<'a>,
    /// The pages in their order.
    pub contents: Vec<WholeLine>,
    /// The body of the home page.
    pub intro_html: String,
    /// Stands where the pages come.
    pub pages_html: &'static str,
}

/// A line of the printed contents.
#[derive(Debug, Clone, Serialize)]
pub struct WholeLine {
    /// `stage` or `topic`; a plain page stands as a stage.
    pub kind: &'static str,
    /// Such as `1.2`; may be empty.
    pub number: String,
    /// The title as markup.
    pub title_html: String,
    /// The anchor of its place.
    pub anchor: String,
}

/// tags.html.
#[derive(Debug, Clone, Serialize)]
pub struct TagsView<'a> {
    /// What every template receives.
    #[serde(flatten)]
    pub common: Common<'a>,
    /// All tags.
    pub tags: Vec<TagLink>,
}

/// tag.html.
#[derive(Debug, Clone, Serialize)]
pub struct TagView<'a> {
    /// What every template receives.
    #[serde(flatten)]
    pub common: Common<'a>,
    /// The tag.
    pub tag: TagLink,
    /// Pages that carry it.
    pub topics: Vec<TopicLink>,
    /// Their pitfalls.
    pub pitfalls: Vec<ItemView>,
    /// Their questions.
    pub questions: Vec<ItemView>,
}

/// lab.html: a lab's own page.
#[derive(Debug, Clone, Serialize)]
pub struct LabView<'a> {
    /// What every template receives.
    #[serde(flatten)]
    pub common: Common<'a>,
    /// The lab.
    pub lab: LabFigure,
    /// More to read on the page; none yet from a lab itself.
    pub sections: Vec<SectionView>,
    /// Pages that hold it.
    pub used_in: Vec<LinkView>,
}

/// A lab's figure.
#[derive(Debug, Clone, Serialize)]
pub struct LabFigure {
    /// Its name.
    pub name: &'static str,
    /// Its title.
    pub title: &'static str,
    /// One sentence.
    pub summary: &'static str,
    /// The figure.
    pub html: String,
}
