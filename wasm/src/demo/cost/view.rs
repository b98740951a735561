//! The figure: the jobs to choose from, n, the answer, the curves, the exact counts, what this browser measured.

use super::count::{Case, Curve, Job, MAX_K, MAX_N, Work, curve};
use super::data::{LOOKUPS, Order};
use super::memory::{Container, exact_list_bytes};
use super::run::{self, Measured};
use super::text::{self, grouped, quotient};
use super::{LAST_SLIDE, Request, SCALES, trace};
use crate::demo::chart::{Axis, Chart, Line, Rule, Scale, fill, sketch};
use crate::demo::{Drawing, Ids, furniture};
use crate::html::Html;

/// The colours of the ways: the dear one first.
const CLASSES: [&str; 4] = ["cost-way-1", "cost-way-2", "cost-way-3", "cost-way-4"];

pub(super) fn draw(request: &Request, ids: Ids<'_>) -> Drawing {
    let (work, grown) = request.job.survey(request.n);
    let headline = headline(&request.job, &work);
    let mut html = Html::new();
    cards(&mut html, request, ids);
    size(&mut html, request, ids);
    fill(
        &mut html,
        "<p class=\"lab-answer cost-answer\"><output aria-live=\"off\" for=\"#\">#</output></p>",
        &[&ids.of("n"), &headline],
    );
    picture(&mut html, request, &work, &grown, ids);
    table(&mut html, request, &work);
    html.raw("<p class=\"lab-note\">").text(note(request.job.case)).raw("</p>");
    measure(&mut html, request, ids);
    let announce = headline + &taken(request);
    Drawing::finished(request.canonical(), html, announce, trace::steps(&request.job, &work))
}

/// The answer in one sentence.
fn headline(job: &Job, work: &Work) -> String {
    let count = |way: usize| work.counts[way];
    let n = grouped(work.n.into());
    // Which of two ways is dearer can change with n.
    let (dear, cheap) = match job.case {
        Case::Memory => (2, 0),
        _ if count(1) > count(0) => (1, 0),
        _ => (0, 1),
    };
    let (more, less) = (count(dear), count(cheap));
    let name = |way: usize| match job.case {
        Case::Membership => ["a list", "a set"].get(way).copied().unwrap_or_default(),
        Case::Memory if way == 0 => "a list",
        Case::Memory => "a dict of ints",
        case => case.ways().get(way).map_or("", |way| way.short),
    };
    let Some(times) = quotient(more, less).filter(|_| more > 0) else {
        return format!("With n = {n} there is nothing to count.");
    };
    let times = if more == less { "just as many".to_string() } else { format!("{times} times as many") };
    let verb = match job.case {
        Case::Membership => "looks at",
        Case::Queue => "moves",
        Case::String => "copies",
        Case::TopK => "makes",
        Case::Memory => "takes",
    };
    let what = match job.case {
        Case::Membership => "places",
        Case::Queue => "pointers",
        Case::String | Case::Memory => "bytes",
        Case::TopK => "comparisons",
    };
    let (dear, cheap) = (name(dear), name(cheap));
    format!("With n = {n} {dear} {verb} {times} {what} as {cheap}.")
}

/// What each way took here for the reader's own n, as one more sentence; nothing where it was not measured.
fn taken(request: &Request) -> String {
    let times: Vec<String> = run::names(&request.job)
        .iter()
        .zip(request.job.case.ways())
        .filter_map(|(name, way)| Some([way.short, ": ", &request.measured_at(name, request.n)?].concat()))
        .collect();
    if times.is_empty() { String::new() } else { [" Here one run takes, ", &times.join(", "), "."].concat() }
}

