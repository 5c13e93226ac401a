//! Coerced `where`, `edge` and `orderBy` to filters, tests and orders of the plan.

use super::Builder;
use crate::api::input::{Input, Wrong};
use crate::graph::naming::fold;
use crate::graph::{Basis, Bound, Span, Status, StatusSet, Value};
use crate::ontology::spelling::{did_you_mean, sort_by_slips};
use crate::ontology::{KindSet, Link, RelId, Target, ValueType};
use crate::plan::ir::{
    EdgeFilter, EntityKey, EntityOrder, Filter, Hop, ObservationFilter, ObservationKey, ObservationOrder, Quantifier,
    RelatedKey, Test,
};
use std::collections::BTreeSet;
use std::sync::Arc;

/// How many keys an order may have: each is compared for every two items.
const MOST_ORDER_KEYS: usize = 8;

pub(super) type Built<T> = Result<T, Wrong>;

/// The hop that a link is.
pub fn hop(link: Link) -> Hop {
    match link {
        Link::Relationship(id, direction) => Hop::Edge(id, direction),
        Link::Derived(id, direction) => Hop::Derived(id, direction),
    }
}

/// Whether a `SortOrder` is DESC.
pub(super) fn is_descending(direction: &Input) -> bool {
    matches!(direction, Input::Str(name) if &**name == "DESC")
}

/// One filter of several that must all hold.
fn all(mut parts: Vec<Filter>) -> Filter {
    match parts.len() {
        1 => parts.swap_remove(0),
        _ => Filter::And(parts),
    }
}

