//! Where values lie along an axis, and which of them are marked.

/// An axis from its first to its last mark.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Scale {
    low: f64,
    high: f64,
    log: bool,
    /// The marked values, with their text.
    pub(super) ticks: Vec<(f64, String)>,
}

impl Scale {
    /// An axis that holds the values; one for bars begins at 0, and so does one whose values are near it.
    pub(super) fn new(values: impl Iterator<Item = f64> + Clone, log: bool, from_zero: bool) -> Self {
        let least = values.clone().fold(f64::INFINITY, f64::min);
        let most = values.fold(f64::NEG_INFINITY, f64::max);
        let (least, most) = if least <= most { (least, most) } else { (0.0, 1.0) };
        if log { Self::log(least, most) } else { Self::linear(least, most, from_zero) }
    }

    fn linear(least: f64, most: f64, from_zero: bool) -> Self {
        let near_zero = least > 0.0 && least < most * 0.5 || most < 0.0 && most > least * 0.5;
        let (mut low, mut high) = (least, most);
        if from_zero || near_zero {
            low = low.min(0.0);
            high = high.max(0.0);
        }
        if high <= low {
            // One value: some room around it.
            let room = if low == 0.0 { 1.0 } else { low.abs() * 0.5 };
            low -= if from_zero && low >= 0.0 { 0.0 } else { room };
            high += room;
        }
        let step = nice((high - low) / 5.0);
        let (first, last) = ((low / step).floor(), (high / step).ceil());
        let decimals = (0..=12).find(|d| (step * 10_f64.powi(*d)).fract().abs() < 1e-9).unwrap_or(12);
        let count = (last - first).clamp(1.0, 12.0) as usize;
        let ticks = (0..=count)
            .map(|i| {
                // From the whole multiple, so that no mark reads 0.30000000000000004.
                let value = (first + i as f64) * step;
                (value, number(value, usize::try_from(decimals).unwrap_or(0)))
            })
            .collect();
        Self { low: first * step, high: last * step, log: false, ticks }
    }

    fn log(least: f64, most: f64) -> Self {
        let (first, mut last) = (least.log10().floor(), most.log10().ceil());
        if last <= first {
            last = first + 1.0;
        }
        let stride = ((last - first) / 7.0).ceil().max(1.0);
        let mut ticks = Vec::new();
        let mut at = first;
        while at <= last && ticks.len() < 12 {
            ticks.push((10_f64.powf(at), power(at as i32)));
            at += stride;
        }
        Self { low: 10_f64.powf(first), high: 10_f64.powf(last), log: true, ticks }
    }

    /// From 0 at the beginning of the axis to 1 at its end.
    pub(super) fn place(&self, value: f64) -> f64 {
        let part = match self.log {
            true => (value / self.low).log10() / (self.high / self.low).log10(),
            false => (value - self.low) / (self.high - self.low),
        };
        if part.is_finite() { part.clamp(0.0, 1.0) } else { 0.0 }
    }

    /// Where bars stand: at 0, or at the beginning of an axis without it.
    pub(super) fn ground(&self) -> f64 {
        if self.log { 0.0 } else { self.place(0.0) }
    }
}

/// The smallest of 1, 2, 5 times a power of ten that is not below `step`.
fn nice(step: f64) -> f64 {
    let power = 10_f64.powf(step.log10().floor());
    [1.0, 2.0, 5.0]
        .into_iter()
        .map(|digit| digit * power)
        .find(|nice| *nice >= step * 0.999_999)
        .unwrap_or(power * 10.0)
}

/// A number as an axis shows it.
fn number(value: f64, decimals: usize) -> String {
    let value = if value == 0.0 { 0.0 } else { value };
    if value != 0.0 && (value.abs() >= 1e6 || decimals > 5) {
        let exponent = value.abs().log10().floor();
        let digits = value / 10_f64.powf(exponent);
        let digits = format!("{digits:.2}");
        let digits = digits.trim_end_matches('0').trim_end_matches('.').replace('-', "−");
        let ten = power(exponent as i32);
        return if digits == "1" { ten } else { format!("{digits}·{ten}") };
    }
    let text = format!("{:.decimals$}", value.abs());
    let (whole, rest) = text.split_once('.').map_or((text.as_str(), ""), |(whole, rest)| (whole, rest));
    let mut out = String::new();
    for (i, digit) in whole.chars().enumerate() {
        // Thousands apart, from five digits on.
        if i > 0 && whole.len() > 4 && (whole.len() - i).is_multiple_of(3) {
            out.push('\u{202f}');
        }
        out.push(digit);
    }
    if !rest.is_empty() {
        out = format!("{out}.{rest}");
    }
    if value < 0.0 { format!("−{out}") } else { out }
}

/// `10⁻³`; 1, 10, 100 and 1000 as such.
fn power(exponent: i32) -> String {
    if let Ok(zeros @ 0..=3) = usize::try_from(exponent) {
        return format!("1{}", "0".repeat(zeros));
    }
    let digits = exponent.to_string();
    let raised = digits.chars().map(|c| match c {
        '-' => '⁻',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        c => c.to_digit(10).and_then(|digit| char::from_u32(0x2070 + digit)).unwrap_or(c),
    });
    format!("10{}", raised.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ticks(values: &[f64], log: bool, from_zero: bool) -> Vec<String> {
        Scale::new(values.iter().copied(), log, from_zero).ticks.into_iter().map(|(_, text)| text).collect()
    }

    #[test]
    fn marks_are_round_and_hold_the_values() {
        assert_eq!(ticks(&[0.1, 0.55], false, false), ["0.0", "0.2", "0.4", "0.6"]);
        assert_eq!(ticks(&[97.0, 99.5], false, false), ["97.0", "97.5", "98.0", "98.5", "99.0", "99.5"]);
        assert_eq!(ticks(&[-3.0, 12.0], false, true), ["−5", "0", "5", "10", "15"]);
        assert_eq!(ticks(&[100.0, 48_000.0], false, false)[1], "10\u{202f}000");
        assert_eq!(ticks(&[5.0], false, true), ["0", "1", "2", "3", "4", "5"]);
        assert_eq!(ticks(&[0.004, 2e5], true, false), ["10⁻³", "10⁻¹", "10", "1000", "10⁵"]);
        assert_eq!(ticks(&[7.0, 7.0], true, false), ["1", "10"]);
        assert_eq!(ticks(&[0.0, 5e6], false, false).last().map(String::as_str), Some("5·10⁶"));
        for values in [vec![], vec![0.0], vec![-1e99, 1e99], vec![1e-99, 2e-99], vec![1.0, 1.0 + 1e-15]] {
            let scale = Scale::new(values.iter().copied(), false, true);
            assert!((2..=13).contains(&scale.ticks.len()), "{values:?}: {scale:?}");
        }
    }
}
