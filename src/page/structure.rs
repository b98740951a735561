//! The body's headings → sections: prose, pitfalls with their fixes, questions with their answers, the quiz.

use comrak::nodes::{Node, NodeValue};

use super::front_matter::FrontMatter;
use super::markdown::{Positions, Writer, heading_html, html, options, plain};
use super::{
    Facts, Heading, HeadingKind, Kind, Markup, Piece, Pitfall, Question, Quiz, QuizOption, QuizQuestion, Section,
    StageTexts, Tally, With,
};
use crate::diagnostic::Diagnostic;
use crate::page;
use crate::source::Source;

/// Reads the body that starts at `body_start` and puts the page together.
pub fn read(
    source: &Source,
    kind: Kind,
    front: FrontMatter,
    body_start: usize,
    with: &With,
    diagnostics: &mut Vec<Diagnostic>,
) -> (Facts, page::Body) {
    let arena = comrak::Arena::new();
    let text = source.text.get(body_start..).unwrap_or_default();
    let document = comrak::parse_document(&arena, text, &options());
    let mut writer = Writer::new(source, Positions::body(&source.text, body_start), with.config.raw_html, diagnostics);
    let stage = StageTexts {
        objectives: front.objectives.iter().map(|(text, span)| writer.inline_text(text, span)).collect(),
        takeaway: front.takeaway.as_ref().map(|(text, span)| writer.inline_text(text, span)).unwrap_or_default(),
        slips: front.slips.iter().map(|(text, span)| writer.inline_text(text, span)).collect(),
    };
    writer.glossary = with.glossary.as_ref();
    writer.library = Some(&with.library);
    let mut body = Body { kind, writer, sections: Vec::new(), quiz: None, open: Open::Prose, level: 1 };
    for node in document.children() {
        body.block(node);
    }
    body.close();
    let footnotes = body.writer.footnotes(document);
    if !footnotes.is_empty() {
        body.sections.push(Section::Prose(footnotes));
    }
    body.writer.check_exercises();
    let Body { writer, sections, quiz, .. } = body;
    let (demos, drawn) = writer.demos.into_iter().unzip();
    let facts = Facts {
        tally: Tally::new(&sections, &writer.snippets),
        front,
        headings: writer.headings,
        anchors: writer.anchors,
        terms: writer.terms,
        links: writer.links,
        images: writer.images,
        demos,
        myths: writer.myths,
        words: writer.words,
        code_lines: writer.snippets.iter().map(|snippet| snippet.text.lines().count()).sum(),
    };
    (facts, page::Body { stage, sections, quiz, snippets: writer.snippets, drawn })
}

/// What the blocks that follow belong to.
enum Open {
    Prose,
    Symptom,
    Fix,
    Answer,
    FollowUp,
    QuizIntro,
    /// Before the options.
    QuizBody,
    /// Behind the options.
    QuizExplanation,
}

struct Body<'a, 'd> {
    kind: Kind,
    writer: Writer<'a, 'd>,
    sections: Vec<Section>,
    quiz: Option<Quiz>,
    open: Open,
    /// The level of the last heading.
    level: u8,
}

/// What a heading's text says it opens, and how many bytes of it say so.
fn opens(text: &str) -> Option<(&'static str, usize)> {
    let lower = text.to_ascii_lowercase();
    [("pitfall", "pitfall:"), ("question", "q:")]
        .into_iter()
        .find(|(_, prefix)| lower.starts_with(prefix))
        .map(|(name, prefix)| (name, prefix.len()))
}

impl Body<'_, '_> {
    fn block(&mut self, node: Node<'_>) {
        if let NodeValue::Heading(heading) = node.data().value {
            return self.heading(node, heading.level);
        }
        if matches!(self.open, Open::QuizBody | Open::QuizExplanation) && is_task_list(node) {
            return self.options(node);
        }
        let mut markup = std::mem::take(self.current());
        self.writer.block(node, &mut markup, 0);
        *self.current() = markup;
    }

