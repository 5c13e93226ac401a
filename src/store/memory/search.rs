//! Names: one sorted table of all search keys, one text to look for parts in, and an index of what slips leave of a key.

use super::slips::SlipIndex;
use super::work::Meter;
use crate::graph::naming::{KeyField, Match, keys, rank, slip};
use crate::graph::{Graph, Node};
use crate::store::StoreError;
use std::cmp::Ordering;
use std::sync::Arc;

/// Between two keys of the haystack. White space is folded away, so no key and no searched text has one.
const SEPARATOR: char = '\n';

/// A search key of an entity; its text stands in the haystack.
struct Key {
    start: u32,
    end: u32,
    node: u32,
    /// Which of the entity's names ([`crate::graph::NodeNames::all`]) it was made from.
    name: u16,
    chars: u16,
    field: KeyField,
}

/// All search keys of a graph.
pub(super) struct NameIndex {
    /// The keys' texts, ascending (then by field, value and entity), each followed by the separator.
    haystack: String,
    keys: Vec<Key>,
    /// By entity: where its keys begin in `by_node`.
    offsets: Vec<u32>,
    /// Keys of each entity.
    by_node: Vec<u32>,
    slips: SlipIndex,
}

/// An entity found by name: its best key.
pub(super) struct Found<'a> {
    /// The entity.
    pub node: u32,
    /// [`rank`] of the key.
    pub rank: i64,
    /// What the key was made from.
    pub field: KeyField,
    /// Which of its names.
    pub name: u16,
    key: &'a str,
}

impl NameIndex {
    /// Collects the keys of all entities.
    pub(super) fn build(graph: &Graph) -> NameIndex {
        let mut all = Vec::new();
        for (node, entity) in graph.nodes.iter().enumerate() {
            all.extend(keys(&entity.names).into_iter().map(|key| (key.key, key.field, key.value, node as u32)));
        }
        all.sort();
        let mut index = NameIndex {
            haystack: String::with_capacity(all.iter().map(|(key, ..)| key.len() + 1).sum()),
            keys: Vec::with_capacity(all.len()),
            offsets: vec![0; graph.nodes.len() + 1],
            by_node: vec![0; all.len()],
            slips: SlipIndex::default(),
        };
        for (number, (key, field, value, node)) in all.iter().enumerate() {
            if field.is_spelt() {
                index.slips.add(number as u32, key);
            }
            let start = index.haystack.len() as u32;
            index.haystack.push_str(key);
            let end = index.haystack.len() as u32;
            index.haystack.push(SEPARATOR);
            let name = graph.nodes[*node as usize].names.all().position(|n| n == value).unwrap_or(0) as u16;
            let chars = key.chars().count().min(usize::from(u16::MAX)) as u16;
            index.keys.push(Key { start, end, node: *node, name, chars, field: *field });
            index.offsets[*node as usize + 1] += 1;
        }
        index.slips.settle();
        for i in 1..index.offsets.len() {
            index.offsets[i] += index.offsets[i - 1];
        }
        let mut next = index.offsets.clone();
        for (i, key) in index.keys.iter().enumerate() {
            index.by_node[next[key.node as usize] as usize] = i as u32;
            next[key.node as usize] += 1;
        }
        index
    }

    fn text(&self, key: &Key) -> &str {
        &self.haystack[key.start as usize..key.end as usize]
    }
    /// The folded names of an entity; pinyin and initials are not names.
    pub(super) fn names_of(&self, node: u32) -> impl Iterator<Item = &str> {
        let row = node as usize;
        self.by_node[self.offsets[row] as usize..self.offsets[row + 1] as usize]
            .iter()
            .map(|i| &self.keys[*i as usize])
            .filter(|key| is_name(key.field))
            .map(|key| self.text(key))
    }
    /// How many search keys there are.
    pub(super) fn len(&self) -> usize {
        self.keys.len()
    }
    /// Entities one of whose folded names is the text; an entity may repeat.
    pub(super) fn named(&self, text: &str) -> impl Iterator<Item = u32> {
        self.range(text, |key| key == text).iter().filter(|key| is_name(key.field)).map(|key| key.node)
    }
    /// From the first key that is not less than `text`, as long as `holds`.
    fn range(&self, text: &str, holds: impl Fn(&str) -> bool) -> &[Key] {
        let low = self.keys.partition_point(|key| self.text(key) < text);
        let count = self.keys[low..].partition_point(|key| holds(self.text(key)));
        &self.keys[low..low + count]
    }

    /// Every key under which a folded text is found, with the way it matches; a key may be met in several ways. `visit` may stop the search
    /// by an error.
    pub(super) fn matches<'a>(
        &'a self,
        text: &str,
        meter: &Meter,
        mut visit: impl FnMut(Found<'a>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        if text.is_empty() {
            return Ok(());
        }
        let found = |matched, key: &'a Key| Found {
            node: key.node,
            rank: rank(matched, key.field, i64::from(key.chars)),
            field: key.field,
            name: key.name,
            key: self.text(key),
        };
        for key in self.range(text, |key| key.starts_with(text)) {
            let matched = if key.end - key.start == text.len() as u32 { Match::Exact } else { Match::Prefix };
            meter.key()?;
            visit(found(matched, key))?;
        }
        let mut last = None;
        for position in memchr::memmem::find_iter(self.haystack.as_bytes(), text.as_bytes()) {
            let at = self.keys.partition_point(|key| key.start as usize <= position) - 1;
            let key = &self.keys[at];
            // A key that starts with the text was met above; another one counts once, however often the text is in it.
            let is_part = !self.text(key).starts_with(text) && key.field.is_spelt();
            if is_part && last.replace(at) != Some(at) {
                meter.key()?;
                visit(found(Match::Part, key))?;
            }
        }
        let text: Vec<char> = text.chars().collect();
        for number in self.slips.candidates(&text) {
            meter.key()?;
            let key = &self.keys[number as usize];
            let chars: Vec<char> = self.text(key).chars().collect();
            if let Some(slips) = slip::count(&text, &chars) {
                visit(found(Match::of_slips(slips), key))?;
            }
        }
        Ok(())
    }
}

fn is_name(field: KeyField) -> bool {
    !matches!(field, KeyField::Pinyin | KeyField::Initials)
}

impl Found<'_> {
    /// Whether this key shows an entity rather than the other: the better rank, then the smaller key, field and value.
    pub(super) fn is_shown_before(&self, other: &Found<'_>, entity: &Node) -> bool {
        if self.rank != other.rank {
            return self.rank > other.rank;
        }
        let by_key = self.key.cmp(other.key).then(self.field.cmp(&other.field));
        by_key.then_with(|| self.value(entity).cmp(&other.value(entity))) == Ordering::Less
    }
    /// The name as written.
    pub(super) fn value(&self, entity: &Node) -> Arc<str> {
        entity.names.all().nth(usize::from(self.name)).unwrap_or(entity.display_name()).clone()
    }
}
