//! Theme, templates, style, script and the engine behind Run: what all pages look like, whatever they say.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::assets::{self, Assets};
use crate::config::Config;
use crate::diagnostic::Diagnostic;
use crate::engine;
use crate::palette;
use crate::render::cards;
use crate::render::templates::Templates;
use crate::search;
use crate::source::{Files, Listing, Sources};
use crate::theme;

/// All that it takes to dress pages.
#[derive(Clone)]
pub(super) struct Look {
    /// Style, script and the files of `static/`.
    pub(super) assets: Arc<Assets>,
    /// The templates; none where one of them does not parse.
    pub(super) templates: Option<Arc<Templates>>,
    /// What is wrong with all this.
    pub(super) diagnostics: Vec<Diagnostic>,
}

impl PartialEq for Look {
    fn eq(&self, other: &Self) -> bool {
        let key = |look: &Self| look.templates.as_ref().map(|templates| templates.key());
        key(self) == key(other) && self.diagnostics == other.diagnostics && self.assets == other.assets
    }
}

impl Look {
    /// Reads it; `runs` tells whether the book has something to run.
    ///
    /// # Errors
    /// A file that can't be read.
    pub(super) fn read(
        files: &dyn Files,
        listing: &Listing,
        config: &Config,
        runs: bool,
        sources: &mut Sources,
    ) -> Result<Self, Diagnostic> {
        let unread = |(path, error)| Diagnostic::file(path, format!("can't be read: {error}"));
        let mut theme = theme::load(files, &listing.paths).map_err(unread)?;
        for path in engine::taken(config, &listing.paths) {
            theme.remove(&path);
        }
        let mut own = palette::apply(&config.theme, &mut theme);
        own.extend(palette::missing_logo(&config.theme, &listing.paths));
        let mut assets = assets::bundle(&theme);
        let mut diagnostics = Vec::new();
        // The program's own engine is large: where nothing runs it stays where it is.
        if runs || config.python.engine.is_some() || !config.python.wheels.is_empty() {
            let engine = engine::read(config, files, &listing.paths).map_err(unread)?;
            diagnostics.extend(engine.diagnostics);
            if runs {
                assets.add_run(&theme, engine.value);
            }
        }
        diagnostics.append(&mut own);
        assets.search_index = search::CORE.to_string();
        assets.practice_cards = cards::LIST.to_string();
        let templates = match Templates::load(&theme, sources) {
            Ok(templates) => Some(Arc::new(templates)),
            Err(diagnostic) => {
                diagnostics.push(diagnostic);
                None
            }
        };
        Ok(Self { assets: Arc::new(assets), templates, diagnostics })
    }

    /// Whether a path's change can change it. An engine and its wheels may lie anywhere in the book.
    pub(super) fn concerns(path: &str, config: &Config) -> bool {
        let below =
            |part: &str| path.strip_prefix(part).is_some_and(|below| below.is_empty() || below.starts_with('/'));
        let engine = config.python.engine.is_some() || !config.python.wheels.is_empty();
        below("static") || below("templates") || engine && !path.ends_with(".md")
    }

    /// The files of `static/` whose place in the site a page takes.
    pub(super) fn hidden_by<'a, T>(&'a self, pages: &'a BTreeMap<String, T>) -> impl Iterator<Item = &'a String> {
        self.assets.files.keys().filter(|path| pages.contains_key(*path))
    }
}
