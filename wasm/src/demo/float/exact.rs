//! Exact rational numbers: what a literal says, what a float holds, and what + - * / make of them before any rounding.

use super::big::Big;
use std::cmp::Ordering;

/// The most bits that a numerator or denominator may have to be carried on as the exact value of an expression: past that only the
/// floats go on, and their distance from the exact value is not known.
pub const MAX_EXACT_BITS: u32 = 4096;

/// ±`number` · 2^`two` / (5^`five` · `divisor`). Decimals and floats have divisor 1; only a division makes another one.
#[derive(Debug, Clone)]
pub struct Exact {
    /// Below zero; false for zero.
    pub negative: bool,
    number: Big,
    two: i32,
    five: u32,
    divisor: Big,
}

impl Exact {
    /// ±`number` · 2^`two`.
    pub fn new(negative: bool, number: Big, two: i32) -> Self {
        Self { negative, number, two, five: 0, divisor: Big::new(1) }.normal()
    }

    /// ±`digits` · 10^`power`; the power must be small (a few thousand at most), since the number is written out.
    pub fn decimal(negative: bool, digits: &[u8], power: i32) -> Self {
        let mut number = Big::from_digits(digits);
        let mut five = 0;
        if power >= 0 {
            number.mul_pow5(power.unsigned_abs());
        } else {
            five = power.unsigned_abs();
        }
        Self { negative, number, two: power, five, divisor: Big::new(1) }.normal()
    }

    /// Is it 0?
    pub fn is_zero(&self) -> bool {
        self.number.is_zero()
    }

    /// Small enough to be carried on; see [`MAX_EXACT_BITS`].
    pub fn bounded(self) -> Option<Self> {
        let five = self.five.saturating_mul(7) / 3; // log2(5) = 2.32
        let two = self.two.unsigned_abs();
        let most = self.number.bits().max(self.divisor.bits().saturating_add(five)).max(two);
        (most <= MAX_EXACT_BITS).then_some(self)
    }

    /// `-self`.
    pub fn negated(mut self) -> Self {
        self.negative = !self.negative && !self.is_zero();
        self
    }

    /// `self + other`.
    pub fn add(&self, other: &Self) -> Self {
        if self.is_zero() {
            return other.clone();
        }
        if other.is_zero() {
            return self.clone();
        }
        let (five, two) = (self.five.max(other.five), self.two.min(other.two));
        let same = self.divisor == other.divisor;
        let scaled = |a: &Self, b: &Self| {
            let mut number = a.number.shl(a.two.saturating_sub(two).unsigned_abs());
            number.mul_pow5(five - a.five);
            if same { number } else { number.mul(&b.divisor) }
        };
        let (mut a, mut b) = (scaled(self, other), scaled(other, self));
        let mut negative = self.negative;
        if self.negative == other.negative {
            a.add(&b);
        } else if a >= b {
            a.sub(&b);
        } else {
            b.sub(&a);
            a = b;
            negative = other.negative;
        }
        let divisor = if same { self.divisor.clone() } else { self.divisor.mul(&other.divisor) };
        Self { negative, number: a, two, five, divisor }.normal()
    }

    /// `self - other`.
    pub fn sub(&self, other: &Self) -> Self {
        self.add(&other.clone().negated())
    }

    /// `self * other`.
    pub fn mul(&self, other: &Self) -> Self {
        Self {
            negative: self.negative != other.negative,
            number: self.number.mul(&other.number),
            two: self.two.saturating_add(other.two),
            five: self.five.saturating_add(other.five),
            divisor: self.divisor.mul(&other.divisor),
        }
        .normal()
    }

    /// `self / other`, if `other` is not 0.
    pub fn div(&self, other: &Self) -> Option<Self> {
        if other.is_zero() {
            return None;
        }
        let mut number = self.number.mul(&other.divisor);
        number.mul_pow5(other.five);
        let quotient = Self {
            negative: self.negative != other.negative,
            number,
            two: self.two.saturating_sub(other.two),
            five: self.five,
            divisor: self.divisor.mul(&other.number),
        };
        Some(quotient.normal())
    }

    /// `self * 2**by`.
    pub fn scaled(mut self, by: i32) -> Self {
        if !self.is_zero() {
            self.two = self.two.saturating_add(by);
        }
        self
    }

