//! Which sections match a query, and in which order.
//!
//! Each unit of the query is looked up in tiers (symbol, word, parts, prefix, and only where these find nothing a mistyped
//! word); within a section BM25F weighs title, code and prose. Sections that hold all needed units come first. What stands
//! close together, or in a title that says little else, gains.

use std::cmp::Ordering;

use super::excerpt::{self, Sought};
use super::index::{Index, Read};
use super::postings::{BLOCK, CONTEXT, FIELDS, INLINE, PROSE, Posting, Postings, TITLE};
use super::query::{Unit, Way, parse, spare_function_words};
use super::{Found, Hit, Kind, Reply, Request, order, typo};

/// How much an occurrence counts, by field.
const WEIGHTS: [f32; FIELDS] = {
    let mut weights = [0.0; FIELDS];
    weights[TITLE] = 6.0;
    weights[CONTEXT] = 1.2;
    weights[INLINE] = 2.0;
    weights[BLOCK] = 1.0;
    weights[PROSE] = 1.0;
    weights
};

/// How soon more occurrences stop counting.
const SATURATION: f32 = 1.6;

/// How much a long title and a long text lose.
const TITLE_SLOPE: f32 = 0.5;
const TEXT_SLOPE: f32 = 0.6;

/// Files and terms read for a prefix at most.
const PREFIX_FILES: usize = 3;
const PREFIX_TERMS: usize = 32;

/// Sections of which the places are looked at.
const CLOSELY: usize = 160;

/// What a text gains by its code.
const LIFT: f32 = 0.45;

/// In a larger book the places of a function word are too many bytes for what they tell.
const MANY_SECTIONS: usize = 3000;

/// Hits at most, whatever is asked for.
const MOST_HITS: usize = 100;

/// Where a unit matches.
struct Matches {
    /// The score of each section.
    scores: Vec<f32>,
    /// The postings behind them, for the places.
    lists: Vec<Postings>,
    /// The terms, for the excerpt.
    terms: Vec<Sought>,
    /// How rare the unit is.
    rarity: f32,
    /// Whether it is anywhere, and whether as it was typed.
    any: bool,
    exact: bool,
}

/// A section that matches.
struct Candidate {
    section: usize,
    score: f32,
    full: bool,
}

pub(super) fn ask(index: &Index, request: &Request<'_>) -> Reply {
    let mut needed = Vec::new();
    match answer(index, request, &mut needed) {
        Some(found) if needed.is_empty() => Reply::Found(found),
        _ => {
            order::sort(&mut needed, |a, b| a.cmp(b));
            needed.dedup();
            Reply::Need(needed)
        }
    }
}

/// What was read, or nothing; the file that is missing is noted, so that all that are missing are named at once.
fn note<T>(read: Read<T>, needed: &mut Vec<String>) -> Option<T> {
    read.map_err(|file| needed.push(file)).ok()
}

fn answer(index: &Index, request: &Request<'_>, needed: &mut Vec<String>) -> Option<Found> {
    let mut units = parse(request.query);
    if units.is_empty() || index.sections() == 0 {
        return Some(Found::default());
    }
    if index.sections() > MANY_SECTIONS {
        spare_function_words(&mut units);
    }
    let mut matches: Vec<Matches> = units.iter().map(|unit| look_up(index, unit, needed)).collect();
    if !needed.is_empty() {
        return None;
    }
    let corrected = correct(index, &mut units, &mut matches, needed)?;
    let mut candidates = candidates(index, &units, &matches, request.stage);
    let mut found = Found { corrected, ..Found::default() };
    count(index, &candidates, &mut found.kinds);
    if candidates.is_empty() {
        found.suggestions = typo::suggest(note(index.words(), needed)?, &units);
        return Some(found);
    }
    candidates.retain(|one| {
        request.kinds.is_empty() || index.kinds.get(one.section).is_some_and(|kind| request.kinds.contains(kind))
    });
    lift(index, &mut candidates);
    let mut candidates = order::first(candidates, CLOSELY, best_first);
    for candidate in &mut candidates {
        candidate.score *= closeness(&matches, candidate.section) * title(index, &matches, candidate.section);
    }
    order::sort(&mut candidates, best_first);
    if request.kinds.is_empty() {
        one_of_a_place(index, &mut candidates);
    }
    // Function words are not marked: they are everywhere.
    let sought = units.iter().zip(matches).filter(|(unit, _)| unit.needed);
    let terms: Vec<Vec<Sought>> = sought.map(|(_, matches)| matches.terms).collect();
    for candidate in candidates.iter().take(request.limit.min(MOST_HITS)) {
        if let Some(Some(text)) = note(index.text(candidate.section), needed) {
            let kind = index.kinds.get(candidate.section).copied().unwrap_or(Kind::Explanation);
            let shown = excerpt::cut(&text.title, &text.text, &terms, kind == Kind::Code);
            found.hits.push(Hit {
                kind,
                url: text.url.clone(),
                title: shown.title,
                breadcrumb: text.breadcrumb.clone(),
                excerpt: shown.excerpt,
                find: shown.find,
                score: candidate.score,
            });
        }
    }
    Some(found)
}

