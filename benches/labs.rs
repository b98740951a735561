//! How long a lab takes to draw its worst states: `cargo bench --bench labs`.
//!
//! A frame has 16 ms. Each state below is at the bounds of what a lab's controls allow. It is drawn natively and, where
//! there is a `node`, by the module that the pages load: the same WebAssembly engine as Chromium's. What is said is the best of
//! several drawings, and in wasm also the first one by a module that was just compiled: the slowest that a reader can meet.
//! Exits with 1 where a state takes longer than a frame.
#![allow(clippy::print_stdout, clippy::print_stderr, missing_docs)]

use std::error::Error;
use std::io::Write;
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use fieldguide_wasm::demo::{Ids, LABS, lab};
use fieldguide_wasm::state::State;

/// A frame at 60 Hz.
const FRAME: f64 = 16.0;

/// How often each state is drawn.
const ROUNDS: usize = 15;

/// A worst state: the lab, what is bad about it, the state.
struct Worst {
    lab: &'static str,
    what: String,
    state: State,
}

fn state(pairs: &[(&str, &str)]) -> State {
    let mut state = State::new();
    for (name, value) in pairs {
        state.push(name, value);
    }
    state
}

/// The states, lab by lab: an empty one first.
fn states() -> Vec<Worst> {
    let mut all = Vec::new();
    for lab in LABS {
        let mut add = |what: &str, pairs: &[(&str, &str)]| {
            all.push(Worst { lab: lab.name, what: what.into(), state: state(pairs) })
        };
        add("its first state", &[]);
        match lab.name {
            "broadcast" => broadcast(&mut add),
            "float" => float(&mut add),
            "sum" => sum(&mut add),
            "dict" | "set" => table(lab.name, &mut add),
            "cost" => cost(&mut add),
            _ => {}
        }
    }
    all
}

type Add<'a> = &'a mut dyn FnMut(&str, &[(&str, &str)]);

fn broadcast(add: Add<'_>) {
    let wide = |size: &str| vec![size; 32].join(",");
    let (ones, twos, large) = (wide("1"), wide("2"), wide("4611686018427387904"));
    let mixed = ["2,1"; 16].join(",");
    let six = [twos.as_str(), &ones, &mixed, &ones, &twos, &mixed].map(|shape| ("shapes", shape));
    add("six operands of 32 axes", &six);
    add("a clash of six operands of 32 axes", &[&six[..5], &[("shapes", &large)]].concat());
    add("all pairs of large vectors", &[("shapes", "10000,1,768"), ("shapes", "1,10000,768"), ("at", "999999")]);
    let corner = ["9,9,9", "1,9,9", "9,1,9", "9,9,1", "1,1,9", "9"].map(|shape| ("shapes", shape));
    add("a picture of six operands", &corner);
    for op in ["matmul", "dot", "inplace", "assign", "broadcast_to"] {
        add(&format!("{op} of 32 axes"), &[("op", op), ("shapes", &twos), ("shapes", &mixed)]);
    }
    let axes = (0..32).step_by(2).map(|axis| axis.to_string()).collect::<Vec<_>>().join(",");
    add("a sum over 16 of 32 axes", &[("op", "reduce"), ("shapes", &twos), ("axis", &axes), ("keepdims", "1")]);
    let reshaped = format!("{},-1", ["2"; 31].join(","));
    add("32 axes reshaped", &[("op", "reshape"), ("shapes", &twos), ("newshape", &reshaped)]);
}

fn float(add: Add<'_>) {
    let sums = vec!["1/3"; 50].join("+");
    let products = vec!["1.1"; 100].join("*");
    let nested = format!("{}1{}", "(".repeat(60), "/3)".repeat(60));
    let digits = format!("0.{}", "142857".repeat(660));
    let wild = (0..60).map(|i| format!("{}e{}", i + 1, 300 - 10 * i)).collect::<Vec<_>>().join(" + ");
    let deep = format!("5e-324 + {}", vec!["1e-300/3"; 48].join(" + "));
    let powers = vec!["3**680/7"; 49].join(" - ");
    for format in ["float64", "float8_e4m3fn"] {
        for (what, value) in [
            ("fifty thirds", sums.as_str()),
            ("a product of a hundred", &products),
            ("sixty divisions, nested", &nested),
            ("4,000 digits", &digits),
            ("sixty magnitudes", &wild),
            ("tiny thirds", &deep),
            ("large powers", &powers),
            ("the tiniest number", "5e-324"),
            ("the largest number", "1.7976931348623157e308"),
        ] {
            let compare = "0.1000000000000000055511151231257827021181583404541015625";
            let pairs = [("value", value), ("format", format), ("zoom", "3"), ("compare", compare)];
            add(&format!("{what}, {format}"), &pairs);
        }
    }
}

fn sum(add: Add<'_>) {
    let wild = (0..1_000).map(|i| format!("1e{}", (i * 37) % 600 - 300)).collect::<Vec<_>>().join(" ");
    add("2,000 tenths", &[("values", "0.1*2000")]);
    add("all magnitudes", &[("values", &wild)]);
    add("the largest beside the tiniest", &[("values", "1e308*500 5e-324*500 -1e308*500 5e-324*500")]);
    add("12,000 digits", &[("values", &format!("0.{}", "142857".repeat(1_990)))]);
    add("as many literals as fit", &[("values", &vec!["1e-9"; 1_999].join(","))]);
}

