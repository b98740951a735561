//! fieldguide turns a folder of Markdown into a reference guide whose pages are alive.
//!
//! The stages, in order, each a function from one type to the next:
//!
//! 1. [`source`] lists and reads the book's files: the only reader of the disk.
//! 2. [`config`] reads book.toml, [`page`] reads each Markdown file on its own: front matter, sections, holes for links,
//!    images, code and labs.
//! 3. [`book`] puts the pages in their places: order, routes, neighbours.
//! 4. [`check`] resolves every link and image; [`ids`] holds the [`items`] against the ids that were published.
//! 5. [`theme`], [`assets`] and [`engine`] bring style, script, the modules and the Python of the page; [`search`] writes the
//!    index; [`render`] fills templates and holes.
//! 6. [`publish`] adds what hosts, search engines and programs expect.
//! 7. [`site`] is the result: path → bytes, and the only writer of the disk.
//!
//! [`schema`] says to editors which keys there are. [`pipeline`] runs them, [`cache`] keeps what a later build can take over, [`timings`] measures them; [`cards`] packs pitfalls and questions for Anki; [`proof`] runs the book's snippets in real CPython; [`diagnostic`] collects what is wrong on the way; [`serve`] shows the site while it is written.

pub mod assets;
pub mod book;
pub mod cache;
pub mod cards;
pub mod check;
pub mod config;
pub mod diagnostic;
pub mod engine;
pub mod export;
pub mod history;
pub mod ids;
pub mod import;
pub mod items;
pub mod keys;
pub mod lab;
pub mod page;
pub mod palette;
pub mod pipeline;
pub mod proof;
pub mod publish;
pub mod render;
pub mod report;
pub mod scaffold;
pub mod schema;
pub mod search;
pub mod serve;
pub mod site;
pub mod source;
pub mod svg;
pub mod theme;
pub mod timings;
