//! mdBook's preprocessors on a chapter's text: `{{#include}}` and its like, admonitions, quizzes.

use super::plan::{Place, Plan};
use super::{Importer, join, quiz};
use crate::page::Kind;
use crate::page::include::mark;

/// Includes nested deeper than this are taken for a circle.
const MAX_DEPTH: usize = 10;

/// A chapter's text without directives.
#[derive(Debug, Default)]
pub(super) struct Expanded {
    pub(super) text: String,
    /// For each line, the line of the chapter that it comes from.
    pub(super) lines: Vec<usize>,
    /// What `{{#title}}` says.
    pub(super) title: Option<String>,
}

/// Which lines of a file are meant.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Whole,
    /// From a line, counted from 0, up to one that is left out.
    Lines(usize, usize),
    Region(String),
}

/// Expands a chapter.
pub(super) fn expand(importer: &mut Importer<'_>, place: &Place, from: &str, text: &str) -> Expanded {
    let mut expander =
        Expander { importer, place, page: from, out: Expanded::default(), in_code: false, tail: String::new() };
    expander.lines(from, text, None, 0);
    let Expander { mut out, tail, .. } = expander;
    let last = text.lines().count().max(1);
    for line in tail.lines() {
        push(&mut out, line, last);
    }
    out
}

fn push(out: &mut Expanded, line: &str, number: usize) {
    out.text.push_str(line);
    out.text.push('\n');
    out.lines.push(number);
}

struct Expander<'a, 'b> {
    importer: &'a mut Importer<'b>,
    place: &'a Place,
    /// The chapter's file, which notes name.
    page: &'a str,
    out: Expanded,
    /// Whether what is read stands in a block of code.
    in_code: bool,
    /// What stands at the page's end: a question would take the text below it for its answer.
    tail: String,
}

/// The fence that a line opens: its character, its length, and what stands behind it.
pub(super) fn fence(line: &str) -> Option<(char, usize, &str)> {
    let text = line.trim_start();
    let mark = text.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let length = text.chars().take_while(|c| *c == mark).count();
    let info = text.get(length..)?.trim();
    (length >= 3 && !(mark == '`' && info.contains('`'))).then_some((mark, length, info))
}

impl Expander<'_, '_> {
    fn note(&mut self, line: usize, text: impl Into<String>) {
        let page = self.page.to_string();
        self.importer.note(&page, line, text);
    }

    fn push(&mut self, line: &str, number: usize) {
        push(&mut self.out, line, number);
    }

    /// The lines of a file; `at` is the chapter's line that includes it.
    fn lines(&mut self, from: &str, text: &str, at: Option<usize>, depth: usize) {
        let lines: Vec<&str> = text.lines().collect();
        let mut i = 0;
        while let Some(line) = lines.get(i) {
            let number = at.unwrap_or(i + 1);
            let Some((mark, length, info)) = fence(line) else {
                self.prose(from, line, number, depth);
                i += 1;
                continue;
            };
            let closes = |line: &&str| {
                fence(line).is_some_and(|(other, long, info)| other == mark && long >= length && info.is_empty())
            };
            let body = lines.get(i + 1..).unwrap_or_default();
            let end = body.iter().position(closes).unwrap_or(body.len());
            let inside: Vec<&str> = body.iter().take(end).copied().collect();
            let closing = body.get(end).copied();
            self.block(from, line, info, &inside, closing, (number, at.is_some()), depth);
            i += end + 2;
        }
    }