/// The best first; of equals, the first in the book.
fn best_first(a: &Candidate, b: &Candidate) -> Ordering {
    b.full.cmp(&a.full).then(b.score.total_cmp(&a.score)).then(a.section.cmp(&b.section))
}

fn look_up(index: &Index, unit: &Unit, needed: &mut Vec<String>) -> Matches {
    let mut matches = Matches {
        scores: vec![0.0; index.sections()],
        lists: Vec::new(),
        terms: Vec::new(),
        rarity: 0.0,
        any: false,
        exact: false,
    };
    // Words first: how rare a plain word is tells how rare it can be as a symbol.
    let (words, others): (Vec<&Way>, Vec<&Way>) = unit.ways.iter().partition(|way| way.is_word());
    for way in words {
        matches.add(index, way, f32::MAX, needed);
    }
    let rarest = if unit.plain && matches.any { matches.rarity * 1.1 } else { f32::MAX };
    for way in others {
        matches.add(index, way, rarest, needed);
    }
    if let Some(prefix) = &unit.prefix {
        let known = matches.terms.clone();
        let mut ends = note(index.starting(prefix, PREFIX_FILES), needed).unwrap_or_default();
        ends.retain(|(space, term, _)| term.len() > prefix.len() && !known.iter().any(|known| known.is(*space, term)));
        let ends = order::first(ends, PREFIX_TERMS, |a, b| b.2.cmp(&a.2).then(a.1.cmp(b.1)).then(a.0.cmp(&b.0)));
        let sections: usize = ends.iter().map(|(_, _, sections)| sections).sum();
        let rarity = rarity(index.sections(), sections);
        for (space, term, _) in ends {
            let share = prefix.len() as f32 / term.len() as f32;
            let whole = if matches.exact { 0.35 } else { 1.0 };
            if let Some(Some(postings)) = note(index.postings(space, term), needed) {
                matches.terms.push(Sought { space, term: term.to_string(), weak: matches.exact });
                matches.score(index, vec![postings], whole * share.sqrt() * rarity);
            }
        }
        matches.rarity = matches.rarity.max(if matches.rarity == 0.0 { rarity } else { 0.0 });
    }
    matches.any = !matches.lists.is_empty();
    matches
}

impl Matches {
    /// Adds the sections that hold all terms of a way; it counts for no rarer than `rarest`.
    fn add(&mut self, index: &Index, way: &Way, rarest: f32, needed: &mut Vec<String>) {
        let mut lists = Vec::new();
        for (space, term) in &way.terms {
            match note(index.postings(*space, term), needed) {
                Some(Some(postings)) => lists.push(postings),
                _ => return,
            }
        }
        let sections = lists.iter().map(|list| list.list.len()).min().unwrap_or_default();
        let rarity = rarity(index.sections(), sections).min(rarest);
        self.rarity = self.rarity.max(rarity);
        self.any = true;
        let weak = way.weight < 1.0;
        self.exact |= !weak;
        self.terms.extend(way.terms.iter().map(|(space, term)| Sought { space: *space, term: term.clone(), weak }));
        self.score(index, lists, way.weight * rarity);
    }

    fn score(&mut self, index: &Index, lists: Vec<Postings>, weight: f32) {
        if let [one] = lists.as_slice() {
            one.list.iter().for_each(|posting| self.gain(posting.section, weight * field_score(index, posting)));
        } else if let [first, rest @ ..] = lists.as_slice() {
            for posting in &first.list {
                let others: Option<Vec<&Posting>> = rest.iter().map(|list| at(list, posting.section)).collect();
                let Some(others) = others else { continue };
                let least = others
                    .into_iter()
                    .fold(field_score(index, posting), |least, other| least.min(field_score(index, other)));
                self.gain(posting.section, weight * least);
            }
        }
        self.lists.extend(lists);
    }

