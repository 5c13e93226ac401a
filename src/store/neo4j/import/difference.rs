//! What an import would change, as counts and as the first ids of each sort.

use std::collections::BTreeMap;
use std::fmt;

/// What would happen to a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// It is not in the database.
    Added,
    /// It says something else there.
    Changed,
    /// It is in the database alone.
    Removed,
}

impl Change {
    /// All, in the order in which they are shown.
    pub const ALL: [Change; 3] = [Change::Added, Change::Changed, Change::Removed];

    /// How a line of it begins.
    pub fn sign(self) -> char {
        ['+', '~', '-'][self as usize]
    }
}

/// What differs between a database and the graph that is to be in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// By kind of entity, relationship, `Observation` or `RetiredId`: how many are added, changed, removed.
    pub counts: BTreeMap<String, [u64; 3]>,
    /// The first ids of each change.
    pub first: [Vec<String>; 3],
    /// The database holds the graph of another ontology, all of which is removed.
    pub other_ontology: bool,
    /// How many ids are kept of each change.
    shown: usize,
}

impl Difference {
    /// No difference yet, which will keep so many ids of each change.
    pub fn new(shown: usize) -> Difference {
        Difference { shown, ..Difference::default() }
    }

    /// Adds a record's.
    pub fn add(&mut self, change: Change, what: &str, id: &str) {
        self.count(change, what, 1);
        let first = &mut self.first[change as usize];
        if first.len() < self.shown {
            first.push(id.to_owned());
        }
    }

    /// Adds several whose ids are not told.
    pub fn count(&mut self, change: Change, what: &str, number: u64) {
        if number == 0 {
            return;
        }
        match self.counts.get_mut(what) {
            Some(counts) => counts[change as usize] += number,
            None => {
                let mut counts = [0; 3];
                counts[change as usize] = number;
                self.counts.insert(what.to_owned(), counts);
            }
        }
    }

    /// How many records change so.
    pub fn total(&self, change: Change) -> u64 {
        self.counts.values().map(|counts| counts[change as usize]).sum()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty() && !self.other_ontology
    }
}

impl fmt::Display for Difference {
    /// A line of counts for each kind and relationship, the sum, then the first ids.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.other_ontology {
            writeln!(f, "the database holds the graph of another ontology; all of it would be removed")?;
        }
        let line = |f: &mut fmt::Formatter<'_>, what: &str, counts: [u64; 3]| {
            let [added, changed, removed] = counts;
            writeln!(
                f,
                "{what:<28} {:>12} {:>12} {:>12}",
                format!("+{added}"),
                format!("~{changed}"),
                format!("-{removed}")
            )
        };
        for (what, counts) in &self.counts {
            line(f, what, *counts)?;
        }
        line(f, "in all", Change::ALL.map(|change| self.total(change)))?;
        for change in Change::ALL {
            let first = &self.first[change as usize];
            for id in first {
                writeln!(f, "{} {id}", change.sign())?;
            }
            let more = self.total(change).saturating_sub(first.len() as u64);
            if more > 0 && !first.is_empty() {
                writeln!(f, "{} … and {more} more", change.sign())?;
            }
        }
        Ok(())
    }
}
