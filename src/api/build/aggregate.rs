//! Aggregates: what is said of a whole list.

use super::{Builder, Planned};
use crate::api::input::Wrong;
use crate::api::schema::is_groupable;
use crate::api::select::{AggregateField, Args, Connection, ConnectionField, EntityGroups, EntityGroupsField};
use crate::graph::StatusSet;
use crate::ontology::{Direction, KindSet, PropId, RelId, Target, ValueType};
use crate::plan::ir::{AggregateProjection, AggregateSlot, Filter, GroupBy, GroupKey, Test, View};

impl Builder<'_> {
    /// What a connection asks of its whole list of entities of a target.
    pub(super) fn aggregate(
        &self,
        connection: &Connection,
        target: Target,
        view: &View,
    ) -> Planned<AggregateProjection> {
        let mut slots = Vec::new();
        for field in &connection.fields {
            let ConnectionField::Aggregate(fields) = &field.what else { continue };
            for field in fields {
                slots.push(match &field.what {
                    AggregateField::Typename(_) => continue,
                    AggregateField::Count => AggregateSlot::Count,
                    AggregateField::By(groups) => AggregateSlot::By(self.entity_groups(groups, target, view)?),
                    AggregateField::Values(args, _) => {
                        let key = self.group_key(args, target)?;
                        AggregateSlot::Values(key, self.group_limit(args)?.0)
                    }
                    AggregateField::Figures(id, _) => AggregateSlot::Figures(*id),
                });
            }
        }
        Ok(slots)
    }

    /// How many groups, and whether the request says so.
    fn group_limit(&self, args: &Args) -> Planned<(u32, bool)> {
        let first = self.first(args)?;
        Ok((first.unwrap_or(self.limits.default_page_size), first.is_some()))
    }

    /// `kind`, or a property that some kind of the target has.
    fn group_key(&self, args: &Args, target: Target) -> Planned<GroupKey> {
        let name = self.required(args, "property")?.concat();
        let kinds = self.ontology.kinds_of(target);
        let had = |id: &PropId| kinds.iter().any(|kind| self.ontology.kind(kind).properties.contains(id));
        let groupable = |id: &PropId| had(id) && is_groupable(&self.ontology.property(*id).ty);
        if name == "kind" {
            return Ok(GroupKey::Kind);
        }
        if let Some(id) = self.ontology.property_named(&name).filter(groupable) {
            return Ok(GroupKey::Property(id));
        }
        let all = (0..self.ontology.properties.len() as u16).map(PropId).filter(groupable);
        let names: Vec<&str> = ["kind"].into_iter().chain(all.map(|id| &*self.ontology.property(id).name)).collect();
        let of = self.ontology.target_name(target);
        Err(self.wrong(
            args,
            "property",
            &Wrong::new(format!("{of} is grouped by {}, not by {name:?}", listed(&names))),
        ))
    }

    fn entity_groups(&self, groups: &EntityGroups, target: Target, view: &View) -> Planned<GroupBy> {
        let args = &groups.args;
        let kinds = self.ontology.kinds_of(target);
        let (relationship, direction) = self.grouping_relationship(args, target, kinds)?;
        let neighbours = self.ontology.reached(relationship, direction, kinds);
        let has = |wanted: fn(&EntityGroupsField) -> bool| groups.fields.iter().any(|field| wanted(&field.what));
        let shown = has(|field| matches!(field, EntityGroupsField::Groups(_)));
        // The size is checked in any case.
        let (limit, sized) = self.group_limit(args)?;
        Ok(GroupBy {
            relationship,
            direction,
            status: self.argument(args, "status", |input| self.statuses(input))?.unwrap_or(StatusSet::HELD),
            up: self.level(args, neighbours)?,
            total: has(|field| matches!(field, EntityGroupsField::TotalCount)),
            unassigned: has(|field| matches!(field, EntityGroupsField::Unassigned)),
            limit: if shown { limit } else { 0 },
            sized,
            entity: self.entity_several(&groups.keys.iter().collect::<Vec<_>>(), view)?,
        })
    }

    /// The relationship, and the direction that is given or the only one possible; one that the target's kinds can have.
    fn grouping_relationship(&self, args: &Args, target: Target, kinds: KindSet) -> Planned<(RelId, Direction)> {
        let ontology = self.ontology;
        let name = self.required(args, "relationship")?.concat();
        let given = self.direction(args)?;
        let leads = |id: RelId, direction: Direction| !ontology.reached(id, direction, kinds).is_empty();
        let ways = |id: RelId| [Direction::Out, Direction::In].into_iter().filter(move |way| leads(id, *way));
        let id = ontology.relationship_named(&name);
        let found = id.and_then(|id| Some((id, ways(id).find(|way| given.is_none_or(|given| given == *way))?)));
        found.ok_or_else(|| {
            let of = ontology.target_name(target);
            match id.filter(|id| ways(*id).next().is_some()) {
                Some(_) => {
                    let other = given.unwrap_or(Direction::Out).opposite().name();
                    self.wrong(args, "direction", &Wrong::new(format!("{name} is read {other} from {of}")))
                }
                None => {
                    let all = (0..ontology.relationships.len() as u16).map(RelId);
                    let all = all.filter(|id| ways(*id).next().is_some()).map(|id| &*ontology.relationship(id).name);
                    let why = format!("{of} has no {name}; it has {}", listed(&all.collect::<Vec<_>>()));
                    self.wrong(args, "relationship", &Wrong::new(why))
                }
            }
        })
    }

    /// The test of the level that is given, one at which something above entities of these kinds can stand.
    fn level(&self, args: &Args, kinds: KindSet) -> Planned<Option<Filter>> {
        let Some(names) = self.argument(args, "level", |input| self.texts(input))? else { return Ok(None) };
        let name = names.concat();
        let above = self.ontology.above(kinds);
        let (mut tests, mut known) = (Vec::new(), Vec::new());
        for (id, property) in (0..).map(PropId).zip(&self.ontology.properties).filter(|(_, property)| property.level) {
            let ValueType::Enum(levels) = property.ty else { continue };
            if !above.iter().any(|kind| self.ontology.kind(kind).properties.contains(&id)) {
                continue;
            }
            let levels = &self.ontology.enumeration(levels).values;
            known.extend(levels.iter().map(|level| &*level.name));
            let standing = self.ontology.at_level(id, &name);
            if !standing.is_empty() {
                tests.push(Filter::Property(id, Test::In(standing)));
            }
        }
        match tests.len() {
            0 if known.is_empty() => {
                let why = "nothing above these stands at a level; leave it out";
                Err(self.wrong(args, "level", &Wrong::new(why)))
            }
            0 => Err(self.wrong(
                args,
                "level",
                &Wrong::new(format!("one of {} is wanted, not {name:?}", listed(&known))),
            )),
            1 => Ok(tests.pop()),
            _ => Ok(Some(Filter::Or(tests))),
        }
    }
}

fn listed(names: &[&str]) -> String {
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}
