//! Numbers to text: the shortest digits that read back as the same float, laid out as Python's `repr` does, and the exact expansion.

use super::big::Big;
use super::format::{FLOAT64, Format, Kind};
use std::cmp::Ordering;

/// The fewest decimal digits that round to the finite number `bits` (not zero), the nearest to it where several are as short, the even one
/// where two are as near; and the place of the point: the value is about 0.d1d2d3… · 10^place.
///
/// Steele and White's and Dragon4's way: all numbers that round to the float are an interval, with its ends where the last bit is even; digits
/// of the value are written until what is left fits into it.
pub fn shortest(format: &Format, bits: u64) -> (Vec<u8>, i32) {
    let (mantissa, exponent) = format.parts(bits);
    if mantissa == 0 {
        return (vec![b'0'], 1);
    }
    let even = mantissa & 1 == 0;
    // The neighbour below a power of two is half as far away.
    let narrow = mantissa == format.min_normal() && format.exponent_field(bits) > 1;
    // value = rest / scale, half the way to the neighbours = low / scale and high / scale.
    let shift = exponent.max(0).unsigned_abs();
    let mut rest = Big::new(mantissa).shl(shift + 2);
    let mut scale = Big::new(4).shl((-exponent).max(0).unsigned_abs());
    let mut low = Big::new(if narrow { 1 } else { 2 }).shl(shift);
    let mut high = Big::new(2).shl(shift);
    // 10^place: first an estimate, never too large, then one more while the value reaches it.
    let highest = exponent + 63 - mantissa.leading_zeros() as i32;
    let mut place = ((i64::from(highest) * 1_233) >> 12) as i32; // log10(2) = 0.30103 = 1233 / 4096, rounded down
    if place >= 0 {
        scale.mul_pow5(place.unsigned_abs());
        scale = scale.shl(place.unsigned_abs());
    } else {
        for big in [&mut rest, &mut low, &mut high] {
            big.mul_pow5(place.unsigned_abs());
            *big = big.shl(place.unsigned_abs());
        }
    }
    let reaches = |sum: &Big, limit: &Big| match sum.cmp(limit) {
        Ordering::Greater => true,
        Ordering::Equal => even,
        Ordering::Less => false,
    };
    for _ in 0..4 {
        if rest < scale {
            break;
        }
        scale.mul_add(10, 0);
        place += 1;
    }
    let mut digits = Vec::with_capacity(17);
    // Twenty digits are more than any format of 64 bits needs.
    for _ in 0..20 {
        for big in [&mut rest, &mut low, &mut high] {
            big.mul_add(10, 0);
        }
        let mut digit = b'0';
        while rest >= scale && digit < b'9' {
            rest.sub(&scale);
            digit += 1;
        }
        let down = match rest.cmp(&low) {
            Ordering::Less => true,
            Ordering::Equal => even,
            Ordering::Greater => false,
        };
        let mut top = rest.clone();
        top.add(&high);
        let up = reaches(&top, &scale);
        if !down && !up {
            digits.push(digit);
            continue;
        }
        rest.double();
        let nearer_up = match rest.cmp(&scale) {
            Ordering::Greater => true,
            Ordering::Equal => digit & 1 == 1,
            Ordering::Less => false,
        };
        digits.push(digit + u8::from(up && (!down || nearer_up)));
        break;
    }
    // A 9 that went up carries.
    for at in (0..digits.len()).rev() {
        if digits.get(at).is_some_and(|digit| *digit > b'9') {
            digits.truncate(at);
            match digits.last_mut() {
                Some(before) => *before += 1,
                None => {
                    digits.push(b'1');
                    place += 1;
                }
            }
        }
    }
    while digits.len() > 1 && digits.last() == Some(&b'0') {
        digits.pop();
    }
    (digits, place)
}

