//! Where a term stands: sections in order, how often in which of their fields, and at which places.
//!
//! Postings are written a [`List`] at a time, for a run of consecutive sections, and joined when all are there: how they are
//! written depends on the sections before in nothing but the first number. The places of all of a term's postings stand behind
//! the postings, so that they can be left out.

use super::bytes::{Reader, Writer};

/// Titles, context, inline code, blocks of code, prose.
pub(super) const FIELDS: usize = 5;
pub(super) const TITLE: usize = 0;
pub(super) const CONTEXT: usize = 1;
pub(super) const INLINE: usize = 2;
pub(super) const BLOCK: usize = 3;
pub(super) const PROSE: usize = 4;

/// A term's occurrences in a section beyond this many tell nothing more.
pub(super) const MOST: u8 = 15;

/// A term that stands in more places than this loses them: so common a word says little by its place, and much of the
/// index would be its places.
pub(super) const MOST_PLACES: usize = 24_000;

/// A section that holds a term.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Posting {
    pub(super) section: u32,
    /// How often, by field.
    pub(super) counts: [u8; FIELDS],
    /// Where the places start in the list's own row of places, and how many they are.
    pub(super) places: (usize, usize),
}

/// All sections that hold a term, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Postings {
    pub(super) list: Vec<Posting>,
    pub(super) places: Vec<u32>,
}

impl Postings {
    /// The places of a posting, ascending.
    pub(super) fn places(&self, posting: &Posting) -> &[u32] {
        let (start, count) = posting.places;
        self.places.get(start..start + count).unwrap_or_default()
    }

    /// Reads as many postings as there are, of sections below `sections`.
    pub(super) fn decode(bytes: &[u8], count: usize, sections: usize) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        let with_places = reader.number()? == 1;
        let mut postings = Self::default();
        postings.list.reserve(count.min(bytes.len()));
        let mut section = 0u32;
        for first in (0..count).map(|i| i == 0) {
            let step = reader.number()?;
            section = section.checked_add(step).filter(|_| first || step > 0)?;
            if usize::try_from(section).ok()? >= sections {
                return None;
            }
            let (_, counts) = counts(&mut reader)?;
            postings.list.push(Posting { section, counts, places: (0, 0) });
        }
        for posting in postings.list.iter_mut().filter(|_| with_places) {
            posting.places = (postings.places.len(), places_of(posting.counts));
            let mut place = 0u32;
            for _ in 0..posting.places.1 {
                place = place.checked_add(reader.number()?)?;
                postings.places.push(place);
            }
        }
        Some(postings)
    }
}

/// The postings of a term in a run of sections, as they are written; the bytes stand elsewhere.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct List {
    /// How many sections hold it.
    pub(super) sections: u32,
    /// The first of them, and the last.
    pub(super) first: u32,
    pub(super) last: u32,
    /// In how many places it stands.
    pub(super) places: u32,
    /// Where its postings start; the first section's number is not in them. How many bytes they are.
    pub(super) start: u32,
    pub(super) bytes: u32,
    /// The same of their places.
    pub(super) place_start: u32,
    pub(super) place_bytes: u32,
}

/// Writes lists, one after the other.
#[derive(Debug, Default)]
pub(super) struct ListWriter {
    pub(super) out: Writer,
    /// The places of all lists.
    pub(super) placed: Writer,
    list: List,
    /// Of the section that is written on: how often in which field, and where.
    counts: [u8; FIELDS],
    places: Vec<u32>,
}

impl ListWriter {
    /// Adds an occurrence. Sections come in order, places in order within a section; of the context there are no places.
    pub(super) fn add(&mut self, section: u32, field: usize, place: u32) {
        if self.list.sections == 0 {
            let (start, place_start) = (length(&self.out), length(&self.placed));
            self.list = List { sections: 1, first: section, last: section, start, place_start, ..List::default() };
        } else if self.list.last != section {
            self.posting();
            self.out.number(section - self.list.last);
            self.list.last = section;
            self.list.sections += 1;
        }
        if let Some(count) = self.counts.get_mut(field).filter(|count| **count < MOST) {
            *count += 1;
            if field != CONTEXT {
                self.places.push(place);
            }
        }
    }

    /// Ends the list.
    pub(super) fn finish(&mut self) -> List {
        self.posting();
        let mut list = std::mem::take(&mut self.list);
        list.bytes = length(&self.out) - list.start;
        list.place_bytes = length(&self.placed) - list.place_start;
        list
    }

    /// Writes lists as one.
    pub(super) fn join<'a>(&mut self, lists: impl Iterator<Item = Written<'a>>) -> List {
        let mut joined = List { start: length(&self.out), place_start: length(&self.placed), ..List::default() };
        for Written { list, before, postings, places } in lists {
            let first = before + list.first;
            match joined.sections {
                0 => joined.first = first,
                _ => self.out.number(first - joined.last),
            }
            self.out.out.extend_from_slice(postings);
            self.placed.out.extend_from_slice(places);
            joined.sections += list.sections;
            joined.places += list.places;
            joined.last = before + list.last;
        }
        joined.bytes = length(&self.out) - joined.start;
        joined.place_bytes = length(&self.placed) - joined.place_start;
        joined
    }

    fn posting(&mut self) {
        // One occurrence in one field, by far the most frequent case, takes one byte.
        let fields = self.counts.iter().filter(|count| **count > 0).count();
        let single = fields == 1 && self.counts.contains(&1);
        let mask = (0u8..).zip(self.counts).fold(0, |mask, (field, count)| mask | (u8::from(count > 0) << field));
        self.out.out.push(mask | u8::from(single) << 7);
        if !single {
            self.out.out.extend(self.counts.iter().filter(|count| **count > 0));
        }
        let mut before = 0;
        for place in self.places.drain(..) {
            self.placed.number(place - before);
            before = place;
            self.list.places += 1;
        }
        self.counts = [0; FIELDS];
    }
}

