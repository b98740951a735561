//! `cargo xtask package`: the packages of the workspace, with the browser's modules inside, so that whoever installs one needs no
//! wasm target.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{ExitCode, Stdio};

use crate::parts::{cargo, root, target};

/// The most that a package may weigh, in bytes.
const LARGEST: u64 = 10_000_000;

/// Compiles the modules, puts them into `prebuilt/`, makes the packages, which cargo builds once from what is in them, and holds
/// what was packed against what was compiled.
pub(crate) fn package() -> ExitCode {
    match run(&root()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("error: {why}");
            ExitCode::FAILURE
        }
    }
}

fn run(root: &Path) -> Result<(), String> {
    let bound = compiled(root)?;
    let files = modules(&bound)?;
    let prebuilt = root.join("prebuilt");
    drop(fs::remove_dir_all(&prebuilt));
    fs::create_dir_all(&prebuilt).map_err(|error| format!("{}: {error}", prebuilt.display()))?;
    for file in &files {
        fs::copy(bound.join(file), prebuilt.join(file)).map_err(|error| format!("{file}: {error}"))?;
    }
    let arguments = ["package", "--workspace", "--exclude", "xtask", "--locked", "--allow-dirty"];
    let packed = cargo(root, &arguments).status().map_err(|error| error.to_string())?;
    if !packed.success() {
        return Err("the packages could not be made: see cargo's messages".to_string());
    }
    let packages = target(root)?.join("package");
    let name = format!("fieldguide-{}", env!("CARGO_PKG_VERSION"));
    for file in &files {
        let read = |path: PathBuf| fs::read(&path).map_err(|error| format!("{}: {error}", path.display()));
        if read(packages.join(&name).join("prebuilt").join(file))? != read(bound.join(file))? {
            return Err(format!("the package's {file} is not what its source compiles to"));
        }
    }
    let package = packages.join(format!("{name}.crate"));
    let size = fs::metadata(&package).map_err(|error| format!("{}: {error}", package.display()))?.len();
    println!("{}: {size} bytes, with the modules of this source inside", package.display());
    if size >= LARGEST {
        return Err(format!("the package weighs {size} bytes: {LARGEST} is the limit"));
    }
    Ok(())
}

/// Glue and module of each feature that the build script binds; beside them stand its own notes of what it bound last.
fn modules(bound: &Path) -> Result<Vec<String>, String> {
    let entries = fs::read_dir(bound).map_err(|error| format!("{}: {error}", bound.display()))?;
    let names = entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
    let mut files: Vec<String> = names.filter(|name| name.ends_with(".js") || name.ends_with(".wasm")).collect();
    files.sort();
    match files.is_empty() {
        true => Err(format!("{} holds no module", bound.display())),
        false => Ok(files),
    }
}

/// Builds the command and says where its build script left the bound modules.
fn compiled(root: &Path) -> Result<PathBuf, String> {
    let arguments = ["build", "--release", "--locked", "--package", "fieldguide", "--message-format", "json"];
    let output = cargo(root, &arguments).stderr(Stdio::inherit()).output().map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err("the command could not be built: see cargo's messages".to_string());
    }
    let text = String::from_utf8_lossy(&output.stdout);
    // One line of JSON a message; ours is the one whose package is the workspace's own folder.
    let folder = text
        .lines()
        .filter(|line| line.contains("\"reason\":\"build-script-executed\"") && line.contains("#fieldguide@"))
        .chain(text.lines().filter(|line| {
            let own = format!("{}#", root.display());
            line.contains("\"reason\":\"build-script-executed\"") && line.contains(&own)
        }))
        .find_map(|line| {
            line.split_once("\"out_dir\":\"")?.1.split_once('"').map(|(path, _)| path.replace("\\\\", "\\"))
        });
    folder.map(|path| PathBuf::from(path).join("bound")).ok_or_else(|| "cargo does not say where it built".to_string())
}
