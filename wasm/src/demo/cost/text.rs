//! Numbers in words and in short.

/// `1,500,010`.
pub fn grouped(value: u64) -> String {
    let digits = value.to_string();
    let mut out = String::new();
    for (i, digit) in digits.bytes().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit.into());
    }
    out
}

/// `sentence` with each `#` replaced by the next of `numbers`, grouped.
pub fn say(sentence: &str, numbers: &[u64]) -> String {
    let (mut out, mut numbers) = (String::new(), numbers.iter());
    for (i, part) in sentence.split('#').enumerate() {
        if let Some(&number) = numbers.as_slice().first().filter(|_| i > 0) {
            out.push_str(&grouped(number));
            numbers.next();
        }
        out.push_str(part);
    }
    out
}

/// A quotient: whole from 100 on, else with one decimal. Nothing where there is nothing to divide by.
pub fn quotient(value: u64, by: u64) -> Option<String> {
    let tenths = value.saturating_mul(20).saturating_add(by).checked_div(by.saturating_mul(2))?;
    Some(if tenths >= 1_000 { grouped((tenths + 5) / 10) } else { format!("{}.{}", tenths / 10, tenths % 10) })
}

/// `by` the largest unit that it reaches, with a decimal where it needs one: `2.5k`.
fn in_units(value: u64, units: &[(u64, &str)]) -> String {
    let unit = units.iter().rev().find(|unit| unit.0 <= value).or(units.first()).copied();
    let (size, name) = unit.unwrap_or((1, ""));
    let tenths = value / size * 10 + value % size * 10 / size;
    match tenths % 10 {
        0 => format!("{}{name}", tenths / 10),
        rest => format!("{}.{rest}{name}", tenths / 10),
    }
}

/// A count on an axis: `500`, `2.5k`, `10M`, `5bn`.
pub fn count(value: u64) -> String {
    in_units(value, &[(1, ""), (1_000, "k"), (1_000_000, "M"), (1_000_000_000, "bn")])
}

/// Bytes on an axis: `500 B`, `10 kB`.
pub fn bytes(value: u64) -> String {
    in_units(value, &[(1, " B"), (1_000, " kB"), (1_000_000, " MB"), (1_000_000_000, " GB")])
}

/// Nanoseconds: `40 ns`, `1.5 ms`.
pub fn time(value: u64) -> String {
    in_units(value, &[(1, " ns"), (1_000, " µs"), (1_000_000, " ms"), (1_000_000_000, " s")])
}

/// A whole number as a reader types it: digits, with commas, underscores or spaces between them.
pub fn whole(text: &str) -> Option<u32> {
    let mut value = None;
    for byte in text.bytes() {
        match byte {
            b'0'..=b'9' => {
                let before: u32 = value.unwrap_or(0);
                value = Some(before.checked_mul(10)?.checked_add(u32::from(byte - b'0'))?);
            }
            b',' | b'_' | b' ' => {}
            _ => return None,
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!([0, 999, 1_000, 1_500_010].map(grouped), ["0", "999", "1,000", "1,500,010"]);
        assert_eq!(say("# of #, #", &[1_000, 2]), "1,000 of 2, ");
        assert_eq!(quotient(15_010, 49).as_deref(), Some("306"));
        assert_eq!(
            [(8_646, 1_246), (1, 3), (999, 10), (0, 5)].map(|(a, b)| quotient(a, b).unwrap()),
            ["6.9", "0.3", "99.9", "0.0"]
        );
        assert_eq!(quotient(1, 0), None);
        assert!(quotient(u64::MAX, 1).is_some());
        assert_eq!([0, 1, 2_500, 10_000_000, 5_000_000_000].map(count), ["0", "1", "2.5k", "10M", "5bn"]);
        assert_eq!([40, 1_500_000].map(time), ["40 ns", "1.5 ms"]);
        assert_eq!(bytes(1_000), "1 kB");
    }

    #[test]
    fn whole_numbers_are_read_as_typed() {
        assert_eq!(["10000", "10,000", "10_000", " 10 000 "].map(whole), [Some(10_000); 4]);
        assert_eq!(
            ["", "1e3", "-1", "+1", "9999999999", "ten", "1.5", "111111111111111111111111"].map(whole),
            [None; 8]
        );
    }
}
