//! The binary formats: how bits hold a number, and how an exact number is rounded to them.

use super::big::Big;
use super::exact::Exact;

/// A binary floating-point format of at most 64 bits: one sign bit, an exponent field, a fraction field.
#[derive(Debug, PartialEq, Eq)]
pub struct Format {
    /// NumPy's (or ml_dtypes') name of it.
    pub name: &'static str,
    /// Bits of the exponent field.
    pub exponent_bits: u32,
    /// Bits of the fraction field; a normal number has one significant bit more.
    pub fraction_bits: u32,
    /// Has infinities. A format without them (e4m3fn: "finite") uses the highest exponent for numbers too, and has one nan for each sign.
    pub infinite: bool,
}

/// IEEE 754 binary64: Python's `float`.
pub static FLOAT64: Format = Format { name: "float64", exponent_bits: 11, fraction_bits: 52, infinite: true };

/// The formats, widest first. `float8_e4m3fn` and `float8_e5m2` are those of the OCP 8-bit specification, as ml_dtypes 0.6 has them.
pub static FORMATS: [&Format; 6] = [
    &FLOAT64,
    &Format { name: "float32", exponent_bits: 8, fraction_bits: 23, infinite: true },
    &Format { name: "float16", exponent_bits: 5, fraction_bits: 10, infinite: true },
    &Format { name: "bfloat16", exponent_bits: 8, fraction_bits: 7, infinite: true },
    &Format { name: "float8_e4m3fn", exponent_bits: 4, fraction_bits: 3, infinite: false },
    &Format { name: "float8_e5m2", exponent_bits: 5, fraction_bits: 2, infinite: true },
];

/// The format of that name.
pub fn by_name(name: &str) -> Option<&'static Format> {
    FORMATS.iter().copied().find(|format| format.name == name)
}

/// What a bit pattern stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "json", derive(serde::Serialize), serde(rename_all = "lowercase"))]
pub enum Kind {
    /// Plus or minus zero.
    Zero,
    /// Below the smallest normal number: no leading one, fewer significant bits.
    Subnormal,
    /// A number with all its significant bits.
    Normal,
    /// An infinity.
    Inf,
    /// Not a number.
    Nan,
}

impl Kind {
    /// Its name, as in the JSON.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Zero => "zero",
            Kind::Subnormal => "subnormal",
            Kind::Normal => "normal",
            Kind::Inf => "inf",
            Kind::Nan => "nan",
        }
    }
}

/// What rounding did to a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rounding {
    /// Nothing: the format holds it.
    Exact,
    /// The nearer neighbour is the one toward zero.
    Down,
    /// The nearer neighbour is the one away from zero.
    Up,
    /// Half-way, and the neighbour toward zero ends in a 0 bit.
    TieDown,
    /// Half-way, and the neighbour away from zero ends in a 0 bit.
    TieUp,
    /// Past the largest finite number by half a step or more.
    Overflow,
}

impl Format {
    /// The width in bits.
    pub fn width(&self) -> u32 {
        1 + self.exponent_bits + self.fraction_bits
    }

    /// Hexadecimal digits of a bit pattern.
    pub fn hex(&self, bits: u64) -> String {
        format!("{bits:0width$x}", width = (self.width() / 4) as usize)
    }

    /// Significant bits of a normal number.
    pub fn precision(&self) -> u32 {
        self.fraction_bits + 1
    }

    /// What is taken from the exponent field to get the exponent.
    pub fn bias(&self) -> i32 {
        (1 << (self.exponent_bits - 1)) - 1
    }

    /// The exponent of the smallest normal number.
    pub fn min_exponent(&self) -> i32 {
        1 - self.bias()
    }

    /// The bits of the sign.
    pub fn sign_mask(&self) -> u64 {
        1 << (self.width() - 1)
    }

    /// The bits of the fraction field.
    pub fn fraction_mask(&self) -> u64 {
        (1 << self.fraction_bits) - 1
    }

    /// All bits but the sign.
    pub fn magnitude(&self, bits: u64) -> u64 {
        bits & (self.sign_mask() - 1)
    }

    /// The exponent field.
    pub fn exponent_field(&self, bits: u64) -> u64 {
        self.magnitude(bits) >> self.fraction_bits
    }

    /// The fraction field.
    pub fn fraction_field(&self, bits: u64) -> u64 {
        bits & self.fraction_mask()
    }

    /// Is the sign bit set?
    pub fn negative(&self, bits: u64) -> bool {
        bits & self.sign_mask() != 0
    }

