//! Expressions of literals, + - * /, parentheses and minus signs, worked out in a format step by step, beside the exact result.

use super::arithmetic::Operation;
use super::exact::Exact;
use super::format::{FLOAT64, Format, Rounding};
use super::literal::{self, NotANumber};

/// The longest expression that is read, in bytes of its text.
pub const MAX_EXPRESSION: usize = 10_000;

/// The most steps (literals, signs and operations) that an expression may have.
pub const MAX_STEPS: usize = 200;

/// The deepest nesting of parentheses and signs.
pub const MAX_DEPTH: u32 = 64;

/// The largest exponent of a power of two whole numbers, as in `2**53`.
const MAX_POWER: u32 = 1100;

/// One step: a literal that was rounded, a sign, or an operation.
#[derive(Debug, Clone)]
pub struct Step {
    /// The part of the expression that this step works out, as it was typed.
    pub text: String,
    /// Its value in the format.
    pub bits: u64,
    /// What rounding did in this very step, in ulp of the result: the rounded value less the exact result of the operands as they stand in
    /// the format, or less the literal; at most half. `None` where either is not finite.
    pub rounding_ulp: Option<f64>,
    /// How far the value is from the exact result of the literals as typed, in ulp of the value: all errors so far together. `None` where
    /// that is not known: something is not finite, or the exact result needs more than [`super::exact::MAX_EXACT_BITS`] bits.
    pub error_ulp: Option<f64>,
    /// The exact result of the literals as typed, where it is known.
    pub exact: Option<Exact>,
    /// Is it a literal?
    pub literal: bool,
    /// What rounding did in this step.
    pub rounding: Rounding,
}

/// Why an expression has no value; a whole sentence.
pub type Problem = String;

/// What Python says to a division by zero (3.11 to 3.13).
pub const ZERO_DIVISION: &str = "ZeroDivisionError: float division by zero";

/// Works an expression out. The last step is the whole of it. Literals are rounded to the format straight from their decimal text or, with
/// `via_float64`, to float64 first. Every literal is a float, whole ones too (in Python `9007199254740992 + 1` is a sum of ints and exact); a
/// power of two whole numbers such as `2**53` or `10**-3` counts as a literal and is exact before it is rounded.
pub fn evaluate(text: &str, format: &'static Format, via_float64: bool) -> Result<Vec<Step>, Problem> {
    work_out(text, format, via_float64, true)
}

/// The value alone, without errors, for a fraction of the work.
pub fn value(text: &str, format: &'static Format) -> Result<u64, Problem> {
    let steps = work_out(text, format, false, false)?;
    Ok(steps.last().map_or(0, |step| step.bits))
}

fn work_out(text: &str, format: &'static Format, via_float64: bool, errors: bool) -> Result<Vec<Step>, Problem> {
    if text.len() > MAX_EXPRESSION {
        return Err(format!("The expression is longer than {MAX_EXPRESSION} characters."));
    }
    let mut parser = Parser { text, at: 0, depth: 0, format, via_float64, errors, steps: Vec::new() };
    parser.sum()?;
    parser.space();
    match parser.peek() {
        None => Ok(parser.steps),
        Some(')') => Err("There is a closing parenthesis too many.".into()),
        Some(_) => Err(parser.unreadable()),
    }
}

/// `(value - exact) / ulp` as the nearest double, where the ulp is that of `bits`; `None` for inf and nan.
pub fn error_in_ulp(format: &Format, bits: u64, exact: &Exact) -> Option<f64> {
    let value = format.exact(bits)?;
    let error = value.sub(exact).scaled(format.ulp_exponent(bits).saturating_neg());
    Some(f64::from_bits(FLOAT64.round(&error).0))
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    depth: u32,
    format: &'static Format,
    via_float64: bool,
    errors: bool,
    steps: Vec<Step>,
}

/// A part that was worked out: where it begins, and the step that holds it.
#[derive(Clone, Copy)]
struct Part {
    start: usize,
    step: usize,
}

