//! What an author starts with: `new`, `import`, and the schemas for an editor.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::{Subcommand, ValueEnum};
use fieldguide::diagnostic::terminal as diagnostics;
use fieldguide::page::Kind;
use fieldguide::pipeline::{self, Options};
use fieldguide::scaffold::{self, Made, Refused};
use fieldguide::source::Disk;
use fieldguide::{lab, publish, schema};

use super::Write;

/// What to make.
#[derive(Subcommand)]
pub(super) enum New {
    /// A small book that builds at once: two stages, one of each kind of block.
    Book {
        /// The folder to make.
        name: PathBuf,
        /// The book's title; without it, the folder's name.
        #[arg(long)]
        title: Option<String>,
    },
    /// A stage, numbered, behind those that are there.
    Stage {
        /// Its title.
        title: String,
        /// The book's folder.
        #[arg(long, value_name = "DIR", default_value = ".")]
        book: PathBuf,
    },
    /// A topic, numbered, behind those of its stage.
    Topic {
        /// The stage's slug or folder.
        stage: String,
        /// The topic's title.
        title: String,
        /// The book's folder.
        #[arg(long, value_name = "DIR", default_value = ".")]
        book: PathBuf,
    },
}

/// Makes it and says what was made.
pub(super) fn new(what: &New) -> anyhow::Result<ExitCode> {
    match what {
        New::Book { name, title } => {
            let absolute = std::path::absolute(name)?;
            let folder = absolute.file_name().context("the book's folder has no name")?;
            let title = title.clone().unwrap_or_else(|| scaffold::title_of_name(&folder.to_string_lossy()));
            let code = report(name, scaffold::book(name, &title))?;
            if code == ExitCode::SUCCESS {
                say!("now: fieldguide serve --watch --open --book {}", name.display());
            }
            Ok(code)
        }
        New::Stage { title, book } => report(book, scaffold::stage(book, title)),
        New::Topic { stage, title, book } => report(book, scaffold::topic(book, stage, title)),
    }
}

/// What was made, a line each; or why nothing was.
pub(super) fn report(root: &Path, result: Result<Made, Refused>) -> anyhow::Result<ExitCode> {
    let shown = |path: &String| if root == Path::new(".") { PathBuf::from(path) } else { root.join(path) };
    match result {
        Ok(made) => {
            for path in &made.files {
                say!("made {}", shown(path).display());
            }
            for path in &made.edited {
                say!("added to {}", shown(path).display());
            }
            Ok(ExitCode::SUCCESS)
        }
        Err(Refused::Book(why)) => {
            drop(write!(anstream::stderr(), "{}", diagnostics::report(&why.0, &why.1)));
            Ok(ExitCode::from(1))
        }
        Err(Refused::Disk(path, error)) => Err(error).context(format!("{path} could not be written or read")),
    }
}

/// What to bring in.
#[derive(Subcommand)]
pub(super) enum Import {
    /// An mdBook: its chapters become stages and topics; what has no counterpart is listed, nothing is left behind.
    Mdbook {
        /// The folder with the mdBook's book.toml.
        dir: PathBuf,
        /// The folder to make.
        #[arg(long, value_name = "NEW")]
        to: PathBuf,
    },
}

/// Brings a book in, lists what has no counterpart, and says what is wrong with the book that came of it.
pub(super) fn import(what: &Import) -> anyhow::Result<ExitCode> {
    let Import::Mdbook { dir, to } = what;
    let import = match fieldguide::import::mdbook(dir) {
        Ok(import) => import,
        Err(refused) => return report(dir, Err(refused)),
    };
    if let Err(refused) = scaffold::write_folder(to, &import.files) {
        return report(to, Err(refused));
    }
    for note in &import.notes {
        match note.line {
            0 => say!("{}: {}", note.file, note.text),
            line => say!("{}:{line}: {}", note.file, note.text),
        }
    }
    let options = Options { drafts: true, ..Options::default() };
    let build = pipeline::build(&Disk::new(to), options);
    let fine = super::show(&build.sources, &build.diagnostics, true);
    say!(
        "{} in {} from {}; {} without a counterpart; {}",
        super::plural(import.files.len(), "file"),
        to.display(),
        super::plural(import.chapters, "chapter"),
        super::plural(import.notes.len(), "place"),
        super::mistakes(|severity| build.count(severity))
    );
    say!("now: fieldguide serve --watch --open --book {}", to.display());
    Ok(if fine { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// Which schema.
#[derive(Subcommand)]
pub(super) enum Schema {
    /// book.toml.
    Book,
    /// The TOML between `+++` lines.
    FrontMatter {
        /// Of this kind of page only.
        #[arg(long)]
        kind: Option<PageKind>,
    },
    /// The TOML of a `demo` block: the state of a lab.
    Lab {
        /// The lab.
        name: String,
    },
    /// The site's guide.json.
    Guide,
}

/// A kind of page, as the command line names it.
#[derive(Clone, Copy, ValueEnum)]
pub(super) enum PageKind {
    /// content/index.md
    Home,
    /// index.md of a stage's folder
    Stage,
    /// another page of a stage's folder
    Topic,
    /// another page beside content/index.md
    Page,
}

/// Writes the schema.
pub(super) fn schema(what: &Schema) -> anyhow::Result<ExitCode> {
    let kind = |kind: &PageKind| match kind {
        PageKind::Home => Kind::Home,
        PageKind::Stage => Kind::Stage,
        PageKind::Topic => Kind::Topic,
        PageKind::Page => Kind::Page,
    };
    let schema = match what {
        Schema::Book => schema::book(),
        Schema::FrontMatter { kind: of } => schema::front_matter(of.as_ref().map(kind)),
        Schema::Lab { name } => schema::lab(lab::find(name).map_err(anyhow::Error::msg)?),
        Schema::Guide => publish::model::schema().to_value(),
    };
    say!("{}", serde_json::to_string_pretty(&schema)?);
    Ok(ExitCode::SUCCESS)
}

/// Writes what completes the command in that shell.
pub(super) fn completions(shell: clap_complete::Shell, mut command: clap::Command) -> anyhow::Result<ExitCode> {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut command, "fieldguide", &mut text);
    say!("{}", String::from_utf8_lossy(&text).trim_end());
    Ok(ExitCode::SUCCESS)
}

/// Writes the manual's page: the command, then each of its subcommands.
pub(super) fn man(mut command: clap::Command) -> anyhow::Result<ExitCode> {
    command.build();
    let mut text = Vec::new();
    clap_mangen::Man::new(command.clone()).render(&mut text)?;
    for part in command.get_subcommands() {
        let page = clap_mangen::Man::new(part.clone());
        page.render_name_section(&mut text)?;
        page.render_synopsis_section(&mut text)?;
        page.render_description_section(&mut text)?;
        page.render_options_section(&mut text)?;
    }
    say!("{}", String::from_utf8_lossy(&text).trim_end());
    Ok(ExitCode::SUCCESS)
}
