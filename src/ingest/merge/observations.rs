//! Observation statements to observations: looked up, normalised, numbered.

use super::{Ids, Order, elsewhere, entities, facts};
use crate::graph::{Decimal, ObsIx, Observation, Quantity, Rank, Scope};
use crate::ingest::problem::{Place, Problems};
use crate::ingest::statement::{Mention, ObservationStatement, Statements, Unit};
use crate::ontology::spelling::did_you_mean;
use crate::ontology::{KindSet, Ontology};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// The kinds by which an observation is told; an ontology that lacks one has no such observations.
#[derive(Clone, Copy)]
pub(in crate::ingest) struct Wanted {
    pub indicators: KindSet,
    /// An industry, or the one product whose market is meant.
    pub topics: KindSet,
    pub places: KindSet,
}

impl Wanted {
    pub fn of(ontology: &Ontology) -> Wanted {
        let interface = |name| ontology.interface_named(name).map_or(KindSet::EMPTY, |id| ontology.interface(id).kinds);
        let indicators = ontology.kind_named("Indicator").map_or(KindSet::EMPTY, KindSet::one);
        Wanted { indicators, topics: interface("Topic"), places: interface("Place") }
    }
}

/// Merges observation statements. The result is ascending by id.
pub(super) fn merge(
    ontology: &Ontology,
    statements: &Statements,
    order: &Order,
    ids: &mut Ids,
    entities: &mut [entities::Draft],
    problems: &mut Problems,
) -> Vec<Observation> {
    let units = units(&statements.units, problems);
    let wanted = Wanted::of(ontology);
    let mut sorted: Vec<&ObservationStatement> = statements.observations.iter().collect();
    sorted.sort_by(|a, b| a.id.cmp(&b.id));
    let mut observations: Vec<Observation> = Vec::with_capacity(sorted.len());
    let mut kept: Vec<&ObservationStatement> = Vec::with_capacity(sorted.len());
    for statement in sorted {
        if let Some(other) = kept.last().filter(|other| other.id == statement.id) {
            let other = elsewhere(problems, other.at);
            let message =
                format!("\"{}\" is in {other} already; give this observation a name of its own", statement.id);
            problems.error(statement.at, message);
            continue;
        }
        let found = observation(ontology, statement, &wanted, &units, order, ids, problems);
        let Some(observation) = found else { continue };
        let about = [observation.indicator].into_iter().chain(observation.subjects.iter().copied());
        let about = about.chain(observation.scope.sector).chain(observation.scope.place);
        for ix in about.chain(observation.rank.as_ref().and_then(|rank| rank.within)) {
            if let Some(draft) = entities.get_mut(ix.0 as usize) {
                draft.mention(observation.known_from, order, &statement.cited);
            }
        }
        if facts::starts_later(observation.status, Some(&observation.when), observation.known_from) {
            problems.warn(
                statement.at,
                format!(
                    "the figure is {} and of a time after its document became known; make it PLANNED or EXPECTED, or mend when",
                    observation.status.name()
                ),
            );
        }
        observations.push(observation);
        kept.push(statement);
    }
    breakdowns(&statements.observation_ids, &kept, &mut observations, problems);
    disagreements(&kept, &observations, problems);
    observations
}

/// Units by name.
pub(in crate::ingest) fn units<'s>(statements: &'s [Unit], problems: &mut Problems) -> HashMap<&'s str, &'s Unit> {
    let mut units: HashMap<&str, &Unit> = HashMap::new();
    for unit in statements {
        if let Some(other) = units.insert(&unit.name, unit) {
            let other = elsewhere(problems, other.at);
            problems.error(unit.at, format!("unit \"{}\" is in {other} already; keep one", unit.name));
        }
    }
    units
}

fn observation(
    ontology: &Ontology,
    statement: &ObservationStatement,
    wanted: &Wanted,
    units: &HashMap<&str, &Unit>,
    order: &Order,
    ids: &mut Ids,
    problems: &mut Problems,
) -> Option<Observation> {
    let indicator = ids.look_up_kind(&statement.indicator, ontology, ("indicator", wanted.indicators), problems);
    let before = problems.errors();
    let subjects = statement.subjects.iter().filter_map(|subject| ids.look_up(subject, problems)).collect();
    let mut optional = |mention: &Option<Mention>, kinds| {
        mention.as_ref().and_then(|mention| ids.look_up_kind(mention, ontology, kinds, problems))
    };
    let sector = optional(&statement.scope.sector, ("sector, product or technology", wanted.topics));
    let place = optional(&statement.scope.place, ("place", wanted.places));
    let rank = statement.rank.as_ref().map(|rank| Rank {
        position: rank.position,
        bound: rank.bound,
        among: rank.among.clone(),
        within: optional(&rank.within, ("place, sector, product or technology", wanted.places.or(wanted.topics))),
    });
    let normalized = match (&statement.value, &statement.unit) {
        (Some(value), Some((unit, at))) => normalize(*value, unit, *at, units, problems),
        _ => None,
    };
    let observation = Observation {
        id: statement.id.clone(),
        indicator: indicator?,
        subjects,
        when: statement.when.clone(),
        span: statement.span,
        value: statement.value,
        unit: statement.unit.as_ref().map(|(unit, _)| unit.clone()),
        normalized,
        bound: statement.bound,
        rank,
        status: statement.status,
        scope: Scope {
            text: statement.scope.text.clone(),
            sector,
            population: statement.scope.population.clone(),
            place,
        },
        breakdown_of: None,
        note: statement.note.clone(),
        doubt: statement.doubt.clone(),
        known_from: order.known(&statement.cited),
        citations: order.citations(vec![order.citation(&statement.cited, Vec::new())], ids),
    };
    (problems.errors() == before).then_some(observation)
}

