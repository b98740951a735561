//! Ints of any size and floats, as far as a key needs them: read, compared, hashed, written.

use super::{MODULUS, never_minus_one};

/// The most digits of an int, as `sys.get_int_max_str_digits()` has it.
pub const MAX_DIGITS: usize = 4300;

/// An int. What fits an i64 is `Small`, so equal ints are equal values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Int {
    /// An int that fits.
    Small(i64),
    /// One that does not: its sign and its magnitude in words of 32 bits, least first, without zeros at the end.
    Big(bool, Vec<u32>),
}

impl Int {
    /// Reads decimal digits, with single underscores between them and a sign before them.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
        if !is_grouped(digits) || digits.len() > 2 * MAX_DIGITS {
            return None;
        }
        let mut words: Vec<u32> = Vec::new();
        let mut count = 0;
        for digit in digits.bytes().filter(|byte| *byte != b'_') {
            count += 1;
            let mut carry = u64::from(digit - b'0');
            for word in &mut words {
                carry += u64::from(*word) * 10;
                *word = carry as u32;
                carry >>= 32;
            }
            if carry > 0 {
                words.push(carry as u32);
            }
        }
        (count <= MAX_DIGITS).then(|| Self::new(text.starts_with('-'), words))
    }

    fn new(negative: bool, words: Vec<u32>) -> Self {
        let magnitude = match *words.as_slice() {
            [] => 0,
            [low] => i128::from(low),
            [low, high] => i128::from(high) << 32 | i128::from(low),
            _ => return Self::Big(negative, words),
        };
        match i64::try_from(if negative { -magnitude } else { magnitude }) {
            Ok(small) => Self::Small(small),
            Err(_) => Self::Big(negative, words),
        }
    }

    /// The int of that value.
    pub fn from_i128(value: i128) -> Self {
        let mut rest = value.unsigned_abs();
        let mut words = Vec::new();
        while rest > 0 {
            words.push(rest as u32);
            rest >>= 32;
        }
        Self::new(value < 0, words)
    }

    /// The value, where 128 bits hold it.
    pub fn to_i128(&self) -> Option<i128> {
        match self {
            Self::Small(small) => Some(i128::from(*small)),
            Self::Big(negative, words) => {
                let magnitude = words
                    .iter()
                    .rev()
                    .try_fold(0_u128, |value, word| (value >> 96 == 0).then(|| value << 32 | u128::from(*word)))?;
                let value = i128::try_from(magnitude).ok()?;
                Some(if *negative { -value } else { value })
            }
        }
    }

    /// The int with its sign turned.
    pub fn negated(self) -> Self {
        match self {
            Self::Small(small) => Self::from_i128(-i128::from(small)),
            Self::Big(negative, words) => Self::new(!negative, words),
        }
    }

    /// The value modulo 2**61 - 1, with the sign of the int.
    pub fn hash(&self) -> i64 {
        let (negative, reduced) = match self {
            Self::Small(small) => (*small < 0, small.unsigned_abs() % MODULUS),
            Self::Big(negative, words) => {
                let reduced = words.iter().rev().fold(0, |sum, word| (rotate(sum, 32) + u64::from(*word)) % MODULUS);
                (*negative, reduced)
            }
        };
        signed(negative, reduced)
    }

    /// Whether the int is exactly the value of a float.
    pub fn equals_float(&self, float: f64) -> bool {
        if !float.is_finite() {
            return false;
        }
        match self {
            Self::Small(small) => {
                let fits = (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&float);
                fits && float.trunc() == float && float as i64 == *small
            }
            Self::Big(negative, words) => {
                let (mantissa, exponent) = decompose(float);
                // A Big has 64 bits or so, a mantissa 53: the exponent of an equal float is above 0.
                let Ok(exponent) = usize::try_from(exponent) else { return false };
                let mut expected = vec![0; exponent / 32];
                let mut rest = u128::from(mantissa) << (exponent % 32);
                while rest > 0 {
                    expected.push(rest as u32);
                    rest >>= 32;
                }
                *negative == float.is_sign_negative() && *words == expected
            }
        }
    }
}