    /// A fenced block.
    #[allow(clippy::too_many_arguments, reason = "the parts of one block")]
    fn block(
        &mut self,
        from: &str,
        open: &str,
        info: &str,
        inside: &[&str],
        closing: Option<&str>,
        (number, included): (usize, bool),
        depth: usize,
    ) {
        let line_of = |i: usize| if included { number } else { number + 1 + i };
        let indent: String = open.chars().take_while(|c| c.is_whitespace()).collect();
        if let Some(rest) = info.strip_prefix("admonish").filter(|rest| !rest.starts_with(char::is_alphanumeric)) {
            self.push(&format!("{indent}> {}", admonition(rest)), number);
            for (i, line) in inside.iter().enumerate() {
                let line = line.strip_prefix(indent.as_str()).unwrap_or(line);
                for line in self.inline(from, line, line_of(i), depth) {
                    self.push(format!("{indent}> {line}").trim_end(), line_of(i));
                }
            }
            if rest.contains("collapsible") {
                self.note(number, "a note can't be folded: it stands open");
            }
            return;
        }
        let mut full = inside.iter().enumerate().filter(|(_, line)| !line.trim().is_empty());
        if let (Some((i, only)), None) = (full.next(), full.next())
            && let Some(attributes) = self.whole_include(from, only, line_of(i))
        {
            let language = info.split([',', ' ', '\t', '{']).next().unwrap_or_default();
            let rest = info.get(language.len()..).unwrap_or_default().trim_matches([',', ' ', '\t']).to_string();
            if !rest.is_empty() {
                self.note(number, format!("`{rest}` has no counterpart in a block that includes a file"));
            }
            self.push(&format!("{indent}```{language} {{{attributes}}}"), number);
            self.push(&format!("{indent}```"), number);
            return;
        }
        self.push(open, number);
        self.in_code = true;
        for (i, line) in inside.iter().enumerate() {
            for line in self.inline(from, line, line_of(i), depth) {
                self.push(&line, line_of(i));
            }
        }
        self.in_code = false;
        if let Some(closing) = closing {
            self.push(closing, line_of(inside.len()));
        }
    }

    /// The attributes of a block that includes a file, or a region of it, and nothing else.
    fn whole_include(&mut self, from: &str, line: &str, number: usize) -> Option<String> {
        let (before, word, argument, after) = directive(line.trim())?;
        if !before.is_empty() || !after.is_empty() || !matches!(word, "include" | "rustdoc_include") {
            return None;
        }
        let (path, part) = parse_path(argument);
        let region = match part {
            Part::Whole => String::new(),
            Part::Region(name) => {
                // A region in several pieces has no counterpart: its lines are copied.
                let text = self.importer.read_text(&join(from, path)).unwrap_or_default();
                if text.lines().filter_map(mark).filter(|(opens, other)| *opens && *other == name).count() > 1 {
                    return None;
                }
                format!(", region={}", serde_json::Value::from(name))
            }
            Part::Lines(..) => return None,
        };
        let path = join(from, path);
        let code = self.code(&path)?;
        if word == "rustdoc_include" && !region.is_empty() {
            self.note(number, format!("the lines of `{path}` outside of the region are not part of the page"));
        }
        Some(format!("include={}{region}", serde_json::Value::from(format!("/{code}"))))
    }

    /// Takes a file into `code/`; none where there is no such text.
    fn code(&mut self, path: &str) -> Option<String> {
        if let Some(known) = self.importer.code.get(path) {
            return Some(known.clone());
        }
        let text = self.importer.read_text(path)?;
        let below = self.importer.old.below_source(path).trim_start_matches("../").to_string();
        let mut code = format!("code/{below}");
        let mut number = 2;
        while self.importer.files.contains_key(&code) {
            code = format!("code/{number}/{below}");
            number += 1;
        }
        self.importer.files.insert(code.clone(), text.into_bytes());
        self.importer.code.insert(path.to_string(), code.clone());
        Some(code)
    }

    /// A line outside of fences.
    fn prose(&mut self, from: &str, line: &str, number: usize, depth: usize) {
        if let Some((before, word, argument, after)) = directive(line)
            && before.trim().is_empty()
            && after.trim().is_empty()
        {
            match word {
                "include" | "rustdoc_include" => return self.include_text(from, argument, number, depth),
                "playground" | "playpen" => return self.playground(from, before, argument, number),
                "quiz" => return self.quiz(from, argument, number),
                _ => {}
            }
        }
        for line in self.inline(from, line, number, depth) {
            self.push(&line, number);
        }
    }

    fn include_text(&mut self, from: &str, argument: &str, number: usize, depth: usize) {
        let (path, part) = parse_path(argument);
        let path = join(from, path);
        let text = self.importer.read_text(&path).and_then(|text| take(&text, &part));
        match text {
            Some(_) if depth >= MAX_DEPTH => {
                self.note(number, format!("`{path}` includes itself"));
                self.push(&format!("<!-- {argument} -->"), number);
            }
            Some(text) => {
                self.importer.used.insert(path.clone());
                let page = self.page.to_string();
                self.importer.note(&page, number, format!("the text of `{path}` is copied into the page"));
                self.lines(&path, &text, Some(number), depth + 1);
            }
            None => {
                self.note(number, format!("`{argument}` can't be included: there is no such text"));
                self.push(&format!("`{argument}`"), number);
            }
        }
    }

