//! comrak's tree → markup: our own writer, so that the HTML is ours and every link, image, code block and lab is a typed hole.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use comrak::nodes::{AlertType, ListType, Node, NodeCodeBlock, NodeTable, NodeValue, Sourcepos, TableAlignment};
use fieldguide_wasm::html::escape;

use super::fence::{self, Info};
use super::include::{self, Library};
use super::math;
use super::plot;
use super::terms::Glossary;
use super::{Demo, ExerciseParts, Heading, HeadingKind, Image, Link, Markup, Myth, Part, Piece, Snippet, Term, demo};
use crate::diagnostic::{Diagnostic, Place};
use crate::keys::TomlText;
use crate::source::{Source, Span};

/// Blocks and inlines nested deeper than this are not written.
const MAX_DEPTH: usize = 64;

/// Ids that the templates give to the page's own parts.
const TEMPLATE_IDS: [&str; 13] = [
    "announcer",
    "contents",
    "help-title",
    "main",
    "map",
    "objectives",
    "pitfalls",
    "questions",
    "slips",
    "takeaway",
    "toc",
    "toc-title",
    "topics",
];

/// How the ids of footnotes and of the templates' marks start.
const TEMPLATE_PREFIXES: [&str; 3] = ["fn-", "fnref-", "i-"];

/// comrak with the syntax of a book.
pub fn options() -> comrak::Options<'static> {
    let mut options = comrak::Options::default();
    options.extension.table = true;
    options.extension.footnotes = true;
    options.extension.tasklist = true;
    options.extension.alerts = true;
    options.extension.strikethrough = true;
    options.extension.autolink = true;
    options.extension.description_lists = true;
    options.extension.math_dollars = true;
    options
}

/// How comrak's positions map to the file.
pub enum Positions {
    /// The body of a file: where each of its lines starts, in bytes.
    Body(Vec<usize>),
    /// A string of the front matter: everything stands there.
    Fixed(Span),
}

impl Positions {
    /// The lines of the body that starts at `offset`. A line ends as comrak ends it: `\n`, `\r\n` or `\r`.
    pub fn body(text: &str, offset: usize) -> Self {
        let mut starts = vec![offset];
        let bytes = text.as_bytes();
        for (at, byte) in bytes.iter().enumerate().skip(offset) {
            let ends = *byte == b'\n' || (*byte == b'\r' && bytes.get(at + 1) != Some(&b'\n'));
            if ends {
                starts.push(at + 1);
            }
        }
        Self::Body(starts)
    }

    fn offset(starts: &[usize], line: usize, column: usize) -> usize {
        starts.get(line.saturating_sub(1)).or(starts.last()).copied().unwrap_or(0) + column
    }
}

/// Writes nodes and collects what the page's holes refer to.
pub struct Writer<'a, 'd> {
    pub(super) source: &'a Source,
    positions: Positions,
    raw_html: bool,
    ids: HashSet<String>,
    /// How often each footnote was referred to so far, by its number.
    references: HashMap<u32, usize>,
    pub(super) headings: Vec<Heading>,
    pub(super) anchors: Vec<String>,
    pub(super) links: Vec<Link>,
    pub(super) images: Vec<Image>,
    pub(super) snippets: Vec<Snippet>,
    /// Labs, each with its first state drawn.
    pub(super) demos: Vec<(Demo, String)>,
    pub(super) myths: Vec<Myth>,
    pub(super) words: usize,
    /// Whether outputs are kept from the page, as in a quiz.
    pub(super) hide_outputs: bool,
    /// A heading stands in lists of contents and inside other links: a link or an image in it is its text.
    in_heading: bool,
    /// Text that is a control already, such as a link, an option of the quiz, or a myth's claim: no term is linked in it.
    pub(super) in_label: bool,
    pub(super) terms: Vec<Term>,
    pub(super) glossary: Option<&'a Glossary>,
    pub(super) library: Option<&'a Library>,
    /// The terms that are linked by now.
    linked: HashSet<usize>,
    pub(super) diagnostics: &'d mut Vec<Diagnostic>,
}

impl<'a, 'd> Writer<'a, 'd> {
    pub(super) fn new(
        source: &'a Source,
        positions: Positions,
        raw_html: bool,
        diagnostics: &'d mut Vec<Diagnostic>,
    ) -> Self {
        Self {
            source,
            positions,
            raw_html,
            ids: HashSet::new(),
            references: HashMap::new(),
            headings: Vec::new(),
            anchors: Vec::new(),
            links: Vec::new(),
            images: Vec::new(),
            snippets: Vec::new(),
            demos: Vec::new(),
            myths: Vec::new(),
            words: 0,
            hide_outputs: false,
            in_heading: false,
            in_label: false,
            terms: Vec::new(),
            glossary: None,
            library: None,
            linked: HashSet::new(),
            diagnostics,
        }
    }

    /// Writes a string of the front matter, as inline Markdown.
    pub(super) fn inline_text(&mut self, text: &str, span: &Span) -> Markup {
        let body = std::mem::replace(&mut self.positions, Positions::Fixed(span.clone()));
        let arena = comrak::Arena::new();
        let mut out = Markup::new();
        let document = comrak::parse_document(&arena, text, &options());
        for (i, block) in document.children().enumerate() {
            if i > 0 {
                html(&mut out, " ");
            }
            match &block.data().value {
                NodeValue::Paragraph | NodeValue::Heading(_) => self.children(block, &mut out, 0),
                _ => html(&mut out, &escape(&plain(block))),
            }
        }
        self.positions = body;
        out
    }

