//! A package that Anki imports (`.apkg`): a zip of an SQLite collection in Anki's schema 11, which every version reads, and of the
//! images. The same cards and the same time give the same bytes.

use std::io;

use fieldguide_wasm::html::unescape;
use rusqlite::{Connection, params};
use serde_json::{Value, json};
use sha1::{Digest, Sha1};
use sha2::Sha256;

use super::Deck;
use crate::export::archive;

/// What a card looks like in Anki.
const CSS: &str = include_str!("anki.css");

const FRONT: &str = "<h1>{{Question}}</h1>";
const BACK: &str = "{{FrontSide}}<hr id=\"answer\">{{Answer}}<p class=\"place\">{{Source}}</p>";

/// The fields of a note, in order; the first is what Anki lists.
const FIELDS: [&str; 4] = ["Question", "Answer", "Source", "Id"];

/// Why there is no package.
#[derive(Debug)]
pub enum PackageError {
    /// SQLite's own words.
    Database(rusqlite::Error),
    /// The archive's.
    Archive(io::Error),
}

impl std::fmt::Display for PackageError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Database(error) => write!(f, "the collection could not be made: {error}"),
            Self::Archive(error) => write!(f, "the package could not be packed: {error}"),
        }
    }
}

impl std::error::Error for PackageError {}

impl From<rusqlite::Error> for PackageError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(error)
    }
}

impl From<io::Error> for PackageError {
    fn from(error: io::Error) -> Self {
        Self::Archive(error)
    }
}

/// The package. `time` is in seconds since 1970: Anki takes a note that it has for changed where this is later than its own.
///
/// # Errors
/// SQLite or the archive refused; neither does with memory to spare.
pub fn package(deck: &Deck, time: i64) -> Result<Vec<u8>, PackageError> {
    let collection = collection(deck, time)?;
    // Images are numbered; `media` says what they are called in the cards.
    let names: serde_json::Map<String, Value> =
        deck.images.keys().enumerate().map(|(at, name)| (at.to_string(), Value::from(name.as_str()))).collect();
    let media = Value::from(names).to_string();
    let mut files =
        vec![("collection.anki2".to_string(), collection.as_slice()), ("media".to_string(), media.as_bytes())];
    files.extend(deck.images.values().enumerate().map(|(at, bytes)| (at.to_string(), bytes.as_slice())));
    Ok(archive::pack(&files, &|_| {}).map_err(io::Error::from)?)
}

/// The SQLite file.
fn collection(deck: &Deck, time: i64) -> Result<Vec<u8>, PackageError> {
    let mut database = Connection::open_in_memory()?;
    database.execute_batch(include_str!("anki.sql"))?;
    let model = number(&format!("{}\nnote type", deck.key));
    let transaction = database.transaction()?;
    transaction.execute(
        "insert into col values (1, ?1, ?2, ?2, 11, 0, 0, 0, ?3, ?4, ?5, ?6, '{}')",
        params![
            time,
            time * 1000,
            configuration(model).to_string(),
            models(deck, model, time),
            decks(deck, time),
            options(time)
        ],
    )?;
    let mut taken = std::collections::BTreeSet::new();
    for (at, card) in deck.cards.iter().enumerate() {
        let guid = deck.guid(card);
        let mut id = number(&guid);
        // Two numbers in a hundred milliards that meet.
        while !taken.insert(id) {
            id += 1;
        }
        let front = deck.front(card);
        let fields = [front.as_str(), &card.html, &deck.source(card), &card.id].join("\u{1f}");
        let tags = format!(" {} ", deck.tags(card).join(" "));
        let text = plain(&front);
        transaction.execute(
            "insert into notes values (?1, ?2, ?3, ?4, -1, ?5, ?6, ?7, ?8, 0, '')",
            params![id, guid, model, time, tags, fields, text, checksum(&text)],
        )?;
        transaction.execute(
            "insert into cards values (?1, ?1, ?2, 0, ?3, -1, 0, 0, ?4, 0, 0, 0, 0, 0, 0, 0, 0, '')",
            params![id, number(&deck.name(card)), time, at as i64 + 1],
        )?;
    }
    transaction.commit()?;
    Ok(database.serialize("main")?.to_vec())
}

