//! Which chapter becomes what: the home page, a stage, a topic or a plain page, and where it stands.
//!
//! A chapter with chapters below it is a stage; all that lies below it are its topics, in order. Chapters in a row that have
//! none share a stage, named after their part.

use std::collections::{BTreeMap, BTreeSet};

use super::config::Old;
use super::summary::{Chapter, Summary};
use super::{Note, join};
use crate::book::RESERVED;
use crate::page::Kind;
use crate::scaffold::slug;

/// A page of the new book.
#[derive(Debug, Clone)]
pub(super) struct Place {
    /// The chapter's file in the mdBook; none for a page that is made up, or a draft.
    pub(super) from: Option<String>,
    /// As SUMMARY.md calls it.
    pub(super) title: String,
    pub(super) kind: Kind,
    /// Its path in the new book.
    pub(super) path: String,
    /// Where it stood.
    pub(super) aliases: Vec<String>,
    pub(super) draft: bool,
    /// The titles of a stage's topics.
    pub(super) topics: Vec<String>,
}

/// All pages.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub(super) places: Vec<Place>,
    /// The titles of parts and the slugs of their stages.
    pub(super) parts: Vec<(String, Vec<String>)>,
    /// New paths by old.
    pub(super) moved: BTreeMap<String, String>,
}

impl Plan {
    /// The path of the stage that a new path belongs to.
    pub(super) fn stage_of(path: &str) -> Option<String> {
        let (folder, _) = path.strip_prefix("content/")?.split_once('/')?;
        Some(format!("content/{folder}/index.md"))
    }
}

struct Planner<'a> {
    old: &'a Old,
    plan: Plan,
    notes: &'a mut Vec<Note>,
    /// Slugs of stages and plain pages.
    slugs: BTreeSet<String>,
    stages: usize,
    plain: usize,
}

/// Gives every chapter its place.
pub(super) fn plan(summary: &Summary, old: &Old, notes: &mut Vec<Note>) -> Plan {
    let mut planner = Planner { old, plan: Plan::default(), notes, slugs: BTreeSet::new(), stages: 0, plain: 0 };
    let mut prefix = summary.prefix.as_slice();
    let mut parts = summary.parts.clone();
    let home = match prefix.split_first() {
        Some((first, rest)) => {
            prefix = rest;
            Some(first.clone())
        }
        None => take_index(&mut parts),
    };
    let from = home.as_ref().and_then(|home| home.path.clone());
    planner.place(from.as_deref(), &old.title, Kind::Home, "content/index.md".to_string());
    for chapter in prefix {
        planner.plain_page(chapter);
    }
    for (title, chapters) in &parts {
        planner.part(title.as_deref(), chapters);
    }
    for chapter in &summary.suffix {
        planner.plain_page(chapter);
    }
    planner.aliases();
    planner.plan
}

/// Takes a first chapter that is the folder's own page out: mdBook shows it as the home page.
fn take_index(parts: &mut [(Option<String>, Vec<Chapter>)]) -> Option<Chapter> {
    let (_, chapters) = parts.iter_mut().find(|(_, chapters)| !chapters.is_empty())?;
    let first = chapters.first()?;
    let own = matches!(first.path.as_deref(), Some("README.md" | "index.md"));
    (own && first.children.is_empty()).then(|| chapters.remove(0))
}

