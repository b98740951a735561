//! A table of the cards: comma-separated, with the head lines by which Anki's text import knows its columns.

use super::Deck;

/// The table.
pub fn table(deck: &Deck) -> String {
    let mut out = String::from(
        "#separator:Comma\n#html:true\n#guid column:1\n#deck column:2\n#tags column:3\n#columns:guid,deck,tags,question,answer,source\n",
    );
    for card in &deck.cards {
        let (tags, front, source) = (deck.tags(card).join(" "), deck.front(card), deck.source(card));
        let row = [&deck.guid(card), &deck.name(card), &tags, &front, &card.html, &source];
        out.push_str(&row.map(|field| quoted(field)).join(","));
        out.push('\n');
    }
    out
}

/// A field as RFC 4180 has it.
fn quoted(field: &str) -> String {
    format!("\"{}\"", field.replace('"', "\"\""))
}
