//! The index's bytes: numbers of variable length, and files that are sealed, so that a damaged one is told from a sound one.
//!
//! Whatever the bytes are, reading ends, gives at most what they hold, and never panics.

/// How every file of an index starts: two letters, and the version of the format.
const MAGIC: [u8; 3] = [b'F', b'G', 2];

/// Bytes of a seal: the magic, the kind of the file, the checksum of what follows.
const SEAL: usize = 8;

/// Reads a file's bytes from their start.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// How many bytes are left.
    pub(super) fn left(&self) -> usize {
        self.rest.len()
    }

    pub(super) fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*first)
    }

    pub(super) fn bytes(&mut self, count: usize) -> Option<&'a [u8]> {
        let (bytes, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        Some(bytes)
    }

    /// Seven bits a byte, the lowest first; the high bit says that more follow.
    pub(super) fn number(&mut self) -> Option<u32> {
        let mut value = 0u32;
        for shift in [0, 7, 14, 21, 28] {
            let byte = self.byte()?;
            value |= u32::from(byte & 0x7f).checked_shl(shift)?;
            if byte < 0x80 {
                return Some(value);
            }
        }
        None
    }

    pub(super) fn size(&mut self) -> Option<usize> {
        usize::try_from(self.number()?).ok()
    }

    /// A count of things of which each takes a byte at least.
    pub(super) fn count(&mut self) -> Option<usize> {
        self.size().filter(|count| *count <= self.left())
    }

    pub(super) fn fixed(&mut self) -> Option<u32> {
        Some(u32::from_le_bytes(self.bytes(4)?.try_into().ok()?))
    }

    pub(super) fn text(&mut self) -> Option<&'a str> {
        let length = self.size()?;
        std::str::from_utf8(self.bytes(length)?).ok()
    }

    /// A text that shares its start with the one before it, which it replaces.
    pub(super) fn next_text(&mut self, last: &mut Vec<u8>) -> Option<()> {
        let shared = self.size()?;
        let length = self.size()?;
        let rest = self.bytes(length)?;
        // A sound index never shares more than there is; a term is at most some dozen bytes.
        if shared > last.len() || shared + length > 4096 {
            return None;
        }
        last.truncate(shared);
        last.extend_from_slice(rest);
        Some(())
    }
}

/// Writes what [`Reader`] reads.
#[derive(Debug, Default)]
pub(super) struct Writer {
    pub(super) out: Vec<u8>,
}

impl Writer {
    pub(super) fn number(&mut self, mut value: u32) {
        while value >= 0x80 {
            self.out.push(value.to_le_bytes()[0] | 0x80);
            value >>= 7;
        }
        self.out.push(value.to_le_bytes()[0]);
    }

    pub(super) fn size(&mut self, value: usize) {
        self.number(u32::try_from(value).unwrap_or(u32::MAX));
    }

    pub(super) fn fixed(&mut self, value: u32) {
        self.out.extend_from_slice(&value.to_le_bytes());
    }

    pub(super) fn text(&mut self, text: &str) {
        self.size(text.len());
        self.out.extend_from_slice(text.as_bytes());
    }

    /// A text that shares its start with `last`.
    pub(super) fn next_text(&mut self, last: &str, text: &str) {
        let shared = last.bytes().zip(text.bytes()).take_while(|(a, b)| a == b).count();
        self.size(shared);
        self.size(text.len() - shared);
        self.out.extend_from_slice(text.as_bytes().get(shared..).unwrap_or_default());
    }

    /// The file's bytes behind their seal, and the checksum that is part of its name.
    pub(super) fn seal(self, kind: u8) -> (Vec<u8>, u32) {
        let sum = checksum(&self.out);
        let mut file = Vec::with_capacity(SEAL + self.out.len());
        file.extend_from_slice(&MAGIC);
        file.push(kind);
        file.extend_from_slice(&sum.to_le_bytes());
        file.extend_from_slice(&self.out);
        (file, sum)
    }
}

/// What stands behind the seal of a sound file of that kind, and its checksum.
///
/// # Errors
/// A sentence that says what is wrong with the file.
pub(super) fn unseal(file: &[u8], kind: u8) -> Result<(&[u8], u32), &'static str> {
    let mut reader = Reader::new(file);
    let magic = reader.bytes(MAGIC.len()).ok_or(DAMAGED)?;
    if magic.starts_with(b"FG") && magic != MAGIC {
        return Err("The search index is of another version than this page: reload the page.");
    }
    let told = reader.byte();
    let sum = reader.fixed().ok_or(DAMAGED)?;
    if magic != MAGIC || told != Some(kind) || checksum(reader.rest) != sum {
        return Err(DAMAGED);
    }
    Ok((reader.rest, sum))
}

/// What is said of an index whose bytes make no sense.
pub(super) const DAMAGED: &str = "The search index is damaged: build the site again, or load the page again.";

/// Four bytes a step, each of which can be undone: so every change of a single byte changes the sum.
fn checksum(bytes: &[u8]) -> u32 {
    let (words, rest) = bytes.as_chunks();
    let step = |sum: u32, word: u32| (sum.rotate_left(5) ^ word).wrapping_mul(0x9e37_79b1);
    let sum = words.iter().fold(0x811c_9dc5, |sum, word| step(sum, u32::from_le_bytes(*word)));
    rest.iter().fold(sum, |sum, byte| step(sum, u32::from(*byte)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let mut writer = Writer::default();
        for number in [0, 1, 127, 128, 300, u32::MAX] {
            writer.number(number);
        }
        writer.text("é");
        writer.next_text("", "lambda");
        writer.next_text("lambda", "lamp");
        let (file, sum) = writer.seal(b'x');
        let (payload, read) = unseal(&file, b'x').unwrap();
        assert_eq!(sum, read);
        let mut reader = Reader::new(payload);
        for number in [0, 1, 127, 128, 300, u32::MAX] {
            assert_eq!(reader.number(), Some(number));
        }
        assert_eq!(reader.text(), Some("é"));
        let mut term = Vec::new();
        for expected in ["lambda", "lamp"] {
            reader.next_text(&mut term).unwrap();
            assert_eq!(term, expected.as_bytes());
        }
        assert_eq!(reader.left(), 0);
    }

    #[test]
    fn every_changed_byte_breaks_the_seal() {
        let mut writer = Writer::default();
        writer.text("some text of an index");
        let (file, _) = writer.seal(b'x');
        for at in 0..file.len() {
            let mut damaged = file.clone();
            damaged[at] ^= 0x20;
            assert!(unseal(&damaged, b'x').is_err(), "byte {at}");
        }
        assert!(unseal(&file, b'y').is_err());
        assert!(unseal(&file[..5], b'x').is_err());
    }
}
