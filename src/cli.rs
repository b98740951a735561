//! Arguments, printing, exit codes: 0 fine, 1 mistakes in the book, 2 could not run.

use std::io::{IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use clap::{Args, CommandFactory, Parser, Subcommand};
use fieldguide::cache::Cache;
use fieldguide::diagnostic::{Diagnostic, Severity, count, terminal as diagnostics};
use fieldguide::pipeline::{self, Build, Options, Pipeline};
use fieldguide::publish::compress::Compressed;
use fieldguide::search::terminal::{self, Place, Searcher};
use fieldguide::serve::{self, Event};
use fieldguide::site::{self, Nowhere, Staging, Written};
use fieldguide::source::{Disk, Sources};
use fieldguide::{cards, config, ids, lab, proof, report, timings};
use fieldguide_wasm::demo::Drawing;
use fieldguide_wasm::search::{Kind, Request};

/// A line to standard output. A reader that went away (`| head`) is no mistake.
macro_rules! say {
    ($($text:tt)*) => { drop(writeln!(std::io::stdout(), $($text)*)) };
}

/// A line to standard error.
macro_rules! warn {
    ($($text:tt)*) => { drop(writeln!(std::io::stderr(), $($text)*)) };
}

mod author;
mod export;

/// Turns a folder of Markdown into a reference guide whose pages are alive.
#[derive(Parser)]
#[command(
    version,
    after_help = "Exit codes: 0 fine, 1 mistakes in the book, 2 could not run.\n\n\
    Examples:\n  fieldguide new book guide            a small book that builds at once\n  fieldguide serve --watch --open     write with the guide beside the editor\n  \
    fieldguide build --to public         write the site into public/\n  \
    fieldguide check --strict            the same diagnostics, nothing written\n  \
    fieldguide export --to guide.html    the whole guide in one file, to be opened without a server\n  \
    fieldguide search np.nan              find a symbol or words in the guide\n  \
    fieldguide lab broadcast --state 'shapes = [\"3,1\", \"4\"]'"
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Write the site.
    Build {
        #[command(flatten)]
        book: BookArgs,
        /// The folder to write.
        #[arg(long, value_name = "DIR", default_value = "site")]
        to: PathBuf,
        /// The address that the site will stand at, in place of the `base_url` of book.toml.
        #[arg(long, value_name = "URL", value_parser = address)]
        base_url: Option<String>,
        /// Write `.br` and `.gz` beside every file that they make smaller.
        #[arg(long)]
        compress: bool,
        /// Make everything anew, and leave nothing that a later build could go on from.
        #[arg(long)]
        no_cache: bool,
        /// Print what each stage cost.
        #[arg(long)]
        timings: bool,
    },
    /// Write the guide for readers without a server or a network: a folder, a zip or one HTML file.
    Export(export::ExportArgs),
    /// Build in memory and serve on localhost.
    Serve(ServeArgs),
    /// Say what is wrong with the book; write nothing.
    Check {
        #[command(flatten)]
        book: BookArgs,
        /// Run every Python snippet in real CPython and compare what it prints with what is recorded.
        #[arg(long)]
        run: bool,
        /// With --run: record what is printed.
        #[arg(long, requires = "run")]
        write: bool,
        /// Print what each stage and topic holds.
        #[arg(long)]
        report: bool,
        /// Add the ids of new pitfalls, questions, quizzes, myths and labs to ids.lock.
        #[arg(long)]
        lock: bool,
    },
    /// Pack pitfalls and questions for Anki, or as a table.
    Cards {
        #[command(flatten)]
        book: BookArgs,
        /// The package to write.
        #[arg(long, value_name = "FILE.apkg", required_unless_present = "csv")]
        anki: Option<PathBuf>,
        /// The table to write.
        #[arg(long, value_name = "FILE.csv")]
        csv: Option<PathBuf>,
    },
    /// Make a book, a stage or a topic.
    #[command(subcommand)]
    New(author::New),
    /// Bring a book in from another tool.
    #[command(subcommand)]
    Import(author::Import),
    /// Print what completes the command in a shell.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Print the manual's page.
    Man,
    /// Print a JSON Schema, with which an editor completes and checks what is written.
    #[command(subcommand)]
    Schema(author::Schema),
    /// Search the guide from the terminal.
    Search(SearchArgs),
    /// Answer a lab's state in the terminal.
    Lab {
        /// Which lab.
        name: String,
        /// The state, as a `demo` block holds it.
        #[arg(long, value_name = "TOML", conflicts_with = "batch")]
        state: Option<String>,
        /// Read one JSON state from standard input and answer in JSON.
        #[arg(long)]
        json: bool,
        /// Read a JSON state a line from standard input and write an answer a line.
        #[arg(long)]
        batch: bool,
    },
}

