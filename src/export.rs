//! The offline guide: the site as a folder, a zip or one HTML file, all of it working from `file://`; and the book as an EPUB.
//!
//! The forms are made of the finished site. A folder is the site with twins beside the files that scripts read; a zip is that
//! folder; the one file holds the site's pages, compressed, and shows one at a time. An EPUB is made of the pages too, without what
//! only a browser can do.

pub mod archive;
pub mod epub;
pub mod single;
pub mod tags;
mod twins;

use std::collections::BTreeSet;
use std::path::Path;

use rayon::prelude::*;

use crate::publish::compress::gzip;
use crate::site::Site;

/// What an export is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A folder.
    Folder,
    /// A zip archive of that folder.
    Zip,
    /// One HTML file.
    Html,
    /// A book for readers of books.
    Epub,
}

impl Form {
    /// What the name of an export says: `.zip`, `.html` and `.epub` are those forms, anything else is a folder.
    pub fn of(to: &Path) -> Self {
        let extension = to.extension().map(|extension| extension.to_string_lossy().to_ascii_lowercase());
        match extension.as_deref() {
            Some("zip") => Self::Zip,
            Some("html" | "htm") => Self::Html,
            Some("epub") => Self::Epub,
            _ => Self::Folder,
        }
    }
}

/// What the forms need to know of a book.
pub struct Book<'a> {
    /// Its title.
    pub title: &'a str,
    /// One sentence.
    pub summary: &'a str,
    /// The titles of stages and plain pages, each with those of its topics.
    pub contents: &'a [(String, Vec<String>)],
    /// Site paths of the files that scripts read.
    pub read: &'a BTreeSet<String>,
    /// What stands in front of the site's script in the one file.
    pub single_js: &'a str,
}

/// A part of an export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// What it is.
    pub name: String,
    /// Bytes as they are in the site.
    pub raw: usize,
    /// Bytes in the export.
    pub kept: usize,
}

/// Where the page of the whole book ends one of its pages.
pub const WHOLE_END: &str = "<!-- end -->";

/// The site as a folder that works from `file://`.
pub fn folder(mut site: Site, book: &Book<'_>) -> Site {
    twins::add(&mut site, book.read);
    site
}

/// Bytes of all files, and of the same compressed one by one as a server or an archive would.
pub fn sizes(site: &Site) -> (usize, usize) {
    let size = |(path, bytes): (&String, &Vec<u8>)| {
        let small = if archive::packed(path) { bytes.len() } else { gzip(bytes).len() };
        (bytes.len(), small.min(bytes.len()))
    };
    site.files.par_iter().map(size).reduce(|| (0, 0), |a, b| (a.0 + b.0, a.1 + b.1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_the_form() {
        for (name, form) in [
            ("guide", Form::Folder),
            ("a.b/guide.ZIP", Form::Zip),
            ("guide.html", Form::Html),
            ("guide.epub", Form::Epub),
            ("guide.v2", Form::Folder),
        ] {
            assert_eq!(Form::of(Path::new(name)), form, "{name}");
        }
    }
}
