//! Numbers and sizes as a reader sees them; exact integer code throughout.

/// `1680` as `1,680`.
pub fn grouped(value: impl Into<u128>) -> String {
    let digits = value.into().to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `96 bytes`, `13.4 kB`, `614 GB`: three figures, decimal units, rounded half up.
pub fn bytes(value: impl Into<u128>) -> String {
    let value = value.into();
    if value == 1 {
        return String::from("1 byte");
    }
    if value < 1000 {
        return format!("{value} bytes");
    }
    let mut unit: u128 = 1;
    let mut name = "";
    for next in ["kB", "MB", "GB", "TB", "PB", "EB"] {
        // 999.5 of a unit are shown as 1.00 of the next.
        if value.saturating_mul(2) < unit.saturating_mul(1999) {
            break;
        }
        unit *= 1000;
        name = next;
    }
    // So that 9.999 becomes 10.0 and not 10.00.
    let decimals: u32 = match value.saturating_mul(1000) / unit {
        0..9_995 => 2,
        9_995..99_950 => 1,
        _ => 0,
    };
    let scale = 10u128.pow(decimals);
    let scaled = value.saturating_mul(scale).saturating_add(unit / 2) / unit;
    match decimals {
        0 => format!("{} {name}", grouped(scaled)),
        _ => format!("{}.{:0width$} {name}", scaled / scale, scaled % scale, width = decimals as usize),
    }
}

/// `1 element`, `1,680 elements`.
pub fn elements(count: impl Into<u128>) -> String {
    match count.into() {
        1 => String::from("1 element"),
        count => format!("{} elements", grouped(count)),
    }
}

/// `(48, 0, 8, 0)`, as Python writes a tuple.
pub fn tuple(values: &[u64]) -> String {
    super::shape::Shape(values.to_vec()).python()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_read_well() {
        for (value, text) in [
            (0u128, "0 bytes"),
            (1, "1 byte"),
            (999, "999 bytes"),
            (1000, "1.00 kB"),
            (13_440, "13.4 kB"),
            (999_499, "999 kB"),
            (999_500, "1.00 MB"),
            (9_999, "10.0 kB"),
            (614_400_000_000, "614 GB"),
            (u128::from(u64::MAX), "18.4 EB"),
        ] {
            assert_eq!(bytes(value), text);
        }
        assert_eq!(grouped(1_234_567u64), "1,234,567");
        assert_eq!(grouped(123u64), "123");
    }
}