impl Parser<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn space(&mut self) {
        self.at = self.text.len() - self.rest().trim_start().len();
    }

    /// The operation that stands here, if it is one of these two.
    fn operation(&mut self, choices: [(char, Operation); 2]) -> Option<Operation> {
        self.space();
        let here = match self.peek()? {
            '×' | '·' => '*',
            '÷' => '/',
            '−' => '-',
            c => c,
        };
        let (_, operation) = choices.into_iter().find(|(c, _)| *c == here)?;
        self.at += self.peek().map_or(0, char::len_utf8);
        Some(operation)
    }

    fn sum(&mut self) -> Result<Part, Problem> {
        let mut left = self.product()?;
        while let Some(operation) = self.operation([('+', Operation::Add), ('-', Operation::Subtract)]) {
            let right = self.product()?;
            left = self.operate(operation, left, right)?;
        }
        Ok(left)
    }

    fn product(&mut self) -> Result<Part, Problem> {
        let mut left = self.signed()?;
        while let Some(operation) = self.operation([('*', Operation::Multiply), ('/', Operation::Divide)]) {
            let right = self.signed()?;
            left = self.operate(operation, left, right)?;
        }
        Ok(left)
    }

    fn signed(&mut self) -> Result<Part, Problem> {
        self.space();
        let start = self.at;
        let negative = match self.peek() {
            Some('+') => false,
            Some('-' | '−') => true,
            _ => return self.atom(),
        };
        self.at += self.peek().map_or(0, char::len_utf8);
        self.deeper()?;
        let part = self.signed()?;
        self.depth -= 1;
        if !negative {
            return Ok(Part { start, step: part.step });
        }
        let text = self.typed(start);
        let flip = self.format.sign_mask();
        let Some(old) = self.steps.get_mut(part.step) else { return Err(self.unreadable()) };
        let step = Step {
            text,
            bits: old.bits ^ flip,
            rounding_ulp: old.rounding_ulp.map(negate),
            error_ulp: old.error_ulp.map(negate),
            exact: old.exact.clone().map(Exact::negated),
            literal: old.literal,
            rounding: old.rounding,
        };
        if old.literal && !old.text.starts_with(['-', '−']) {
            // A literal takes its sign along: one step, not two.
            *old = step;
            return Ok(Part { start, step: part.step });
        }
        let exact =
            Step { rounding_ulp: step.rounding_ulp.map(|_| 0.0), literal: false, rounding: Rounding::Exact, ..step };
        self.push(start, exact)
    }

    fn atom(&mut self) -> Result<Part, Problem> {
        self.space();
        let start = self.at;
        if self.peek() != Some('(') {
            return self.number();
        }
        self.at += 1;
        self.deeper()?;
        let inner = self.sum()?;
        self.space();
        if self.peek() != Some(')') {
            return Err(if self.at == self.text.len() {
                "A closing parenthesis is missing.".into()
            } else {
                self.unreadable()
            });
        }
        self.at += 1;
        self.depth -= 1;
        Ok(Part { start, step: inner.step })
    }

    fn number(&mut self) -> Result<Part, Problem> {
        let start = self.at;
        let text = self.text.get(start..).unwrap_or_default();
        let literal = text.get(..literal_length(text)).unwrap_or_default();
        let (text, exact, bits, rounding) = if let Some((length, power)) = power_of_integers(text) {
            let power = power
                .ok_or("A power is too large: the exponent may be 1100 at most, and zero has no negative power.")?;
            let (bits, rounding) = self.format.round(&power);
            let bits = if self.via_float64 { FLOAT64.convert(FLOAT64.round(&power).0, self.format) } else { bits };
            (text.get(..length).unwrap_or_default(), power.bounded(), bits, rounding)
        } else {
            let read = match literal::read(literal) {
                Ok(read) => read,
                Err(NotANumber) if self.at == self.text.len() => {
                    return Err("The expression ends where a number should follow.".into());
                }
                Err(NotANumber) => return Err(self.unreadable()),
            };
            let (bits, rounding) = read.round(self.format);
            let bits = if self.via_float64 { read.round_via_float64(self.format) } else { bits };
            (literal, read.exact().cloned(), bits, rounding)
        };
        let exact = exact.filter(|_| self.errors);
        self.at += text.len();
        let error = exact.as_ref().and_then(|exact| error_in_ulp(self.format, bits, exact));
        let step = Step {
            text: text.to_string(),
            bits,
            rounding_ulp: error,
            error_ulp: error,
            exact,
            literal: true,
            rounding,
        };
        self.push(start, step)
    }

    fn operate(&mut self, operation: Operation, left: Part, right: Part) -> Result<Part, Problem> {
        let (Some(a), Some(b)) = (self.steps.get(left.step), self.steps.get(right.step)) else {
            return Err(self.unreadable());
        };
        let Some(bits) = operation.apply(self.format, a.bits, b.bits) else { return Err(ZERO_DIVISION.into()) };
        let here = match (self.format.exact(a.bits), self.format.exact(b.bits)) {
            (Some(a), Some(b)) if self.errors => operation.exact(&a, &b),
            _ => None,
        };
        let exact = match (&a.exact, &b.exact) {
            (Some(a), Some(b)) => operation.exact(a, b).and_then(Exact::bounded),
            _ => None,
        };
        let step = Step {
            text: self.typed(left.start),
            bits,
            rounding_ulp: here.as_ref().and_then(|here| error_in_ulp(self.format, bits, here)),
            error_ulp: exact.as_ref().and_then(|exact| error_in_ulp(self.format, bits, exact)),
            exact,
            literal: false,
            rounding: here.map_or(Rounding::Exact, |here| self.format.round(&here).1),
        };
        self.push(left.start, step)
    }

    fn push(&mut self, start: usize, step: Step) -> Result<Part, Problem> {
        if self.steps.len() >= MAX_STEPS {
            return Err(format!("The expression has more than {MAX_STEPS} steps."));
        }
        self.steps.push(step);
        Ok(Part { start, step: self.steps.len() - 1 })
    }

    fn deeper(&mut self) -> Result<(), Problem> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(format!("Parentheses and signs are nested more than {MAX_DEPTH} deep."));
        }
        Ok(())
    }

    fn typed(&self, start: usize) -> String {
        self.text.get(start..self.at).unwrap_or_default().trim().to_string()
    }

    fn unreadable(&self) -> Problem {
        let rest: String = self.rest().chars().take(20).collect();
        match self.peek() {
            None => "The expression ends too early.".into(),
            Some('*') if self.rest().starts_with("**") => {
                "Powers are read only between whole numbers, as in 2**53.".into()
            }
            Some(_) => format!("“{rest}” is not a number or one of + - * / ( )."),
        }
    }
}