    /// The exponent field of all ones.
    fn top(&self) -> u64 {
        ((1 << self.exponent_bits) - 1) << self.fraction_bits
    }

    /// The largest finite number.
    pub fn max(&self) -> u64 {
        if self.infinite { self.top() - 1 } else { self.sign_mask() - 2 }
    }

    /// The smallest normal number.
    pub fn min_normal(&self) -> u64 {
        1 << self.fraction_bits
    }

    /// The quiet nan with nothing else in its payload.
    pub fn nan(&self, negative: bool) -> u64 {
        let magnitude = if self.infinite { self.top() | 1 << (self.fraction_bits - 1) } else { self.sign_mask() - 1 };
        self.signed(negative, magnitude)
    }

    /// Infinity; where there is none, nan: this is also where an overflow ends.
    pub fn infinity(&self, negative: bool) -> u64 {
        if self.infinite { self.signed(negative, self.top()) } else { self.nan(negative) }
    }

    /// `magnitude` with a sign.
    pub fn signed(&self, negative: bool, magnitude: u64) -> u64 {
        if negative { magnitude | self.sign_mask() } else { magnitude }
    }

    /// What the bits stand for.
    pub fn kind(&self, bits: u64) -> Kind {
        let magnitude = self.magnitude(bits);
        if magnitude == 0 {
            Kind::Zero
        } else if magnitude < self.min_normal() {
            Kind::Subnormal
        } else if magnitude <= self.max() {
            Kind::Normal
        } else if self.infinite && magnitude == self.top() {
            Kind::Inf
        } else {
            Kind::Nan
        }
    }

    /// Zero, subnormal or normal?
    pub fn finite(&self, bits: u64) -> bool {
        self.magnitude(bits) <= self.max()
    }

    /// A finite number as `mantissa * 2**exponent`, the exponent that of its last place; the sign apart.
    pub fn parts(&self, bits: u64) -> (u64, i32) {
        let field = self.exponent_field(bits);
        let fraction = self.fraction_field(bits);
        let mantissa = if field == 0 { fraction } else { fraction | self.min_normal() };
        (mantissa, field.max(1) as i32 - self.bias() - self.fraction_bits as i32)
    }

    /// The exponent of the last place of a finite number: its ulp is 2 to this power.
    pub fn ulp_exponent(&self, bits: u64) -> i32 {
        self.parts(bits).1
    }

    /// A finite number, exactly.
    pub fn exact(&self, bits: u64) -> Option<Exact> {
        self.finite(bits).then(|| {
            let (mantissa, exponent) = self.parts(bits);
            Exact::new(self.negative(bits), Big::new(mantissa), exponent)
        })
    }

    /// The nearest number of the format, ties to the even one, and what that did. Zero comes back with `exact`'s sign, which is plus.
    pub fn round(&self, exact: &Exact) -> (u64, Rounding) {
        if exact.is_zero() {
            return (0, Rounding::Exact);
        }
        let (quotient, exponent, complete) = exact.leading();
        let highest = exponent.saturating_add(63 - quotient.leading_zeros() as i32);
        let binade = highest.max(self.min_exponent());
        let max_exponent = (self.max() >> self.fraction_bits) as i32 - self.bias();
        if binade > max_exponent {
            return (self.infinity(exact.negative), Rounding::Overflow);
        }
        // Bits of the quotient below the last place: at least 0 where the quotient is exact, plenty where it is not.
        let below = i64::from(binade) - i64::from(self.fraction_bits) - i64::from(exponent);
        let (kept, rest) = if below <= 0 {
            (quotient << below.unsigned_abs().min(63), Less)
        } else if below > 64 {
            (0, Less)
        } else {
            let half = 1u64 << (below - 1);
            let kept = quotient.checked_shr(below as u32).unwrap_or(0);
            let tail = quotient & (half | (half - 1));
            (kept, (tail.cmp(&half)).then(if complete { Equal } else { Greater }))
        };
        let lossless = complete && (below <= 0 || (below < 64 && quotient.trailing_zeros() as i64 >= below));
        let up = rest == Greater || (rest == Equal && kept & 1 == 1);
        let rounding = match (lossless, rest, up) {
            (true, _, _) => Rounding::Exact,
            (_, Equal, true) => Rounding::TieUp,
            (_, Equal, false) => Rounding::TieDown,
            (_, _, true) => Rounding::Up,
            (_, _, false) => Rounding::Down,
        };
        // The leading one of a normal number adds 1 to the field below it, and so does a carry.
        let field = (binade - self.min_exponent()) as u64;
        let magnitude = (field << self.fraction_bits) + kept + u64::from(up && !lossless);
        if magnitude > self.max() {
            return (self.infinity(exact.negative), Rounding::Overflow);
        }
        (self.signed(exact.negative, magnitude), rounding)
    }

