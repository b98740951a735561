//! The records of a build as a blob for the next one.

use super::record::{Part, Record, Records, Stamp};

/// A file has a hash.
const HASH: u8 = 1;
/// A file has a key.
const KEY: u8 = 2;

/// The blob: the stamp of the site's own list, which these records belong to, and then file by file.
pub(super) fn write(list: Stamp, records: &Records) -> Vec<u8> {
    let mut out = Vec::with_capacity(records.len() * 160);
    stamp(&mut out, list);
    for (path, record) in records {
        let Some(written) = record.stamp else { continue };
        out.push(record.hash.map_or(0, |_| HASH) | record.key.map_or(0, |_| KEY));
        record.hash.iter().chain(&record.key).for_each(|digest| out.extend(digest));
        stamp(&mut out, written);
        number(&mut out, path.len() as u64);
        out.extend(path.as_bytes());
        number(&mut out, record.parts.len() as u64);
        for part in &record.parts {
            out.extend(part.key);
            number(&mut out, part.length);
        }
    }
    out
}

/// The records, where they belong to the list of that stamp and are whole.
pub(super) fn read(blob: &[u8], list: Stamp) -> Option<Records> {
    let mut reader = Reader(blob);
    if reader.stamp()? != list {
        return None;
    }
    let mut records = Vec::new();
    while !reader.0.is_empty() {
        records.push(reader.record()?);
    }
    Some(records.into_iter().collect())
}

fn number(out: &mut Vec<u8>, number: u64) {
    out.extend(number.to_le_bytes());
}

fn stamp(out: &mut Vec<u8>, stamp: Stamp) {
    number(out, stamp.length);
    number(out, stamp.written);
}

/// What is left to read. Whatever is missing is none.
struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (first, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*first)
    }

    fn number(&mut self) -> Option<u64> {
        self.take().map(u64::from_le_bytes)
    }

    fn stamp(&mut self) -> Option<Stamp> {
        Some(Stamp { length: self.number()?, written: self.number()? })
    }

    fn text(&mut self) -> Option<String> {
        let length = usize::try_from(self.number()?).ok()?;
        let (text, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        String::from_utf8(text.to_vec()).ok()
    }

    fn record(&mut self) -> Option<(String, Record)> {
        let [holds] = self.take()?;
        let hash = if holds & HASH != 0 { Some(self.take()?) } else { None };
        let key = if holds & KEY != 0 { Some(self.take()?) } else { None };
        let stamp = Some(self.stamp()?);
        let path = self.text()?;
        let parts = self.number()?;
        let parts =
            (0..parts).map(|_| Some(Part { key: self.take()?, length: self.number()? })).collect::<Option<_>>()?;
        Some((path, Record { hash, stamp, key, parts }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_come_back_and_half_of_them_never_do() {
        let list = Stamp { length: 1, written: 2 };
        let stamp = Some(Stamp { length: 3, written: 4 });
        let record = |hash, key, parts| Record { hash, stamp, key, parts };
        let parts = vec![Part { key: [5; 32], length: 6 }, Part { key: [7; 32], length: 8 }];
        let records = Records::from([
            ("a".to_string(), record(Some([1; 32]), None, Vec::new())),
            ("b".to_string(), record(None, Some([2; 32]), parts)),
        ]);
        let blob = write(list, &records);
        assert_eq!(read(&blob, list).as_ref(), Some(&records));
        assert_eq!(read(&blob, Stamp { length: 1, written: 3 }), None, "those of another list");
        let whole = (0..blob.len()).filter_map(|cut| read(&blob[..cut], list)).filter(|read| !read.is_empty());
        assert!(whole.eq([Records::from_iter(records.clone().into_iter().take(1))]), "cut between two files");
        let mut damaged = blob.clone();
        damaged.iter_mut().skip(17).for_each(|byte| *byte = 0xff);
        assert_eq!(read(&damaged, list), None);
    }
}
