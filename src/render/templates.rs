//! The templates, with errors as diagnostics at their lines.

use std::collections::{BTreeMap, HashMap};

use sha2::{Digest, Sha256};
use tera::{Context, ErrorKind, Tera};

use crate::diagnostic::Diagnostic;
use crate::source::{FileId, Source, Sources};
use crate::theme::ThemeFile;

/// All templates, parsed.
pub struct Templates {
    tera: Tera,
    /// The source of each template, by its name.
    sources: HashMap<String, Source>,
    key: [u8; 32],
    own: bool,
}

impl Templates {
    /// Parses everything below `templates/`. Texts are added to `sources`, so that a diagnostic can show them.
    ///
    /// # Errors
    /// A template that is not UTF-8 or does not parse.
    pub fn load(theme: &BTreeMap<String, ThemeFile>, sources: &mut Sources) -> Result<Self, Diagnostic> {
        let mut texts = Vec::new();
        let mut own = false;
        let mut by_name = HashMap::new();
        for (path, file) in theme {
            let Some(name) = path.strip_prefix("templates/").filter(|name| name.ends_with(".html")) else { continue };
            let Ok(text) = String::from_utf8(file.bytes.clone()) else {
                return Err(Diagnostic::file(path.clone(), "the template is not UTF-8").help("save it as UTF-8"));
            };
            own |= file.own;
            let shown = if file.own { path.clone() } else { format!("{path} (default theme)") };
            let id: FileId = sources.add(shown, text.as_str());
            if let Some(source) = sources.get(id) {
                by_name.insert(name.to_string(), source.clone());
            }
            texts.push((name.to_string(), text));
        }
        let mut hash = Sha256::new();
        for (name, text) in &texts {
            // A length in front of each: no two sets of texts are hashed as the same bytes.
            for part in [name, text] {
                hash.update(part.len().to_le_bytes());
                hash.update(part);
            }
        }
        let mut templates = Self { tera: Tera::new(), sources: by_name, key: hash.finalize().into(), own };
        match templates.tera.add_raw_templates(texts) {
            Ok(()) => Ok(templates),
            Err(error) => Err(templates.diagnostic("", &error)),
        }
    }

    /// Changes with the text of any template.
    pub fn key(&self) -> [u8; 32] {
        self.key
    }

    /// Whether the book brought any of them.
    pub fn own(&self) -> bool {
        self.own
    }

    /// Runs a template.
    ///
    /// # Errors
    /// A diagnostic at the template's line.
    pub fn render(&self, name: &str, context: &Context) -> Result<String, Diagnostic> {
        self.tera.render(name, context).map_err(|error| self.diagnostic(name, &error))
    }

    /// An error of the template engine, at its place.
    pub fn diagnostic(&self, template: &str, error: &tera::Error) -> Diagnostic {
        let (message, place) = match error.kind() {
            ErrorKind::SyntaxError(report) | ErrorKind::RenderingError(report) => {
                let span = self.sources.get(report.filename()).map(|source| source.span(report.span().range.clone()));
                (report.message().to_string(), span)
            }
            kind => (kind.to_string(), None),
        };
        let message = format!("template error: {}", message.trim().replace('\n', ", "));
        match place {
            Some(span) => Diagnostic::error(span, message),
            None => Diagnostic::file(format!("templates/{template}"), message),
        }
    }
}
