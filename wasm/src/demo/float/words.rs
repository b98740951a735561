//! The lab in sentences.

use super::Input;
use super::facts::{power_of_two, ulp};
use super::format::{Kind, Rounding};
use super::picture::{minus, power_text};
use super::text::{brief, exact, hex_float, repr, repr_f64, rounded};

/// The answer in one sentence.
pub(super) fn announce(input: &Input) -> String {
    let (format, bits) = (input.format(), input.bits());
    format!("{} in {} is {}. {}", input.value.trim(), format.name, repr(format, bits), error(input))
}

/// How the number differs from what was typed.
pub(super) fn error(input: &Input) -> String {
    let (format, bits) = (input.format(), input.bits());
    let typed = if input.has_steps() { "the exact result" } else { "what you typed" };
    match format.kind(bits) {
        Kind::Nan if input.reading.rounding == Rounding::Overflow => {
            format!("That is too large for {}, which has no infinity: it becomes nan.", format.name)
        }
        Kind::Nan => "Not a number: it equals nothing, not even itself.".into(),
        Kind::Inf if input.reading.rounding == Rounding::Overflow => {
            format!("That is too large: the largest {} is {}.", format.name, brief(format, format.max()))
        }
        Kind::Inf => "An infinity.".into(),
        _ => match input.reading.error_ulp {
            Some(0.0) => format!("That is exactly {typed}."),
            Some(error) => {
                let side = if error > 0.0 { "above" } else { "below" };
                let error = error.abs();
                // Below the smallest float64 only ulp can say it.
                let size = match error * ulp(format, bits) {
                    0.0 => String::new(),
                    size => format!(" ({})", rounded(size)),
                };
                let tie = match input.reading.rounding {
                    Rounding::TieDown | Rounding::TieUp if !input.has_steps() => {
                        " It was half-way: the even neighbor wins."
                    }
                    _ => "",
                };
                match exact_result(input) {
                    Some(result) => format!("That is {} ulp{size} {side} {typed}, {result}.", rounded(error)),
                    None => format!("That is {} ulp{size} {side} {typed}.{tie}", rounded(error)),
                }
            }
            None if format.kind(bits) == Kind::Zero => {
                format!("That is nearer to zero than to the smallest {} above it.", format.name)
            }
            None => "How far it is from the exact result is not known: that has too many digits to be carried on here."
                .into(),
        },
    }
}

/// The exact result of an expression where it is short enough to be read.
fn exact_result(input: &Input) -> Option<String> {
    if !input.has_steps() {
        return None;
    }
    input.reading.exact.as_ref()?.to_decimal().filter(|text| text.len() <= 24)
}

/// The steps from the text to the bits.
pub(super) fn steps(input: &Input) -> Vec<String> {
    let (format, bits) = (input.format(), input.bits());
    let mut steps = Vec::new();
    for step in input.reading.steps.iter().filter(|_| input.has_steps()).take(40) {
        let becomes = repr(format, step.bits);
        steps.push(match (step.literal, step.rounding_ulp, step.error_ulp) {
            (true, Some(0.0), _) => format!("{} is read and stored exactly.", step.text),
            (true, Some(error), _) => format!("{} is read and rounded to {becomes}: {} ulp.", step.text, signed(error)),
            (false, Some(0.0), _) => format!("{} gives {becomes}, without rounding.", step.text),
            (false, Some(here), Some(all)) => format!(
                "{} gives {becomes}: rounding this step adds {} ulp, and it is {} ulp from the exact result.",
                step.text,
                signed(here),
                signed(all)
            ),
            (false, Some(here), None) => {
                format!("{} gives {becomes}: rounding this step adds {} ulp.", step.text, signed(here))
            }
            _ => format!("{} gives {becomes}.", step.text),
        });
    }
    if input.has_steps() {
        steps.push(format!("The result, {}, is stored as {}.", repr(format, bits), hex_float(format, bits)));
    } else {
        rounding(input, &mut steps);
    }
    storing(input, &mut steps);
    steps
}

