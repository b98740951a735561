//! What was recorded against what was printed: the verdict is `fieldguide_wasm::compare`, which the page uses too.

use fieldguide_wasm::compare::{Recorded, line_agrees};

use crate::page::Output;

/// Whether `printed` is what the recording says, with its marks for what varies.
pub(super) fn agrees(recorded: &Output, printed: &str) -> bool {
    let Output { text, unordered, approx, .. } = recorded;
    fieldguide_wasm::compare::agrees(&Recorded { text, unordered: *unordered, approx: *approx }, printed)
}

/// A recording that would agree with anything.
pub(super) fn proves_nothing(recorded: &Output) -> bool {
    let mut lines = recorded.text.lines().filter(|line| !line.trim().is_empty()).peekable();
    lines.peek().is_some() && lines.all(|line| line.chars().all(|c| c == '…' || c.is_whitespace()))
}

/// The two texts, line by line, for a diagnostic: `-` recorded, `+` printed, equal lines left out but for their place.
pub(super) fn difference(recorded: &Output, printed: &str) -> String {
    let wanted: Vec<&str> = recorded.text.trim_end_matches('\n').split('\n').collect();
    let found: Vec<&str> = printed.trim_end_matches('\n').split('\n').collect();
    let mut out = String::new();
    let mut shown = 0;
    for at in 0..wanted.len().max(found.len()) {
        let (wanted, found) = (wanted.get(at), found.get(at));
        let same =
            matches!((wanted, found), (Some(wanted), Some(found)) if line_agrees(wanted, found, recorded.approx));
        if same {
            continue;
        }
        shown += 1;
        if shown > 12 {
            out.push_str("\n…");
            break;
        }
        for (sign, line) in [('-', wanted), ('+', found)] {
            if let Some(line) = line {
                let cut: String = line.chars().take(120).collect();
                out.push_str(&format!("\n{sign} {cut}"));
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{FileId, Span};

    fn recorded(text: &str) -> Output {
        Output {
            text: text.to_string(),
            python: None,
            unordered: false,
            approx: None,
            span: Span::new(FileId(0), 0..0),
            block: 0..0,
        }
    }

    #[test]
    fn a_recording_of_marks_alone_proves_nothing() {
        assert!(proves_nothing(&recorded("…\n … \n")));
        assert!(!proves_nothing(&recorded("a …")) && !proves_nothing(&recorded("")));
    }
}
