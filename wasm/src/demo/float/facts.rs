//! What there is to say about one number in one format, and how a text becomes one: the structs of the page and of the JSON.

use super::exact::Exact;
use super::expression::{self, Step};
use super::format::{FLOAT64, Format, Kind, Rounding};
use super::{literal, text};

/// A number as a format holds it.
#[derive(Debug, Clone)]
#[cfg_attr(feature = "json", derive(serde::Serialize))]
pub struct Facts {
    /// The bit pattern in hexadecimal, all digits.
    pub bits: String,
    /// The shortest text that reads back: see [`text::repr`].
    pub repr: String,
    /// All decimal digits: see [`text::exact`].
    pub exact: String,
    /// Zero, subnormal, normal, inf or nan.
    pub kind: Kind,
    /// The sign bit.
    pub sign: u8,
    /// The exponent field as stored, bias included.
    pub exponent_field: u64,
    /// The bits of the fraction field, the highest first.
    pub fraction_field: String,
    /// The distance to the next number away from zero, as Python's `math.ulp` gives and prints it: inf for an infinity, nan for nan.
    pub ulp: String,
    /// The next number toward minus infinity, as bits.
    pub prev: String,
    /// The next number toward plus infinity, as bits.
    pub next: String,
}

impl Facts {
    /// The facts about `bits`.
    pub fn new(format: &Format, bits: u64) -> Self {
        Self {
            bits: format.hex(bits),
            repr: text::repr(format, bits),
            exact: text::exact(format, bits),
            kind: format.kind(bits),
            sign: u8::from(format.negative(bits)),
            exponent_field: format.exponent_field(bits),
            fraction_field: format!("{:0width$b}", format.fraction_field(bits), width = format.fraction_bits as usize),
            ulp: text::repr_f64(ulp(format, bits)),
            prev: format.hex(format.neighbour(bits, false)),
            next: format.hex(format.neighbour(bits, true)),
        }
    }
}

/// The distance to the next number away from zero, in units of 1; every format's ulp is a float64. Infinity for inf, nan for nan.
pub fn ulp(format: &Format, bits: u64) -> f64 {
    match format.kind(bits) {
        Kind::Nan => f64::NAN,
        Kind::Inf => f64::INFINITY,
        _ => power_of_two(format.ulp_exponent(bits)),
    }
}

/// 2**exponent, for the exponents of float64 numbers; 0 below and infinity above them.
pub fn power_of_two(exponent: i32) -> f64 {
    f64::from_bits(FLOAT64.round(&Exact::new(false, super::big::Big::new(1), exponent)).0)
}

/// A text that was read in a format.
#[derive(Debug, Clone)]
pub struct Reading {
    /// The format.
    pub format: &'static Format,
    /// The number it came to.
    pub bits: u64,
    /// What rounding did in the last step.
    pub rounding: Rounding,
    /// What the text says exactly, where that is finite and known.
    pub exact: Option<Exact>,
    /// How far the number is from that, in ulp.
    pub error_ulp: Option<f64>,
    /// The steps of an expression; none for a literal.
    pub steps: Vec<Step>,
}

impl Reading {
    /// Reads a literal.
    pub fn literal(typed: &str, format: &'static Format, via_float64: bool) -> Result<Self, String> {
        let Ok(read) = literal::read(typed) else { return Err(not_a_number(typed)) };
        let (mut bits, rounding) = read.round(format);
        if via_float64 {
            bits = read.round_via_float64(format);
        }
        let exact = read.exact().cloned();
        let error_ulp = exact.as_ref().and_then(|exact| expression::error_in_ulp(format, bits, exact));
        Ok(Self { format, bits, rounding, exact, error_ulp, steps: Vec::new() })
    }

    /// Works out an expression.
    pub fn expression(typed: &str, format: &'static Format, via_float64: bool) -> Result<Self, String> {
        let steps = expression::evaluate(typed, format, via_float64)?;
        let Some(last) = steps.last() else { return Err(not_a_number(typed)) };
        let (bits, rounding, error_ulp, exact) = (last.bits, last.rounding, last.error_ulp, last.exact.clone());
        Ok(Self { format, bits, rounding, exact, error_ulp, steps })
    }

    /// Reads what a reader types: a literal, a nan with its payload as [`typed`] writes it, or an expression.
    pub fn any(typed: &str, format: &'static Format) -> Result<Self, String> {
        if let Some(bits) = payload(typed, format) {
            return Ok(Self {
                format,
                bits,
                rounding: Rounding::Exact,
                exact: None,
                error_ulp: None,
                steps: Vec::new(),
            });
        }
        match Self::literal(typed, format, false) {
            Ok(reading) => Ok(reading),
            Err(_) if typed.len() > expression::MAX_EXPRESSION && literal::read(typed).is_err() => {
                Err(not_a_number(typed))
            }
            Err(_) => Self::expression(typed, format, false),
        }
    }
}

/// The same text in another format: its bits, and how far they are from what the text says exactly, in ulp.
pub fn elsewhere(reading: &Reading, typed: &str, format: &'static Format) -> Option<(u64, Option<f64>)> {
    let bits = match payload(typed, format) {
        Some(bits) => bits,
        None if reading.steps.is_empty() => literal::read(typed).ok()?.round(format).0,
        None => expression::value(typed, format).ok()?,
    };
    Some((bits, reading.exact.as_ref().and_then(|exact| expression::error_in_ulp(format, bits, exact))))
}

/// What to type to get these bits: the shortest literal, or `nan(0x1)` with the fraction field of a nan that is not the default one.
pub fn typed(format: &Format, bits: u64) -> String {
    let sign = if format.negative(bits) { "-" } else { "" };
    if format.kind(bits) != Kind::Nan {
        return text::repr(format, bits);
    }
    if bits == format.nan(format.negative(bits)) {
        return format!("{sign}nan");
    }
    format!("{sign}nan(0x{:x})", format.fraction_field(bits))
}

fn payload(typed: &str, format: &Format) -> Option<u64> {
    let typed = typed.trim();
    let (negative, rest) = match typed.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, typed),
    };
    let digits = rest.strip_prefix("nan(0x")?.strip_suffix(')')?;
    let fraction = u64::from_str_radix(digits, 16).ok().filter(|_| !digits.starts_with('+'))?;
    let top = format.nan(negative) & !format.fraction_mask();
    let bits = top | (fraction & format.fraction_mask());
    Some(if format.kind(bits) == Kind::Nan { bits } else { format.nan(negative) })
}

/// Python's words for a text that is not a number.
pub fn not_a_number(typed: &str) -> String {
    let shown: String = typed.chars().take(60).collect();
    let more = if shown.len() < typed.len() { "…" } else { "" };
    format!("ValueError: could not convert string to float: '{shown}{more}'")
}