    /// The best way counts, the others a little.
    fn gain(&mut self, section: u32, score: f32) {
        if let Some(old) = self.scores.get_mut(section as usize) {
            *old = old.max(score) + 0.2 * old.min(score);
        }
    }

    fn scores(&self, section: usize) -> f32 {
        self.scores.get(section).copied().unwrap_or_default()
    }
}

fn at(list: &Postings, section: u32) -> Option<&Posting> {
    list.list.get(list.list.binary_search_by_key(&section, |posting| posting.section).ok()?)
}

/// BM25's measure of how much it tells that a section holds a term that so many hold.
fn rarity(sections: usize, holding: usize) -> f32 {
    let (all, some) = (sections as f32, holding.min(sections) as f32);
    libm::logf(1.0 + (all - some + 0.5) / (some + 0.5))
}

fn field_score(index: &Index, posting: &Posting) -> f32 {
    let section = posting.section as usize;
    let (title, text) = index.lengths(section);
    let (title_average, text_average) = index.averages;
    let long_title = 1.0 - TITLE_SLOPE + TITLE_SLOPE * title / title_average.max(1.0);
    let long_text = 1.0 - TEXT_SLOPE + TEXT_SLOPE * text / text_average.max(1.0);
    let mut sum = 0.0;
    for (field, (count, weight)) in posting.counts.into_iter().zip(WEIGHTS).enumerate() {
        let length = match field {
            TITLE => long_title,
            CONTEXT => 1.0,
            _ => long_text,
        };
        // Ten times in a block of code is hardly more than twice.
        let count = if field == BLOCK || field == CONTEXT { f32::from(count).min(3.0) } else { f32::from(count) };
        sum += weight * count / length;
    }
    sum / (SATURATION + sum)
}

/// Replaces the needed units that match nothing by the nearest words of the book.
fn correct(
    index: &Index,
    units: &mut [Unit],
    matches: &mut [Matches],
    needed: &mut Vec<String>,
) -> Option<Vec<(String, String)>> {
    let mut corrected = Vec::new();
    for (unit, matches) in units.iter_mut().zip(matches) {
        if matches.any || !unit.needed || !typo::may_be_mistyped(&unit.typed) {
            continue;
        }
        let nearest = typo::nearest(note(index.words(), needed)?, &unit.typed);
        for (word, edits) in nearest {
            let weight = if edits > 1 { 0.5 } else { 0.7 };
            for way in Unit::word(&word, weight) {
                matches.add(index, &way, f32::MAX, needed);
            }
            corrected.push((unit.typed.clone(), word));
        }
    }
    needed.is_empty().then_some(corrected)
}

fn candidates(index: &Index, units: &[Unit], matches: &[Matches], stage: Option<usize>) -> Vec<Candidate> {
    let (from, to) = stage_range(index, stage);
    // What is nowhere can't be asked of a section.
    let needed = |unit: &Unit, matches: &Matches| unit.needed && matches.any;
    let all: f32 = units.iter().zip(matches).filter(|(u, m)| needed(u, m)).map(|(_, m)| m.rarity.max(0.3)).sum();
    let mut found = Vec::new();
    for section in from..to {
        let (mut score, mut held, mut full) = (0.0, 0.0, true);
        for (unit, matches) in units.iter().zip(matches) {
            let gained = matches.scores(section);
            if needed(unit, matches) {
                full &= gained > 0.0;
                score += gained;
                held += if gained > 0.0 { matches.rarity.max(0.3) } else { 0.0 };
            } else {
                score += 0.25 * gained;
            }
        }
        let share = if all > 0.0 { held / all } else { 0.0 };
        if held > 0.0 && (full || share >= 0.5) {
            score *= share * share * prior(index.kinds.get(section).copied());
            found.push(Candidate { section, score, full });
        }
    }
    found
}

/// The sections of a stage; all where none is asked for.
fn stage_range(index: &Index, stage: Option<usize>) -> (usize, usize) {
    let Some(at) = stage else { return (0, index.sections()) };
    let start = index.stages.get(at).map_or(index.sections(), |stage| stage.first);
    let end = index.stages.get(at.saturating_add(1)).map_or(index.sections(), |stage| stage.first);
    (start.min(index.sections()), end.min(index.sections()))
}

/// Of sections that match alike, which one a reader more likely wants.
fn prior(kind: Option<Kind>) -> f32 {
    match kind {
        Some(Kind::Pitfall) => 1.05,
        Some(Kind::Code) => 0.72,
        Some(Kind::Quiz) => 0.7,
        Some(Kind::Stage) => 0.85,
        _ => 1.0,
    }
}

