//! The pass over the text: tokens, nesting of brackets, directives.

use crate::config::Limits;
use crate::error::{GraphqlError, Limit, Location};

/// What [`check_text`] counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TextSize {
    /// Pieces other than white space. A string is one; commas and comments count too, since a parser keeps them.
    pub tokens: u32,
    /// The most brackets, of any sort, open at once.
    pub nesting: u32,
    /// `@` signs outside strings and comments.
    pub directives: u32,
}

/// Counts tokens, nesting and directives of a document's text, before a parser sees it.
///
/// One pass over the bytes, without recursion and without allocation; it stops at the first limit that is passed.
/// It does not judge the syntax: brackets that do not match and characters that GraphQL does not know are counted as
/// tokens and left to the parser. Where the text is wrong it may count more than a parser would, never less nesting.
///
/// # Errors
/// [`ErrorCode::LimitExceeded`](crate::error::ErrorCode::LimitExceeded) with the place where the limit was passed.
pub fn check_text(text: &str, limits: &Limits) -> Result<TextSize, GraphqlError> {
    let bytes = text.as_bytes();
    let mut size = TextSize::default();
    let mut open = 0_u32;
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let start = at;
        at += 1;
        match byte {
            // White space, and the rest of a character outside ASCII whose first byte was counted.
            b' ' | b'\t' | b'\n' | b'\r' | 0x80..=0xBF => continue,
            b'#' => at = end_of_line(bytes, at),
            b'"' => at = end_of_string(bytes, at),
            b'.' if bytes[at..].starts_with(b"..") => at += 2,
            b'_' | b'a'..=b'z' | b'A'..=b'Z' => at = skip_while(bytes, at, |b| b == b'_' || b.is_ascii_alphanumeric()),
            b'-' | b'0'..=b'9' => at = end_of_number(bytes, at),
            b'{' | b'[' | b'(' => {
                open += 1;
                size.nesting = size.nesting.max(open);
            }
            b'}' | b']' | b')' => open = open.saturating_sub(1),
            b'@' => size.directives += 1,
            _ => {}
        }
        size.tokens += 1;
        let passed = [
            (Limit::Tokens, limits.tokens, size.tokens),
            (Limit::Nesting, limits.nesting, size.nesting),
            (Limit::Directives, limits.directives, size.directives),
        ];
        for (limit, maximum, asked) in passed {
            if asked > maximum {
                return Err(
                    GraphqlError::limit(limit, maximum.into(), asked.into()).at(Location::of_offset(text, start))
                );
            }
        }
    }
    Ok(size)
}

/// The first position from `at` whose byte does not satisfy `wanted`.
fn skip_while(bytes: &[u8], at: usize, wanted: impl Fn(u8) -> bool) -> usize {
    bytes[at..].iter().position(|&b| !wanted(b)).map_or(bytes.len(), |found| at + found)
}

/// The position behind a number whose first byte, a digit or a minus, stands before `at`.
fn end_of_number(bytes: &[u8], at: usize) -> usize {
    let digits = |at| skip_while(bytes, at, |b| b.is_ascii_digit());
    let starts_digits = |at| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let mut at = digits(at);
    if bytes.get(at) == Some(&b'.') && starts_digits(at + 1) {
        at = digits(at + 1);
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
        if starts_digits(at + 1 + sign) {
            at = digits(at + 1 + sign);
        }
    }
    at
}

/// The position of the next line end, or the end of the text.
fn end_of_line(bytes: &[u8], at: usize) -> usize {
    memchr::memchr2(b'\n', b'\r', &bytes[at..]).map_or(bytes.len(), |found| at + found)
}

/// The position behind a string whose first quote stands before `at`. A string that is not closed ends with its line,
/// a block string that is not closed with the text, so that nothing behind it hides from the count of brackets longer
/// than a parser would let it.
fn end_of_string(bytes: &[u8], at: usize) -> usize {
    if bytes[at..].starts_with(b"\"\"") {
        return end_of_block_string(bytes, at + 2);
    }
    let mut at = at;
    while let Some(found) = bytes[at..].iter().position(|b| matches!(b, b'"' | b'\\' | b'\n' | b'\r')) {
        at += found;
        match bytes[at] {
            b'"' => return at + 1,
            // An escape hides the next character, but a line end is never part of a string.
            b'\\' if !matches!(bytes.get(at + 1), None | Some(b'\n' | b'\r')) => at += 2,
            b'\\' => at += 1,
            _ => return at,
        }
    }
    bytes.len()
}

