//! What is wrong with the book: looked for behind each save, and before a site is made.

use std::sync::Arc;

use super::{Pipeline, media};
use crate::book::Book;
use crate::diagnostic::{Diagnostic, Severity};
use crate::render::Routes;
use crate::source::Files;

impl Pipeline {
    /// Everything that is wrong with the book now. Looks after what [`Pipeline::update`] leaves: all links, the images and
    /// drawings of all pages, and whether changed templates do for each kind of page.
    pub fn check(&mut self, files: &dyn Files) -> Vec<Diagnostic> {
        if self.listing.is_none() || self.config.is_none() {
            return self.said.all().cloned().collect();
        }
        self.try_templates(files);
        let book = self.book.clone();
        let routes = self.routes.clone();
        self.check_links(&book, &routes);
        let mut diagnostics: Vec<Diagnostic> = self.said.all().cloned().collect();
        diagnostics.extend(self.pages.diagnostics().cloned());
        diagnostics.extend(self.links.diagnostics());
        diagnostics.extend(self.check_ids(&book));
        diagnostics.extend(self.read_media(files));
        diagnostics.extend(self.hidden(&routes));
        diagnostics
    }

    /// Renders what templates of the book's own may fail on: when they are new, all pages or a good many of them; then those that
    /// were saved. The theme's templates are the program's affair.
    fn try_templates(&mut self, files: &dyn Files) {
        let saved = std::mem::take(&mut self.saved);
        let Some(snapshot) = self.snapshot.clone() else { return };
        let new = self.tried.replace(snapshot.templates.key()) != Some(snapshot.templates.key());
        if new {
            self.said.failed.clear();
        }
        if !snapshot.templates.own() {
            return;
        }
        let routes: Vec<&String> = if new { snapshot.sample_routes() } else { saved.iter().collect() };
        self.said.failed.retain(|route, _| snapshot.routes.jobs.contains_key(route));
        for route in routes {
            let Some(job) = snapshot.routes.jobs.get(route) else { continue };
            match snapshot.render(files, job, None) {
                Ok(_) => self.said.failed.remove(route),
                Err(diagnostic) => self.said.failed.insert(route.clone(), diagnostic),
            };
        }
    }

    pub(super) fn check_links(&mut self, book: &Book, routes: &Arc<Routes>) {
        let Some(listing) = &self.listing else { return };
        let pages = self.pages.now().filter_map(|page| Some((book.page_at(&page.path)?, page)));
        self.links.check(book, pages, listing, routes);
    }

    /// Reads what pages show or link to, says what is wrong with it, and forgets what no page needs any more.
    pub(super) fn read_media(&mut self, files: &dyn Files) -> Vec<Diagnostic> {
        let needed = media::needed(self.links.each());
        self.media.retain(&needed);
        let mut diagnostics = Vec::new();
        for (path, shown) in needed {
            let entry = self.media.get(files, &path, shown);
            if let Some(text) = &entry.text {
                self.sources.add(path, text.clone());
            }
            diagnostics.extend(entry.diagnostics.iter().cloned());
        }
        diagnostics
    }

    /// A warning for each file of `static/` that is not in the site because a page stands there.
    pub(super) fn hidden(&self, routes: &Routes) -> Vec<Diagnostic> {
        let hidden = self.look.iter().flat_map(|look| look.hidden_by(&routes.jobs));
        let warning = |path: &String| {
            let message = format!("`static/{path}` is replaced by the page of that address");
            Diagnostic {
                severity: Severity::Warning,
                ..Diagnostic::file(format!("static/{path}"), message).help("give the file another name")
            }
        };
        hidden.map(warning).collect()
    }
}
