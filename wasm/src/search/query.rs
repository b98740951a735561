//! What a reader types → units, each with the ways in which a section can match it.

use super::tokenize::{LONGEST_WHOLE, Space, Token, query_tokens, whole};
use super::words::{folded, stem};

/// Of a longer query the rest is not read, in bytes.
const LONGEST_QUERY: usize = 400;

/// Of a query of more units the rest is not read.
const MOST_UNITS: usize = 12;

/// A query of more units is a sentence: no two of its words are looked for as one name, each of which may be a file to read.
const LONGEST_NAME: usize = 3;

/// Words that a question is made of; a section need not hold them. Python's keywords among them count where a query is
/// about nothing else.
const FUNCTION_WORDS: &str = " a about actually after all also always an and any are as at be been before being but by can \
    cannot cant could did difference do does doesnt dont each else even for from get gets had happen happens has have how i if \
    in instead into is isnt it its make me much must my need no not of on only or other our out over really same shall should so \
    some something than that the their them then there these they thing things this through to too up use used using vs was we \
    well what whats when where whether which while who whom whose why will with without work works would yet you your ";

/// Python's keywords that are English words too: as code they are looked for, as words they are everywhere.
const KEYWORDS: &str = " and as assert async await break case class continue def del elif else except false finally for from \
    global if import in is lambda match none nonlocal not or pass raise return true try type while with yield ";

/// Endings that a word may have half of while it is typed.
const ENDINGS: [&str; 8] = ["ing", "ion", "ation", "ed", "er", "ment", "ness", "able"];

/// One way to match a unit.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Way {
    /// All of these must be in a section.
    pub(super) terms: Vec<(Space, String)>,
    /// How good a match this is.
    pub(super) weight: f32,
}

/// A word or a symbol of the query.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Unit {
    /// As it was typed, in lower case.
    pub(super) typed: String,
    /// How it can match.
    pub(super) ways: Vec<Way>,
    /// What a term may start with instead, while it is still being typed.
    pub(super) prefix: Option<String>,
    /// Whether a section that lacks it is no full match.
    pub(super) needed: bool,
    /// Whether it is a word of no special meaning in code: its being code somewhere then makes it no rarer.
    pub(super) plain: bool,
}

impl Way {
    pub(super) fn is_word(&self) -> bool {
        self.weight >= 1.0 && matches!(self.terms.as_slice(), [(Space::Word, _)])
    }
}

impl Unit {
    /// The ways of a plain word.
    pub(super) fn word(word: &str, weight: f32) -> Vec<Way> {
        let way = |space, term: String, weight| Way { terms: vec![(space, term)], weight };
        vec![way(Space::Symbol, word.to_string(), weight * 1.3), way(Space::Word, stem(word), weight)]
    }
}

/// Reads a query.
pub(super) fn parse(query: &str) -> Vec<Unit> {
    let end = query.char_indices().map(|(at, _)| at).find(|at| *at > LONGEST_QUERY).unwrap_or(query.len());
    let query = query.get(..end).unwrap_or_default();
    let (pairs, tokens): (Vec<Token>, Vec<Token>) =
        query_tokens(query).into_iter().partition(|token| token.term.contains(' '));
    let groups = groups(tokens);
    let mut units: Vec<Unit> = groups.iter().map(|(_, tokens)| unit(query, tokens)).collect();
    if units.len() <= LONGEST_NAME {
        compounds(&mut units);
    }
    choose_needed(&mut units);
    for pair in &pairs {
        for (unit, (range, _)) in units.iter_mut().zip(&groups) {
            if pair.start <= range.0 && range.1 <= pair.end {
                // Alone it is what is looked for; in a longer query it may be English.
                let alone = groups.len() == 2;
                let weight = if alone { 2.5 } else { 1.0 };
                unit.ways.push(Way { terms: vec![(Space::Symbol, pair.term.clone())], weight });
                unit.needed |= alone;
            }
        }
    }
    as_a_whole(query, &mut units);
    if let Some(last) = units.last_mut().filter(|_| !query.ends_with(char::is_whitespace)) {
        while_typing(last);
    }
    units
}

/// Tokens that were read from the same characters, with the range of these.
fn groups(tokens: Vec<Token>) -> Vec<((usize, usize), Vec<Token>)> {
    let mut groups: Vec<((usize, usize), Vec<Token>)> = Vec::new();
    for token in tokens {
        let full = groups.len() >= MOST_UNITS;
        match groups.last_mut() {
            Some(((_, end), group)) if token.start < *end => {
                *end = (*end).max(token.end);
                group.push(token);
            }
            _ if !full => groups.push(((token.start, token.end), vec![token])),
            _ => break,
        }
    }
    groups
}

fn unit(query: &str, tokens: &[Token]) -> Unit {
    let start = tokens.iter().map(|token| token.start).min().unwrap_or_default();
    let end = tokens.iter().map(|token| token.end).max().unwrap_or_default();
    let typed = folded(query.get(start..end).unwrap_or_default());
    let code = typed.contains(|c: char| !c.is_alphabetic());
    let plain = !code && !KEYWORDS.contains(&format!(" {typed} "));
    let mut ways = Vec::new();
    for token in tokens.iter().filter(|token| token.space == Space::Symbol) {
        let weight = match (token.part, token.term == typed && code) {
            (true, _) => 0.9,
            (false, true) => 2.2,
            (false, false) => 1.3,
        };
        ways.push(Way { terms: vec![(token.space, token.term.clone())], weight });
    }
    let (parts, words): (Vec<&Token>, Vec<&Token>) =
        tokens.iter().filter(|token| token.space == Space::Word).partition(|token| token.part);
    for token in words {
        ways.push(Way { terms: vec![(Space::Word, token.term.clone())], weight: 1.0 });
    }
    if !parts.is_empty() {
        let terms = parts.iter().map(|token| (Space::Word, token.term.clone())).collect();
        ways.push(Way { terms, weight: 0.7 });
    }
    Unit { typed, ways, prefix: None, needed: true, plain }
}

