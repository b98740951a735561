//! Markup → HTML: the holes are filled; nothing is parsed again.

use std::collections::BTreeMap;
use std::sync::Arc;

use fieldguide_wasm::html::escape;

use super::run::Runs;
use super::{Media, highlight};
use crate::check::{Target, relative};
use crate::page::{Markup, Output, Page, Piece, Snippet, SnippetAttributes};

/// What the holes of one page's markup need.
pub struct Holes<'a> {
    /// The page.
    pub page: &'a Page,
    /// Its own site path.
    pub route: &'a str,
    /// What its links lead to.
    pub links: &'a [Target],
    /// What its images lead to.
    pub images: &'a [Target],
    /// The files of the book that pages show or link to, by their path in the book.
    pub media: &'a BTreeMap<String, Arc<Media>>,
    /// What its snippets need to be run.
    pub runs: Runs<'a>,
    /// Whether the text is for another program, with the site's address where it has one: then links lead to the site,
    /// images stand beside the text and labs are only named.
    pub elsewhere: Option<Option<&'a str>>,
}

impl Holes<'_> {
    /// Fills the holes.
    pub fn fill(&self, markup: &Markup) -> String {
        let mut out = String::new();
        for piece in markup {
            match piece {
                Piece::Html(html) => out.push_str(html),
                Piece::Href(at) => out.push_str(&escape(&self.href(self.links.get(*at)))),
                Piece::Image(at) => self.image(*at, &mut out),
                Piece::Code(at) => {
                    if let Some(snippet) = self.page.body().snippets.get(*at) {
                        let run = self.runs.attributes(self.page, *at);
                        match snippet.attributes.exercise {
                            true => self.exercise(snippet, *at, &run, &mut out),
                            false => code(snippet, *at, &run, &mut out),
                        }
                    }
                }
                Piece::Demo(at) => match (self.page.demos.get(*at), self.elsewhere) {
                    (Some(demo), Some(_)) => {
                        let url = escape(&self.to(&super::lab_url(demo.lab.name)));
                        out.push_str(&format!("<p>Lab: <a href=\"{url}\">{}</a></p>\n", escape(demo.lab.title)));
                    }
                    (Some(demo), None) => {
                        let drawn = self.page.body().drawn.get(*at).map(String::as_str).unwrap_or_default();
                        out.push_str(&figure(demo.lab, &demo.id, drawn, &demo.caption));
                    }
                    (None, _) => {}
                },
            }
        }
        out
    }

    /// An exercise: its starting code, its checks for the script that runs them, and its solution, folded. Its name is the
    /// key under which a browser keeps the reader's attempt.
    fn exercise(&self, snippet: &Snippet, at: usize, run: &str, out: &mut String) {
        let number =
            self.page.body().snippets.iter().take(at + 1).filter(|snippet| snippet.attributes.exercise).count();
        let name = escape(&format!("{}-{number}", self.route.trim_end_matches(".html")));
        out.push_str("<div class=\"exercise\" role=\"group\" aria-label=\"Exercise\">\n<p class=\"kind kind-exercise\">Exercise</p>\n");
        block(snippet, &format!(" data-exercise=\"{name}\"{run}"), out);
        if let Some(checks) = &snippet.exercise.checks {
            out.push_str(&format!("<template class=\"exercise-checks\">{}</template>\n", escape(&checks.text)));
        }
        if let Some(solution) = &snippet.exercise.solution {
            out.push_str("<details class=\"exercise-solution\"><summary>Solution</summary>\n");
            let attributes = SnippetAttributes::default();
            block(&Snippet { text: solution.text.clone(), attributes, ..snippet.clone() }, "", out);
            out.push_str("</details>\n");
        }
        out.push_str("</div>\n");
    }

    fn href(&self, target: Option<&Target>) -> String {
        match target {
            Some(Target::External(url)) => url.clone(),
            Some(Target::Page(route, anchor)) => {
                let anchor = anchor.as_ref().map(|anchor| format!("#{anchor}")).unwrap_or_default();
                let here = route == self.route && !anchor.is_empty() && self.elsewhere.is_none();
                if here { anchor } else { self.to(route) + &anchor }
            }
            Some(Target::File(path)) => {
                self.media.get(path).map(|file| address(&self.to(&file.site_path))).unwrap_or_default()
            }
            Some(Target::Broken) | None => String::new(),
        }
    }

    /// The address of a site path from where the text stands.
    fn to(&self, site_path: &str) -> String {
        match self.elsewhere {
            None => relative(self.route, site_path),
            Some(Some(base)) => format!("{base}{site_path}"),
            // Without an address of the site there is nothing to lead to.
            Some(None) => "#".to_string(),
        }
    }

    /// An image: a drawing stands in the page itself, anything else is a file of its own.
    fn image(&self, at: usize, out: &mut String) {
        let (Some(image), Some(Target::File(path))) = (self.page.images.get(at), self.images.get(at)) else { return };
        let Some(file) = self.media.get(path) else { return };
        if let Some(drawing) = &file.drawing {
            return drawing.write(&format!("drawing-{}-", at + 1), &image.alt, out);
        }
        let source = match self.elsewhere {
            Some(_) => flat(&file.site_path),
            None => relative(self.route, &file.site_path),
        };
        out.push_str(&format!("<img src=\"{}\"", escape(&address(&source))));
        if let Some((width, height)) = file.size {
            out.push_str(&format!(" width=\"{width}\" height=\"{height}\""));
        }
        out.push_str(&format!(" alt=\"{}\" loading=\"lazy\"", escape(&image.alt)));
        if !image.title.is_empty() {
            out.push_str(&format!(" title=\"{}\"", escape(&image.title)));
        }
        out.push('>');
    }
}