    pub(super) fn span(&self, position: Sourcepos) -> Span {
        match &self.positions {
            Positions::Fixed(span) => span.clone(),
            Positions::Body(starts) => {
                let start = Positions::offset(starts, position.start.line, position.start.column.saturating_sub(1));
                let end = Positions::offset(starts, position.end.line, position.end.column);
                let length = self.source.text.len();
                self.source.span(start.min(length)..end.clamp(start.min(length), length))
            }
        }
    }

    pub(super) fn span_of(&self, node: Node<'_>) -> Span {
        self.span(node.data().sourcepos)
    }

    /// The part of a node's text that is `part`; the whole node where it isn't there to the letter.
    fn span_within(&self, node: Node<'_>, part: &str) -> Span {
        let span = self.span_of(node);
        let found =
            self.source.text.get(span.bytes()).and_then(|text| if part.is_empty() { None } else { text.rfind(part) });
        match found {
            Some(at) => self.source.span(span.bytes().start + at..span.bytes().start + at + part.len()),
            None => span,
        }
    }

    pub(super) fn error(&mut self, span: Span, message: impl Into<String>, help: &str) {
        self.diagnostics.push(Diagnostic::error(span, message).help(help));
    }

    /// An id of the page that is not taken yet. It starts with a letter, so that a style sheet can name it as it is.
    pub(super) fn unique_id(&mut self, wanted: &str) -> String {
        let base = match wanted.chars().next() {
            None => "section".to_string(),
            Some('-') => format!("section{wanted}"),
            Some(first) if !first.is_alphabetic() => format!("section-{wanted}"),
            _ if TEMPLATE_PREFIXES.iter().any(|prefix| wanted.starts_with(prefix)) => format!("section-{wanted}"),
            Some(_) => wanted.to_string(),
        };
        let mut id = base.clone();
        let mut number = 1;
        while TEMPLATE_IDS.contains(&id.as_str()) || !self.ids.insert(id.clone()) {
            id = format!("{base}-{number}");
            number += 1;
        }
        id
    }

    /// The id that the author gave to what stands at `span`.
    fn named_id(&mut self, id: String, span: Span) -> String {
        let twice = self.ids.contains(&id);
        if twice || TEMPLATE_IDS.contains(&id.as_str()) {
            let message = match twice {
                true => format!("the id `{id}` stands twice on this page"),
                false => format!("the id `{id}` is that of a part of every page"),
            };
            let help = if twice { "give one of the headings another id" } else { "give the heading another id" };
            self.error(span, message, help);
        }
        self.unique_id(&id)
    }

    /// Reads a heading: its id from `{#id}` or from its text, its text without `skip` bytes at the start.
    pub(super) fn heading(&mut self, node: Node<'_>, level: u8, kind: HeadingKind, skip: usize) -> Heading {
        let span = self.span_of(node);
        let explicit = take_id(node);
        drop_prefix(node, skip);
        let mut markup = Markup::new();
        self.in_heading = true;
        self.children(node, &mut markup, 0);
        let text = plain(node);
        let prefix = match kind {
            HeadingKind::Pitfall => "pitfall-",
            HeadingKind::Question => "q-",
            HeadingKind::FollowUp => "follow-up-",
            HeadingKind::Quiz if level == 3 => "quiz-",
            HeadingKind::Fix | HeadingKind::Prose | HeadingKind::Quiz => "",
        };
        let anchor = match explicit {
            Some(id) => self.named_id(id, span.clone()),
            None => self.unique_id(&format!("{prefix}{}", slug(&text))),
        };
        self.in_heading = false;
        let html = markup.into_iter().map(|piece| match piece {
            Piece::Html(html) => html,
            _ => String::new(),
        });
        let heading = Heading { level, kind, anchor, html: html.collect(), text, span };
        self.headings.push(heading.clone());
        heading
    }