#[derive(Args)]
struct ServeArgs {
    #[command(flatten)]
    book: BookArgs,
    /// Rebuild on every edit and patch the open pages.
    #[arg(long)]
    watch: bool,
    /// Go to the page that was just saved, in every browser that shows the book; with --watch.
    #[arg(long, requires = "watch")]
    follow: bool,
    /// With --watch: look through the folder for edits, for network drives and other disks that don't tell of them.
    #[arg(long, requires = "watch")]
    poll: bool,
    /// The port to listen on; without it, 4321 or the next free one.
    #[arg(long)]
    port: Option<u16>,
    /// Listen at this address, for a phone or others of the network; without ADDR, at all that this machine has.
    /// Whoever reaches it can read the book.
    #[arg(long, value_name = "ADDR", num_args = 0..=1, default_missing_value = "0.0.0.0")]
    host: Option<String>,
    /// Answer to this name too, beside localhost and this machine's addresses; may be given again.
    #[arg(long, value_name = "NAME", value_parser = serve::parse_name)]
    allow_host: Vec<String>,
    /// What opens at a mistake shown in the page: vscode, idea, zed and others, none, or a template such as
    /// vscode://file{path}:{line}:{column}; without it, the editor that this terminal or EDITOR names.
    #[arg(long, value_name = "EDITOR", env = "FIELDGUIDE_EDITOR", value_parser = serve::Editor::parse)]
    editor: Option<serve::Editor>,
    /// Open the browser.
    #[arg(long)]
    open: bool,
}

#[derive(Args)]
struct SearchArgs {
    /// Words or code, as in the search box.
    #[arg(required_unless_present = "batch", conflicts_with = "batch")]
    query: Option<String>,
    /// Write the hits as JSON.
    #[arg(long)]
    json: bool,
    /// Read a query a line from standard input and write a line of JSON for each: a list of hits.
    #[arg(long)]
    batch: bool,
    /// Show at most so many hits.
    #[arg(long, value_name = "N", default_value_t = 10)]
    limit: usize,
    /// Show this kind only: explanation, code, pitfall, question, quiz, stage or lab.
    #[arg(long, value_parser = kind)]
    kind: Option<Kind>,
    /// The folder of a built site; without it the book is built in memory.
    #[arg(long, value_name = "DIR", conflicts_with = "book")]
    site: Option<PathBuf>,
    /// The book's folder.
    #[arg(long, value_name = "DIR")]
    book: Option<PathBuf>,
}

fn kind(name: &str) -> Result<Kind, String> {
    Kind::from_name(name).ok_or_else(|| {
        let names: Vec<_> = Kind::ALL.into_iter().map(Kind::name).collect();
        format!("the kinds are {}", names.join(", "))
    })
}

fn address(url: &str) -> Result<String, String> {
    config::address(url).ok_or_else(|| "write it whole, such as `https://example.org/guide/`".to_string())
}

#[derive(Args)]
struct BookArgs {
    /// The book's folder.
    #[arg(long, value_name = "DIR", default_value = ".")]
    book: PathBuf,
    /// Take warnings for errors.
    #[arg(long)]
    strict: bool,
}