/// In decimal.
impl std::fmt::Display for Int {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (negative, mut words) = match self {
            Self::Small(small) => return write!(f, "{small}"),
            Self::Big(negative, words) => (*negative, words.clone()),
        };
        let mut groups = Vec::new();
        while !words.is_empty() {
            let mut rest = 0;
            for word in words.iter_mut().rev() {
                let value = rest << 32 | u64::from(*word);
                *word = (value / 1_000_000_000) as u32;
                rest = value % 1_000_000_000;
            }
            groups.push(rest);
            while words.last() == Some(&0) {
                words.pop();
            }
        }
        f.write_str(if negative { "-" } else { "" })?;
        for (at, group) in groups.iter().rev().enumerate() {
            if at == 0 { write!(f, "{group}")? } else { write!(f, "{group:09}")? }
        }
        Ok(())
    }
}

/// Digits with single underscores between them, as Python lets one write them.
fn is_grouped(digits: &str) -> bool {
    digits.split('_').all(|group| !group.is_empty() && group.bytes().all(|byte| byte.is_ascii_digit()))
}

/// What Python's `float()` reads: whitespace around, underscores between digits, `inf`, `Infinity` and `nan` with a sign.
pub fn parse_float(text: &str) -> Option<f64> {
    let text = text.trim();
    if !text.contains('_') {
        return text.parse().ok();
    }
    let bytes = text.as_bytes();
    let digit = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_digit);
    let between = |at: usize| digit(at.checked_sub(1)) && digit(Some(at + 1));
    let good = bytes.iter().enumerate().all(|(at, byte)| *byte != b'_' || between(at));
    if good { text.replace('_', "").parse().ok() } else { None }
}

/// The hash of a float that is no nan: its value modulo 2**61 - 1, a fraction counted by the inverse of 2.
pub fn float_hash(float: f64) -> i64 {
    if float.is_infinite() {
        return if float > 0.0 { 314_159 } else { -314_159 };
    }
    let (mantissa, exponent) = decompose(float);
    signed(float.is_sign_negative(), rotate(mantissa, exponent.rem_euclid(61) as u32))
}

/// `x * 2**by` modulo 2**61 - 1, for x below it: its 61 bits turned.
fn rotate(x: u64, by: u32) -> u64 {
    (x << by & MODULUS) | x >> (61 - by)
}

fn signed(negative: bool, reduced: u64) -> i64 {
    never_minus_one(if negative { -(reduced as i64) } else { reduced as i64 })
}

/// `(mantissa, exponent)` of a finite float: its magnitude is mantissa * 2**exponent.
fn decompose(float: f64) -> (u64, i32) {
    let bits = float.to_bits();
    let field = (bits >> 52 & 0x7FF) as i32;
    let fraction = bits & ((1 << 52) - 1);
    if field == 0 { (fraction, -1074) } else { (fraction | 1 << 52, field - 1075) }
}

/// `repr()` of a float: the shortest digits that read back, with an exponent below 1e-4 and from 1e16 on.
#[cfg(feature = "json")]
pub fn float_repr(float: f64) -> String {
    if !float.is_finite() {
        let sign = if float < 0.0 { "-" } else { "" };
        return if float.is_nan() { "nan".into() } else { format!("{sign}inf") };
    }
    // Where two texts of that length are equally near, Rust takes the greater one and Python the even one.
    let shortest = format!("{float:e}");
    let digits = shortest.bytes().take_while(|byte| *byte != b'e').filter(u8::is_ascii_digit).count();
    let even = format!("{float:.*e}", digits.saturating_sub(1));
    let scientific = if even.parse() == Ok(float) { even } else { shortest };
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let (sign, digits) = mantissa.strip_prefix('-').map_or(("", mantissa), |digits| ("-", digits));
    let digits = digits.replace('.', "");
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if !(-4..16).contains(&exponent) {
        let (first, rest) = digits.split_at_checked(1).unwrap_or((&digits, ""));
        let point = if rest.is_empty() { "" } else { "." };
        let minus = if exponent < 0 { '-' } else { '+' };
        return format!("{sign}{first}{point}{rest}e{minus}{:02}", exponent.abs());
    }
    // Zeros on both sides, so that the point stands within.
    let before = usize::try_from(-exponent).unwrap_or(0);
    let after = usize::try_from(exponent + 2).unwrap_or(0).saturating_sub(digits.len());
    let digits = format!("{}{digits}{}", "0".repeat(before), "0".repeat(after));
    let point = usize::try_from(exponent).unwrap_or(0) + 1;
    let (whole, fraction) = digits.split_at_checked(point).unwrap_or((&digits, "0"));
    format!("{sign}{whole}.{fraction}")
}
