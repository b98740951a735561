//! A chapter's Markdown → ours: headings, links, images, code blocks, HTML. The text is edited where it differs and otherwise
//! left as its author wrote it.

use std::ops::Range;

use comrak::nodes::{Node, NodeCodeBlock, NodeValue, Sourcepos};

use super::expand::Expanded;
use super::plan::Place;
use super::{Importer, join, static_path};
use crate::check::relative;
use crate::page::markdown;
use crate::source::Files;

/// The parts of a page.
pub(super) struct Converted {
    /// The chapter's own title, where it has one.
    pub(super) title: Option<String>,
    /// Its first sentence.
    pub(super) summary: String,
    pub(super) body: String,
}

/// Converts the text of a chapter that goes to `place`.
pub(super) fn convert(importer: &mut Importer<'_>, place: &Place, from: &str, expanded: Expanded) -> Converted {
    let arena = comrak::Arena::new();
    let text = expanded.text.as_str();
    let document = comrak::parse_document(&arena, text, &markdown::options());
    let mut starts = vec![0];
    starts.extend(text.match_indices('\n').map(|(at, _)| at + 1));
    let mut page =
        Page { importer, place, from, text, starts, lines: &expanded.lines, edits: Vec::new(), code: Vec::new() };
    let title = page.headings(document);
    for node in document.children() {
        page.node(node, 0);
    }
    page.references();
    let summary = summary(document, title.is_some());
    let mut edits = std::mem::take(&mut page.edits);
    edits.sort_by_key(|(range, _)| (range.start, range.end));
    let mut body = String::new();
    let mut at = 0;
    for (range, new) in edits {
        // One inside another that is replaced as a whole.
        if range.start < at {
            continue;
        }
        body.push_str(text.get(at..range.start).unwrap_or_default());
        body.push_str(&new);
        at = range.end;
    }
    body.push_str(text.get(at..).unwrap_or_default());
    let body = if importer.old.math { mathjax(&body) } else { body };
    if let (Some(own), Some(other)) = (&title, &expanded.title) {
        let text = format!("`{{{{#title {other}}}}}`: the page is called “{own}”, as its heading says");
        importer.note(from, 1, text);
    }
    let title = title.or(expanded.title);
    Converted { title, summary, body: body.trim_start_matches('\n').trim_end().to_string() + "\n" }
}

/// Where a link or an image leads.
enum Target {
    /// To another site or place of the page, or it is no path: it stays as it is.
    AsIs,
    /// To this path in the new book.
    New(String),
    /// To nothing that the mdBook holds.
    Nowhere,
}

struct Page<'a, 'b> {
    importer: &'a mut Importer<'b>,
    place: &'a Place,
    from: &'a str,
    text: &'a str,
    /// Where each line starts.
    starts: Vec<usize>,
    /// The chapter's line for each line.
    lines: &'a [usize],
    edits: Vec<(Range<usize>, String)>,
    /// Where code blocks stand.
    code: Vec<Range<usize>>,
}

impl Page<'_, '_> {
    fn note(&mut self, at: Sourcepos, text: impl Into<String>) {
        let line = self.lines.get(at.start.line.saturating_sub(1)).copied().unwrap_or(0);
        self.importer.note(self.from, line, text);
    }

    fn range(&self, at: Sourcepos) -> Range<usize> {
        let offset = |line: usize, column: usize| {
            (self.starts.get(line.saturating_sub(1)).copied().unwrap_or(self.text.len()) + column).min(self.text.len())
        };
        let start = offset(at.start.line, at.start.column.saturating_sub(1));
        start..offset(at.end.line, at.end.column).max(start)
    }

    fn edit(&mut self, range: Range<usize>, new: impl Into<String>) {
        if self.text.is_char_boundary(range.start) && self.text.is_char_boundary(range.end) {
            self.edits.push((range, new.into()));
        }
    }

    /// Replaces the last `old` of a node's text; false where it isn't there to the letter.
    fn replace_in(&mut self, at: Sourcepos, old: &str, new: &str) -> bool {
        let range = self.range(at);
        let found = self.text.get(range.clone()).and_then(|text| if old.is_empty() { None } else { text.rfind(old) });
        if let Some(found) = found {
            self.edit(range.start + found..range.start + found + old.len(), new);
        }
        found.is_some()
    }

