//! A whole graph that is read from its file again each time, so that it need not be held: for graphs of millions. What is kept of it is
//! compact: ids and their places, degrees, and what is checked across lines.

use super::assemble::Figures;
use super::checked::Checked;
use super::{lines, types};
use crate::graph::records::{Record, Records, Survey};
use crate::graph::{FactIx, NodeIx, ObsIx};
use crate::ingest::merge;
use crate::ingest::problem::{Place, Problem, Problems};
use crate::ingest::read::{FactIds, Ids, Reader};
use crate::ingest::statement::Statements;
use crate::ingest::syntax::Node;
use crate::ontology::Ontology;
use serde::Deserialize;
use std::borrow::Cow;
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

/// After so many problems the rest of a file is not looked at.
const MOST_PROBLEMS: usize = 1000;
/// Bytes that are read at once.
const BUFFER: usize = 1 << 20;

/// A checked file that `export all` wrote, or another program in that form.
pub struct Stream {
    ontology: Arc<Ontology>,
    path: PathBuf,
    /// Length and time of the last change when it was checked.
    state: (u64, Option<SystemTime>),
    ids: Ids,
    /// Ids by place.
    entities: Vec<Arc<str>>,
    observations: Vec<Arc<str>>,
    retired: Vec<(String, String)>,
    indicators: HashMap<NodeIx, Arc<str>>,
    survey: Survey,
}

/// What is read of a line at first.
#[derive(Deserialize)]
struct Glance<'l> {
    #[serde(rename = "type", borrow)]
    sort: Cow<'l, str>,
    #[serde(borrow)]
    id: Option<Cow<'l, str>>,
    #[serde(rename = "supersededBy", borrow)]
    by: Option<Cow<'l, str>>,
}

/// How many times a file is gone through before it is known to be right: for the ids, and for what refers to them.
pub const READINGS: u64 = 2;

impl Stream {
    /// Checks a file, line by line, without holding it; goes through it [`READINGS`] times, and tells how many more bytes it went through.
    ///
    /// # Errors
    /// What is wrong in it, in the order of lines, the first thousand; a file that cannot be read is one of them.
    pub fn open(ontology: &Arc<Ontology>, path: &Path, tell: &dyn Fn(u64)) -> Result<Stream, Vec<Problem>> {
        let mut problems = Problems::new(vec![path.display().to_string()]);
        let stream = Stream::check(ontology, path, &mut problems, tell);
        let unread = stream.as_ref().err().map(ToString::to_string);
        if let Some(error) = unread {
            let message =
                format!("the file cannot be read: {error}; give a file that `mdgraph export all` wrote, in UTF-8");
            problems.error(Place { file: 0, line: 1 }, message);
        }
        match stream {
            Ok(stream) if problems.errors() == 0 => Ok(stream),
            _ => Err(problems.into_sorted()),
        }
    }

    fn check(ontology: &Arc<Ontology>, path: &Path, problems: &mut Problems, tell: &dyn Fn(u64)) -> io::Result<Stream> {
        let state = state(path)?;
        let mut glances = Glances::default();
        let mut statements = Statements::default();
        each_line(path, |at, line| {
            tell(line.len() as u64);
            if let Ok(glance) = serde_json::from_str::<Glance<'_>>(line) {
                glances.add(&glance);
                // Few, and needed before the figures that are in them.
                if glance.sort == types::UNIT
                    && let Some(node) = lines::line(line, at, problems)
                {
                    Reader::of_records(ontology, problems, &mut statements).unit(&node);
                }
            }
            ControlFlow::Continue(())
        })?;
        let again = glances.again();
        let figures = Figures::of(ontology, &statements.units, problems);
        let Glances { mut entities, mut observations, facts, mut superseding, .. } = glances;
        let numbered = |ids: &mut Vec<Arc<str>>| {
            ids.sort();
            ids.dedup();
            ids.shrink_to_fit();
        };
        numbered(&mut entities);
        numbered(&mut observations);
        superseding.sort_unstable();
        let ids = Ids {
            entities: (0u32..).map(NodeIx).zip(&entities).map(|(ix, id)| (id.clone(), ix)).collect(),
            facts: FactIds::of(facts),
            observations: (0u32..).map(ObsIx).zip(&observations).map(|(ix, id)| (id.clone(), ix)).collect(),
        };
        let mut statements = Statements::default();
        let mut reader = Reader::of_records(ontology, problems, &mut statements);
        let wholes = vec![None; observations.len()];
        let mut checked = Checked::new(ontology, &ids, &entities, figures, wholes, superseding, again);
        each_line(path, |at, line| {
            tell(line.len() as u64);
            if let Some(node) = lines::line(line, at, reader.problems()) {
                checked.line(node, &mut reader);
            }
            if reader.errors() >= MOST_PROBLEMS {
                reader.report(at, format!("{MOST_PROBLEMS} lines are wrong; what follows was not looked at"));
                return ControlFlow::Break(());
            }
            ControlFlow::Continue(())
        })?;
        if reader.errors() < MOST_PROBLEMS {
            checked.across(&mut reader, &observations);
        }
        let (survey, indicators) = checked.finish();
        let by_id = if statements.retired.is_empty() { HashMap::new() } else { ids.entities.clone() };
        let retired = merge::retired(by_id, &statements.retired, problems);
        let mut retired: Vec<_> =
            retired.into_iter().map(|(id, by)| (id.to_string(), entities[by.0 as usize].to_string())).collect();
        retired.sort();
        let (ontology, path) = (ontology.clone(), path.to_owned());
        Ok(Stream { ontology, path, state, ids, entities, observations, retired, indicators, survey })
    }

    fn visit(
        &self,
        node: &Node,
        reader: &mut Reader<'_>,
        visit: &mut dyn FnMut(Record<'_>) -> ControlFlow<()>,
    ) -> Option<ControlFlow<()>> {
        Some(match node.name.as_str() {
            types::ENTITY => {
                let mut entity = reader.entity_record(node, &self.ids)?;
                merge::fill_defaults(&self.ontology, entity.kind, &mut entity.properties);
                visit(Record::Entity(*self.ids.entities.get(&entity.id)?, &entity))
            }
            types::FACT => {
                let fact = reader.fact_record(node, &self.ids)?;
                visit(Record::Fact(self.ids.facts.get(&fact.id)?, &fact))
            }
            types::OBSERVATION => {
                let observation = reader.observation_record(node, &self.ids)?;
                visit(Record::Observation(*self.ids.observations.get(&observation.id)?, &observation))
            }
            _ => ControlFlow::Continue(()),
        })
    }
}

