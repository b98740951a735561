//! Five ways to add floats, and the exact sum to hold them against.

use crate::demo::float::big::Big;
use crate::demo::float::exact::Exact;
use crate::demo::float::format::FLOAT64;

/// The most values that are added on the command line.
pub const MAX_VALUES: usize = 1_000_000;

/// Why `math.fsum` raises.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FsumError {
    /// A partial sum of finite values went past the largest float.
    Overflow,
    /// Infinities of both signs.
    Infinities,
}

impl FsumError {
    /// `Type: message`, as Python prints it.
    pub fn message(self) -> &'static str {
        match self {
            FsumError::Overflow => "OverflowError: intermediate overflow in fsum",
            FsumError::Infinities => "ValueError: -inf + inf in fsum",
        }
    }
}

/// One after the other from 0.0: a `for` loop, and `sum()` up to Python 3.11.
pub fn naive(values: &[f64]) -> f64 {
    values.iter().fold(0.0, |sum, value| sum + value)
}

/// `numpy.sum` of a contiguous float64 array (NumPy 2.4, `numpy/_core/src/umath/loops_utils.h.src`): fewer than 8 values one after the other,
/// up to 128 in eight interleaved sums, more in two halves.
pub fn pairwise(values: &[f64]) -> f64 {
    0.0 + block(values)
}

/// Halving ends at 128 values, so the recursion is at most as deep as a length has bits.
fn block(values: &[f64]) -> f64 {
    let n = values.len();
    if n < 8 {
        return values.iter().fold(-0.0, |sum, value| sum + value);
    }
    if n > 128 {
        let half = n / 2;
        let (left, right) = values.split_at(half - half % 8);
        return block(left) + block(right);
    }
    let (eights, tail) = values.as_chunks::<8>();
    let Some((first, rest)) = eights.split_first() else { return -0.0 };
    let mut r = *first;
    for eight in rest {
        for (sum, value) in r.iter_mut().zip(eight) {
            *sum += value;
        }
    }
    let sum = ((r[0] + r[1]) + (r[2] + r[3])) + ((r[4] + r[5]) + (r[6] + r[7]));
    tail.iter().fold(sum, |sum, value| sum + value)
}

/// Kahan's loop as textbooks have it, from 0.0. A term larger than the sum defeats it, and so does an infinity (nan).
pub fn kahan(values: &[f64]) -> f64 {
    let (mut sum, mut lost) = (0.0, 0.0);
    for value in values {
        let term = value - lost;
        let next = sum + term;
        lost = (next - sum) - term;
        sum = next;
    }
    sum
}

/// The built-in `sum()` since Python 3.12 (CPython 3.13, `Python/bltinmodule.c`): Neumaier's compensation, added at the end if it is finite. It
/// starts from the int 0, so the first value goes through `0 + value`: a lone -0.0 becomes 0.0.
pub fn neumaier(values: &[f64]) -> f64 {
    let Some((first, rest)) = values.split_first() else { return 0.0 };
    let (mut sum, mut lost) = (0.0 + first, 0.0f64);
    for value in rest {
        let next = sum + value;
        lost += if sum.abs() >= value.abs() { (sum - next) + value } else { (value - next) + sum };
        sum = next;
    }
    if lost != 0.0 && lost.is_finite() { sum + lost } else { sum }
}

/// `math.fsum` (CPython 3.13, `Modules/mathmodule.c`): Shewchuk's partial sums, which lose nothing, and one rounding at the end.
pub fn fsum(values: &[f64]) -> Result<f64, FsumError> {
    let mut partials = Vec::with_capacity(8);
    // Infinities and nans are added apart.
    let (mut special, mut infinities) = (0.0, 0.0);
    for value in values {
        let mut x = *value;
        let mut kept = 0;
        for at in 0..partials.len() {
            let Some(mut y) = partials.get(at).copied() else { break };
            if f64::abs(x) < f64::abs(y) {
                std::mem::swap(&mut x, &mut y);
            }
            let high = x + y;
            let low = y - (high - x);
            if low != 0.0 {
                if let Some(slot) = partials.get_mut(kept) {
                    *slot = low;
                }
                kept += 1;
            }
            x = high;
        }
        partials.truncate(kept);
        if x == 0.0 {
            continue;
        }
        if x.is_finite() {
            partials.push(x);
            continue;
        }
        if value.is_finite() {
            return Err(FsumError::Overflow);
        }
        if value.is_infinite() {
            infinities += value;
        }
        special += value;
        partials.clear();
    }
    if special != 0.0 {
        return if f64::is_nan(infinities) { Err(FsumError::Infinities) } else { Ok(special) };
    }
    let Some(mut high) = partials.pop() else { return Ok(0.0) };
    let mut low = 0.0;
    while let Some(y) = partials.pop() {
        let x = high;
        high = x + y;
        low = y - (high - x);
        if low != 0.0 {
            break;
        }
    }
    // What is left below decides a tie.
    if let Some(next) = partials.last()
        && ((low < 0.0 && *next < 0.0) || (low > 0.0 && *next > 0.0))
    {
        let twice = low * 2.0;
        let sum = high + twice;
        if sum - high == twice {
            high = sum;
        }
    }
    Ok(high)
}