/// The shortest text that reads back as the same float, laid out as Python's `repr(float)` does (CPython 3.13, `Python/pystrtod.c`): an
/// exponent below 1e-4 and from 1e16, of two digits at least, and `.0` after a whole number. For float64 it is Python's text.
pub fn repr(format: &Format, bits: u64) -> String {
    let negative = format.negative(bits);
    let kind = format.kind(bits);
    if kind == Kind::Nan {
        return String::from("nan");
    }
    let mut out = String::with_capacity(26);
    if negative {
        out.push('-');
    }
    match kind {
        Kind::Inf => out.push_str("inf"),
        Kind::Zero => out.push_str("0.0"),
        _ => {
            let (digits, place) = shortest(format, bits);
            lay_out(&mut out, &digits, place);
        }
    }
    out
}

fn push(out: &mut String, digits: &[u8]) {
    out.extend(digits.iter().map(|digit| char::from(*digit)));
}

fn scientific(out: &mut String, digits: &[u8], place: i32) {
    let (first, rest) = digits.split_at(digits.len().min(1));
    push(out, first);
    if !rest.is_empty() {
        out.push('.');
        push(out, rest);
    }
    let exponent = (place - 1).unsigned_abs();
    out.push_str(if place > 0 { "e+" } else { "e-" });
    if exponent < 10 {
        out.push('0');
    }
    out.push_str(&exponent.to_string());
}

fn lay_out(out: &mut String, digits: &[u8], place: i32) {
    if !(-3..=16).contains(&place) {
        scientific(out, digits, place);
        return;
    }
    let whole = place.max(0) as usize;
    if whole == 0 {
        out.push_str("0.");
        out.extend(std::iter::repeat_n('0', place.unsigned_abs() as usize));
        push(out, digits);
    } else if whole >= digits.len() {
        push(out, digits);
        out.extend(std::iter::repeat_n('0', whole - digits.len()));
        out.push_str(".0");
    } else {
        push(out, digits.get(..whole).unwrap_or_default());
        out.push('.');
        push(out, digits.get(whole..).unwrap_or_default());
    }
}

/// Python's `repr` of a machine float.
pub fn repr_f64(value: f64) -> String {
    repr(&FLOAT64, value.to_bits())
}

/// The exact value in full: all digits, no exponent, no trailing zeros, `-0` for minus zero; `inf`, `-inf`, `nan`.
pub fn exact(format: &Format, bits: u64) -> String {
    match format.exact(bits) {
        Some(exact) if !exact.is_zero() => exact.to_decimal().unwrap_or_default(),
        Some(_) if format.negative(bits) => String::from("-0"),
        Some(_) => String::from("0"),
        None => repr(format, bits),
    }
}

/// A machine float to at most three significant digits, for reading: `0.8`, `4.44e-17`.
pub fn rounded(value: f64) -> String {
    let bits = value.to_bits();
    if !FLOAT64.finite(bits) || FLOAT64.magnitude(bits) == 0 {
        return repr_f64(value).replace(".0", "");
    }
    let (mut digits, mut place) = shortest(&FLOAT64, bits);
    let up = digits.get(3).is_some_and(|digit| *digit >= b'5');
    digits.truncate(3);
    if up {
        match digits.iter().rposition(|digit| *digit < b'9') {
            Some(at) => {
                digits.truncate(at + 1);
                if let Some(digit) = digits.last_mut() {
                    *digit += 1;
                }
            }
            None => {
                digits = vec![b'1'];
                place += 1;
            }
        }
    }
    while digits.len() > 1 && digits.last() == Some(&b'0') {
        digits.pop();
    }
    let mut out = String::from(if value < 0.0 { "-" } else { "" });
    if place > 6 {
        scientific(&mut out, &digits, place);
        return out;
    }
    lay_out(&mut out, &digits, place);
    match out.strip_suffix(".0") {
        Some(whole) => whole.to_string(),
        None => out,
    }
}

