//! `fieldguide export`: the offline guide, with progress while it works and sizes at the end.

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use anyhow::{Context, anyhow, bail};
use fieldguide::diagnostic::Severity;
use fieldguide::export::{self, Form, Part};
use fieldguide::page::markdown::title_text;
use fieldguide::pipeline::{self, Build, Options};
use fieldguide::site::{Site, write_file};
use fieldguide::source::Disk;

use super::{BookArgs, edited, mistakes, plural, refuse_the_books_own_folders, seconds, show};

/// A single file of more bytes is warned of: it is slow to copy and to open.
const LARGE: usize = 20_000_000;

const UNWRITTEN: &str = "the guide could not be written";

/// Writes the offline guide.
pub(super) fn export(args: &ExportArgs) -> anyhow::Result<ExitCode> {
    let start = Instant::now();
    let (to, form) = args.place();
    let args = &args.book;
    refuse(args, &to, form)?;
    let progress = Progress::new();
    progress.say("building");
    let disk = Disk::new(&args.book);
    let mut build = pipeline::build(&disk, Options::default());
    progress.clear();
    let fine = show(&build.sources, &build.diagnostics, args.strict);
    let Some(site) = build.site.take().filter(|_| fine) else {
        warn!("not written: {}", mistakes(|severity| build.count(severity)));
        return Ok(ExitCode::from(1));
    };
    let sizes = match form {
        Form::Epub => write_epub(&build, &site, &to, edited(&disk)?, &progress)?,
        Form::Folder => write_folder(&build, site, &to, &progress)?,
        Form::Zip => write_zip(&build, site, &to, &progress)?,
        Form::Html => write_html(&build, &site, &to, &progress)?,
    };
    progress.clear();
    if build.count(Severity::Warning) > 0 {
        warn!("{}", mistakes(|severity| build.count(severity)));
    }
    say!("{} in {}: {}, {sizes}", plural(build.pages, "page"), seconds(start.elapsed()), to.display());
    Ok(ExitCode::SUCCESS)
}

/// What must not be written over.
fn refuse(args: &BookArgs, to: &Path, form: Form) -> anyhow::Result<()> {
    if form == Form::Folder {
        return refuse_the_books_own_folders(&args.book, to);
    }
    if to.is_dir() {
        bail!("{} is a folder: choose another name with --to", to.display());
    }
    let folder = to.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let own = ["content", "static", "templates"].map(|part| args.book.join(part).canonicalize().ok());
    let place = std::path::absolute(folder)?;
    let place = place.canonicalize().unwrap_or(place);
    if own.iter().flatten().any(|own| place.starts_with(own)) {
        bail!(
            "the guide can't be written to {}, where the book itself is: choose another place with --to",
            to.display()
        );
    }
    Ok(())
}

/// Makes the EPUB and writes it; its sizes in words.
fn write_epub(build: &Build, site: &Site, to: &Path, edited: i64, progress: &Progress) -> anyhow::Result<String> {
    let done = progress.counter("converting", build.book.order.len());
    let archive = export::epub::archive(site, &build.book, edited, &done).map_err(|why| anyhow!(why))?;
    write_file(to, &archive).context(UNWRITTEN)?;
    Ok(bytes(archive.len()))
}

/// What the forms for browsers are told of the book.
fn told<'a>(build: &'a Build, contents: &'a [(String, Vec<String>)]) -> export::Book<'a> {
    export::Book {
        title: &build.book.config.title,
        summary: &build.book.config.summary,
        contents,
        read: &build.read,
        single_js: &build.single_js,
    }
}

/// Writes the folder; its sizes in words.
fn write_folder(build: &Build, site: Site, to: &Path, progress: &Progress) -> anyhow::Result<String> {
    let folder = export::folder(site, &told(build, &contents(build)));
    progress.say("writing");
    folder.write(to).context(UNWRITTEN)?;
    progress.say("measuring");
    let (raw, small) = export::sizes(&folder);
    Ok(format!("{}, {} compressed", bytes(raw), bytes(small)))
}

/// Packs the folder and writes it; its sizes in words.
fn write_zip(build: &Build, site: Site, to: &Path, progress: &Progress) -> anyhow::Result<String> {
    let folder = export::folder(site, &told(build, &contents(build)));
    let name = to.file_stem().map_or_else(|| "guide".to_string(), |stem| stem.to_string_lossy().into_owned());
    let raw: usize = folder.files.values().map(Vec::len).sum();
    let done = progress.counter("packing", folder.files.len());
    let archive = export::archive::zip(&folder.files, &name, &done).context("the archive could not be made")?;
    write_file(to, &archive).context(UNWRITTEN)?;
    Ok(format!("{} unpacked, {} as it is", bytes(raw), bytes(archive.len())))
}

