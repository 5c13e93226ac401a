//! A plan as text: one operator a line, what it contains indented below it. The text is stable (it depends on the plan and the ontology's
//! names alone), so that a change of plan shows in a diff.

use super::explain_filter::{edge_filter, fact_filter, filter, observation_filter};
use super::ir::{
    Anchor, CitationProjection, CitationSlot, DatedSlot, EdgeSlot, EdgesPage, EntityKey, EntityOrder, EntityProjection,
    FactAnchor, FactKey, FactOrder, FactProjection, FactSlot, FactsPage, Hop, Lang, ObservationKey,
    ObservationProjection, ObservationSlot, ObservationsPage, PageArgs, RelatedKey, Root, Slot, SortValue, View,
};
use crate::graph::{StatusSet, Value};
use crate::ontology::{Direction, KindSet, Ontology, RelId};
use std::sync::Arc;

/// Prints a root under a view.
pub fn explain(root: &Root, view: &View, ontology: &Ontology) -> String {
    let mut text = Printer { ontology, text: String::new(), depth: 0 };
    if !view.is_latest() {
        text.line(&format!("AsOf {}", view.key));
    }
    text.root(root);
    text.text
}

/// Writes lines, each as deep as it stands.
pub(super) struct Printer<'o> {
    pub(super) ontology: &'o Ontology,
    text: String,
    depth: usize,
}

