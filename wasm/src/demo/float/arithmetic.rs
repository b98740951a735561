//! + - * / in a format: the exact result, rounded once.

use super::exact::Exact;
use super::format::{Format, Kind};

/// One of the four operations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
}

impl Operation {
    /// The exact result; `None` for a division by zero.
    pub fn exact(self, a: &Exact, b: &Exact) -> Option<Exact> {
        match self {
            Operation::Add => Some(a.add(b)),
            Operation::Subtract => Some(a.sub(b)),
            Operation::Multiply => Some(a.mul(b)),
            Operation::Divide => a.div(b),
        }
    }

    /// The result in a format, as IEEE 754 has it: the exact result rounded once, ties to even. A nan operand comes back (the first one); a
    /// nan made here, as by `inf - inf`, is the format's default one with sign 0 (processors differ in that sign). `None` is a division by
    /// zero, which Python refuses.
    pub fn apply(self, format: &Format, a: u64, b: u64) -> Option<u64> {
        let (ka, kb) = (format.kind(a), format.kind(b));
        let (na, nb) = (format.negative(a), format.negative(b));
        if self == Operation::Divide && kb == Kind::Zero {
            return None;
        }
        if ka == Kind::Nan || kb == Kind::Nan {
            return Some(if ka == Kind::Nan { a } else { b });
        }
        let b = if self == Operation::Subtract { b ^ format.sign_mask() } else { b };
        let nb = nb != (self == Operation::Subtract);
        let nan = format.nan(false);
        if let (Some(x), Some(y)) = (format.exact(a), format.exact(b)) {
            let (exact, zero_negative) = match self {
                Operation::Add | Operation::Subtract => (x.add(&y), na && nb && x.is_zero() && y.is_zero()),
                Operation::Multiply => (x.mul(&y), na != nb),
                Operation::Divide => (x.div(&y)?, na != nb),
            };
            let (rounded, _) = format.round(&exact);
            // A product or quotient may also vanish: the sign stays.
            return Some(if format.magnitude(rounded) == 0 && exact.is_zero() {
                format.signed(zero_negative, 0)
            } else {
                rounded
            });
        }
        let (ia, ib) = (ka == Kind::Inf, kb == Kind::Inf);
        Some(match self {
            Operation::Add | Operation::Subtract if ia && ib && na != nb => nan,
            Operation::Add | Operation::Subtract => format.infinity(if ia { na } else { nb }),
            Operation::Multiply if ka == Kind::Zero || kb == Kind::Zero => nan,
            Operation::Multiply => format.infinity(na != nb),
            Operation::Divide if ia && ib => nan,
            Operation::Divide if ia => format.infinity(na != nb),
            Operation::Divide => format.signed(na != nb, 0),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::format::{FLOAT64, FORMATS};
    use super::*;

    const ALL: [Operation; 4] = [Operation::Add, Operation::Subtract, Operation::Multiply, Operation::Divide];

    fn machine(operation: Operation, a: f64, b: f64) -> f64 {
        match operation {
            Operation::Add => a + b,
            Operation::Subtract => a - b,
            Operation::Multiply => a * b,
            Operation::Divide => a / b,
        }
    }

    fn same(bits: u64, value: f64) -> bool {
        if value.is_nan() { FLOAT64.kind(bits) == Kind::Nan } else { bits == value.to_bits() }
    }

    #[test]
    fn agrees_with_the_processor() {
        let edges = [
            0.0,
            -0.0,
            1.0,
            -1.5,
            0.1,
            5e-324,
            2.2250738585072014e-308,
            f64::MAX,
            f64::INFINITY,
            f64::NEG_INFINITY,
            f64::NAN,
        ];
        let mut seed = 3u64;
        let mut next = || {
            seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            seed ^ (seed >> 33)
        };
        let mut pairs: Vec<(f64, f64)> = edges.iter().flat_map(|a| edges.iter().map(move |b| (*a, *b))).collect();
        for _ in 0..3_000 {
            let a = f64::from_bits(next());
            let near = f64::from_bits(a.to_bits() ^ (next() & 0x80ff_ffff_ffff_ffff));
            pairs.push((a, near));
            pairs.push((a, f64::from_bits(next())));
        }
        for (a, b) in pairs {
            for operation in ALL {
                match operation.apply(&FLOAT64, a.to_bits(), b.to_bits()) {
                    Some(bits) => assert!(same(bits, machine(operation, a, b)), "{operation:?} {a:e} {b:e}"),
                    None => assert!(operation == Operation::Divide && b == 0.0),
                }
            }
        }
    }

    #[test]
    fn single_precision_agrees_too() {
        let float32 = FORMATS[1];
        let mut seed = 5u64;
        for _ in 0..3_000 {
            seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            let a = f32::from_bits((seed >> 32) as u32);
            let b = f32::from_bits((seed >> 16) as u32 ^ 0x0f00_0000);
            for (operation, value) in ALL.into_iter().zip([a + b, a - b, a * b, a / b]) {
                if let Some(bits) = operation.apply(float32, a.to_bits().into(), b.to_bits().into())
                    && !value.is_nan()
                {
                    assert_eq!(bits, u64::from(value.to_bits()), "{operation:?} {a:e} {b:e}");
                }
            }
        }
    }
}
