//! `check --run --write`: recorded outputs put into the files, nothing else touched.

use super::chains::Version;
use std::collections::BTreeMap;
use std::io;
use std::ops::Range;
use std::path::Path;

use crate::page::{Output, Snippet};
use crate::source::{FileId, Sources};

/// What a snippet prints on each version that ran, the oldest first.
pub(super) struct Recording<'a> {
    /// The snippet.
    pub snippet: &'a Snippet,
    /// What it printed.
    pub texts: Vec<(Version, String)>,
}

/// Writes the recordings into the book's files; says how many outputs were written.
pub(super) fn write(
    root: &Path,
    sources: &Sources,
    recordings: Vec<Recording<'_>>,
) -> Result<usize, (String, io::Error)> {
    let mut edits: BTreeMap<u32, Vec<(Range<usize>, String)>> = BTreeMap::new();
    let mut written = 0;
    for recording in recordings {
        let outputs = &recording.snippet.outputs;
        let (Some(first), Some(last)) = (outputs.first(), outputs.last()) else { continue };
        let Some(source) = sources.get(first.span.file) else { continue };
        let line_start =
            source.text.get(..first.block.start).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
        let indent = source.text.get(line_start..first.block.start).unwrap_or_default();
        let end_of_line = if source.text.contains("\r\n") { "\r\n" } else { "\n" };
        let blocks = blocks(&recording.texts, first, indent, end_of_line);
        written += blocks.len();
        let text = blocks.join(&format!("{end_of_line}{end_of_line}{indent}"));
        edits.entry(first.span.file.0).or_default().push((first.block.start..last.block.end, text));
    }
    for (file, mut edits) in edits {
        let Some(source) = sources.get(FileId(file)) else { continue };
        edits.sort_by_key(|(range, _)| std::cmp::Reverse(range.start));
        let mut text = source.text.to_string();
        for (range, new) in edits {
            text.replace_range(range, &new);
        }
        replace_file(&root.join(&source.path), &text).map_err(|error| (source.path.clone(), error))?;
    }
    Ok(written)
}

/// A file is replaced as a whole: an interruption leaves the old one. A byte order mark stays.
fn replace_file(path: &Path, text: &str) -> io::Result<()> {
    let mark = if std::fs::read(path)?.starts_with(b"\xef\xbb\xbf") { "\u{feff}" } else { "" };
    let beside = path.with_extension("md.fieldguide-new");
    std::fs::write(&beside, format!("{mark}{text}"))?;
    std::fs::set_permissions(&beside, std::fs::metadata(path)?.permissions())?;
    std::fs::rename(&beside, path)
}

/// One block for each run of versions that print the same, the newest first.
fn blocks(texts: &[(Version, String)], like: &Output, indent: &str, end_of_line: &str) -> Vec<String> {
    let mut groups: Vec<(Vec<Version>, &str)> = Vec::new();
    for (version, text) in texts {
        match groups.last_mut() {
            Some((versions, last)) if *last == text => versions.push(*version),
            _ => groups.push((vec![*version], text)),
        }
    }
    let count = groups.len();
    let block = |(at, (versions, text)): (usize, &(Vec<Version>, &str))| {
        let mut bounds = Vec::new();
        let name = |version: &Version| format!("{}.{}", version.0, version.1);
        if at > 0 {
            bounds.extend(versions.first().map(|first| format!(">={}", name(first))));
        }
        if at + 1 < count {
            let next = groups.get(at + 1).and_then(|(versions, _)| versions.first());
            bounds.extend(next.map(|next| format!("<{}", name(next))));
        }
        let mut attributes = Vec::new();
        if !bounds.is_empty() {
            attributes.push(format!("python=\"{}\"", bounds.join(",")));
        }
        if like.unordered {
            attributes.push("unordered".to_string());
        }
        if let Some(approx) = like.approx {
            attributes.push(format!("approx={approx:e}"));
        }
        let attributes = if attributes.is_empty() { String::new() } else { format!(" {{{}}}", attributes.join(", ")) };
        let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
        let fence = "`".repeat(3.max(longest + 1));
        let lines = text.trim_end_matches('\n').split('\n').map(|line| format!("{indent}{line}{end_of_line}"));
        let body: String = if text.trim_end_matches('\n').is_empty() { String::new() } else { lines.collect() };
        format!("{fence}output{attributes}{end_of_line}{body}{indent}{fence}")
    };
    groups.iter().enumerate().map(block).rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Span;

    #[test]
    fn versions_that_differ_get_a_block_each() {
        let like = Output {
            text: String::new(),
            python: None,
            unordered: false,
            approx: None,
            span: Span::new(FileId(0), 0..0),
            block: 0..0,
        };
        let texts = [((3, 11), "a\n".to_string()), ((3, 12), "b\n".to_string()), ((3, 13), "b\n".to_string())];
        assert_eq!(
            blocks(&texts, &like, "", "\n"),
            ["```output {python=\">=3.12\"}\nb\n```", "```output {python=\"<3.12\"}\na\n```"]
        );
        assert_eq!(blocks(&texts[1..], &like, "", "\n"), ["```output\nb\n```"]);
        assert_eq!(blocks(&[((3, 11), "```\n".to_string())], &like, "  ", "\n"), ["````output\n  ```\n  ````"]);
    }
}
