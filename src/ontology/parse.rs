//! Files to syntax trees, with every syntax error that the parser can recover from.

use super::error::{OntologyError, Problems};
use apollo_compiler::ast;
use apollo_compiler::diagnostic::ToCliReport;
use apollo_compiler::parser::{FileId, Parser, SourceSpan};

/// How deep values and types may nest; nothing in an ontology nests deeper than a list of non-null names.
const RECURSION_LIMIT: usize = 64;

/// The texts that positions refer to.
pub(super) struct Sources(Vec<Source>);

struct Source {
    id: Option<FileId>,
    name: String,
    text: String,
}

/// A span of the text as people name it.
pub(super) struct Place<'a> {
    pub file: &'a str,
    pub line: usize,
    pub column: usize,
    pub source_line: &'a str,
    /// Characters of the span that are on this line, at least one.
    pub width: usize,
}

impl Sources {
    /// Where a span is; the start of the first file if there is none.
    pub(super) fn place(&self, span: Option<SourceSpan>) -> Place<'_> {
        let found = span.and_then(|s| Some((self.0.iter().find(|source| source.id == Some(s.file_id()))?, s)));
        let (name, text, start, end) = match (found, self.0.first()) {
            (Some((source, s)), _) => (source.name.as_str(), source.text.as_str(), s.offset(), s.end_offset()),
            (None, Some(first)) => (first.name.as_str(), first.text.as_str(), 0, 0),
            (None, None) => ("(no file)", "", 0, 0),
        };
        let start = text.floor_char_boundary(start);
        let end = text.floor_char_boundary(end).max(start);
        let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
        let line_end = text[start..].find('\n').map_or(text.len(), |at| start + at);
        Place {
            file: name,
            line: text[..start].matches('\n').count() + 1,
            column: text[line_start..start].chars().count() + 1,
            source_line: text[line_start..line_end].trim_end_matches('\r'),
            width: text[start..end.min(line_end)].chars().count().max(1),
        }
    }
}

/// Syntax trees of all files, in the order of file names.
pub(super) struct Parsed {
    pub sources: Sources,
    pub documents: Vec<ast::Document>,
}

/// Parses all files. A broken tree would make the later stages report what is not there, so syntax errors are reported alone.
pub(super) fn parse(files: &[(String, String)]) -> Result<Parsed, Vec<OntologyError>> {
    let mut files: Vec<&(String, String)> = files.iter().collect();
    files.sort();
    let mut sources = Vec::new();
    let mut documents = Vec::new();
    let mut syntax = Vec::new();
    for (name, text) in files {
        let parsed = Parser::new().recursion_limit(RECURSION_LIMIT).parse_ast(text.as_str(), name);
        let (document, errors) = match parsed {
            Ok(document) => (document, None),
            Err(with_errors) => (with_errors.partial, Some(with_errors.errors)),
        };
        let id = document.sources.keys().copied().find(|id| *id != FileId::BUILT_IN);
        sources.push(Source { id, name: name.clone(), text: text.clone() });
        documents.push(document);
        syntax.extend(errors);
    }
    let sources = Sources(sources);
    let mut problems = Problems::new(&sources);
    for error in syntax.iter().flat_map(|errors| errors.iter()) {
        let message = error.error.to_string();
        let message = in_signs(message.strip_prefix("syntax error: ").unwrap_or(&message));
        let hint = "this is GraphQL's schema language: `type X implements Entity @node { field: Type @directive }`";
        problems.at(error.error.location(), format!("syntax error: {message}"), hint);
    }
    if problems.none() { Ok(Parsed { sources, documents }) } else { Err(problems.into_errors()) }
}

/// The parser's message with the signs themselves instead of its names for them.
fn in_signs(message: &str) -> String {
    let signs = [
        ("L_CURLY", "`{`"),
        ("R_CURLY", "`}`"),
        ("L_PAREN", "`(`"),
        ("R_PAREN", "`)`"),
        ("L_BRACK", "`[`"),
        ("R_BRACK", "`]`"),
        ("COLON", "`:`"),
        ("EOF", "the end of the file"),
    ];
    signs.iter().fold(message.to_owned(), |text, (name, sign)| text.replace(name, sign))
}
