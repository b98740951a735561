//! Python's `hash()` and `==` for the keys of the dict and set labs: int, float, str, tuple, bool and None.
//!
//! Modelled after 64-bit CPython 3.11–3.13: `Python/pyhash.c` (floats, SipHash-1-3), `Python/bootstrap_hash.c` (the key that
//! PYTHONHASHSEED gives), `Objects/longobject.c`, `Objects/unicodeobject.c` and `Objects/tupleobject.c`.
//!
//! Two hashes of CPython are addresses in memory, and stand for something fixed here:
//! - `None` hashes to `0xFCA86420`, as in 3.12 and later; 3.11 takes its address.
//! - a nan hashes by the address of its object; here the n-th nan lies at `0x7F00_0000_0000 + 32 * n`.

#[cfg(feature = "json")]
pub mod json;
pub mod literal;
pub mod number;

use number::Int;

/// The prime that numbers are reduced by: 2**61 - 1.
pub const MODULUS: u64 = (1 << 61) - 1;

/// `hash(None)` from CPython 3.12 on.
pub const NONE_HASH: i64 = 0xFCA8_6420;

/// Where the first nan lies in memory, by the simplification of this module.
const NAN_ADDRESS: u64 = 0x7F00_0000_0000;

/// How deep tuples may nest, in literals and in JSON.
pub const MAX_DEPTH: u32 = 64;

/// A key: a Python object as far as `hash()` and `==` see it.
#[derive(Debug, Clone)]
pub enum Value {
    /// `None`.
    None,
    /// `True` or `False`: equal to 1 and 0, with their hashes.
    Bool(bool),
    /// An int of any size.
    Int(Int),
    /// A float that is not nan.
    Float(f64),
    /// A nan object: equal to nothing, and found in a table by its identity alone.
    Nan(u32),
    /// A str.
    Str(String),
    /// A tuple.
    Tuple(Vec<Value>),
}

impl Value {
    /// `float` as a key; each nan is the object of that number.
    pub fn float(float: f64, nan: impl FnOnce() -> u32) -> Self {
        if float.is_nan() { Self::Nan(nan()) } else { Self::Float(float) }
    }

    /// Whether it is an exact `str`: what a dict asks before it chooses its kind of table.
    pub fn is_str(&self) -> bool {
        matches!(self, Self::Str(_))
    }

    /// `a is b or a == b`, as dict and set compare a stored key with the one they look for.
    pub fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::None, Self::None) => true,
            (Self::Str(a), Self::Str(b)) => a == b,
            (Self::Int(a), Self::Int(b)) => a == b,
            (Self::Nan(a), Self::Nan(b)) => a == b,
            (Self::Float(a), Self::Float(b)) => a == b,
            (Self::Tuple(a), Self::Tuple(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.same(b)),
            (Self::Float(float), other) | (other, Self::Float(float)) => {
                other.as_int().is_some_and(|int| int.equals_float(*float))
            }
            (a, b) => match (a.as_int(), b.as_int()) {
                (Some(a), Some(b)) => a == b,
                _ => false,
            },
        }
    }

    fn as_int(&self) -> Option<Int> {
        match self {
            Self::Bool(bool) => Some(Int::Small(i64::from(*bool))),
            Self::Int(int) => Some(int.clone()),
            _ => None,
        }
    }

    /// `hash(self)` under a seed.
    pub fn hash(&self, seed: Seed) -> i64 {
        match self {
            Self::None => NONE_HASH,
            Self::Bool(bool) => i64::from(*bool),
            Self::Int(int) => int.hash(),
            Self::Float(float) => number::float_hash(*float),
            Self::Nan(number) => {
                let address = NAN_ADDRESS + 32 * u64::from(*number);
                address.rotate_right(4) as i64
            }
            Self::Str(text) => seed.hash_str(text),
            Self::Tuple(items) => {
                const PRIME_1: u64 = 11_400_714_785_074_694_791;
                const PRIME_2: u64 = 14_029_467_366_897_019_727;
                const PRIME_5: u64 = 2_870_177_450_012_600_261;
                let sum = items.iter().fold(PRIME_5, |sum, item| {
                    let lane = (item.hash(seed) as u64).wrapping_mul(PRIME_2);
                    sum.wrapping_add(lane).rotate_left(31).wrapping_mul(PRIME_1)
                });
                match sum.wrapping_add(items.len() as u64 ^ PRIME_5 ^ 3_527_539) {
                    u64::MAX => 1_546_275_796,
                    sum => sum as i64,
                }
            }
        }
    }
}

