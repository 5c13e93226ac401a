//! The pass over the parsed document: depth, expanded selections, aliases, root fields.

use std::collections::HashMap;

use apollo_compiler::ast::{Definition, Document, FragmentDefinition, OperationDefinition, Selection};
use apollo_compiler::parser::SourceMap;
use apollo_compiler::{Name, Node};

use crate::config::Limits;
use crate::error::{GraphqlError, Limit, Location};

/// How large an operation is once its fragments are expanded. Sums stop at `u32::MAX`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OperationSize {
    /// Fields, inline fragments and spreads, each as often as it is reached.
    pub selections: u32,
    /// Levels of fields outside `__schema` and `__type`.
    pub depth: u32,
    /// Levels of fields under `__schema` and `__type`.
    pub introspection_depth: u32,
    /// Lists of types or of their fields inside each other under `__schema` and `__type`.
    pub introspection_lists: u32,
    /// Fields at the root.
    pub root_fields: u32,
    /// Aliases of the operation and of the fragments it reaches, each fragment counted once.
    pub aliases: u32,
}

/// Measures every operation of a parsed document, before validation, and holds it to the limits.
///
/// Fragments are measured once each and multiplied, so that the time is linear in the document whatever it expands
/// to. Fragments in a cycle and unknown ones count as empty: validation refuses them. The text must have passed
/// [`check_text`](super::check_text), which bounds how deep selections nest.
///
/// # Errors
/// [`ErrorCode::LimitExceeded`](crate::error::ErrorCode::LimitExceeded), the first limit that an operation passes, with
/// the operation's place.
pub fn check_operations(document: &Document, limits: &Limits) -> Result<Vec<OperationSize>, GraphqlError> {
    let fragments = Fragments::measure(document);
    let mut sizes = Vec::new();
    for definition in &document.definitions {
        let Definition::OperationDefinition(operation) = definition else {
            continue;
        };
        let size = fragments.operation(operation);
        let passed = [
            (Limit::Selections, limits.selections, size.selections),
            (Limit::Depth, limits.depth, size.depth),
            (Limit::IntrospectionDepth, limits.introspection_depth, size.introspection_depth),
            (Limit::IntrospectionLists, limits.introspection_lists, size.introspection_lists),
            (Limit::RootFields, limits.root_fields, size.root_fields),
            (Limit::Aliases, limits.aliases, size.aliases),
        ];
        for (limit, maximum, asked) in passed {
            if asked > maximum {
                let error = GraphqlError::limit(limit, maximum.into(), asked.into());
                return Err(match place(operation, &document.sources) {
                    Some(location) => error.at(location),
                    None => error,
                });
            }
        }
        sizes.push(size);
    }
    Ok(sizes)
}

/// Where an operation begins.
fn place(operation: &Node<OperationDefinition>, sources: &SourceMap) -> Option<Location> {
    let span = operation.location()?;
    let text = sources.get(&span.file_id())?.source_text();
    Some(Location::of_offset(text, span.offset()))
}

/// Whether a selection set belongs to the data or to an introspection. The same fragment may be spread in both.
#[derive(Clone, Copy, PartialEq)]
enum Realm {
    Data,
    Introspection,
}

/// Introspection fields that give a list of types, or of things that have types in turn.
const INTROSPECTION_LISTS: [&str; 5] = ["types", "fields", "inputFields", "interfaces", "possibleTypes"];

/// The size of a selection set, fragments expanded; aliases are counted apart.
#[derive(Clone, Copy, Default)]
struct SetSize {
    size: OperationSize,
    /// Fields directly in the set, through fragments too.
    fields: u32,
}

/// What is known of one fragment.
struct Fragment<'a> {
    definition: &'a FragmentDefinition,
    /// Positions of the fragments that it spreads, as often as it does.
    spreads: Vec<usize>,
    aliases: u32,
    data: SetSize,
    introspection: SetSize,
}

/// All fragments of a document with their sizes.
struct Fragments<'a> {
    by_name: HashMap<&'a Name, usize>,
    all: Vec<Fragment<'a>>,
}

