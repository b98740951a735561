//! Words: letters without case and accent, and light English stemming.

/// A character in lower case, without its accent, in its plain width. Nothing for a combining mark.
pub(super) fn fold(c: char, out: &mut String) {
    if c.is_ascii() && c != '\'' {
        return out.push(c.to_ascii_lowercase());
    }
    for c in c.to_lowercase() {
        match c {
            '\u{300}'..='\u{36f}' | '\'' | '’' => {}
            '²' => out.push_str("^2"),
            '³' => out.push_str("^3"),
            'ß' => out.push_str("ss"),
            'æ' => out.push_str("ae"),
            'œ' => out.push_str("oe"),
            'þ' => out.push_str("th"),
            '\u{ff01}'..='\u{ff5e}' => {
                out.push(char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c).to_ascii_lowercase());
            }
            _ => out.push(plain(c)),
        }
    }
}

/// The letter below the accent, of the Latin, Greek and Cyrillic letters that Unicode has as one character.
fn plain(c: char) -> char {
    /// From U+00E0 to U+00FF.
    const LATIN_1: &str = "aaaaaaæceeeeiiiidnooooo÷ouuuuyþy";
    /// From U+0100 to U+017F, small and large letters alike.
    const EXTENDED_A: &str = "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkkllllllllllnnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";
    let at = |table: &str, first: u32| {
        let at = usize::try_from(u32::from(c) - first).unwrap_or(usize::MAX);
        table.chars().nth(at).unwrap_or(c)
    };
    match c {
        'à'..='ÿ' => at(LATIN_1, 0xe0),
        '\u{100}'..='\u{17f}' => at(EXTENDED_A, 0x100),
        '\u{1ea0}'..='\u{1eb7}' => 'a',
        '\u{1eb8}'..='\u{1ec7}' => 'e',
        '\u{1ec8}'..='\u{1ecb}' => 'i',
        '\u{1ecc}'..='\u{1ee3}' => 'o',
        '\u{1ee4}'..='\u{1ef1}' => 'u',
        '\u{1ef2}'..='\u{1ef9}' => 'y',
        'ά' => 'α',
        'έ' => 'ε',
        'ή' => 'η',
        'ί' | 'ϊ' | 'ΐ' => 'ι',
        'ό' => 'ο',
        'ύ' | 'ϋ' | 'ΰ' => 'υ',
        'ώ' => 'ω',
        'ς' => 'σ',
        'ё' => 'е',
        'й' => 'и',
        c => c,
    }
}

/// A text in lower case, without accents.
pub(super) fn folded(text: &str) -> String {
    if text.is_ascii() && !text.contains('\'') {
        return text.to_ascii_lowercase();
    }
    let mut out = String::with_capacity(text.len());
    text.chars().for_each(|c| fold(c, &mut out));
    out
}

/// Whether a script is written without blanks between words: each of its characters is found alone and in a row with others.
pub(super) fn stands_alone(c: char) -> bool {
    matches!(u32::from(c),
        0x0e00..=0x0eff | 0x1000..=0x109f | 0x1780..=0x17ff | 0x3040..=0x30ff | 0x3400..=0x4dbf | 0x4e00..=0x9fff
        | 0xf900..=0xfaff | 0x20000..=0x3ffff)
}

/// The part of a folded English word that its forms share: `caches`, `caching` and `cached` are one. Other words stay as
/// they are, but for an ending that looks English.
pub(super) fn stem(word: &str) -> String {
    let mut stem = word.to_string();
    if stem.len() < 4 || !stem.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return stem;
    }
    plural(&mut stem);
    british(&mut stem);
    verb(&mut stem);
    ending(&mut stem);
    stem
}

/// Takes `suffix` off where at least `least` letters with a vowel are left, and puts `instead` there.
fn swap(word: &mut String, suffix: &str, least: usize, instead: &str) -> bool {
    match word.strip_suffix(suffix) {
        Some(rest) if rest.len() >= least && rest.contains(['a', 'e', 'i', 'o', 'u', 'y']) => {
            let kept = rest.len();
            word.truncate(kept);
            word.push_str(instead);
            true
        }
        _ => false,
    }
}

/// The first of some suffixes that can be taken off.
fn swap_one(word: &mut String, suffixes: &[(&str, usize, &str)]) -> bool {
    suffixes.iter().any(|(suffix, least, instead)| swap(word, suffix, *least, instead))
}

