//! Interpreters and their packages: found, never downloaded but from the package index by pip or uv.

use super::chains::Version;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use sha2::{Digest, Sha256};

/// A Python that runs.
#[derive(Debug, Clone)]
pub(super) struct Interpreter {
    /// `3.12`.
    pub version: Version,
    /// What identifies it in a cache: its whole version text and its path.
    pub identity: String,
    /// The program.
    pub program: PathBuf,
}

/// `3.12` → (3, 12).
pub(super) fn version(text: &str) -> Option<Version> {
    let (major, minor) = text.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

/// Whether a version lies in a range such as `>=3.12,<3.14`, as fences write it.
pub(super) fn in_range(version_pair: Version, range: &str) -> bool {
    range.split(',').all(|part| {
        let part = part.trim();
        let Some(at) = part.find(|c: char| c.is_ascii_digit()) else { return false };
        let (operator, number) = part.split_at(at);
        let Some(bound) = version(number.trim()) else { return false };
        match operator.trim() {
            ">=" => version_pair >= bound,
            "<=" => version_pair <= bound,
            ">" => version_pair > bound,
            "<" => version_pair < bound,
            "==" => version_pair == bound,
            "!=" => version_pair != bound,
            _ => false,
        }
    })
}

/// Finds the interpreter that a book asks for: a version (`3.12`) or a path.
pub(super) fn find(wanted: &str) -> Option<Interpreter> {
    let Some(wanted_version) = version(wanted) else { return probe(Path::new(wanted)) };
    let mut candidates = vec![PathBuf::from(format!("python{wanted}"))];
    candidates.extend(pyenv(wanted));
    candidates.extend(uv(wanted));
    candidates.extend([PathBuf::from("python3"), PathBuf::from("python")]);
    candidates.iter().find_map(|program| probe(program).filter(|found| found.version == wanted_version))
}

/// Runs a candidate: a shim may be there and not work.
fn probe(program: &Path) -> Option<Interpreter> {
    let code = "import sys; print(sys.version_info[0], sys.version_info[1], sys.executable, sys.version.replace('\\n', ' '), sep='\\n')";
    let output =
        Command::new(program).args(["-I", "-c", code]).stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    let text = String::from_utf8(output.stdout).ok().filter(|_| output.status.success())?;
    let mut lines = text.lines();
    let version = (lines.next()?.parse().ok()?, lines.next()?.parse().ok()?);
    let executable = lines.next()?;
    let identity = format!("{executable} {}", lines.next()?);
    Some(Interpreter { version, identity, program: PathBuf::from(executable) })
}

fn pyenv(wanted: &str) -> Vec<PathBuf> {
    let Some(home) = home() else { return Vec::new() };
    let versions = std::env::var_os("PYENV_ROOT").map_or_else(|| home.join(".pyenv"), PathBuf::from).join("versions");
    let prefix = format!("{wanted}.");
    let mut found: Vec<_> = std::fs::read_dir(versions)
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok())
        .filter(|entry| entry.file_name().to_string_lossy().starts_with(&prefix))
        .map(|entry| entry.path().join("bin/python"))
        .collect();
    // The newest patch release first.
    found.sort_by_key(|path| std::cmp::Reverse(path.to_string_lossy().len()));
    found.sort_by(|a, b| b.cmp(a));
    found
}

fn uv(wanted: &str) -> Option<PathBuf> {
    let output = Command::new("uv")
        .args(["python", "find", "--no-python-downloads", wanted])
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let path = String::from_utf8(output.stdout).ok().filter(|_| output.status.success())?;
    Some(PathBuf::from(path.trim()))
}

fn home() -> Option<PathBuf> {
    std::env::var_os("HOME").map(PathBuf::from)
}

/// Where environments and results are kept between runs.
pub(super) fn cache_folder() -> PathBuf {
    let base = std::env::var_os("FIELDGUIDE_CACHE").map(PathBuf::from);
    base.or_else(|| std::env::var_os("XDG_CACHE_HOME").map(|cache| PathBuf::from(cache).join("fieldguide")))
        .or_else(|| home().map(|home| home.join(".cache/fieldguide")))
        .unwrap_or_else(|| std::env::temp_dir().join("fieldguide"))
}

/// The interpreter of a virtual environment with these pinned packages; made where it isn't there yet.
///
/// # Errors
/// A sentence that says what could not be made, with the last line that the installer printed.
pub(super) fn environment(interpreter: &Interpreter, requirements: &str) -> Result<Interpreter, String> {
    if requirements.trim().is_empty() {
        return Ok(interpreter.clone());
    }
    let key: String = Sha256::digest(format!("{}\n{requirements}", interpreter.identity))
        .iter()
        .take(8)
        .map(|b| format!("{b:02x}"))
        .collect();
    let folder = cache_folder().join(format!("python-{}.{}-{key}", interpreter.version.0, interpreter.version.1));
    let program = folder.join("bin/python");
    let complete = folder.join("complete");
    if !complete.exists() {
        let say = |path: &Path| {
            let path = path.display().to_string();
            move |error: std::io::Error| format!("{path}: {error}")
        };
        std::fs::create_dir_all(cache_folder()).map_err(say(&cache_folder()))?;
        // Two commands may want the same environment at once: the second waits and finds it made.
        let lock = beside(&folder, "lock");
        let held = std::fs::File::create(&lock).map_err(say(&lock))?;
        held.lock().map_err(say(&lock))?;
        if !complete.exists() {
            drop(std::fs::remove_dir_all(&folder));
            install(interpreter, requirements, &folder)?;
            std::fs::write(&complete, "").map_err(say(&complete))?;
        }
    }
    Ok(Interpreter { program, identity: format!("{} {key}", interpreter.identity), ..interpreter.clone() })
}

/// `folder.ending`; a version's dot in the folder's name is no extension.
fn beside(folder: &Path, ending: &str) -> PathBuf {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    folder.with_file_name(format!("{name}.{ending}"))
}

fn install(interpreter: &Interpreter, requirements: &str, folder: &Path) -> Result<(), String> {
    let list = beside(folder, "txt");
    std::fs::write(&list, requirements).map_err(|error| format!("{}: {error}", list.display()))?;
    let with_uv = Command::new("uv")
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    let program = folder.join("bin/python");
    if with_uv {
        run(Command::new("uv").args(["venv", "--quiet", "--python"]).arg(&interpreter.program).arg(folder))?;
        run(Command::new("uv").args(["pip", "install", "--quiet", "--python"]).arg(&program).arg("-r").arg(&list))?;
    } else {
        run(Command::new(&interpreter.program).args(["-m", "venv"]).arg(folder))?;
        run(Command::new(&program)
            .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"])
            .arg(&list))?;
    }
    drop(std::fs::remove_file(list));
    Ok(())
}

fn run(command: &mut Command) -> Result<(), String> {
    let output = command.stdin(Stdio::null()).output().map_err(|error| error.to_string())?;
    if output.status.success() {
        return Ok(());
    }
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    let last = text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("no reason given");
    Err(format!("the book's packages can't be installed (is there a network?): {}", last.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_hold_versions() {
        assert!(in_range((3, 12), ">=3.12") && in_range((3, 12), ">=3.11,<3.13") && in_range((3, 9), "<3.12"));
        assert!(!in_range((3, 12), "<3.12") && !in_range((3, 12), "") && !in_range((3, 12), "3.12"));
    }
}
