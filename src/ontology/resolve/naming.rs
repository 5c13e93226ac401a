//! How things are named: letter case, derived names, names that the API or the seed format has taken, labels.

use super::super::error::Problems;
use super::super::lookup::HISTORY;
use super::super::{Described, Labels};
use apollo_compiler::parser::SourceSpan;
use apollo_compiler::{Name, Node};

/// Types of the published API, and stems of their names (`SearchConnection`), that no ontology type may be called after.
const API_TYPES: &[&str] = &[
    "AsOf",
    "Basis",
    "Boolean",
    "Bound",
    "Citation",
    "CreditCode",
    "Date",
    "DatedValue",
    "Decimal",
    "Derived",
    "Direction",
    "Entity",
    "EntityGroup",
    "EntityGroups",
    "EntityMatch",
    "EnumInfo",
    "Fact",
    "FactProperty",
    "Float",
    "ID",
    "Id",
    "Int",
    "Kind",
    "KindInfo",
    "Labels",
    "Lang",
    "Matched",
    "Mutation",
    "Names",
    "NumberSummary",
    "Observation",
    "Ontology",
    "PageInfo",
    "PartialDate",
    "PropertyInfo",
    "Quantity",
    "Query",
    "Rank",
    "Related",
    "RelatedGroup",
    "RelationshipInfo",
    "RelationshipType",
    "Scope",
    "Search",
    "SortOrder",
    "Span",
    "Stated",
    "Statistics",
    "Status",
    "String",
    "Subscription",
    "ValueGroup",
    "ValueInfo",
    "When",
];

/// Endings of the API's derived types: `CompanyConnection`.
const API_ENDINGS: &[&str] =
    &["Connection", "Edge", "Where", "OrderBy", "Filter", "Match", "Aggregate", "Inverse", "Derived", "Stated"];

/// Root fields that every API has, and those promised for later.
const ROOT_FIELDS: &[&str] = &[
    "chain",
    "changes",
    "compare",
    "diagnosis",
    "fact",
    "facts",
    "leads",
    "match",
    "neighbourhood",
    "node",
    "nodes",
    "observation",
    "observations",
    "ontology",
    "paths",
    "policyMatches",
    "promises",
    "search",
    "statistics",
];

/// Fields of every entity and of its filter, and the words for names in a seed file's block.
const ENTITY_FIELDS: &[&str] = &[
    "id",
    "asOfKey",
    "kind",
    "name",
    "names",
    "disambiguation",
    "description",
    "sources",
    "degree",
    "facts",
    "related",
    "observations",
    "document",
    "zh",
    "en",
    "short",
    "former",
    "alias",
];

/// Fields of every aggregate.
const AGGREGATE_FIELDS: &[&str] = &["count", "by", "groups"];

/// Fields of every edge, and the words that a seed file's `fact` has for itself.
const EDGE_FIELDS: &[&str] = &[
    "id",
    "cursor",
    "fact",
    "facts",
    "node",
    "status",
    "basis",
    "since",
    "until",
    "sinceText",
    "untilText",
    "note",
    "doubt",
    "subject",
    "object",
    "relationship",
];

pub(super) fn is_root_field(name: &str) -> bool {
    ROOT_FIELDS.contains(&name)
}

/// What a name is for, which says how it is written.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Case {
    /// `ResearchInstitute`
    Type,
    /// `creditCode`
    Field,
    /// `CHAIN_LEADER`
    Constant,
}