    /// Writes blocks that stand side by side.
    pub(super) fn blocks<'n>(&mut self, nodes: impl Iterator<Item = Node<'n>>, out: &mut Markup, depth: usize) {
        for node in nodes {
            self.block(node, out, depth);
        }
    }

    /// Writes one block.
    pub(super) fn block(&mut self, node: Node<'_>, out: &mut Markup, depth: usize) {
        if depth > MAX_DEPTH {
            let span = self.span_of(node);
            self.error(span, format!("blocks are nested deeper than {MAX_DEPTH} here"), "nest less deeply");
            return;
        }
        let value = node.data().value.clone();
        match value {
            NodeValue::Paragraph => self.wrap(node, out, "<p>", "</p>\n", depth),
            NodeValue::Heading(heading) => {
                let heading = self.heading(node, heading.level, HeadingKind::Prose, 0);
                html(out, &heading_html(&heading));
            }
            NodeValue::ThematicBreak => html(out, "<hr>\n"),
            NodeValue::BlockQuote => self.wrap_blocks(node, out, "<blockquote>\n", "</blockquote>\n", depth),
            NodeValue::List(list) => {
                let class = if list.is_task_list { " class=\"tasks\"" } else { "" };
                let (open, close) = match list.list_type {
                    ListType::Bullet => (format!("<ul{class}>\n"), "</ul>\n"),
                    ListType::Ordered if list.start == 1 => (format!("<ol{class}>\n"), "</ol>\n"),
                    ListType::Ordered => (format!("<ol{class} start=\"{}\">\n", list.start), "</ol>\n"),
                };
                html(out, &open);
                for item in node.children() {
                    self.item(item, list.tight, out, depth + 1);
                }
                html(out, close);
            }
            NodeValue::DescriptionList => self.wrap_blocks(node, out, "<dl>\n", "</dl>\n", depth),
            NodeValue::DescriptionItem(_) => self.blocks(node.children(), out, depth + 1),
            NodeValue::DescriptionTerm => self.term(node, out, depth),
            NodeValue::DescriptionDetails => {
                html(out, "<dd>");
                self.tight_blocks(node, out, depth);
                html(out, "</dd>\n");
            }
            NodeValue::CodeBlock(code) => self.code(node, &code, out),
            NodeValue::HtmlBlock(block) => self.raw(&block.literal, true, out),
            NodeValue::Table(table) => self.table(node, &table, out, depth),
            NodeValue::Alert(alert) => self.alert(node, alert.alert_type, alert.title.as_deref(), out, depth),
            NodeValue::FootnoteDefinition(_) => {}
            // What remains stands only inside another block, which writes it, or is an inline.
            _ => self.inline(node, out, depth),
        }
    }

    fn wrap(&mut self, node: Node<'_>, out: &mut Markup, open: &str, close: &str, depth: usize) {
        html(out, open);
        self.children(node, out, depth + 1);
        html(out, close);
    }

    fn wrap_blocks(&mut self, node: Node<'_>, out: &mut Markup, open: &str, close: &str, depth: usize) {
        html(out, open);
        self.blocks(node.children(), out, depth + 1);
        html(out, close);
    }

    /// Blocks of which a single paragraph is written without its `<p>`.
    fn tight_blocks(&mut self, node: Node<'_>, out: &mut Markup, depth: usize) {
        match node.first_child() {
            Some(only) if only.next_sibling().is_none() && matches!(only.data().value, NodeValue::Paragraph) => {
                self.children(only, out, depth + 1)
            }
            _ => self.blocks(node.children(), out, depth + 1),
        }
    }

    fn item(&mut self, node: Node<'_>, tight: bool, out: &mut Markup, depth: usize) {
        if depth > MAX_DEPTH {
            return self.block(node, out, depth);
        }
        let task = match &node.data().value {
            NodeValue::TaskItem(task) => Some(task.symbol.is_some()),
            _ => None,
        };
        match task {
            Some(true) => {
                html(out, "<li class=\"task\"><input type=\"checkbox\" disabled checked aria-label=\"done\"> ")
            }
            Some(false) => html(out, "<li class=\"task\"><input type=\"checkbox\" disabled aria-label=\"open\"> "),
            None => html(out, "<li>"),
        }
        for child in node.children() {
            if tight && matches!(child.data().value, NodeValue::Paragraph) {
                self.children(child, out, depth + 1);
                if child.next_sibling().is_some() {
                    html(out, "\n");
                }
            } else {
                self.block(child, out, depth + 1);
            }
        }
        html(out, "</li>\n");
    }

    fn term(&mut self, node: Node<'_>, out: &mut Markup, depth: usize) {
        let text = plain(node);
        let id = self.unique_id(&slug(&text));
        html(out, &format!("<dt id=\"{}\">", escape(&id)));
        self.anchors.push(id.clone());
        self.terms.push(Term { text: text.trim().to_string(), anchor: id });
        self.in_label = true;
        self.tight_blocks(node, out, depth);
        self.in_label = false;
        html(out, "</dt>\n");
    }

    fn alert(&mut self, node: Node<'_>, kind: AlertType, title: Option<&str>, out: &mut Markup, depth: usize) {
        if kind == AlertType::Note && self.myth(node, out, depth) {
            return;
        }
        let (class, name) = match kind {
            AlertType::Note => ("note", "Note"),
            AlertType::Tip => ("tip", "Tip"),
            AlertType::Important => ("important", "Important"),
            AlertType::Warning => ("warning", "Warning"),
            AlertType::Caution => ("caution", "Caution"),
        };
        let title = escape(title.unwrap_or(name));
        html(out, &format!("<div class=\"alert alert-{class}\" role=\"note\"><p class=\"alert-title\">{title}</p>\n"));
        self.blocks(node.children(), out, depth + 1);
        html(out, "</div>\n");
    }

    /// Writes a note whose first line is `**Myth:** claim`; false where it is an ordinary note.
    fn myth(&mut self, node: Node<'_>, out: &mut Markup, depth: usize) -> bool {
        let Some(first) = node.first_child().filter(|child| matches!(child.data().value, NodeValue::Paragraph)) else {
            return false;
        };
        let Some(label) = first.first_child().filter(|child| matches!(child.data().value, NodeValue::Strong)) else {
            return false;
        };
        if plain(label).trim() != "Myth:" {
            return false;
        }
        let named = first
            .children()
            .skip(1)
            .take_while(|inline| !matches!(inline.data().value, NodeValue::SoftBreak | NodeValue::LineBreak))
            .last()
            .and_then(take_id_of);
        let mut claim = Markup::new();
        let mut rest = Markup::new();
        let mut in_claim = true;
        self.in_label = true;
        let mut claim_text = String::new();
        for inline in first.children().skip(1) {
            if in_claim && matches!(inline.data().value, NodeValue::SoftBreak | NodeValue::LineBreak) {
                in_claim = false;
            } else if in_claim {
                plain_into(inline, &mut claim_text, 0);
                self.inline(inline, &mut claim, depth + 1);
            } else {
                self.inline(inline, &mut rest, depth + 1);
            }
        }
        self.in_label = false;
        let mut fact = Markup::new();
        if !rest.is_empty() {
            html(&mut fact, "<p>");
            append(&mut fact, rest);
            html(&mut fact, "</p>\n");
        }
        self.blocks(node.children().skip(1), &mut fact, depth + 1);
        if claim_text.trim().is_empty() || fact.is_empty() {
            let span = self.span_of(first);
            self.error(
                span,
                "a myth needs its claim and the fact",
                "write `> **Myth:** the claim.`, a line `>` and the fact",
            );
            return true;
        }
        let id = match named {
            Some(id) => self.named_id(id, self.span_of(first)),
            None => self.unique_id(&format!("myth-{}", short_slug(&claim_text))),
        };
        trim_start(&mut claim);
        let html_only = claim.iter().map(|piece| match piece {
            Piece::Html(html) => html.as_str(),
            _ => "",
        });
        let text = claim_text.trim().to_string();
        self.myths.push(Myth { anchor: id.clone(), html: html_only.collect(), text });
        html(
            out,
            &format!(
                "<div class=\"myth\" role=\"note\" id=\"{}\"><p class=\"myth-claim\"><span class=\"myth-label\">Myth</span> <s>",
                escape(&id)
            ),
        );
        self.anchors.push(id);
        append(out, claim);
        html(out, "</s></p>\n<div class=\"myth-fact\">\n");
        append(out, fact);
        html(out, "</div></div>\n");
        true
    }

    fn table(&mut self, node: Node<'_>, table: &NodeTable, out: &mut Markup, depth: usize) {
        let head: Vec<String> =
            node.first_child().map_or(Vec::new(), |row| row.children().map(|cell| plain(cell)).collect());
        let label = escape(&format!("Table: {}", head.join(", ")));
        html(
            out,
            &format!("<div class=\"table-scroll\" tabindex=\"0\" role=\"group\" aria-label=\"{label}\"><table>\n"),
        );
        for (number, row) in node.children().enumerate() {
            html(
                out,
                match number {
                    0 => "<thead>\n<tr>",
                    1 => "<tbody>\n<tr>",
                    _ => "<tr>",
                },
            );
            for (column, cell) in row.children().enumerate() {
                let class = match table.alignments.get(column) {
                    Some(TableAlignment::Right) => " class=\"align-right\"",
                    Some(TableAlignment::Center) => " class=\"align-center\"",
                    _ => "",
                };
                match number {
                    0 => self.wrap(cell, out, &format!("<th scope=\"col\"{class}>"), "</th>", depth + 2),
                    _ => self.wrap(cell, out, &format!("<td{class}>"), "</td>", depth + 2),
                }
            }
            html(out, if number == 0 { "</tr>\n</thead>\n" } else { "</tr>\n" });
        }
        html(out, if node.children().count() > 1 { "</tbody>\n</table></div>\n" } else { "</table></div>\n" });
    }

    fn code(&mut self, node: Node<'_>, code: &NodeCodeBlock, out: &mut Markup) {
        let text = code.literal.clone();
        if !code.fenced {
            let span = self.span_of(node);
            let info = Info { language: String::new(), attributes: Vec::new(), span };
            return self.snippet(&info, text, out);
        }
        let span = self.span_of(node);
        let line = self.line_at(span.bytes().start);
        let info = fence::parse(self.source, line.clone(), self.diagnostics);
        if !code.closed {
            self.error(info.span.clone(), "the code block is not closed", "end it with a line of as many backticks");
        }
        match info.language.as_str() {
            "output" => self.output(node, &info, text),
            "demo" => self.demo(&info, line.end, &text, out),
            "plot" => self.plot(&info, line.end, text, out),
            "math" if info.attributes.is_empty() => {
                let in_file = self.source.text.get(line.end..).is_some_and(|rest| rest.starts_with(&text));
                let offset = in_file.then(|| line.end - span.bytes().start);
                html(out, "<p>");
                self.formula(text.trim_end(), true, span, offset, out);
                html(out, "</p>\n");
            }
            _ => self.snippet_at(node, &info, text, out),
        }
    }

    /// A fenced snippet; the solution and the checks of an exercise belong to the block above them.
    fn snippet_at(&mut self, node: Node<'_>, info: &Info, text: String, out: &mut Markup) {
        let part = |key: &str| info.language == "python" && info.attributes.iter().any(|found| found.key == key);
        let (solution, checks) = (part("solution"), part("checks"));
        if !solution && !checks {
            return self.snippet(info, text, out);
        }
        fence::snippet(info, text.lines().count(), self.diagnostics);
        let above = node.previous_sibling().is_some_and(
            |above| matches!(&above.data().value, NodeValue::CodeBlock(code) if code.info.to_lowercase().starts_with("python")),
        );
        let part = Part { text, span: info.span.clone() };
        let last = self.snippets.last_mut().filter(|last| above && last.attributes.exercise);
        let wrong =
            match last.map(|last| if solution { &mut last.exercise.solution } else { &mut last.exercise.checks }) {
                None => "the solution and the checks of an exercise must stand directly below it",
                Some(Some(_)) => "the exercise has this part already",
                Some(_) if info.attributes.len() > 1 => "a part of an exercise has no other attributes",
                Some(place) => return *place = Some(part),
            };
        let help =
            "write ```python {exercise}, then ```python {solution}, then ```python {checks}, with nothing between";
        self.error(info.span.clone(), wrong, help);
    }

    /// Says what an exercise lacks, or has and can't.
    pub(super) fn check_exercises(&mut self) {
        for at in 0..self.snippets.len() {
            let snippet = &self.snippets[at];
            let attributes = &snippet.attributes;
            if !attributes.exercise {
                continue;
            }
            let (message, help) = if snippet.exercise.solution.is_none() {
                ("the exercise has no solution", "put a ```python {solution} block directly below it")
            } else if snippet.exercise.checks.is_none() {
                (
                    "the exercise has no checks",
                    "put a ```python {checks} block below its solution: an `assert` with a hint each",
                )
            } else if attributes.continues || attributes.raises.is_some() || attributes.norun.is_some() {
                ("an exercise stands alone, runs and ends well", "take `continue`, `raises` and `norun` off")
            } else if !snippet.outputs.is_empty() {
                ("an exercise has no recorded output: its checks say what is right", "take the `output` block away")
            } else {
                continue;
            };
            let span = snippet.span.clone();
            self.error(span, message, help);
        }
    }

    /// From a byte to the end of its line, the line's end included.
    fn line_at(&self, start: usize) -> Range<usize> {
        let rest = self.source.text.get(start..).unwrap_or_default();
        start..start + rest.find('\n').map_or(rest.len(), |at| at + 1)
    }

    fn snippet(&mut self, info: &Info, text: String, out: &mut Markup) {
        let (text, origin) = self.included(info, text);
        // Of a file that can't be read nobody knows how many lines it has.
        let unread = origin.is_none() && info.attributes.iter().any(|found| found.key == "include");
        let lines = if unread { usize::MAX } else { text.lines().count() };
        let attributes = fence::snippet(info, lines, self.diagnostics);
        out.push(Piece::Code(self.snippets.len()));
        self.snippets.push(Snippet {
            language: info.language.clone(),
            text,
            origin,
            attributes,
            outputs: Vec::new(),
            span: info.span.clone(),
            outputs_hidden: self.hide_outputs,
            exercise: ExerciseParts::default(),
        });
    }

    /// The text of a block, which may stand in another file.
    fn included(&mut self, info: &Info, own: String) -> (String, Option<include::Origin>) {
        match self.library {
            Some(library) => include::text(library, self.source, info, own, self.diagnostics),
            None => (own, None),
        }
    }

    fn output(&mut self, node: Node<'_>, info: &Info, text: String) {
        let block = self.span_of(node).bytes();
        let output = fence::output(info, text, block, self.diagnostics);
        let above = node.previous_sibling().is_some_and(|above| {
            matches!(&above.data().value, NodeValue::CodeBlock(code) if code.fenced && {
                let language = code.info.split(|c: char| c.is_whitespace() || c == '{').next().unwrap_or_default().to_lowercase();
                matches!(language.as_str(), "python" | "output")
            })
        });
        match self.snippets.last_mut().filter(|snippet| above && snippet.language == "python") {
            Some(snippet) => snippet.outputs.push(output),
            None => self.error(
                info.span.clone(),
                "an `output` block must stand directly below its snippet",
                "put it below the ```python block that prints it, with nothing between",
            ),
        }
    }

    fn demo(&mut self, info: &Info, body_start: usize, literal: &str, out: &mut Markup) {
        // The body as it stands in the file, where the block isn't indented: positions are then exact.
        let in_file = self.source.text.get(body_start..).is_some_and(|rest| rest.starts_with(literal));
        let offset = if in_file { body_start } else { BEYOND };
        let body = TomlText { file: self.source.id, offset, text: literal };
        let mut diagnostics = Vec::new();
        let demo = demo::read(info, body, |name| self.unique_id(&format!("lab-{name}")), &mut diagnostics);
        bring_back(&mut diagnostics, &info.span);
        self.diagnostics.append(&mut diagnostics);
        if let Some(demo) = demo {
            self.anchors.push(demo.0.id.clone());
            out.push(Piece::Demo(self.demos.len()));
            self.demos.push(demo);
        }
    }

    /// A plot of the data in the block, or in the file that it includes.
    fn plot(&mut self, info: &Info, body_start: usize, own: String, out: &mut Markup) {
        let attributes = fence::plot(info, self.diagnostics);
        let known = self.diagnostics.len();
        let (text, origin) = self.included(info, own);
        if self.diagnostics.len() > known {
            return;
        }
        // Where the text is moved or indented, mistakes are shown at its start.
        let (source, start, there) = match &origin {
            Some(origin) => {
                let first = origin.lines.first().cloned().unwrap_or_default();
                let file = self.library.and_then(|library| library.by_id(origin.file));
                (file, first.start, Span::new(origin.file, first))
            }
            None => (Some(self.source), body_start, info.span.clone()),
        };
        let in_file = source.and_then(|file| file.text.get(start..)).is_some_and(|rest| rest.starts_with(&text));
        let body = TomlText { file: there.file, offset: if in_file { start } else { BEYOND }, text: &text };
        let drawn = plot::read(info, attributes, body, self.diagnostics);
        bring_back(self.diagnostics.get_mut(known..).unwrap_or_default(), &there);
        if let Some(drawn) = drawn {
            html(out, &drawn);
        }
    }

    /// HTML of the author's: a comment is dropped, the rest is escaped unless book.toml allows it.
    fn raw(&mut self, literal: &str, block: bool, out: &mut Markup) {
        let comment = literal.trim().starts_with("<!--") && literal.trim().ends_with("-->");
        match (self.raw_html, block) {
            (true, _) => {
                self.anchors.extend(ids(literal));
                html(out, literal);
            }
            (false, _) if comment => {}
            (false, true) => html(out, &format!("<p>{}</p>\n", escape(literal.trim_end()))),
            (false, false) => html(out, &escape(literal)),
        }
    }

    /// Writes the inlines of a node.
    pub(super) fn children(&mut self, node: Node<'_>, out: &mut Markup, depth: usize) {
        let mut next = node.first_child();
        while let Some(child) = next {
            let mut text = String::new();
            while let Some(part) = next {
                match &part.data().value {
                    NodeValue::Text(words) => text.push_str(words),
                    NodeValue::SoftBreak => text.push('\n'),
                    _ => break,
                }
                next = part.next_sibling();
            }
            match text.is_empty() {
                false => self.text(&text, &self.span_of(node), out),
                true => {
                    self.inline(child, out, depth);
                    next = child.next_sibling();
                }
            }
        }
    }

    fn links_terms(&self) -> bool {
        self.glossary.is_some() && !self.in_heading && !self.in_label
    }

    /// Writes text, its terms linked to the glossary where they stand for the first time on the page.
    fn text(&mut self, text: &str, span: &Span, out: &mut Markup) {
        self.words += words(text);
        self.check_footnotes(text, span);
        let mut written = 0;
        let glossary = self.glossary.filter(|_| self.links_terms());
        for found in glossary.map(|glossary| glossary.find(text)).unwrap_or_default() {
            if !self.linked.insert(found.term) {
                continue;
            }
            html(out, &escape(text.get(written..found.range.start).unwrap_or_default()));
            let word = escape(text.get(found.range.clone()).unwrap_or_default());
            self.term_link(found.term, &word, span, out);
            written = found.range.end;
        }
        html(out, &escape(text.get(written..).unwrap_or_default()));
    }

    fn term_link(&mut self, term: usize, inside: &str, span: &Span, out: &mut Markup) {
        let target = self.glossary.map(|glossary| glossary.link(term, &self.source.path)).unwrap_or_default();
        html(out, "<a class=\"term\" href=\"");
        out.push(Piece::Href(self.links.len()));
        self.links.push(Link { target, made: true, span: span.clone() });
        html(out, &format!("\">{inside}</a>"));
    }

    /// What is left in the text of a reference to a footnote is one that nobody defined.
    fn check_footnotes(&mut self, text: &str, around: &Span) {
        for (at, _) in text.match_indices("[^") {
            let name = text.get(at..).and_then(|rest| rest.split_once(']')).map_or("", |(name, _)| name);
            let source = self.source.text.get(around.bytes()).unwrap_or_default();
            let Some(place) = source.find(&format!("{name}]")).filter(|_| name.len() > 2) else { continue };
            if !name.contains(char::is_whitespace) && !source.get(..place).is_some_and(|before| before.ends_with('\\'))
            {
                let start = around.bytes().start + place;
                let span = self.source.span(start..start + name.len() + 1);
                let help = format!("write `{name}]: …` as a paragraph of its own, or `\\{name}]` for the text");
                self.error(span, "the footnote is not defined", &help);
            }
        }
    }

    fn inline(&mut self, node: Node<'_>, out: &mut Markup, depth: usize) {
        if depth > MAX_DEPTH {
            return html(out, &escape(&plain(node)));
        }
        let value = node.data().value.clone();
        match value {
            NodeValue::Text(text) => {
                let span = self.span_of(node);
                self.text(&text, &span, out);
            }
            NodeValue::Code(code) => {
                self.words += 1;
                let written = format!("<code>{}</code>", escape(&code.literal));
                let term = self.glossary.filter(|_| self.links_terms()).and_then(|terms| terms.code(&code.literal));
                match term.filter(|term| self.linked.insert(*term)) {
                    Some(term) => self.term_link(term, &written, &self.span_of(node), out),
                    None => html(out, &written),
                }
            }
            NodeValue::Math(math) => self.math(node, &math.literal, math.display_math, out),
            NodeValue::SoftBreak => html(out, "\n"),
            NodeValue::LineBreak => html(out, "<br>\n"),
            NodeValue::Emph => self.wrap_inline(node, out, "<em>", "</em>", depth),
            NodeValue::Strong => self.wrap_inline(node, out, "<strong>", "</strong>", depth),
            NodeValue::Strikethrough => self.wrap_inline(node, out, "<del>", "</del>", depth),
            NodeValue::HtmlInline(literal) => self.raw(&literal, false, out),
            NodeValue::Link(_) if self.in_heading => self.children(node, out, depth + 1),
            NodeValue::Image(_) if self.in_heading => html(out, &escape(&plain(node))),
            NodeValue::FootnoteReference(_) if self.in_heading => {}
            NodeValue::Link(link) => {
                html(out, "<a href=\"");
                out.push(Piece::Href(self.links.len()));
                self.links.push(Link {
                    target: link.url.clone(),
                    made: false,
                    span: self.span_within(node, &link.url),
                });
                html(out, "\"");
                title_attribute(out, &link.title);
                let outside = std::mem::replace(&mut self.in_label, true);
                self.wrap_inline(node, out, ">", "</a>", depth);
                self.in_label = outside;
            }
            NodeValue::Image(link) => self.image(node, &link.url, &link.title, out),
            NodeValue::FootnoteReference(reference) => {
                // By number: two names may have the same slug, and one in a heading is not written.
                let number = reference.ix;
                let written = self.references.entry(number).or_default();
                *written += 1;
                let nth = if *written > 1 { format!("-{written}") } else { String::new() };
                html(
                    out,
                    &format!(
                        "<sup class=\"fn-ref\"><a id=\"fnref-{number}{nth}\" href=\"#fn-{number}\">{number}</a></sup>"
                    ),
                );
            }
            _ => self.children(node, out, depth + 1),
        }
    }

    /// A formula; one that stands alone has a line, and scrolls where it is too wide.
    fn math(&mut self, node: Node<'_>, latex: &str, display: bool, out: &mut Markup) {
        let span = self.span_of(node);
        let source = self.source.text.get(span.bytes()).unwrap_or_default();
        let inside = source.trim_matches('$');
        // To the letter, but for line ends: in a quotation, marks stand in between.
        let offset = (inside.len() == latex.len()).then(|| source.find(inside).unwrap_or(0));
        self.formula(latex, display, span, offset, out);
    }

    /// Writes a formula whose first byte stands `offset` bytes into the span, if that is known.
    fn formula(&mut self, latex: &str, display: bool, span: Span, offset: Option<usize>, out: &mut Markup) {
        match math::mathml(latex, display) {
            Ok(made) if display => html(
                out,
                &format!(
                    "<span class=\"math-scroll\" tabindex=\"0\" role=\"group\" aria-label=\"Formula\">{made}</span>"
                ),
            ),
            Ok(made) => html(out, &made),
            Err(mistake) => {
                html(out, &format!("<code class=\"math\">{}</code>", escape(latex)));
                let place = match offset {
                    Some(offset) => {
                        let start = span.bytes().start + offset;
                        self.source.span(start + mistake.range.start..start + mistake.range.end)
                    }
                    None => span,
                };
                let help = "write LaTeX as amsmath has it, or `\\$` for a dollar sign";
                self.diagnostics.push(Diagnostic::error(place, mistake.message).label(mistake.label).help(help));
            }
        }
    }

    fn wrap_inline(&mut self, node: Node<'_>, out: &mut Markup, open: &str, close: &str, depth: usize) {
        html(out, open);
        self.children(node, out, depth + 1);
        html(out, close);
    }

    fn image(&mut self, node: Node<'_>, url: &str, title: &str, out: &mut Markup) {
        let alt = plain(node);
        if alt.trim().is_empty() {
            let span = self.span_of(node);
            self.error(
                span,
                "the image has no text alternative",
                "say in the brackets what it shows: `![what it shows](image.svg)`",
            );
        }
        out.push(Piece::Image(self.images.len()));
        self.images.push(Image {
            target: url.to_string(),
            alt: alt.trim().to_string(),
            title: title.to_string(),
            span: self.span_within(node, url),
        });
    }

    /// Writes the definitions of all footnotes that are referred to.
    pub(super) fn footnotes<'n>(&mut self, document: Node<'n>) -> Markup {
        let mut out = Markup::new();
        let definitions: Vec<_> = document
            .children()
            .filter(
                |node| matches!(&node.data().value, NodeValue::FootnoteDefinition(note) if note.total_references > 0),
            )
            .collect();
        if definitions.is_empty() {
            return out;
        }
        html(&mut out, "<section class=\"footnotes\" aria-label=\"Footnotes\"><ol>\n");
        // They stand in the order of their numbers.
        for (node, number) in definitions.into_iter().zip(1..) {
            html(&mut out, &format!("<li id=\"fn-{number}\">"));
            self.tight_blocks(node, &mut out, 1);
            if self.references.contains_key(&number) {
                let back =
                    format!(" <a class=\"fn-back\" href=\"#fnref-{number}\" aria-label=\"Back to the text\">↩</a>");
                html(&mut out, &back);
            }
            html(&mut out, "</li>\n");
            self.anchors.push(format!("fn-{number}"));
        }
        html(&mut out, "</ol></section>\n");
        out
    }
}