    /// Where blocks go now.
    fn current(&mut self) -> &mut Markup {
        let kind = &self.open;
        if let (Open::QuizIntro | Open::QuizBody | Open::QuizExplanation, Some(quiz)) = (kind, &mut self.quiz) {
            return match (kind, quiz.questions.last_mut()) {
                (Open::QuizBody, Some(question)) => &mut question.body,
                (Open::QuizExplanation, Some(question)) => &mut question.explanation,
                _ => &mut quiz.intro,
            };
        }
        if !matches!(self.sections.last(), Some(Section::Prose(_))) && matches!(kind, Open::Prose)
            || self.sections.is_empty()
        {
            self.sections.push(Section::Prose(Markup::new()));
        }
        let at = self.sections.len() - 1;
        match (kind, &mut self.sections[at]) {
            (_, Section::Prose(markup)) => markup,
            (Open::Fix, Section::Pitfall(pitfall)) => &mut pitfall.fix,
            (_, Section::Pitfall(pitfall)) => &mut pitfall.symptom,
            (_, Section::Question(question)) => match (&self.open, question.follow_ups.last_mut()) {
                (Open::FollowUp, Some((_, answer))) => answer,
                _ => &mut question.answer,
            },
        }
    }

    fn heading(&mut self, node: Node<'_>, level: u8) {
        let text = plain(node);
        self.check_level(node, level);
        if level <= 2 {
            self.close();
        }
        match level {
            2 => match opens(&text) {
                Some(("pitfall", skip)) if self.kind == Kind::Topic => self.pitfall(node, skip),
                Some(("question", skip)) if self.kind == Kind::Topic => self.question(node, skip),
                Some((name, _)) => {
                    let span = self.writer.span_of(node);
                    let message = format!("a {name} can only stand in a topic");
                    self.writer.error(span, message, "a topic is a file `content/01-stage/01-topic.md`");
                }
                None if self.kind == Kind::Stage && text == "Quiz" => self.quiz(node),
                None => self.prose_heading(node, level),
            },
            3 => self.third_level(node, &text),
            _ => self.prose_heading(node, level),
        }
    }

    fn check_level(&mut self, node: Node<'_>, level: u8) {
        let span = self.writer.span_of(node);
        if level == 1 {
            self.writer.error(span, "the title is the page's only first-level heading", "write `##` for a section");
        } else if level > self.level + 1 {
            let message = format!("a heading of level {level} follows one of level {}", self.level);
            self.writer.error(span, message, &format!("write `{}`", "#".repeat(usize::from(self.level) + 1)));
        }
        self.level = level;
    }

    fn prose_heading(&mut self, node: Node<'_>, level: u8) {
        let heading = self.writer.heading(node, level, HeadingKind::Prose, 0);
        html(self.current(), &heading_html(&heading));
    }

    fn pitfall(&mut self, node: Node<'_>, skip: usize) {
        let heading = self.writer.heading(node, 2, HeadingKind::Pitfall, skip);
        self.title_needed(&heading, "Pitfall: what the reader sees");
        self.open = Open::Symptom;
        self.sections.push(Section::Pitfall(Pitfall {
            heading,
            symptom: Markup::new(),
            fix_anchor: String::new(),
            fix: Markup::new(),
        }));
    }

    fn question(&mut self, node: Node<'_>, skip: usize) {
        let heading = self.writer.heading(node, 2, HeadingKind::Question, skip);
        self.title_needed(&heading, "Q: the question?");
        self.open = Open::Answer;
        self.sections.push(Section::Question(Question { heading, answer: Markup::new(), follow_ups: Vec::new() }));
    }

    fn title_needed(&mut self, heading: &Heading, example: &str) {
        if heading.text.is_empty() {
            self.writer.error(heading.span.clone(), "the heading says nothing", &format!("write `## {example}`"));
        }
    }

    fn quiz(&mut self, node: Node<'_>) {
        let heading = self.writer.heading(node, 2, HeadingKind::Quiz, 0);
        if self.quiz.is_some() {
            self.writer.error(heading.span, "a stage has one quiz", "put all questions below one `## Quiz`");
        } else {
            self.quiz = Some(Quiz { heading, intro: Markup::new(), questions: Vec::new() });
        }
        self.open = Open::QuizIntro;
        self.writer.hide_outputs = true;
    }

