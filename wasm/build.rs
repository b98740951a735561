//! Tells the builder's build script where this crate is, for a package that must compile it for the browser.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if let Ok(root) = std::env::var("CARGO_MANIFEST_DIR") {
        println!("cargo::metadata=root={root}");
    }
}
