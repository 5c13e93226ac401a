//! Slips of the keyboard: a key that is found although the text differs a little.
//!
//! A key is cut into **blocks**: one of 4 to 7 characters, two halves (the first the shorter one) of 8 to 32. A text has a slip in a block if its piece and
//! the block are equal once at most one character is left out of each; so a character may be missing, be too many, be another one, or stand
//! elsewhere. A text of at least 4 characters **matches with slips** if it can be cut into as many pieces, each equal to its block or with one
//! slip; it then has as many slips as pieces that are not equal, in the cut that has the fewest.
//!
//! So there is one slip in four characters and more, two in eight and more if not both are in one half; and nothing has to be compared: a store
//! keeps each key's blocks with every one of their characters left out ([`variants`]) and looks up those of the text's pieces. A key of `n` characters has
//! at most `n/2 + 1` variants of its first block, by which it is found (`n + 1` below 8).

/// The fewest characters of a text or a key with slips.
pub const LEAST: usize = 4;
/// The most characters of a key with slips: nobody types more, and its variants have to be kept.
pub const LONGEST: usize = 32;
/// Keys below have one block.
const TWO_BLOCKS: usize = 2 * LEAST;

/// The blocks of a key, the second one empty if it has one; none if the key is too short or too long.
pub fn blocks<T>(key: &[T]) -> Option<[&[T]; 2]> {
    match key.len() {
        LEAST..TWO_BLOCKS => Some([key, &[]]),
        TWO_BLOCKS..=LONGEST => Some(key.split_at(key.len() / 2).into()),
        _ => None,
    }
}

/// The cuts of a text into two pieces, the second perhaps empty, that may match blocks.
pub fn cuts(text: &[char]) -> Vec<[&[char]; 2]> {
    let length = text.len();
    let fits = |at: usize| {
        (length.saturating_sub(2)..=length + 2).any(|key| {
            let whole = key < TWO_BLOCKS;
            let first = if whole { key } else { key / 2 };
            (LEAST..=LONGEST).contains(&key)
                && at.abs_diff(first) <= 1
                && (length - at).abs_diff(key - first) <= 1
                && (at == length) == whole
        })
    };
    let cuts = (0..=length).filter(|at| length >= LEAST && fits(*at));
    cuts.map(|at| text.split_at(at).into()).collect()
}

/// The block itself, then the block without one of its characters, each text once.
pub fn variants(block: &[char]) -> Vec<String> {
    let mut variants = vec![block.iter().collect::<String>()];
    for left_out in 0..block.len() {
        // Of equal neighbours each one left out gives the same text.
        if left_out == 0 || block[left_out] != block[left_out - 1] {
            variants.push(block[..left_out].iter().chain(&block[left_out + 1..]).collect());
        }
    }
    variants
}

/// How many slips a text has against a key: 1 or 2; none if it does not match with slips, or is equal.
pub fn count(text: &[char], key: &[char]) -> Option<u8> {
    let blocks = blocks(key)?;
    let slips =
        cuts(text).into_iter().filter_map(|pieces| Some(near(pieces[0], blocks[0])? + near(pieces[1], blocks[1])?));
    slips.min().filter(|slips| *slips > 0)
}

/// 0 if they are equal, 1 if they are once at most one character is left out of each.
fn near(a: &[char], b: &[char]) -> Option<u8> {
    let (long, short) = if a.len() < b.len() { (b, a) } else { (a, b) };
    let same = |a: &[char], b: &[char]| a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let first = same(long, short);
    let without = |long: &[char], short: &[char]| {
        // Without the first character in which they differ, of one; then without the next such one, of the other.
        let (long, short) = (long.get(first + 1..).unwrap_or_default(), short.get(first..).unwrap_or_default());
        let second = same(long, short);
        long.get(second..) == short.get(second + 1..)
    };
    match long.len() - short.len() {
        0 if first == long.len() => Some(0),
        0 => (without(long, short) || without(short, long)).then_some(1),
        1 => (long[first + 1..] == short[first..]).then_some(1),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slips(text: &str, key: &str) -> Option<u8> {
        count(&text.chars().collect::<Vec<_>>(), &key.chars().collect::<Vec<_>>())
    }

    #[test]
    fn one_slip_in_four_characters() {
        for text in ["wego", "weigaao", "weigo", "wieago", "eiwgao", "weigaj", "eigao", "xeigao", "weiago"] {
            let found = slips(text, "weigao");
            assert_eq!(found, (!["wego", "wieago"].contains(&text)).then_some(1), "{text}");
        }
        assert_eq!(slips("威高集图", "威高集团"), Some(1));
        assert_eq!(slips("威高集", "威高集团"), None); // too short a text
        assert_eq!(slips("威高集团", "威高集"), None); // too short a key
        assert_eq!(slips("weigao", "weigao"), None);
    }

    #[test]
    fn one_in_each_half_of_eight() {
        assert_eq!(slips("weigajitaun", "weigaojituan"), Some(2));
        assert_eq!(slips("weigojituan", "weigaojituan"), Some(1));
        assert_eq!(slips("wegojituan", "weigaojituan"), None); // both in one half
        let long: String = "abcd".repeat(8);
        assert_eq!(slips(&long[1..], &long), Some(1));
        assert_eq!(slips(&long, &format!("{long}e")), None);
    }

    #[test]
    fn cuts_meet_every_key_that_is_near() {
        let text: Vec<char> = "abcdefghijkl".chars().collect();
        let at: Vec<usize> = cuts(&text).iter().map(|pieces| pieces[0].len()).collect();
        assert_eq!(at, [5, 6, 7]);
        assert!(cuts(&text[..3]).is_empty());
        assert_eq!(cuts(&text[..4]), [[&text[..4], &[]]]);
    }
}
