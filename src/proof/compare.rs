//! What was recorded against what was printed.

use crate::page::Output;

/// Whether `printed` is what the recording says, with its marks for what varies.
pub(super) fn agrees(recorded: &Output, printed: &str) -> bool {
    let mut wanted: Vec<&str> = recorded.text.trim_end_matches('\n').split('\n').collect();
    let mut found: Vec<&str> = printed.trim_end_matches('\n').split('\n').collect();
    if recorded.unordered {
        wanted.sort_unstable();
        found.sort_unstable();
    }
    wanted.len() == found.len()
        && wanted.iter().zip(&found).all(|(wanted, found)| line_agrees(wanted, found, recorded.approx))
}

/// A recording that would agree with anything.
pub(super) fn proves_nothing(recorded: &Output) -> bool {
    let mut lines = recorded.text.lines().filter(|line| !line.trim().is_empty()).peekable();
    lines.peek().is_some() && lines.all(|line| line.chars().all(|c| c == '…' || c.is_whitespace()))
}

fn line_agrees(wanted: &str, found: &str, approx: Option<f64>) -> bool {
    if wanted.trim_end() == found.trim_end() {
        return true;
    }
    if wanted.contains('…') {
        return wildcard(wanted, found);
    }
    approx.is_some_and(|tolerance| numbers_agree(wanted, found, tolerance))
}

/// `…` stands for anything on the line.
fn wildcard(wanted: &str, found: &str) -> bool {
    let mut parts = wanted.split('…');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = found.strip_prefix(first) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let last = parts.pop().unwrap_or_default();
    for part in parts {
        match rest.find(part).and_then(|at| rest.get(at + part.len()..)) {
            Some(behind) => rest = behind,
            None => return false,
        }
    }
    rest.ends_with(last)
}

/// The same text with numbers that are near each other.
fn numbers_agree(wanted: &str, found: &str, tolerance: f64) -> bool {
    let (wanted, found) = (split_numbers(wanted), split_numbers(found));
    wanted.len() == found.len()
        && wanted.iter().zip(&found).all(|(a, b)| match (a.parse::<f64>(), b.parse::<f64>()) {
            (Ok(a), Ok(b)) => (a - b).abs() <= tolerance * a.abs().max(b.abs()),
            _ => a == b,
        })
}

/// A line as numbers and what stands between them.
fn split_numbers(line: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut start = 0;
    let mut in_number = false;
    let mut before = ' ';
    for (at, c) in line.char_indices() {
        let sign = (c == '-' || c == '+') && matches!(before, 'e' | 'E');
        let number = c.is_ascii_digit()
            || (c == '.' && (in_number || before == ' '))
            || (in_number && (matches!(c, 'e' | 'E') || sign));
        if number != in_number {
            parts.push(line.get(start..at).unwrap_or_default());
            start = at;
            in_number = number;
        }
        before = c;
    }
    parts.push(line.get(start..).unwrap_or_default());
    parts
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
    fn marks_stand_for_what_varies_and_for_nothing_else() {
        assert!(agrees(&recorded("a\nb\n"), "a\nb\n"));
        assert!(!agrees(&recorded("a\nb\n"), "a\n"));
        assert!(agrees(&recorded("<x at …> 1"), "<x at 0x7f> 1"));
        assert!(!agrees(&recorded("<x at …> 1"), "<x at 0x7f> 2"));
        assert!(!agrees(&recorded("…a…a"), "a"));
        assert!(agrees(&Output { unordered: true, ..recorded("a\nb") }, "b\na\n"));
        assert!(agrees(&Output { approx: Some(1e-6), ..recorded("x = 1.0000001 s") }, "x = 1.0 s"));
        assert!(!agrees(&Output { approx: Some(1e-6), ..recorded("x = 1.1 s") }, "x = 1.0 s"));
        assert!(!agrees(&Output { approx: Some(1e-6), ..recorded("x = 1.0 s") }, "y = 1.0 s"));
    }

    #[test]
    fn a_recording_of_marks_alone_proves_nothing() {
        assert!(proves_nothing(&recorded("…\n … \n")));
        assert!(!proves_nothing(&recorded("a …")) && !proves_nothing(&recorded("")));
    }
}