/// A heading with the link to itself.
pub(super) fn heading_html(heading: &Heading) -> String {
    let (level, id, text) = (heading.level, escape(&heading.anchor), escape(&heading.text));
    let title = &heading.html;
    format!(
        "<h{level} id=\"{id}\">{title} <a class=\"permalink\" href=\"#{id}\" aria-label=\"Link to this section: {text}\">#</a></h{level}>\n"
    )
}

/// Appends finished HTML.
pub(super) fn html(out: &mut Markup, text: &str) {
    match out.last_mut() {
        Some(Piece::Html(last)) => last.push_str(text),
        _ => out.push(Piece::Html(text.to_string())),
    }
}

fn append(out: &mut Markup, more: Markup) {
    for piece in more {
        match piece {
            Piece::Html(text) => html(out, &text),
            hole => out.push(hole),
        }
    }
}

fn trim_start(markup: &mut Markup) {
    if let Some(Piece::Html(first)) = markup.first_mut() {
        *first = first.trim_start().to_string();
    }
}

fn title_attribute(out: &mut Markup, title: &str) {
    if !title.is_empty() {
        html(out, &format!(" title=\"{}\"", escape(title)));
    }
}

/// The text of a node and its descendants.
pub(crate) fn plain(node: Node<'_>) -> String {
    let mut text = String::new();
    plain_into(node, &mut text, 0);
    text.trim().to_string()
}

