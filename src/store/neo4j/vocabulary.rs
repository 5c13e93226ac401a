//! What an ontology declares, as lines that an import leaves in the database, so that another server can say in which way its own
//! ontology is another one.

use std::collections::BTreeMap;
use std::fmt;

use crate::ontology::{Indexing, Ontology, Target, ValueType};

/// How many names of each sort a difference tells; of the others it gives the number.
const TOLD: usize = 8;

/// A line `NAME: WHAT` for every kind, property, relationship, property of an edge, enum and field of a value object, sorted. Names are
/// distinct: a property is `Kind.property`, one of an edge `RELATIONSHIP.property`.
pub fn lines(ontology: &Ontology) -> Vec<String> {
    let mut lines = Vec::new();
    for kind in &ontology.kinds {
        let interfaces: Vec<&str> = kind.interfaces.iter().map(|id| &*ontology.interface(*id).name).collect();
        lines.push(format!("{}: kind {}", kind.name, interfaces.join(" ")));
        for property in kind.properties.iter().map(|id| ontology.property(*id)) {
            let mut line = format!("{}.{}: {}", kind.name, property.name, of(ontology, &property.ty));
            for (is_so, mark) in [
                (property.required, "!"),
                (property.indexing == Indexing::Index, " @index"),
                (property.indexing == Indexing::Unique, " @unique"),
                (property.history, " @history"),
                (property.level, " @level"),
            ] {
                line.push_str(if is_so { mark } else { "" });
            }
            lines.push(line);
        }
    }
    for relationship in &ontology.relationships {
        let end = |target: Target| ontology.target_name(target);
        let mut line = format!("{}: {} to {}", relationship.name, end(relationship.from), end(relationship.to));
        for (is_so, mark) in [(relationship.symmetric, " symmetric"), (relationship.hierarchy, " hierarchy")] {
            line.push_str(if is_so { mark } else { "" });
        }
        lines.push(line);
        for property in &relationship.properties {
            let key = if property.key { " @key" } else { "" };
            lines.push(format!("{}.{}: {}{key}", relationship.name, property.name, of(ontology, &property.ty)));
        }
    }
    for enumeration in &ontology.enums {
        let values: Vec<&str> = enumeration.values.iter().map(|value| &*value.name).collect();
        lines.push(format!("{}: enum {}", enumeration.name, values.join(" ")));
    }
    for structure in &ontology.structs {
        for field in &structure.fields {
            let required = if field.required { "!" } else { "" };
            lines.push(format!("{}.{}: {}{required}", structure.name, field.name, of(ontology, &field.ty)));
        }
    }
    lines.sort();
    lines
}

fn of(ontology: &Ontology, ty: &ValueType) -> String {
    match ty {
        ValueType::Enum(id) => ontology.enumeration(*id).name.to_string(),
        ValueType::Struct(id) => ontology.structure(*id).name.to_string(),
        ValueType::List(inner) => format!("[{}]", of(ontology, inner)),
        plain => format!("{plain:?}"),
    }
}

/// What two ontologies declare differently, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// Declared here, unknown to the database.
    pub new: Vec<String>,
    /// Known to the database, declared here no more.
    pub gone: Vec<String>,
    /// Declared in both, as something else: what it was and what it is.
    pub changed: Vec<String>,
}

impl Difference {
    /// Between the lines that the database holds and those of the ontology here.
    pub fn between(database: &[String], here: &[String]) -> Difference {
        let [old, new] = [database, here].map(|lines| {
            let parts = lines.iter().map(|line| line.split_once(": ").unwrap_or((line, "")));
            parts.collect::<BTreeMap<&str, &str>>()
        });
        let missing = |from: &BTreeMap<&str, &str>, of: &BTreeMap<&str, &str>| {
            of.keys().filter(|name| !from.contains_key(*name)).map(|name| (*name).to_owned()).collect()
        };
        let changed = old.iter().filter_map(|(name, was)| {
            let is = new.get(name).filter(|is| *is != was)?;
            Some(format!("{name} (was {}, is {})", was.trim(), is.trim()))
        });
        Difference { new: missing(&old, &new), gone: missing(&new, &old), changed: changed.collect() }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut first = true;
        for (word, names) in [("new", &self.new), ("gone", &self.gone), ("changed", &self.changed)] {
            if names.is_empty() {
                continue;
            }
            f.write_str(if first { "" } else { "; " })?;
            first = false;
            write!(f, "{word}: {}", names.get(..TOLD).unwrap_or(names).join(", "))?;
            if let Some(more) = names.len().checked_sub(TOLD).filter(|more| *more > 0) {
                write!(f, " and {more} more")?;
            }
        }
        if first { f.write_str("the same names and types, with other texts or rules") } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_declared_thing_has_a_line_of_its_own() {
        let ontology = Ontology::embedded().unwrap();
        let lines = lines(&ontology);
        assert!(lines.iter().any(|line| line.starts_with("Company: kind Organisation")), "{lines:?}");
        for relationship in &ontology.relationships {
            assert!(lines.iter().any(|line| line.starts_with(&format!("{}: ", relationship.name))));
        }
        let mut names: Vec<&str> = lines.iter().filter_map(|line| line.split(": ").next()).collect();
        names.dedup();
        assert_eq!(names.len(), lines.len());
    }

    #[test]
    fn a_difference_tells_what_is_new_gone_and_changed() {
        let lines = |text: &str| text.split('\n').map(str::to_owned).collect::<Vec<_>>();
        let database = lines("Company: kind \nCompany.founded: Int\nFUNDS: Company to Lab");
        let here = lines("Company: kind \nCompany.founded: PartialDate\nFair: kind ");
        let told = Difference::between(&database, &here).to_string();
        assert_eq!(told, "new: Fair; gone: FUNDS; changed: Company.founded (was Int, is PartialDate)");
        let same = Difference::between(&database, &database);
        assert_eq!(same, Difference::default());
        assert!(same.to_string().contains("same names"));
        let many: Vec<String> = (10..30).map(|n| format!("K{n}: kind ")).collect();
        assert!(Difference::between(&[], &many).to_string().ends_with("K17 and 12 more"));
    }
}
