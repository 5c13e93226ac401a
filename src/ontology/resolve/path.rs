//! The text of a derived field's path, into steps of names.
//!
//! `TAKES_PART_IN{role: MANUFACTURER} -> Cooperation{form: CONTRACT_MANUFACTURING} <- TAKES_PART_IN{role: PRINCIPAL}`:
//! each step is `REL{…} -> Node{…}` or `<- REL{…} Node{…}`, braces where something is asked, the last node left out when
//! it is any that the field's type allows.

/// A path as it is written.
#[derive(Debug, PartialEq)]
pub(super) struct Step {
    /// `->`: the entity reached so far is the subject.
    pub outward: bool,
    /// The relationship's name.
    pub relationship: String,
    /// What its properties must equal.
    pub edge: Vec<(String, String)>,
    /// The kind or interface reached; None after the last arrow.
    pub node: Option<String>,
    /// What its properties must equal.
    pub properties: Vec<(String, String)>,
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Word(String),
    Text(String),
    Out,
    In,
    Sign(char),
}

const FORM: &str = "write steps `REL{property: VALUE} -> Kind{property: VALUE}` or `<- REL{…} Kind{…}`";

/// Steps of a path, one at least; the error is what is wrong and what to write.
pub(super) fn parse(text: &str) -> Result<Vec<Step>, (String, String)> {
    let mut reader = Reader { tokens: tokens(text)?, next: 0 };
    let mut steps: Vec<Step> = Vec::new();
    while let Some(token) = reader.peek().cloned() {
        if steps.last().is_some_and(|step| step.node.is_none()) {
            return Err((
                "only the last step can leave its node out".to_owned(),
                "name the kind that the step reaches".to_owned(),
            ));
        }
        let outward = token != Token::In;
        if !outward {
            reader.next += 1;
        }
        let relationship = reader.word("the type of a relationship")?;
        let edge = reader.conditions()?;
        if outward && reader.take() != Some(Token::Out) {
            return Err((format!("there is no `->` after `{relationship}`"), FORM.to_owned()));
        }
        let node = match reader.peek() {
            Some(Token::Word(_)) => Some(reader.word("a kind")?),
            _ => None,
        };
        let properties = if node.is_some() { reader.conditions()? } else { Vec::new() };
        steps.push(Step { outward, relationship, edge, node, properties });
    }
    if steps.is_empty() { Err(("the path is empty".to_owned(), FORM.to_owned())) } else { Ok(steps) }
}

struct Reader {
    tokens: Vec<Token>,
    next: usize,
}

impl Reader {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.next)
    }

    fn take(&mut self) -> Option<Token> {
        let token = self.peek().cloned();
        self.next += 1;
        token
    }

    fn word(&mut self, what: &str) -> Result<String, (String, String)> {
        match self.take() {
            Some(Token::Word(word)) => Ok(word),
            Some(token) => Err((format!("{what} is expected where {} stands", token.shown()), FORM.to_owned())),
            None => Err((format!("the path ends where {what} is expected"), FORM.to_owned())),
        }
    }

    /// `{property: VALUE, …}`, or nothing.
    fn conditions(&mut self) -> Result<Vec<(String, String)>, (String, String)> {
        let mut conditions = Vec::new();
        if self.peek() != Some(&Token::Sign('{')) {
            return Ok(conditions);
        }
        self.next += 1;
        loop {
            let property = self.word("a property")?;
            if self.take() != Some(Token::Sign(':')) {
                return Err((format!("there is no `:` after `{property}`"), FORM.to_owned()));
            }
            match self.take() {
                Some(Token::Word(value) | Token::Text(value)) => conditions.push((property, value)),
                _ => return Err((format!("there is no value after `{property}:`"), FORM.to_owned())),
            }
            match self.take() {
                Some(Token::Sign(',')) => {}
                Some(Token::Sign('}')) => return Ok(conditions),
                _ => {
                    return Err((
                        "a `{` is not closed".to_owned(),
                        "write `{property: VALUE, property: VALUE}`".to_owned(),
                    ));
                }
            }
        }
    }
}

impl Token {
    fn shown(&self) -> String {
        match self {
            Token::Word(word) | Token::Text(word) => format!("`{word}`"),
            Token::Out => "`->`".to_owned(),
            Token::In => "`<-`".to_owned(),
            Token::Sign(sign) => format!("`{sign}`"),
        }
    }
}

/// Words, `'quoted texts'`, arrows and signs. A word may hold `-` and `.`, as dates and numbers do, though not `->`.
fn tokens(text: &str) -> Result<Vec<Token>, (String, String)> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let word_end = || {
            let ends = |(at, c): &(usize, char)| {
                !(c.is_alphanumeric() || matches!(c, '_' | '.' | '-')) || rest[*at..].starts_with("->")
            };
            rest.char_indices().find(ends).map_or(rest.len(), |(at, _)| at)
        };
        let (token, length) = if rest.starts_with("->") {
            (Token::Out, 2)
        } else if rest.starts_with("<-") {
            (Token::In, 2)
        } else if matches!(first, '→' | '←') {
            (if first == '→' { Token::Out } else { Token::In }, first.len_utf8())
        } else if matches!(first, '{' | '}' | ':' | ',') {
            (Token::Sign(first), 1)
        } else if first == '\'' {
            let Some(end) = rest[1..].find('\'') else {
                return Err(("a `'` is not closed".to_owned(), "write texts as `'text'`".to_owned()));
            };
            (Token::Text(rest[1..1 + end].to_owned()), end + 2)
        } else if word_end() > 0 {
            (Token::Word(rest[..word_end()].to_owned()), word_end())
        } else {
            return Err((format!("`{first}` has no meaning in a path"), FORM.to_owned()));
        };
        tokens.push(token);
        rest = rest[length..].trim_start();
    }
    Ok(tokens)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(outward: bool, relationship: &str, edge: &[(&str, &str)], node: Option<&str>) -> Step {
        let edge = edge.iter().map(|(p, v)| (p.to_string(), v.to_string())).collect();
        Step { outward, relationship: relationship.into(), edge, node: node.map(str::to_owned), properties: Vec::new() }
    }

    #[test]
    fn steps() {
        let path = parse("A{role: X, since: 2024-06} -> Node{form: 'a b'} <- B").unwrap();
        let mut first = step(true, "A", &[("role", "X"), ("since", "2024-06")], Some("Node"));
        first.properties = vec![("form".into(), "a b".into())];
        assert_eq!(path, [first, step(false, "B", &[], None)]);
        assert_eq!(parse("A→Node←B").unwrap(), parse("A -> Node <- B").unwrap());
        assert_eq!(parse("<- A{r: X}").unwrap(), [step(false, "A", &[("r", "X")], None)]);
    }

    #[test]
    fn what_is_no_path() {
        for wrong in [
            "",
            "A",
            "->",
            "A -> -> B",
            "A{ -> N",
            "A{x} -> N",
            "A{x: } -> N",
            "A -> N {",
            "A -> <- B",
            "A + B",
            "A{x: 'y",
        ] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