fn negate(value: f64) -> f64 {
    if value == 0.0 { 0.0 } else { -value }
}

/// The length of the literal that the text begins with, sign apart: a word, or digits, points and underscores with an exponent.
fn literal_length(text: &str) -> usize {
    let mut length = 0;
    let mut before = ' ';
    let word = text.starts_with(|c: char| c.is_ascii_alphabetic());
    for c in text.chars() {
        let sign = (c == '+' || c == '-') && !word && before.eq_ignore_ascii_case(&'e');
        let part = c.is_ascii_alphanumeric() || !(c.is_ascii() || c.is_whitespace() || is_sign(c));
        if !(part || c == '.' || c == '_' || sign) {
            break;
        }
        length += c.len_utf8();
        before = c;
    }
    length
}

/// The signs that text has for minus, times and divided by beside those of a keyboard.
fn is_sign(c: char) -> bool {
    matches!(c, '−' | '×' | '·' | '÷')
}

/// `2**53` at the start of the text: its length and, if it is within the bound, its value.
fn power_of_integers(text: &str) -> Option<(usize, Option<Exact>)> {
    let digits = |text: &str| text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let space = |text: &str| text.len() - text.trim_start_matches(' ').len();
    let base_end = digits(text);
    let base = text.get(..base_end).filter(|base| !base.is_empty())?;
    let mut at = base_end + space(text.get(base_end..)?);
    at += text.get(at..)?.strip_prefix("**").map(|_| 2)?;
    at += space(text.get(at..)?);
    let negative = text.get(at..)?.starts_with('-');
    at += usize::from(negative);
    let exponent = text.get(at..at + digits(text.get(at..)?)).filter(|exponent| !exponent.is_empty())?;
    let end = at + exponent.len();
    if text.get(end..)?.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '.' || c == '_') {
        return None;
    }
    let power =
        exponent.parse::<u32>().ok().filter(|power| *power <= MAX_POWER).zip((base.len() <= 20).then_some(base));
    let value = power.and_then(|(power, base)| {
        let base = Exact::decimal(false, base.as_bytes(), 0);
        let one = Exact::decimal(false, b"1", 0);
        // By squaring: a bit of the exponent after the other, the highest first.
        let mut value = one.clone();
        for bit in (0..u32::BITS - power.leading_zeros()).rev() {
            value = value.mul(&value);
            if power >> bit & 1 == 1 {
                value = value.mul(&base);
            }
            value = value.bounded()?;
        }
        if negative { one.div(&value) } else { Some(value) }
    });
    Some((end, value))
}