/// Makes the one file and writes it; its sizes in words.
fn write_html(build: &Build, site: &Site, to: &Path, progress: &Progress) -> anyhow::Result<String> {
    let done = progress.counter("packing", site.files.len());
    let single = export::single::page(site, &told(build, &contents(build)), &done).map_err(|why| anyhow!(why))?;
    progress.say("writing");
    write_file(to, single.html.as_bytes()).context(UNWRITTEN)?;
    let raw: usize = single.parts.iter().map(|part| part.raw).sum();
    warn_of_size(single.html.len(), single.parts, progress);
    Ok(format!("{} unpacked, {} as it is", bytes(raw), bytes(single.html.len())))
}

/// The titles of what is in the book.
fn contents(build: &Build) -> Vec<(String, Vec<String>)> {
    let book = &build.book;
    let title = |id: &usize| title_text(&book.page(*id).front.title);
    let stages = book.parts.iter().flat_map(|part| &part.stages).filter_map(|at| book.stages.get(*at));
    let stages = stages.map(|stage| (title(&stage.page), stage.topics.iter().map(title).collect()));
    stages.chain(book.plain.iter().map(|id| (title(id), Vec::new()))).collect()
}

fn warn_of_size(size: usize, mut parts: Vec<Part>, progress: &Progress) {
    if size <= LARGE {
        return;
    }
    progress.clear();
    parts.sort_by_key(|part| std::cmp::Reverse(part.kept));
    warn!(
        "warning: one file of {} is slow to copy and to open; a folder or a .zip opens at once. Its largest parts:",
        bytes(size)
    );
    for part in parts.iter().take(8) {
        warn!("  {:>9}  {}", bytes(part.kept), part.name);
    }
}

/// `12.3 MB`, as people read it.
fn bytes(count: usize) -> String {
    let count = count as f64;
    match count {
        _ if count < 1e3 => format!("{count} B"),
        _ if count < 1e6 => format!("{:.0} kB", count / 1e3),
        _ => format!("{:.1} MB", count / 1e6),
    }
}

/// A line on a terminal that says what is being done; nothing where nobody looks.
struct Progress {
    shown: bool,
}

impl Progress {
    fn new() -> Self {
        Self { shown: std::io::stderr().is_terminal() }
    }

    fn say(&self, what: &str) {
        if self.shown {
            let mut out = std::io::stderr();
            drop(write!(out, "\r\u{1b}[2K{what} …").and_then(|()| out.flush()));
        }
    }

    fn clear(&self) {
        if self.shown {
            drop(write!(std::io::stderr(), "\r\u{1b}[2K"));
        }
    }

    /// Counts what is done, and says so about a hundred times.
    fn counter<'a>(&'a self, what: &'a str, all: usize) -> impl Fn(usize) + Sync + 'a {
        let done = AtomicUsize::new(0);
        let step = (all / 100).max(1);
        move |more| {
            let now = done.fetch_add(more, Ordering::Relaxed) + more;
            if now.is_multiple_of(step) {
                self.say(&format!("{what}: {now} of {all}"));
            }
        }
    }
}

/// Where an export goes, as the command line takes it.
#[derive(clap::Args)]
pub(super) struct ExportArgs {
    #[command(flatten)]
    pub(super) book: BookArgs,
    /// Where to: a name that ends in .zip, .html or .epub is that form, anything else a folder.
    #[arg(
        long,
        value_name = "PATH",
        help = "Where to: NAME.zip, NAME.html (one file), NAME.epub, else a folder [default: guide/ in the book]"
    )]
    pub(super) to: Option<PathBuf>,
    /// An EPUB, whatever the name ends in.
    #[arg(long, help = "An EPUB, whatever the name of --to ends in [default: guide.epub in the book]")]
    pub(super) epub: bool,
}

impl ExportArgs {
    /// Where the export goes and what it is: `--epub` says more than a name.
    fn place(&self) -> (PathBuf, Form) {
        let name = if self.epub { "guide.epub" } else { "guide" };
        let to = self.to.clone().unwrap_or_else(|| self.book.book.join(name));
        let form = if self.epub { Form::Epub } else { Form::of(&to) };
        (to, form)
    }
}
