//! KDL text to a tree whose every part knows its line.

use super::problem::{Place, Problems};
use super::source::SeedFile;
use kdl::{KdlDocument, KdlEntry, KdlNode, KdlValue};
use smol_str::SmolStr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A node: `name args… key=value… { children }`.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub name: SmolStr,
    pub at: Place,
    pub args: Vec<Entry>,
    pub props: Vec<(String, Entry)>,
    pub children: Vec<Node>,
}

/// An argument or the value of a property.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub at: Place,
    pub scalar: Scalar,
}

/// A value of KDL. Numbers keep their digits: a float would lose them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Scalar {
    Text(SmolStr),
    Number(String),
    Bool(bool),
    Null,
}

impl Scalar {
    /// As it would be written, for messages.
    pub fn shown(&self) -> String {
        match self {
            Scalar::Text(text) => format!("\"{text}\""),
            Scalar::Number(digits) => digits.clone(),
            Scalar::Bool(value) => format!("#{value}"),
            Scalar::Null => "#null".to_owned(),
        }
    }
}

/// Blocks and comments may nest so deep; the parser recurses, and statements need five levels.
const MAX_NESTING: usize = 64;
/// Enough for the parser at that depth in an unoptimised build.
const STACK: usize = 64 << 20;

/// Parses every file, several at a time (the parser is the slowest stage by far). A file with a syntax error gives an empty tree.
pub(super) fn parse_all(files: &[&SeedFile], problems: &mut Problems) -> Vec<Vec<Node>> {
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<(usize, Parsed)>> = Mutex::new(Vec::new());
    let work = || {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(file) = files.get(index) else { return };
            let parsed = if super::csv::is_table(file) { Ok(Vec::new()) } else { parse(index as u32, &file.text) };
            done.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push((index, parsed));
        }
    };
    let workers = std::thread::available_parallelism().map_or(1, usize::from).min(files.len());
    std::thread::scope(|scope| {
        let started = (0..workers)
            .filter(|_| std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work).is_ok())
            .count();
        if started == 0 {
            work();
        }
    });
    let mut trees: Vec<Vec<Node>> = files.iter().map(|_| Vec::new()).collect();
    for (index, parsed) in done.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner) {
        match parsed {
            Ok(nodes) => trees[index] = nodes,
            Err(wrong) => wrong.into_iter().for_each(|(at, message)| problems.error(at, message)),
        }
    }
    trees
}

type Parsed = Result<Vec<Node>, Vec<(Place, String)>>;

fn parse(file: u32, text: &str) -> Parsed {
    let lines = Lines::of(file, text);
    if let Some(offset) = too_deep(text) {
        let message = format!("more than {MAX_NESTING} blocks or comments stand in one another; close one");
        return Err(vec![(lines.place(offset), message)]);
    }
    match KdlDocument::parse_v2(text) {
        Ok(document) => Ok(document.nodes().iter().map(|node| lines.node(node)).collect()),
        Err(error) => {
            let mut wrong: Vec<(Place, String)> = Vec::new();
            for diagnostic in error.diagnostics {
                let what = diagnostic.message.unwrap_or_else(|| "this is not KDL".to_owned());
                let hint = diagnostic.help.unwrap_or_else(|| "see docs/seed-format.md for the form".to_owned());
                // A span of several lines is all that was read before the slip: its end is the place.
                let (from, length) = (diagnostic.span.offset(), diagnostic.span.len());
                let first = lines.place(from);
                let last = lines.place(from + length.saturating_sub(1));
                wrong.push((if last.line > first.line + 1 { last } else { first }, format!("{what}; {hint}")));
            }
            if wrong.is_empty() {
                wrong.push((lines.place(0), "this is not KDL; see docs/seed-format.md for the form".to_owned()));
            }
            // The parser reports one slip from several of its levels; the first on a line is the most exact.
            wrong.dedup_by_key(|(at, _)| *at);
            Err(wrong)
        }
    }
}

/// Where nesting exceeds the limit: of blocks, of comments, or of `/-` before `/-`. Braces in texts count as well: a seed has
/// none.
fn too_deep(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let (mut depth, mut dashes, mut at) = (0usize, 0usize, 0usize);
    while let Some(byte) = bytes.get(at) {
        let pair = (*byte, bytes.get(at + 1).copied().unwrap_or_default());
        let step = if matches!(pair, (b'/', b'*' | b'-') | (b'*', b'/')) { 2 } else { 1 };
        match pair {
            (b'/', b'*') | (b'{', _) => depth += 1,
            (b'*', b'/') | (b'}', _) => depth = depth.saturating_sub(1),
            (b'/', b'-') => dashes += 1,
            (byte, _) if byte.is_ascii_whitespace() => {}
            _ => dashes = 0,
        }
        if depth > MAX_NESTING || dashes > MAX_NESTING {
            return Some(at);
        }
        at += step;
    }
    None
}

/// Byte offsets at which lines start.
struct Lines {
    file: u32,
    starts: Vec<usize>,
}

impl Lines {
    fn of(file: u32, text: &str) -> Lines {
        let mut starts = vec![0];
        starts.extend(text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(i, _)| i + 1));
        // Nothing stands after the last line break; what the parser misses at the end is missed on the last line.
        if starts.len() > 1 && starts.last() == Some(&text.len()) {
            starts.pop();
        }
        Lines { file, starts }
    }

    fn place(&self, offset: usize) -> Place {
        Place { file: self.file, line: self.starts.partition_point(|start| *start <= offset) as u32 }
    }

    fn node(&self, node: &KdlNode) -> Node {
        let mut args = Vec::new();
        let mut props = Vec::new();
        for entry in node.entries() {
            let read = Entry { at: self.place(entry.span().offset()), scalar: scalar(entry) };
            match entry.name() {
                Some(name) => props.push((name.value().to_owned(), read)),
                None => args.push(read),
            }
        }
        let children = node.children().map_or(&[][..], KdlDocument::nodes);
        Node {
            name: node.name().value().into(),
            at: self.place(node.name().span().offset()),
            args,
            props,
            children: children.iter().map(|child| self.node(child)).collect(),
        }
    }
}

fn scalar(entry: &KdlEntry) -> Scalar {
    match entry.value() {
        KdlValue::String(text) => Scalar::Text(text.into()),
        KdlValue::Integer(number) => Scalar::Number(number.to_string()),
        KdlValue::Float(number) => {
            let written = entry.format().map(|format| format.value_repr.replace('_', ""));
            let digits = written.unwrap_or_else(|| number.to_string());
            Scalar::Number(digits.strip_prefix('+').unwrap_or(&digits).to_owned())
        }
        KdlValue::Bool(value) => Scalar::Bool(*value),
        KdlValue::Null => Scalar::Null,
    }
}
