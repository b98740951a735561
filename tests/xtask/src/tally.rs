//! Runs commands, shows what they print and counts what passed and what failed.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

/// How many tests and checks there were.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) passed: usize,
    pub(crate) failed: usize,
}

/// What a tool's output says on its tests, read line by line.
pub(crate) type Counter = fn(&str, &mut Count);

/// The parts that ran so far.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    count: Count,
    wrong: Vec<String>,
}

impl Tally {
    /// Runs a command that is one check.
    pub(crate) fn check(&mut self, name: &str, command: &mut Command) -> bool {
        self.run(name, command, |_, _| {})
    }

    /// Runs a command that holds many tests, which `counter` finds in its output; one that ends badly without
    /// a failed test (it did not compile, it crashed) counts as one failure. True where everything passed.
    pub(crate) fn run(&mut self, name: &str, command: &mut Command, counter: Counter) -> bool {
        println!("\n── {name}");
        let mut count = Count::default();
        let fine = match stream(command, |line| counter(line, &mut count)) {
            Ok(fine) => fine,
            Err(error) => {
                println!("{name}: `{}` can't be run: {error}", command.get_program().to_string_lossy());
                false
            }
        };
        match (fine, count) {
            (true, Count { passed: 0, failed: 0 }) => count.passed = 1,
            (false, Count { failed: 0, .. }) => count.failed = 1,
            _ => {}
        }
        self.count.passed += count.passed;
        self.count.failed += count.failed;
        if count.failed > 0 {
            self.wrong.push(format!("{name}: {} failed", count.failed));
        }
        count.failed == 0
    }

    /// Notes a check that passed, and what it found.
    pub(crate) fn passed(&mut self, name: &str, found: &str) {
        println!("\n── {name}\n{found}");
        self.count.passed += 1;
    }

    /// Notes a part that could not run, and why in one line.
    pub(crate) fn missing(&mut self, name: &str, why: &str) {
        println!("\n── {name}\n{why}");
        self.count.failed += 1;
        self.wrong.push(format!("{name}: {why}"));
    }

    /// Prints the parts that failed and, as the very last line, the counts. True where nothing failed.
    pub(crate) fn finish(self) -> bool {
        println!();
        for line in &self.wrong {
            println!("FAILED {line}");
        }
        println!("{} passed, {} failed", self.count.passed, self.count.failed);
        self.count.failed == 0
    }
}

/// Runs a command and passes its standard output on, line by line.
fn stream(command: &mut Command, mut line: impl FnMut(&str)) -> std::io::Result<bool> {
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
    if let Some(output) = child.stdout.take() {
        for bytes in BufReader::new(output).split(b'\n') {
            let bytes = bytes?;
            let text = String::from_utf8_lossy(&bytes);
            println!("{text}");
            line(&text);
        }
    }
    Ok(child.wait()?.success())
}

/// `test result: ok. 12 passed; 1 failed; 0 ignored; …`. An ignored test counts as failed: nothing is left out in silence.
pub(crate) fn cargo_tests(line: &str, count: &mut Count) {
    let Some(result) = line.trim().strip_prefix("test result: ") else { return };
    let number = |word: &str| {
        let mut words = result.split([' ', ';', '.']).filter(|part| !part.is_empty()).peekable();
        let mut found = 0;
        while let Some(part) = words.next() {
            if words.peek() == Some(&word) {
                found = part.parse().unwrap_or(0);
            }
        }
        found
    };
    count.passed += number("passed");
    count.failed += number("failed") + number("ignored");
}

/// `ℹ pass 12`, `ℹ fail 1`, … as the `spec` reporter of `node --test` ends. What was skipped counts as failed.
pub(crate) fn node_tests(line: &str, count: &mut Count) {
    let Some((what, number)) = line.trim().strip_prefix("ℹ ").and_then(|rest| rest.split_once(' ')) else { return };
    let number = number.trim().parse().unwrap_or(0);
    match what {
        "pass" => count.passed += number,
        "fail" | "cancelled" | "skipped" | "todo" => count.failed += number,
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_counted() {
        let mut count = Count::default();
        cargo_tests("test result: FAILED. 12 passed; 1 failed; 2 ignored; 0 measured; 7 filtered out", &mut count);
        cargo_tests("test tests::result ... ok", &mut count);
        assert_eq!(count, Count { passed: 12, failed: 3 });
        for line in
            ["ℹ tests 9", "ℹ suites 2", "ℹ pass 5", "ℹ fail 1", "ℹ cancelled 1", "ℹ skipped 1", "ℹ duration_ms 8.2"]
        {
            node_tests(line, &mut count);
        }
        assert_eq!(count, Count { passed: 17, failed: 6 });
    }

    #[test]
    fn a_command_that_ends_badly_is_a_failure() {
        let mut tally = Tally::default();
        assert!(tally.check("true", &mut Command::new("true")));
        assert!(!tally.check("false", &mut Command::new("false")));
        assert!(!tally.check("nothing", &mut Command::new("no-such-command-anywhere")));
        assert!(!tally.run("crash", Command::new("sh").args(["-c", "echo 'ℹ pass 3'; exit 1"]), node_tests));
        assert_eq!(tally.count, Count { passed: 4, failed: 3 });
        assert!(!tally.finish());
    }
}
