//! A small unsigned integer of any size: what exact decimals, exact sums and correct rounding need, and no more.

use std::cmp::Ordering;

/// A natural number; limbs of 32 bits, the lowest first, no zero limb at the end.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Big {
    limbs: Vec<u32>,
}

/// 5**13, the largest power of five in a limb.
const FIVE_13: u32 = 1_220_703_125;

impl Big {
    /// `value`.
    pub fn new(value: u64) -> Self {
        let mut big = Self { limbs: vec![value as u32, (value >> 32) as u32] };
        big.trim();
        big
    }

    /// The number that ASCII digits write; other bytes count as their low four bits.
    pub fn from_digits(digits: &[u8]) -> Self {
        let mut big = Self { limbs: Vec::with_capacity(digits.len() / 9 + 1) };
        for chunk in digits.chunks(9) {
            let (mut value, mut scale) = (0u32, 1u32);
            for digit in chunk {
                value = value * 10 + u32::from(digit & 15) % 10;
                scale *= 10;
            }
            big.mul_add(scale, value);
        }
        big
    }

    /// Is it 0?
    pub fn is_zero(&self) -> bool {
        self.limbs.is_empty()
    }

    /// Is it 1?
    pub fn is_one(&self) -> bool {
        self.limbs == [1]
    }

    /// The number of bits up to the highest one; 0 for 0.
    pub fn bits(&self) -> u32 {
        match self.limbs.last() {
            Some(top) => self.limbs.len() as u32 * 32 - top.leading_zeros(),
            None => 0,
        }
    }

    /// The number of zero bits below the lowest one; 0 for 0.
    pub fn trailing_zeros(&self) -> u32 {
        match self.limbs.iter().position(|limb| *limb != 0) {
            Some(at) => at as u32 * 32 + self.limbs.get(at).map_or(0, |limb| limb.trailing_zeros()),
            None => 0,
        }
    }

    /// `self = self * factor + more`.
    pub fn mul_add(&mut self, factor: u32, more: u32) {
        let mut carry = u64::from(more);
        for limb in &mut self.limbs {
            carry += u64::from(*limb) * u64::from(factor);
            *limb = carry as u32;
            carry >>= 32;
        }
        if carry > 0 {
            self.limbs.push(carry as u32);
        }
        self.trim();
    }

    /// `self *= 5**power`.
    pub fn mul_pow5(&mut self, power: u32) {
        for _ in 0..power / 13 {
            self.mul_add(FIVE_13, 0);
        }
        self.mul_add(5u32.pow(power % 13), 0);
    }

    /// `self * other`, the schoolbook way.
    pub fn mul(&self, other: &Self) -> Self {
        if other.is_one() {
            return self.clone();
        }
        let mut limbs = vec![0u32; self.limbs.len() + other.limbs.len()];
        for (at, a) in self.limbs.iter().enumerate() {
            let mut carry = 0u64;
            let mut slots = limbs.iter_mut().skip(at);
            for b in &other.limbs {
                let Some(slot) = slots.next() else { break };
                carry += u64::from(*a) * u64::from(*b) + u64::from(*slot);
                *slot = carry as u32;
                carry >>= 32;
            }
            if let Some(slot) = slots.next() {
                *slot = carry as u32;
            }
        }
        let mut big = Self { limbs };
        big.trim();
        big
    }

    /// `self << by`.
    pub fn shl(&self, by: u32) -> Self {
        if self.is_zero() {
            return Self::default();
        }
        let (whole, part) = ((by / 32) as usize, by % 32);
        let mut limbs = vec![0u32; whole];
        limbs.reserve(self.limbs.len() + 1);
        let mut carry = 0u64;
        for limb in &self.limbs {
            carry |= u64::from(*limb) << part;
            limbs.push(carry as u32);
            carry >>= 32;
        }
        limbs.push(carry as u32);
        let mut big = Self { limbs };
        big.trim();
        big
    }

