//! A `plot` fence → a line or bar chart: its data as CSV, or as TOML where it says so; drawn as SVG with the data as a table.

mod draw;
mod scale;

use std::ops::Range;

use toml::de::DeValue;

use super::fence::{Info, PlotAttributes};
use crate::diagnostic::Diagnostic;
use crate::keys::TomlText;
use crate::source::Span;

/// What a plot shows.
#[derive(Debug, Clone, PartialEq)]
struct Plot {
    title: String,
    /// What is along the x axis, with its unit.
    x_label: String,
    /// What is along the y axis, with its unit.
    y_label: String,
    bars: bool,
    log_x: bool,
    log_y: bool,
    /// The name of each place along the x axis, as written.
    names: Vec<String>,
    /// Where each place is, if all are numbers.
    places: Option<Vec<f64>>,
    series: Vec<Series>,
}

/// A line, or the bars of one colour.
#[derive(Debug, Clone, PartialEq)]
struct Series {
    name: String,
    /// A value for each place; none where there is a gap.
    values: Vec<Option<f64>>,
}

/// More lines than colours that can be told apart.
const MOST_SERIES: usize = 5;
/// More points than a picture of this width can show.
const MOST_POINTS: usize = 2000;
const MOST_BARS: usize = 40;

/// A piece of data and its place in bytes of the text.
type Cell = (String, Range<usize>);