/// The last letter tells which suffixes there can be: most words are through at one look.
fn last(word: &str) -> u8 {
    word.bytes().next_back().unwrap_or_default()
}

fn plural(word: &mut String) {
    if last(word) != b's' {
        return;
    }
    let suffixes = [("sses", 2, "ss"), ("ies", 3, "y"), ("xes", 2, "x"), ("ches", 2, "ch"), ("shes", 2, "sh")];
    let kept = |word: &str| ["ss", "us", "is", "as", "os"].iter().any(|ending| word.ends_with(ending));
    if !swap_one(word, &suffixes) && !kept(word) {
        swap(word, "s", 3, "");
    }
}

/// One spelling for both sides of the ocean.
fn british(word: &mut String) {
    let suffixes: &[(&str, usize, &str)] = match last(word) {
        b'n' => &[("isation", 4, "ize"), ("ization", 4, "ize")],
        b'd' => &[("ised", 4, "ize"), ("ized", 4, "ize")],
        b'g' => &[("ising", 4, "ize"), ("izing", 4, "ize")],
        b'e' => &[("ise", 5, "ize")],
        b'r' => &[("our", 4, "or")],
        _ => return,
    };
    swap_one(word, suffixes);
}

fn verb(word: &mut String) {
    let cut = match last(word) {
        b'd' => !swap_one(word, &[("eed", 3, "ee"), ("ied", 3, "y")]) && swap(word, "ed", 3, ""),
        b'g' => swap(word, "ing", 3, ""),
        _ => false,
    };
    if cut {
        let mut last = word.bytes().rev();
        let (end, before) = (last.next(), last.next());
        // `mapping` is `map`, but `calling` is `call`.
        if end == before && !matches!(end, Some(b'l' | b's' | b'z' | b'e' | b'o')) {
            word.pop();
        }
    }
}

fn ending(word: &mut String) {
    let suffixes: &[(&str, usize, &str)] = match last(word) {
        b'l' => &[("ational", 4, "ate")],
        b'n' => &[("ation", 4, "ate")],
        b's' => &[("ness", 4, "")],
        b't' => &[("ment", 4, "")],
        b'y' => &[("ly", 4, "")],
        b'r' => &[("er", 4, ""), ("or", 4, "")],
        _ => &[],
    };
    swap_one(word, suffixes);
    if last(word) == b'e' && word != "none" {
        swap(word, "e", 3, "");
    }
    if word.ends_with('y') && word.len() > 3 {
        word.pop();
        word.push('i');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_a_word_are_one() {
        for forms in [
            &["cache", "caches", "caching", "cached"][..],
            &["iterate", "iterates", "iterating", "iterated", "iteration"],
            &["copy", "copies", "copying", "copied"],
            &["vectorize", "vectorise", "vectorised", "vectorizing", "vectorization"],
            &["behavior", "behaviour", "behaviours"],
            &["map", "maps", "mapping", "mapped"],
            &["hash", "hashes", "hashing"],
            &["broadcast", "broadcasting", "broadcasts"],
            &["index", "indexes", "indexing"],
            &["compare", "comparing", "compared"],
            &["generator", "generators"],
            &["decorator", "decorators", "decorated"],
        ] {
            let stems: Vec<String> = forms.iter().map(|form| stem(form)).collect();
            assert!(stems.iter().all(|one| *one == stems[0]), "{forms:?}: {stems:?}");
        }
    }

    #[test]
    fn different_words_stay_apart() {
        for (a, b) in
            [("class", "clash"), ("bus", "bu"), ("axis", "axe"), ("list", "lint"), ("string", "str"), ("none", "non")]
        {
            assert_ne!(stem(a), stem(b));
        }
    }

    #[test]
    fn accents_case_and_width_are_folded() {
        assert_eq!(
            folded("Größe Ångström ÉCOLE ñ Ｎａｎ e\u{301} Łódź Việt ΆΣ n²"),
            "grosse angstrom ecole n nan e lodz viet ασ n^2"
        );
        for (c, expected) in [
            ('ā', 'a'),
            ('č', 'c'),
            ('ğ', 'g'),
            ('ı', 'i'),
            ('ł', 'l'),
            ('ň', 'n'),
            ('ő', 'o'),
            ('ř', 'r'),
            ('š', 's'),
            ('ţ', 't'),
            ('ů', 'u'),
            ('ŵ', 'w'),
            ('ÿ', 'y'),
            ('ž', 'z'),
            ('ſ', 's'),
        ] {
            assert_eq!(plain(c), expected, "{c}");
        }
    }
}
