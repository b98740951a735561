//! Code that stands in a file of its own: ```` ```python {include="/code/a.py", region="load"} ````.
//!
//! A region lies between two lines of the file that hold `ANCHOR: name` and `ANCHOR_END: name`, in a comment of whatever
//! language it is: the marks that mdBook reads. Lines with marks are never shown.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::fence::Info;
use crate::diagnostic::{Diagnostic, did_you_mean, suggestion};
use crate::source::{FileId, Source, Span};

/// The files that the book's pages include, by their path in the book, and the names of all files that could be.
#[derive(Debug, Clone, Default)]
pub struct Library {
    files: BTreeMap<String, Source>,
    names: BTreeSet<String>,
}

/// Where included text comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The file.
    pub file: FileId,
    /// Each of its lines that is shown, in bytes of the file, blanks at its ends left out.
    pub lines: Vec<Range<usize>>,
}

impl Library {
    /// Takes in the names of the files that could be included: those of the book.
    pub fn set_names(&mut self, listed: &[String]) {
        self.names = listed.iter().filter(|path| !path.ends_with('/')).cloned().collect();
    }

    /// Whether there is a file of that path.
    pub fn has(&self, path: &str) -> bool {
        self.names.contains(path)
    }

    /// The file at that path, where it was taken in.
    pub fn get(&self, path: &str) -> Option<&Source> {
        self.files.get(path)
    }

    /// The file of that index, where it was taken in.
    pub fn by_id(&self, id: FileId) -> Option<&Source> {
        self.files.values().find(|file| file.id == id)
    }

    /// The paths that a page may mean to include. A superset: what merely looks like an include is among them.
    pub fn wanted(page: &Source) -> Vec<String> {
        let written = page.text.split("include=").skip(1).filter_map(|rest| match rest.strip_prefix('"') {
            Some(quoted) => quoted.split('"').next(),
            None => rest.split([' ', '\t', ',', '}', '\r', '\n']).next(),
        });
        written.filter_map(|written| resolve(&page.path, written)).collect()
    }

    /// Takes a file in.
    pub fn add(&mut self, source: Source) {
        self.files.insert(source.path.clone(), source);
    }

    /// Forgets a file.
    pub fn remove(&mut self, path: &str) {
        self.files.remove(path);
    }
}

/// The path in the book of what a page includes; none where it leads out of the book.
fn resolve(page: &str, written: &str) -> Option<String> {
    let mut parts: Vec<&str> = match written.starts_with('/') {
        true => Vec::new(),
        false => page.rsplit_once('/').map_or(Vec::new(), |(folder, _)| folder.split('/').collect()),
    };
    for part in written.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    (!written.contains('\\')).then(|| parts.join("/"))
}

/// The text that a block shows: its own, or that of the file it includes.
pub(super) fn text(
    library: &Library,
    page: &Source,
    info: &Info,
    own: String,
    diagnostics: &mut Vec<Diagnostic>,
) -> (String, Option<Origin>) {
    let find = |key: &str| info.attributes.iter().find(|attribute| attribute.key == key);
    let attribute = |key: &str| find(key).and_then(|found| Some((found.value.clone()?, found.span.clone())));
    let region = attribute("region");
    let Some((written, span)) = attribute("include") else {
        if let Some((_, span)) = region {
            let message = "a region needs the file that it is of";
            diagnostics.push(Diagnostic::error(span, message).help("write `include=\"/code/a.py\"` before it"));
        }
        return (own, None);
    };
    if !own.trim().is_empty() {
        let message = "a block that includes a file has no code of its own";
        diagnostics.push(Diagnostic::error(span, message).help("take the lines out of the block, or the `include`"));
        return (own, None);
    }
    match included(library, page, &written, &span, region, diagnostics) {
        Some((text, origin)) => (text, Some(origin)),
        None => (own, None),
    }
}

