//! Sort keys and search keys of names: computed once, at ingest, so that both stores and every machine agree.
//!
//! **How a search finds and ranks** is said here alone ([`keys`], [`fold`], [`Match`], [`rank`], [`slip`]) and, for users, in `docs/search.md`.

mod reading;
mod script;
pub mod slip;

use super::NodeNames;
use pinyin::ToPinyin;
use std::sync::Arc;
use unicode_normalization::UnicodeNormalization;

/// What a search key was made from; in this order a match counts more. The weight is [`KeyField::weight`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum KeyField {
    /// The Chinese or English name.
    Name,
    /// A short name.
    Short,
    /// A former name.
    Former,
    /// Another name.
    Alias,
    /// Full pinyin of any name with two or more Han characters, without tones and spaces: `weigao`; letters and digits stay (`3ddayin`), ü is `v`. A
    /// character that names have in several readings gives further keys (重庆: `zhongqing`, `chongqing`), at most four a name.
    Pinyin,
    /// Initials of that pinyin: `wg`.
    Initials,
}

impl KeyField {
    /// All, in order.
    pub const ALL: [KeyField; 6] =
        [KeyField::Name, KeyField::Short, KeyField::Former, KeyField::Alias, KeyField::Pinyin, KeyField::Initials];
    /// As in the API and Neo4j.
    pub fn name(self) -> &'static str {
        ["name", "short", "former", "alias", "pinyin", "initials"][self as usize]
    }
    /// Whether keys of it are found in a part, or by a text with slips: letters of initials stand for too much.
    pub fn is_spelt(self) -> bool {
        self != KeyField::Initials
    }
    /// Part of the rank: 9 for the name itself down to 4 for initials.
    pub fn weight(self) -> i64 {
        9 - self as i64
    }
}

/// One normalised text under which an entity is found.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NameKey {
    /// Normalised: see [`fold`].
    pub key: Arc<str>,
    /// What it was made from.
    pub field: KeyField,
    /// The name as written.
    pub value: Arc<str>,
}

/// How a key equals a searched text; in this order a match counts more. Of the ways in which a key matches the best one counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Match {
    /// They are equal but for two slips ([`slip`]). Slips are not tried on initials.
    TwoSlips = 1,
    /// They are equal but for one slip.
    Slip = 2,
    /// The text is somewhere in the key. Not tried on initials.
    Part = 3,
    /// The key starts with the text.
    Prefix = 4,
    /// They are equal.
    Exact = 5,
}

impl Match {
    /// The match with so many slips, 1 or 2.
    pub fn of_slips(slips: u8) -> Match {
        if slips == 1 { Match::Slip } else { Match::TwoSlips }
    }
}

/// The rank of a match, larger is better: the way it matches, then the field, then the shorter key.
/// `match·100,000 + weight·10,000 − min(characters of the key, 9,999)`. Both stores compute just this.
pub fn rank(matched: Match, field: KeyField, key_chars: i64) -> i64 {
    matched as i64 * 100_000 + field.weight() * 10_000 - key_chars.min(9_999)
}

/// The largest possible [`rank`]; a score is `rank / BEST_RANK`.
pub const BEST_RANK: i64 = 5 * 100_000 + 9 * 10_000 - 1;

/// NFKC (full width becomes half width), lower case, traditional characters simplified one by one, ü as it is typed in pinyin (`v`), white space and
/// the marks `·・-_.,()'"“”‘’` left out.
pub fn fold(text: &str) -> String {
    text.nfkc()
        .flat_map(char::to_lowercase)
        .filter(|c| !c.is_whitespace() && !"·・-_.,，。()（）'\"“”‘’".contains(*c))
        .map(|c| typed(script::simplified(c)))
        .collect()
}

/// A letter as a keyboard has it.
fn typed(c: char) -> char {
    if c == 'ü' { 'v' } else { c }
}

/// Sort key of a name: pinyin without tones of each Han character and other characters folded to lower case, then a
/// NUL and the name itself, so that the order is total. Latin sorts among pinyin, as in a Chinese dictionary.
pub fn sort_key(name: &str) -> Arc<str> {
    let mut key = String::with_capacity(name.len() * 2);
    for c in name.nfkc() {
        match c.to_pinyin() {
            Some(syllable) => key.push_str(syllable.plain()),
            None => key.extend(c.to_lowercase()),
        }
    }
    key.push('\0');
    key.push_str(name);
    key.into()
}

/// Every key of an entity's names, each text once a field, ascending.
pub fn keys(names: &NodeNames) -> Vec<NameKey> {
    let groups = [
        (KeyField::Name, [&names.zh, &names.en].into_iter().flatten().collect::<Vec<_>>()),
        (KeyField::Short, names.short.iter().collect()),
        (KeyField::Former, names.former.iter().collect()),
        (KeyField::Alias, names.aliases.iter().collect()),
    ];
    let mut keys = Vec::new();
    for (field, values) in groups {
        for value in values {
            let folded = fold(value);
            for reading in reading::readings(&folded) {
                push(&mut keys, reading.full, KeyField::Pinyin, value);
                push(&mut keys, reading.initials, KeyField::Initials, value);
            }
            push(&mut keys, folded, field, value);
        }
    }
    keys.sort();
    keys.dedup_by(|a, b| a.key == b.key && a.field == b.field);
    keys
}

fn push(keys: &mut Vec<NameKey>, key: String, field: KeyField, value: &Arc<str>) {
    if !key.is_empty() {
        keys.push(NameKey { key: key.into(), field, value: value.clone() });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_a_company() {
        let names =
            NodeNames { zh: Some("威高集团".into()), en: Some("Weigao Group".into()), ..NodeNames::default() };
        let found: Vec<(String, &str)> =
            keys(&names).into_iter().map(|k| (k.key.to_string(), k.field.name())).collect();
        for expected in
            [("威高集团", "name"), ("weigaogroup", "name"), ("weigaojituan", "pinyin"), ("wgjt", "initials")]
        {
            assert!(found.iter().any(|(k, f)| (k.as_str(), *f) == expected), "{expected:?} in {found:?}");
        }
    }

    #[test]
    fn traditional_and_wide_characters_fold() {
        for (text, folded) in [("醫療器械", "医疗器械"), ("乾隆", "干隆"), ("Ｗｅｉ（高）", "wei高"), ("Lüye", "lvye")]
        {
            assert_eq!(fold(text), folded);
            assert_eq!(fold(folded), folded);
        }
    }

    #[test]
    fn chinese_sorts_by_pinyin() {
        let mut names = ["威高", "达因", "吉威", "Abbott"];
        names.sort_by_key(|n| sort_key(n));
        assert_eq!(names, ["Abbott", "达因", "吉威", "威高"]);
    }
}
