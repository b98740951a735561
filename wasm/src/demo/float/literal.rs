//! Decimal text to numbers: what Python's `float()` takes, rounded once and correctly to any format.

use super::big::Big;
use super::exact::Exact;
use super::format::{FLOAT64, Format, Rounding};

/// The longest literal that is read, in bytes of its text.
pub const MAX_LITERAL: usize = 1_000_000;

/// Significant digits that are looked at one by one. No number half-way between two floats has more than 768, so what follows them can only
/// break a tie: a single 1 in its place does that as well.
const MAX_DIGITS: usize = 1000;

/// Past this power of ten of the leading digit a number is beyond every format (float64 ends at 1.8e308), and below its negative it is
/// nearer to zero than to the smallest subnormal (4.9e-324).
const MAX_POWER: i64 = 400;

/// A literal, read but not rounded.
#[derive(Debug, Clone)]
pub struct Literal {
    /// It begins with a minus.
    pub negative: bool,
    /// What follows the sign.
    pub number: Number,
}

/// What a literal stands for, sign apart.
#[derive(Debug, Clone)]
pub enum Number {
    /// `inf`, `infinity`.
    Inf,
    /// `nan`.
    Nan,
    /// A finite number within 10**±400, exactly (past 1,000 significant digits: with the digits after those summed up in a single 1).
    Finite(Exact),
    /// 10**400 or more.
    Huge,
    /// Not zero, and below 10**-400.
    Tiny,
}

/// The text was not a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotANumber;

/// Reads a literal as Python's `float()` does (CPython 3.13, `Objects/floatobject.c` and `Python/pystrtod.c`): white space around it, a sign,
/// `inf`, `infinity` or `nan` in any case, or decimal digits (of any script) with a point, an exponent and single underscores between digits.
pub fn read(text: &str) -> Result<Literal, NotANumber> {
    if text.len() > MAX_LITERAL {
        return Err(NotANumber);
    }
    let ascii: Vec<u8> = text.trim().chars().map(to_ascii).collect();
    let (negative, rest) = sign(&ascii);
    let number = if rest.eq_ignore_ascii_case(b"inf") || rest.eq_ignore_ascii_case(b"infinity") {
        Number::Inf
    } else if rest.eq_ignore_ascii_case(b"nan") {
        Number::Nan
    } else {
        finite(negative, rest)?
    };
    Ok(Literal { negative, number })
}

fn sign(text: &[u8]) -> (bool, &[u8]) {
    match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    }
}

/// An underscore stands between two digits or nowhere.
fn underscores_fit(text: &[u8]) -> bool {
    let digit = |at: Option<usize>| at.and_then(|at| text.get(at)).is_some_and(u8::is_ascii_digit);
    text.iter().enumerate().all(|(at, byte)| *byte != b'_' || (digit(at.checked_sub(1)) && digit(Some(at + 1))))
}

fn finite(negative: bool, text: &[u8]) -> Result<Number, NotANumber> {
    if !underscores_fit(text) {
        return Err(NotANumber);
    }
    let mut digits: Vec<u8> = Vec::with_capacity(text.len().min(MAX_DIGITS + 1));
    // `power` is that of the last digit kept; `more` says that something other than zeros was left out after it.
    let (mut power, mut more, mut seen, mut point) = (0i64, false, false, false);
    let mut rest = text;
    while let [byte, after @ ..] = rest {
        match byte {
            b'0'..=b'9' => {
                seen = true;
                power -= i64::from(point);
                if digits.len() == MAX_DIGITS {
                    more |= *byte != b'0';
                    power += 1;
                } else if *byte != b'0' || !digits.is_empty() {
                    digits.push(*byte);
                }
            }
            b'_' => {}
            b'.' if !point => point = true,
            _ => break,
        }
        rest = after;
    }
    power = power.saturating_add(match rest {
        _ if !seen => return Err(NotANumber),
        [] => 0,
        [b'e' | b'E', exponent @ ..] => self::exponent(exponent)?,
        _ => return Err(NotANumber),
    });
    if more {
        digits.push(b'1');
        power = power.saturating_sub(1);
    }
    while digits.last() == Some(&b'0') {
        digits.pop();
        power = power.saturating_add(1);
    }
    let leading = power.saturating_add(digits.len() as i64);
    Ok(if digits.is_empty() {
        Number::Finite(Exact::new(false, Big::default(), 0))
    } else if leading > MAX_POWER {
        Number::Huge
    } else if leading < -MAX_POWER {
        Number::Tiny
    } else {
        Number::Finite(Exact::decimal(negative, &digits, power as i32))
    })
}

fn exponent(text: &[u8]) -> Result<i64, NotANumber> {
    let (negative, digits) = sign(text);
    if digits.is_empty() {
        return Err(NotANumber);
    }
    let mut value = 0i64;
    for byte in digits {
        match byte {
            b'0'..=b'9' => value = value.saturating_mul(10).saturating_add(i64::from(byte - b'0')),
            b'_' => {}
            _ => return Err(NotANumber),
        }
    }
    Ok(if negative { -value } else { value })
}

