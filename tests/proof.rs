//! `check --run` against real CPython: what it proves, what it records, and what hostile snippets can't do.

// The helpers of a test fail as the test does: loudly.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A book of one topic, in a folder of its own.
struct Book(PathBuf);

impl Book {
    fn new(name: &str, body: &str) -> Self {
        let root = std::env::temp_dir().join(format!("fieldguide-proof-{name}-{}", std::process::id()));
        drop(fs::remove_dir_all(&root));
        fs::create_dir_all(root.join("content/01-a")).unwrap();
        let python = which_python();
        fs::write(
            root.join("book.toml"),
            format!("title = \"T\"\n[python]\nversions = [{python:?}]\n[python.setup]\nhidden = \"secret = 41\"\n"),
        )
        .unwrap();
        fs::write(root.join("content/index.md"), "+++\ntitle = \"T\"\n+++\n").unwrap();
        let stage = "+++\ntitle = \"S\"\nsummary = \"s\"\nobjectives = []\ntakeaway = \"t\"\n+++\n";
        fs::write(root.join("content/01-a/index.md"), stage).unwrap();
        let book = Self(root);
        fs::write(book.topic(), format!("+++\ntitle = \"A\"\nsummary = \"a\"\n+++\n{body}")).unwrap();
        book
    }

    fn topic(&self) -> PathBuf {
        self.0.join("content/01-a/01-b.md")
    }

    fn check(&self, more: &[&str]) -> (Option<i32>, String) {
        let Output { status, stdout, stderr } = Command::new(env!("CARGO_BIN_EXE_fieldguide"))
            .args(["check", "--run", "--book"])
            .arg(&self.0)
            .args(more)
            .env("FIELDGUIDE_CACHE", self.0.join("cache"))
            .output()
            .unwrap();
        (status.code(), String::from_utf8_lossy(&stdout).into_owned() + &String::from_utf8_lossy(&stderr))
    }
}