/// Reads a plot's data and draws it; none where something is wrong. `body` is where the data stands.
pub(super) fn read(
    info: &Info,
    attributes: PlotAttributes,
    body: TomlText<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<String> {
    let known = diagnostics.len();
    let columns = match attributes.toml {
        true => from_toml(body, diagnostics),
        false => from_csv(body, diagnostics),
    };
    if attributes.toml && diagnostics.len() > known {
        return None;
    }
    let mut reader = Reader { body, fence: info.span.clone(), diagnostics };
    let plot = reader.plot(attributes, columns);
    if diagnostics.len() > known { None } else { plot.map(|plot| draw::figure(&plot)) }
}

struct Reader<'a, 'd> {
    body: TomlText<'a>,
    fence: Span,
    diagnostics: &'d mut Vec<Diagnostic>,
}

impl Reader<'_, '_> {
    fn wrong(&mut self, at: Option<Range<usize>>, message: impl Into<String>, help: &str) {
        let span = at.map_or_else(|| self.fence.clone(), |at| self.body.span(at));
        self.diagnostics.push(Diagnostic::error(span, message).help(help));
    }

    fn plot(&mut self, attributes: PlotAttributes, columns: Vec<(Cell, Vec<Cell>)>) -> Option<Plot> {
        let known = self.diagnostics.len();
        let mut columns = columns.into_iter();
        let Some((x_name, x_cells)) = columns.next() else {
            self.wrong(None, "the plot has no data", "write CSV: a line of names, then a line for each point");
            return None;
        };
        if attributes.title.is_none() {
            self.wrong(None, "the plot has no title", "say what it shows: ```plot {title=\"…\", y=\"seconds (s)\"}");
        }
        if attributes.y.is_none() {
            self.wrong(None, "the plot doesn't say what its y axis counts", "write `y=\"seconds (s)\"`, with the unit");
        }
        let most = if attributes.bar { MOST_BARS } else { MOST_POINTS };
        if x_cells.len() > most {
            let message = format!("the plot has {} places along its x axis", x_cells.len());
            self.wrong(None, message, &format!("show at most {most}: leave some out, or draw them as a line"));
        }
        if x_cells.is_empty() {
            self.wrong(Some(x_name.1.clone()), "the plot has names but no points", "add a line for each point");
        }
        let places = self.places(&x_cells, attributes.bar, attributes.log_x);
        let mut series = Vec::new();
        for (name, cells) in columns {
            let values = cells.iter().map(|cell| self.value(cell, attributes.log_y)).collect();
            series.push(Series { name: name.0.trim().to_string(), values });
        }
        if series.is_empty() || series.len() > MOST_SERIES {
            let message = format!("the plot has {} columns of values", series.len());
            let help = format!("it shows from one to {MOST_SERIES}: the first column is the x axis, each other a line");
            self.wrong(Some(x_name.1.clone()), message, &help);
        }
        let empty = series.iter().all(|series| series.values.iter().all(Option::is_none));
        if empty && !x_cells.is_empty() && self.diagnostics.len() == known {
            self.wrong(None, "the plot has no value to show", "fill in at least one");
        }
        Some(Plot {
            title: attributes.title.unwrap_or_default(),
            x_label: attributes.x.unwrap_or_else(|| x_name.0.trim().to_string()),
            y_label: attributes.y.unwrap_or_default(),
            bars: attributes.bar,
            log_x: attributes.log_x,
            log_y: attributes.log_y,
            names: x_cells.into_iter().map(|(name, _)| name.trim().to_string()).collect(),
            places,
            series,
        })
    }

    /// The places of a line's points, where all of them are numbers; bars stand side by side.
    fn places(&mut self, cells: &[Cell], bars: bool, log: bool) -> Option<Vec<f64>> {
        if bars {
            if log {
                self.wrong(None, "bars stand side by side: their x axis has no scale", "write `log=\"y\"`");
            }
            return None;
        }
        let numbers: Vec<Option<f64>> = cells.iter().map(|(text, _)| number(text)).collect();
        if numbers.iter().all(Option::is_none) {
            if log {
                self.wrong(None, "names have no logarithm", "write numbers in the first column, or take `log` off");
            }
            return None;
        }
        let mut before = f64::NEG_INFINITY;
        let mut out = Vec::new();
        for ((text, at), number) in cells.iter().zip(numbers) {
            match number {
                None => self.wrong(
                    Some(at.clone()),
                    format!("`{}` is not a number", text.trim()),
                    "the others of this column are numbers",
                ),
                Some(number) if log && number <= 0.0 => {
                    self.wrong(
                        Some(at.clone()),
                        format!("`{}` has no logarithm", text.trim()),
                        "take `log` off, or the point out",
                    );
                }
                Some(number) if number < before => {
                    self.wrong(
                        Some(at.clone()),
                        format!("the line goes back to `{}`", text.trim()),
                        "put the points in the order of x",
                    );
                }
                Some(number) => {
                    before = number;
                    out.push(number);
                }
            }
        }
        Some(out)
    }

    fn value(&mut self, (text, at): &Cell, log: bool) -> Option<f64> {
        if text.trim().is_empty() {
            return None;
        }
        match number(text) {
            None => self.wrong(
                Some(at.clone()),
                format!("`{}` is not a number", text.trim()),
                "write it as `1.5` or `2e-6`; leave it out for a gap",
            ),
            Some(value) if log && value <= 0.0 => {
                self.wrong(
                    Some(at.clone()),
                    format!("`{}` has no logarithm", text.trim()),
                    "take `log` off, or leave the value out",
                );
            }
            Some(value) => return Some(value),
        }
        None
    }
}

/// A finite number of a size that can be drawn.
fn number(text: &str) -> Option<f64> {
    text.trim().replace('_', "").parse::<f64>().ok().filter(|number| number.is_finite() && number.abs() < 1e100)
}

/// The columns of CSV: the name and the cells of each.
fn from_csv(body: TomlText<'_>, diagnostics: &mut Vec<Diagnostic>) -> Vec<(Cell, Vec<Cell>)> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .comment(Some(b'#'))
        .trim(csv::Trim::All)
        .from_reader(body.text.as_bytes());
    let mut columns: Vec<(Cell, Vec<Cell>)> = Vec::new();
    for record in reader.records() {
        let Ok(record) = record else { continue };
        let start = record.position().and_then(|at| usize::try_from(at.byte()).ok()).unwrap_or(0);
        // The parser's position may lie before blank lines and comments.
        let start = skip_to_data(body.text, start);
        let line = body.text.get(start..).and_then(|rest| rest.lines().next()).unwrap_or_default();
        let cells = cells(&record, start, line);
        if columns.is_empty() {
            columns = cells.into_iter().map(|cell| (cell, Vec::new())).collect();
            continue;
        }
        if cells.len() != columns.len() {
            let message = format!("this line has {} of {} values", cells.len(), columns.len());
            let at = body.span(start..start + line.trim_end().len());
            diagnostics.push(
                Diagnostic::error(at, message)
                    .help("each line has a value for each name, or nothing between its commas"),
            );
            continue;
        }
        for ((_, column), cell) in columns.iter_mut().zip(cells) {
            column.push(cell);
        }
    }
    columns
}

fn skip_to_data(text: &str, mut at: usize) -> usize {
    while let Some(line) = text.get(at..).and_then(|rest| rest.split_inclusive('\n').next()) {
        if !line.trim().is_empty() && !line.starts_with('#') {
            break;
        }
        at += line.len();
    }
    at.min(text.len())
}

/// A record's cells with their places, as far as they stand in the line to the letter.
fn cells(record: &csv::StringRecord, start: usize, line: &str) -> Vec<Cell> {
    let mut from = 0;
    let mut cells = Vec::new();
    for text in record {
        let found = line.get(from..).and_then(|rest| rest.find(text)).filter(|_| !text.is_empty());
        let at = match found {
            Some(at) => start + from + at..start + from + at + text.len(),
            None => start..start + line.trim_end().len(),
        };
        if found.is_some() {
            from = at.end - start;
        }
        cells.push((text.to_string(), at));
    }
    cells
}

/// The columns of TOML: each key is a name, each value a list.
fn from_toml(body: TomlText<'_>, diagnostics: &mut Vec<Diagnostic>) -> Vec<(Cell, Vec<Cell>)> {
    let Some(table) = body.parse(diagnostics) else { return Vec::new() };
    let mut columns = Vec::new();
    for (key, value) in &table {
        let DeValue::Array(list) = value.get_ref() else {
            let message = format!("`{}` in the plot must be a list", key.get_ref());
            diagnostics.push(
                Diagnostic::error(body.span(value.span()), message).help("write a value for each point: `[1, 2, 3]`"),
            );
            continue;
        };
        let cells: Vec<Cell> = list
            .iter()
            .map(|item| {
                let text = match item.get_ref() {
                    DeValue::String(text) => text.to_string(),
                    _ => body.text.get(item.span()).unwrap_or_default().to_string(),
                };
                (text, item.span())
            })
            .collect();
        columns.push(((key.get_ref().to_string(), key.span()), cells));
    }
    // A table is sorted by its keys; a plot shows them as they stand.
    columns.sort_by_key(|((_, at), _)| at.start);
    let length = columns.first().map_or(0, |(_, cells)| cells.len());
    for ((name, at), cells) in columns.iter().filter(|(_, cells)| cells.len() != length) {
        let message = format!("`{name}` has {} values, the x axis has {length}", cells.len());
        diagnostics.push(
            Diagnostic::error(body.span(at.clone()), message)
                .help("give each point a value; TOML has no gaps, CSV has"),
        );
    }
    columns.retain(|(_, cells)| cells.len() == length);
    columns
}
