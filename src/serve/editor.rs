//! Links that open the author's editor at a line.

use std::path::PathBuf;

/// What may stand in a link to a file.
const HOLES: [&str; 3] = ["{path}", "{line}", "{column}"];

/// Editors that answer to an address, by the names of their programs. What is not here may be given as a template.
const KNOWN: &[(&[&str], &str)] = &[
    (&["vscode", "code"], "vscode://file{path}:{line}:{column}"),
    (&["vscode-insiders", "code-insiders"], "vscode-insiders://file{path}:{line}:{column}"),
    (&["vscodium", "codium"], "vscodium://file{path}:{line}:{column}"),
    (&["cursor"], "cursor://file{path}:{line}:{column}"),
    (&["windsurf"], "windsurf://file{path}:{line}:{column}"),
    (&["zed", "zeditor"], "zed://file{path}:{line}:{column}"),
    (&["idea", "jetbrains"], "idea://open?file={path}&line={line}&column={column}"),
    (&["pycharm", "charm"], "pycharm://open?file={path}&line={line}&column={column}"),
    (&["rustrover"], "rustrover://open?file={path}&line={line}&column={column}"),
    (&["webstorm"], "webstorm://open?file={path}&line={line}&column={column}"),
    (&["sublime", "subl"], "subl://open?url=file://{path}&line={line}&column={column}"),
    (&["textmate", "mate"], "txmt://open?url=file://{path}&line={line}&column={column}"),
    (&["macvim", "mvim"], "mvim://open?url=file://{path}&line={line}&column={column}"),
    (&["emacs", "emacsclient"], "org-protocol://open-file?url={path}&line={line}"),
];

/// Schemes of addresses that do something else than open a file.
const NO_EDITORS: [&str; 9] =
    ["javascript", "data", "vbscript", "blob", "about", "view-source", "http", "https", "file"];

/// An editor, and the folder of the book that its links lead into.
#[derive(Debug, Clone)]
pub struct Editor {
    template: Option<String>,
    root: PathBuf,
}

impl Editor {
    /// Reads the name of a known editor, a template such as `vscode://file{path}:{line}:{column}`, or `none`.
    ///
    /// # Errors
    /// What a name or template has to look like.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text == "none" {
            return Ok(Self::of(None));
        }
        if let Some(template) = known(text) {
            return Ok(Self::of(Some(template.to_string())));
        }
        let Some((scheme, _)) = text.split_once(':') else {
            let names: Vec<_> = KNOWN.iter().filter_map(|(names, _)| names.first().copied()).collect();
            return Err(format!(
                "no such editor is known; known are {}, none, and templates such as vscode://file{{path}}:{{line}}:{{column}}",
                names.join(", ")
            ));
        };
        let letters = scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
        if !letters || scheme.is_empty() || NO_EDITORS.contains(&scheme.to_ascii_lowercase().as_str()) {
            return Err(format!("`{scheme}:` opens no editor"));
        }
        if !text.contains("{path}") {
            return Err("a template holds {path}, and may hold {line} and {column}".to_string());
        }
        if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return Err("a template is an address: write a space as %20".to_string());
        }
        Ok(Self::of(Some(text.to_string())))
    }

    /// The editor of the surroundings: the one whose terminal this is, or that `VISUAL` or `EDITOR` names. Of another one
    /// nobody knows an address; where none is named, VS Code is the likeliest.
    pub fn guess(variable: impl Fn(&str) -> Option<String>) -> Self {
        let named = |name: &str| variable(name).filter(|value| !value.trim().is_empty());
        if let Some(template) = named("TERM_PROGRAM").as_deref().and_then(known) {
            return Self::of(Some(template.to_string()));
        }
        let Some(command) = named("VISUAL").or_else(|| named("EDITOR")) else {
            return Self::of(known("vscode").map(str::to_string));
        };
        let program = command.split_whitespace().next().unwrap_or_default();
        let program = program.rsplit(['/', '\\']).next().unwrap_or_default();
        Self::of(known(program.trim_end_matches(".exe").trim_end_matches(".cmd")).map(str::to_string))
    }

    fn of(template: Option<String>) -> Self {
        Self { template, root: PathBuf::new() }
    }

    /// The editor with the folder of the book.
    pub fn at(self, root: PathBuf) -> Self {
        Self { root, ..self }
    }

    /// The address that opens a file of the book; none where no editor is known.
    pub(super) fn link(&self, path: &str, line: usize, column: usize) -> Option<String> {
        let template = self.template.as_deref()?;
        let path = self.root.join(path).to_string_lossy().replace('\\', "/");
        // `C:/a` as `/C:/a`; a template may bring the slash itself.
        let path = format!("/{}", path.trim_start_matches('/'));
        let [hole, at_line, at_column] = HOLES;
        let template = template.replace(&format!(":///{hole}"), &format!("://{hole}"));
        let template = template.replace(&format!("/{hole}"), hole).replace(at_line, &line.to_string());
        Some(template.replace(at_column, &column.to_string()).replace(hole, &encoded(&path)))
    }
}

fn known(name: &str) -> Option<&'static str> {
    let name = name.to_ascii_lowercase();
    KNOWN.iter().find(|(names, _)| names.contains(&name.as_str())).map(|(_, template)| *template)
}

/// A path as an address holds it.
fn encoded(path: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/:".contains(&byte);
    path.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(editor: &str, root: &str) -> Option<String> {
        Editor::parse(editor).unwrap().at(root.into()).link("content/a b.md", 3, 5)
    }

    #[test]
    fn links_open_a_line() {
        let there = "vscode://file/home/me/content/a%20b.md:3:5";
        for editor in ["vscode", "Code", "vscode://file{path}:{line}:{column}", "vscode://file/{path}:{line}:{column}"]
        {
            assert_eq!(link(editor, "/home/me").as_deref(), Some(there), "{editor}");
        }
        assert_eq!(link("idea", "/b").as_deref(), Some("idea://open?file=/b/content/a%20b.md&line=3&column=5"));
        assert_eq!(link("x:{path}", "/q'\"<>&?#%").as_deref(), Some("x:/q%27%22%3C%3E%26%3F%23%25/content/a%20b.md"));
        assert_eq!(link("none", "/b"), None);
    }

    #[test]
    fn what_opens_no_editor_is_refused() {
        for editor in
            ["notes", "javascript:alert({path})", "JavaScript:{path}", "data:{path}", "x:y", "x: {path}", ":{path}"]
        {
            assert!(Editor::parse(editor).is_err(), "{editor}");
        }
    }

    #[test]
    fn the_editor_is_guessed_from_the_surroundings() {
        let guess = |set: &[(&str, &str)]| {
            let set: std::collections::BTreeMap<_, _> = set.iter().copied().collect();
            Editor::guess(|name| set.get(name).map(|value| value.to_string())).template.unwrap_or_default()
        };
        assert!(guess(&[]).starts_with("vscode:"));
        assert!(guess(&[("TERM_PROGRAM", "zed"), ("EDITOR", "vim")]).starts_with("zed:"));
        assert!(guess(&[("EDITOR", "/usr/bin/subl -w")]).starts_with("subl:"));
        assert!(guess(&[("VISUAL", "codium --wait"), ("EDITOR", "vi")]).starts_with("vscodium:"));
        assert_eq!(guess(&[("EDITOR", "vim")]), "");
    }
}