/// Runs the command.
pub(crate) fn run() -> ExitCode {
    // A usage error is "could not run"; help and version are fine.
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let code = if error.use_stderr() { 2 } else { 0 };
            drop(error.print());
            return ExitCode::from(code);
        }
    };
    let result = match cli.command {
        Command::Build { book, to, base_url, compress, no_cache, timings } => {
            build(&book, &to, BuildWith { base_url, compress, no_cache, timings })
        }
        Command::Export(args) => export::export(&args),
        Command::Serve(args) => serve(args),
        Command::Check { book, run, write, report, lock } => check_book(&book, Checks { run, write, report, lock }),
        Command::Cards { book, anki, csv } => pack_cards(&book, anki.as_deref(), csv.as_deref()),
        Command::New(what) => author::new(&what),
        Command::Import(what) => author::import(&what),
        Command::Completions { shell } => author::completions(shell, Cli::command()),
        Command::Man => author::man(Cli::command()),
        Command::Schema(what) => author::schema(&what),
        Command::Search(args) => search(&args),
        Command::Lab { name, state, json, batch } => answer(&name, state.as_deref(), json, batch),
    };
    result.unwrap_or_else(|error| {
        drop(writeln!(anstream::stderr(), "\u{1b}[1;31merror\u{1b}[0m: {error:#}"));
        ExitCode::from(2)
    })
}

/// Prints what is wrong; says whether the book is fine.
fn show(sources: &Sources, found: &[Diagnostic], strict: bool) -> bool {
    drop(write!(anstream::stderr(), "{}", diagnostics::report(sources, found)));
    count(found, Severity::Error) == 0 && !(strict && count(found, Severity::Warning) > 0)
}

fn plural(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

fn seconds(time: Duration) -> String {
    format!("{:.2} s", time.as_secs_f64())
}

fn milliseconds(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1000.0)
}

fn mistakes(count: impl Fn(Severity) -> usize) -> String {
    let errors = count(Severity::Error);
    let warnings = count(Severity::Warning);
    match (errors, warnings) {
        (0, warnings) => plural(warnings, "warning"),
        (errors, 0) => plural(errors, "error"),
        (errors, warnings) => format!("{}, {}", plural(errors, "error"), plural(warnings, "warning")),
    }
}

/// What a build is asked for beside the book and the folder.
struct BuildWith {
    base_url: Option<String>,
    compress: bool,
    no_cache: bool,
    timings: bool,
}

fn build(args: &BookArgs, to: &Path, with: BuildWith) -> anyhow::Result<ExitCode> {
    let BuildWith { base_url, compress, no_cache, timings: measure } = with;
    if measure {
        timings::start();
    }
    let start = Instant::now();
    // A path is meant as the shell means it: from the current folder, not from the book's.
    let to = if to == Path::new("site") { args.book.join("site") } else { to.to_path_buf() };
    refuse_the_books_own_folders(&args.book, &to)?;
    let cache = Arc::new(if no_cache { Cache::default() } else { Cache::open(&args.book) });
    let options = Options { base_url, hosted: true, cache: cache.clone(), ..Options::default() };
    const UNWRITTEN: &str = "the site could not be written";
    let disk = Disk::new(&args.book);
    let mut pipeline = Pipeline::new(options);
    let open = || timings::stage("site", |_| 0, || Staging::remembering(&to, cache.clone()));
    let (staging, ()) = timings::join(open, || pipeline.read(&disk));
    let staging = staging.context(UNWRITTEN)?;
    let build = match compress {
        true => pipeline.complete_to(&disk, &Compressed::new(&staging)),
        false => pipeline.complete_to(&disk, &staging),
    };
    if !show(&build.sources, &build.diagnostics, args.strict) || !build.whole {
        warn!("not written: {}", mistakes(|severity| build.count(severity)));
        return Ok(ExitCode::from(1));
    }
    let finish = || staging.finish();
    let size = |written: &Result<Written, _>| written.as_ref().map_or(0, |written| written.bytes as usize);
    let written = timings::stage("write", size, finish).context(UNWRITTEN)?;
    cache.sweep();
    if measure {
        say!("{}", timings::finish());
    }
    say!(
        "{} in {}: {} ({} changed, {} removed), {}",
        plural(build.pages, "page"),
        seconds(start.elapsed()),
        to.display(),
        written.changed,
        written.removed,
        mistakes(|severity| build.count(severity))
    );
    // The end of the process gives their memory back at once, and faster than piece by piece.
    std::mem::forget((pipeline, build));
    Ok(ExitCode::SUCCESS)
}