impl<'a> Fragments<'a> {
    /// Measures fragments so that each comes after those that it spreads.
    fn measure(document: &'a Document) -> Self {
        let mut fragments = Fragments { by_name: HashMap::new(), all: Vec::new() };
        for definition in &document.definitions {
            let Definition::FragmentDefinition(fragment) = definition else {
                continue;
            };
            // Of two fragments with one name the first counts; validation refuses the second.
            if fragments.by_name.contains_key(&fragment.name) {
                continue;
            }
            fragments.by_name.insert(&fragment.name, fragments.all.len());
            fragments.all.push(Fragment {
                definition: fragment,
                spreads: Vec::new(),
                aliases: 0,
                data: SetSize::default(),
                introspection: SetSize::default(),
            });
        }
        for position in 0..fragments.all.len() {
            let (mut spreads, mut aliases) = (Vec::new(), 0);
            fragments.mentions(&fragments.all[position].definition.selection_set, &mut spreads, &mut aliases);
            fragments.all[position].spreads = spreads;
            fragments.all[position].aliases = aliases;
        }
        for position in fragments.inner_first() {
            let set = &fragments.all[position].definition.selection_set;
            let (data, introspection) = (fragments.set(set, Realm::Data), fragments.set(set, Realm::Introspection));
            fragments.all[position].data = data;
            fragments.all[position].introspection = introspection;
        }
        fragments
    }

    /// Collects the fragments that a selection set spreads, and counts its aliases; fragments are not followed.
    fn mentions(&self, set: &[Selection], spreads: &mut Vec<usize>, aliases: &mut u32) {
        for selection in set {
            match selection {
                Selection::Field(field) => {
                    *aliases = aliases.saturating_add(field.alias.is_some().into());
                    self.mentions(&field.selection_set, spreads, aliases);
                }
                Selection::InlineFragment(inline) => self.mentions(&inline.selection_set, spreads, aliases),
                Selection::FragmentSpread(spread) => spreads.extend(self.by_name.get(&spread.fragment_name)),
            }
        }
    }

    /// Positions of the fragments, each after those that it spreads; in a cycle one of them comes too early. With a
    /// stack of its own: a chain of fragments may be longer than the thread's stack is deep.
    fn inner_first(&self) -> Vec<usize> {
        let mut order = Vec::with_capacity(self.all.len());
        let mut seen = vec![false; self.all.len()];
        let mut stack: Vec<(usize, usize)> = Vec::new();
        for first in 0..self.all.len() {
            if !seen[first] {
                seen[first] = true;
                stack.push((first, 0));
            }
            while let Some((position, next)) = stack.last_mut() {
                match self.all[*position].spreads.get(*next) {
                    Some(&inner) => {
                        *next += 1;
                        if !seen[inner] {
                            seen[inner] = true;
                            stack.push((inner, 0));
                        }
                    }
                    None => {
                        order.push(*position);
                        stack.pop();
                    }
                }
            }
        }
        order
    }

    /// The size of a selection set from the sizes of the fragments in it.
    fn set(&self, set: &[Selection], realm: Realm) -> SetSize {
        let mut total = SetSize::default();
        for selection in set {
            let (inner, is_field) = match selection {
                Selection::Field(field) => (self.field(&field.name, &field.selection_set, realm), true),
                Selection::InlineFragment(inline) => (self.set(&inline.selection_set, realm), false),
                Selection::FragmentSpread(spread) => {
                    let known = self.by_name.get(&spread.fragment_name).map(|&position| &self.all[position]);
                    let size = known.map(|f| if realm == Realm::Data { f.data } else { f.introspection });
                    (size.unwrap_or_default(), false)
                }
            };
            let (sum, one) = (&mut total.size, inner.size);
            sum.selections = sum.selections.saturating_add(one.selections).saturating_add(1);
            sum.depth = sum.depth.max(one.depth);
            sum.introspection_depth = sum.introspection_depth.max(one.introspection_depth);
            sum.introspection_lists = sum.introspection_lists.max(one.introspection_lists);
            total.fields = total.fields.saturating_add(if is_field { 1 } else { inner.fields });
        }
        total
    }

    /// The size of a field with its selection set.
    fn field(&self, name: &Name, set: &[Selection], realm: Realm) -> SetSize {
        let below = if matches!(name.as_str(), "__schema" | "__type") { Realm::Introspection } else { realm };
        let mut inner = self.set(set, below);
        match realm {
            Realm::Data => inner.size.depth = inner.size.depth.saturating_add(1),
            Realm::Introspection => {
                inner.size.introspection_depth = inner.size.introspection_depth.saturating_add(1);
                let list = INTROSPECTION_LISTS.contains(&name.as_str());
                inner.size.introspection_lists = inner.size.introspection_lists.saturating_add(list.into());
            }
        }
        inner
    }

