//! The keys of book.toml.

use crate::keys::shape::{Key, Shape, Value};

/// book.toml.
pub const BOOK: Shape<'static> = Shape {
    name: "book.toml",
    about: "A fieldguide book.",
    keys: &[
        Key::new("title", Value::Text, "The book's title.").required("\"…\"").matching(r"\S"),
        Key::new("summary", Value::Text, "One sentence on the book, for search engines and previews."),
        Key::new(
            "language",
            Value::Text,
            "The language of the text, such as `en` or `pt-BR`; `en` where it is left out.",
        )
        .matching(r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$"),
        Key::new(
            "base_url",
            Value::Text,
            "The address that the site will stand at, whole: `https://example.org/guide/`.",
        )
        .matching(r#"^https?://[^\s\x00-\x1f\x7f"<>\\^`{|}?#/][^\s\x00-\x1f\x7f"<>\\^`{|}?#]*$"#),
        Key::new(
            "raw_html",
            Value::Flag,
            "Whether HTML in the Markdown is passed on; it is shown as text where this is left out.",
        ),
        Key::new("parts", Value::Tables(&PART), "Titled groups of stages, in order."),
        Key::new("python", Value::Table(&PYTHON), "What `check --run` and the pages run Python with."),
        Key::new("theme", Value::Table(&THEME), "The book's own colors, fonts and logo."),
        Key::new("publish", Value::Table(&PUBLISH), "What hosts, search engines and readers who write back are told."),
    ],
};

/// `[[parts]]`.
pub const PART: Shape<'static> = Shape {
    name: "a part of book.toml",
    about: "A titled group of stages.",
    keys: &[
        Key::new("title", Value::Text, "The part's title.").required("\"…\"").matching(r"\S"),
        Key::new(
            "stages",
            Value::Texts { least: 1 },
            "The slugs of its stages: their folders' names without the number.",
        )
        .required("[\"slug-of-a-stage\"]"),
    ],
};

/// `[python]`.
pub const PYTHON: Shape<'static> = Shape {
    name: "`[python]`",
    about: "What `check --run` and the pages run Python with.",
    keys: &[
        Key::new(
            "versions",
            Value::Texts { least: 0 },
            "Versions such as `3.12`, or paths of interpreters, that prove the snippets.",
        ),
        Key::new(
            "engine",
            Value::Text,
            "The folder below `static/` of an engine in place of the built-in Python of the page.",
        ),
        Key::new(
            "wheels",
            Value::Texts { least: 0 },
            "Wheels for the page's Python: paths in which `*` stands for anything but a slash.",
        ),
        Key::new("setup", Value::Names, "Hidden code by names that snippets give as `setup=\"name\"`."),
        Key::new(
            "least_proven",
            Value::Integer(0, 100),
            "The least share of pitfalls that must be proven, in percent.",
        ),
        Key::new(
            "most_kept_out",
            Value::Integer(0, 100),
            "The greatest share of Python blocks that may say `norun` or `differs`, in percent.",
        ),
    ],
};

/// `[theme]`.
pub const THEME: Shape<'static> = Shape {
    name: "`[theme]`",
    about: "The book's own colors, fonts and logo.",
    keys: &[
        Key::new("logo", Value::Text, "An image below `static/`, such as `static/logo.svg`."),
        Key::new("font_text", Value::Text, "Font families of text, as CSS lists them."),
        Key::new("font_code", Value::Text, "Font families of code, as CSS lists them."),
        Key::new("light", Value::Colors, "Colors of the light mode, as CSS writes them."),
        Key::new("dark", Value::Colors, "Colors of the dark mode, as CSS writes them."),
    ],
};

/// What a link template looks like; in its braces stands one of three names.
const TEMPLATE: &str = r"^(https?://|mailto:)([^\s{]|\{(path|title|url)\})*(\{[^\s}]*)?$";

/// `[publish]`.
pub const PUBLISH: Shape<'static> = Shape {
    name: "`[publish]`",
    about: "What hosts, search engines and readers who write back are told.",
    keys: &[
        Key::new("author", Value::Text, "Who wrote the book, for its feed and for search engines."),
        Key::new(
            "edit",
            Value::Text,
            "Where a page can be edited: an address with `{path}`, `{title}` or `{url}` in it.",
        )
        .matching(TEMPLATE),
        Key::new(
            "report",
            Value::Text,
            "Where a mistake can be reported: an address with `{path}`, `{title}` or `{url}` in it.",
        )
        .matching(TEMPLATE),
        Key::new("contributors", Value::Flag, "Whether pages name those who changed them, by the history in git."),
        Key::new("social_images", Value::Flag, "Whether each page gets a picture for previews of links to it."),
    ],
};