impl<'a> Builder<'a> {
    /// The fields of an input object that are given and not null.
    pub(super) fn given<'i>(&self, input: &'i Input) -> impl Iterator<Item = (&'i str, &'i Input)>
    where
        'a: 'i,
    {
        let fields: &[_] = match input {
            Input::Object(fields) => fields,
            _ => &[],
        };
        let variables = self.variables;
        fields.iter().filter_map(move |(name, value)| Some((name.as_str(), value.given(variables)?)))
    }

    /// The items of a list, none of them null.
    fn items<'i>(&self, input: &'i Input) -> Built<Vec<&'i Input>>
    where
        'a: 'i,
    {
        let Input::List(items) = input else { return Ok(vec![input]) };
        let item = |(position, item): (usize, &'i Input)| {
            item.given(self.variables).ok_or_else(|| Wrong::new("null is not allowed here").at(position))
        };
        items.iter().enumerate().map(item).collect()
    }

    /// The texts of a list of ids, strings or names of enum values.
    pub(super) fn texts(&self, input: &Input) -> Built<Vec<Arc<str>>> {
        let text = |item: &Input| match item {
            Input::Str(text) => Ok(text.clone()),
            _ => Err(Wrong::new("a text is wanted")),
        };
        self.items(input)?.into_iter().map(text).collect()
    }

    pub(super) fn kinds(&self, input: &Input) -> Built<KindSet> {
        Ok(self.texts(input)?.iter().filter_map(|name| self.ontology.kind_of_constant(name)).collect())
    }

    pub(super) fn statuses(&self, input: &Input) -> Built<StatusSet> {
        Ok(self.texts(input)?.iter().filter_map(|name| Status::named(name)).collect())
    }

    pub(super) fn bases(&self, input: &Input) -> Built<Vec<Basis>> {
        Ok(self.texts(input)?.iter().filter_map(|name| Basis::named(name)).collect())
    }

    /// Ascending and each once: Neo4j counts the edges of a type twice that stands twice in a pattern.
    pub(super) fn relationships(&self, input: &Input) -> Built<Vec<RelId>> {
        let texts = self.texts(input)?;
        let named: BTreeSet<RelId> = texts.iter().filter_map(|name| self.ontology.relationship_named(name)).collect();
        Ok(named.into_iter().collect())
    }

    /// `…Where` of a target.
    pub(super) fn filter(&self, target: Target, input: &Input) -> Built<Filter> {
        let several = |value: &Input| {
            let items = self.items(value)?;
            let one = |(at, item): (usize, &&Input)| self.filter(target, item).map_err(|wrong| wrong.at(at));
            items.iter().enumerate().map(one).collect::<Built<Vec<_>>>()
        };
        let mut parts = Vec::new();
        for (name, value) in self.given(input) {
            let part = match name {
                "AND" => several(value).map(Filter::And),
                "OR" => several(value).map(Filter::Or),
                "NOT" => self.filter(target, value).map(|inner| Filter::Not(Box::new(inner))),
                "id" => self.ids(value),
                "kind" => self.kinds(value).map(Filter::Kinds),
                "document" => self.ids(value).map(|document| Filter::Cited(Box::new(document))),
                "name" => self
                    .tests(&ValueType::String, value, true)
                    .map(|tests| all(tests.into_iter().map(Filter::Name).collect())),
                _ => match self.ontology.property_named(name) {
                    Some(id) => {
                        let tests = self.tests(&self.ontology.property(id).ty, value, false);
                        tests.map(|tests| all(tests.into_iter().map(|test| Filter::Property(id, test)).collect()))
                    }
                    None => match self.vocabulary.link(self.ontology, target, name) {
                        Some(link) => self.related(link, value),
                        None => Err(Wrong::new("there is no such filter")),
                    },
                },
            };
            parts.push(part.map_err(|wrong| wrong.within(name))?);
        }
        Ok(all(parts))
    }

    /// `{some none every}` of a link.
    fn related(&self, link: Link, input: &Input) -> Built<Filter> {
        let mut parts = Vec::new();
        for (name, value) in self.given(input) {
            let quantifier = match name {
                "some" => Quantifier::Some,
                "none" => Quantifier::None,
                _ => Quantifier::Every,
            };
            let (mut node, mut edge) = (Filter::TRUE, EdgeFilter::default());
            for (side, value) in self.given(value) {
                let built = match side {
                    "node" => self.filter(self.ontology.link_target(link), value).map(|filter| node = filter),
                    _ => self.edge_filter(link, value).map(|filter| edge = filter),
                };
                built.map_err(|wrong| wrong.within(side).within(name))?;
            }
            parts.push(Filter::Related { hop: hop(link), quantifier, edge, node: Box::new(node) });
        }
        Ok(all(parts))
    }

    /// `<Relationship>Where`: what stands on the edge.
    pub(super) fn edge_filter(&self, link: Link, input: &Input) -> Built<EdgeFilter> {
        let mut filter = EdgeFilter::default();
        for (name, value) in self.given(input) {
            let built = match name {
                "status" => self.statuses(value).map(|set| filter.status = Some(set)),
                "basis" => self.bases(value).map(|set| filter.basis = Some(set)),
                _ => self.edge_property(link, name, value).map(|tests| filter.properties.extend(tests)),
            };
            built.map_err(|wrong| wrong.within(name))?;
        }
        Ok(filter)
    }

    fn edge_property(&self, link: Link, name: &str, input: &Input) -> Built<Vec<(u8, Test)>> {
        let Link::Relationship(id, _) = link else { return Err(Wrong::new("a derived edge has no properties")) };
        let properties = &self.ontology.relationship(id).properties;
        let position = properties.iter().position(|property| &*property.name == name);
        let position = position.ok_or_else(|| Wrong::new("there is no such property"))?;
        let tests = self.tests(&properties[position].ty, input, false)?;
        Ok(tests.into_iter().map(|test| (position as u8, test)).collect())
    }

    /// `IdFilter`
    pub(super) fn ids(&self, input: &Input) -> Built<Filter> {
        let mut parts = Vec::new();
        for (name, value) in self.given(input) {
            let ids = self.texts(value).map_err(|wrong| wrong.within(name))?;
            parts.push(match name {
                "notIn" => Filter::Not(Box::new(Filter::Ids(ids))),
                "within" => Filter::Within(ids),
                _ => Filter::Ids(ids),
            });
        }
        Ok(all(parts))
    }

    /// The tests of a `StringFilter`, `DateFilter` … of values of a type; of names the texts are folded.
    fn tests(&self, ty: &ValueType, input: &Input, names: bool) -> Built<Vec<Test>> {
        let mut tests = Vec::new();
        for (name, value) in self.given(input) {
            tests.push(self.test(ty, name, value, names).map_err(|wrong| wrong.within(name))?);
        }
        Ok(tests)
    }

    fn test(&self, ty: &ValueType, operator: &str, input: &Input, names: bool) -> Built<Test> {
        let text = |text: &str| if names { Arc::from(fold(text)) } else { Arc::from(text) };
        let value = |input: &Input| match input {
            Input::Str(t) => Ok(Value::Str(text(t))),
            Input::Int(number) => Ok(Value::Int(i64::from(*number))),
            Input::Decimal(number) => Ok(Value::Decimal(*number)),
            Input::Bool(truth) => Ok(Value::Bool(*truth)),
            Input::Date(date) => Ok(Value::Date(*date)),
            _ => Err(Wrong::new("a single value is wanted")),
        };
        let values = |input: &Input| {
            let items = self.items(input)?;
            items.into_iter().map(|item| self.declared(ty, item).and_then(|()| value(item))).collect::<Built<Vec<_>>>()
        };
        Ok(match (operator, input) {
            ("eq" | "in", _) => Test::In(values(input)?),
            ("notIn", _) => Test::NotIn(values(input)?),
            ("contains", Input::Str(t)) => Test::Contains(text(t)),
            ("startsWith", Input::Str(t)) => Test::StartsWith(text(t)),
            ("gt", _) => Test::Gt(value(input)?),
            ("gte", _) => Test::Gte(value(input)?),
            ("lt", _) => Test::Lt(value(input)?),
            ("lte", _) => Test::Lte(value(input)?),
            ("during", Input::Date(date)) => Test::During(*date),
            ("before", Input::Date(date)) => Test::Before(*date),
            ("after", Input::Date(date)) => Test::After(*date),
            ("isNull", Input::Bool(truth)) => Test::IsNull(*truth),
            _ => return Err(Wrong::new("a value of another type is wanted")),
        })
    }

    /// A value of an enum that is given as text must be one that the ontology declares: a slip would silently find nothing.
    fn declared(&self, ty: &ValueType, input: &Input) -> Built<()> {
        let ty = if let ValueType::List(inner) = ty { inner } else { ty };
        let (ValueType::Enum(id), Input::Str(text)) = (ty, input) else { return Ok(()) };
        let it = self.ontology.enumeration(*id);
        if it.values.iter().any(|value| value.name == *text) {
            return Ok(());
        }
        let mut names: Vec<&str> = it.values.iter().map(|value| &*value.name).collect();
        sort_by_slips(text, &mut names);
        let meant = did_you_mean(text, names.iter().copied());
        Err(Wrong::new(format!("{meant}one of {} is wanted, not {text:?}", names.join(", "))))
    }

    /// The entries of an order: of each its only key and what is given for it.
    pub(super) fn order<'i>(&self, input: &'i Input) -> Built<Vec<(&'i str, &'i Input)>>
    where
        'a: 'i,
    {
        let entries = self.items(input)?;
        if entries.len() > MOST_ORDER_KEYS {
            return Err(Wrong::new(format!("{} keys of order, where {MOST_ORDER_KEYS} are allowed", entries.len())));
        }
        let entry = |(at, entry): (usize, &'i Input)| {
            self.only(entry).ok_or_else(|| {
                Wrong::new("exactly one field with ASC or DESC is wanted; give several keys as several entries").at(at)
            })
        };
        entries.into_iter().enumerate().map(entry).collect()
    }

    /// The only field of a one-of object.
    fn only<'i>(&self, input: &'i Input) -> Option<(&'i str, &'i Input)>
    where
        'a: 'i,
    {
        // Of one with a variable that is not given, or with null, nothing is left.
        let fields = if let Input::Object(fields) = input { fields.len() } else { 0 };
        let mut given = self.given(input);
        match (given.next(), given.next(), fields) {
            (only, None, 1) => only,
            _ => None,
        }
    }

    /// `…OrderBy` of entities of a target.
    pub(super) fn entity_order(&self, target: Target, input: &Input) -> Built<Vec<EntityOrder>> {
        let entry = |(at, (name, value)): (usize, (&str, &Input))| {
            let (key, direction) = match (name, value) {
                ("name", direction) => (EntityKey::Name, direction),
                ("degree", direction) => (EntityKey::Degree, direction),
                (field, Input::Object(_)) => {
                    let link = self.vocabulary.link(self.ontology, target, field);
                    let link = link.ok_or_else(|| Wrong::new("there is no such key").at(at))?;
                    let (key, direction) = self.only(value).ok_or_else(|| {
                        Wrong::new("exactly one of count and name with ASC or DESC is wanted").within(field).at(at)
                    })?;
                    let key = if key == "count" { RelatedKey::Count } else { RelatedKey::Name };
                    (EntityKey::Related(hop(link), key), direction)
                }
                (property, direction) => match self.ontology.property_named(property) {
                    Some(id) => (EntityKey::Property(id), direction),
                    None => return Err(Wrong::new("there is no such key").at(at)),
                },
            };
            Ok(EntityOrder { key, descending: is_descending(direction) })
        };
        self.order(input)?.into_iter().enumerate().map(entry).collect()
    }

    /// `ObservationOrderBy`
    pub(super) fn observation_order(&self, input: &Input) -> Built<Vec<ObservationOrder>> {
        let key = |name: &str| match name {
            "when" => ObservationKey::When,
            "value" => ObservationKey::Value,
            _ => ObservationKey::Indicator,
        };
        Ok(self
            .order(input)?
            .into_iter()
            .map(|(name, direction)| ObservationOrder { key: key(name), descending: is_descending(direction) })
            .collect())
    }

    /// `ObservationWhere`
    pub(super) fn observation_filter(&self, input: &Input) -> Built<ObservationFilter> {
        let several = |value: &Input| {
            let items = self.items(value)?;
            let one = |(at, item): (usize, &&Input)| self.observation_filter(item).map_err(|wrong| wrong.at(at));
            items.iter().enumerate().map(one).collect::<Built<Vec<_>>>()
        };
        let tested = |ty: ValueType, value: &Input, test: fn(Test) -> ObservationFilter| {
            Ok(ObservationFilter::And(self.tests(&ty, value, false)?.into_iter().map(test).collect()))
        };
        let mut parts = Vec::new();
        for (name, value) in self.given(input) {
            let part = match name {
                "AND" => several(value).map(ObservationFilter::And),
                "OR" => several(value).map(ObservationFilter::Or),
                "NOT" => self.observation_filter(value).map(|inner| ObservationFilter::Not(Box::new(inner))),
                "indicator" => self.ids(value).map(ObservationFilter::Indicator),
                "subject" => self.ids(value).map(ObservationFilter::Subject),
                "sector" => self.ids(value).map(ObservationFilter::Sector),
                "place" => self.ids(value).map(ObservationFilter::Place),
                "document" => self.ids(value).map(ObservationFilter::Document),
                "rank" => tested(ValueType::Int, value, ObservationFilter::Rank),
                "unit" => tested(ValueType::String, value, ObservationFilter::Unit),
                "population" => tested(ValueType::String, value, ObservationFilter::Population),
                "bound" => self.texts(value).map(|names| {
                    ObservationFilter::Bound(names.iter().filter_map(|name| Bound::named(name)).collect())
                }),
                "span" => self
                    .texts(value)
                    .map(|names| ObservationFilter::Span(names.iter().filter_map(|name| Span::named(name)).collect())),
                "when" => tested(ValueType::PartialDate, value, ObservationFilter::When),
                "value" => tested(ValueType::Decimal, value, ObservationFilter::Value),
                "status" => self.statuses(value).map(ObservationFilter::Status),
                _ => Err(Wrong::new("there is no such filter")),
            };
            parts.push(part.map_err(|wrong| wrong.within(name))?);
        }
        Ok(ObservationFilter::And(parts))
    }
}