/// The exact value where it is short, else the shortest text: for the ends of a format, where `65500.0` would be true but odd.
pub fn brief(format: &Format, bits: u64) -> String {
    let (exact, repr) = (exact(format, bits), repr(format, bits));
    if exact.len() <= 10 { exact } else { repr }
}

/// Python's `float.hex`, for every format: the significand in hexadecimal, times a power of two.
pub fn hex_float(format: &Format, bits: u64) -> String {
    if !format.finite(bits) {
        return repr(format, bits);
    }
    let sign = if format.negative(bits) { "-" } else { "" };
    let lead = u32::from(format.exponent_field(bits) > 0);
    if format.magnitude(bits) == 0 {
        return format!("{sign}0x0.0p+0");
    }
    let width = format.fraction_bits.div_ceil(4);
    let fraction = format.fraction_field(bits) << (width * 4 - format.fraction_bits);
    let exponent = format.ulp_exponent(bits) + format.fraction_bits as i32;
    format!("{sign}0x{lead}.{fraction:0width$x}p{exponent:+}", width = width as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_as_python_does() {
        for (value, text) in [
            (0.1, "0.1"),
            (0.1 + 0.2, "0.30000000000000004"),
            (1e16, "1e+16"),
            (1e15, "1000000000000000.0"),
            (123456789012345680.0, "1.2345678901234568e+17"),
            (1e-4, "0.0001"),
            (1e-5, "1e-05"),
            (5e-324, "5e-324"),
            (f64::MAX, "1.7976931348623157e+308"),
            (f64::MIN_POSITIVE, "2.2250738585072014e-308"),
            (1e22, "1e+22"),
            (1e23, "1e+23"),
            (9.5, "9.5"),
            (1125899906842624.0 + 0.25, "1125899906842624.2"),
            (1125899906842624.0 + 0.75, "1125899906842624.8"),
            (-0.0, "-0.0"),
            (f64::NEG_INFINITY, "-inf"),
            (-f64::NAN, "nan"),
        ] {
            assert_eq!(repr_f64(value), text);
        }
    }

    #[test]
    fn shortest_digits_read_back() {
        let mut seed = 7u64;
        for _ in 0..3_000 {
            seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            let value = f64::from_bits(seed ^ (seed >> 31));
            if value.is_finite() {
                let text = repr_f64(value);
                assert_eq!(text.parse::<f64>().map(f64::to_bits), Ok(value.to_bits()), "{text}");
                let (digits, _) = shortest(&FLOAT64, value.to_bits());
                let theirs = format!("{value:e}");
                let theirs = theirs.split('e').next().unwrap().replace(['-', '.'], "");
                assert_eq!(digits.len(), theirs.len(), "{text}");
            }
        }
    }

    #[test]
    fn three_digits_are_for_reading() {
        for (value, text) in [
            (0.8, "0.8"),
            (4.440892098500626e-17, "4.44e-17"),
            (0.09996, "0.1"),
            (-0.4, "-0.4"),
            (1234.6, "1230"),
            (4.5e15, "4.5e+15"),
            (0.0, "0"),
            (f64::INFINITY, "inf"),
        ] {
            assert_eq!(rounded(value), text);
        }
        assert_eq!(hex_float(&FLOAT64, 0.1f64.to_bits()), "0x1.999999999999ap-4");
        assert_eq!(hex_float(&FLOAT64, 1), "0x0.0000000000001p-1022");
        assert_eq!(hex_float(&FLOAT64, (-0.0f64).to_bits()), "-0x0.0p+0");
    }

    #[test]
    fn expands_in_full() {
        assert_eq!(exact(&FLOAT64, 0.1f64.to_bits()), "0.1000000000000000055511151231257827021181583404541015625");
        assert_eq!(exact(&FLOAT64, (-0.0f64).to_bits()), "-0");
        assert_eq!(exact(&FLOAT64, 1e22f64.to_bits()), "10000000000000000000000");
        assert_eq!(exact(&FLOAT64, 1).len(), 1076);
    }
}