fn signed(error: f64) -> String {
    let sign = if error > 0.0 { "+" } else { "" };
    minus(format!("{sign}{}", rounded(error)))
}

/// How a literal was rounded.
fn rounding(input: &Input, steps: &mut Vec<String>) {
    let (format, bits) = (input.format(), input.bits());
    let Some(typed) = input.reading.exact.as_ref().filter(|exact| !exact.is_zero()) else { return };
    let exponent = typed.exponent();
    steps.push(format!(
        "What you typed lies between {} and {}, so its leading bit is worth {}.",
        power_text(exponent),
        power_text(exponent + 1),
        power_text(exponent)
    ));
    if !format.finite(bits) {
        let largest = brief(format, format.max());
        steps.push(format!(
            "That is past the largest {}, {largest}, by half a step or more: it overflows.",
            format.name
        ));
        return;
    }
    let place = exponent.max(format.min_exponent()) - format.fraction_bits as i32;
    if exponent < format.min_exponent() {
        steps.push(format!(
            "The smallest normal number is {}; below it bits are only kept down to {}: the number is subnormal and loses precision.",
            power_text(format.min_exponent()),
            power_text(place)
        ));
    } else {
        let kept = format.precision();
        steps.push(format!(
            "{} keeps {kept} significant bits: the last one is worth {} (1 ulp).",
            format.name,
            power_text(place)
        ));
    }
    steps.push(
        match input.reading.rounding {
            Rounding::Exact => "Nothing is left over: the number is stored exactly.",
            Rounding::Down => "What is left over is less than half of that: the last bit stays as it is.",
            Rounding::Up => "What is left over is more than half of that: the last bit is rounded up.",
            Rounding::TieDown => {
                "What is left over is exactly half of that: a tie, and the even neighbour is the one toward zero."
            }
            Rounding::TieUp => {
                "What is left over is exactly half of that: a tie, and the even neighbour is the one away from zero."
            }
            Rounding::Overflow => "",
        }
        .into(),
    );
}

/// How the fields hold the number.
fn storing(input: &Input, steps: &mut Vec<String>) {
    let (format, bits) = (input.format(), input.bits());
    let field = format.exponent_field(bits);
    steps.push(match format.kind(bits) {
        Kind::Nan if !format.infinite => "All bits but the sign are ones: that is the one nan of this format, which has no infinity.".into(),
        Kind::Nan => format!(
            "The exponent field is all ones and the fraction is {:#x}, not zero: that is nan.",
            format.fraction_field(bits)
        ),
        Kind::Inf => "The exponent field is all ones and the fraction is zero: that is an infinity.".into(),
        Kind::Zero => "All bits but the sign are zero: that is zero.".into(),
        Kind::Subnormal => format!(
            "The exponent field is 0: there is no leading 1, and the fraction is scaled by {}.",
            power_text(format.min_exponent())
        ),
        Kind::Normal => format!(
            "The exponent field holds {field}: {field} − {} = {}. The leading 1 is not stored; the fraction holds the bits after it.",
            format.bias(),
            minus((field as i64 - i64::from(format.bias())).to_string())
        ),
    });
    if format.finite(bits) {
        let shown = exact(format, bits);
        let digits = shown.bytes().filter(u8::is_ascii_digit).count();
        if digits > 17 {
            steps.push(format!(
                "In decimal that is a number of {digits} digits. {} is the shortest that reads back as the same float, so that is what is printed.",
                repr(format, bits)
            ));
        }
    }
}

/// `2**53` and its value, for the whole numbers a format holds without a gap.
pub(super) fn whole_numbers(precision: u32) -> String {
    let value = repr_f64(power_of_two(precision as i32));
    format!("{} = {}", power_text(precision as i32), value.trim_end_matches(".0"))
}