impl Literal {
    /// The nearest number of the format, ties to even, and what rounding did.
    pub fn round(&self, format: &Format) -> (u64, Rounding) {
        let (bits, rounding) = match &self.number {
            Number::Inf => (format.infinity(false), Rounding::Exact),
            Number::Nan => (format.nan(false), Rounding::Exact),
            Number::Huge => (format.infinity(false), Rounding::Overflow),
            Number::Tiny => (0, Rounding::Down),
            Number::Finite(exact) => format.round(exact),
        };
        (format.signed(self.negative, bits), rounding)
    }

    /// Rounded to float64 first and then to the format, as Python and NumPy do with a literal.
    pub fn round_via_float64(&self, format: &Format) -> u64 {
        FLOAT64.convert(self.round(&FLOAT64).0, format)
    }

    /// The number itself, where it is finite and written out.
    pub fn exact(&self) -> Option<&Exact> {
        match &self.number {
            Number::Finite(exact) => Some(exact),
            _ => None,
        }
    }
}

/// The zeros of the scripts that have decimal digits beside ASCII (Unicode 15.1, as in CPython 3.13); nine digits follow each.
static ZEROS: [u32; 67] = [
    0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6, 0xe50, 0xed0, 0xf20,
    0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0, 0x1c40, 0x1c50, 0xa620, 0xa8d0,
    0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10, 0x104a0, 0x10d30, 0x11066, 0x110f0, 0x11136, 0x111d0, 0x112f0,
    0x11450, 0x114d0, 0x11650, 0x116c0, 0x11730, 0x118e0, 0x11950, 0x11c50, 0x11d50, 0x11da0, 0x11f50, 0x16a60,
    0x16ac0, 0x16b50, 0x1d7ce, 0x1d7d8, 0x1d7e2, 0x1d7ec, 0x1d7f6, 0x1e140, 0x1e2f0, 0x1e4f0, 0x1e950, 0x1fbf0,
];

/// A decimal digit of any script as ASCII; what else is not ASCII as `?`, which no number has.
fn to_ascii(c: char) -> u8 {
    if c.is_ascii() {
        return c as u8;
    }
    let at = ZEROS.partition_point(|zero| *zero <= u32::from(c));
    let zero = at.checked_sub(1).and_then(|at| ZEROS.get(at));
    match zero.map(|zero| u32::from(c) - zero) {
        Some(value @ 0..10) => b'0' + value as u8,
        _ => b'?',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn float(text: &str) -> Option<f64> {
        read(text).ok().map(|literal| f64::from_bits(literal.round(&FLOAT64).0))
    }

    #[test]
    fn takes_what_python_takes() {
        for text in [
            "1",
            "-.5",
            "5.",
            "1_000.0_1e1_0",
            " \u{a0}+1\n",
            "1e5",
            "1E-5",
            "00.1",
            "٣.١٤",
            "１e２",
            "0e99999999999999999999",
        ] {
            assert!(float(text).is_some(), "{text:?}");
        }
        for text in [
            "", " ", "+", ".", "e5", "1e", "1e+", "1__0", "_1", "1_", "1_.5", "1._5", "1e_5", "1e5_", "1.2.3", "0x10",
            "1 2", "1\0", "1\u{1c}", "--1", "in_f", "nan(1)", "é", "1d5", "½",
        ] {
            assert_eq!(float(text), None, "{text:?}");
        }
        assert_eq!(float("Infinity"), Some(f64::INFINITY));
        assert_eq!(float("-iNf"), Some(f64::NEG_INFINITY));
        assert_eq!(read("-nan").unwrap().round(&FLOAT64).0, 0xfff8_0000_0000_0000);
        assert_eq!(float("٣.٢٥"), Some(3.25));
        assert_eq!(float("1_000.0_1e1_0"), Some(1000.01e10));
    }

    #[test]
    fn huge_exponents_cost_nothing() {
        assert_eq!(float("1e999999999"), Some(f64::INFINITY));
        assert_eq!(float("-1e99999999999999999999999").map(f64::to_bits), Some(f64::NEG_INFINITY.to_bits()));
        assert_eq!(float("-1e-99999").map(f64::to_bits), Some((-0.0f64).to_bits()));
        assert_eq!(float(&format!("0.{}1e500", "0".repeat(499))), Some(1.0));
        assert_eq!(float(&format!("1{}e-500", "0".repeat(500))), Some(1.0));
        assert_eq!(float(&"9".repeat(MAX_LITERAL)), Some(f64::INFINITY));
    }

    #[test]
    fn a_digit_far_behind_breaks_a_tie() {
        let half = format!("1{}", "0".repeat(3000));
        assert_eq!(float(&format!("9007199254740993.{half}")), Some(9007199254740994.0));
        assert_eq!(float("9007199254740993.000"), Some(9007199254740992.0));
        assert_eq!(float(&format!("9007199254740993.{}1", "0".repeat(3000))), Some(9007199254740994.0));
    }

    #[test]
    fn agrees_with_the_standard_library() {
        let mut seed = 1u64;
        for _ in 0..3_000 {
            seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            let bits = seed ^ (seed >> 29);
            let value = f64::from_bits(bits);
            if value.is_finite() {
                assert_eq!(float(&format!("{value:e}")).map(f64::to_bits), Some(bits));
                let text = format!("{}e{}", bits >> 20, (bits & 1023) as i64 - 600);
                assert_eq!(float(&text), text.parse().ok(), "{text}");
            }
        }
    }
}
