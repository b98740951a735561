//! The map of the book: stages as rows, topics as cells, and lines from what a topic requires.

use std::collections::HashMap;

use fieldguide_wasm::html::escape;

use super::Renderer;
use super::view::{MapStage, MapTopic, MapView};
use crate::book::{Book, PageId};

/// The map's site path.
pub(super) const MAP: &str = "map.html";

/// Width of the drawing, in its own units.
const WIDTH: f64 = 1000.0;
/// Where the cells begin: left of it stand the names of the stages.
const LEFT: f64 = 150.0;
/// Height of a cell.
const CELL: f64 = 46.0;
/// From one row to the next: a cell and the lines below it.
const ROW: f64 = 84.0;
/// Room between two cells of a row.
const GAP: f64 = 18.0;
/// The most cells in a row; more go on in the next.
const COLUMNS: usize = 4;
/// Characters that fit into a line of a cell, and of a stage's name.
const CELL_LINE: usize = 22;
const STAGE_LINE: usize = 17;

/// Whether there is something to draw: a topic that requires another.
pub(super) fn has_map(book: &Book) -> bool {
    book.pages.iter().any(|page| !page.front.requires.is_empty())
}

/// Where a topic's cell stands.
#[derive(Debug, Clone, Copy)]
struct Place {
    x: f64,
    y: f64,
    row: usize,
}

impl Renderer<'_> {
    pub(super) fn map(&self) -> MapView<'_> {
        let summary = "What builds on what: the topics by stage, each with what to know first.";
        let stages = self.book.parts.iter().flat_map(|part| &part.stages).map(|at| &self.book.stages[*at]);
        let stages: Vec<_> = stages.filter(|stage| !stage.topics.is_empty()).collect();
        let mut places = HashMap::new();
        let mut rows = 0;
        let width = (WIDTH - LEFT - GAP * (COLUMNS as f64 - 1.0)) / COLUMNS as f64;
        let mut names = String::new();
        for stage in &stages {
            names.push_str(&self.stage_name(stage.page, &stage.number, rows as f64 * ROW));
            for (at, topic) in stage.topics.iter().enumerate() {
                let (row, column) = (rows + at / COLUMNS, at % COLUMNS);
                let x = LEFT + column as f64 * (width + GAP);
                places.insert(*topic, Place { x, y: row as f64 * ROW + 8.0, row });
            }
            rows += stage.topics.len().div_ceil(COLUMNS);
        }
        let topics: Vec<PageId> = stages.iter().flat_map(|stage| stage.topics.iter().copied()).collect();
        let lines: String = topics.iter().map(|id| self.lines(*id, &places, width)).collect();
        let cells: String = topics.iter().map(|id| self.cell(*id, &places, width)).collect();
        let height = rows as f64 * ROW;
        let svg = format!(
            "<svg class=\"book-map-svg\" viewBox=\"-1 0 {} {height}\" role=\"group\" aria-label=\"Map of the topics\">\n\
             <g class=\"map-lines\" aria-hidden=\"true\">{lines}</g>\n{names}{cells}</svg>",
            WIDTH + 2.0
        );
        let list = stages.iter().map(|stage| MapStage {
            stage: self.stage_ref(stage),
            topics: stage
                .topics
                .iter()
                .map(|id| MapTopic { topic: self.link(*id), requires: self.required(*id) })
                .collect(),
        });
        MapView {
            common: self.common(self.made_page("map", MAP, "Map of the guide", summary), None),
            svg,
            js: &self.assets.map_js,
            stages: list.collect(),
        }
    }

    fn requires(&self, id: PageId) -> impl Iterator<Item = PageId> {
        self.book.page(id).front.requires.iter().filter_map(|(slug, _)| self.book.topic(slug))
    }

    pub(super) fn required(&self, id: PageId) -> Vec<super::view::LinkView> {
        self.requires(id).map(|id| self.link(id)).collect()
    }

    /// The topics that name a topic among what to know first.
    pub(super) fn leads_to(&self, id: PageId) -> Vec<super::view::LinkView> {
        self.leads_to.get(&id).into_iter().flatten().map(|id| self.link(*id)).collect()
    }

    fn stage_name(&self, id: PageId, number: &str, y: f64) -> String {
        let link = self.link(id);
        let lines = wrap(&format!("{number} {}", link.title), STAGE_LINE);
        let text = spans(&lines, 0.0, y + 8.0 + CELL / 2.0, "map-stage-name");
        format!("<a href=\"{}\" data-path=\"{}\">{text}</a>\n", escape(&link.url), escape(&link.url))
    }

    fn cell(&self, id: PageId, places: &HashMap<PageId, Place>, width: f64) -> String {
        let Some(place) = places.get(&id) else { return String::new() };
        let link = self.link(id);
        let (x, y) = (place.x, place.y);
        let text = spans(&wrap(&link.title, CELL_LINE), x + 12.0, y + CELL / 2.0, "map-topic-name");
        let url = escape(&link.url);
        let requires: Vec<_> = self.required(id).into_iter().map(|link| link.title).collect();
        let name = match requires.is_empty() {
            true => link.title.clone(),
            false => format!("{}, requires {}", link.title, requires.join(" and ")),
        };
        format!(
            "<a class=\"map-topic\" href=\"{url}\" data-path=\"{url}\" aria-label=\"{}\">\
             <rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{CELL}\" rx=\"5\"></rect>{text}\
             <path class=\"map-tick\" d=\"m{:.1} {:.1} 4 4.5 8-10\"></path></a>\n",
            escape(&name),
            x + width - 20.0,
            y + CELL / 2.0 + 1.0,
        )
    }

    /// The lines to a topic from what it requires: from the foot of a cell to the head of one below, or around below the row.
    fn lines(&self, id: PageId, places: &HashMap<PageId, Place>, width: f64) -> String {
        let Some(to) = places.get(&id) else { return String::new() };
        let count = self.requires(id).count() as f64;
        let line = |(at, other): (usize, PageId)| {
            let from = places.get(&other)?;
            // Several lines come in side by side.
            let end = to.x + width * (at as f64 + 1.0) / (count + 1.0);
            let start = from.x + width / 2.0;
            let foot = from.y + CELL;
            let path = if from.row == to.row {
                let low = foot + 24.0;
                format!("M{start:.1} {foot:.1}C{start:.1} {low:.1} {end:.1} {low:.1} {end:.1} {foot:.1}")
            } else {
                let bend = ((to.y - foot) / 2.0).clamp(-40.0, 60.0).abs().max(24.0);
                format!(
                    "M{start:.1} {foot:.1}C{start:.1} {:.1} {end:.1} {:.1} {end:.1} {:.1}",
                    foot + bend,
                    to.y - bend,
                    to.y
                )
            };
            let (from, to) = (escape(self.book.route(other)), escape(self.book.route(id)));
            Some(format!("<path d=\"{path}\" data-from=\"{from}\" data-to=\"{to}\"></path>"))
        };
        self.requires(id).enumerate().filter_map(line).collect()
    }
}

