//! One chain of snippets in one fresh process: its own folder, limits on time, memory and output, no network, nothing left.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::python::Interpreter;

/// The program that runs inside the process.
pub(super) const DRIVER: &str = include_str!("driver.py");

/// A process may reserve this many bytes of address space; NumPy's threads alone reserve hundreds of megabytes.
const MEMORY: u64 = 8 << 30;

/// Of a chain's output this many bytes are read; a process that prints more is stopped.
const OUTPUT: usize = 1 << 20;

/// A snippet, as the driver takes it.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Code {
    /// The source, shifted down so that its line numbers are those of the file.
    pub source: String,
    /// The name that tracebacks give it.
    pub name: String,
    /// `python` or `pycon`.
    pub kind: &'static str,
}

/// What a snippet did.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Ran {
    /// What it printed.
    pub printed: String,
    /// The names of the exception's class and of its bases, the class first; empty where it ended well.
    pub raised: Vec<String>,
    /// The last line of the traceback.
    pub last: String,
    /// The line of the source in which it was raised, counted from 1.
    pub line: Option<usize>,
}

/// What became of a chain: what each snippet did, and how it was cut short where it was.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Chain {
    /// For each snippet that ended by itself.
    pub ran: Vec<Ran>,
    /// Why the next one did not.
    pub stopped: Option<String>,
    /// Whether that is for want of time.
    pub late: bool,
}

/// What the driver says behind a snippet.
#[derive(Deserialize)]
struct Report {
    number: Option<usize>,
    #[serde(default)]
    raised: Vec<String>,
    #[serde(default)]
    last: String,
    line: Option<usize>,
    killed: Option<i32>,
    exited: Option<i32>,
}

/// Whether this system lets a process be cut off from the network and from other processes.
pub(super) fn isolated() -> bool {
    static PROBED: OnceLock<bool> = OnceLock::new();
    *PROBED.get_or_init(|| {
        let mut probe = Command::new("unshare");
        probe.args(ISOLATION).arg("true").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        probe.status().is_ok_and(|status| status.success())
    })
}

const ISOLATION: [&str; 5] = ["--map-root-user", "--net", "--pid", "--fork", "--kill-child"];

/// Runs a chain.
///
/// # Errors
/// What the system says against a folder, a file or a process.
pub(super) fn run(interpreter: &Interpreter, codes: &[Code], limit: Duration) -> io::Result<Chain> {
    let folder = Scratch::new()?;
    let marker = format!("\u{0}fieldguide {} ", folder.name);
    let job = folder.path.join("job.json");
    fs::write(&job, json!({ "marker": marker, "memory": MEMORY, "snippets": codes }).to_string())?;
    let driver = folder.path.join("driver.py");
    fs::write(&driver, DRIVER)?;
    let work = folder.path.join("work");
    fs::create_dir(&work)?;
    let output = watch(&mut command(interpreter, &driver, &job, &work), limit)?;
    Ok(read(&output, &marker, codes.len(), limit))
}

fn command(interpreter: &Interpreter, driver: &Path, job: &Path, work: &Path) -> Command {
    let mut command = match isolated() {
        true => {
            let mut unshare = Command::new("unshare");
            unshare.args(ISOLATION).arg(&interpreter.program);
            unshare
        }
        false => Command::new(&interpreter.program),
    };
    command.arg("-s");
    if interpreter.version >= (3, 11) {
        command.arg("-P");
    }
    command.arg(driver).arg(job).current_dir(work).env_clear();
    if let Some(path) = std::env::var_os("PATH") {
        command.env("PATH", path);
    }
    command
        .env("PYTHONHASHSEED", "0")
        .env("PYTHONIOENCODING", "utf-8")
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("NO_COLOR", "1")
        .env("TZ", "UTC")
        .env("LC_ALL", "C.UTF-8")
        .env("HOME", work)
        .env("TMPDIR", work)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    command
}

/// What a process printed, and why it was stopped where it was.
struct Output {
    bytes: Vec<u8>,
    too_long: bool,
    too_much: bool,
}

/// Runs a process and ends its whole group: at the limits, and when it is done.
fn watch(command: &mut Command, limit: Duration) -> io::Result<Output> {
    let mut child = command.spawn()?;
    let pipe = child.stdout.take();
    let (send, full) = std::sync::mpsc::channel();
    let reader = std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let read = pipe.map(|pipe| pipe.take(OUTPUT as u64 + 1).read_to_end(&mut bytes));
        let _ = send.send(());
        drop(read);
        bytes
    });
    let deadline = Instant::now() + limit;
    let mut too_long = false;
    // The pipe ends when the process and all its heirs are gone, or when it holds too much.
    while full.try_recv().is_err() {
        let ended = child.try_wait()?.is_some();
        if ended || Instant::now() > deadline {
            too_long = !ended;
            break;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    #[cfg(unix)]
    kill_group(&child);
    drop(child.kill());
    drop(child.wait());
    let bytes = reader.join().unwrap_or_default();
    Ok(Output { too_much: bytes.len() > OUTPUT, too_long, bytes })
}

/// Ends whatever a snippet started and left running.
#[cfg(unix)]
fn kill_group(child: &std::process::Child) {
    if let Some(group) = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw) {
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
}

fn read(output: &Output, marker: &str, snippets: usize, limit: Duration) -> Chain {
    let text = String::from_utf8_lossy(&output.bytes);
    let mut chain = Chain::default();
    let mut rest: &str = &text;
    let mut ending = None;
    while let Some((printed, behind)) = rest.split_once(marker) {
        let (report, behind) = behind.split_once('\n').unwrap_or((behind, ""));
        rest = behind;
        let Ok(report) = serde_json::from_str::<Report>(report) else { break };
        match report.number {
            Some(_) => chain.ran.push(Ran {
                printed: printed.to_string(),
                raised: report.raised,
                last: report.last,
                line: report.line,
            }),
            None => {
                ending = report.killed.map(|signal| format!("it was ended by signal {signal}"));
                ending = ending.or(report.exited.map(|code| format!("it ended the process with code {code}")));
                break;
            }
        }
    }
    if output.too_much {
        chain.stopped = Some(format!("it printed more than {} KB", OUTPUT >> 10));
    } else if output.too_long {
        chain.late = true;
        chain.stopped = Some(format!("it was still running after {} s", limit.as_secs_f64()));
    } else if chain.ran.len() < snippets {
        chain.stopped = Some(ending.unwrap_or_else(|| "it ended the process".to_string()));
    }
    chain
}

/// A folder of a run's own, removed with all that is in it.
struct Scratch {
    path: PathBuf,
    name: String,
}

impl Scratch {
    fn new() -> io::Result<Self> {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let name = format!("{}-{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(format!("fieldguide-run-{name}"));
        fs::create_dir_all(&path)?;
        Ok(Self { path, name })
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.path));
    }
}