    /// Its size, cut to at most 64 bits: `(quotient, exponent, exact)`, as [`Big::ratio`].
    pub fn leading(&self) -> (u64, i32, bool) {
        let (quotient, exponent, exact) = if self.five == 0 {
            self.number.ratio(&self.divisor)
        } else {
            let mut divisor = self.divisor.clone();
            divisor.mul_pow5(self.five);
            self.number.ratio(&divisor)
        };
        (quotient, exponent.saturating_add(self.two), exact)
    }

    /// The position of its highest bit: `e` where 2^e <= |self| < 2^(e+1); 0 for 0.
    pub fn exponent(&self) -> i32 {
        let (quotient, exponent, _) = self.leading();
        exponent.saturating_add(63 - quotient.leading_zeros() as i32)
    }

    /// Its whole decimal expansion where that ends, without exponent or superfluous zeros; `None` where it never ends.
    pub fn to_decimal(&self) -> Option<String> {
        if !self.divisor.is_one() {
            return None;
        }
        // number · 2^two / 5^five as an integer over 10^places.
        let places = self.five.max((-self.two).max(0).unsigned_abs());
        let mut number = self.number.shl(self.two.saturating_add(places as i32).max(0).unsigned_abs());
        number.mul_pow5(places - self.five);
        let digits = number.to_decimal();
        let places = places as usize;
        let mut out = String::with_capacity(digits.len().max(places) + 3);
        if self.negative {
            out.push('-');
        }
        let whole = digits.len().saturating_sub(places);
        out.push_str(if whole == 0 { "0" } else { digits.get(..whole).unwrap_or_default() });
        let fraction = digits.get(whole..).unwrap_or_default();
        if fraction.bytes().any(|digit| digit != b'0') {
            out.push('.');
            out.extend(std::iter::repeat_n('0', places - fraction.len()));
            out.push_str(fraction.trim_end_matches('0'));
        }
        Some(out)
    }

    fn normal(mut self) -> Self {
        if self.number.is_zero() {
            return Self { negative: false, number: Big::default(), two: 0, five: 0, divisor: Big::new(1) };
        }
        let zeros = self.number.trailing_zeros();
        if zeros > 0 {
            self.number = self.number.shr(zeros);
            self.two = self.two.saturating_add(zeros as i32);
        }
        let zeros = self.divisor.trailing_zeros();
        if zeros > 0 {
            self.divisor = self.divisor.shr(zeros);
            self.two = self.two.saturating_sub(zeros as i32);
        }
        self
    }
}

impl Exact {
    /// Compares the two values.
    pub fn compare(&self, other: &Self) -> Ordering {
        let difference = self.sub(other);
        if difference.is_zero() {
            Ordering::Equal
        } else if difference.negative {
            Ordering::Less
        } else {
            Ordering::Greater
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(digits: &str, power: i32) -> Exact {
        Exact::decimal(false, digits.as_bytes(), power)
    }

    #[test]
    fn adds_and_divides_exactly() {
        let third = decimal("1", 0).div(&decimal("3", 0)).unwrap();
        let one = third.add(&third).add(&third);
        assert_eq!(one.compare(&decimal("1", 0)), Ordering::Equal);
        assert!(third.to_decimal().is_none());
        assert_eq!(decimal("1", -1).add(&decimal("2", -1)).compare(&decimal("300", -3)), Ordering::Equal);
        assert_eq!(decimal("1", -1).sub(&decimal("2", -1)).to_decimal().unwrap(), "-0.1");
        assert_eq!(decimal("12", 2).mul(&decimal("5", -1)).to_decimal().unwrap(), "600");
        assert!(decimal("1", 0).div(&decimal("0", 0)).is_none());
    }

    #[test]
    fn writes_all_digits() {
        for (digits, power, text) in
            [("1", 0, "1"), ("0", 5, "0"), ("25", -2, "0.25"), ("125", -1, "12.5"), ("1", 3, "1000"), ("70", -1, "7")]
        {
            assert_eq!(decimal(digits, power).to_decimal().unwrap(), text);
        }
        assert_eq!(Exact::new(true, Big::new(3), -3).to_decimal().unwrap(), "-0.375");
    }

    #[test]
    fn finds_the_highest_bit() {
        for (digits, power, exponent) in
            [("1", 0, 0), ("1", -1, -4), ("8", 0, 3), ("1023", 0, 9), ("1024", 0, 10), ("1", 100, 332)]
        {
            assert_eq!(decimal(digits, power).exponent(), exponent, "{digits}e{power}");
        }
    }
}
