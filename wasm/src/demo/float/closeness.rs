//! `math.isclose` and `numpy.isclose`.

/// The tolerances of both libraries where the reader gives none.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tolerances {
    /// Relative.
    pub relative: f64,
    /// Absolute.
    pub absolute: f64,
}

/// The defaults of `math.isclose`.
pub const MATH: Tolerances = Tolerances { relative: 1e-9, absolute: 0.0 };

/// The defaults of `numpy.isclose`.
pub const NUMPY: Tolerances = Tolerances { relative: 1e-5, absolute: 1e-8 };

/// One call: what it allows and what it says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Verdict {
    /// The largest |a - b| that counts as close.
    pub allowed: f64,
    /// What the call answers.
    pub close: bool,
}

/// `math.isclose(a, b, rel_tol=…, abs_tol=…)` (CPython 3.13, `Modules/mathmodule.c`): symmetric, the relative tolerance scales with the larger
/// of the two, and the larger allowance wins.
pub fn math(a: f64, b: f64, tolerances: Tolerances) -> Verdict {
    let Tolerances { relative, absolute } = tolerances;
    let difference = (b - a).abs();
    let scaled = (relative * b).abs().max((relative * a).abs());
    let allowed = if absolute > scaled { absolute } else { scaled };
    let infinite = a.is_infinite() || b.is_infinite();
    let close = a == b
        || (!infinite
            && (difference <= (relative * b).abs() || difference <= (relative * a).abs() || difference <= absolute));
    Verdict { allowed, close }
}

/// `numpy.isclose(a, b, rtol=…, atol=…)` of two float64 (NumPy 2.4, `numpy/_core/numeric.py`): the relative tolerance scales with the second
/// argument alone, and the two allowances add up.
pub fn numpy(a: f64, b: f64, tolerances: Tolerances) -> Verdict {
    let allowed = tolerances.absolute + tolerances.relative * b.abs();
    Verdict { allowed, close: a == b || (b.is_finite() && (a - b).abs() <= allowed) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_differ() {
        assert!(!math(1e-12, 0.0, MATH).close);
        assert!(numpy(1e-9, 2e-9, NUMPY).close);
        assert!(!math(1e-9, 2e-9, MATH).close);
        assert!(math(0.1 + 0.2, 0.3, MATH).close);
        // NumPy's order matters.
        let ten = Tolerances { relative: 0.1, absolute: 0.0 };
        assert!(numpy(9.0, 10.0, ten).close && !numpy(10.0, 9.0, ten).close);
    }

    #[test]
    fn what_is_not_finite() {
        let inf = f64::INFINITY;
        for f in [math, numpy] {
            assert!(f(inf, inf, MATH).close);
            assert!(!f(inf, -inf, MATH).close);
            assert!(!f(inf, 1.0, Tolerances { relative: 1.0, absolute: 1.0 }).close);
            assert!(!f(f64::NAN, f64::NAN, MATH).close);
        }
    }
}
