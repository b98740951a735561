//! The parts of `cargo xtask test`, in the order in which a mistake is found soonest.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use crate::browser::{chromium, first_line, node_problem};
use crate::instructions;
use crate::tally::{Tally, cargo_tests, node_tests};

/// The books whose sites are validated and opened in the browser: the guide, and one with every kind of syntax.
const BOOKS: [(&str, &str); 2] = [("guide", "."), ("syntax", "tests/books/syntax")];

/// Where the guide is said to stand: the browser tests' host serves it under that path, compressed.
const ADDRESS: [&str; 3] = ["--base-url", "https://guide.example/sub/path/", "--compress"];

/// The target whose programs Node runs: see .cargo/config.toml.
const WASI: &str = "wasm32-wasip1";

/// Runs all parts; one that fails does not keep the next ones from running, unless they need what it makes.
pub(crate) fn test() -> ExitCode {
    let mut tally = Tally::default();
    let root = root();
    rust(&mut tally, &root);
    labs(&mut tally, &root);
    if let Err(why) = site(&mut tally, &root) {
        tally.missing("site", &why);
    }
    match tally.finish() {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

/// The workspace's folder.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_path_buf()
}

pub(crate) fn cargo(root: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root).args(arguments);
    command
}

/// Formatting, lints and the Rust tests.
fn rust(tally: &mut Tally, root: &Path) {
    for component in ["rustfmt", "clippy"] {
        let command = if component == "rustfmt" { "fmt" } else { component };
        // A toolchain of the minimal profile lacks both.
        if first_line(&mut cargo(root, &[command, "--version"])).is_none() {
            println!("adding {component} through rustup");
            drop(Command::new("rustup").args(["component", "add", component]).stdin(Stdio::null()).status());
        }
    }
    tally.check("cargo fmt", &mut cargo(root, &["fmt", "--all", "--check"]));
    let clippy = ["clippy", "--workspace", "--all-targets", "--all-features", "--", "-D", "warnings"];
    tally.check("cargo clippy", &mut cargo(root, &clippy));
    let tests = ["test", "--workspace", "--all-features", "--no-fail-fast"];
    tally.run("cargo test", &mut cargo(root, &tests), cargo_tests);
}

/// The labs' tests once more, compiled to WebAssembly: the models against the vectors where a `usize` has 32 bits.
fn labs(tally: &mut Tally, root: &Path) {
    const NAME: &str = "cargo test (labs in WebAssembly)";
    if let Some(why) = node_problem() {
        return tally.missing(NAME, &why);
    }
    // Does nothing where it is there; where it can't be had, cargo says so.
    let mut add = Command::new("rustup");
    drop(add.args(["target", "add", WASI]).stdin(Stdio::null()).stderr(Stdio::null()).status());
    let tests = ["test", "--package", "fieldguide-wasm", "--features", "json", "--target", WASI, "--lib", "--tests"];
    // Property tests draw other cases at each run: they have run natively, where they take less time.
    let vectors = ["--no-fail-fast", "--", "--skip", "any_", "--skip", "no_", "--skip", "bears_"];
    tally.run(NAME, cargo(root, &tests).args(vectors), cargo_tests);
}

/// The release binary, the sites it builds, and what a browser makes of them. An error is what keeps the rest from running.
fn site(tally: &mut Tally, root: &Path) -> Result<(), String> {
    let built = tally.check("cargo build --release", &mut cargo(root, &["build", "--release"]));
    let binary = target(root)?.join("release").join(format!("fieldguide{}", std::env::consts::EXE_SUFFIX));
    if !built {
        return Err("not tested: there is no release binary".to_string());
    }
    let sites = target(root)?.join("sites-under-test");
    drop(std::fs::remove_dir_all(&sites));
    for (name, book) in BOOKS {
        let mut build = Command::new(&binary);
        build.current_dir(root).args(["build", "--strict", "--book", book, "--to"]).arg(sites.join(name));
        if name == "guide" {
            build.args(ADDRESS);
        }
        if !tally.check(&format!("fieldguide build ({name})"), &mut build) {
            return Err(format!("not tested in the browser: the book in {book} could not be built"));
        }
    }
    // Every snippet of the guide in every Python that it names, against what is recorded.
    let mut proof = Command::new(&binary);
    tally.check("fieldguide check --run (guide)", proof.current_dir(root).args(["check", "--run", "--strict"]));
    crate::anki::test(tally, root, &binary, &target(root)?);
    crate::epub::test(tally, root, &binary, &target(root)?, &BOOKS);
    // Valgrind knows Linux best; elsewhere a count would be compared with nothing.
    if cfg!(target_os = "linux") {
        match instructions::compare(root, &binary, &target(root)?.join("instructions")) {
            Ok(found) => tally.passed("instructions of a build", &found),
            Err(why) => tally.missing("instructions of a build", &why),
        }
    }
    if let Some(why) = node_problem() {
        return Err(why);
    }
    let tests = root.join("tests/browser");
    let mut install = Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" });
    // Chromium is the system's: no package brings one.
    install.args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"]);
    install.env("PUPPETEER_SKIP_DOWNLOAD", "1").env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
    if !tally.check("npm ci", install.current_dir(&tests)) {
        return Err("not tested: the packages of tests/browser could not be installed".to_string());
    }
    let tool = |script: &str| {
        let mut command = Command::new("node");
        command.current_dir(&tests).arg(Path::new("node_modules").join(script));
        command
    };
    // The Python of the page can still be made, and is still the one that is vendored.
    let mut engine = Command::new("node");
    tally.check("static/python/make.mjs --check", engine.current_dir(root).args(["static/python/make.mjs", "--check"]));
    for scripts in ["static/js", "src/serve/client"] {
        let project = format!("../../{scripts}");
        tally.check(&format!("tsc --checkJs ({scripts})"), tool("typescript/bin/tsc").args(["--project", &project]));
    }
    tally.check("html-validate", tool("html-validate/bin/html-validate.mjs").args(pages(&sites)));
    let chromium = chromium()?;
    let mut browser = Command::new("node");
    browser.current_dir(&tests).args(["--test", "--test-reporter=spec", "--test-timeout=900000"]);
    browser.env("CHROMIUM", chromium).env("FIELDGUIDE", binary).env("SITES", sites).env_remove("NODE_OPTIONS");
    tally.run("browser tests", &mut browser, node_tests);
    Ok(())
}

/// Where cargo puts what it builds: this program stands there too, in `debug/`.
pub(crate) fn target(root: &Path) -> Result<PathBuf, String> {
    let exe = std::env::current_exe().map_err(|error| format!("this program does not know where it is: {error}"))?;
    Ok(exe.ancestors().nth(2).map_or_else(|| root.join("target"), Path::to_path_buf))
}

/// Bytes of a page that is validated: one that holds a whole large book takes minutes, and the other book has one too.
const LARGEST_VALIDATED: u64 = 1024 * 1024;

/// Every HTML file below a folder.
fn pages(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut pages: Vec<PathBuf> = entries
        .flat_map(|path| match path.is_dir() {
            true => pages(&path),
            false if path.metadata().is_ok_and(|data| data.len() > LARGEST_VALIDATED) => Vec::new(),
            false if path.extension().is_some_and(|extension| extension == "html") => vec![path],
            false => Vec::new(),
        })
        .collect();
    pages.sort();
    pages
}