/// What is counted, and for which job exactly.
fn note(case: Case) -> &'static str {
    match case {
        Case::Membership => {
            "Counted for 50 look-ups among n ints, half of which succeed: elements compared in the list; slots inspected in the tables, the empty one that ends a failing search included."
        }
        Case::Queue => {
            "Counted for emptying a queue of n: the pointer that is handed out and those that move up. A list is one block; a deque is a chain of blocks of 64, and its left end steps on."
        }
        Case::String => {
            "Counted for n pieces of 10 characters and a string that something else can see: an attribute, a global, an item of a dict. Where one local name alone holds it, CPython grows it in place, and += copies no more than join, but for what realloc moves."
        }
        Case::TopK => {
            "Counted: < between two numbers, in CPython 3.11 and 3.12. Once the k smallest are in the heap, nearly every further number costs one comparison; largest first is its worst case, and the sort's best."
        }
        Case::Memory => {
            "Bytes as sys.getsizeof reports them on 64-bit CPython 3.11, for containers filled one item at a time. The items are not in it: a small int takes 28 bytes more, a short string about 50."
        }
    }
}

fn title(case: Case) -> (&'static str, &'static str) {
    match case {
        Case::Membership => ("Search", "x in c"),
        Case::Queue => ("Queue", "pop(0)"),
        Case::String => ("String", "s += p"),
        Case::TopK => ("Top k", "sorted"),
        Case::Memory => ("Memory", "getsizeof"),
    }
}

fn lines(case: Case, curve: &Curve) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    for (at, way) in case.ways().iter().enumerate() {
        let points = curve.iter().map(|(n, counts)| (f64::from(*n), counts.get(at).map_or(0.0, |&count| count as f64)));
        lines.push(Line {
            class: CLASSES[at % CLASSES.len()],
            label: way.short,
            points: points.collect(),
            steps: false,
            dots: false,
        });
    }
    lines
}

/// The jobs as small pictures that share their axes, to choose from.
fn cards(html: &mut Html, request: &Request, ids: Ids<'_>) {
    let x = Axis::new(Scale::Log, 1.0, MAX_N.into());
    let y = Axis::new(Scale::Log, 1.0, 1e11);
    html.raw("<fieldset class=\"cost-jobs\"><legend>Count the work of</legend><div class=\"cost-cards\">");
    for case in Case::ALL {
        let (name, code) = title(case);
        let id = ids.of(case.name());
        html.raw("<label class=\"cost-card\">");
        radio(html, &id, "case", case.name(), case == request.job.case);
        html.raw("<span class=\"cost-face\">");
        let all = lines(case, &curve(case));
        sketch(html, &all, &x, &y, request.n.into());
        fill(html, "<span class=\"cost-name\">#</span><code>#</code></span></label>", &[name, code]);
    }
    html.raw("</div></fieldset>");
}

fn radio(html: &mut Html, id: &str, name: &str, value: &str, checked: bool) {
    fill(html, "<input type=\"radio\" id=\"#\" name=\"#\" value=\"#\"", &[id, name, value]);
    html.raw(if checked { " checked>" } else { ">" });
}

fn number(html: &mut Html, ids: Ids<'_>, name: &str, label: &str, value: &str, least: &str, most: u32) {
    fill(
        html,
        "<div class=\"field\"><label for=\"#\">#</label><input id=\"#\" name=\"#\" type=\"number\" inputmode=\"numeric\" min=\"#\" max=\"#\" value=\"#\"></div>",
        &[&ids.of(name), label, &ids.of(name), name, least, &most.to_string(), value],
    );
}

fn size(html: &mut Html, request: &Request, ids: Ids<'_>) {
    html.raw("<div class=\"lab-row cost-size\">");
    let most = request.job.case.most();
    number(html, ids, "n", &["n, up to ", &grouped(most.into())].concat(), &request.n_text, "0", most);
    html.raw("<div class=\"cost-buttons\">");
    furniture::act(html, "half", "n ÷ 2");
    furniture::act(html, "double", "n × 2");
    html.close("div");
    if request.job.case == Case::TopK {
        number(html, ids, "k", "k, up to 1,000", &request.k_text, "1", MAX_K);
        let orders = Order::ALL.map(|(_, value, words)| (value, words));
        furniture::choice(html, ids, "order", "numbers come", &orders, request.job.order.name());
    } else {
        furniture::hidden(html, "k", &request.k_text);
        furniture::hidden(html, "order", request.job.order.name());
    }
    html.close("div");
}

