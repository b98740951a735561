//! SUMMARY.md, read with the book's own Markdown.

use comrak::nodes::{Node, NodeValue};

use crate::page::markdown;

/// A chapter and those below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Chapter {
    /// As SUMMARY.md calls it.
    pub(super) title: String,
    /// Its file from the source folder; none of a draft.
    pub(super) path: Option<String>,
    /// The line of SUMMARY.md.
    pub(super) line: usize,
    /// The chapters below it.
    pub(super) children: Vec<Chapter>,
}

/// What SUMMARY.md lists.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Summary {
    /// Chapters without a number, before the others.
    pub(super) prefix: Vec<Chapter>,
    /// Numbered chapters by part; the first may have no title.
    pub(super) parts: Vec<(Option<String>, Vec<Chapter>)>,
    /// Chapters without a number, behind the others.
    pub(super) suffix: Vec<Chapter>,
}

/// Reads the text of SUMMARY.md.
pub(super) fn read(text: &str) -> Summary {
    let arena = comrak::Arena::new();
    let document = comrak::parse_document(&arena, text, &markdown::options());
    let mut summary = Summary::default();
    for (at, block) in document.children().enumerate() {
        match &block.data().value {
            // The first heading is the file's own title.
            NodeValue::Heading(_) if at > 0 => summary.parts.push((Some(markdown::plain(block)), Vec::new())),
            NodeValue::List(_) => {
                if summary.parts.is_empty() {
                    summary.parts.push((None, Vec::new()));
                }
                if let Some((_, chapters)) = summary.parts.last_mut() {
                    chapters.extend(list(block, 0));
                }
            }
            NodeValue::Paragraph => {
                let numbered = summary.parts.iter().any(|(_, chapters)| !chapters.is_empty());
                let list = if numbered { &mut summary.suffix } else { &mut summary.prefix };
                list.extend(block.children().filter_map(chapter));
            }
            _ => {}
        }
    }
    summary
}

fn list(list: Node<'_>, depth: usize) -> Vec<Chapter> {
    let mut chapters = Vec::new();
    for item in list.children() {
        let mut own: Option<Chapter> = None;
        for block in item.children() {
            match &block.data().value {
                NodeValue::Paragraph => own = own.or_else(|| block.children().find_map(chapter)),
                NodeValue::List(_) if depth < 32 => {
                    let children = self::list(block, depth + 1);
                    match &mut own {
                        Some(own) => own.children.extend(children),
                        None => chapters.extend(children),
                    }
                }
                _ => {}
            }
        }
        chapters.extend(own);
    }
    chapters
}

fn chapter(node: Node<'_>) -> Option<Chapter> {
    let data = node.data();
    let NodeValue::Link(link) = &data.value else { return None };
    let path = fieldguide_wasm::state::decode_percent(link.url.trim_start_matches("./"));
    Some(Chapter {
        title: markdown::plain(node),
        path: (!path.is_empty()).then_some(path),
        line: data.sourcepos.start.line,
        children: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefix_parts_nesting_drafts_and_suffix_are_told_apart() {
        let text = "# Summary\n\n[Intro](README.md)\n\n- [A](a.md)\n  - [B `c`](./a/b.md)\n    - [Draft]()\n\n---\n\n# Part\n\n- [C](c%20d.md)\n\n[End](end.md)\n";
        let summary = read(text);
        assert_eq!(summary.prefix[0].path.as_deref(), Some("README.md"));
        let [(None, first), (Some(title), second)] = summary.parts.as_slice() else { panic!("{summary:?}") };
        assert_eq!((title.as_str(), second[0].path.as_deref()), ("Part", Some("c d.md")));
        let nested = &first[0].children[0];
        assert_eq!((nested.title.as_str(), nested.path.as_deref(), nested.line), ("B c", Some("a/b.md"), 6));
        assert_eq!(nested.children[0].path, None);
        assert_eq!(summary.suffix[0].title, "End");
    }
}