fn included(
    library: &Library,
    page: &Source,
    written: &str,
    span: &Span,
    region: Option<(String, Span)>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<(String, Origin)> {
    let mut wrong = |span: &Span, message: String, help: String| {
        diagnostics.push(Diagnostic::error(span.clone(), message).help(help));
        None
    };
    let Some(path) = resolve(&page.path, written) else {
        let message = format!("`{written}` leads out of the book");
        return wrong(span, message, "put the file into the book's `code` folder: `/code/…`".to_string());
    };
    let Some(source) = library.files.get(&path) else {
        if library.names.contains(&path) {
            let help = "only text can be included; save it as UTF-8".to_string();
            return wrong(span, format!("`{path}` can't be read as text"), help);
        }
        let message = format!("there is no file `{path}` to include");
        let rooted = |name: &str| format!("/{name}");
        let same_name = || {
            let wanted = path.rsplit('/').next();
            library.names.iter().find(|name| name.rsplit('/').next() == wanted).map(String::as_str)
        };
        let near = same_name().or_else(|| did_you_mean(&path, library.names.iter().map(String::as_str)));
        let help = match near {
            Some(near) => format!("did you mean `{}`?", rooted(near)),
            None => "name it from the page's folder, or from the book's: `/code/a.py`; it stands in `code`, `content` or `static`"
                .to_string(),
        };
        return wrong(span, message, help);
    };
    let lines = match region {
        None => Ok(lines(&source.text).filter(|line| mark(text_of(source, line)).is_none()).collect()),
        Some((name, place)) => find_region(source, &name).map_err(|problem| (problem, name, place)),
    };
    match lines {
        Ok(lines) => Some(cut(source, lines)),
        Err((Problem::Missing(known), name, place)) => {
            let help = match known.is_empty() {
                true => format!("write the lines `ANCHOR: {name}` and `ANCHOR_END: {name}` into the file, as comments"),
                false => suggestion(&name, known.iter().map(String::as_str)),
            };
            wrong(&place, format!("`{path}` has no region `{name}`"), help)
        }
        Err((Problem::Open(at), name, _)) => {
            let help = format!("end it with a comment that holds `ANCHOR_END: {name}`");
            wrong(&source.span(at), format!("the region `{name}` is not closed"), help)
        }
        Err((Problem::Twice(at), name, _)) => {
            let message = format!("the region `{name}` stands twice in this file");
            wrong(&source.span(at), message, "give one of the two another name".to_string())
        }
    }
}

/// What is wrong with a region, and where.
enum Problem {
    /// It isn't there; these are.
    Missing(Vec<String>),
    Open(Range<usize>),
    Twice(Range<usize>),
}

/// The lines of a text with their ends.
fn lines(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut at = 0;
    text.split_inclusive('\n').map(move |line| {
        at += line.len();
        at - line.len()..at
    })
}

fn text_of<'a>(source: &'a Source, line: &Range<usize>) -> &'a str {
    source.text.get(line.clone()).unwrap_or_default()
}

/// The name of the region that a line opens (true) or closes.
pub fn mark(line: &str) -> Option<(bool, &str)> {
    let named = |word: &str| {
        let (before, after) = line.split_once(word)?;
        let own_word = !before.ends_with(|c: char| c.is_alphanumeric() || c == '_');
        let name = after.trim_start().split(|c: char| !(c.is_alphanumeric() || "_-.".contains(c))).next()?;
        (own_word && !name.is_empty()).then_some(name)
    };
    named("ANCHOR:").map(|name| (true, name)).or_else(|| named("ANCHOR_END:").map(|name| (false, name)))
}