impl Printer<'_> {
    pub(super) fn line(&mut self, line: &str) {
        self.text.extend(std::iter::repeat_n("  ", self.depth));
        self.text.push_str(line);
        self.text.push('\n');
    }
    fn inside(&mut self, print: impl FnOnce(&mut Self)) {
        self.depth += 1;
        print(self);
        self.depth -= 1;
    }
    /// An operator with what it contains.
    pub(super) fn block(&mut self, line: &str, print: impl FnOnce(&mut Self)) {
        self.line(line);
        self.inside(print);
    }

    fn root(&mut self, root: &Root) {
        let o = self.ontology;
        match root {
            Root::ByIds { ids, kinds: of, entity } => {
                let line = format!("ByIds [{}] of {}", list(ids), kinds(*of, o));
                self.block(&line, |p| p.entity(entity));
            }
            Root::Entities(page) => {
                let order = order(&page.order, o);
                let line = format!("Entities {} order {order}{}", kinds(page.kinds, o), page_args(&page.page));
                self.block(&line, |p| {
                    p.line(&format!("anchor {}", anchor(&page.anchor, o)));
                    p.filter_line("where", filter(&page.filter, o));
                    p.entity(&page.entity);
                    p.aggregate(&page.aggregate);
                });
            }
            Root::Search(page) => {
                let line = format!("Search {:?} of {}{}", page.text, kinds(page.kinds, o), page_args(&page.page));
                self.block(&line, |p| {
                    p.filter_line("where", filter(&page.filter, o));
                    if page.matched {
                        p.line("matched value, field");
                    }
                    p.entity(&page.entity);
                });
            }
            Root::Fact { id, fact } => self.block(&format!("Fact {id}"), |p| p.fact(fact)),
            Root::Facts { anchor, facts } => self.facts(facts, Some(anchor)),
            Root::Totals => self.line("Totals"),
            Root::Observations(page) => self.observations(page),
            Root::Observation { id, observation } => {
                self.block(&format!("Observation {id}"), |p| p.observation(observation));
            }
        }
    }

    fn filter_line(&mut self, word: &str, filter: String) {
        if filter != "true" {
            self.line(&format!("{word} {filter}"));
        }
    }

    pub(super) fn entity(&mut self, entity: &EntityProjection) {
        let all = self.ontology.all_kinds();
        for (of, slots) in &entity.shapes {
            if entity.shapes.len() == 1 && of.includes(all) {
                self.slots(slots);
            } else {
                self.block(&format!("on {}", kinds(*of, self.ontology)), |p| p.slots(slots));
            }
        }
    }

    /// Plain values share a line; operators follow, each on its own.
    fn slots(&mut self, slots: &[Slot]) {
        let o = self.ontology;
        let plain = slots.iter().filter_map(|slot| plain_slot(slot, o));
        self.values(plain.collect());
        for slot in slots {
            match slot {
                Slot::Sources(limit, citation) => self.citations(*limit, citation),
                Slot::History(id, slots) => self.history(&o.property(*id).name, slots),
                Slot::Edges(page) => self.edges(page),
                Slot::One(over, entity) => self.block(&format!("One {}", hop(*over, o)), |p| p.entity(entity)),
                Slot::Related(page) => {
                    let groups = if page.groups { " groups" } else { "" };
                    let only = page.direction.map_or(String::new(), |d| format!(" {}", direction(d)));
                    let line = format!(
                        "Related {}{only} to {} status {}{}{groups}",
                        relationships(page.relationships.as_deref(), o),
                        kinds(page.kinds, o),
                        statuses(page.status),
                        page_args(&page.page)
                    );
                    self.block(&line, |p| p.edge(&page.row, None));
                }
                Slot::Facts(page) => self.facts(page, None),
                Slot::Observations(page) => self.observations(page),
                _ => {}
            }
        }
    }

    fn values(&mut self, values: Vec<String>) {
        if !values.is_empty() {
            self.line(&values.join(", "));
        }
    }

    fn edges(&mut self, page: &EdgesPage) {
        let o = self.ontology;
        let line = format!("Expand {} order {}{}", hop(page.hop, o), order(&page.order, o), page_args(&page.page));
        self.block(&line, |p| {
            let relationship = match page.hop {
                Hop::Edge(id, _) => Some(id),
                Hop::Derived(..) => None,
            };
            p.filter_line("edge", edge_filter(&page.edge, relationship, o));
            p.filter_line("node", filter(&page.node, o));
            p.edge(&page.row, relationship);
            p.aggregate(&page.aggregate);
        });
    }

    fn edge(&mut self, slots: &[EdgeSlot], relationship: Option<RelId>) {
        let o = self.ontology;
        let plain = slots.iter().filter_map(|slot| match slot {
            EdgeSlot::Property(position) => Some(edge_property(*position, relationship, o)),
            EdgeSlot::Relationship => Some("relationship".to_owned()),
            EdgeSlot::Direction => Some("direction".to_owned()),
            EdgeSlot::Status => Some("status".to_owned()),
            EdgeSlot::Fact(_) | EdgeSlot::Node(_) | EdgeSlot::Facts(_) => None,
        });
        self.values(plain.collect());
        for slot in slots {
            match slot {
                EdgeSlot::Fact(fact) => self.block("fact", |p| p.fact(fact)),
                EdgeSlot::Facts(fact) => self.block("facts", |p| p.fact(fact)),
                EdgeSlot::Node(entity) => self.block("node", |p| p.entity(entity)),
                _ => {}
            }
        }
    }

    fn facts(&mut self, page: &FactsPage, from: Option<&FactAnchor>) {
        let o = self.ontology;
        let line = format!(
            "Facts {} status {}{}{}",
            relationships(page.filter.relationships.as_deref(), o),
            statuses(page.filter.status),
            fact_order(&page.order),
            page_args(&page.page)
        );
        self.block(&line, |p| {
            match from {
                Some(FactAnchor::Scan) => p.line("anchor scan"),
                Some(FactAnchor::Subject(end)) => p.line(&format!("anchor subject {}", anchor(end, o))),
                Some(FactAnchor::Object(end)) => p.line(&format!("anchor object {}", anchor(end, o))),
                Some(FactAnchor::Documents(ids)) => p.line(&format!("anchor documents [{}]", list(ids))),
                None => {}
            }
            p.filter_line("where", fact_filter(&page.filter, o));
            p.fact(&page.row);
        });
    }

    fn fact(&mut self, slots: &FactProjection) {
        let plain = slots.iter().filter_map(|slot| match slot {
            FactSlot::Subject(_) | FactSlot::Object(_) | FactSlot::SupersededBy(_) | FactSlot::Sources(..) => None,
            plain => Some(lower_first(&format!("{plain:?}"))),
        });
        self.values(plain.collect());
        for slot in slots {
            match slot {
                FactSlot::Subject(entity) => self.block("subject", |p| p.entity(entity)),
                FactSlot::Object(entity) => self.block("object", |p| p.entity(entity)),
                FactSlot::SupersededBy(fact) => self.block("supersededBy", |p| p.fact(fact)),
                FactSlot::Sources(limit, citation) => self.citations(*limit, citation),
                _ => {}
            }
        }
    }

    fn citations(&mut self, limit: u32, slots: &CitationProjection) {
        self.block(&format!("sources at most {limit}"), |p| {
            let plain = slots.iter().filter_map(|slot| match slot {
                CitationSlot::Document(_) => None,
                plain => Some(lower_first(&format!("{plain:?}"))),
            });
            p.values(plain.collect());
            for slot in slots {
                if let CitationSlot::Document(entity) = slot {
                    p.block("document", |p| p.entity(entity));
                }
            }
        });
    }

    fn history(&mut self, property: &str, slots: &[DatedSlot]) {
        self.block(&format!("history of {property}"), |p| {
            let plain = slots.iter().filter(|slot| !matches!(slot, DatedSlot::Sources(..)));
            p.values(plain.map(|slot| lower_first(&format!("{slot:?}"))).collect());
            for slot in slots {
                if let DatedSlot::Sources(limit, citation) = slot {
                    p.citations(*limit, citation);
                }
            }
        });
    }

    fn observations(&mut self, page: &ObservationsPage) {
        let keys = page.order.iter().map(|by| {
            let key = match by.key {
                ObservationKey::When => "when",
                ObservationKey::Value => "value",
                ObservationKey::Indicator => "indicator",
            };
            format!("{key}{}", if by.descending { " desc" } else { "" })
        });
        let keys = if page.order.is_empty() { "when".to_owned() } else { keys.collect::<Vec<_>>().join(", ") };
        self.block(&format!("Observations order {keys}{}", page_args(&page.page)), |p| {
            p.filter_line("where", observation_filter(&page.filter, p.ontology));
            p.observation(&page.row);
        });
    }

    fn observation(&mut self, slots: &ObservationProjection) {
        use ObservationSlot as S;
        let plain = slots.iter().filter_map(|slot| match slot {
            S::Indicator(_) | S::Subjects(_) | S::Rank(_) | S::Scope { .. } | S::BreakdownOf(_) | S::Sources(..) => {
                None
            }
            plain => Some(lower_first(&format!("{plain:?}"))),
        });
        self.values(plain.collect());
        for slot in slots {
            match slot {
                S::Indicator(entity) => self.block("indicator", |p| p.entity(entity)),
                S::Subjects(entity) => self.block("subjects", |p| p.entity(entity)),
                S::Rank(entity) => self.block("rank within", |p| p.entity(entity)),
                S::Scope { sector, place } => {
                    self.block("scope sector", |p| p.entity(sector));
                    self.block("scope place", |p| p.entity(place));
                }
                S::BreakdownOf(whole) => self.block("breakdownOf", |p| p.observation(whole)),
                S::Sources(limit, citation) => self.citations(*limit, citation),
                _ => {}
            }
        }
    }
}

