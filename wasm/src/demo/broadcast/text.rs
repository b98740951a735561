//! Numbers and sizes as a reader sees them; exact integer code throughout.

/// `1680` as `1,680`.
pub fn grouped(value: u64) -> String {
    let digits = value.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `96 bytes`, `13.4 kB`, `614 GB`: three figures, decimal units, rounded half up.
pub fn bytes(value: u64) -> String {
    if value == 1 {
        return String::from("1 byte");
    }
    if value < 1000 {
        return format!("{value} bytes");
    }
    let mut unit: u64 = 1;
    let mut name = "";
    for next in ["kB", "MB", "GB", "TB", "PB", "EB"] {
        // 999.5 of a unit are shown as 1.00 of the next.
        if value < unit.saturating_mul(1000) - unit / 2 {
            break;
        }
        unit *= 1000;
        name = next;
    }
    // So that 9.999 becomes 10.0 and not 10.00.
    let decimals: u32 = match value / (unit / 1000).max(1) {
        0..9_995 => 2,
        9_995..99_950 => 1,
        _ => 0,
    };
    let scale = 10u64.pow(decimals);
    let part = unit / scale;
    let scaled = value.saturating_add(part / 2) / part;
    match decimals {
        0 => format!("{} {name}", grouped(scaled)),
        _ => format!("{}.{:0width$} {name}", scaled / scale, scaled % scale, width = decimals as usize),
    }
}

/// `1 element`, `1,680 elements`.
pub fn elements(count: u64) -> String {
    match count {
        1 => String::from("1 element"),
        count => format!("{} elements", grouped(count)),
    }
}

/// `(48, 0, 8, 0)`, as Python writes a tuple.
pub fn tuple(values: &[u64]) -> String {
    super::shape::Shape(values.to_vec()).python()
}

/// Texts one after the other.
pub fn list(mut texts: impl Iterator<Item = String>, separator: &str) -> String {
    // What is behind `dyn` is compiled once, and not for each iterator: the browser has to load it.
    fn join(next: &mut dyn FnMut() -> Option<String>, separator: &str) -> String {
        let mut out = next().unwrap_or_default();
        while let Some(text) = next() {
            out.push_str(separator);
            out.push_str(&text);
        }
        out
    }
    join(&mut || texts.next(), separator)
}

/// Numbers one after the other: `2, 0, 1`.
pub fn numbers(values: &[u64]) -> String {
    list(values.iter().map(u64::to_string), ", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_read_well() {
        for (value, text) in [
            (0, "0 bytes"),
            (1, "1 byte"),
            (999, "999 bytes"),
            (1000, "1.00 kB"),
            (13_440, "13.4 kB"),
            (999_499, "999 kB"),
            (999_500, "1.00 MB"),
            (9_999, "10.0 kB"),
            (614_400_000_000, "614 GB"),
            (u64::MAX, "18.4 EB"),
        ] {
            assert_eq!(bytes(value), text);
        }
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(grouped(123), "123");
    }
}