    /// Takes the title off and moves headings to levels that follow one another.
    fn headings(&mut self, document: Node<'_>) -> Option<String> {
        let headings: Vec<(Node<'_>, u8, bool)> = document
            .children()
            .filter_map(|node| match &node.data().value {
                NodeValue::Heading(heading) => Some((node, heading.level, heading.setext)),
                _ => None,
            })
            .collect();
        let mut rest = headings.as_slice();
        let mut title = None;
        if let Some(((node, 1, _), others)) = rest.split_first()
            && document.first_child().is_some_and(|first| first.data().sourcepos == node.data().sourcepos)
        {
            let text = self.text.get(self.range(node.data().sourcepos)).unwrap_or_default();
            title = Some(own_title(node, text));
            if text.trim_end().ends_with('}') && text.contains("{") {
                let text = text.to_string();
                self.note(
                    node.data().sourcepos,
                    format!("the title's attributes have no counterpart: `{}`", text.trim()),
                );
            }
            self.edit(self.range(node.data().sourcepos), "");
            rest = others;
        }
        let shift = u8::from(rest.iter().any(|(_, level, _)| *level == 1));
        let mut last = 1;
        for (node, level, setext) in rest {
            let new = (level + shift).min(last + 1).min(6);
            if new != level + shift && new != *level {
                self.note(node.data().sourcepos, format!("a heading of level {level} stood here; it has level {new}"));
            }
            last = new;
            self.heading(node, *level, new, *setext);
        }
        title
    }

    fn heading(&mut self, node: Node<'_>, level: u8, new: u8, setext: bool) {
        let at = node.data().sourcepos;
        let range = self.range(at);
        let text = self.text.get(range.clone()).unwrap_or_default();
        let marks = "#".repeat(usize::from(new));
        if setext {
            let line = text.lines().next().unwrap_or_default().len();
            self.edit(range.start..range.start, format!("{marks} "));
            self.edit(range.start + line..range.end, "");
        } else {
            self.edit(range.start..range.start + usize::from(level), marks);
        }
        // `{ #id .class }` → `{#id}`.
        if let Some((_, inside)) = text.trim_end().strip_suffix('}').and_then(|text| text.rsplit_once('{'))
            && let Some(id) = inside.split_whitespace().find(|word| word.starts_with('#'))
        {
            let written = format!("{{{inside}}}");
            if written != format!("{{{id}}}") {
                self.replace_in(at, &written, &format!("{{{id}}}"));
                self.note(at, format!("of the heading's attributes `{}` only its id has a counterpart", inside.trim()));
            }
        }
    }

    fn node(&mut self, node: Node<'_>, depth: usize) {
        if depth > 100 {
            return;
        }
        let (value, at) = (node.data().value.clone(), node.data().sourcepos);
        match value {
            NodeValue::CodeBlock(code) => return self.block(&code, at),
            NodeValue::Link(link) => match self.target(&link.url) {
                Target::New(new) => drop(self.replace_in(at, &link.url, &new)),
                Target::Nowhere => self.unlink(node, &link.url),
                Target::AsIs => {}
            },
            NodeValue::Image(link) => self.image(node, &link.url, at),
            NodeValue::HtmlBlock(html) => self.html(&html.literal, at),
            NodeValue::HtmlInline(html) => self.html(&html, at),
            NodeValue::Math(math) if !(math.display_math && self.importer.old.math) => {
                let range = self.range(at);
                let marks = if math.display_math { 2 } else { 1 };
                let escaped = "\\$".repeat(marks);
                if range.len() > 2 * marks {
                    self.edit(range.start..range.start + marks, escaped.clone());
                    self.edit(range.end - marks..range.end, escaped);
                }
            }
            _ => {}
        }
        for child in node.children() {
            self.node(child, depth + 1);
        }
    }

    /// A link to what the mdBook doesn't hold, such as documentation that its host has beside it: the text stays, and the address
    /// stands in a comment behind it.
    fn unlink(&mut self, node: Node<'_>, url: &str) {
        self.note(
            node.data().sourcepos,
            format!("`{url}` leads to nothing in the mdBook: its text stays, without a link"),
        );
        let (Some(first), Some(last)) = (node.first_child(), node.last_child()) else { return };
        let (whole, url) = (self.range(node.data().sourcepos), url.replace("--", "%2D%2D"));
        let inside = self.range(first.data().sourcepos).start..self.range(last.data().sourcepos).end;
        if whole.start <= inside.start && inside.end <= whole.end {
            self.edit(whole.start..inside.start, "");
            self.edit(inside.end..whole.end, format!("<!-- {url} -->"));
        }
    }

    /// Where a link leads in the new book.
    fn target(&mut self, url: &str) -> Target {
        let outside = url.starts_with('#') || url.starts_with("//") || url.is_empty();
        let scheme = url
            .split_once(':')
            .is_some_and(|(scheme, _)| scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c)));
        if outside || scheme {
            return Target::AsIs;
        }
        let (path, anchor) =
            url.split_once('#').map_or((url, String::new()), |(path, anchor)| (path, format!("#{anchor}")));
        let decoded = fieldguide_wasm::state::decode_percent(path);
        let old = match decoded.strip_prefix('/') {
            Some(below) => self.importer.old.in_source(below),
            None => join(self.from, &decoded),
        };
        let page = old.strip_suffix(".html").map(|stem| format!("{stem}.md"));
        let folder =
            page.as_deref().and_then(|page| page.strip_suffix("index.md")).map(|folder| format!("{folder}README.md"));
        let inside = [format!("{old}/README.md"), format!("{old}/index.md")];
        let candidates = [Some(old.clone()), page, folder].into_iter().flatten().chain(inside);
        for candidate in candidates {
            if let Some(new) = self.importer.plan.moved.get(&candidate) {
                return Target::New(relative(&self.place.path, new) + &anchor);
            }
        }
        match self.importer.disk.read(&old) {
            Ok(bytes) => {
                let below = self.importer.old.below_source(&old).trim_start_matches("../").to_string();
                let path = static_path(&below);
                self.importer.files.entry(format!("static/{path}")).or_insert(bytes);
                Target::New(format!("/{}", path.replace(' ', "%20").replace('(', "%28").replace(')', "%29")))
            }
            Err(_) => Target::Nowhere,
        }
    }

    fn image(&mut self, node: Node<'_>, url: &str, at: Sourcepos) {
        let range = self.range(at);
        if url.contains("://") {
            self.note(at, format!("the image `{url}` stands on another site: it is a link now"));
            self.edit(range.start..range.start + 1, "");
        } else {
            match self.target(url) {
                Target::New(new) => drop(self.replace_in(at, url, &new)),
                Target::Nowhere => self.note(at, format!("the image `{url}` is not there")),
                Target::AsIs => {}
            }
        }
        if markdown::plain(node).is_empty() && self.text.get(range.start..range.start + 3) == Some("![]") {
            let name = url.rsplit('/').next().unwrap_or(url);
            let name = name.split('.').next().unwrap_or(name).replace(['-', '_'], " ");
            self.note(at, format!("the image has no text alternative: “{name}” stands in for one"));
            self.edit(range.start + 2..range.start + 2, name);
        }
    }

    fn html(&mut self, literal: &str, at: Sourcepos) {
        let html = literal.trim();
        let closes = html.starts_with("</");
        if html.starts_with("<!--") && html.ends_with("-->") {
            return;
        }
        let range = self.range(at);
        if html.starts_with("<img") && html.matches('<').count() == 1 && html.ends_with('>') {
            let src = attribute(html, "src").unwrap_or_default();
            let alt = attribute(html, "alt").filter(|alt| !alt.trim().is_empty());
            if !src.contains("://")
                && let Target::New(path) = self.target(&src)
            {
                let named = alt.unwrap_or_else(|| src.rsplit('/').next().unwrap_or(&src).to_string());
                let others =
                    ["class", "width", "height", "style"].iter().filter(|name| attribute(html, name).is_some());
                let others: Vec<&str> = others.copied().collect();
                if !others.is_empty() {
                    self.note(at, format!("the image is Markdown now, without its {}", others.join(", ")));
                }
                return self.edit(range.start..range.start + html.len(), format!("![{named}]({path})"));
            }
        }
        self.importer.raw_html = true;
        if !closes {
            let tag: String = html.chars().skip(1).take_while(|c| c.is_alphanumeric()).collect();
            self.note(
                at,
                match tag.as_str() {
                    "script" | "style" => format!("<{tag}>: the pages' policy lets nothing inline run or restyle"),
                    _ => format!("<{tag}> stays HTML (`raw_html = true`); addresses in it are not followed"),
                },
            );
        }
    }

    fn block(&mut self, code: &NodeCodeBlock, at: Sourcepos) {
        let range = self.range(at);
        self.code.push(range.clone());
        if !code.fenced {
            return;
        }
        let info = code.info.trim();
        if info.contains("{include=") {
            return;
        }
        let mut words = info.split([',', ' ', '\t', '{', '}']).filter(|word| !word.is_empty());
        let written = if info.starts_with([',', '{']) { "" } else { words.next().unwrap_or_default() };
        let language = match written.to_lowercase().as_str() {
            "output" | "demo" | "plot" | "math" => "text".to_string(),
            "rs" => "rust".to_string(),
            language => language.chars().filter(|c| !c.is_control()).collect(),
        };
        let attributes: Vec<&str> = words.collect();
        let hides = attributes.iter().find_map(|word| word.strip_prefix("hidelines="));
        let dropped: Vec<&str> = attributes.iter().copied().filter(|word| !word.starts_with("hidelines=")).collect();
        if !dropped.is_empty() {
            self.note(at, format!("`{}` of the code block has no counterpart", dropped.join("`, `")));
        }
        let line = self.text.get(range.start..).and_then(|rest| rest.lines().next()).unwrap_or_default().len();
        let fence: String =
            self.text.get(range.start..).unwrap_or_default().chars().take_while(|c| matches!(c, '`' | '~')).collect();
        self.edit(range.start..range.start + line, format!("{fence}{language}"));
        if language == "rust" || hides.is_some() {
            self.hidden_lines(&range, &code.literal, hides, at);
        }
    }

    /// Lines that mdBook hides leave the block and stand in a comment below it.
    fn hidden_lines(&mut self, range: &Range<usize>, literal: &str, prefix: Option<&str>, at: Sourcepos) {
        let is_hidden = |line: &str| match prefix {
            Some(prefix) => line.trim_start().starts_with(prefix),
            None => line.trim() == "#" || line.trim_start().starts_with("# "),
        };
        let hidden: Vec<&str> = literal.lines().filter(|line| is_hidden(line)).collect();
        if hidden.is_empty()
            || hidden.len() == literal.lines().count()
            || hidden.iter().any(|line| line.contains("-->"))
        {
            return;
        }
        let first = at.start.line;
        for (i, _) in literal.lines().enumerate().filter(|(_, line)| is_hidden(line)) {
            if let (Some(start), Some(end)) = (self.starts.get(first + i), self.starts.get(first + i + 1)) {
                self.edit(*start..*end, "");
            }
        }
        let indent = " ".repeat(at.start.column.saturating_sub(1));
        let lines: String = hidden.iter().map(|line| format!("{indent}{line}\n")).collect();
        self.edit(
            range.end..range.end,
            format!("\n\n{indent}<!-- hidden lines of the block above:\n{lines}{indent}-->"),
        );
        self.note(at, "the block's hidden lines stand in a comment below it");
    }

    /// `[name]: path` outside of code.
    fn references(&mut self) {
        for number in 0..self.starts.len() {
            let start = self.starts.get(number).copied().unwrap_or_default();
            let line = self.text.get(start..).and_then(|rest| rest.lines().next()).unwrap_or_default();
            let text = line.trim_start();
            let inside = self.code.iter().any(|range| range.contains(&start));
            if inside || line.len() - text.len() > 3 || !text.starts_with('[') || text.starts_with("[^") {
                continue;
            }
            let Some((_, rest)) = text.split_once("]:") else { continue };
            let url = rest.split_whitespace().next().unwrap_or_default().trim_matches(['<', '>']).to_string();
            let at = start + line.rfind(rest).unwrap_or(0) + rest.find(&url).unwrap_or(0);
            if let (false, Target::New(new)) = (url.is_empty(), self.target(&url)) {
                self.edit(at..at + url.len(), new);
            }
        }
    }
}