/// The sum of finite floats as a fixed-point number, exactly: two sums of whole multiples of 2^-1074, one for each sign.
#[derive(Debug, Clone)]
pub struct ExactSum {
    positive: Limbs,
    negative: Limbs,
}

/// Bit 0 is 2^-1074, the highest 2^1101: room for more values than there can be.
type Limbs = [u64; 34];

impl Default for ExactSum {
    fn default() -> Self {
        Self { positive: [0; 34], negative: [0; 34] }
    }
}

impl ExactSum {
    /// Adds a finite value; others are left out.
    pub fn add(&mut self, value: f64) {
        let bits = value.to_bits();
        if !FLOAT64.finite(bits) {
            return;
        }
        let (mantissa, exponent) = FLOAT64.parts(bits);
        let shift = (exponent + 1074).max(0).unsigned_abs();
        let wide = u128::from(mantissa) << (shift % 64);
        let limbs = if value < 0.0 { &mut self.negative } else { &mut self.positive };
        let (mut carry, mut more) = (wide, true);
        for limb in limbs.iter_mut().skip((shift / 64) as usize) {
            if !more {
                break;
            }
            let sum = u128::from(*limb) + (carry & u128::from(u64::MAX));
            *limb = sum as u64;
            carry = (carry >> 64) + (sum >> 64);
            more = carry != 0;
        }
    }

    /// The sum so far.
    pub fn value(&self) -> Exact {
        let of = |negative, limbs: &Limbs| {
            let mut number = Big::default();
            for (at, limb) in limbs.iter().enumerate() {
                if *limb != 0 {
                    number.add(&Big::new(*limb).shl(at as u32 * 64));
                }
            }
            Exact::new(negative, number, -1074)
        };
        of(false, &self.positive).add(&of(true, &self.negative))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples() {
        let tenths = vec![0.1; 1000];
        assert_eq!(naive(&tenths), 99.9999999999986);
        assert_eq!(pairwise(&tenths), 100.00000000000001);
        assert_eq!(neumaier(&tenths), 100.0);
        assert_eq!(fsum(&tenths), Ok(100.0));
        assert_eq!(neumaier(&[0.1; 10]), 1.0);
        assert_eq!(naive(&[0.1; 10]), 0.9999999999999999);
        assert_eq!([kahan(&[1e100, 1.0, -1e100]), neumaier(&[1.0, 1e100, 1.0, -1e100])], [0.0, 2.0]);
    }

    #[test]
    fn what_is_not_finite() {
        let inf = f64::INFINITY;
        assert_eq!(fsum(&[inf, -inf]), Err(FsumError::Infinities));
        assert_eq!(fsum(&[1e308, 1e308, inf]), Err(FsumError::Overflow));
        assert_eq!(fsum(&[inf, 1.0]), Ok(inf));
        assert!(fsum(&[f64::NAN, inf]).is_ok_and(f64::is_nan));
        assert_eq!(neumaier(&[inf, 1.0]), inf);
        assert_eq!(neumaier(&[1e308, 1e308]), inf);
        assert!(kahan(&[inf, 1.0]).is_nan());
    }

    #[test]
    fn no_values_and_minus_zero() {
        for f in [naive, pairwise, kahan, neumaier] {
            assert_eq!(f(&[]).to_bits(), 0);
            assert_eq!(f(&[-0.0, -0.0]).to_bits(), 0);
        }
        assert_eq!(fsum(&[-0.0]).map(f64::to_bits), Ok(0));
    }

    #[test]
    fn fsum_is_the_exact_sum_rounded() {
        let mut seed = 11u64;
        for round in 0..3_000 {
            let mut values = Vec::new();
            let mut exact = ExactSum::default();
            for _ in 0..round % 40 {
                seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                let bits = seed ^ (seed >> 31);
                // Every other list keeps to few exponents, so that terms cancel.
                let bits =
                    if round % 2 == 0 { bits } else { bits & 0x800f_ffff_ffff_ffff | (1000 + (bits >> 52) % 60) << 52 };
                let value = f64::from_bits(bits);
                if value.abs() < 1e300 {
                    values.push(value);
                    exact.add(value);
                }
            }
            assert_eq!(fsum(&values).map(f64::to_bits), Ok(FLOAT64.round(&exact.value()).0), "{values:?}");
        }
    }
}