fn plain_into(node: Node<'_>, out: &mut String, depth: usize) {
    match &node.data().value {
        NodeValue::Text(text) => out.push_str(text),
        NodeValue::Code(code) => out.push_str(&code.literal),
        NodeValue::Math(math) => out.push_str(&math.literal),
        NodeValue::SoftBreak | NodeValue::LineBreak => out.push(' '),
        _ => {}
    }
    if depth <= MAX_DEPTH {
        for child in node.children() {
            plain_into(child, out, depth + 1);
        }
    }
}

/// Takes `{#id}` off the end of a heading.
fn take_id(node: Node<'_>) -> Option<String> {
    take_id_of(node.last_child()?)
}

/// Takes `{#id}` off the end of a text.
fn take_id_of(last: Node<'_>) -> Option<String> {
    let mut data = last.data_mut();
    let NodeValue::Text(text) = &mut data.value else { return None };
    let (before, id) = text.trim_end().strip_suffix('}')?.rsplit_once("{#")?;
    if id.is_empty() || !id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_') {
        return None;
    }
    let (before, id) = (before.trim_end().to_string(), id.to_string());
    *text = before.into();
    Some(id)
}

/// Takes a prefix of that many bytes, and blanks behind it, off the start of a heading's text.
fn drop_prefix(node: Node<'_>, bytes: usize) {
    if let (Some(first), true) = (node.first_child(), bytes > 0)
        && let NodeValue::Text(text) = &mut first.data_mut().value
    {
        let rest = text.get(bytes..).unwrap_or_default().trim_start().to_string();
        *text = rest.into();
    }
}