fn find_region(source: &Source, name: &str) -> Result<Vec<Range<usize>>, Problem> {
    let mut found: Option<Vec<Range<usize>>> = None;
    let mut open: Option<Range<usize>> = None;
    let mut known = Vec::new();
    for line in lines(&source.text) {
        match mark(text_of(source, &line)) {
            Some((true, other)) if other == name => {
                if found.is_some() {
                    return Err(Problem::Twice(trimmed(source, &line)));
                }
                open = Some(trimmed(source, &line));
                found = Some(Vec::new());
            }
            Some((false, other)) if other == name => open = None,
            Some((true, other)) => known.push(other.to_string()),
            Some((false, _)) => {}
            None if open.is_some() => found.get_or_insert_default().push(line),
            None => {}
        }
    }
    match (found, open) {
        (_, Some(place)) => Err(Problem::Open(place)),
        (Some(lines), None) => Ok(lines),
        (None, None) => Err(Problem::Missing(known)),
    }
}

/// A line without the blanks at its ends.
fn trimmed(source: &Source, line: &Range<usize>) -> Range<usize> {
    let text = text_of(source, line);
    let start = line.start + (text.len() - text.trim_start().len());
    start..(line.start + text.trim_end().len()).max(start)
}

/// The lines' text, moved to the left by what all of them are indented by, without empty lines at its ends.
fn cut(source: &Source, mut lines: Vec<Range<usize>>) -> (String, Origin) {
    let empty = |line: &Range<usize>| text_of(source, line).trim().is_empty();
    while lines.last().is_some_and(empty) {
        lines.pop();
    }
    let leading = lines.iter().take_while(|line| empty(line)).count();
    lines.drain(..leading);
    let blanks = |line: &str| line.len() - line.trim_start_matches([' ', '\t']).len();
    let full = lines.iter().map(|line| text_of(source, line)).filter(|line| !line.trim().is_empty());
    let indent = full.map(blanks).min().unwrap_or(0);
    let mut text = String::new();
    for line in &lines {
        let line = text_of(source, line).trim_end_matches(['\n', '\r']);
        text.push_str(line.get(indent.min(blanks(line))..).unwrap_or_default());
        text.push('\n');
    }
    let lines = lines.iter().map(|line| trimmed(source, line)).collect();
    (text, Origin { file: source.id, lines })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Sources;

    #[test]
    fn paths_stay_in_the_book() {
        assert_eq!(resolve("content/01-a/b.md", "x.py").as_deref(), Some("content/01-a/x.py"));
        assert_eq!(resolve("content/01-a/b.md", "../../code/x.py").as_deref(), Some("code/x.py"));
        assert_eq!(resolve("content/01-a/b.md", "/code/./x.py").as_deref(), Some("code/x.py"));
        assert_eq!(resolve("content/01-a/b.md", "../../../x.py"), None);
        assert_eq!(resolve("content/b.md", "/../x.py"), None);
    }

    #[test]
    fn marks_are_words() {
        assert_eq!(mark("    # ANCHOR: a-b  "), Some((true, "a-b")));
        assert_eq!(mark("<!-- ANCHOR_END: x -->"), Some((false, "x")));
        assert_eq!(mark("MY_ANCHOR: x"), None);
        assert_eq!(mark("ANCHOR:"), None);
    }

    #[test]
    fn regions_are_cut_and_moved_to_the_left() {
        let mut sources = Sources::default();
        let text = "import a\n# ANCHOR: f\n\n    def f():\r\n# ANCHOR: g\n\n        pass\n\n# ANCHOR_END: f\n# ANCHOR_END: g\n# ANCHOR: h\n";
        let id = sources.add("code/a.py", text);
        let source = sources.get(id).unwrap();
        let region = |name: &str| find_region(source, name).map(|lines| cut(source, lines));
        let Ok((text, origin)) = region("f") else { panic!() };
        assert_eq!(text, "def f():\n\n    pass\n");
        assert_eq!(&source.text[origin.lines[2].clone()], "pass");
        assert!(matches!(region("g"), Ok((text, _)) if text == "pass\n"));
        assert!(matches!(region("h"), Err(Problem::Open(_))));
        assert!(matches!(region("z"), Err(Problem::Missing(known)) if known == ["f", "g", "h"]));
    }
}
