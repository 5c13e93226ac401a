//! What is selected of the aggregate of a list of entities.

use super::collect::Collected;
use super::compile::{Compiled, type_name};
use super::{Args, Compiler, EntitySet, Fields};
use crate::ontology::PropId;
use apollo_compiler::Name;
use std::sync::Arc;

/// A field of `…Aggregate`. All but the type's name take one value.
#[derive(Debug)]
pub enum AggregateField {
    /// `__typename`
    Typename(Name),
    /// `count`
    Count,
    /// `by(relationship, direction, level, status, first)`
    By(Box<EntityGroups>),
    /// `groups(property, first)`
    Values(Args, Fields<ValueGroupField>),
    /// A property that is a number.
    Figures(PropId, Fields<SummaryField>),
}

/// `by`
#[derive(Debug)]
pub struct EntityGroups {
    /// Its arguments.
    pub args: Args,
    /// Its fields.
    pub fields: Fields<EntityGroupsField>,
    /// What is selected under each `key` of each `groups`: all share one entity's row.
    pub keys: Vec<Arc<EntitySet>>,
}

/// A field of `EntityGroups`.
#[derive(Debug)]
pub enum EntityGroupsField {
    /// `__typename`
    Typename,
    /// `totalCount`
    TotalCount,
    /// `unassigned`
    Unassigned,
    /// `groups`
    Groups(Fields<EntityGroupField>),
}

/// A field of `EntityGroup`.
#[derive(Clone, Copy, Debug)]
pub enum EntityGroupField {
    /// `__typename`
    Typename,
    /// `key`: the position in [`EntityGroups::keys`].
    Key(usize),
    /// `count`
    Count,
}

/// A field of `ValueGroup`.
#[derive(Clone, Copy, Debug)]
pub enum ValueGroupField {
    /// `__typename`
    Typename,
    /// `key`
    Key,
    /// `count`
    Count,
}

/// A field of `NumberSummary`.
#[derive(Clone, Copy, Debug)]
pub enum SummaryField {
    /// `__typename`
    Typename,
    /// The part at this position: count, min, max, sum.
    Part(usize),
    /// `avg`
    Average,
}

impl AggregateField {
    /// How many values it takes from the aggregate's row.
    pub fn slots(&self) -> usize {
        usize::from(!matches!(self, AggregateField::Typename(_)))
    }
}

impl<'d> Compiler<'d> {
    pub(super) fn aggregate(&mut self, it: &Collected<'d>) -> Compiled<Fields<AggregateField>> {
        let own_type = type_name(it.first()).clone();
        self.fields(it, |this, inner| {
            Ok(match inner.first().name.as_str() {
                "__typename" => AggregateField::Typename(own_type.clone()),
                "count" => AggregateField::Count,
                "by" => AggregateField::By(Box::new(this.entity_groups(inner)?)),
                "groups" => {
                    let fields = this.fields(inner, |_, field| {
                        Ok(match field.first().name.as_str() {
                            "key" => ValueGroupField::Key,
                            "count" => ValueGroupField::Count,
                            _ => ValueGroupField::Typename,
                        })
                    })?;
                    AggregateField::Values(this.args(inner)?, fields)
                }
                name => {
                    let property = this.ontology.property_named(name).ok_or_else(|| this.unknown(inner))?;
                    let fields = this.fields(inner, |_, field| {
                        let parts = ["count", "min", "max", "sum"];
                        Ok(match parts.iter().position(|part| field.first().name == *part) {
                            Some(part) => SummaryField::Part(part),
                            None if field.first().name == "avg" => SummaryField::Average,
                            None => SummaryField::Typename,
                        })
                    })?;
                    AggregateField::Figures(property, fields)
                }
            })
        })
    }

    fn entity_groups(&mut self, it: &Collected<'d>) -> Compiled<EntityGroups> {
        let everything = self.ontology.all_kinds();
        let mut keys = Vec::new();
        let fields = self.fields(it, |this, inner| {
            Ok(match inner.first().name.as_str() {
                "totalCount" => EntityGroupsField::TotalCount,
                "unassigned" => EntityGroupsField::Unassigned,
                "groups" => EntityGroupsField::Groups(this.fields(inner, |this, field| {
                    Ok(match field.first().name.as_str() {
                        "key" => {
                            keys.push(this.entities(field, everything)?);
                            EntityGroupField::Key(keys.len() - 1)
                        }
                        "count" => EntityGroupField::Count,
                        _ => EntityGroupField::Typename,
                    })
                })?),
                _ => EntityGroupsField::Typename,
            })
        })?;
        Ok(EntityGroups { args: self.args(it)?, fields, keys })
    }
}
