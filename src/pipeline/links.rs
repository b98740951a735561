//! The links of all pages, checked; a page is checked again when it, or a page whose anchors it names, has changed.

use std::sync::Arc;

use crate::book::{Book, PageId, Places};
use crate::check::{Checked, Checker, PageTargets, Targets};
use crate::diagnostic::Diagnostic;
use crate::page::Page;
use crate::render::Routes;
use crate::source::Listing;

/// What was checked last, by page.
#[derive(Debug, Default)]
pub(super) struct Links {
    /// What all links depend on: as long as these are the same, a page's links lead where they led.
    shared: Option<(Arc<Places>, Arc<Listing>, Arc<Routes>)>,
    checked: Vec<Option<(Arc<Page>, Checked)>>,
}

impl Links {
    /// Checks `pages`: those of the book, each as it stands in its file now.
    pub(super) fn check<'a>(
        &mut self,
        book: &Book,
        pages: impl Iterator<Item = (PageId, &'a Arc<Page>)>,
        listing: &Arc<Listing>,
        routes: &Arc<Routes>,
    ) {
        let same = self.shared.as_ref().is_some_and(|(places, files, made)| {
            Arc::ptr_eq(places, &book.places) && Arc::ptr_eq(files, listing) && Arc::ptr_eq(made, routes)
        });
        if !same {
            self.shared = Some((book.places.clone(), listing.clone(), routes.clone()));
            self.checked.clear();
        }
        self.checked.resize_with(book.pages.len(), || None);
        let checker = Checker::new(book, listing, &routes.made);
        let unchanged =
            |(id, then): &(PageId, Arc<Page>)| book.pages.get(*id).is_some_and(|now| Arc::ptr_eq(now, then));
        for (id, page) in pages {
            let Some(slot) = self.checked.get_mut(id) else { continue };
            let valid =
                slot.as_ref().is_some_and(|(then, known)| Arc::ptr_eq(then, page) && known.seen.iter().all(unchanged));
            if !valid {
                *slot = Some((page.clone(), checker.page(page)));
            }
        }
    }

    fn all(&self) -> impl Iterator<Item = (PageId, &Checked)> {
        self.checked.iter().enumerate().filter_map(|(id, slot)| Some((id, &slot.as_ref()?.1)))
    }

    /// What is wrong with them.
    pub(super) fn diagnostics(&self) -> impl Iterator<Item = Diagnostic> {
        self.all().flat_map(|(_, checked)| checked.diagnostics.iter().cloned())
    }

    /// What they lead to.
    pub(super) fn targets(&self) -> Targets {
        self.all().map(|(id, checked)| (id, checked.targets.clone())).collect()
    }

    /// What they lead to, page by page.
    pub(super) fn each(&self) -> impl Iterator<Item = &PageTargets> {
        self.all().map(|(_, checked)| checked.targets.as_ref())
    }
}