fn plain_slot(slot: &Slot, ontology: &Ontology) -> Option<String> {
    let lang = |lang: &Lang| if *lang == Lang::Zh { "zh" } else { "en" };
    Some(match slot {
        Slot::Id => "id".to_owned(),
        Slot::Name(l) => format!("name {}", lang(l)),
        Slot::Names(parts) => format!("names {}", parts.iter().map(|part| part.name()).collect::<Vec<_>>().join(" ")),
        Slot::Disambiguation(l) => format!("disambiguation {}", lang(l)),
        Slot::Description(l) => format!("description {}", lang(l)),
        Slot::Property(id) => ontology.property(*id).name.to_string(),
        Slot::Degree => "degree".to_owned(),
        _ => return None,
    })
}

fn anchor(anchor: &Anchor, ontology: &Ontology) -> String {
    match anchor {
        Anchor::Scan => "scan".to_owned(),
        Anchor::OrderWalk => "walk the order".to_owned(),
        Anchor::Ids(ids) => format!("ids [{}]", list(ids)),
        Anchor::Property(id, of) => format!("{} = [{}]", ontology.property(*id).name, values(of)),
        Anchor::Name(texts) => format!("name = [{}]", list(texts)),
        Anchor::Within(ids) => format!("within [{}]", list(ids)),
        Anchor::Via { hop: over, kinds: of, inner } => {
            let inner = self::anchor(inner, ontology);
            format!("back over {} from {} ({inner})", hop(*over, ontology), kinds(*of, ontology))
        }
    }
}

/// `-TAKES_PART_IN->` or `<-TAKES_PART_IN-`; a shortcut by its field.
pub(super) fn hop(hop: Hop, ontology: &Ontology) -> String {
    let (name, direction) = match hop {
        Hop::Edge(id, _) if ontology.relationship(id).symmetric => {
            return format!("-{}-", ontology.relationship(id).name);
        }
        Hop::Edge(id, direction) => (ontology.relationship(id).name.to_string(), direction),
        Hop::Derived(id, direction) => (format!("path {}", ontology.shortcut(id).field), direction),
    };
    match direction {
        Direction::Out => format!("-{name}->"),
        Direction::In => format!("<-{name}-"),
    }
}

