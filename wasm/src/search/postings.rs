//! Where a term stands: sections in order, how often in which of their fields, and at which places.

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

    /// Adds an occurrence. Sections come in order, places in order within a section; of the context there are no places.
    pub(super) fn add(&mut self, section: u32, field: usize, place: Option<u32>) {
        if self.list.last().is_none_or(|last| last.section != section) {
            self.list.push(Posting { section, counts: [0; FIELDS], places: (self.places.len(), 0) });
        }
        let Some(last) = self.list.last_mut() else { return };
        let Some(count) = last.counts.get_mut(field).filter(|count| **count < MOST) else { return };
        *count += 1;
        if let Some(place) = place {
            self.places.push(place);
            last.places.1 += 1;
        }
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        let mut out = Writer::default();
        let with_places = self.places.len() <= MOST_PLACES;
        out.number(u32::from(with_places));
        let mut last = 0;
        for posting in &self.list {
            out.number(posting.section - last);
            last = posting.section;
            // One occurrence in one field, by far the most frequent case, takes one byte.
            let fields = posting.counts.iter().filter(|count| **count > 0).count();
            let single = fields == 1 && posting.counts.contains(&1);
            let mask =
                (0u8..).zip(posting.counts).fold(0, |mask, (field, count)| mask | (u8::from(count > 0) << field));
            out.out.push(mask | u8::from(single) << 7);
            if !single {
                posting.counts.iter().filter(|count| **count > 0).for_each(|count| out.out.push(*count));
            }
            if with_places {
                let mut before = 0;
                for place in self.places(posting) {
                    out.number(place - before);
                    before = *place;
                }
            }
        }
        out.out
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
            let mask = reader.byte()?;
            let mut counts = [0; FIELDS];
            for (field, count) in counts.iter_mut().enumerate() {
                if mask >> field & 1 == 1 {
                    *count = if mask & 0x80 != 0 { 1 } else { reader.byte()?.min(MOST) };
                }
            }
            let start = postings.places.len();
            let [title, _, inline, block, prose] = counts.map(usize::from);
            let placed = if with_places { title + inline + block + prose } else { 0 };
            let mut place = 0u32;
            for _ in 0..placed {
                place = place.checked_add(reader.number()?)?;
                postings.places.push(place);
            }
            postings.list.push(Posting { section, counts, places: (start, placed) });
        }
        Some(postings)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let mut postings = Postings::default();
        postings.add(0, PROSE, Some(7));
        postings.add(3, TITLE, Some(0));
        postings.add(3, CONTEXT, None);
        postings.add(3, BLOCK, Some(30));
        postings.add(3, BLOCK, Some(300));
        for place in 0..40 {
            postings.add(9, INLINE, Some(place * 2));
        }
        let read = Postings::decode(&postings.encode(), 3, 10);
        assert_eq!(read.as_ref(), Some(&postings));
        assert_eq!(postings.places(&postings.list[1]), [0, 30, 300]);
        assert_eq!(postings.list[2].counts[INLINE], MOST);
        assert_eq!(Postings::decode(&postings.encode(), 3, 9), None, "a section that the index doesn't have");
        assert_eq!(Postings::decode(&postings.encode(), 4, 10), None, "more postings than there are");
    }
}
