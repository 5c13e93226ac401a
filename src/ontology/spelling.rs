//! "Did you mean …": the name nearest to a mistyped one.

/// The candidate that is fewest slips away from `name`: at most a third of its letters, and at most three.
/// Among equals the first. None if nothing is that near.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let letters: Vec<char> = name.chars().flat_map(char::to_lowercase).collect();
    let limit = (letters.len() / 3).clamp(1, 3);
    let distances = candidates.into_iter().map(|candidate| (distance(&letters, candidate), candidate));
    distances.filter(|(slips, _)| *slips <= limit).min_by_key(|(slips, _)| *slips).map(|(_, candidate)| candidate)
}

/// A sentence for a hint: ``did you mean `x`? `` or nothing.
pub fn did_you_mean<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    nearest(name, candidates).map_or_else(String::new, |near| format!("did you mean `{near}`? "))
}

/// Sorts names by how few slips make them of `name`, the nearest first; equals keep their order.
pub fn sort_by_slips(name: &str, candidates: &mut [&str]) {
    let letters: Vec<char> = name.chars().flat_map(char::to_lowercase).collect();
    candidates.sort_by_cached_key(|candidate| distance(&letters, candidate));
}

/// Insertions, deletions, replacements and swaps of neighbours between two texts, letter case left aside.
fn distance(from: &[char], to: &str) -> usize {
    let to: Vec<char> = to.chars().flat_map(char::to_lowercase).collect();
    // Three rows of the table: distances of the text up to the letter before last, the last, and this one.
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=to.len()).collect();
    for (i, a) in from.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, b) in to.iter().enumerate() {
            let mut least = (last[j] + usize::from(a != b)).min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && from[i - 1] == *b && *a == to[j - 1] {
                least = least.min(before[j - 1] + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut last, row);
    }
    last[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name() {
        assert_eq!(nearest("Compnay", ["Country", "Company"]), Some("Company"));
        assert_eq!(nearest("company", ["Company"]), Some("Company"));
        assert_eq!(nearest("SINGS", ["MAKES", "SIGNS"]), Some("SIGNS"));
        assert_eq!(nearest("Widget", ["Company", "Region"]), None);
    }
}
