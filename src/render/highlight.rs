//! Code → spans of seven classes, by syntect: `k` keyword, `s` string, `n` number or constant, `c` comment,
//! `f` function, class or decorator; `ins`, `del`, `hunk` of a diff.

use std::sync::OnceLock;

use fieldguide_wasm::html::escape;
use syntect::parsing::{ParseState, Scope, ScopeStack, SyntaxReference, SyntaxSet};

fn syntaxes() -> &'static SyntaxSet {
    static SET: OnceLock<SyntaxSet> = OnceLock::new();
    SET.get_or_init(SyntaxSet::load_defaults_newlines)
}

fn syntax(language: &str) -> Option<&'static SyntaxReference> {
    let token = match language {
        "pycon" => "python",
        "console" | "shell" | "sh" => "bash",
        "jsonc" => "json",
        language => language,
    };
    syntaxes().find_syntax_by_token(token)
}

/// Whether code of that language gets colours; text needs none.
pub fn known(language: &str) -> bool {
    matches!(language, "" | "text" | "txt" | "plain" | "toml" | "csv" | "dockerfile" | "ini")
        || syntax(language).is_some()
}

/// The scopes that give a class; the innermost scope with one decides.
fn classes() -> &'static [(Scope, Option<&'static str>)] {
    static CLASSES: OnceLock<Vec<(Scope, Option<&'static str>)>> = OnceLock::new();
    CLASSES.get_or_init(|| {
        let table = [
            ("comment", Some("c")),
            ("constant.character.escape", Some("n")),
            ("constant", Some("n")),
            ("string", Some("s")),
            ("keyword.operator.logical", Some("k")),
            ("keyword.operator", None),
            ("keyword", Some("k")),
            ("storage", Some("k")),
            ("entity.name", Some("f")),
            ("support.function", Some("f")),
            ("support.type", Some("f")),
            ("variable.function", Some("f")),
            ("variable.annotation", Some("f")),
            ("variable.language", Some("n")),
            ("markup.inserted", Some("ins")),
            ("markup.deleted", Some("del")),
            ("meta.diff.range", Some("hunk")),
            ("meta.diff.header", Some("hunk")),
        ];
        // The names are literals of this file; one that didn't parse would only lose its colour.
        table.into_iter().filter_map(|(name, class)| Scope::new(name).ok().map(|scope| (scope, class))).collect()
    })
}

fn class(stack: &ScopeStack) -> Option<&'static str> {
    let decided = stack.scopes.iter().rev().find_map(|scope| {
        let fitting = classes().iter().find(|(prefix, _)| prefix.is_prefix_of(*scope));
        fitting.map(|(_, class)| *class)
    });
    decided.flatten()
}

/// The lines of `code` as HTML, each without its line end; every span is closed in its line.
pub fn lines(language: &str, code: &str) -> Vec<String> {
    let syntax = match (language, syntax(language)) {
        ("text" | "txt" | "plain" | "", _) | (_, None) => return code.lines().map(escape).collect(),
        (_, Some(syntax)) => syntax,
    };
    let mut highlighter = Highlighter { state: ParseState::new(syntax), stack: ScopeStack::new() };
    code.lines()
        .map(|line| match language {
            "pycon" => highlighter.prompt_line(line),
            _ => highlighter.line(line),
        })
        .collect()
}

struct Highlighter {
    state: ParseState,
    stack: ScopeStack,
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
        // A grammar that fails on a line leaves the line plain.
        let Ok(operations) = self.state.parse_line(&with_end, syntaxes()) else { return escape(line) };
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
            out.push_str(&escape(text));
        };
        for (offset, operation) in operations {
            write(at, offset, class(&self.stack), &mut out);
            at = offset;
            if self.stack.apply(&operation).is_err() {
                break;
            }
        }
        write(at, line.len(), class(&self.stack), &mut out);
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
