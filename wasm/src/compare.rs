//! What was recorded against what was printed: for the proof in the builder, and for a run in the page.

/// A recorded output and its marks for what varies.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Recorded<'a> {
    /// The text; `…` stands for anything on its line.
    pub text: &'a str,
    /// Whether the order of its lines varies.
    pub unordered: bool,
    /// The relative tolerance for its numbers.
    pub approx: Option<f64>,
}

/// Whether `printed` is what the recording says.
pub fn agrees(recorded: &Recorded<'_>, printed: &str) -> bool {
    let mut wanted: Vec<&str> = recorded.text.trim_end_matches('\n').split('\n').collect();
    let mut found: Vec<&str> = printed.trim_end_matches('\n').split('\n').collect();
    if recorded.unordered {
        wanted.sort_unstable();
        found.sort_unstable();
    }
    wanted.len() == found.len()
        && wanted.iter().zip(&found).all(|(wanted, found)| line_agrees(wanted, found, recorded.approx))
}

/// Whether a printed line is what the recorded one says.
pub fn line_agrees(wanted: &str, found: &str, approx: Option<f64>) -> bool {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn recorded(text: &str) -> Recorded<'_> {
        Recorded { text, ..Recorded::default() }
    }

    #[test]
    fn marks_stand_for_what_varies_and_for_nothing_else() {
        assert!(agrees(&recorded("a\nb\n"), "a\nb\n"));
        assert!(!agrees(&recorded("a\nb\n"), "a\n"));
        assert!(agrees(&recorded("<x at …> 1"), "<x at 0x7f> 1"));
        assert!(!agrees(&recorded("<x at …> 1"), "<x at 0x7f> 2"));
        assert!(!agrees(&recorded("…a…a"), "a"));
        assert!(agrees(&Recorded { unordered: true, ..recorded("a\nb") }, "b\na\n"));
        assert!(agrees(&Recorded { approx: Some(1e-6), ..recorded("x = 1.0000001 s") }, "x = 1.0 s"));
        assert!(!agrees(&Recorded { approx: Some(1e-6), ..recorded("x = 1.1 s") }, "x = 1.0 s"));
        assert!(!agrees(&Recorded { approx: Some(1e-6), ..recorded("x = 1.0 s") }, "y = 1.0 s"));
    }
}