    /// A value of this format in `other`; the sign of a nan is kept, its payload is not.
    pub fn convert(&self, bits: u64, other: &Format) -> u64 {
        let negative = self.negative(bits);
        match (self.kind(bits), self.exact(bits)) {
            (Kind::Inf, _) => other.infinity(negative),
            (_, Some(exact)) if !exact.is_zero() => other.signed(negative, other.round(&exact).0),
            (_, Some(_)) => other.signed(negative, 0),
            _ => other.nan(negative),
        }
    }

    /// The same number as a machine float: every format here is part of float64.
    pub fn to_f64(&self, bits: u64) -> f64 {
        f64::from_bits(if self.width() == 64 { bits } else { self.convert(bits, &FLOAT64) })
    }

    /// The next number toward plus infinity (`up`) or minus infinity, as C's `nextafter`: past the largest finite number comes infinity, or
    /// nan in a format without one; infinity stays where it is, and so does nan.
    pub fn neighbour(&self, bits: u64, up: bool) -> u64 {
        let (negative, magnitude) = (self.negative(bits), self.magnitude(bits));
        match self.kind(bits) {
            Kind::Nan => bits,
            Kind::Zero => self.signed(!up, 1),
            Kind::Inf if negative != up => bits,
            _ if negative == up => self.signed(negative, magnitude - 1),
            _ => self.signed(negative, magnitude + 1),
        }
    }
}

use std::cmp::Ordering::{Equal, Greater, Less};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_formats_round_every_number_to_itself() {
        for format in &FORMATS[2..] {
            for bits in 0..1u64 << format.width() {
                if let Some(exact) = format.exact(bits) {
                    let back = format.signed(format.negative(bits), format.round(&exact).0);
                    assert_eq!(back, bits, "{} {bits:x}", format.name);
                    let wide = format.to_f64(bits).to_bits();
                    assert_eq!(FLOAT64.convert(wide, format), bits);
                }
            }
        }
    }

    #[test]
    fn half_way_goes_to_the_even_neighbour() {
        for format in FORMATS {
            for magnitude in [1, 2, 3, format.min_normal() - 1, format.min_normal(), format.max() - 2, format.max() - 1]
            {
                let (low, high) = (format.exact(magnitude).unwrap(), format.exact(magnitude + 1).unwrap());
                let middle = low.add(&high).scaled(-1);
                let (bits, rounding) = format.round(&middle);
                assert_eq!(bits, magnitude + (magnitude & 1), "{} {magnitude:x}", format.name);
                assert_eq!(rounding, if magnitude & 1 == 1 { Rounding::TieUp } else { Rounding::TieDown });
                let tiny = Exact::new(false, Big::new(1), -4000);
                assert_eq!(format.round(&middle.sub(&tiny)), (magnitude, Rounding::Down));
                assert_eq!(format.round(&middle.add(&tiny)), (magnitude + 1, Rounding::Up));
            }
        }
    }

    #[test]
    fn an_overflow_ends_in_inf_or_nan() {
        let at = |name, number| by_name(name).unwrap().round(&Exact::new(false, Big::new(number), 0));
        assert_eq!(at("float16", 65519).0, 0x7bff);
        assert_eq!(at("float16", 65520), (0x7c00, Rounding::Overflow));
        assert_eq!(at("float8_e4m3fn", 464), (0x7e, Rounding::TieDown));
        assert_eq!(at("float8_e4m3fn", 465), (0x7f, Rounding::Overflow));
        assert_eq!(at("float8_e5m2", 61439).0, 0x7b);
        assert_eq!(at("float8_e5m2", 61440).0, 0x7c);
    }

    #[test]
    fn neighbours_of_the_ends() {
        let e4 = by_name("float8_e4m3fn").unwrap();
        assert_eq!((e4.neighbour(0x7e, true), e4.neighbour(0xfe, false)), (0x7f, 0xff));
        assert_eq!((e4.neighbour(0, true), e4.neighbour(0, false), e4.neighbour(0x80, true)), (1, 0x81, 1));
        assert_eq!((e4.neighbour(1, false), e4.neighbour(0x81, true)), (0, 0x80));
        let inf = FLOAT64.infinity(false);
        assert_eq!((FLOAT64.neighbour(inf, true), FLOAT64.neighbour(inf, false)), (inf, FLOAT64.max()));
    }
}