/// The site may stand inside the book's folder, but neither around it nor in its sources.
fn refuse_the_books_own_folders(book: &Path, to: &Path) -> anyhow::Result<()> {
    let book = book.canonicalize().with_context(|| format!("there is no folder {}", book.display()))?;
    let absolute = std::path::absolute(to)?;
    let to = absolute.canonicalize().unwrap_or(absolute);
    let sources = ["code", "content", "static", "templates"].map(|part| book.join(part));
    if book.starts_with(&to) || sources.iter().any(|part| to.starts_with(part)) {
        bail!(
            "the site can't be written to {}, where the book itself is: choose another folder with --to",
            to.display()
        );
    }
    if to.exists() && !to.is_dir() {
        bail!("{} is a file: choose a folder with --to", to.display());
    }
    Ok(())
}

/// What `check` does besides.
struct Checks {
    run: bool,
    write: bool,
    report: bool,
    lock: bool,
}

fn check_book(args: &BookArgs, checks: Checks) -> anyhow::Result<ExitCode> {
    let Checks { run, write, report, lock } = checks;
    let start = Instant::now();
    let disk = Disk::new(&args.book);
    let mut build = pipeline::build_to(&disk, Options { drafts: true, ..Options::default() }, &Nowhere);
    let summary = match run && build.count(Severity::Error) == 0 {
        true => {
            let proof = proof::check(&build.book.pages, &build.book.config, &build.sources, &args.book, write);
            let (summary, diagnostics) = proof.map_err(|why| anyhow::anyhow!(why.0))?;
            build.diagnostics.extend(diagnostics);
            Some(summary)
        }
        false => None,
    };
    let fine = show(&build.sources, &build.diagnostics, args.strict);
    if lock {
        lock_ids(args, &build)?;
    }
    if report {
        say!("{}\n", report::table(&build.book, &build.targets));
    }
    if let Some(summary) = &summary {
        print_summary(summary);
    }
    say!("checked in {}: {}", seconds(start.elapsed()), mistakes(|severity| build.count(severity)));
    Ok(if fine { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// Writes ids.lock; a book with errors may lack the very ids that it would publish.
fn lock_ids(args: &BookArgs, build: &Build) -> anyhow::Result<()> {
    if build.count(Severity::Error) > 0 {
        warn!("{} not written: {}", ids::LOCK, mistakes(|severity| build.count(severity)));
        return Ok(());
    }
    let before = build.lock.clone();
    let (text, added) = ids::text(&build.book, &before.clone().unwrap_or_default());
    if added > 0 || before.is_none() {
        site::replace(&args.book.join(ids::LOCK), text.as_bytes())
            .with_context(|| format!("{} could not be written", ids::LOCK))?;
    }
    say!("{}: {} added", ids::LOCK, plural(added, "id"));
    Ok(())
}

fn pack_cards(args: &BookArgs, anki: Option<&Path>, csv: Option<&Path>) -> anyhow::Result<ExitCode> {
    let disk = Disk::new(&args.book);
    let mut build = pipeline::build_to(&disk, Options { cards: true, ..Options::default() }, &Nowhere);
    let fine = show(&build.sources, &build.diagnostics, args.strict);
    let Some(deck) = build.deck.take().filter(|_| fine && build.whole) else {
        warn!("not written: {}", mistakes(|severity| build.count(severity)));
        return Ok(ExitCode::from(1));
    };
    if deck.cards.is_empty() {
        warn!("not written: the book has neither a pitfall nor a question");
        return Ok(ExitCode::from(1));
    }
    let write = |path: &Path, bytes: &[u8]| -> anyhow::Result<()> {
        site::replace(path, bytes).with_context(|| format!("{} could not be written", path.display()))?;
        say!("{}: {}, {} KB", path.display(), plural(deck.cards.len(), "card"), bytes.len().div_ceil(1000));
        Ok(())
    };
    if let Some(path) = anki {
        write(path, &cards::anki::package(&deck, edited(&disk)?)?)?;
    }
    if let Some(path) = csv {
        write(path, cards::csv::table(&deck).as_bytes())?;
    }
    Ok(ExitCode::SUCCESS)
}

/// When the book was edited last, in seconds since 1970: `SOURCE_DATE_EPOCH`, or what the disk says of its files.
fn edited(disk: &Disk) -> anyhow::Result<i64> {
    if let Some(text) = std::env::var_os("SOURCE_DATE_EPOCH") {
        let text = text.to_string_lossy();
        return text.parse().with_context(|| format!("SOURCE_DATE_EPOCH is `{text}`, not a number of seconds"));
    }
    let time = disk.edited().and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
    Ok(time.map_or(0, |time| i64::try_from(time.as_secs()).unwrap_or_default()))
}

fn print_summary(summary: &proof::Summary) {
    for reason in &summary.unproven {
        say!("pitfall not proven: {reason}");
    }
    for reason in &summary.kept_out {
        say!("not run: {reason}");
    }
    if !summary.isolated {
        say!("snippets could reach the network: this system doesn't let `unshare` cut them off");
    }
    say!(
        "{} proven on Python {} ({} run now), {} agree, {} recorded, {} not run, {} of {} pitfalls proven, {}",
        plural(summary.snippets, "snippet"),
        summary.versions.join(", "),
        plural(summary.ran, "process").replace("processs", "processes"),
        plural(summary.outputs, "output"),
        summary.written,
        summary.kept_out.len(),
        summary.pitfalls.0,
        summary.pitfalls.1,
        plural(summary.exercises, "exercise"),
    );
}

fn serve(args: ServeArgs) -> anyhow::Result<ExitCode> {
    let start = Instant::now();
    let disk = Disk::new(&args.book.book);
    let mut pipeline = serve::read(&disk);
    if pipeline.is_none() && !args.watch {
        bail!("fieldguide itself failed on this book");
    }
    // Who edits sees mistakes in the page; who only reads is not shown a book that has some.
    let wrong = match pipeline.as_mut().filter(|_| !args.watch) {
        Some(pipeline) => {
            let diagnostics = pipeline.check(&disk);
            let wrong = mistakes(|severity| count(&diagnostics, severity));
            if !show(pipeline.sources(), &diagnostics, args.book.strict) {
                warn!("not served: {wrong}");
                return Ok(ExitCode::from(1));
            }
            format!(", {wrong}")
        }
        None => String::new(),
    };
    let pages = pipeline.as_ref().and_then(|pipeline| pipeline.snapshot()).map_or(0, |snapshot| snapshot.pages());
    say!("{} read in {}{wrong}", plural(pages, "page"), seconds(start.elapsed()));
    let request = serve::Request {
        watch: args.watch,
        host: args.host,
        port: args.port,
        names: args.allow_host,
        poll: args.poll,
        follow: args.follow,
        editor: args.editor.unwrap_or_else(|| serve::Editor::guess(|name| std::env::var(name).ok())),
    };
    let listening: fn(Event) = if args.open { on_event_and_open } else { on_event };
    serve::run(disk, pipeline, request, listening)?;
    say!("stopped");
    Ok(ExitCode::SUCCESS)
}

fn on_event(event: Event) {
    match event {
        Event::Listening(addresses) => {
            for (i, address) in addresses.iter().enumerate() {
                match i {
                    0 => say!("serving at http://{address}/ (stop with Ctrl-C)"),
                    _ if address.ip().is_loopback() => {}
                    _ => say!("  and at http://{address}/ for others of this network"),
                }
            }
        }
        Event::Built(news, time) => {
            if let Some(why) = &news.failure {
                return warn!("fieldguide itself failed on this book: {why}; the last good site is still served");
            }
            drop(write!(anstream::stderr(), "{}", diagnostics::report(&news.sources, &news.diagnostics)));
            let done = if news.number == 1 && news.saved.is_empty() { "checked" } else { "rebuilt" };
            say!("{done} in {}: {}", milliseconds(time), mistakes(|severity| news.count(severity)));
        }
        Event::Polling(why) => warn!("the folder is looked through for edits: {why}"),
        Event::NotWatching(error) => warn!("edits are not seen: the folder can't be watched: {error}"),
    }
}

fn on_event_and_open(event: Event) {
    let address = match &event {
        Event::Listening(addresses) => addresses.first().copied(),
        _ => None,
    };
    on_event(event);
    if let Some(Err(error)) = address.map(|address| open::that_detached(format!("http://{address}/"))) {
        warn!("no browser could be opened: {error}");
    }
}

fn search(args: &SearchArgs) -> anyhow::Result<ExitCode> {
    let book = args.book.clone().unwrap_or_else(|| PathBuf::from("."));
    // Beside a built site and no book, the site is meant.
    let site = args.site.clone().or_else(|| {
        let site = book.join("site");
        (!book.join("book.toml").exists() && site.join("search.html").exists()).then_some(site)
    });
    let built;
    let folder;
    let place = match site {
        Some(site) => {
            folder = Disk::new(site);
            Place::Folder(&folder)
        }
        None => {
            let mut build = pipeline::build(&Disk::new(&book), Options::default());
            let fine = show(&build.sources, &build.diagnostics, false);
            let Some(site) = build.site.take().filter(|_| fine) else {
                warn!("not searched: {}", mistakes(|severity| build.count(severity)));
                return Ok(ExitCode::from(1));
            };
            built = site;
            Place::Built(&built)
        }
    };
    let mut searcher = Searcher::open(place).map_err(anyhow::Error::msg)?;
    if args.batch {
        let out = std::io::BufWriter::new(std::io::stdout().lock());
        terminal::batch(&mut searcher, args.limit, std::io::stdin().lock(), out).map_err(anyhow::Error::msg)?;
        return Ok(ExitCode::SUCCESS);
    }
    let query = args.query.as_deref().unwrap_or_default();
    let request = Request { query, kinds: args.kind.into_iter().collect(), stage: None, limit: args.limit };
    let found = searcher.ask(&request).map_err(anyhow::Error::msg)?;
    if args.json {
        say!("{}", terminal::json(&found));
    } else {
        let text = terminal::words(&found, |hit| format!("\u{1b}[1m{hit}\u{1b}[0m"));
        drop(write!(anstream::stdout(), "{text}"));
    }
    Ok(ExitCode::SUCCESS)
}

fn answer(name: &str, state: Option<&str>, json: bool, batch: bool) -> anyhow::Result<ExitCode> {
    let lab = lab::find(name).map_err(anyhow::Error::msg)?;
    if batch {
        lab::batch(lab, std::io::stdin().lock(), std::io::BufWriter::new(std::io::stdout().lock()))?;
        return Ok(ExitCode::SUCCESS);
    }
    if let Some(toml) = state {
        let mut sources = Sources::default();
        let answer = match json {
            true => lab::answer_toml(lab, toml, &mut sources).map(|answer| answer.to_string()),
            false => lab::draw(lab, toml, &mut sources).map(trace),
        };
        return Ok(match answer {
            Ok(answer) => {
                say!("{answer}");
                ExitCode::SUCCESS
            }
            Err(wrong) => {
                drop(write!(anstream::stderr(), "{}", diagnostics::report(&sources, &wrong)));
                ExitCode::from(1)
            }
        });
    }
    if !json {
        bail!("say what to answer: --state 'TOML', --json or --batch (see fieldguide lab --help)");
    }
    if std::io::stdin().is_terminal() {
        warn!("reading one JSON state from standard input (end it with Ctrl-D)");
    }
    let mut input = Vec::new();
    std::io::stdin().lock().read_to_end(&mut input)?;
    say!("{}", lab::answer(lab, &input));
    Ok(ExitCode::SUCCESS)
}

/// The answer and its steps, a line each; or why there is none.
fn trace(drawing: Drawing) -> String {
    match drawing.problem {
        Some(problem) => problem,
        None => {
            let steps = drawing.steps.iter().enumerate().map(|(i, step)| format!("\n{:>3}. {step}", i + 1));
            drawing.announce + &steps.collect::<String>()
        }
    }
}