/// -1 is how C code reports an error, so no hash is -1.
fn never_minus_one(hash: i64) -> i64 {
    if hash == -1 { -2 } else { hash }
}

/// What PYTHONHASHSEED makes of a seed: the 128-bit key that strings are hashed with.
#[derive(Debug, Clone, Copy)]
pub struct Seed {
    k0: u64,
    k1: u64,
}

impl Seed {
    /// The key of a seed: zeros for 0, otherwise 16 bytes of CPython's linear congruential generator.
    pub fn new(seed: u32) -> Self {
        if seed == 0 {
            return Self { k0: 0, k1: 0 };
        }
        let mut state = seed;
        let mut next = || {
            (0..8).fold(0_u64, |key, at| {
                state = state.wrapping_mul(214_013).wrapping_add(2_531_011);
                key | u64::from(state >> 16 & 0xFF) << (8 * at)
            })
        };
        Self { k0: next(), k1: next() }
    }

    /// The hash of a str: of its code points, 1, 2 or 4 bytes each as its widest character needs. The empty one is 0.
    fn hash_str(self, text: &str) -> i64 {
        let Some(widest) = text.chars().max() else { return 0 };
        let width = match widest as u32 {
            0..0x100 => 1,
            0x100..0x1_0000 => 2,
            _ => 4,
        };
        let mut sip = SipHash13::new(self);
        for c in text.chars() {
            for byte in (c as u32).to_le_bytes().into_iter().take(width) {
                sip.push(byte);
            }
        }
        never_minus_one(sip.finish() as i64)
    }
}

/// SipHash with one round a word and three at the end.
struct SipHash13 {
    v: [u64; 4],
    word: u64,
    length: u64,
}

impl SipHash13 {
    fn new(key: Seed) -> Self {
        let v = [
            key.k0 ^ 0x736F_6D65_7073_6575,
            key.k1 ^ 0x646F_7261_6E64_6F6D,
            key.k0 ^ 0x6C79_6765_6E65_7261,
            key.k1 ^ 0x7465_6462_7974_6573,
        ];
        Self { v, word: 0, length: 0 }
    }

    fn push(&mut self, byte: u8) {
        self.word |= u64::from(byte) << (8 * (self.length % 8));
        self.length += 1;
        if self.length.is_multiple_of(8) {
            self.absorb();
        }
    }

    fn absorb(&mut self) {
        self.v[3] ^= self.word;
        self.round();
        self.v[0] ^= self.word;
        self.word = 0;
    }

    fn round(&mut self) {
        let [mut a, mut b, mut c, mut d] = self.v;
        a = a.wrapping_add(b);
        c = c.wrapping_add(d);
        b = b.rotate_left(13) ^ a;
        d = d.rotate_left(16) ^ c;
        a = a.rotate_left(32);
        a = a.wrapping_add(d);
        c = c.wrapping_add(b);
        d = d.rotate_left(21) ^ a;
        b = b.rotate_left(17) ^ c;
        c = c.rotate_left(32);
        self.v = [a, b, c, d];
    }

    fn finish(mut self) -> u64 {
        self.word |= self.length << 56;
        self.absorb();
        self.v[2] ^= 0xFF;
        for _ in 0..3 {
            self.round();
        }
        let [a, b, c, d] = self.v;
        a ^ b ^ c ^ d
    }
}