impl Planner<'_> {
    fn part(&mut self, title: Option<&str>, chapters: &[Chapter]) {
        let mut stages = Vec::new();
        let mut at = 0;
        let mut runs = 0;
        while let Some(chapter) = chapters.get(at) {
            if !chapter.children.is_empty() {
                stages.push(self.stage(chapter));
                at += 1;
                continue;
            }
            let rest = chapters.get(at..).unwrap_or_default();
            let run: Vec<Chapter> = rest.iter().take_while(|chapter| chapter.children.is_empty()).cloned().collect();
            at += run.len();
            runs += 1;
            // A chapter by itself names its stage best.
            let name = match (run.as_slice(), title) {
                ([alone], _) => alone.title.clone(),
                (_, Some(title)) if runs == 1 => title.to_string(),
                (_, Some(title)) => format!("{title}, continued"),
                (_, None) if runs == 1 => self.old.title.clone(),
                (_, None) => format!("{}, continued", self.old.title),
            };
            stages.push(match run.as_slice() {
                [alone] => self.stage(alone),
                _ => self.stage(&Chapter { title: name, path: None, line: chapter.line, children: run }),
            });
        }
        self.plan.parts.extend(title.map(|title| (title.to_string(), stages)));
    }

    fn stage(&mut self, chapter: &Chapter) -> String {
        self.stages += 1;
        let own = self.own_slug(chapter);
        let slug = unique(&mut self.slugs, &own);
        let folder = format!("content/{:02}-{slug}", self.stages);
        let mut topics = Vec::new();
        flatten(&chapter.children, 0, &mut topics);
        let at = self.plan.places.len();
        self.place(chapter.path.as_deref(), &chapter.title, Kind::Stage, format!("{folder}/index.md"));
        if let Some(place) = self.plan.places.get_mut(at) {
            place.topics = topics.iter().map(|(topic, _)| topic.title.clone()).collect();
        }
        let mut slugs = BTreeSet::from(["index".to_string()]);
        for (number, (topic, depth)) in topics.iter().enumerate() {
            let slug = unique(&mut slugs, &self.own_slug(topic));
            let path = format!("{folder}/{:02}-{slug}.md", number + 1);
            if *depth > 0 {
                let text = format!("“{}” stood {} deeper; it is the topic {path}", topic.title, levels(*depth));
                self.notes.push(Note { file: self.old.in_source("SUMMARY.md"), line: topic.line, text });
            }
            self.place(topic.path.as_deref(), &topic.title, Kind::Topic, path);
        }
        slug
    }

    fn plain_page(&mut self, chapter: &Chapter) {
        self.plain += 1;
        let own = self.own_slug(chapter);
        let slug = unique(&mut self.slugs, &own);
        let path = format!("content/{:02}-{slug}.md", self.plain);
        self.place(chapter.path.as_deref(), &chapter.title, Kind::Page, path);
    }

    /// The name of a chapter's file, or of its folder where the file is that of a folder; else its title.
    fn own_slug(&self, chapter: &Chapter) -> String {
        let from_file = chapter.path.as_deref().and_then(|path| {
            let path = path.strip_suffix(".md").unwrap_or(path);
            let own = path.strip_suffix("/README").or(path.strip_suffix("/index")).unwrap_or(path);
            let name = slug(own.rsplit('/').next()?);
            // `ch01-02-data` gives no number away: only digits and a hyphen at the start would.
            let name = name.trim_start_matches(|c: char| c.is_ascii_digit() || c == '-').to_string();
            (!name.is_empty() && !matches!(name.as_str(), "readme" | "index")).then_some(name)
        });
        let from_title =
            || slug(&chapter.title).trim_start_matches(|c: char| c.is_ascii_digit() || c == '-').to_string();
        let name = from_file.unwrap_or_else(from_title);
        if name.is_empty() { "chapter".to_string() } else { name }
    }

    fn place(&mut self, from: Option<&str>, title: &str, kind: Kind, path: String) {
        let from = from.map(|from| self.old.in_source(from));
        let made_up = kind == Kind::Stage || kind == Kind::Home;
        let draft = from.is_none() && !made_up;
        if let Some(from) = &from {
            // A chapter that SUMMARY.md names twice is linked where it stands first.
            self.plan.moved.entry(from.clone()).or_insert_with(|| path.clone());
        }
        self.plan.places.push(Place {
            from,
            title: title.to_string(),
            kind,
            path,
            aliases: Vec::new(),
            draft,
            topics: Vec::new(),
        });
    }

    /// Old addresses go on leading to their pages, where the new one differs.
    fn aliases(&mut self) {
        let mut taken: BTreeSet<String> = self.plan.places.iter().map(|place| route(&place.path)).collect();
        taken.extend(RESERVED.iter().map(|name| format!("{name}.html")));
        let mut by_old: BTreeMap<String, usize> = BTreeMap::new();
        for (at, place) in self.plan.places.iter_mut().enumerate() {
            let Some(from) = &place.from else { continue };
            let old = address(self.old.below_source(from));
            by_old.entry(old.clone()).or_insert(at);
            if taken.insert(old.to_lowercase()) {
                place.aliases.push(old);
            }
        }
        for (from, to) in &self.old.redirects {
            let from = from.trim_start_matches('/');
            let target = if to.starts_with('/') { to.trim_start_matches('/').to_string() } else { join(from, to) };
            let (target, anchored) = target.split_once('#').map_or((target.as_str(), false), |(page, _)| (page, true));
            let place = by_old.get(target).and_then(|at| self.plan.places.get_mut(*at));
            match place.filter(|_| from.ends_with(".html") && !to.contains("://")) {
                Some(place) if taken.insert(from.to_lowercase()) => place.aliases.push(from.to_string()),
                Some(_) if anchored => {}
                _ => {
                    let text = format!("the redirect from `{from}` to `{to}` has no counterpart");
                    self.notes.push(Note { file: "book.toml".to_string(), line: 0, text });
                }
            }
        }
    }
}

fn levels(depth: usize) -> String {
    if depth == 1 { "one level".to_string() } else { format!("{depth} levels") }
}

fn flatten(chapters: &[Chapter], depth: usize, out: &mut Vec<(Chapter, usize)>) {
    for chapter in chapters {
        out.push((chapter.clone(), depth));
        flatten(&chapter.children, depth + 1, out);
    }
}

/// A slug that is not taken yet, by another page or by the builder.
fn unique(taken: &mut BTreeSet<String>, slug: &str) -> String {
    let mut candidate = if RESERVED.contains(&slug) { format!("{slug}-chapter") } else { slug.to_string() };
    let mut number = 2;
    while !taken.insert(candidate.to_lowercase()) {
        candidate = format!("{slug}-{number}");
        number += 1;
    }
    candidate
}

/// The address that mdBook gives a chapter.
fn address(below: &str) -> String {
    let path = below.strip_suffix(".md").unwrap_or(below);
    match path.strip_suffix("README") {
        Some(folder) if folder.is_empty() || folder.ends_with('/') => format!("{folder}index.html"),
        _ => format!("{path}.html"),
    }
}

/// The address of a page of the new book, in lower case.
fn route(path: &str) -> String {
    let below = path.strip_prefix("content/").unwrap_or(path);
    let parts: Vec<&str> = below.split('/').map(|part| crate::book::numbered(part).1).collect();
    let joined = parts.join("/");
    format!("{}.html", joined.strip_suffix(".md").unwrap_or(&joined)).to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_those_of_mdbook() {
        assert_eq!(address("a/README.md"), "a/index.html");
        assert_eq!(address("a/b.md"), "a/b.html");
        assert_eq!(route("content/01-a/02-b.md"), "a/b.html");
    }
}