/// A heading's anchor: lower-case letters and digits of any script, hyphens for blanks, nothing else, as forges make it.
pub fn slug(text: &str) -> String {
    let mut slug = String::with_capacity(text.len());
    for c in text.trim().chars() {
        if c.is_alphanumeric() || c == '_' {
            slug.extend(c.to_lowercase());
        } else if c.is_whitespace() || c == '-' {
            slug.push('-');
        }
    }
    slug
}

/// The ids that an author's own HTML sets, which links may name.
fn ids(html: &str) -> impl Iterator<Item = String> {
    let attributes = html.match_indices("id=").filter(|(at, _)| {
        let before = html.get(..*at).unwrap_or_default();
        before.ends_with(char::is_whitespace) && before.rfind('<') > before.rfind('>')
    });
    attributes.filter_map(|(at, found)| {
        let value = html.get(at + found.len()..)?;
        let id = match value.chars().next()? {
            quote @ ('"' | '\'') => value.get(1..)?.split(quote).next()?,
            _ => value.split(|c: char| c.is_whitespace() || c == '>').next()?,
        };
        Some(id.to_string())
    })
}

/// A title or summary as HTML: backticks make code, everything else is text.
pub fn title_html(title: &str) -> String {
    let parts: Vec<_> = title.split('`').collect();
    // An odd backtick at the end opens nothing.
    let pairs = parts.len() - usize::from(parts.len().is_multiple_of(2));
    let mut out = String::new();
    for (i, part) in parts.iter().enumerate() {
        match (i % 2, i < pairs) {
            (1, true) => out.push_str(&format!("<code>{}</code>", escape(part))),
            (_, true) => out.push_str(&escape(part)),
            (_, false) => out.push_str(&escape(&format!("`{part}"))),
        }
    }
    out
}

