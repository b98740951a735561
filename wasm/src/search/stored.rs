//! What the builder keeps of a run from one build to the next.

use std::hash::BuildHasher;

use foldhash::fast::FixedState;

use super::batch::Batch;
use super::bytes::{Reader, Writer};
use super::encode::{Sealed, Texts};

/// A run of pages, or several runs joined: all that the index needs of them.
#[derive(Debug, Default)]
pub struct Stored {
    /// How many sections each page has.
    pub counts: Vec<usize>,
    /// The files with the texts of each run.
    pub texts: Vec<Texts>,
    /// Its terms.
    pub batch: Batch,
}

/// Bytes of the hash of all that follows it.
const HASH: usize = 8;

impl Stored {
    /// The bytes that [`Stored::read`] reads.
    pub fn write(&self) -> Vec<u8> {
        let mut out = Writer { out: vec![0; HASH] };
        out.size(self.counts.len());
        self.counts.iter().for_each(|count| out.size(*count));
        out.size(self.texts.len());
        for texts in &self.texts {
            out.fixed(texts.first);
            out.size(texts.files.len());
            for (sections, sum) in &texts.files {
                out.size(*sections);
                out.fixed(sum.0);
            }
        }
        self.batch.write(&mut out);
        let mut bytes = out.out;
        if let Some((head, rest)) = bytes.split_first_chunk_mut() {
            *head = hash(rest);
        }
        bytes
    }

    /// None where the bytes are damaged.
    pub fn read(bytes: Vec<u8>) -> Option<Self> {
        let (head, rest) = bytes.split_first_chunk()?;
        if *head != hash(rest) {
            return None;
        }
        let mut reader = Reader::new(rest);
        let pages = reader.count()?;
        let counts = (0..pages).map(|_| reader.size()).collect::<Option<_>>()?;
        let runs = reader.count()?;
        let texts = (0..runs).map(|_| read_texts(&mut reader)).collect::<Option<_>>()?;
        let before = bytes.len() - reader.left();
        Some(Self { counts, texts, batch: Batch::read(bytes, before)? })
    }

    /// Joins runs that come one after the other: what is joined once need not be joined at each build.
    pub fn join(runs: Vec<Self>) -> Self {
        let batch = Batch::join(&runs.iter().map(|run| &run.batch).collect::<Vec<_>>());
        let (counts, texts): (Vec<_>, Vec<_>) = runs.into_iter().map(|run| (run.counts, run.texts)).unzip();
        Self { counts: counts.concat(), texts: texts.concat(), batch }
    }
}

fn read_texts(reader: &mut Reader<'_>) -> Option<Texts> {
    let first = reader.fixed()?;
    let files = reader.count()?;
    let files = (0..files).map(|_| Some((reader.size()?, Sealed(reader.fixed()?)))).collect::<Option<_>>()?;
    Some(Texts { first, files })
}

/// The hash is for what this program wrote on this machine: it need not be the same elsewhere.
fn hash(bytes: &[u8]) -> [u8; HASH] {
    FixedState::default().hash_one(bytes).to_le_bytes()
}