/// The value in the unit's base unit.
pub(in crate::ingest) fn normalize(
    value: Decimal,
    unit: &str,
    at: Place,
    units: &HashMap<&str, &Unit>,
    problems: &mut Problems,
) -> Option<Quantity> {
    let Some(known) = units.get(unit) else {
        let mut names: Vec<&str> = units.keys().copied().collect();
        names.sort_unstable();
        // Of a unit of one character every other one is a slip away.
        let near = if unit.chars().count() > 1 { did_you_mean(unit, names.iter().copied()) } else { String::new() };
        let message = format!(
            "no unit is called \"{unit}\"; {near}add it to seed/reference/units.kdl: unit \"{unit}\" base=\"…\" factor=…, or use one of {}",
            names.join(" ")
        );
        problems.error(at, message);
        return None;
    };
    let (base, factor) = known.base.as_ref()?;
    let normalized = value.times(*factor);
    if normalized.is_none() {
        let message = format!("{value} {unit} is too large or too fine as {base} (factor {factor}); use another unit");
        problems.error(at, message);
    }
    normalized.map(|value| Quantity { value, unit: base.clone() })
}

/// Fills in `breakdown_of`; a figure is not a part of itself, by no detour either.
fn breakdowns(
    stated: &HashSet<Arc<str>>,
    kept: &[&ObservationStatement],
    observations: &mut [Observation],
    problems: &mut Problems,
) {
    let find = |id: &Arc<str>| kept.binary_search_by(|statement| statement.id.cmp(id)).ok();
    for (i, statement) in kept.iter().enumerate() {
        let Some(whole) = &statement.breakdown_of else { continue };
        match find(&whole.id) {
            Some(ix) => observations[i].breakdown_of = Some(ObsIx(ix as u32)),
            None if stated.contains(&whole.id) => {}
            None => {
                let near = did_you_mean(&whole.id, kept.iter().map(|statement| &*statement.id));
                let message = format!("no observation is called \"{}\"; {near}name one that is stated", whole.id);
                problems.error(whole.at, message);
            }
        }
    }
    let wholes: Vec<Option<ObsIx>> = observations.iter().map(|observation| observation.breakdown_of).collect();
    parts_of_themselves(&wholes, |position| kept.get(position).map(|kept| (kept.id.clone(), kept.at)), problems);
}

/// Figures are no parts of themselves. `wholes`: by position, the figure of which each is a part.
pub(in crate::ingest) fn parts_of_themselves(
    wholes: &[Option<ObsIx>],
    named: impl Fn(usize) -> Option<(Arc<str>, Place)>,
    problems: &mut Problems,
) {
    // Each has at most one whole, so a circle is met again by walking up; what was walked before need not be walked again.
    let mut walk = vec![usize::MAX; wholes.len()];
    for start in 0..wholes.len() {
        let mut current = start;
        while walk[current] == usize::MAX {
            walk[current] = start;
            match wholes[current] {
                Some(next) => current = next.0 as usize,
                None => break,
            }
        }
        if walk[current] == start
            && wholes[current].is_some()
            && let Some((id, at)) = named(current)
        {
            problems.error(at, format!("\"{id}\" is a part of itself by breakdownOf; take one of the lines away"));
        }
    }
}

/// Documents that report the same quantity of the same time and scope with other figures.
fn disagreements(kept: &[&ObservationStatement], observations: &[Observation], problems: &mut Problems) {
    let mut first: HashMap<_, usize> = HashMap::new();
    for (i, o) in observations.iter().enumerate() {
        let mut subjects = o.subjects.clone();
        subjects.sort();
        let scope = (o.scope.sector, o.scope.place, o.scope.population.clone());
        let key =
            (o.indicator, subjects, o.when.earliest, o.when.latest, o.span, o.status, o.bound, scope, o.breakdown_of);
        if o.value.is_none() {
            continue;
        }
        let Some(other) = first.get(&key).copied() else {
            first.insert(key, i);
            continue;
        };
        let shown = |o: &Observation| {
            format!("{} {}", o.value.map_or(String::new(), |v| v.to_string()), o.unit.as_deref().unwrap_or(""))
        };
        let amount = |o: &Observation| match &o.normalized {
            Some(quantity) => (Some(quantity.value), Some(quantity.unit.clone())),
            None => (o.value, o.unit.clone()),
        };
        let (a, b) = (&observations[other], o);
        let documents = |o: &Observation| o.citations.first().map(|citation| citation.document);
        if amount(a) != amount(b) && documents(a) != documents(b) {
            let place = elsewhere(problems, kept[other].at);
            let message = format!(
                "{} here and {} in {place} for the same time and scope; both are served. Tell the scopes apart, or say in `doubt` what \
                 is open",
                shown(b),
                shown(a)
            );
            problems.warn(kept[i].at, message);
        }
    }
}