/// A number that stays with a name; it looks like the millisecond that Anki would take.
fn number(name: &str) -> i64 {
    let digest = Sha256::digest(name.as_bytes());
    let start = digest.iter().take(8).fold(0u64, |all, byte| all << 8 | u64::from(*byte));
    1_500_000_000_000 + (start % 100_000_000_000) as i64
}

/// The first field without its markup, as Anki sorts and compares it.
fn plain(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut inside = false;
    for c in html.chars() {
        match c {
            '<' => inside = true,
            '>' if inside => inside = false,
            _ if !inside => out.push(c),
            _ => {}
        }
    }
    unescape(&out).into_owned()
}

fn checksum(text: &str) -> i64 {
    Sha1::digest(text.as_bytes()).iter().take(4).fold(0, |all, byte| all << 8 | i64::from(*byte))
}

fn models(deck: &Deck, id: i64, time: i64) -> String {
    let field = |(at, name): (usize, &&str)| json!({"name": name, "ord": at, "sticky": false, "rtl": false, "font": "Arial", "size": 20, "media": []});
    let fields: Vec<Value> = FIELDS.iter().enumerate().map(field).collect();
    let template =
        json!({"name": "Card", "ord": 0, "qfmt": FRONT, "afmt": BACK, "did": null, "bqfmt": "", "bafmt": ""});
    let model = json!({
        "id": id, "name": format!("{} (field guide)", deck.title), "type": 0, "mod": time, "usn": -1, "sortf": 0, "did": 1,
        "tmpls": [template], "flds": fields, "css": CSS, "latexPre": "", "latexPost": "", "latexsvg": false,
        "req": [[0, "any", [0]]], "tags": [], "vers": [],
    });
    one(id, model)
}

fn decks(deck: &Deck, time: i64) -> String {
    let deck_of = |id: i64, name: &str| {
        json!({
            "id": id, "name": name, "mod": time, "usn": -1, "desc": "", "dyn": 0, "conf": 1, "collapsed": false,
            "browserCollapsed": false, "extendNew": 10, "extendRev": 50, "lrnToday": [0, 0], "revToday": [0, 0],
            "newToday": [0, 0], "timeToday": [0, 0],
        })
    };
    let mut all = serde_json::Map::from_iter([("1".to_string(), deck_of(1, "Default"))]);
    for card in &deck.cards {
        let name = deck.name(card);
        let id = number(&name);
        all.entry(id.to_string()).or_insert_with(|| deck_of(id, &name));
    }
    Value::from(all).to_string()
}

fn options(time: i64) -> String {
    one(
        1,
        json!({
            "id": 1, "name": "Default", "mod": time, "usn": 0, "maxTaken": 60, "timer": 0, "autoplay": true, "replayq": true,
            "dyn": false,
            "new": {"bury": false, "delays": [1.0, 10.0], "initialFactor": 2500, "ints": [1, 4, 0], "order": 1, "perDay": 20},
            "rev": {"bury": false, "ease4": 1.3, "ivlFct": 1.0, "maxIvl": 36500, "perDay": 200, "hardFactor": 1.2},
            "lapse": {"delays": [10.0], "leechAction": 1, "leechFails": 8, "minInt": 1, "mult": 0.0},
        }),
    )
}

fn configuration(model: i64) -> Value {
    json!({
        "activeDecks": [1], "curDeck": 1, "curModel": model.to_string(), "nextPos": 1, "newSpread": 0, "collapseTime": 1200,
        "timeLim": 0, "estTimes": true, "dueCounts": true, "sortType": "noteFld", "sortBackwards": false, "addToCur": true,
        "schedVer": 2,
    })
}

fn one(id: i64, value: Value) -> String {
    Value::from(serde_json::Map::from_iter([(id.to_string(), value)])).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_first_field_is_compared_without_its_markup() {
        assert_eq!(plain("Why is <code>a &lt; b</code> &amp; not?"), "Why is a < b & not?");
        // What Anki's own `field_checksum` gives.
        assert_eq!(checksum("foo"), 0x0bee_c7b5);
    }
}
