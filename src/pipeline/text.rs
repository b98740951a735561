//! Bytes of a file → text, or what is wrong with them.

use crate::diagnostic::Diagnostic;
use crate::source::Files;

/// The text of a file, without a byte order mark; what cannot be read is a diagnostic.
pub(super) fn read(files: &dyn Files, path: &str) -> Result<String, Diagnostic> {
    let bytes = files.read(path).map_err(|error| Diagnostic::file(path, format!("can't be read: {error}")))?;
    decode(path, bytes)
}

/// Bytes of a file as text.
pub(super) fn decode(path: &str, bytes: Vec<u8>) -> Result<String, Diagnostic> {
    match String::from_utf8(bytes) {
        Ok(text) => Ok(text.strip_prefix('\u{feff}').map(str::to_string).unwrap_or(text)),
        Err(error) => {
            let valid = error.utf8_error().valid_up_to();
            let line = error.as_bytes().iter().take(valid).filter(|byte| **byte == b'\n').count() + 1;
            Err(Diagnostic::file(path, format!("not UTF-8: line {line}, byte {valid} of the file"))
                .help("save the file as UTF-8"))
        }
    }
}