    fn third_level(&mut self, node: Node<'_>, text: &str) {
        let is_fix = text.eq_ignore_ascii_case("fix");
        match self.open {
            Open::Symptom if is_fix => {
                let heading = self.writer.heading(node, 3, HeadingKind::Fix, 0);
                if let Some(Section::Pitfall(pitfall)) = self.sections.last_mut() {
                    pitfall.fix_anchor = heading.anchor;
                }
                self.open = Open::Fix;
            }
            _ if is_fix => {
                let span = self.writer.span_of(node);
                let message = if matches!(self.open, Open::Fix) {
                    "a pitfall has one fix"
                } else {
                    "a fix can only stand in a pitfall"
                };
                self.writer.error(span, message, "put `### Fix` below `## Pitfall: …`, once");
            }
            Open::Answer | Open::FollowUp if text.to_ascii_lowercase().starts_with("follow-up") => {
                self.follow_up(node, text)
            }
            Open::QuizIntro | Open::QuizBody | Open::QuizExplanation => {
                self.close_quiz_question();
                let heading = self.writer.heading(node, 3, HeadingKind::Quiz, 0);
                if let Some(quiz) = &mut self.quiz {
                    quiz.questions.push(QuizQuestion {
                        heading,
                        body: Markup::new(),
                        options: Vec::new(),
                        explanation: Markup::new(),
                    });
                }
                self.open = Open::QuizBody;
            }
            _ => self.prose_heading(node, 3),
        }
    }

    fn follow_up(&mut self, node: Node<'_>, text: &str) {
        let skip =
            "follow-up".len() + usize::from(text.get("follow-up".len()..).is_some_and(|rest| rest.starts_with(':')));
        // `### Follow-up` alone keeps its name.
        let skip = if text.len() > skip { skip } else { 0 };
        let heading = self.writer.heading(node, 3, HeadingKind::FollowUp, skip);
        self.close_follow_up();
        if let Some(Section::Question(question)) = self.sections.last_mut() {
            question.follow_ups.push((heading, Markup::new()));
        }
        self.open = Open::FollowUp;
    }

    fn options(&mut self, list: Node<'_>) {
        let span = self.writer.span_of(list);
        let mut options = Vec::new();
        // A click on an option chooses it.
        self.writer.in_label = true;
        for item in list.children() {
            let right = matches!(&item.data().value, NodeValue::TaskItem(task) if task.symbol.is_some());
            let mut markup = Markup::new();
            for (i, block) in item.children().enumerate() {
                match block.data().value {
                    NodeValue::Paragraph if i == 0 => self.writer.children(block, &mut markup, 1),
                    _ => self.writer.block(block, &mut markup, 1),
                }
            }
            options.push(QuizOption { markup, right });
        }
        self.writer.in_label = false;
        let second = matches!(self.open, Open::QuizExplanation);
        self.open = Open::QuizExplanation;
        if second {
            self.writer.error(
                span,
                "a quiz question has one list of options",
                "put all its options into one task list",
            );
            return;
        }
        let right = options.iter().filter(|option| option.right).count();
        if options.len() < 2 {
            self.writer.error(span.clone(), "a quiz question needs at least two options", "add `- [ ] …`");
        }
        if right != 1 {
            let message = format!("a quiz question has exactly one right option, this one has {right}");
            self.writer.error(span.clone(), message, "tick the right one with `- [x]`, the others with `- [ ]`");
        }
        self.fill_from_output(&mut options);
        let says = |option: &QuizOption| option.markup.clone();
        if options
            .iter()
            .enumerate()
            .any(|(at, option)| options.iter().take(at).any(|other| says(other) == says(option)))
        {
            self.writer.error(span, "two options of the quiz question say the same", "give each option another answer");
        }
        if let Some(question) = self.quiz.as_mut().and_then(|quiz| quiz.questions.last_mut()) {
            question.options = options;
        }
    }