/// The words of a name, whatever its case.
fn words(name: &str) -> Vec<String> {
    let chars: Vec<char> = name.chars().collect();
    let mut words: Vec<String> = vec![String::new()];
    for (i, c) in chars.iter().enumerate() {
        let after_small = i > 0 && !chars[i - 1].is_uppercase() && chars[i - 1] != '_';
        let before_small = i > 0 && chars[i - 1].is_uppercase() && chars.get(i + 1).is_some_and(|n| n.is_lowercase());
        if *c == '_' || (c.is_uppercase() && (after_small || before_small)) {
            words.push(String::new());
        }
        if let (Some(word), true) = (words.last_mut(), *c != '_') {
            word.extend(c.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

fn capitalised(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

impl Case {
    /// The name in this case.
    fn of(self, name: &str) -> String {
        let words = words(name);
        match self {
            Case::Type => words.iter().map(|w| capitalised(w)).collect(),
            Case::Field => {
                words.iter().enumerate().map(|(i, w)| if i == 0 { w.clone() } else { capitalised(w) }).collect()
            }
            Case::Constant => words.join("_").to_uppercase(),
        }
    }

    fn keeps(self, name: &str) -> bool {
        let Some(first) = name.chars().next() else { return false };
        match self {
            Case::Type => first.is_ascii_uppercase() && name.bytes().all(|b| b.is_ascii_alphanumeric()),
            Case::Field => first.is_ascii_lowercase() && name.bytes().all(|b| b.is_ascii_alphanumeric()),
            Case::Constant => name.split('_').enumerate().all(|(i, word)| {
                let upper = word.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
                upper && word.starts_with(|c: char| c.is_ascii_uppercase() || (i > 0 && c.is_ascii_digit()))
            }),
        }
    }

    fn example(self) -> &'static str {
        match self {
            Case::Type => "ResearchInstitute",
            Case::Field => "creditCode",
            Case::Constant => "CHAIN_LEADER",
        }
    }

    /// Reports a name that is not written like this.
    pub(super) fn check(self, what: &str, name: &str, span: Option<SourceSpan>, problems: &mut Problems) -> bool {
        let kept = self.keeps(name);
        if !kept {
            let fixed = self.of(name);
            let hint = match self.keeps(&fixed) {
                true => format!("write `{fixed}`"),
                false => format!("write it with ASCII letters and digits, as `{}`", self.example()),
            };
            problems.at(span, format!("{what} `{name}` is not written like `{}`", self.example()), hint);
        }
        kept
    }
}

/// `ResearchInstitute` → `research-institute`
pub(super) fn prefix(type_name: &str) -> String {
    words(type_name).join("-")
}

/// `ResearchInstitute` → `RESEARCH_INSTITUTE`
pub(super) fn constant(type_name: &str) -> String {
    Case::Constant.of(type_name)
}

/// `TAKES_PART_IN` → `TakesPartIn`
pub(super) fn type_name(constant: &str) -> String {
    Case::Type.of(constant)
}

/// `ResearchInstitute` → `researchInstitute`
pub(super) fn singular(type_name: &str) -> String {
    Case::Field.of(type_name)
}

/// The regular English plural: `company` → `companies`.
pub(super) fn plural(singular: &str) -> String {
    let vowel_before_y = |stem: &str| stem.ends_with(['a', 'e', 'i', 'o', 'u']);
    match singular.strip_suffix('y') {
        Some(stem) if !vowel_before_y(stem) => format!("{stem}ies"),
        _ if ["s", "x", "z", "ch", "sh"].iter().any(|end| singular.ends_with(end)) => format!("{singular}es"),
        _ => format!("{singular}s"),
    }
}

/// Checks the name of a declared type.
pub(super) fn check_type(what: &str, name: &Name, problems: &mut Problems) {
    if !Case::Type.check(what, name, name.location(), problems) {
        return;
    }
    let ending = API_ENDINGS.iter().find(|ending| name.ends_with(**ending));
    if API_TYPES.contains(&name.as_str()) {
        let hint = format!("choose another name, for instance `Domain{name}`");
        problems.at(name.location(), format!("{what} `{name}` has the name of a type that the API has already"), hint);
    } else if let Some(ending) = ending {
        let message = format!("{what} `{name}` ends in `{ending}`, as types do that the API derives");
        problems.at(name.location(), message, format!("choose a name that does not end in `{ending}`"));
    }
}

/// Whether the API's types that are derived from a relationship of this type name would meet others.
pub(super) fn meets_api_types(type_name: &str) -> bool {
    API_TYPES.contains(&type_name) || ["Inverse", "Derived", "Stated"].iter().any(|end| type_name.ends_with(end))
}

/// Checks the name of a field of a kind or an interface.
pub(super) fn check_field(name: &str, span: Option<SourceSpan>, problems: &mut Problems) {
    if Case::Field.check("field", name, span, problems) && ENTITY_FIELDS.contains(&name) {
        let message = format!("every entity has `{name}` already, without declaring it");
        problems.at(span, message, "leave it out, or choose another name if something else is meant");
    } else if name.ends_with(HISTORY) {
        let message = format!("`{name}` ends as the field of a property's dated values does");
        problems.at(span, message, "choose another name; dated values come with `@history` on the property itself");
    }
}

/// Checks the name of a property that is a number: the aggregates of its kinds have a field of this name.
pub(super) fn check_number(name: &str, span: Option<SourceSpan>, problems: &mut Problems) {
    if AGGREGATE_FIELDS.contains(&name) {
        let message = format!("every aggregate has `{name}` already, and would have the figures of this number there");
        problems.at(span, message, "choose another name");
    }
}

/// Checks the name of a property of an edge.
pub(super) fn check_edge_field(name: &Name, problems: &mut Problems) {
    if Case::Field.check("field", name, name.location(), problems) && EDGE_FIELDS.contains(&name.as_str()) {
        let message = format!("every edge has `{name}` already, without declaring it");
        problems.at(name.location(), message, "leave it out, or choose another name if something else is meant");
    }
}

/// What every label looks like.
const LABEL_FORM: &str = "`中文 · English`, with ` · ` once between the two";

/// Splits `中文 · English`; reports what is missing.
pub(super) fn labels(text: &str, what: &str, span: Option<SourceSpan>, problems: &mut Problems) -> Labels {
    let han = |text: &str| text.chars().any(|c| ('\u{3400}'..='\u{9FFF}').contains(&c));
    let parts: Vec<&str> = text.split(" · ").map(str::trim).collect();
    match parts[..] {
        [zh, en] if !zh.is_empty() && !en.is_empty() && (!han(en) || han(zh)) => {
            Labels { zh: zh.to_owned(), en: en.to_owned() }
        }
        [zh, en] if han(en) && !han(zh) => {
            problems.at(span, format!("the labels of {what} are the wrong way round"), format!("write `{en} · {zh}`"));
            Labels { zh: en.to_owned(), en: zh.to_owned() }
        }
        _ => {
            problems.at(span, format!("{what} has no labels in Chinese and English"), format!("write {LABEL_FORM}"));
            Labels::default()
        }
    }
}

/// Labels and text of a description; reports a missing one at `span`, the name of what it should describe.
pub(super) fn described(
    description: Option<&Node<str>>,
    what: &str,
    span: Option<SourceSpan>,
    problems: &mut Problems,
) -> Described {
    let Some(description) = description else {
        let hint = format!("write a description above it whose first line is {LABEL_FORM}");
        problems.at(span, format!("{what} has no description"), hint);
        return Described::default();
    };
    let (first, rest) = description.split_once('\n').unwrap_or((description, ""));
    Described { labels: labels(first, what, span, problems), text: rest.trim().to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derived_names() {
        assert_eq!(prefix("ResearchInstitute"), "research-institute");
        assert_eq!(constant("ResearchInstitute"), "RESEARCH_INSTITUTE");
        assert_eq!(type_name("TAKES_PART_IN"), "TakesPartIn");
        assert_eq!(singular("ResearchInstitute"), "researchInstitute");
        assert_eq!(prefix("AIModel"), "ai-model");
        for (one, many) in [("company", "companies"), ("survey", "surveys"), ("branch", "branches"), ("lab", "labs")] {
            assert_eq!(plural(one), many);
        }
    }

    #[test]
    fn letter_case() {
        assert!(Case::Constant.keeps("CLASS_2") && Case::Constant.keeps("I"));
        assert!(!Case::Constant.keeps("A__B") && !Case::Constant.keeps("_A") && !Case::Constant.keeps("A_"));
        assert!(!Case::Type.keeps("company") && !Case::Field.keeps("CreditCode") && !Case::Field.keeps("credit_code"));
        assert_eq!(Case::Field.of("credit_code"), "creditCode");
    }
}
