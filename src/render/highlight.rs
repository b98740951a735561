//! Code → spans of eight classes: `k` keyword, `s` string, `n` number or constant, `c` comment, `f` function, class or
//! decorator; `ins`, `del`, `hunk` of a diff.
//!
//! The grammars are those of Sublime Text, as syntect brings them; what runs them is ours, and gives what syntect gives (see
//! `tests/highlight.rs`) at a small part of the time: highlighting was three quarters of a build.

pub mod grammar;
pub mod parse;
pub mod pattern;
mod sieve;

use fieldguide_wasm::html::escape;
use grammar::{Clear, Code, grammars};
use parse::{Change, Parser};

/// The classes. A scope's code is 0 where it says nothing of the class, 1 where there is none, or 2 and more for these.
pub const CLASSES: [&str; 8] = ["c", "n", "s", "k", "f", "ins", "del", "hunk"];

/// The context in which a text of that language starts.
fn start(language: &str) -> Option<u32> {
    let token = match language {
        "pycon" => "python",
        "console" | "shell" | "sh" => "bash",
        "jsonc" => "json",
        language => language,
    };
    grammars().start(token)
}

/// Whether code of that language gets colours; text needs none.
pub fn known(language: &str) -> bool {
    matches!(language, "" | "text" | "txt" | "plain" | "toml" | "csv" | "dockerfile" | "ini")
        || start(language).is_some()
}

/// The scopes at a place.
#[derive(Default)]
struct Scopes {
    stack: Vec<Code>,
    cleared: Vec<Vec<Code>>,
}

impl Scopes {
    /// The innermost scope with a class, or with none, decides.
    fn class(&self) -> Option<&'static str> {
        let decided = self.stack.iter().rev().find(|code| **code != 0)?;
        CLASSES.get(usize::from(*decided).checked_sub(2)?).copied()
    }

    /// Whether that could be done.
    fn apply(&mut self, change: Change) -> bool {
        match change {
            Change::Push(code) => self.stack.push(code),
            Change::Pop(count) => self.stack.truncate(self.stack.len().saturating_sub(count)),
            Change::Clear(clear) => {
                let left = match clear {
                    Clear::All => 0,
                    Clear::Top(count) => self.stack.len().saturating_sub(count as usize),
                };
                let cleared = self.stack.split_off(left);
                self.cleared.push(cleared);
            }
            Change::Restore => match self.cleared.pop() {
                Some(cleared) => self.stack.extend(cleared),
                None => return false,
            },
        }
        true
    }
}

/// The lines of `code` as HTML, each without its line end; every span is closed in its line.
pub fn lines(language: &str, code: &str) -> Vec<String> {
    let start = match (language, start(language)) {
        ("text" | "txt" | "plain" | "", _) | (_, None) => return code.lines().map(escape).collect(),
        (_, Some(start)) => start,
    };
    let mut highlighter = Highlighter { parser: Parser::new(grammars(), start), scopes: Scopes::default() };
    code.lines()
        .map(|line| match language {
            "pycon" => highlighter.prompt_line(line),
            _ => highlighter.line(line),
        })
        .collect()
}

struct Highlighter {
    parser: Parser,
    scopes: Scopes,
}

impl Highlighter {
    /// A line of a console session: code behind a prompt, or what Python printed.
    fn prompt_line(&mut self, line: &str) -> String {
        match line.get(..4).filter(|prompt| matches!(*prompt, ">>> " | "... ")) {
            Some(prompt) => {
                let code = self.line(line.get(4..).unwrap_or_default());
                format!("<span class=\"c\">{}</span>{code}", escape(prompt))
            }
            None => escape(line),
        }
    }

    fn line(&mut self, line: &str) -> String {
        let with_end = format!("{line}\n");
        self.parser.line(&with_end);
        let mut out = String::with_capacity(line.len() * 2);
        let mut open: Option<&'static str> = None;
        let mut at = 0;
        let mut write = |from: usize, to: usize, class: Option<&'static str>, out: &mut String| {
            let text = line.get(from..to.min(line.len())).unwrap_or_default();
            if text.is_empty() {
                return;
            }
            // Blanks take the colour of what stands before them: fewer spans.
            if class != open && !text.trim().is_empty() {
                close(out, open);
                if let Some(class) = class {
                    out.push_str("<span class=\"");
                    out.push_str(class);
                    out.push_str("\">");
                }
                open = class;
            }
            match text.bytes().any(|byte| byte.is_ascii_control() || byte >= 128 || b"&<>\"'".contains(&byte)) {
                true => out.push_str(&escape(text)),
                false => out.push_str(text),
            }
        };
        for (offset, change) in &self.parser.changes {
            write(at, *offset, self.scopes.class(), &mut out);
            at = *offset;
            if !self.scopes.apply(*change) {
                break;
            }
        }
        write(at, line.len(), self.scopes.class(), &mut out);
        close(&mut out, open);
        out
    }
}

fn close(out: &mut String, open: Option<&'static str>) {
    if open.is_some() {
        out.push_str("</span>");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn python_gets_its_classes_and_keeps_its_text() {
        let code = "def f(x):\n    \"\"\"a <b>\n    c\"\"\"\n    return x + 1  # d\n";
        let html = lines("python", code);
        assert_eq!(html.len(), 4);
        assert!(html.first().unwrap().contains("<span class=\"k\">def"), "{html:?}");
        assert!(
            html.get(1).unwrap().contains("&lt;b&gt;") && html.get(3).unwrap().contains("<span class=\"c\"># d</span>"),
            "{html:?}"
        );
    }

    #[test]
    fn unknown_languages_stay_plain() {
        assert_eq!(lines("nonsense", "a < b\n"), ["a &lt; b"]);
    }
}