/// At most two lines of about that many characters; what is left is cut.
fn wrap(text: &str, longest: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= longest => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_string()),
        }
    }
    if lines.len() > 2 {
        lines.truncate(2);
        if let Some(last) = lines.last_mut() {
            last.push('…');
        }
    }
    for line in &mut lines {
        if line.chars().count() > longest + 1 {
            *line = line.chars().take(longest).chain(['…']).collect();
        }
    }
    lines
}

/// Lines of text around a height.
fn spans(lines: &[String], x: f64, middle: f64, class: &str) -> String {
    let first = middle + 4.5 - (lines.len() as f64 - 1.0) * 8.5;
    let spans = lines.iter().enumerate().map(|(at, line)| {
        format!("<tspan x=\"{x:.1}\" y=\"{:.1}\">{}</tspan>", first + at as f64 * 17.0, escape(line))
    });
    format!("<text class=\"{class}\">{}</text>", spans.collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_wrapped_and_cut() {
        assert_eq!(wrap("Floats and dtypes", 25), ["Floats and dtypes"]);
        assert_eq!(
            wrap("Caches in memory, on disk, across machines", 25),
            ["Caches in memory, on", "disk, across machines"]
        );
        assert_eq!(wrap("a bb ccc dddd", 4), ["a bb", "ccc…"]);
        assert_eq!(wrap("abcdefghij", 4), ["abcd…"]);
        assert!(wrap("", 4).is_empty());
    }
}