/// A title or summary as plain text.
pub fn title_text(title: &str) -> String {
    title.replace('`', "")
}

/// The offset of a text that doesn't stand in its file as it is: no place of the file is there.
const BEYOND: usize = u32::MAX as usize / 2;

/// Shows the mistakes of a text that is [`BEYOND`] its file at the place that stands for all of it.
fn bring_back(diagnostics: &mut [Diagnostic], there: &Span) {
    for diagnostic in diagnostics {
        if let Place::Text(span) = &mut diagnostic.place
            && span.bytes().start >= BEYOND
        {
            *span = there.clone();
        }
    }
}

/// How many words there are in a text: what has a letter or a digit between blanks.
fn words(text: &str) -> usize {
    if !text.is_ascii() {
        return text.split_whitespace().filter(|word| word.contains(char::is_alphanumeric)).count();
    }
    let blank = |byte: &u8| matches!(byte, b'\t'..=b'\r' | b' ');
    text.as_bytes().split(blank).filter(|word| word.iter().any(u8::is_ascii_alphanumeric)).count()
}

/// A slug of the first six words.
fn short_slug(text: &str) -> String {
    let words: Vec<_> = text.split_whitespace().take(6).collect();
    slug(&words.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_html_are_found() {
        let html = "<a id=\"one\"></a> id=\"text\" <p class=x id='two' data-id=\"no\"><b\nid=three>";
        assert_eq!(ids(html).collect::<Vec<_>>(), ["one", "two", "three"]);
    }

    #[test]
    fn words_are_counted_alike_in_any_script() {
        for (text, count) in
            [("", 0), ("a b\u{b}c", 3), (" - one, two.\u{1c}three ", 2), ("größe × 2", 2), ("é\u{a0}è", 2)]
        {
            assert_eq!(words(text), count, "{text}");
            assert_eq!(words(&format!("{text} é")), count + 1, "{text}");
        }
    }

    #[test]
    fn slugs_are_those_of_forges() {
        assert_eq!(slug("Why is `0.1 + 0.2` not 0.3?"), "why-is-01--02-not-03");
        assert_eq!(title_html("`a` < `b"), "<code>a</code> &lt; `b");
        assert_eq!(title_html("no code"), "no code");
        assert_eq!(slug("  Größe & __slots__ "), "größe--__slots__");
    }

    #[test]
    fn lines_end_as_comrak_ends_them() {
        let Positions::Body(starts) = Positions::body("+++\n+++\na\r\nb\rc\n", 8) else { panic!() };
        assert_eq!(starts, [8, 11, 13, 15]);
    }
}