impl Records for Stream {
    fn ontology(&self) -> &Arc<Ontology> {
        &self.ontology
    }
    fn survey(&self) -> &Survey {
        &self.survey
    }
    fn entity_id(&self, ix: NodeIx) -> &str {
        self.entities.get(ix.0 as usize).map_or("", |id| id)
    }
    fn fact_id(&self, ix: FactIx) -> String {
        self.ids.facts.id(ix)
    }
    fn observation_id(&self, ix: ObsIx) -> &str {
        self.observations.get(ix.0 as usize).map_or("", |id| id)
    }
    fn entity_named(&self, id: &str) -> Option<NodeIx> {
        self.ids.entities.get(id).copied()
    }
    fn fact_named(&self, id: &str) -> Option<FactIx> {
        self.ids.facts.get(id)
    }
    fn observation_named(&self, id: &str) -> Option<ObsIx> {
        self.ids.observations.get(id).copied()
    }
    fn indicator_sort(&self, ix: NodeIx) -> &str {
        self.indicators.get(&ix).map_or("", |name| name)
    }
    fn retired(&self) -> Vec<(String, String)> {
        self.retired.clone()
    }
    fn each(&self, visit: &mut dyn FnMut(Record<'_>) -> ControlFlow<()>) -> io::Result<()> {
        let changed = || io::Error::other(format!("{} was changed after it was checked", self.path.display()));
        if state(&self.path)? != self.state {
            return Err(changed());
        }
        let mut problems = Problems::new(vec![self.path.display().to_string()]);
        let mut statements = Statements::default();
        let mut reader = Reader::of_records(&self.ontology, &mut problems, &mut statements);
        let mut whole = true;
        each_line(&self.path, |at, line| {
            let node = lines::line(line, at, reader.problems());
            match node.and_then(|node| self.visit(&node, &mut reader, visit)) {
                Some(flow) => flow,
                None => {
                    whole = false;
                    ControlFlow::Break(())
                }
            }
        })?;
        if whole { Ok(()) } else { Err(changed()) }
    }
}

/// What a first reading collects.
#[derive(Default)]
struct Glances {
    entities: Vec<Arc<str>>,
    facts: Vec<u64>,
    observations: Vec<Arc<str>>,
    /// Facts that took the place of others.
    superseding: Vec<u64>,
}

impl Glances {
    fn add(&mut self, glance: &Glance<'_>) {
        let Some(id) = &glance.id else { return };
        match &*glance.sort {
            types::ENTITY => self.entities.push((&**id).into()),
            types::FACT => self.facts.extend(FactIds::number(id)),
            types::OBSERVATION => self.observations.push((&**id).into()),
            _ => {}
        }
        self.superseding.extend(glance.by.as_ref().and_then(|by| FactIds::number(by)));
    }

    /// Ids that more than one line has.
    fn again(&mut self) -> Vec<String> {
        fn twice<T: Ord + Clone>(ids: &mut [T]) -> Vec<T> {
            ids.sort_unstable();
            let pairs = ids.windows(2).filter(|pair| pair[0] == pair[1]);
            pairs.map(|pair| pair[0].clone()).collect()
        }
        let mut again: Vec<String> = twice(&mut self.entities).iter().map(ToString::to_string).collect();
        again.extend(twice(&mut self.observations).iter().map(ToString::to_string));
        again.extend(twice(&mut self.facts).iter().map(|number| format!("fact:{number:016x}")));
        again.sort();
        again
    }
}

/// Length and time of the last change.
fn state(path: &Path) -> io::Result<(u64, Option<SystemTime>)> {
    let about = std::fs::metadata(path)?;
    Ok((about.len(), about.modified().ok()))
}

/// Every line with its place, until `take` breaks off.
fn each_line(path: &Path, mut take: impl FnMut(Place, &str) -> ControlFlow<()>) -> io::Result<()> {
    let mut file = BufReader::with_capacity(BUFFER, File::open(path)?);
    let mut text = String::new();
    let mut line = 0;
    loop {
        text.clear();
        if file.read_line(&mut text)? == 0 {
            return Ok(());
        }
        line += 1;
        if take(Place { file: 0, line }, text.trim_end_matches(['\n', '\r'])).is_break() {
            return Ok(());
        }
    }
}