/// Two words that stand side by side may be one name: `data frame`, `lru cache`.
fn compounds(units: &mut [Unit]) {
    for at in 1..units.len() {
        let (Some(a), Some(b)) = (units.get(at - 1), units.get(at)) else { return };
        let plain = |unit: &Unit| unit.typed.chars().all(|c| c.is_ascii_alphanumeric());
        if !plain(a) || !plain(b) {
            continue;
        }
        let names = [format!("{}{}", a.typed, b.typed), format!("{}_{}", a.typed, b.typed)];
        for name in names {
            let way = Way { terms: vec![(Space::Symbol, name)], weight: 1.3 };
            for unit in units.iter_mut().skip(at - 1).take(2) {
                unit.ways.push(way.clone());
            }
        }
    }
}

/// A query that is a span of code may stand somewhere to the letter.
fn as_a_whole(query: &str, units: &mut Vec<Unit>) {
    let term = whole(query.trim_matches(|c: char| c.is_whitespace() || c == '`'));
    let code =
        term.chars().skip(1).any(|c| c.is_ascii_punctuation() && !matches!(c, '?' | '\'' | '-' | '_' | '.' | ','));
    if !code || !(2..=LONGEST_WHOLE).contains(&term.len()) {
        return;
    }
    let way = Way { terms: vec![(Space::Symbol, term.clone())], weight: 2.5 };
    if units.is_empty() {
        units.push(Unit { typed: folded(query.trim()), ways: Vec::new(), prefix: None, needed: true, plain: false });
    }
    for unit in units {
        unit.ways.push(way.clone());
    }
}

/// Function words are not needed beside words that say more.
fn choose_needed(units: &mut [Unit]) {
    let function = |unit: &Unit| FUNCTION_WORDS.contains(&format!(" {} ", unit.typed));
    let others = units.iter().filter(|unit| !function(unit)).count();
    if others > 0 {
        units.iter_mut().filter(|unit| function(unit)).for_each(|unit| unit.needed = false);
    }
}

/// Beside two words that say more, function words tell little, and where they stand is most of what an index holds: they are
/// not looked up, but for their part in a name of two words such as `is not`.
pub(super) fn spare_function_words(units: &mut [Unit]) {
    if units.iter().filter(|unit| unit.needed).count() < 2 {
        return;
    }
    for unit in units.iter_mut().filter(|unit| !unit.needed && unit.prefix.is_none()) {
        unit.ways.retain(|way| way.terms.iter().any(|(_, term)| term.contains(' ')));
    }
}

/// The last word may be unfinished: it may be the start of a term, or a word's stem with half an ending.
fn while_typing(unit: &mut Unit) {
    let letters = unit.typed.chars().count();
    if letters < 2 {
        return;
    }
    unit.prefix = Some(unit.typed.clone());
    if unit.typed.is_ascii() && letters > 5 && unit.typed.bytes().all(|byte| byte.is_ascii_lowercase()) {
        for cut in 1..=3 {
            let Some((stem, rest)) = unit.typed.split_at_checked(letters - cut).filter(|(stem, _)| stem.len() >= 4)
            else {
                break;
            };
            if !ENDINGS.iter().any(|ending| ending.starts_with(rest)) {
                continue;
            }
            unit.ways.push(Way { terms: vec![(Space::Word, stem.to_string())], weight: 0.5 });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ways(query: &str) -> Vec<Vec<String>> {
        let term = |(_, term): &(Space, String)| term.clone();
        parse(query).iter().map(|unit| unit.ways.iter().flat_map(|way| way.terms.iter().map(term)).collect()).collect()
    }

    #[test]
    fn a_dotted_name_is_one_unit() {
        assert_eq!(ways("np.nan "), [["np.nan", "nan", "np", "nan"]]);
    }

    #[test]
    fn two_words_may_be_one_name() {
        assert_eq!(
            ways("lru cache "),
            [["lru", "lru", "lrucache", "lru_cache"], ["cache", "cach", "lrucache", "lru_cache"]]
        );
    }

    #[test]
    fn function_words_are_needed_alone_only() {
        let needed = |query: &str| parse(query).iter().map(|unit| unit.needed).collect::<Vec<_>>();
        assert_eq!(needed("why is nan not equal"), [false, false, true, false, true]);
        assert_eq!(needed("is not"), [true, true]);
        assert_eq!(needed("is"), [true]);
        assert_eq!(needed("x is not None"), [true, false, false, true]);
    }

    #[test]
    fn brackets_alone_are_looked_for_as_a_whole() {
        assert_eq!(ways("[]"), [["`[]"]]);
        assert_eq!(ways("  "), Vec::<Vec<String>>::new());
        assert_eq!(ways("+="), [["+=", "`+="]]);
    }

    #[test]
    fn an_unfinished_word_is_cut() {
        let units = parse("broadcasti");
        assert!(units[0].ways.iter().any(|way| way.terms == [(Space::Word, "broadcast".to_string())]));
        assert_eq!(units[0].prefix.as_deref(), Some("broadcasti"));
    }
}