fn count(index: &Index, candidates: &[Candidate], kinds: &mut [usize; 7]) {
    for candidate in candidates {
        let kind = index.kinds.get(candidate.section).map(|kind| *kind as usize);
        if let Some(count) = kind.and_then(|kind| kinds.get_mut(kind)) {
            *count += 1;
        }
    }
}

/// How near to each other the units stand, as a factor from 1: a phrase gains most.
fn closeness(matches: &[Matches], section: usize) -> f32 {
    let places: Vec<Vec<u32>> = matches.iter().map(|matches| matches.places(section)).collect();
    let pairs = matches.len().saturating_sub(1).max(1) as f32;
    let mut gain = 0.0;
    for pair in places.windows(2) {
        let [a, b] = pair else { continue };
        gain += match nearest(a, b) {
            Some(0 | 1) => 1.0,
            Some(apart @ 2..=12) => 1.0 / apart as f32,
            _ => 0.0,
        };
    }
    1.0 + 0.6 * gain / pairs
}

impl Matches {
    /// Where the unit stands in a section, ascending.
    fn places(&self, section: usize) -> Vec<u32> {
        let section = u32::try_from(section).unwrap_or(u32::MAX);
        let mut places = Vec::new();
        for list in &self.lists {
            if let Some(posting) = at(list, section) {
                places.extend_from_slice(list.places(posting));
            }
        }
        order::sort(&mut places, |a, b| a.cmp(b));
        places
    }

    fn in_title(&self, section: usize) -> bool {
        let section = u32::try_from(section).unwrap_or(u32::MAX);
        self.lists.iter().any(|list| at(list, section).is_some_and(|posting| posting.counts.first() > Some(&0)))
    }
}

/// The smallest distance from a place of `a` to one of `b`; backwards counts for two more.
fn nearest(a: &[u32], b: &[u32]) -> Option<u32> {
    let mut best = None;
    for place in a {
        let at = b.partition_point(|other| other < place);
        let after = b.get(at).map(|other| other - place);
        let before = at.checked_sub(1).and_then(|at| b.get(at)).map(|other| place - other + 2);
        best = [best, after, before].into_iter().flatten().min();
    }
    best
}

/// How much of the title the query says, as a factor from 1.
fn title(index: &Index, matches: &[Matches], section: usize) -> f32 {
    let (words, _) = index.lengths(section);
    let said = matches.iter().filter(|matches| matches.in_title(section)).count() as f32;
    let asked = matches.len() as f32;
    1.0 + 0.5 * (said / asked.max(1.0)) * (said / words.max(said).max(1.0))
}

/// The section of the text that a block of code stands in; of other sections, themselves.
fn text_of(index: &Index, section: usize) -> usize {
    let before = index.kinds.get(..section).unwrap_or_default();
    match index.kinds.get(section) {
        Some(Kind::Code) => before.iter().rposition(|kind| *kind != Kind::Code).unwrap_or(section),
        _ => section,
    }
}

/// A text gains by its code: the best block of those that match as well.
fn lift(index: &Index, candidates: &mut [Candidate]) {
    // They stand in the order of their sections, a text before its code.
    let mut text = None;
    let mut lifted = 0.0;
    for at in 0..candidates.len() {
        let Some(candidate) = candidates.get(at) else { return };
        let (section, score, full) = (candidate.section, candidate.score, candidate.full);
        if index.kinds.get(section) != Some(&Kind::Code) {
            (text, lifted) = (Some(at), 0.0);
            continue;
        }
        let own = text.and_then(|at| candidates.get_mut(at)).filter(|own| own.section == text_of(index, section));
        if let Some(own) = own.filter(|own| own.full == full && score * LIFT > lifted) {
            own.score += score * LIFT - lifted;
            lifted = score * LIFT;
        }
    }
}

/// A block of code and the text around it lead to one place: the better of the two stays.
fn one_of_a_place(index: &Index, candidates: &mut Vec<Candidate>) {
    let mut seen = Vec::new();
    candidates.retain(|candidate| {
        let place = text_of(index, candidate.section);
        let new = !seen.contains(&place);
        seen.push(place);
        new
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_the_smallest() {
        assert_eq!(nearest(&[3, 20], &[9, 21]), Some(1));
        assert_eq!(nearest(&[5], &[4]), Some(3));
        assert_eq!(nearest(&[5], &[]), None);
    }
}