    /// The right option written as `output` becomes what the snippet above prints.
    fn fill_from_output(&mut self, options: &mut [QuizOption]) {
        let placeholder = |option: &&mut QuizOption| {
            option.right
                && matches!(option.markup.as_slice(), [Piece::Html(text)] if text.trim() == "<code>output</code>")
        };
        let Some(option) = options.iter_mut().find(placeholder) else { return };
        let body = self.quiz.as_ref().and_then(|quiz| quiz.questions.last()).map(|question| question.body.as_slice());
        let snippet = body.unwrap_or_default().iter().rev().find_map(|piece| match piece {
            Piece::Code(at) => self.writer.snippets.get(*at),
            _ => None,
        });
        match snippet.and_then(|snippet| snippet.outputs.first()) {
            Some(output) => {
                let escaped = fieldguide_wasm::html::escape(output.text.trim_end());
                option.markup =
                    vec![Piece::Html(format!("<code>{}</code>", escaped.replace('\n', "</code><br><code>")))];
            }
            None => {
                let span = self
                    .quiz
                    .as_ref()
                    .and_then(|quiz| quiz.questions.last())
                    .map(|question| question.heading.span.clone());
                if let Some(span) = span {
                    let help = "put an ```output block below the question's ```python block";
                    self.writer.error(
                        span,
                        "the right option is `output`, but no snippet above it has a recorded output",
                        help,
                    );
                }
            }
        }
    }

    /// Checks what is complete now that another second-level heading or the end of the page has come.
    fn close(&mut self) {
        self.close_quiz_question();
        self.close_follow_up();
        match (&self.open, self.sections.last()) {
            (Open::Symptom, Some(Section::Pitfall(pitfall))) => {
                let span = pitfall.heading.span.clone();
                self.writer.error(span, "the pitfall has no fix", "add `### Fix` with the mended code below it");
            }
            (Open::Fix, Some(Section::Pitfall(pitfall))) => {
                let (span, empty) = (pitfall.heading.span.clone(), pitfall.fix.is_empty());
                let no_symptom = pitfall.symptom.is_empty();
                if empty {
                    self.writer.error(span.clone(), "the pitfall's fix is empty", "say below `### Fix` what to do");
                }
                if no_symptom {
                    self.writer.error(
                        span,
                        "the pitfall doesn't say what goes wrong",
                        "write symptom and cause before `### Fix`",
                    );
                }
            }
            (Open::Answer | Open::FollowUp, Some(Section::Question(question))) if question.answer.is_empty() => {
                let span = question.heading.span.clone();
                self.writer.error(span, "the question has no answer", "write the answer below it");
            }
            (Open::QuizIntro, _) => {
                if let Some(quiz) = self.quiz.as_ref().filter(|quiz| quiz.questions.is_empty()) {
                    let span = quiz.heading.span.clone();
                    self.writer.error(
                        span,
                        "the quiz has no question",
                        "add `### the question` with a task list and a reason",
                    );
                }
            }
            _ => {}
        }
        self.open = Open::Prose;
        self.writer.hide_outputs = false;
    }

    fn close_follow_up(&mut self) {
        if let (Open::FollowUp, Some(Section::Question(question))) = (&self.open, self.sections.last())
            && let Some((heading, answer)) = question.follow_ups.last()
            && answer.is_empty()
        {
            let span = heading.span.clone();
            self.writer.error(span, "the follow-up has no answer", "write the answer below it");
        }
    }

    fn close_quiz_question(&mut self) {
        let question = self.quiz.as_ref().and_then(|quiz| quiz.questions.last());
        let Some(span) = question.map(|question| question.heading.span.clone()) else { return };
        match self.open {
            Open::QuizBody => self.writer.error(
                span,
                "the quiz question has no options",
                "add a task list with exactly one ticked option: `- [x] right`, `- [ ] wrong`",
            ),
            Open::QuizExplanation if question.is_some_and(|question| question.explanation.is_empty()) => {
                self.writer.error(
                    span,
                    "the quiz question has no explanation",
                    "say below the options why the right one is right",
                );
            }
            _ => {}
        }
    }
}

fn is_task_list(node: Node<'_>) -> bool {
    matches!(&node.data().value, NodeValue::List(list) if list.is_task_list)
}