/// A first heading's text with its inline code, without marks and attributes.
fn own_title(node: Node<'_>, text: &str) -> String {
    let code_only = !text.contains(['*', '[', '<', '{', '\n', '\\', '&', '_']);
    match code_only {
        true => text.trim_start_matches('#').trim().trim_end_matches('#').trim().to_string(),
        false => {
            let plain = markdown::plain(node);
            let plain =
                plain.strip_suffix('}').and_then(|text| text.rsplit_once('{')).map_or(plain.as_str(), |(text, _)| text);
            plain.trim().to_string()
        }
    }
}

/// The first sentence of the first paragraph.
fn summary(document: Node<'_>, titled: bool) -> String {
    let paragraph = document.children().skip(usize::from(titled)).find_map(|node| {
        let text = matches!(node.data().value, NodeValue::Paragraph).then(|| markdown::plain(node))?;
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        (!text.is_empty()).then_some(text)
    });
    let text = paragraph.unwrap_or_default();
    let end = text.char_indices().find(|(at, c)| {
        matches!(c, '.' | '!' | '?') && text.get(at + 1..).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
    });
    let sentence = end.and_then(|(at, _)| text.get(..=at)).unwrap_or(&text);
    const LONGEST: usize = 220;
    if sentence.chars().count() <= LONGEST {
        return sentence.trim_end_matches(':').to_string();
    }
    let cut: String = sentence.chars().take(LONGEST).collect();
    format!("{}…", cut.rsplit_once(' ').map_or(cut.as_str(), |(start, _)| start))
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, value) = tag.split_once(&format!(" {name}="))?;
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    value.get(1..)?.split(quote).next().map(str::to_string)
}

