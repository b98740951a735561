//! A book at one moment, ready to be served: pages are rendered when they are asked for.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::look::Look;
use super::media::MediaStore;
use crate::assets::Assets;
use crate::book::Book;
use crate::cache::Cache;
use crate::check::{Checker, Targets};
use crate::diagnostic::{Diagnostic, Severity};
use crate::ids::Moved;
use crate::render::cards;
use crate::render::templates::Templates;
use crate::render::view::BookView;
use crate::render::{Job, Kept, Media, Renderer, Routes};
use crate::search::{self, Index};
use crate::site::{Collected, Site};
use crate::source::{Files, Listing};

/// The book at one moment. It never changes; what is rendered from it is kept beside it.
pub struct Snapshot {
    /// Tells moments apart.
    pub(super) number: u64,
    /// The book.
    pub(super) book: Arc<Book>,
    pub(super) listing: Arc<Listing>,
    pub(super) routes: Arc<Routes>,
    pub(super) view: BookView,
    pub(super) assets: Arc<Assets>,
    pub(super) templates: Arc<Templates>,
    pub(super) media: Arc<MediaStore>,
    pub(super) renders: Arc<Renders>,
    pub(super) index: OnceLock<Arc<Index>>,
    pub(super) moved: Arc<Moved>,
    pub(super) cards: OnceLock<Arc<Site>>,
    /// What pages that are open now may still ask for.
    pub(super) before: Before,
}

/// The files of the moment before: an open page was made of them and may load them late.
#[derive(Clone, Default)]
pub(super) struct Before {
    pub(super) assets: Option<Arc<Assets>>,
    pub(super) media: Option<Arc<MediaStore>>,
    pub(super) index: Option<Arc<Index>>,
    pub(super) cards: Option<Arc<Site>>,
}

impl std::fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Snapshot").field("number", &self.number).field("pages", &self.routes.jobs.len()).finish()
    }
}

impl Snapshot {
    /// The snapshot with the files that pages made from `old` may still ask for.
    pub(super) fn follows(&mut self, old: &Snapshot) {
        self.before = Before {
            assets: match Arc::ptr_eq(&old.assets, &self.assets) {
                true => old.before.assets.clone(),
                false => Some(old.assets.clone()),
            },
            media: match Arc::ptr_eq(&old.media, &self.media) {
                true => old.before.media.clone(),
                false => Some(old.media.clone()),
            },
            index: old.index.get().or(old.before.index.as_ref()).cloned(),
            cards: old.cards.get().or(old.before.cards.as_ref()).cloned(),
        };
    }

    /// How many pages there are.
    pub fn pages(&self) -> usize {
        self.routes.jobs.len()
    }

    /// Whether there is a file at that site path. Nothing is rendered for it, and so a file of the search's index or of cards,
    /// whose name only the finished index tells, may turn out not to be there.
    pub fn knows(&self, path: &str) -> bool {
        self.routes.jobs.contains_key(path)
            || self.asset(path).is_some()
            || of_index(path)
            || self.of_cards(path)
            || self.media_file(path).is_some()
    }

    /// The file at that site path, rendered where it isn't yet. A page whose links are broken stays as it was last rendered.
    ///
    /// # Errors
    /// What stands in the way of a page that has not been rendered before.
    pub fn file(&self, files: &dyn Files, path: &str) -> Result<Option<Vec<u8>>, Diagnostic> {
        if let Some(job) = self.routes.jobs.get(path) {
            return self.page(files, path, job).map(|html| Some(html.as_bytes().to_vec()));
        }
        if of_index(path)
            && let Some(bytes) = self.index_file(path)
        {
            return Ok(Some(bytes));
        }
        if self.of_cards(path)
            && let Some(bytes) = self.card_file(files, path)
        {
            return Ok(Some(bytes));
        }
        Ok(self.asset(path).cloned().or_else(|| self.media_file(path)))
    }

    /// A file of the theme or of `static/`; those that are named after their bytes also as they were before.
    fn asset(&self, path: &str) -> Option<&Vec<u8>> {
        let earlier = || self.before.assets.as_ref().filter(|_| path.starts_with("assets/"))?.files.get(path);
        self.assets.files.get(path).or_else(earlier)
    }

    fn media_file(&self, path: &str) -> Option<Vec<u8>> {
        if !path.starts_with("assets/") {
            return None;
        }
        self.media.at(path).or_else(|| self.before.media.as_ref().and_then(|media| media.at(path)))
    }

    /// Files are named after their bytes, so that one of an older index is as good as ever for whoever asks for it.
    fn index_file(&self, path: &str) -> Option<Vec<u8>> {
        let find = |index: &Index| index.files.iter().find(|(name, _)| name == path).map(|(_, bytes)| bytes.clone());
        let older = || if path == search::CORE { None } else { self.before.index.as_deref().and_then(find) };
        match self.index.get() {
            Some(index) => find(index).or_else(older),
            None => older().or_else(|| find(self.index.get_or_init(|| Arc::new(search::index(&self.book))))),
        }
    }

    /// Whether a path is that of a file with cards.
    fn of_cards(&self, path: &str) -> bool {
        let below = path.strip_prefix(cards::FOLDER).is_some_and(|below| below.starts_with('/'));
        below && path.ends_with(".json") && self.routes.has.cards
    }

    /// As with the index, what a name of an older list leads to is as good as ever.
    fn card_file(&self, files: &dyn Files, path: &str) -> Option<Vec<u8>> {
        let find = |cards: &Site| cards.files.get(path).cloned();
        let older = || if path == cards::LIST { None } else { self.before.cards.as_deref().and_then(find) };
        match self.cards.get() {
            Some(cards) => find(cards).or_else(older),
            None => older().or_else(|| find(self.cards.get_or_init(|| Arc::new(self.make_cards(files))))),
        }
    }