    fn playground(&mut self, from: &str, indent: &str, argument: &str, number: usize) {
        let mut words = argument.split_whitespace();
        let path = join(from, words.next().unwrap_or_default());
        let attributes: Vec<&str> = words.collect();
        if !attributes.is_empty() {
            self.note(number, format!("`{}` has no counterpart", attributes.join(" ")));
        }
        match self.code(&path) {
            Some(code) => {
                let path = serde_json::Value::from(format!("/{code}"));
                self.push(&format!("{indent}```rust {{include={path}}}"), number);
                self.push(&format!("{indent}```"), number);
            }
            None => {
                self.note(number, format!("`{path}` can't be included: there is no such text"));
                self.push(&format!("`{argument}`"), number);
            }
        }
    }

    fn quiz(&mut self, from: &str, argument: &str, number: usize) {
        let path = join(from, argument.trim());
        let Some(text) = self.importer.read_text(&path) else {
            return self.note(number, format!("the quiz `{path}` can't be read"));
        };
        self.importer.used.insert(path.clone());
        let stage = Plan::stage_of(&self.place.path);
        let read = quiz::read(&text, self.place.kind == Kind::Topic, stage.is_some());
        for (line, text) in read.notes {
            self.importer.note(&path, line, text);
        }
        if let (Some(stage), false) = (stage, read.choices.is_empty()) {
            self.note(number, format!("the questions with options of `{path}` stand in the quiz of {stage}"));
            self.importer.quizzes.entry(stage).or_default().push_str(&read.choices);
        }
        if !read.open.is_empty() {
            self.note(number, format!("the open questions of `{path}` stand at the end of the page"));
            self.tail.push('\n');
            self.tail.push_str(&read.open);
        }
    }

    /// A line with the directives in it replaced; it may become several.
    fn inline(&mut self, from: &str, line: &str, number: usize, depth: usize) -> Vec<String> {
        let mut out = String::new();
        let mut rest = line.to_string();
        while let Some((before, word, argument, after)) = directive(&rest) {
            if let Some(before) = before.strip_suffix('\\') {
                out.push_str(&format!(
                    "{before}{{{{#{word}{}{argument}}}}}",
                    if argument.is_empty() { "" } else { " " }
                ));
            } else {
                out.push_str(before);
                out.push_str(&self.replaced(from, word, argument, number, depth));
            }
            rest = after.to_string();
        }
        out.push_str(&rest);
        out.split('\n').map(str::to_string).collect()
    }

    fn replaced(&mut self, from: &str, word: &str, argument: &str, number: usize, depth: usize) -> String {
        let blank = if argument.is_empty() { "" } else { " " };
        let as_written = format!("{{{{#{word}{blank}{argument}}}}}");
        match word {
            "title" => {
                self.out.title = Some(argument.to_string());
                String::new()
            }
            // Nothing is asked for: mdBook leaves it, too.
            "include" | "playground" if argument.is_empty() => as_written,
            "include" | "rustdoc_include" | "playground" | "playpen" if depth < MAX_DEPTH => {
                let (path, part) = parse_path(argument.split_whitespace().next().unwrap_or_default());
                let path = join(from, path);
                match self.importer.read_text(&path).and_then(|text| take(&text, &part)) {
                    Some(text) => {
                        self.importer.used.insert(path.clone());
                        self.note(number, format!("the lines of `{path}` are copied into the page"));
                        text.trim_end_matches('\n').to_string()
                    }
                    None => {
                        self.note(number, format!("`{argument}` can't be included: there is no such text"));
                        as_written
                    }
                }
            }
            // Templates of other tools, shown as code.
            _ if self.in_code => as_written,
            _ => {
                self.note(number, format!("`{{{{#{word}}}}}` has no counterpart: it stands as it is"));
                as_written
            }
        }
    }
}

/// The first `{{#word argument}}` of a text with what stands around it.
fn directive(text: &str) -> Option<(&str, &str, &str, &str)> {
    let (before, rest) = text.split_once("{{#")?;
    let (inside, after) = rest.split_once("}}")?;
    let inside = inside.trim();
    let (word, argument) = inside.split_once(char::is_whitespace).unwrap_or((inside, ""));
    Some((before, word, argument.trim(), after))
}

