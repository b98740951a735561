//! Intervals as they stand on a button.

use super::fsrs::{DAY, MINUTE};

/// `1 min`, `6 min`, `3 d`, `2.5 mo`, `1.2 y`.
pub fn interval(milliseconds: f64) -> String {
    let days = milliseconds / DAY;
    match milliseconds {
        _ if milliseconds < 59.5 * MINUTE => format!("{} min", (milliseconds / MINUTE).round().max(1.0)),
        _ if days < 0.98 => format!("{} h", (milliseconds / (60.0 * MINUTE)).round()),
        _ if days < 30.5 => format!("{} d", days.round()),
        _ if days < 365.0 => format!("{} mo", tenths(days / 30.4375)),
        _ => format!("{} y", tenths(days / 365.25)),
    }
}

fn tenths(number: f64) -> f64 {
    (number * 10.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_are_short() {
        let said = [0.2, 1.0, 5.5, 10.0, 59.6, 90.0].map(|minutes| interval(minutes * MINUTE));
        assert_eq!(said, ["1 min", "1 min", "6 min", "10 min", "1 h", "2 h"]);
        let said = [1.0, 30.0, 31.0, 45.0, 365.0, 36500.0].map(|days| interval(days * DAY));
        assert_eq!(said, ["1 d", "30 d", "1 mo", "1.5 mo", "1 y", "99.9 y"]);
    }
}
