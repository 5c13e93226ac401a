//! What is selected of records that are no entities: facts and observations.

use super::{Args, EntitySet, Fields, Sources};
use std::sync::Arc;

/// What is selected of facts.
pub type FactSet = Fields<FactField>;

/// A field of a fact.
#[derive(Debug)]
pub enum FactField {
    /// `__typename`
    Typename,
    /// `id`
    Id,
    /// `asOfKey`
    AsOfKey,
    /// `text(lang)`
    Text(Args),
    /// `subject`
    Subject(Arc<EntitySet>),
    /// `relationship`
    Relationship,
    /// `object`
    Object(Arc<EntitySet>),
    /// `status`
    Status,
    /// `basis`
    Basis,
    /// `since`
    Since(Fields<WhenField>),
    /// `until`
    Until(Fields<WhenField>),
    /// `note`
    Note,
    /// `doubt`
    Doubt,
    /// `properties`
    Properties(Fields<FactPropertyField>),
    /// `knownFrom`
    KnownFrom,
    /// `knownTo`
    KnownTo,
    /// `supersededBy`
    SupersededBy(Arc<FactSet>),
    /// `sources(first)`
    Sources(Sources),
}

/// A field of `FactProperty`.
#[derive(Debug)]
pub enum FactPropertyField {
    /// `__typename`
    Typename,
    /// `name`
    Name,
    /// `label(lang)`
    Label(Args),
    /// `value`
    Value,
}

/// A field of `When`.
#[derive(Clone, Copy, Debug)]
pub enum WhenField {
    /// `__typename`
    Typename,
    /// The part at this position: text, earliest, latest.
    Part(usize),
}

/// A field of `DatedValue`.
#[derive(Debug)]
pub enum DatedField {
    /// `__typename`
    Typename,
    /// `value`
    Value,
    /// `since`
    Since(Fields<WhenField>),
    /// `until`
    Until(Fields<WhenField>),
    /// `sources(first)`
    Sources(Sources),
}

/// What is selected of observations.
pub type ObservationSet = Fields<ObservationField>;

/// A field of an observation.
#[derive(Debug)]
pub enum ObservationField {
    /// `__typename`
    Typename,
    /// `id`
    Id,
    /// `asOfKey`
    AsOfKey,
    /// `indicator`
    Indicator(Arc<EntitySet>),
    /// `subjects`
    Subjects(Arc<EntitySet>),
    /// `when`
    When(Fields<WhenField>),
    /// `span`
    Span,
    /// `value`
    Value,
    /// `unit`
    Unit,
    /// `normalized`
    Normalized(Fields<QuantityField>),
    /// `bound`
    Bound,
    /// `rank`
    Rank(Fields<RankField>),
    /// `status`
    Status,
    /// `scope`
    Scope(Fields<ScopeField>),
    /// `breakdownOf`
    BreakdownOf(Arc<ObservationSet>),
    /// `note`
    Note,
    /// `doubt`
    Doubt,
    /// `sources(first)`
    Sources(Sources),
}

/// A field of `Quantity`.
#[derive(Clone, Copy, Debug)]
pub enum QuantityField {
    /// `__typename`
    Typename,
    /// `value`
    Value,
    /// `unit`
    Unit,
}

/// A field of `Rank`.
#[derive(Debug)]
pub enum RankField {
    /// `__typename`
    Typename,
    /// `position`
    Position,
    /// `bound`
    Bound,
    /// `among`
    Among,
    /// `within`
    Within(Arc<EntitySet>),
}

/// A field of `Scope`.
#[derive(Debug)]
pub enum ScopeField {
    /// `__typename`
    Typename,
    /// `text`
    Text,
    /// `sector`
    Sector(Arc<EntitySet>),
    /// `population`
    Population,
    /// `place`
    Place(Arc<EntitySet>),
}

impl FactField {
    /// How many values it takes from its fact's row.
    pub fn slots(&self) -> usize {
        match self {
            FactField::Typename | FactField::AsOfKey => 0,
            FactField::Properties(_) => 2,
            FactField::Text(_) => 7,
            _ => 1,
        }
    }
}

impl ObservationField {
    /// How many values it takes from its observation's row.
    pub fn slots(&self) -> usize {
        usize::from(!matches!(self, ObservationField::Typename | ObservationField::AsOfKey))
    }
}
