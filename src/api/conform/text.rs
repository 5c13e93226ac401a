//! The pass before the parser: what it would read otherwise than the specification.

use crate::error::{ErrorCode, GraphqlError, Location};
use apollo_parser::{Lexer, Token, TokenKind};
use std::ops::Range;

/// What an operation or a fragment begins with, and so may stand behind a description.
const DEFINITIONS: [&str; 4] = ["query", "mutation", "subscription", "fragment"];

/// The document's text for a parser that knows neither descriptions in documents nor commas behind `...`: a space stands for each
/// of their characters, so that every line and column stays. Text that is not GraphQL is given back as it is.
///
/// # Errors
/// A name in arguments or in an input object without `:` and value, which the parser would leave out silently.
pub fn plain_text(text: &str) -> Result<String, GraphqlError> {
    let mut pass = Pass { text, open: Vec::new(), before: None, key: None, string: None, blank: Vec::new() };
    for token in Lexer::new(text) {
        match token {
            Ok(token) => pass.token(&token)?,
            Err(_) => return Ok(text.to_owned()),
        }
    }
    Ok(blanked(text, &pass.blank))
}

/// Where the pass stands.
struct Pass<'t> {
    text: &'t str,
    /// The brackets that are open.
    open: Vec<TokenKind>,
    /// The token before, other than white space, comments and commas.
    before: Option<TokenKind>,
    /// A name that `:` must follow, and its place.
    key: Option<(&'t str, usize)>,
    /// A string that is a description if the next token allows it.
    string: Option<Range<usize>>,
    /// What is to be blank, in order.
    blank: Vec<Range<usize>>,
}

impl<'t> Pass<'t> {
    fn token(&mut self, token: &Token<'t>) -> Result<(), GraphqlError> {
        let (kind, name) = (token.kind(), token.data());
        let place = token.index()..token.index() + name.len();
        match kind {
            TokenKind::Whitespace | TokenKind::Comment => return Ok(()),
            TokenKind::Comma => {
                self.blank.push(place);
                return Ok(());
            }
            _ => {}
        }
        if let Some((key, at)) = self.key.take()
            && kind != TokenKind::Colon
        {
            let message = format!("syntax error: expected `:` and a value behind `{key}`");
            return Err(GraphqlError::new(ErrorCode::ParseFailed, message).at(Location::of_offset(self.text, at)));
        }
        let inside = self.open.last().copied();
        if let Some(string) = self.string.take() {
            let describes = match inside {
                None => kind == TokenKind::Name && DEFINITIONS.contains(&name),
                Some(_) => kind == TokenKind::Dollar,
            };
            self.blank.extend(describes.then_some(string));
        }
        match kind {
            TokenKind::LParen | TokenKind::LBracket | TokenKind::LCurly => self.open.push(kind),
            TokenKind::RParen | TokenKind::RBracket | TokenKind::RCurly => {
                self.open.pop();
            }
            TokenKind::StringValue if self.may_describe(inside) => self.string = Some(place),
            TokenKind::Name if self.is_key(inside) => self.key = Some((name, place.start)),
            _ => {}
        }
        self.before = Some(kind);
        Ok(())
    }

    /// Whether a string can be a description here: of a definition, or of a variable in an operation's head.
    fn may_describe(&self, inside: Option<TokenKind>) -> bool {
        match inside {
            None => matches!(self.before, None | Some(TokenKind::RCurly)),
            Some(TokenKind::LParen) => !matches!(self.before, Some(TokenKind::Colon | TokenKind::Eq)),
            Some(_) => false,
        }
    }

    /// Whether a name is that of an argument or of an input object's field: within parentheses, directly in these or in
    /// braces, and neither a value or type (behind `:` or `=`) nor the name of a variable or directive.
    fn is_key(&self, inside: Option<TokenKind>) -> bool {
        let named = [TokenKind::Colon, TokenKind::Eq, TokenKind::Dollar, TokenKind::At];
        matches!(inside, Some(TokenKind::LParen | TokenKind::LCurly))
            && self.open.contains(&TokenKind::LParen)
            && self.before.is_none_or(|before| !named.contains(&before))
    }
}

/// The text with a space for each character of the ranges, which do not overlap; ends of lines stay.
fn blanked(text: &str, ranges: &[Range<usize>]) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut done = 0;
    let mut ranges: Vec<&Range<usize>> = ranges.iter().collect();
    ranges.sort_by_key(|range| range.start);
    for range in ranges {
        plain.push_str(&text[done..range.start]);
        plain.extend(text[range.clone()].chars().map(|c| if matches!(c, '\n' | '\r') { c } else { ' ' }));
        done = range.end;
    }
    plain.push_str(&text[done..]);
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptions_and_commas_become_spaces() {
        let text = "\"中\" query Q(\"\"\"a\nb\"\"\" $a: Int = 1, \"b\" $b: [String!]! = \"c\") { x(a: $a, b: \"d\") ... , on T { y } }\n\"f\"fragment F on T { z }";
        let plain = "    query Q(    \n     $a: Int = 1      $b: [String!]! = \"c\") { x(a: $a  b: \"d\") ...   on T { y } }\n   fragment F on T { z }";
        assert_eq!(plain_text(text).unwrap(), plain);
    }

    #[test]
    fn what_describes_nothing_stays_for_the_parser_to_refuse() {
        for text in [
            "\"a\" { x }",
            "\"a\" \"b\"",
            "query \"a\" { x }",
            "{ x(a: 1 \"b\" c: 2) }",
            "{ \"a\" x }",
            "\"",
            "{ x(a: [\"b\" $c]) }",
        ] {
            assert_eq!(plain_text(text).unwrap(), text);
        }
    }

    #[test]
    fn a_key_needs_its_value() {
        let documents = [
            "{ x(id id: 1) }",
            "{ x(a: {b c: 1}) }",
            "{ x(a: [{b: C D}]) }",
            "{ x @skip(if) }",
            "query ($a: A = {b}) { x }",
        ];
        for text in documents {
            let error = plain_text(text).unwrap_err();
            assert_eq!(error.code, ErrorCode::ParseFailed, "{text}");
        }
        let fine =
            "query Q($a: [A!]! = [B C] $b: D = {e: F} @g(h: I)) @j { k: l(m: N o: {p: [Q {r: S}] t: $a}) { u } v }";
        assert_eq!(plain_text(fine).unwrap(), fine);
        assert_eq!(plain_text("{\n x(id) }").unwrap_err().locations, [Location { line: 2, column: 4 }]);
    }
}
