//! Finds Node and Chromium, and installs the latter where that can be done.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The oldest Node whose own test runner and language the tests use.
const OLDEST_NODE: u32 = 20;

/// Why Node can't be used, in one line; nothing where it can.
pub(crate) fn node_problem() -> Option<String> {
    let Some(version) = first_line(Command::new("node").arg("--version")) else {
        return Some(format!("Node {OLDEST_NODE} or newer is needed and not there: install it from nodejs.org"));
    };
    let major = version.trim_start_matches('v').split('.').next().and_then(|major| major.parse::<u32>().ok());
    match major {
        Some(major) if major >= OLDEST_NODE => None,
        _ => Some(format!("Node {OLDEST_NODE} or newer is needed, this one is {version}")),
    }
}

/// A Chromium that starts: `CHROMIUM`, one on the PATH, or Debian's, installed now.
///
/// # Errors
/// One line on what is missing.
pub(crate) fn chromium() -> Result<PathBuf, String> {
    if let Some(path) = std::env::var_os("CHROMIUM").filter(|path| !path.is_empty()) {
        let path = PathBuf::from(path);
        return match works(&path) {
            true => Ok(path),
            false => Err(format!("CHROMIUM names {}, which does not start", path.display())),
        };
    }
    if let Some(path) = on_path() {
        return Ok(path);
    }
    install()?;
    on_path().ok_or_else(|| "Chromium was installed but does not start".to_string())
}

/// The whole path of a browser on the PATH: what starts it there takes a bare name for a file of the current folder.
fn on_path() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let names = ["chromium", "chromium-browser", "google-chrome"];
    names.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name))).find(|file| works(file))
}

fn works(browser: &Path) -> bool {
    first_line(Command::new(browser).arg("--version")).is_some()
}

fn install() -> Result<(), String> {
    const BY_HAND: &str = "Chromium is needed: install it, or name one with CHROMIUM=/path/to/chromium";
    match apt_install("chromium") {
        true => Ok(()),
        false => Err(BY_HAND.to_string()),
    }
}

/// Installs a package as root on Debian; says whether it could.
pub(crate) fn apt_install(package: &str) -> bool {
    let root = first_line(Command::new("id").arg("-u")).as_deref() == Some("0");
    if !root || first_line(Command::new("apt-get").arg("--version")).is_none() {
        return false;
    }
    println!("{package} is not here: installing Debian's");
    let apt = |arguments: &[&str]| {
        let mut command = Command::new("apt-get");
        command.args(arguments).env("DEBIAN_FRONTEND", "noninteractive").stdin(Stdio::null()).stdout(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    };
    // A package list that is out of date names files that the mirror no longer has.
    apt(&["update", "-q"]) && apt(&["install", "-q", "-y", "--no-install-recommends", package])
}

/// The first line that a command prints; none where it can't be run or fails.
pub(crate) fn first_line(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout);
    text.lines().next().filter(|_| output.status.success()).map(|line| line.trim().to_string())
}
