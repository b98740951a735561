//! The answer as JSON, for the browser: written by hand, because a JSON library would weigh more than the search.

use super::{Found, Hit, Reply, Run};

/// A reply: `{"need": […]}`, or `{"hits": […], "kinds": […], "corrected": […], "suggestions": […]}`. A run is
/// `[text, flags]`: 1 is code, 2 a match.
pub fn reply(reply: &Reply) -> String {
    let mut out = String::new();
    match reply {
        Reply::Need(files) => {
            out.push_str("{\"need\":");
            list(&mut out, files, |out, file| text(out, file));
            out.push('}');
        }
        Reply::Found(found) => answer(&mut out, found),
    }
    out
}

/// A sentence that says why there is no answer: `{"problem": "…"}`.
pub fn problem(sentence: &str) -> String {
    let mut out = String::from("{\"problem\":");
    text(&mut out, sentence);
    out.push('}');
    out
}

/// The stages for a filter, by their place: `[[place, title], …]`.
pub fn stages(stages: &[super::Stage]) -> String {
    let mut out = String::new();
    let titled: Vec<_> = stages.iter().enumerate().filter(|(_, stage)| !stage.title.is_empty()).collect();
    list(&mut out, &titled, |out, (place, stage)| {
        out.push('[');
        out.push_str(&place.to_string());
        out.push(',');
        text(out, &stage.title);
        out.push(']');
    });
    out
}

fn answer(out: &mut String, found: &Found) {
    out.push_str("{\"hits\":");
    list(out, &found.hits, hit);
    out.push_str(",\"kinds\":");
    list(out, &found.kinds, |out, count| out.push_str(&count.to_string()));
    out.push_str(",\"corrected\":");
    list(out, &found.corrected, |out, (typed, word)| list(out, &[typed, word], |out, word| text(out, word)));
    out.push_str(",\"suggestions\":");
    list(out, &found.suggestions, |out, word| text(out, word));
    out.push('}');
}

fn hit(out: &mut String, hit: &Hit) {
    out.push_str("{\"kind\":");
    text(out, hit.kind.name());
    out.push_str(",\"url\":");
    text(out, &hit.url);
    out.push_str(",\"title\":");
    list(out, &hit.title, run);
    out.push_str(",\"breadcrumb\":");
    list(out, &hit.breadcrumb, |out, title| text(out, title));
    out.push_str(",\"excerpt\":");
    list(out, &hit.excerpt, run);
    out.push_str(",\"find\":");
    list(out, &hit.find, |out, word| text(out, word));
    out.push('}');
}

fn run(out: &mut String, run: &Run) {
    out.push('[');
    text(out, &run.text);
    out.push(',');
    out.push(char::from(b'0' + u8::from(run.code) + 2 * u8::from(run.hit)));
    out.push(']');
}

fn list<T>(out: &mut String, things: &[T], mut write: impl FnMut(&mut String, &T)) {
    out.push('[');
    for (at, thing) in things.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        write(out, thing);
    }
    out.push(']');
}

fn text(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            c if c < ' ' => {
                out.push_str("\\u00");
                out.push(if c < '\u{10}' { '0' } else { '1' });
                out.push(char::from_digit(u32::from(c) & 15, 16).unwrap_or('0'));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_escaped() {
        assert_eq!(problem("a \"b\" \\ \n\u{1}\u{1f}é"), r#"{"problem":"a \"b\" \\ \n\u0001\u001fé"}"#);
    }

    #[test]
    fn what_is_needed_is_named() {
        assert_eq!(reply(&Reply::Need(vec!["p0-1.bin".to_string()])), r#"{"need":["p0-1.bin"]}"#);
    }
}