/// The position behind a block string whose opening quotes stand before `at`.
fn end_of_block_string(bytes: &[u8], mut at: usize) -> usize {
    while let Some(found) = memchr::memchr2(b'"', b'\\', &bytes[at..]) {
        at += found;
        if bytes[at..].starts_with(b"\\\"\"\"") {
            at += 4;
        } else if bytes[at..].starts_with(b"\"\"\"") {
            return at + 3;
        } else {
            at += 1;
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::error::ErrorCode;

    fn unlimited() -> Limits {
        Limits { tokens: u32::MAX, nesting: u32::MAX, directives: u32::MAX, ..Limits::default() }
    }

    fn size(text: &str) -> TextSize {
        check_text(text, &unlimited()).unwrap()
    }

    /// The same count by the words of the specification, one character at a time, slow and plain. A piece's
    /// kind is known from how it was generated, so that the reference needs no lexer of its own.
    fn pieces() -> impl Strategy<Value = (String, TextSize)> {
        let token = |text: &str| (text.to_owned(), TextSize { tokens: 1, nesting: 0, directives: 0 });
        prop_oneof![
            "[_a-zA-Z][_a-zA-Z0-9]{0,8}".prop_map(move |name| token(&format!("{name} "))),
            "-?(0|[1-9][0-9]{0,5})(\\.[0-9]{1,3})?([eE][+-]?[0-9]{1,2})?"
                .prop_map(move |number| token(&format!("{number} "))),
            "\"([^\"\\\\\n\r]|\\\\[\"\\\\/bfnrt]|\\\\u[0-9A-F]{4}){0,12}\" ".prop_map(move |text| token(&text)),
            // A block string may hold quotes that do not make three, and escaped three.
            "(a|\n| |\\{|\\[|\"a|\"\"a|\\\\\"\"\"|\\\\x|中){0,8}"
                .prop_map(move |text| token(&format!("\"\"\"{text}\"\"\" "))),
            "#[^\n\r]{0,12}(\n|\r)".prop_map(move |text| token(&text)),
            "[ \t\n\r]{1,4}".prop_map(|text| (text, TextSize::default())),
            Just(token(",")),
            Just(token("... ")),
            Just(token("$")),
            Just(token("!")),
            Just(token(":")),
            Just(("@".to_owned(), TextSize { tokens: 1, nesting: 0, directives: 1 })),
            Just(token("(")),
            Just(token(")")),
            Just(token("{")),
            Just(token("}")),
            Just(token("[")),
            Just(token("]")),
        ]
    }

    proptest! {
        #[test]
        fn counts_what_the_pieces_hold(pieces in prop::collection::vec(pieces(), 0..60)) {
            let (mut expected, mut open) = (TextSize::default(), 0_u32);
            let mut text = String::new();
            for (piece, counted) in &pieces {
                text.push_str(piece);
                expected.tokens += counted.tokens;
                expected.directives += counted.directives;
                match piece.as_str() {
                    "(" | "{" | "[" => open += 1,
                    ")" | "}" | "]" => open = open.saturating_sub(1),
                    _ => {}
                }
                expected.nesting = expected.nesting.max(open);
            }
            prop_assert_eq!(size(&text), expected, "{:?}", text);
        }

        #[test]
        fn any_text_is_read_to_its_end(text in "\\PC*|[\"\\\\{\\[(@#\n\r .a0-]*") {
            let counted = size(&text);
            prop_assert!(counted.tokens as usize <= text.len());
            prop_assert!(counted.nesting <= counted.tokens && counted.directives <= counted.tokens);
        }

        #[test]
        fn agrees_with_the_parser_on_nesting(depth in 1_usize..400) {
            // What the pass lets through never reaches a parser's recursion limit.
            let text = format!("{{ a(b: {}{}) }}", "[".repeat(depth), "]".repeat(depth));
            prop_assert_eq!(check_text(&text, &Limits::default()).is_ok(), depth + 2 <= 64);
        }
    }

    #[test]
    fn what_is_no_graphql_still_counts() {
        assert_eq!(size("中文").tokens, 2);
        assert_eq!(size("1.5e-3 0.0.0 -").tokens, 1 + 3 + 1);
        assert_eq!(size("{{[(@\u{0}").tokens, 6);
    }

    #[test]
    fn strings_and_comments_hide_brackets() {
        assert_eq!(size("{ a(b: \"{[(\\\"{\") # {{{\n}"), TextSize { tokens: 9, nesting: 2, directives: 0 });
        assert_eq!(size("{ a(b: \"\"\"{ \\\"\"\" { \" \"\" {\"\"\") }").nesting, 2);
    }

    #[test]
    fn a_string_that_is_not_closed_hides_its_own_line_only() {
        assert_eq!(size("\"{{{\n{[(").nesting, 3);
        assert_eq!(size("\"{{{\\\n{[(").nesting, 3);
        assert_eq!(size("\"\\").tokens, 1);
    }

    #[test]
    fn a_refusal_names_the_limit_and_the_place() {
        let limits = Limits { nesting: 2, ..Limits::default() };
        let error = check_text("{\n a {\n  b { c } } }", &limits).unwrap_err();
        assert_eq!(error.code, ErrorCode::LimitExceeded);
        assert_eq!(error.locations, [Location { line: 3, column: 5 }]);
        assert_eq!(error.extensions[0].1, "nesting");

        let many = "@a ".repeat(51);
        assert_eq!(check_text(&many, &Limits::default()).unwrap_err().extensions[0].1, "directives");
        let tokens = "a ".repeat(5_001);
        assert_eq!(check_text(&tokens, &Limits::default()).unwrap_err().extensions[2].1, 5_001);
    }
}