/// A site path as the name of a file beside others.
pub fn flat(site_path: &str) -> String {
    site_path.replace('/', "-")
}

/// A path as an address: what would mean something in an address, or can't stand in one, is escaped.
fn address(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for c in path.chars() {
        match c {
            '\0'..=' ' | '"' | '#' | '%' | '<' | '>' | '?' | '\\' | '^' | '`' | '{' | '|' | '}' | '\u{7f}' => {
                out.push_str(&format!("%{:02X}", u32::from(c)));
            }
            c => out.push(c),
        }
    }
    out
}

/// A code block, the page's `at`th, and what it prints; `run` are the attributes of one that can be run.
fn code(snippet: &Snippet, at: usize, run: &str, out: &mut String) {
    let attributes = &snippet.attributes;
    if attributes.hidden {
        return;
    }
    block(snippet, run, out);
    match snippet.outputs.as_slice() {
        _ if snippet.outputs_hidden => {}
        [_, _, ..] => versions(snippet, at, out),
        outputs => outputs.iter().for_each(|printed| output(printed, attributes.raises.is_some(), out)),
    }
}

/// The block of code itself; `more` are further attributes of its element.
fn block(snippet: &Snippet, more: &str, out: &mut String) {
    let attributes = &snippet.attributes;
    let language = if snippet.language.is_empty() { "text" } else { &snippet.language };
    let language = escape(language);
    out.push_str(&format!("<fg-code class=\"code\" data-lang=\"{language}\"{more}"));
    if let Some(raises) = &attributes.raises {
        out.push_str(&format!(" data-raises=\"{}\"", escape(raises)));
    }
    out.push('>');
    if let Some(title) = &attributes.title {
        out.push_str(&format!("<p class=\"code-title\">{}</p>", escape(title)));
    }
    let by_line = attributes.lines || !attributes.hl.is_empty();
    let numbered = if attributes.lines { " class=\"lines\"" } else { "" };
    out.push_str(&format!("<pre{numbered} tabindex=\"0\"><code class=\"language-{language}\">"));
    for (i, line) in highlight::lines(&snippet.language, &snippet.text).iter().enumerate() {
        let marked = attributes.hl.iter().any(|range| range.contains(&(i + 1)));
        match (by_line, marked) {
            (true, true) => out.push_str(&format!("<span class=\"line hl\">{line}\n</span>")),
            (true, false) => out.push_str(&format!("<span class=\"line\">{line}\n</span>")),
            (false, _) => {
                out.push_str(line);
                out.push('\n');
            }
        }
    }
    out.push_str("</code></pre></fg-code>\n");
}

/// What a snippet prints by version, behind tabs that need no script: a radio button each, the newest version chosen.
fn versions(snippet: &Snippet, at: usize, out: &mut String) {
    out.push_str("<fieldset class=\"versions\"><legend class=\"visually-hidden\">Output by version of Python</legend><p class=\"output-label\">Output");
    for (i, printed) in snippet.outputs.iter().enumerate() {
        let checked = if i == 0 { " checked" } else { "" };
        let range = printed.python.as_deref().map_or_else(|| "other".to_string(), readable_range);
        let range = escape(&range);
        out.push_str(&format!(
            " <label class=\"version\"><input type=\"radio\" name=\"versions-{at}\"{checked}> Python {range}</label>"
        ));
    }
    out.push_str("</p>\n");
    for printed in &snippet.outputs {
        output(printed, snippet.attributes.raises.is_some(), out);
    }
    out.push_str("</fieldset>\n");
}

/// `>=3.12,<3.14` → `≥ 3.12, < 3.14`.
fn readable_range(range: &str) -> String {
    range.replace(">=", "≥ ").replace("<=", "≤ ").replace('<', "< ").replace('>', "> ").replace(',', ", ")
}

fn output(output: &Output, raises: bool, out: &mut String) {
    let class = if raises { "output output-raises" } else { "output" };
    out.push_str(&format!("<div class=\"{class}\"><p class=\"output-label\">Output"));
    if let Some(range) = &output.python {
        out.push_str(&format!(" <span class=\"output-python\">Python {}</span>", escape(&readable_range(range))));
    }
    out.push_str(&format!("</p><pre tabindex=\"0\"><samp>{}</samp></pre></div>\n", escape(&output.text)));
}

/// A lab's figure, which the page's script takes over: what is drawn stands in a disabled fieldset until the script enables it,
/// and the script's own buttons come into an empty element (to put one in before all else is to style the whole lab again).
/// Enter in a field presses the form's first button: one that nobody sees and that only asks for the drawing.
pub fn figure(lab: &fieldguide_wasm::demo::Lab, id: &str, drawn: &str, caption: &str) -> String {
    let (id, name, title) = (escape(id), escape(lab.name), escape(lab.title));
    let caption =
        if caption.is_empty() { String::new() } else { format!("<figcaption>{}</figcaption>", escape(caption)) };
    format!(
        "<fg-lab class=\"lab\" id=\"{id}\" data-lab=\"{name}\"><div class=\"lab-tools\"></div><figure><form class=\"lab-form\" autocomplete=\"off\">\
         <button type=\"submit\" hidden>Draw</button>\
         <fieldset class=\"lab-body\" disabled><legend class=\"visually-hidden\">Lab: {title}</legend>{drawn}</fieldset>\
         <p class=\"lab-status visually-hidden\" role=\"status\"></p></form>\
         {caption}</figure></fg-lab>\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_addresses() {
        assert_eq!(address("../a/50% #1?.svg"), "../a/50%25%20%231%3F.svg");
        assert_eq!(address("图.svg"), "图.svg");
    }
}