/// `a.rs:2:10`, `a.rs:name`.
fn parse_path(argument: &str) -> (&str, Part) {
    let Some((path, rest)) = argument.split_once(':') else { return (argument, Part::Whole) };
    let mut parts = rest.splitn(2, ':');
    let first = parts.next().unwrap_or_default();
    let end = parts.next();
    let start = first.parse::<usize>().ok().map(|line| line.saturating_sub(1));
    let until = end.map(|end| end.parse::<usize>().unwrap_or(usize::MAX));
    let part = match (start, until) {
        (None, _) if !first.is_empty() => Part::Region(first.to_string()),
        (None, None | Some(usize::MAX)) => Part::Whole,
        (start, until) => {
            let start = start.unwrap_or(0);
            Part::Lines(start, until.unwrap_or(start + 1))
        }
    };
    (path, part)
}

/// That part of a text; none where there is no such region.
fn take(text: &str, part: &Part) -> Option<String> {
    let joined = |lines: &mut dyn Iterator<Item = &str>| lines.map(|line| format!("{line}\n")).collect::<String>();
    match part {
        Part::Whole => Some(joined(&mut text.lines().filter(|line| mark(line).is_none()))),
        Part::Lines(from, until) => Some(joined(&mut text.lines().skip(*from).take(until.saturating_sub(*from)))),
        Part::Region(name) => {
            let mut open = false;
            let mut found = false;
            let mut out = String::new();
            for line in text.lines() {
                match mark(line) {
                    Some((opens, other)) if other == name => {
                        open = opens;
                        found = true;
                    }
                    None if open => out.push_str(&format!("{line}\n")),
                    _ => {}
                }
            }
            found.then_some(out)
        }
    }
}

/// `warning "Title"` → `[!WARNING] Title`.
fn admonition(info: &str) -> String {
    let info = info.trim();
    let kind = info.split([' ', ',', '\t']).next().unwrap_or_default();
    let named = info.split_once("title=").map(|(_, title)| title);
    let quoted = named.or_else(|| info.find('"').and_then(|at| info.get(at..))).unwrap_or_default();
    let mark = quoted.chars().next().filter(|c| matches!(c, '"' | '\''));
    let mut escaped = false;
    let ends = |c: &char| {
        let ends = Some(*c) == mark && !escaped;
        escaped = *c == '\\' && !escaped;
        !ends
    };
    let title: String = quoted.chars().skip(1).take_while(ends).collect::<String>().replace('\\', "");
    let (alert, name) = match kind {
        "tip" | "hint" => ("TIP", ""),
        "success" | "check" | "done" => ("TIP", "Success"),
        "important" => ("IMPORTANT", ""),
        "warning" | "caution" | "attention" => ("WARNING", ""),
        "failure" | "fail" | "missing" => ("CAUTION", "Failure"),
        "danger" | "error" => ("CAUTION", "Danger"),
        "bug" => ("CAUTION", "Bug"),
        "abstract" | "summary" | "tldr" => ("NOTE", "Summary"),
        "question" | "help" | "faq" => ("NOTE", "Question"),
        "example" => ("NOTE", "Example"),
        "quote" | "cite" => ("NOTE", "Quote"),
        "todo" => ("NOTE", "To do"),
        "info" => ("NOTE", "Info"),
        _ => ("NOTE", ""),
    };
    format!("[!{alert}] {}", if title.is_empty() { name } else { title.as_str() }).trim_end().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directives_and_their_paths_are_read() {
        assert_eq!(directive("a {{#include b.rs:2:3 }} c"), Some(("a ", "include", "b.rs:2:3", " c")));
        assert_eq!(parse_path("a.rs"), ("a.rs", Part::Whole));
        assert_eq!(parse_path("a.rs:2"), ("a.rs", Part::Lines(1, 2)));
        assert_eq!(parse_path("a.rs::3"), ("a.rs", Part::Lines(0, 3)));
        assert_eq!(parse_path("a.rs:2:"), ("a.rs", Part::Lines(1, usize::MAX)));
        assert_eq!(parse_path("a.rs:x-y"), ("a.rs", Part::Region("x-y".into())));
        assert_eq!(take("1\n2\n3\n", &Part::Lines(1, 3)).as_deref(), Some("2\n3\n"));
        assert_eq!(take("// ANCHOR: a\n1\n// ANCHOR_END: a\n2\n", &Part::Region("a".into())).as_deref(), Some("1\n"));
        assert_eq!(take("1\n", &Part::Region("a".into())), None);
    }

    #[test]
    fn admonitions_become_notes() {
        assert_eq!(admonition(" warning \"Mind the gap\""), "[!WARNING] Mind the gap");
        assert_eq!(admonition(" danger"), "[!CAUTION] Danger");
        assert_eq!(admonition(" title='It''s'"), "[!NOTE] It");
        assert_eq!(admonition(""), "[!NOTE]");
    }
}