#[cfg(test)]
mod tests {
    use super::super::format::by_name;
    use super::super::text::repr;
    use super::*;

    fn last(text: &str) -> String {
        match evaluate(text, &FLOAT64, false) {
            Ok(steps) => repr(&FLOAT64, steps.last().unwrap().bits),
            Err(problem) => problem,
        }
    }

    #[test]
    fn the_famous_sum() {
        let steps = evaluate("0.1 + 0.2", &FLOAT64, false).unwrap();
        let texts: Vec<_> = steps.iter().map(|step| step.text.as_str()).collect();
        assert_eq!(texts, ["0.1", "0.2", "0.1 + 0.2"]);
        let errors: Vec<_> = steps.iter().map(|step| step.error_ulp.unwrap()).collect();
        assert_eq!(errors, [0.4, 0.4, 0.8]);
        assert_eq!(steps[2].rounding_ulp, Some(0.5));
        assert_eq!(steps[2].rounding, Rounding::TieUp);
        assert_eq!(last("0.1 + 0.2"), "0.30000000000000004");
    }

    #[test]
    fn python_agrees() {
        for (text, value) in [
            ("1 - 0.9", "0.09999999999999998"),
            ("0.1 * 3", "0.30000000000000004"),
            ("(0.1 + 0.2) + 0.3", "0.6000000000000001"),
            ("0.1 + (0.2 + 0.3)", "0.6"),
            ("-(1/3)", "-0.3333333333333333"),
            ("--2", "2.0"),
            ("2 - -3", "5.0"),
            ("-0.0 * 1", "-0.0"),
            ("1e308 * 10", "inf"),
            ("inf - inf", "nan"),
            ("2**53 + 1", "9007199254740992.0"),
            ("-2**2", "-4.0"),
            ("2**-1074", "5e-324"),
            ("10**-3", "0.001"),
            ("1e-3*1e+3", "1.0"),
            ("0.94 + 0.95 + 0.96", "2.8499999999999996"),
            ("1_0.5e1 - 5", "100.0"),
            ("1 − 2 × 3", "-5.0"),
        ] {
            assert_eq!(last(text), value, "{text}");
        }
    }

    #[test]
    fn nonsense_gets_a_sentence() {
        for text in [
            "",
            "1 +",
            "1 + (2",
            "1)",
            "a",
            "1 2",
            "1 ** 2.5",
            "2 ** 3 ** 2",
            "2**9999",
            "0**-1",
            "1 / 0",
            "0x10 + 1",
            "1..2",
            "é",
            "* 2",
            "()",
        ] {
            let problem = evaluate(text, &FLOAT64, false);
            assert!(problem.as_ref().is_err_and(|problem| problem.len() > 10), "{text:?}: {problem:?}");
        }
        assert_eq!(evaluate("1 / -0.0", &FLOAT64, false).unwrap_err(), ZERO_DIVISION);
        assert!(evaluate(&"(".repeat(5000), &FLOAT64, false).is_err());
        assert!(evaluate(&"-".repeat(5000), &FLOAT64, false).is_err());
        assert!(evaluate(&"1+".repeat(500), &FLOAT64, false).is_err());
    }

    #[test]
    fn a_quotient_has_an_exact_value_too() {
        let steps = evaluate("1/3*3", &FLOAT64, false).unwrap();
        assert_eq!(steps.last().unwrap().error_ulp, Some(0.0));
        let third = steps.iter().find(|step| step.text == "1/3").unwrap().error_ulp.unwrap();
        assert!((third + 1.0 / 3.0).abs() < 1e-15, "{third}");
    }

    #[test]
    fn twice_rounded_is_another_number() {
        let bfloat16 = by_name("bfloat16").unwrap();
        let text = "1.00390625000000000001";
        assert_eq!(evaluate(text, bfloat16, false).unwrap()[0].bits, 0x3f81);
        assert_eq!(evaluate(text, bfloat16, true).unwrap()[0].bits, 0x3f80);
    }
}