    /// `self >> by`, the bits below dropped.
    pub fn shr(&self, by: u32) -> Self {
        let (whole, part) = ((by / 32) as usize, by % 32);
        let kept = self.limbs.get(whole..).unwrap_or_default();
        let mut limbs = Vec::with_capacity(kept.len());
        for (at, limb) in kept.iter().enumerate() {
            let above = u64::from(kept.get(at + 1).copied().unwrap_or(0)) << 32;
            limbs.push(((above | u64::from(*limb)) >> part) as u32);
        }
        let mut big = Self { limbs };
        big.trim();
        big
    }

    /// `self *= 2`, in place.
    pub fn double(&mut self) {
        let mut carry = 0;
        for limb in &mut self.limbs {
            let next = *limb >> 31;
            *limb = (*limb << 1) | carry;
            carry = next;
        }
        if carry > 0 {
            self.limbs.push(carry);
        }
    }

    /// `self += other`.
    pub fn add(&mut self, other: &Self) {
        if self.limbs.len() < other.limbs.len() {
            self.limbs.resize(other.limbs.len(), 0);
        }
        let mut carry = 0u64;
        for (at, limb) in self.limbs.iter_mut().enumerate() {
            carry += u64::from(*limb) + u64::from(other.limbs.get(at).copied().unwrap_or(0));
            *limb = carry as u32;
            carry >>= 32;
        }
        if carry > 0 {
            self.limbs.push(carry as u32);
        }
    }

    /// `self -= other`, where `other <= self`; the result for a larger `other` is not meaningful.
    pub fn sub(&mut self, other: &Self) {
        let mut borrow = 0u64;
        for (at, limb) in self.limbs.iter_mut().enumerate() {
            let take = u64::from(other.limbs.get(at).copied().unwrap_or(0)) + borrow;
            let have = u64::from(*limb);
            borrow = u64::from(have < take);
            *limb = have.wrapping_sub(take) as u32;
        }
        self.trim();
    }

    /// `self /= by`, answering the remainder; dividing by 0 leaves it alone.
    pub fn div_small(&mut self, by: u32) -> u32 {
        let mut rest = 0u64;
        if by == 0 {
            return 0;
        }
        for limb in self.limbs.iter_mut().rev() {
            let value = (rest << 32) | u64::from(*limb);
            *limb = (value / u64::from(by)) as u32;
            rest = value % u64::from(by);
        }
        self.trim();
        rest as u32
    }

    /// `self / other` cut to 64 significant bits: `(quotient, exponent, exact)` with `self / other = quotient * 2**exponent` and a bit more
    /// where not exact. The quotient has 64 or 63 bits, or fewer where `other` is 1. Dividing by 0 answers 0.
    pub fn ratio(&self, other: &Self) -> (u64, i32, bool) {
        if self.is_zero() || other.is_zero() {
            return (0, 0, true);
        }
        if other.is_one() {
            let over = self.bits().saturating_sub(64);
            return (self.window(over), over as i32, self.trailing_zeros() >= over);
        }
        // Line the two up, so that the quotient begins with a 0 or 1; then 31 bits of it and 32 more.
        let (a, b) = (self.bits(), other.bits());
        let (mut rest, divisor) =
            if a >= b { (self.clone(), other.shl(a - b)) } else { (self.shl(b - a), other.clone()) };
        let mut quotient = rest.take(&divisor);
        for bits in [31, 32] {
            rest = rest.shl(bits);
            quotient = (quotient << bits) | rest.take(&divisor);
        }
        (quotient, a as i32 - b as i32 - 63, rest.is_zero())
    }

    /// `self / divisor`, leaving the remainder in `self`; the quotient must be below 2^32 and the divisor not 0.
    fn take(&mut self, divisor: &Self) -> u64 {
        // The highest 32 bits of the divisor give the quotient or at most 2 more.
        let below = divisor.bits().saturating_sub(32);
        let guess = self.window(below) / divisor.window(below).max(1);
        let mut guess = guess.min(u64::from(u32::MAX));
        let mut product = divisor.clone();
        product.mul_add(guess as u32, 0);
        while product > *self {
            product.sub(divisor);
            guess -= 1;
        }
        self.sub(&product);
        guess
    }

    /// The 64 bits from that bit on upward.
    fn window(&self, from: u32) -> u64 {
        let (whole, part) = ((from / 32) as usize, from % 32);
        let at = |index: usize| u128::from(self.limbs.get(whole + index).copied().unwrap_or(0));
        ((at(0) | at(1) << 32 | at(2) << 64) >> part) as u64
    }