    fn make_cards(&self, files: &dyn Files) -> Site {
        let checker = Checker::new(&self.book, &self.listing, &self.routes.made);
        let pages = self.book.pages.iter().enumerate();
        let targets: Targets = pages.map(|(id, page)| (id, checker.page(page).targets)).collect();
        let media = self.media.of_pages(files, targets.all());
        let collected = Collected::default();
        self.renderer(&targets, &media).put_cards(&self.moved, &Cache::default(), &collected);
        collected.site()
    }

    fn renderer<'a>(&'a self, targets: &'a Targets, media: &'a BTreeMap<String, Arc<Media>>) -> Renderer<'a> {
        Renderer::new(&self.book, &self.view, targets, &self.moved, &self.assets, media, &self.templates)
    }

    fn page(&self, files: &dyn Files, route: &str, job: &Job) -> Result<Arc<str>, Diagnostic> {
        let kept = self.renders.get(route);
        if let Some(kept) = kept.as_ref().filter(|kept| kept.snapshot == self.number) {
            return Ok(kept.page.html.clone());
        }
        let last = kept.as_ref().map(|kept| &kept.page);
        match self.render(files, job, last) {
            Ok(Some(page)) => {
                let html = page.html.clone();
                self.renders.keep(route, Rendered { snapshot: self.number, page });
                Ok(html)
            }
            Ok(None) => Ok(last.map(|page| page.html.clone()).unwrap_or_else(|| Arc::from(""))),
            Err(diagnostic) => last.map(|page| page.html.clone()).ok_or(diagnostic),
        }
    }

    /// Renders a page; none where it has mistakes and there is a `last` version to show instead.
    pub(super) fn render(&self, files: &dyn Files, job: &Job, last: Option<&Kept>) -> Result<Option<Kept>, Diagnostic> {
        let mut targets = Targets::default();
        let mut media = BTreeMap::new();
        if let Job::Page(id) = job {
            let checked = Checker::new(&self.book, &self.listing, &self.routes.made).page(self.book.page(*id));
            let wrong = checked.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error);
            if wrong && last.is_some() {
                return Ok(None);
            }
            media = self.media.of_page(files, &checked.targets);
            targets = std::iter::once((*id, checked.targets)).collect();
        }
        self.renderer(&targets, &media).one(job, last).map(Some)
    }

    /// One page of each template but those that list the whole book.
    pub(super) fn samples(&self) -> impl Iterator<Item = &Job> {
        let book = &self.book;
        let stage = book.stages.first();
        let topic = book.stages.iter().find_map(|stage| stage.topics.first());
        let pages = [book.home, stage.map(|stage| stage.page), topic.copied(), book.plain.first().copied()];
        let routes = pages.into_iter().flatten().map(|id| book.route(id));
        routes.chain(["404.html"]).filter_map(|route| self.routes.jobs.get(route))
    }

    /// Enough pages to see whether templates do: those that the builder makes, and of the book's own a good many.
    pub(super) fn sample_routes(&self) -> Vec<&String> {
        /// To render more would hold up the next edit.
        const MOST: usize = 200;
        let own = self.routes.jobs.iter().filter(|(_, job)| matches!(job, Job::Page(_))).take(MOST);
        let made = self.routes.jobs.iter().filter(|(_, job)| !matches!(job, Job::Page(_) | Job::Alias(..))).take(MOST);
        own.chain(made).map(|(route, _)| route).collect()
    }
}

impl Look {
    /// The templates, where all is well enough to render.
    pub(super) fn fit(&self) -> Option<&Arc<Templates>> {
        let wrong = self.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error);
        self.templates.as_ref().filter(|_| !wrong)
    }
}

/// Whether a path is that of a file of the search's index.
fn of_index(path: &str) -> bool {
    path.strip_prefix(search::FOLDER).is_some_and(|below| below.starts_with('/') && below.ends_with(".bin"))
}

/// At most so many pages are kept as they were rendered: those that were asked for last.
const MOST_RENDERS: usize = 256;

/// A page as it was rendered for a snapshot.
#[derive(Debug, Clone)]
struct Rendered {
    snapshot: u64,
    page: Kept,
}

/// The pages that were asked for last, by their site paths.
#[derive(Debug, Default)]
pub(super) struct Renders {
    recent: Mutex<Recent>,
}

#[derive(Debug, Default)]
struct Recent {
    /// Counts requests.
    clock: u64,
    /// Each page with the request that asked for it last.
    pages: HashMap<String, (u64, Rendered)>,
}

impl Renders {
    fn get(&self, route: &str) -> Option<Rendered> {
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        recent.clock += 1;
        let clock = recent.clock;
        let (used, page) = recent.pages.get_mut(route)?;
        *used = clock;
        Some(page.clone())
    }

    fn keep(&self, route: &str, page: Rendered) {
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        // A request for an older snapshot may end later than one for a newer.
        if recent.pages.get(route).is_some_and(|(_, known)| known.snapshot > page.snapshot) {
            return;
        }
        let clock = recent.clock;
        recent.pages.insert(route.to_string(), (clock, page));
        if recent.pages.len() > MOST_RENDERS {
            let oldest = recent.pages.iter().min_by_key(|(_, (used, _))| *used).map(|(route, _)| route.clone());
            oldest.and_then(|route| recent.pages.remove(&route));
        }
    }

    /// Forgets pages that are no longer there.
    pub(super) fn retain(&self, routes: &Routes) {
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        recent.pages.retain(|route, _| routes.jobs.contains_key(route));
    }
}