    /// The size of an operation.
    fn operation(&self, operation: &OperationDefinition) -> OperationSize {
        let (mut reached, mut aliases) = (Vec::new(), 0);
        self.mentions(&operation.selection_set, &mut reached, &mut aliases);
        let mut seen = vec![false; self.all.len()];
        while let Some(position) = reached.pop() {
            if !std::mem::replace(&mut seen[position], true) {
                aliases = aliases.saturating_add(self.all[position].aliases);
                reached.extend(&self.all[position].spreads);
            }
        }
        let total = self.set(&operation.selection_set, Realm::Data);
        OperationSize { aliases, root_fields: total.fields, ..total.size }
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use proptest::prelude::*;

    use super::*;

    fn unlimited() -> Limits {
        Limits {
            depth: u32::MAX,
            introspection_depth: u32::MAX,
            introspection_lists: u32::MAX,
            selections: u32::MAX,
            aliases: u32::MAX,
            root_fields: u32::MAX,
            ..Limits::default()
        }
    }

    fn parse(text: &str) -> Document {
        Document::parse(text, "test.graphql").unwrap()
    }

    fn size(text: &str) -> OperationSize {
        check_operations(&parse(text), &unlimited()).unwrap()[0]
    }

    /// Which limit refuses a document under the default limits.
    fn refused(text: &str) -> Option<String> {
        let error = check_operations(&parse(text), &Limits::default()).err()?;
        Some(error.extensions[0].1.as_str().unwrap().to_owned())
    }

    #[test]
    fn counts_through_fragments() {
        let text = "{ x: a { ...F ... on T { y: b } } ...R } fragment F on T { z: c { d } } fragment R on Q { e ...R2 } \
                    fragment R2 on Q { f }";
        assert_eq!(
            size(text),
            OperationSize {
                selections: 10,
                depth: 3,
                introspection_depth: 0,
                introspection_lists: 0,
                root_fields: 3,
                aliases: 3
            }
        );
    }

    #[test]
    fn doubling_fragments_are_counted_once_each() {
        let mut text = "{ ...F0 }".to_owned();
        for level in 0..200 {
            write!(text, " fragment F{level} on T {{ ...F{0} ...F{0} }}", level + 1).unwrap();
        }
        text.push_str(" fragment F200 on T { a }");
        assert_eq!(refused(&text).as_deref(), Some("selections"));
        // Walked one by one, 2^200 selections would never end.
        assert_eq!(size(&text).selections, u32::MAX);
    }

    #[test]
    fn cycles_are_left_to_validation() {
        let size = size("{ ...A } fragment A on T { a ...B } fragment B on T { b ...A ...B }");
        assert!(size.selections >= 3 && size.selections < 20, "{size:?}");
    }

    #[test]
    fn introspection_has_limits_of_its_own() {
        let deep = |levels: usize| {
            format!("{{ __type(name: \"T\") {{ {} name {} }} }}", "ofType {".repeat(levels), "}".repeat(levels))
        };
        assert_eq!(
            size(&deep(15)),
            OperationSize { selections: 17, depth: 1, introspection_depth: 16, root_fields: 1, ..Default::default() }
        );
        assert_eq!(refused(&deep(19)), None);
        assert_eq!(refused(&deep(20)).as_deref(), Some("introspection-depth"));
        let lists = "{ __schema { types { fields { type { fields { name } } } } } }";
        assert_eq!(refused(lists).as_deref(), Some("introspection-lists"));
        // The same fragment below data and below __schema.
        let both = "{ a { ...F } __schema { ...F } } fragment F on T { b { c } }";
        assert_eq!((size(both).depth, size(both).introspection_depth), (3, 2));
    }

    #[test]
    fn the_standard_introspection_passes() {
        let types = "ofType { kind name ".repeat(9) + &"}".repeat(9);
        let text = format!(
            "query IntrospectionQuery {{ __schema {{ description queryType {{ name kind }} mutationType {{ name kind }} \
             subscriptionType {{ name kind }} types {{ ...FullType }} directives {{ name description isRepeatable locations \
             args(includeDeprecated: true) {{ ...InputValue }} }} }} }} \
             fragment FullType on __Type {{ kind name description specifiedByURL isOneOf fields(includeDeprecated: true) {{ name \
             description args(includeDeprecated: true) {{ ...InputValue }} type {{ ...TypeRef }} isDeprecated deprecationReason }} \
             inputFields(includeDeprecated: true) {{ ...InputValue }} interfaces {{ ...TypeRef }} enumValues(includeDeprecated: true) \
             {{ name description isDeprecated deprecationReason }} possibleTypes {{ ...TypeRef }} }} \
             fragment InputValue on __InputValue {{ name description type {{ ...TypeRef }} defaultValue isDeprecated deprecationReason }} \
             fragment TypeRef on __Type {{ kind name {types} }}"
        );
        assert_eq!(refused(&text), None);
    }

    #[test]
    fn each_limit_refuses() {
        let aliases = (0..31).map(|n| format!("a{n}: a ")).collect::<String>();
        assert_eq!(refused(&format!("{{ b {{ {aliases} }} }}")).as_deref(), Some("aliases"));
        assert_eq!(refused(&format!("{{ {} }}", "a ".repeat(21))).as_deref(), Some("root-fields"));
        assert_eq!(refused(&format!("{{ {} a {} }}", "a {".repeat(15), "}".repeat(15))).as_deref(), Some("depth"));
        let error = check_operations(&parse("query A { a }\nquery B { a { a } }"), &Limits { depth: 1, ..unlimited() });
        assert_eq!(error.unwrap_err().locations, [Location { line: 2, column: 1 }]);
    }

    /// A selection set: fields with and without children, inline fragments, spreads of fragments with a higher number.
    fn set(own: usize, all: usize) -> impl Strategy<Value = String> {
        let spread = (own + 1..=all).prop_map(move |n| if n < all { format!("...F{n} ") } else { "x ".to_owned() });
        let leaf = prop_oneof![Just("a ".to_owned()), Just("k: a ".to_owned()), spread];
        let selection = leaf.prop_recursive(3, 12, 3, |inner| {
            let list = prop::collection::vec(inner, 1..3).prop_map(|all| all.concat());
            prop_oneof![
                list.clone().prop_map(|list| format!("b {{ {list}}} ")),
                list.clone().prop_map(|list| format!("__type {{ {list}}} ")),
                list.prop_map(|list| format!("... {{ {list}}} ")),
            ]
        });
        prop::collection::vec(selection, 1..4).prop_map(|all| all.concat())
    }

    fn document() -> impl Strategy<Value = String> {
        (set(0, 4), set(1, 4), set(2, 4), set(3, 4)).prop_map(|(operation, one, two, three)| {
            format!(
                "{{ {operation}}} fragment F1 on T {{ {one}}} fragment F2 on T {{ {two}}} fragment F3 on T {{ {three}}}"
            )
        })
    }

    /// The same sizes by expanding every fragment, as often as it is spread.
    fn expand(document: &Document, set: &[Selection], level: u32, within: Option<u32>, size: &mut OperationSize) {
        for selection in set {
            size.selections += 1;
            match selection {
                Selection::Field(field) => {
                    size.root_fields += u32::from(level == 0 && within.is_none());
                    let introspects = within.map(|depth| depth + 1);
                    size.introspection_depth = size.introspection_depth.max(introspects.unwrap_or(0));
                    let level = if within.is_none() { level + 1 } else { level };
                    size.depth = size.depth.max(level);
                    let below = introspects.or((field.name == "__type").then_some(0));
                    expand(document, &field.selection_set, level, below, size);
                }
                Selection::InlineFragment(inline) => expand(document, &inline.selection_set, level, within, size),
                Selection::FragmentSpread(spread) => {
                    for definition in &document.definitions {
                        match definition {
                            Definition::FragmentDefinition(f) if f.name == spread.fragment_name => {
                                expand(document, &f.selection_set, level, within, size);
                            }
                            _ => {}
                        }
                    }
                }
            }
        }
    }

    proptest! {
        #[test]
        fn agrees_with_expanding(text in document()) {
            let document = parse(&text);
            let Definition::OperationDefinition(operation) = &document.definitions[0] else { unreachable!() };
            let mut expected = OperationSize::default();
            expand(&document, &operation.selection_set, 0, None, &mut expected);
            let found = size(&text);
            prop_assert_eq!(OperationSize { aliases: 0, ..found }, expected, "{}", text);
        }
    }
}
