//! Compiles `wasm/` for the browser, once with each of its features, binds the modules, and embeds them, their glue and the
//! default theme, so that the one binary works anywhere.
//!
//! A package of this crate has no `wasm/`: there the modules come from `prebuilt/`, which `cargo xtask package` puts into it, and
//! need no wasm target; a package without that folder compiles the crate `fieldguide-wasm` that it depends on.

use std::env;
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

const TARGET: &str = "wasm32-unknown-unknown";

/// The modules: the feature that each is built with, which is also its name, and the global that its glue defines.
const MODULES: [(&str, &str); 3] = [("labs", "wasm_bindgen"), ("search", "wasm_search"), ("practice", "wasm_practice")];

/// The modules' profile, small first; said here because a crate on its own, from a package, is in no workspace that has it.
const PROFILE: [&str; 6] = [
    "profile.wasm.inherits='release'",
    "profile.wasm.opt-level='z'",
    "profile.wasm.lto='fat'",
    "profile.wasm.codegen-units=1",
    "profile.wasm.panic='abort'",
    "profile.wasm.strip=true",
];

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("cargo::error={}", error.to_string().replace('\n', " "));
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(env::var("OUT_DIR")?);
    for watched in ["build.rs", "Cargo.lock", "wasm/Cargo.toml", "wasm/src", "templates", "static"] {
        if root.join(watched).exists() {
            println!("cargo::rerun-if-changed={watched}");
        }
    }
    let own = root.join("wasm");
    let prebuilt = root.join("prebuilt");
    if !own.exists() && prebuilt.exists() {
        println!("cargo::rerun-if-changed=prebuilt");
        take(&prebuilt, &out.join("bound"))?;
    } else {
        // A build script of fieldguide-wasm says where that crate is.
        let source = if own.exists() { own } else { PathBuf::from(env::var("DEP_FIELDGUIDE_WASM_ROOT")?) };
        add_target()?;
        for (name, global) in MODULES {
            let module = compile(&source, &out, name)?;
            bind(&module, &out, name, global)?;
        }
    }
    embed_theme(&root, &out)
}

/// Takes over glue and modules that were bound when the package was made.
fn take(prebuilt: &Path, bound: &Path) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(bound)?;
    for (name, _) in MODULES {
        for file in [format!("{name}.js"), format!("{name}_bg.wasm")] {
            fs::copy(prebuilt.join(&file), bound.join(&file)).map_err(|error| format!("prebuilt/{file}: {error}"))?;
        }
    }
    Ok(())
}

/// Adds the wasm target through rustup where the toolchain lacks it.
fn add_target() -> Result<(), Box<dyn Error>> {
    let rustc = env::var("RUSTC")?;
    let sysroot = Command::new(rustc).args(["--print", "sysroot"]).output()?.stdout;
    let libraries = Path::new(String::from_utf8(sysroot)?.trim()).join("lib/rustlib").join(TARGET).join("lib");
    if libraries.is_dir() {
        return Ok(());
    }
    match Command::new("rustup").args(["target", "add", TARGET]).status() {
        Ok(status) if status.success() => Ok(()),
        _ => {
            Err(format!("the Rust target {TARGET} is missing and could not be added: run `rustup target add {TARGET}`")
                .into())
        }
    }
}

/// A cargo inside cargo, with a target folder of its own so that the two never wait for each other's lock.
fn compile(source: &Path, out: &Path, feature: &str) -> Result<Vec<u8>, Box<dyn Error>> {
    let target_dir = out.join("wasm-target");
    let status = Command::new(env::var("CARGO")?)
        .args(["build", "--quiet", "--locked", "--lib", "--profile", "wasm", "--target", TARGET])
        .args(["--no-default-features", "--features", feature])
        .args(PROFILE.into_iter().flat_map(|setting| ["--config", setting]))
        .arg("--manifest-path")
        .arg(source.join("Cargo.toml"))
        .arg("--target-dir")
        .arg(&target_dir)
        // Clippy's wrapper and the host's flags are not meant for this build.
        .env_remove("RUSTC_WORKSPACE_WRAPPER")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .env_remove("RUSTFLAGS")
        .status()?;
    if !status.success() {
        return Err("wasm/ does not compile for the browser: see the compiler's messages".into());
    }
    // All modules are written to this place, each over the one before.
    Ok(fs::read(target_dir.join(TARGET).join("wasm/fieldguide_wasm.wasm"))?)
}

/// Writes `<name>.js` and `<name>_bg.wasm`; nothing to do where the module is the one bound last.
fn bind(module: &[u8], out: &Path, name: &str, global: &str) -> Result<(), Box<dyn Error>> {
    let bound = out.join("bound");
    let stamp = bound.join(format!("{name}.module"));
    if bound.join(format!("{name}_bg.wasm")).exists() && fs::read(&stamp).is_ok_and(|last| last == module) {
        return Ok(());
    }
    fs::create_dir_all(&bound)?;
    wasm_bindgen_cli_support::Bindgen::new()
        .input_bytes(name, module.to_vec())
        .no_modules(true)?
        .no_modules_global(global)?
        .typescript(false)
        .remove_name_section(true)
        .remove_producers_section(true)
        .omit_default_module_path(true)
        .generate(&bound)?;
    fs::write(&stamp, module)?;
    Ok(())
}

/// Writes a table of the theme's files: `(path, bytes)`, sorted by path.
fn embed_theme(root: &Path, out: &Path) -> Result<(), Box<dyn Error>> {
    let mut files = Vec::new();
    for folder in ["static", "templates"] {
        list(&root.join(folder), folder, &mut files)?;
    }
    files.sort();
    let mut table = String::from("&[\n");
    for (path, file) in &files {
        writeln!(table, "    ({path:?}, include_bytes!({file:?})),")?;
    }
    table.push_str("]\n");
    fs::write(out.join("theme.rs"), table)?;
    Ok(())
}

fn list(folder: &Path, prefix: &str, files: &mut Vec<(String, PathBuf)>) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = format!("{prefix}/{name}");
        if name.starts_with('.') {
            continue;
        }
        if entry.file_type()?.is_dir() {
            list(&entry.path(), &path, files)?;
        } else {
            files.push((path, entry.path()));
        }
    }
    Ok(())
}
