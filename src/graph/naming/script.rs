//! Traditional characters as simplified ones, one by one.

use hanconv::RawDictionary;
use std::collections::HashMap;
use std::sync::LazyLock;

/// Before the first Han character there is nothing to look up.
const FIRST_HAN: char = '\u{2e80}';

/// Some 4,100 characters of OpenCC's table with the first of the simplified forms that each has; 薴 becomes 苧, and that 苎.
static SIMPLIFIED: LazyLock<HashMap<char, char>> = LazyLock::new(|| {
    let single = |text: &str| {
        let mut chars = text.chars();
        chars.next().filter(|_| chars.next().is_none())
    };
    let read = || RawDictionary::TSCharacters.iter().filter_map(|(from, to)| Some((single(from)?, single(to)?)));
    let once: HashMap<char, char> = read().collect();
    read().map(|(from, to)| (from, once.get(&to).copied().unwrap_or(to))).collect()
});

/// The simplified form of a character; itself if it has none. By character and not by phrase, so that a part of a text becomes a part of
/// the text: 乾 becomes 干 in 乾隆 too, in keys and in what is searched alike.
pub(super) fn simplified(c: char) -> char {
    if c < FIRST_HAN { c } else { SIMPLIFIED.get(&c).copied().unwrap_or(c) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_simplified_character_stays() {
        let moved: Vec<char> = SIMPLIFIED.values().copied().filter(|c| simplified(*c) != *c).collect();
        assert!(moved.is_empty(), "{moved:?}");
    }
}