    /// All decimal digits; `0` for 0.
    pub fn to_decimal(&self) -> String {
        let mut rest = self.clone();
        let mut chunks = Vec::with_capacity(self.limbs.len() + self.limbs.len() / 14 + 1);
        while !rest.is_zero() {
            chunks.push(rest.div_small(1_000_000_000));
        }
        let mut out = String::with_capacity(chunks.len() * 9 + 1);
        for chunk in chunks.iter().rev() {
            let mut unit = 100_000_000;
            while unit > 0 {
                let digit = chunk / unit % 10;
                if digit > 0 || !out.is_empty() {
                    out.push(char::from(b'0' + digit as u8));
                }
                unit /= 10;
            }
        }
        if out.is_empty() {
            out.push('0');
        }
        out
    }

    fn trim(&mut self) {
        while self.limbs.last() == Some(&0) {
            self.limbs.pop();
        }
    }
}

impl PartialOrd for Big {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Big {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_length = self.limbs.len().cmp(&other.limbs.len());
        by_length.then_with(|| self.limbs.iter().rev().cmp(other.limbs.iter().rev()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(big: &Big) -> u128 {
        big.limbs.iter().rev().fold(0, |sum, limb| sum << 32 | u128::from(*limb))
    }

    #[test]
    fn agrees_with_machine_integers() {
        let samples =
            [0u64, 1, 2, 3, 5, 9, 10, 0xffff_ffff, 0x1_0000_0000, 0x1_0000_0001, 1 << 53, u64::MAX - 1, u64::MAX];
        for a in samples {
            let big = Big::new(a);
            assert_eq!(big.to_decimal(), a.to_string());
            assert_eq!(Big::from_digits(a.to_string().as_bytes()), big);
            assert_eq!(big.bits(), 64 - a.leading_zeros());
            assert_eq!(big.trailing_zeros(), if a == 0 { 0 } else { a.trailing_zeros() });
            for by in [0, 1, 5, 31, 32, 33, 63] {
                assert_eq!(value(&big.shl(by)), u128::from(a) << by);
                assert_eq!(value(&big.shr(by)), u128::from(a) >> by);
            }
            for b in samples {
                let other = Big::new(b);
                assert_eq!(value(&big.mul(&other)), u128::from(a) * u128::from(b));
                assert_eq!(big.cmp(&other), a.cmp(&b));
                let mut sum = big.clone();
                sum.add(&other);
                assert_eq!(value(&sum), u128::from(a) + u128::from(b));
                sum.sub(&other);
                assert_eq!(sum, big);
            }
        }
        let mut five = Big::new(1);
        five.mul_pow5(27);
        assert_eq!(value(&five), 5u128.pow(27));
    }

    #[test]
    fn a_ratio_is_cut_to_64_bits() {
        assert_eq!(Big::new(1).ratio(&Big::new(3)), (0x5555_5555_5555_5555, -64, false));
        assert_eq!(Big::new(10).ratio(&Big::new(5)), (1 << 63, -62, true));
        assert_eq!(Big::new(7).ratio(&Big::new(1)), (7, 0, true));
        assert!(Big::new(3).shl(100).ratio(&Big::new(1)).2);
        assert_eq!(Big::new(3).ratio(&Big::default()), (0, 0, true));
        // Divisors whose highest bits say too little.
        let mut seed = 9u64;
        for _ in 0..2_000 {
            seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            let a = Big::new(seed | 1 << 63).shl(96 + (seed % 7) as u32);
            let mut b = Big::new((seed >> 40) | 1 << 31).shl(64 + (seed % 50) as u32);
            b.add(&Big::new(seed.rotate_left(9)));
            let (quotient, exponent, _) = a.ratio(&b);
            assert!(quotient >> 62 > 0);
            let scaled = if exponent < 0 { a.shl(exponent.unsigned_abs()) } else { a.clone() };
            let product = b.mul(&Big::new(quotient)).shl(exponent.max(0) as u32);
            assert!(product <= scaled);
            let mut above = product;
            above.add(&b.shl(exponent.max(0) as u32));
            assert!(above > scaled);
        }
    }
}