/// `\\( … \\)` → `$…$` and `\\[ … \\]` → `$$…$$`, outside of code; Markdown's escapes inside are undone.
fn mathjax(body: &str) -> String {
    let mut out = String::with_capacity(body.len());
    let mut open: Option<(char, usize)> = None;
    let mut paragraph = String::new();
    for line in body.split_inclusive('\n') {
        let fence = super::expand::fence(line);
        match (open, fence) {
            (None, Some((mark, length, _))) => {
                out.push_str(&formulas(&std::mem::take(&mut paragraph)));
                open = Some((mark, length));
                out.push_str(line);
            }
            (Some((mark, length)), Some((other, long, ""))) if mark == other && long >= length => {
                open = None;
                out.push_str(line);
            }
            (Some(_), _) => out.push_str(line),
            (None, None) => paragraph.push_str(line),
        }
    }
    out + &formulas(&paragraph)
}

fn formulas(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if c == '`' {
            let ticks = rest.len() - rest.trim_start_matches('`').len();
            let close = rest.get(ticks..).and_then(|inside| inside.find(&"`".repeat(ticks)));
            let end = close.map_or(ticks, |close| ticks + close + ticks);
            out.push_str(rest.get(..end).unwrap_or_default());
            rest = rest.get(end..).unwrap_or_default();
            continue;
        }
        let found = [("\\\\(", "\\\\)", "$"), ("\\\\[", "\\\\]", "$$")].into_iter().find_map(|(open, close, mark)| {
            let inside = rest.strip_prefix(open)?;
            let (formula, behind) = inside.split_once(close)?;
            Some((formula, behind, mark))
        });
        match found {
            Some((formula, behind, mark)) => {
                out.push_str(&format!("{mark}{}{mark}", unescaped(formula.trim())));
                rest = behind;
            }
            None => {
                out.push(c);
                rest = rest.get(c.len_utf8()..).unwrap_or_default();
            }
        }
    }
    out
}

fn unescaped(formula: &str) -> String {
    let mut out = String::with_capacity(formula.len());
    let mut letters = formula.chars().peekable();
    while let Some(c) = letters.next() {
        match letters.peek() {
            Some(next) if c == '\\' && next.is_ascii_punctuation() => {}
            _ => {
                out.push(c);
                continue;
            }
        }
        out.extend(letters.next());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_get_dollars_outside_of_code() {
        assert_eq!(mathjax("a \\\\( x\\_1 \\\\) `\\\\( y \\\\)`\n"), "a $x_1$ `\\\\( y \\\\)`\n");
        assert_eq!(
            mathjax("\\\\[ a \\\\\\\\ b \\\\]\n```\n\\\\( x \\\\)\n```\n"),
            "$$a \\\\ b$$\n```\n\\\\( x \\\\)\n```\n"
        );
    }
}