fn length(out: &Writer) -> u32 {
    u32::try_from(out.out.len()).unwrap_or(u32::MAX)
}

/// A list with its bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Written<'a> {
    pub(super) list: List,
    /// How many sections stand before its run.
    pub(super) before: u32,
    pub(super) postings: &'a [u8],
    pub(super) places: &'a [u8],
}

/// The lists of a term, in order.
pub(super) trait Lists<'a>: Iterator<Item = Written<'a>> + Clone {
    /// How many sections hold the term, and how many bytes its postings take.
    fn size(self) -> (usize, usize) {
        let (mut sections, mut bytes, mut last) = (0, 1, 0);
        let (mut places, mut place_bytes) = (0, 0);
        for Written { list, before, .. } in self {
            sections += list.sections as usize;
            bytes += number_bytes(before + list.first - last) + list.bytes as usize;
            places += list.places as usize;
            place_bytes += list.place_bytes as usize;
            last = before + list.last;
        }
        bytes += if places <= MOST_PLACES { place_bytes } else { 0 };
        (sections, if sections == 0 { 0 } else { bytes })
    }

    /// Writes the term's postings.
    fn write(self, out: &mut Writer) {
        let with_places = self.clone().map(|one| one.list.places as usize).sum::<usize>() <= MOST_PLACES;
        out.number(u32::from(with_places));
        let mut last = 0;
        for Written { list, before, postings, .. } in self.clone() {
            out.number(before + list.first - last);
            out.out.extend_from_slice(postings);
            last = before + list.last;
        }
        for one in self.filter(|_| with_places) {
            out.out.extend_from_slice(one.places);
        }
    }
}

impl<'a, I: Iterator<Item = Written<'a>> + Clone> Lists<'a> for I {}

/// How many bytes a number takes.
fn number_bytes(number: u32) -> usize {
    (number.max(1).ilog2() / 7 + 1) as usize
}

/// In which fields a term stands, and how often in each.
fn counts(reader: &mut Reader<'_>) -> Option<(u8, [u8; FIELDS])> {
    let mask = reader.byte()?;
    let mut counts = [0; FIELDS];
    for (field, count) in counts.iter_mut().enumerate() {
        if mask >> field & 1 == 1 {
            *count = if mask & 0x80 != 0 { 1 } else { reader.byte()?.min(MOST) };
        }
    }
    Some((mask, counts))
}

/// How many places such a posting has.
fn places_of([title, _, inline, block, prose]: [u8; FIELDS]) -> usize {
    [title, inline, block, prose].into_iter().map(usize::from).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(writer: &ListWriter, list: List, before: u32) -> Written<'_> {
        let part = |start: u32, count: u32| start as usize..(start + count) as usize;
        let postings = &writer.out.out[part(list.start, list.bytes)];
        let places = &writer.placed.out[part(list.place_start, list.place_bytes)];
        Written { list, before, postings, places }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let mut writer = ListWriter::default();
        writer.add(0, PROSE, 7);
        writer.add(3, TITLE, 0);
        writer.add(3, CONTEXT, 5);
        writer.add(3, BLOCK, 30);
        writer.add(3, BLOCK, 300);
        let one = writer.finish();
        for place in 0..40 {
            writer.add(2, INLINE, place * 2);
        }
        let other = writer.finish();
        let lists = [written(&writer, one, 0), written(&writer, other, 7)];
        let mut out = Writer::default();
        lists.into_iter().write(&mut out);
        assert_eq!(lists.into_iter().size(), (3, out.out.len()));

        let postings = Postings::decode(&out.out, 3, 10).unwrap();
        let found: Vec<(u32, &[u32])> =
            postings.list.iter().map(|posting| (posting.section, postings.places(posting))).collect();
        assert_eq!(found.first().unwrap(), &(0, &[7][..]));
        assert_eq!(found.get(1).unwrap(), &(3, &[0, 30, 300][..]));
        assert_eq!(found.get(2).map(|(section, places)| (*section, places.len())), Some((9, usize::from(MOST))));
        assert_eq!(postings.list.get(1).unwrap().counts, [1, 1, 0, 2, 0]);
        assert_eq!(Postings::decode(&out.out, 3, 9), None, "a section that the index doesn't have");
        assert_eq!(Postings::decode(&out.out, 4, 10), None, "more postings than there are");
    }

    #[test]
    fn a_term_of_very_many_places_loses_them() {
        let mut writer = ListWriter::default();
        for section in 0..2000 {
            for place in 0..13 {
                writer.add(section, if place == 0 { CONTEXT } else { PROSE }, place * 100);
            }
        }
        let list = writer.finish();
        let lists = [written(&writer, list, 0), written(&writer, list, 2000)];
        for (lists, placed) in [(&lists[..1], 12), (&lists[..], 0)] {
            let mut out = Writer::default();
            lists.iter().copied().write(&mut out);
            let sections = lists.len() * 2000;
            assert_eq!(lists.iter().copied().size(), (sections, out.out.len()));
            let postings = Postings::decode(&out.out, sections, sections).unwrap();
            assert!(postings.list.iter().all(|posting| posting.counts == [0, 1, 0, 0, 12]));
            assert!(postings.list.iter().all(|posting| postings.places(posting).len() == placed));
        }
    }
}
