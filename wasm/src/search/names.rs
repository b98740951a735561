//! Rows of names, and several such rows joined.

use std::collections::HashMap;
use std::ops::Range;

use foldhash::fast::RandomState;

use super::bytes::{Reader, Writer};

/// Names, one behind the other in one text, and where each ends.
#[derive(Debug, Default)]
pub(super) struct Names {
    text: String,
    ends: Vec<u32>,
}

impl Names {
    pub(super) fn push(&mut self, name: &str) {
        self.text.push_str(name);
        self.ends.push(u32::try_from(self.text.len()).unwrap_or(u32::MAX));
    }

    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The name at that place; empty where there is none.
    pub(super) fn get(&self, at: usize) -> &str {
        let start = at.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or_default();
        self.ends.get(at).and_then(|end| self.text.get(start as usize..*end as usize)).unwrap_or_default()
    }

    /// How many of these names, which are in order, come before `name`.
    fn before(&self, name: &str) -> usize {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = usize::midpoint(low, high);
            match self.get(middle) < name {
                true => low = middle + 1,
                false => high = middle,
            }
        }
        low
    }

    /// The names of that range.
    fn within(&self, (from, to): (&str, Option<&str>)) -> Range<usize> {
        self.before(from)..to.map_or(self.len(), |to| self.before(to))
    }

    pub(super) fn write(&self, out: &mut Writer) {
        out.size(self.len());
        let mut start = 0;
        for end in &self.ends {
            out.number(end - start);
            start = *end;
        }
        out.text(&self.text);
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let count = reader.count()?;
        let mut ends = Vec::with_capacity(count);
        let mut end = 0u32;
        for _ in 0..count {
            end = end.checked_add(reader.number()?)?;
            ends.push(end);
        }
        let text = reader.text()?.to_string();
        let whole = ends.iter().all(|end| text.is_char_boundary(*end as usize));
        (whole && end as usize == text.len()).then_some(Self { text, ends })
    }
}

/// Which row holds a name, and at which place.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Link {
    pub(super) row: u32,
    pub(super) at: u32,
}

/// The names of several rows.
#[derive(Debug, Default)]
pub(super) struct Joined<'a> {
    /// Each name once, in order, and where its links are.
    pub(super) names: Vec<(&'a str, Range<usize>)>,
    /// The links of each name in the order of the rows.
    pub(super) links: Vec<Link>,
}

/// The least name, and the first that is too large; none where none is.
pub(super) type Bounds<'a> = (&'a str, Option<&'a str>);

impl<'a> Joined<'a> {
    /// Joins rows that are each in order, as far as they are within the bounds.
    pub(super) fn new(rows: impl Iterator<Item = &'a Names>, bounds: Bounds<'_>) -> Self {
        let mut known: HashMap<&str, u32, RandomState> = HashMap::default();
        let (mut names, mut found) = (Vec::new(), Vec::new());
        for (row, all) in (0u32..).zip(rows) {
            for at in all.within(bounds) {
                let name = all.get(at);
                let number = *known.entry(name).or_insert_with(|| {
                    names.push((name, 0));
                    u32::try_from(names.len() - 1).unwrap_or(u32::MAX)
                });
                if let Some((_, count)) = names.get_mut(number as usize) {
                    *count += 1;
                }
                found.push((number, Link { row, at: u32::try_from(at).unwrap_or(u32::MAX) }));
            }
        }
        drop(known);
        in_order(&names, &found)
    }
}

/// Sorts names with their counts, and their links with them.
fn in_order<'a>(names: &[(&'a str, usize)], found: &[(u32, Link)]) -> Joined<'a> {
    let mut order: Vec<(&str, usize, usize)> = Vec::with_capacity(names.len());
    order.extend((0..).zip(names).map(|(number, (name, count))| (*name, number, *count)));
    order.sort_unstable();
    let mut next = vec![0; names.len()];
    let mut joined = Joined { names: Vec::with_capacity(names.len()), links: vec![Link::default(); found.len()] };
    let mut start = 0;
    for (name, number, count) in order {
        if let Some(next) = next.get_mut(number) {
            *next = start;
        }
        joined.names.push((name, start..start + count));
        start += count;
    }
    for (number, link) in found {
        let Some(next) = next.get_mut(*number as usize) else { continue };
        if let Some(place) = joined.links.get_mut(*next) {
            *place = *link;
        }
        *next += 1;
    }
    joined
}

/// About `parts` ranges of names that are about as much work each to join.
pub(super) fn ranges<'a>(rows: impl Iterator<Item = &'a Names>, parts: usize) -> Vec<Bounds<'a>> {
    const SAMPLED: usize = 64;
    let mut some: Vec<&str> =
        rows.flat_map(|all| (SAMPLED..all.len()).step_by(SAMPLED).map(|at| all.get(at))).collect();
    some.sort_unstable();
    let step = (some.len() / parts).max(1);
    let mut cuts: Vec<&str> = some.into_iter().step_by(step).skip(1).collect();
    cuts.dedup();
    let ends = cuts.iter().copied().map(Some).chain([None]);
    std::iter::once("").chain(cuts.iter().copied()).zip(ends).collect()
}