fn table(name: &str, add: Add<'_>) {
    let ops = |key: &dyn Fn(usize) -> String| {
        let op = |i| if name == "dict" { format!("d[{}] = {i}", key(i)) } else { format!("s.add({})", key(i)) };
        (0..200).map(op).collect::<Vec<_>>().join("\n")
    };
    let colliding = ops(&|i| format!("{i} * (2**61 - 1)"));
    let far = ops(&|i| (i << 40).to_string());
    let long = ops(&|i| format!("\"{i:044}\""));
    let tuples = ops(&|i| format!("({i}, ({i}, \"a\", (1.5, None)))"));
    let random = ops(&|i| (i * 2_654_435_761 % 4_294_967_296).to_string());
    let grown =
        format!("{}\n{}", ops(&|i| (i * 7).to_string()).lines().take(199).collect::<Vec<_>>().join("\n"), "0 in d");
    let deep = ops(&|i| (1u128 << 126).wrapping_mul(i as u128 * 2 + 1).to_string());
    let texts = [
        ("200 keys with one hash", colliding.as_str()),
        ("200 keys with the same low bits", &far),
        ("200 strings of 44 characters", &long),
        ("200 tuples of tuples", &tuples),
        ("200 ints all over", &random),
        ("200 large ints", &deep),
        ("a look-up in a large table", &grown),
    ];
    for (what, text) in texts {
        for step in ["200", "86"] {
            add(&format!("{what}, step {step}"), &[("ops", text), ("step", step)]);
        }
    }
}

fn cost(add: Add<'_>) {
    for (case, more) in [
        ("membership", ""),
        ("queue", ""),
        ("string", ""),
        ("memory", ""),
        ("topk", "shuffled"),
        ("topk", "ascending"),
        ("topk", "descending"),
    ] {
        // The top-k job goes up to 50,000, and up to 20,000 it sorts half of its numbers too.
        let sizes = if case == "topk" { ["50000", "49999", "20000"] } else { ["100000", "99999", "50000"] };
        for n in sizes {
            let order = if more.is_empty() { "shuffled" } else { more };
            let pairs = [("case", case), ("n", n), ("k", "1000"), ("order", order), ("x", "linear")];
            add(&format!("{case} {more} n = {n}"), &pairs);
        }
    }
}

/// Milliseconds, the best of several drawings; nothing where the state makes no sense.
fn native(worst: &Worst) -> Option<f64> {
    let draw = lab(worst.lab)?.draw;
    let times: Option<Vec<Duration>> = (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            let drawing = std::hint::black_box(draw(std::hint::black_box(&worst.state), Ids("lab")));
            drawing.problem.is_none().then(|| start.elapsed())
        })
        .collect();
    times?.into_iter().min().map(|time| time.as_secs_f64() * 1e3)
}

/// What Node says of each state: milliseconds of the first drawing and of the best one.
fn in_wasm(all: &[Worst]) -> Result<Vec<[f64; 2]>, Box<dyn Error>> {
    let folder = std::env::temp_dir().join(format!("fieldguide-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let (glue, module) = (folder.join("labs.js"), folder.join("labs.wasm"));
    std::fs::write(&glue, fieldguide::theme::LABS_JS)?;
    std::fs::write(&module, fieldguide::theme::LABS_WASM)?;
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/labs.mjs");
    let mut node = Command::new("node")
        .arg(script)
        .args([&glue, &module])
        .arg(ROUNDS.to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let lines: String = all.iter().map(|worst| format!("{} {}\n", worst.lab, worst.state)).collect();
    if let Some(mut input) = node.stdin.take() {
        input.write_all(lines.as_bytes())?;
    }
    let output = node.wait_with_output()?;
    std::fs::remove_dir_all(&folder)?;
    let text = String::from_utf8(output.stdout)?;
    let times: Result<Vec<[f64; 2]>, Box<dyn Error>> = text
        .lines()
        .map(|line| {
            let (first, best) = line.split_once(' ').ok_or("node printed something else")?;
            Ok([first.parse()?, best.parse()?])
        })
        .collect();
    let times = times?;
    if times.len() != all.len() { Err("node did not draw every state".into()) } else { Ok(times) }
}

fn main() -> ExitCode {
    let all = states();
    let wasm = in_wasm(&all);
    println!("milliseconds to draw a state       native     wasm    first");
    let mut slow = 0;
    for (at, worst) in all.iter().enumerate() {
        let Some(native) = native(worst) else {
            eprintln!("{}: {}: the lab refuses this state", worst.lab, worst.what);
            slow += 1;
            continue;
        };
        let [first, best] = wasm.as_ref().ok().and_then(|times| times.get(at)).copied().unwrap_or([f64::NAN; 2]);
        let mark = if native.max(best) > FRAME { "  over a frame" } else { "" };
        slow += usize::from(!mark.is_empty());
        println!("{native:>41.2} {best:>8.2} {first:>8.2}  {}: {}{mark}", worst.lab, worst.what);
    }
    if let Err(error) = wasm {
        eprintln!("not drawn in wasm: {error}");
    }
    println!("{} states, {slow} of them take longer than {FRAME} ms", all.len());
    ExitCode::from(u8::from(slow > 0))
}