fn picture(html: &mut Html, request: &Request, work: &Work, grown: &Curve, ids: Ids<'_>) {
    let case = request.job.case;
    let mut all = lines(case, grown);
    if case == Case::Memory {
        // Memory grows in steps: all of them, to the byte.
        for (line, container) in all.iter_mut().zip(Container::ALL) {
            let most = u64::from(MAX_N);
            let grown = container.growth(most).into_iter().chain([(most, container.bytes(most))]);
            line.points = grown.map(|(n, bytes)| (n as f64, bytes as f64)).collect();
            line.steps = true;
        }
    }
    let values = || all.iter().flat_map(|line| &line.points).map(|point| point.1);
    let least = values().filter(|&value| value >= 1.0).fold(f64::MAX, f64::min);
    let y = Axis::new(request.y, least, values().fold(1.0, f64::max));
    let x = Axis::new(request.x, 1.0, MAX_N.into());
    let n = grouped(work.n.into());
    let mut title = format!("{} as n grows to 100,000. At n = {n}", case.unit());
    for (way, &count) in case.ways().iter().zip(&work.counts) {
        title.push_str(", ");
        title.push_str(way.short);
        title.push_str(": ");
        title.push_str(&grouped(count));
    }
    let chart = Chart {
        title: &title,
        unit: case.unit(),
        name: "n",
        x,
        y,
        x_text: text::count,
        y_text: if case == Case::Memory { text::bytes } else { text::count },
        lines: &all,
        rule: Some(Rule {
            at: work.n.into(),
            label: format!("n = {n}"),
            values: work.counts.iter().map(|&count| count as f64).collect(),
        }),
        height: 280,
    };
    html.raw("<div class=\"lab-picture cost-picture\">");
    chart.draw(html);
    slider(html, request, ids);
    html.raw("<div class=\"cost-axes\">");
    for (name, legend, chosen) in [("x", "n axis", request.x), ("y", "count axis", request.y)] {
        fill(html, "<fieldset class=\"cost-axis\"><legend>#</legend>", &[legend]);
        for (scale, word) in SCALES {
            let id = ids.of(&format!("{name}-{word}"));
            html.raw("<label>");
            radio(html, &id, name, word, scale == chosen);
            html.text(word).raw("</label>");
        }
        html.raw("</fieldset>");
    }
    if request.x == Scale::Log && request.y == Scale::Log && case != Case::Memory {
        html.raw("<p class=\"cost-hint\">Two log axes show powers of n as slopes: for ten times the n, linear work grows tenfold, quadratic work a hundredfold.</p>");
    }
    html.raw("</div></div>");
}

/// Drags the rule: as long as the x axis, right below it.
fn slider(html: &mut Html, request: &Request, ids: Ids<'_>) {
    let (id, position, last) = (ids.of("slide"), request.slide.to_string(), LAST_SLIDE.to_string());
    fill(
        html,
        "<div class=\"cost-slide\"><label for=\"#\">n</label><input id=\"#\" name=\"slide\" type=\"range\" min=\"0\" max=\"#\" value=\"#\" aria-valuetext=\"n = #\"><input id=\"#\" name=\"at\" type=\"hidden\" value=\"#\"></div>",
        &[&id, &id, &last, &position, &grouped(request.n.into()), &ids.of("at"), &position],
    );
}