impl Drop for Book {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

/// Any Python 3 of this machine, by its path.
fn which_python() -> String {
    let output = Command::new("python3").args(["-c", "import sys; print(sys.executable)"]).output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_string()
}

#[test]
fn what_is_recorded_is_what_is_printed() {
    let book = Book::new(
        "agrees",
        "```python\nx = 1\nprint(x)\n```\n\n```output\n1\n```\n\n\
         ```python {continue, raises=ZeroDivisionError}\nprint('before')\nx / 0\n```\n```output\nbefore\nZeroDivisionError: division by zero\n```\n\n\
         ```python {continue}\nprint(x + 1)\n```\n```output\n2\n```\n\n\
         ```python {setup=hidden}\nprint(secret + 1)\n```\n```output\n42\n```\n\n\
         ```python\nprint(object())\nprint(1/3)\n```\n```output {approx=1e-3}\n<object object at …>\n0.3333\n```\n\n\
         ```pycon\n>>> 1 + 1\n2\n```\n\n\
         ```python {python=\"<3.0\"}\nprint 'old'\n```\n\n\
         ```python {norun=\"needs a cluster\"}\nwhile True: pass\n```\n",
    );
    let (code, text) = book.check(&[]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("not run: content/01-a/01-b.md") && text.contains("needs a cluster"), "{text}");
    let (_, text) = book.check(&[]);
    assert!(text.contains("(0 processes run now)"), "the second run knows the results: {text}");
}

#[test]
fn what_differs_is_an_error_and_is_recorded_when_asked() {
    let body = "text  \n\n```python\nprint('new')\n```\n\n```output\nold\n```\ntail";
    let book = Book::new("differs", body);
    let (code, text) = book.check(&[]);
    assert_eq!(code, Some(1));
    assert!(text.contains("- old") && text.contains("+ new") && text.contains("01-b.md:11:1"), "{text}");
    let (code, text) = book.check(&["--write"]);
    assert_eq!(code, Some(0), "{text}");
    let written = fs::read_to_string(book.topic()).unwrap();
    assert!(written.ends_with(&body.replace("old", "new")), "{written:?}");
    assert_eq!(book.check(&[]).0, Some(0));
}

#[test]
fn mistakes_are_said_at_their_line() {
    for (name, body, wanted) in [
        ("fails", "```python\nx = 1\nint('a')\n```\n", "01-b.md:7:1"),
        ("syntax", "```python\nx = 1\nif\n```\n", "01-b.md:7:1"),
        ("fine", "```python {raises=ValueError}\nint('1')\n```\n", "does not raise ValueError"),
        ("other", "```python {raises=KeyError}\nint('a')\n```\n", "raises ValueError, not KeyError"),
        ("nothing", "```python\nprint(object())\n```\n```output\n…\n```\n", "proves nothing"),
        ("continue", "```python {continue}\nx\n```\n", "no snippet above"),
        ("setup", "```python {setup=nope}\nx\n```\n", "no setup called `nope`"),
        ("session", "```pycon\n>>> 1 + 1\n3\n```\n", "the session goes differently"),
        (
            "same",
            "## Pitfall: p\n\n```python\nprint(1)\n```\n```output\n1\n```\n\n### Fix\n\nf\n\n```python\nprint(1)\n```\n```output\n1\n```\n",
            "prints what its symptom prints",
        ),
    ] {
        let (code, text) = Book::new(name, body).check(&[]);
        assert_eq!(code, Some(1), "{name}: {text}");
        assert!(text.contains(wanted), "{name}: {text}");
    }
}

#[test]
fn the_shares_that_the_book_sets_are_held() {
    let pitfall =
        "## Pitfall: p\n\n```python\nprint(1)\n```\n\n### Fix\n\nf\n\n```python {norun=\"why\"}\nprint(2)\n```\n";
    for (limits, wanted) in [
        ("least_proven = 90", "0 of 1 pitfalls are proven, but the book asks for 90 %"),
        ("most_kept_out = 5", "1 of 2 Python blocks say `norun` or `differs`, but the book allows 5 %"),
    ] {
        let book = Book::new("shares", pitfall);
        let config = fs::read_to_string(book.0.join("book.toml")).unwrap();
        let limited = config.replace("[python.setup]", &format!("{limits}\n[python.setup]"));
        fs::write(book.0.join("book.toml"), limited).unwrap();
        let (code, text) = book.check(&[]);
        assert_eq!(code, Some(1), "{text}");
        assert!(text.contains(wanted) && text.contains("book.toml:4:"), "{text}");
        fs::write(book.0.join("book.toml"), config).unwrap();
        assert_eq!(book.check(&[]).0, Some(0), "a book that sets none has none");
    }
}

/// An exercise of a function `double`, with these texts in its three blocks.
fn exercise(start: &str, solution: &str, checks: &str) -> String {
    format!(
        "```python {{exercise}}\n{start}\n```\n\n```python {{solution}}\n{solution}\n```\n\n```python {{checks}}\n{checks}\n```\n"
    )
}

#[test]
fn an_exercise_is_solved_by_its_solution_only() {
    let (start, solution) = ("def double(x):\n    return x", "def double(x):\n    return 2 * x");
    let checks = "assert double(0) == 0, 'zero'\nassert double(2) == 4, 'Add it to itself.'";
    let (code, text) = Book::new("exercise", &exercise(start, solution, checks)).check(&[]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("1 exercise"), "{text}");
    for (name, body, wanted) in [
        ("solved", exercise(solution, solution, checks), "the starting code passes the checks"),
        (
            "unsolved",
            exercise(start, start, checks),
            "the solution does not pass the checks: AssertionError: Add it to itself.",
        ),
        ("no-hint", exercise(start, solution, "x = 1\nassert double(2) == 4"), "01-b.md:17:1"),
        ("broken", exercise(start, "def double(", checks), "the solution does not run"),
        (
            "endless",
            exercise(start, "while True: pass", checks).replace("{exercise}", "{exercise, timeout=1}"),
            "does not run",
        ),
    ] {
        let (code, text) = Book::new(name, &body).check(&[]);
        assert_eq!(code, Some(1), "{name}: {text}");
        assert!(text.contains(wanted), "{name}: {text}");
    }
}

#[test]
fn hostile_snippets_are_stopped_and_reported() {
    for (name, code, wanted) in [
        ("sleeps", "import time; time.sleep(600)", "still running after 2 s"),
        ("floods", "while True: print('x' * 1000)", "printed more than"),
        ("exits", "import os; os._exit(3)", "ended the process with code 3"),
        ("dies", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "ended by signal 9"),
        ("hogs", "x = bytearray(64 << 30)", "MemoryError"),
        ("asks", "input()", "EOFError"),
        (
            "forks",
            "import os, time\nif os.fork() == 0:\n    time.sleep(600)\n    os._exit(0)\nos.wait()",
            "still running after 2 s",
        ),
    ] {
        let book = Book::new(name, &format!("```python {{timeout=2}}\n{code}\n```\n"));
        let (exit, text) = book.check(&[]);
        assert_eq!(exit, Some(1), "{name}: {text}");
        assert!(text.contains(wanted) && text.contains("content/01-a/01-b.md:"), "{name}: {text}");
    }
}

#[test]
fn nothing_is_left_running() {
    let mark = Path::new("/tmp").join(format!("fieldguide-left-{}", std::process::id()));
    let code = format!(
        "import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', 'import time; time.sleep(3); open({:?}, \"w\")'], start_new_session=True)",
        mark.display().to_string()
    );
    let (exit, text) = Book::new("heir", &format!("```python\n{code}\n```\n")).check(&[]);
    assert_eq!(exit, Some(0), "{text}");
    if text.contains("could reach the network") {
        // Without namespaces a process that starts a session of its own gets away; the summary says so.
        return;
    }
    std::thread::sleep(std::time::Duration::from_secs(4));
    assert!(!mark.exists(), "a process outlived its snippet");
}

#[test]
fn a_snippet_sees_neither_network_nor_environment() {
    let body = "```python\nimport os, socket, sys\nprint(sorted(os.environ.keys() & {'CARGO', 'USER', 'SECRET'}), sys.flags.safe_path)\n\
                try:\n    socket.create_connection(('127.0.0.1', 9), timeout=1)\nexcept OSError as error:\n    print('no network')\nprint(os.listdir('.'))\n```\n\
                ```output\n[] True\nno network\n[]\n```\n";
    let (exit, text) = Book::new("sealed", body).check(&[]);
    assert_eq!(exit, Some(0), "{text}");
}

#[test]
fn without_a_python_nothing_is_claimed() {
    let book = Book::new("none", "```python\nprint(1)\n```\n");
    fs::write(book.0.join("book.toml"), "title = \"T\"\n[python]\nversions = [\"/nowhere/python\"]\n").unwrap();
    let (exit, text) = book.check(&[]);
    assert_eq!(exit, Some(2), "{text}");
    assert!(text.contains("no Python was found"), "{text}");
}