/// Kinds by name; all of them as `Entity`, an interface's by its name.
pub(super) fn kinds(of: KindSet, ontology: &Ontology) -> String {
    if of.includes(ontology.all_kinds()) {
        return "Entity".to_owned();
    }
    if of.len() > 1
        && let Some(interface) = ontology.interfaces.iter().find(|interface| interface.kinds == of)
    {
        return interface.name.to_string();
    }
    let names: Vec<&str> = of.iter().filter_map(|k| ontology.kinds.get(k.index())).map(|k| &*k.name).collect();
    names.join("|")
}

pub(super) fn edge_property(position: u8, relationship: Option<RelId>, ontology: &Ontology) -> String {
    let declared = relationship.and_then(|id| ontology.relationship(id).properties.get(usize::from(position)));
    declared.map_or_else(|| format!("property {position}"), |property| property.name.to_string())
}

pub(super) fn statuses(of: StatusSet) -> String {
    if of == StatusSet::ALL {
        return "any".to_owned();
    }
    of.iter().map(|status| status.name()).collect::<Vec<_>>().join("|")
}

pub(super) fn list(ids: &[Arc<str>]) -> String {
    ids.join(", ")
}

pub(super) fn values(of: &[Value]) -> String {
    of.iter().map(value).collect::<Vec<_>>().join(", ")
}

pub(super) fn value(value: &Value) -> String {
    match value {
        Value::Bool(b) => b.to_string(),
        Value::Int(i) => i.to_string(),
        Value::Decimal(d) => d.to_string(),
        Value::Date(d) => d.to_string(),
        Value::Str(text) => format!("{text:?}"),
        Value::List(items) => format!("[{}]", values(items)),
        Value::Struct(fields) => {
            let fields = fields.iter().map(|f| f.as_ref().map_or("null".to_owned(), self::value));
            format!("{{{}}}", fields.collect::<Vec<_>>().join(", "))
        }
    }
}

fn direction(direction: Direction) -> &'static str {
    match direction {
        Direction::Out => "out",
        Direction::In => "in",
    }
}

fn relationships(of: Option<&[RelId]>, ontology: &Ontology) -> String {
    of.map_or("any".to_owned(), |ids| {
        ids.iter().map(|id| &*ontology.relationship(*id).name).collect::<Vec<_>>().join("|")
    })
}

fn order(order: &[EntityOrder], ontology: &Ontology) -> String {
    if order.is_empty() {
        return "name".to_owned();
    }
    let key = |by: &EntityOrder| {
        let key = match by.key {
            EntityKey::Name => "name".to_owned(),
            EntityKey::Degree => "degree".to_owned(),
            EntityKey::Property(id) => ontology.property(id).name.to_string(),
            EntityKey::Related(over, RelatedKey::Count) => format!("count {}", hop(over, ontology)),
            EntityKey::Related(over, RelatedKey::Name) => format!("name {}", hop(over, ontology)),
        };
        format!("{key}{}", if by.descending { " desc" } else { "" })
    };
    order.iter().map(key).collect::<Vec<_>>().join(", ")
}

/// Nothing for the usual order.
fn fact_order(order: &[FactOrder]) -> String {
    let key = |by: &FactOrder| {
        let key = match by.key {
            FactKey::Since => "since",
            FactKey::Known => "known",
            FactKey::Relationship => "relationship",
            FactKey::Subject => "subject",
            FactKey::Object => "object",
        };
        format!("{key}{}", if by.descending { " desc" } else { "" })
    };
    if order.is_empty() {
        return String::new();
    }
    format!(" order {}", order.iter().map(key).collect::<Vec<_>>().join(", "))
}

fn page_args(page: &PageArgs) -> String {
    let mut text = match (page.items, page.backward) {
        (false, _) => String::new(),
        (true, false) => format!(" first {}", page.limit),
        (true, true) => format!(" last {}", page.limit),
    };
    for (word, cursor) in [("after", &page.after), ("before", &page.before)] {
        if let Some(keys) = cursor {
            let key = |key: &SortValue| match key {
                SortValue::Int(i) => i.to_string(),
                SortValue::Str(text) => format!("{text:?}"),
                SortValue::Null => "null".to_owned(),
            };
            text.push_str(&format!(" {word} ({})", keys.iter().map(key).collect::<Vec<_>>().join(", ")));
        }
    }
    if page.total {
        text.push_str(" total");
    }
    text
}

fn lower_first(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or(String::new(), |first| first.to_lowercase().chain(chars).collect())
}