/// The exact numbers at the reader's own n.
fn table(html: &mut Html, request: &Request, work: &Work) {
    let case = request.job.case;
    let n = u64::from(work.n);
    let names = run::names(&request.job);
    let measured = |way: usize| request.measured_at(names.get(way)?, work.n);
    let timed = (0..names.len()).any(|way| measured(way).is_some());
    let (each, by) = match case {
        Case::Membership => ("per look-up", u64::from(LOOKUPS)),
        Case::Queue | Case::Memory => ("per item", n),
        Case::String => ("per piece", n),
        Case::TopK => ("per number", n),
    };
    html.raw("<div role=\"group\" class=\"lab-scroll\" tabindex=\"0\" aria-label=\"Exact counts\">");
    fill(
        html,
        "<table class=\"lab-table cost-table\"><caption>Exactly, for n = #</caption><thead><tr><td></td>",
        &[&grouped(n)],
    );
    // Above a bound the top-k job is not done for half of n, and there is nothing to compare with.
    let last = match case {
        Case::Memory => Some("room for".to_string()),
        _ => (work.half != [0; 4]).then(|| format!("n {} → {}", grouped(n / 2), grouped(n))),
    };
    for head in [Some(case.unit()), Some(each), last.as_deref(), timed.then_some("took here")].into_iter().flatten() {
        fill(html, "<th scope=\"col\">#</th>", &[head]);
    }
    html.raw("</tr></thead><tbody>");
    for (at, (way, &count)) in case.ways().iter().zip(&work.counts).enumerate() {
        let class = CLASSES[at % CLASSES.len()];
        let mut cells = vec![Some(grouped(count)), quotient(count, by)];
        if case == Case::Memory {
            cells.push(Container::ALL.get(at).map(|container| grouped(container.full(n))));
        } else if last.is_some() {
            cells.push(quotient(count, work.half[at]).map(|times| format!("× {times}")));
        }
        if timed {
            cells.push(measured(at));
        }
        row(html, class, way.name, cells);
    }
    if case == Case::Memory {
        let exact = exact_list_bytes(n);
        row(html, "", "list(range(n))", vec![Some(grouped(exact)), quotient(exact, n), Some(grouped(n + n % 2))]);
    }
    html.raw("</tbody></table></div>");
}

/// One way and its numbers; a dash where there is none.
fn row(html: &mut Html, class: &str, name: &str, cells: Vec<Option<String>>) {
    fill(html, "<tr><th scope=\"row\"><span class=\"#\"></span> <code>#</code></th>", &[class, name]);
    for cell in cells {
        fill(html, "<td>#</td>", &[cell.as_deref().unwrap_or("–")]);
    }
    html.raw("</tr>");
}

/// What this browser takes for the same loops, measured when the button is pressed.
fn measure(html: &mut Html, request: &Request, ids: Ids<'_>) {
    let names = run::names(&request.job);
    let mine: Vec<&Measured> = request.measured.iter().filter(|m| names.contains(&m.name)).collect();
    fill(
        html,
        "<input id=\"#\" name=\"measured\" type=\"hidden\" value=\"#\">",
        &[&ids.of("measured"), &run::write(&request.measured)],
    );
    if names.is_empty() {
        return;
    }
    html.raw("<div class=\"cost-measure\">");
    if !mine.is_empty() {
        times(html, request, &names, &mine);
    }
    let ask = if mine.is_empty() { "Time these loops in this browser" } else { "Time them again" };
    fill(
        html,
        "<p class=\"cost-ask\"><button class=\"lab-button\" name=\"act\" type=\"submit\" value=\"measure\" data-measure=\"#\">#</button><span>The same loops without their counters, for a fifth of a second.</span></p></div>",
        &[&run::plan(&request.job, request.n), ask],
    );
}

fn times(html: &mut Html, request: &Request, names: &[String], mine: &[&Measured]) {
    let line = |(at, name): (usize, &String)| {
        let mut points: Vec<(f64, f64)> = Vec::new();
        for m in mine.iter().filter(|m| m.name == *name) {
            let n = f64::from(m.n);
            points.insert(points.partition_point(|point| point.0 <= n), (n, m.time as f64));
        }
        let way = request.job.case.ways().get(at);
        let class = CLASSES[at % CLASSES.len()];
        Line { class, label: way.map_or("", |way| way.short), points, steps: false, dots: true }
    };
    let all: Vec<Line<'_>> = names.iter().enumerate().map(line).collect();
    let (least, most) = mine.iter().fold((u64::MAX, 1), |(low, high), m| (low.min(m.time), high.max(m.time)));
    let mut title = "Time of one run, measured in this browser".to_string();
    for line in &all {
        if let Some(&(n, time)) = line.points.last() {
            title.push_str(&format!(", {}: {} for n = {}", line.label, text::time(time as u64), grouped(n as u64)));
        }
    }
    let chart = Chart {
        title: &title,
        unit: "time of one run, in this browser",
        name: "n",
        x: Axis::new(request.x, 1.0, MAX_N.into()),
        y: Axis::new(request.y, least as f64, most as f64),
        x_text: text::count,
        y_text: text::time,
        lines: &all,
        rule: Some(Rule { at: request.n.into(), label: String::new(), values: Vec::new() }),
        height: 180,
    };
    chart.draw(html);
}
