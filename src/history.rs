//! When the book's files last changed and who changed them, as `git` tells: one `git log` for the whole book. Without git, or
//! outside a repository, there is no history, and nothing is wrong with that.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

/// What is known of the book's files, by their path in the book.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct History {
    /// Each file that was ever committed.
    pub files: BTreeMap<String, Change>,
}

/// The last change of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Change {
    /// When: RFC 3339, in the author's own time zone.
    pub when: String,
    /// Everyone who ever changed it, by name.
    pub authors: BTreeSet<String>,
}

/// Stands before each commit's line: no path starts with it.
const COMMIT: char = '\u{1}';

/// Reads the history of `content/` in a book's folder. `authors` asks for all of it; else it is read only as far as needed.
pub fn read(book: &Path, files: &[String], authors: bool) -> History {
    let Some(cut) = cut_commits(book) else { return History::default() };
    let mut log = git(book);
    log.args(["-c", "core.quotePath=false", "-c", "log.showSignature=false", "log", "--no-merges", "--no-renames"]);
    log.args(["--relative", "--name-only", "--date-order", "--format=%x01%H%x01%cI%x01%aN", "--", "content"]);
    let Ok(mut child) = log.stdout(Stdio::piped()).spawn() else { return History::default() };
    let mut wanted: HashSet<&str> = files.iter().map(String::as_str).filter(|path| path.ends_with(".md")).collect();
    let mut history = History::default();
    let mut commit: Option<(String, String)> = None;
    for line in child.stdout.take().map(BufReader::new).into_iter().flat_map(BufRead::lines).map_while(Result::ok) {
        if let Some(head) = line.strip_prefix(COMMIT) {
            let mut parts = head.splitn(3, COMMIT);
            let (hash, when, author) = (parts.next(), parts.next(), parts.next());
            // At the end of a shallow clone's history every file seems new.
            let known = hash.is_some_and(|hash| !cut.contains(hash));
            commit = when.zip(author).filter(|_| known).map(|(when, author)| (when.to_string(), author.to_string()));
        } else if let Some((when, author)) = commit.as_ref().filter(|_| !line.is_empty()) {
            let change =
                history.files.entry(line.clone()).or_insert_with(|| Change { when: when.clone(), ..Change::default() });
            change.authors.insert(author.clone());
            wanted.remove(line.as_str());
        }
        if wanted.is_empty() && !authors {
            break;
        }
    }
    drop(child.kill());
    drop(child.wait());
    history
}

/// The commits at which a shallow clone was cut off; none at all where there is no repository or no git.
fn cut_commits(book: &Path) -> Option<HashSet<String>> {
    let output =
        git(book).args(["rev-parse", "--git-path", "shallow"]).output().ok().filter(|out| out.status.success())?;
    let path = book.join(String::from_utf8(output.stdout).ok()?.trim_end());
    let shallow = std::fs::read_to_string(path).unwrap_or_default();
    Some(shallow.lines().map(str::to_string).collect())
}

fn git(book: &Path) -> Command {
    let mut command = Command::new("git");
    command.arg("-C").arg(book).env("GIT_OPTIONAL_LOCKS", "0").env("LC_ALL", "C");
    command.stdin(Stdio::null()).stderr(Stdio::null());
    command
}
