//! How many instructions a build of a fixed book takes, held against a recorded figure: unlike a time, it is the same on a
//! busy machine.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::browser::first_line;

/// Pages of the book.
const PAGES: &str = "50";

/// How much more than recorded is a failure, in percent.
const MOST: u64 = 5;

/// The figure and what it holds for, in the repository.
const RECORD: &str = "benches/instructions.txt";

/// How the figure is recorded.
const ANEW: &str = "RECORD=1 cargo xtask test records it";

/// Counts and compares; `RECORD=1` records instead. What was found, in a line.
///
/// # Errors
/// A line on what is missing, or on how much the count has grown.
pub(crate) fn compare(root: &Path, binary: &Path, folder: &Path) -> Result<String, String> {
    let toolchain = toolchain()?;
    let count = count(root, binary, folder)?;
    let path = root.join(RECORD);
    if std::env::var_os("RECORD").is_some_and(|value| value == "1") {
        std::fs::write(&path, format!("{toolchain}\n{count}\n")).map_err(|error| format!("{RECORD}: {error}"))?;
        return Ok(format!("{count} instructions, recorded for {toolchain}"));
    }
    // Where nothing is recorded yet there is nothing to hold the count against.
    match std::fs::read_to_string(&path) {
        Ok(record) => judge(&record, &toolchain, count),
        Err(_) => Ok(format!("{count} instructions; not compared: {RECORD} is not there, {ANEW}")),
    }
}

fn judge(record: &str, toolchain: &str, count: u64) -> Result<String, String> {
    let mut lines = record.lines();
    let (Some(recorded_for), Some(recorded)) = (lines.next(), lines.next().and_then(|line| line.parse::<u64>().ok()))
    else {
        return Err(format!("{RECORD} holds no figure: {ANEW}"));
    };
    if recorded_for != toolchain {
        return Ok(format!(
            "{count} instructions; not compared: recorded for {recorded_for}, this is {toolchain}; {ANEW}"
        ));
    }
    let percent = count as f64 * 100.0 / recorded.max(1) as f64 - 100.0;
    let found = format!("{count} instructions, {percent:+.1} % of what is recorded ({recorded})");
    match count > recorded + recorded * MOST / 100 {
        true => Err(format!("{found}: at most {MOST} % more are fine; where it is worth it, {ANEW}")),
        false => Ok(found),
    }
}

/// The compiler and the machine: another one makes other instructions of the same source.
fn toolchain() -> Result<String, String> {
    let output = Command::new("rustc").arg("-vV").output().map_err(|error| format!("rustc can't be run: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let field =
        |name: &str| text.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().trim().to_string();
    Ok(format!("rustc {} {}", field("release:"), field("host:")))
}

/// The instructions of a cold build on one thread.
fn count(root: &Path, binary: &Path, folder: &Path) -> Result<u64, String> {
    valgrind()?;
    drop(std::fs::remove_dir_all(folder));
    let mut corpus = Command::new("python3");
    corpus.current_dir(root).args(["benches/corpus.py", PAGES]).arg(folder).arg("fieldguide").stdin(Stdio::null());
    if !corpus.status().is_ok_and(|status| status.success()) {
        return Err("python3 is needed to write the book and could not do it".to_string());
    }
    let mut build = Command::new("valgrind");
    build.args(["--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"]).arg(binary);
    build.args(["build", "--book"]).arg(folder.join("fieldguide")).arg("--to").arg(folder.join("site"));
    build.env("RAYON_NUM_THREADS", "1").stdin(Stdio::null()).stdout(Stdio::null());
    let output = build.output().map_err(|error| format!("valgrind can't be run: {error}"))?;
    let text = String::from_utf8_lossy(&output.stderr);
    counted(&text).ok_or_else(|| format!("valgrind counted nothing: {}", text.lines().last().unwrap_or_default()))
}

/// `==12== I refs:  1,234`
fn counted(text: &str) -> Option<u64> {
    let (_, count) = text.lines().find_map(|line| line.split_once("refs:"))?;
    count.trim().replace(',', "").parse().ok()
}

/// Valgrind, installed now where that can be done.
fn valgrind() -> Result<(), String> {
    const BY_HAND: &str = "valgrind is needed to count instructions: install it";
    let there = || first_line(Command::new("valgrind").arg("--version")).is_some();
    if there() {
        return Ok(());
    }
    match crate::browser::apt_install("valgrind") && there() {
        true => Ok(()),
        false => Err(BY_HAND.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn growth_is_judged_for_the_same_toolchain_only() {
        let record = "rustc 1.95.0 x86_64-unknown-linux-gnu\n1000\n";
        let same = "rustc 1.95.0 x86_64-unknown-linux-gnu";
        assert!(judge(record, same, 1050).is_ok());
        assert!(judge(record, same, 1051).is_err());
        assert!(judge(record, same, 10).is_ok());
        assert!(judge(record, "rustc 1.96.0 aarch64-apple-darwin", 5000).is_ok());
        assert!(judge("", same, 1000).is_err());
        assert_eq!(counted("==1== Cachegrind\n==1== \n==1== I refs:        1,234,567\n"), Some(1_234_567));
        assert_eq!(counted("no such tool"), None);
    }
}
