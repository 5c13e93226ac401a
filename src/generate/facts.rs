//! Facts, each made from its address: the stage that it belongs to, the entity that has it there, the slot. What the stages say stands in
//! `firms` and `matters`; here is who states it, since when it holds, and what an earlier document said of it.

use super::chance::Dice;
use super::layout::{FIRST_YEAR, Family, Layout, Ref, YEARS};
use super::terms::Rel;
use super::{Industry, Stated, date_in, sorts, words};
use crate::graph::{Basis, DAY_MAX, Fact, FactIx, NodeIx, Status, Value, When};
use crate::ingest::fact_id;

/// What a stage says, of each entity of its family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    Acquired,
    Agencies,
    Associations,
    Bodies,
    Certificates,
    Companies,
    Cooperations,
    Courtships,
    Declarations,
    Documents,
    Events,
    Honours,
    Hospitals,
    Initiatives,
    Institutes,
    Labs,
    Matters,
    Namesakes,
    Offices,
    Parks,
    Persons,
    Platforms,
    Policies,
    Products,
    Projects,
    Proposals,
    Regions,
    Counties,
    Rosters,
    Rules,
    Sectors,
    Stations,
    Supplies,
    Technologies,
    Titles,
    Universities,
    Provinces,
}

/// The family that a stage speaks of, and the most facts of one entity in it.
const STAGES: &[(Stage, Family, u32)] = &[
    (Stage::Acquired, Family::Company, 2),
    (Stage::Agencies, Family::Agency, 1),
    (Stage::Associations, Family::Association, 1),
    (Stage::Bodies, Family::Body, 2),
    (Stage::Certificates, Family::Certificate, 3),
    (Stage::Companies, Family::Company, 6),
    (Stage::Cooperations, Family::Cooperation, 6),
    (Stage::Counties, Family::County, 1),
    (Stage::Courtships, Family::Company, 18),
    (Stage::Declarations, Family::Prefecture, 4),
    (Stage::Documents, Family::Document, 4),
    (Stage::Events, Family::Event, 64),
    (Stage::Honours, Family::Honour, 1),
    (Stage::Hospitals, Family::Hospital, 1),
    (Stage::Initiatives, Family::Initiative, 4),
    (Stage::Institutes, Family::Institute, 1),
    (Stage::Labs, Family::Lab, 4),
    (Stage::Matters, Family::Company, 4),
    (Stage::Namesakes, Family::Company, 1),
    (Stage::Offices, Family::Office, 1),
    (Stage::Parks, Family::Park, 3),
    (Stage::Persons, Family::Person, 1),
    (Stage::Platforms, Family::Platform, 4),
    (Stage::Policies, Family::Policy, 5),
    (Stage::Products, Family::Product, 4),
    (Stage::Projects, Family::Project, 5),
    (Stage::Proposals, Family::Proposal, 2),
    (Stage::Provinces, Family::Province, 2),
    (Stage::Regions, Family::Prefecture, 1),
    (Stage::Rosters, Family::Roster, 65),
    (Stage::Rules, Family::Rule, 2),
    (Stage::Sectors, Family::Sector, 1),
    (Stage::Stations, Family::Station, 2),
    (Stage::Supplies, Family::Company, 100),
    (Stage::Technologies, Family::Technology, 4),
    (Stage::Titles, Family::Company, 3),
    (Stage::Universities, Family::University, 1),
];

/// A stage in an industry of a given size.
struct Row {
    stage: Stage,
    family: Family,
    owners: u32,
    slots: u32,
    /// How many slots come before all of it.
    base: u32,
}

/// Where each fact is: a number for each slot of each entity in each stage, even for the fact and odd for what was said of it before.
pub(super) struct Addresses(Vec<Row>);

/// The place of a fact among all that there could be.
pub(super) type Address = u32;

impl Addresses {
    pub fn of(layout: &Layout) -> Addresses {
        let mut base = 0;
        let row = |(stage, family, slots): &(Stage, Family, u32)| {
            let owners = layout.count(*family);
            let row = Row { stage: *stage, family: *family, owners, slots: *slots, base };
            base += owners * slots;
            row
        };
        Addresses(STAGES.iter().map(row).collect())
    }
}

/// What a stage says in a slot.
pub(super) struct Link {
    pub rel: Rel,
    pub from: Ref,
    pub to: Ref,
    pub properties: Vec<(u8, Value)>,
    pub how: How,
    /// Why it is left open, if it is.
    pub doubt: Option<&'static str>,
}

/// How a fact is stated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum How {
    /// Where its subject is, and for good.
    With,
    /// By a document itself, likewise.
    By(u32),
    /// By a later document: it may be planned still, have a time, and have been stated otherwise before.
    Later,
    /// By a later document, in one of two ways that conflict: the same but for its time.
    Twice(u32),
}

impl Link {
    pub fn with(rel: Rel, from: Ref, to: Ref) -> Option<Link> {
        Some(Link { rel, from, to, properties: Vec::new(), how: How::With, doubt: None })
    }
    pub fn later(rel: Rel, from: Ref, to: Ref) -> Option<Link> {
        Some(Link { rel, from, to, properties: Vec::new(), how: How::Later, doubt: None })
    }
}

/// Who states a fact, how far it has come, since when it holds.
struct Statement {
    stated: Stated,
    status: Status,
    since: Option<When>,
    until: Option<When>,
    /// What was stated before, and how far it had come then.
    earlier: Option<(Stated, Status, Option<When>)>,
    /// The second of two statements that conflict.
    conflicting: Option<Stated>,
    /// A later document that says the same.
    repeated: Option<Stated>,
    /// Read into the text, not stated.
    inferred: bool,
}

impl Statement {
    /// Of what is so, by this alone.
    fn actual(stated: Stated) -> Statement {
        Statement {
            stated,
            status: Status::Actual,
            since: None,
            until: None,
            earlier: None,
            conflicting: None,
            repeated: None,
            inferred: false,
        }
    }
}

/// A fact on the way.
pub(super) struct Found<'a> {
    industry: &'a Industry,
    /// Odd: what was said before of the fact at the address before.
    pub address: Address,
    link: &'a Link,
    statement: &'a Statement,
}

impl Industry {
    /// Calls with every fact, in the order of addresses.
    pub(super) fn each_fact(&self, mut each: impl FnMut(Found<'_>)) {
        for row in &self.addresses.0 {
            for owner in 0..row.owners {
                for slot in 0..self.width(row, owner) {
                    let Some(link) = self.link(row.stage, row.family.at(owner), slot) else { continue };
                    let number = row.base + owner * row.slots + slot;
                    let statement = self.statement(row.stage, number, &link);
                    let found = |address| Found { industry: self, address, link: &link, statement: &statement };
                    each(found(2 * number));
                    if statement.earlier.is_some() {
                        each(found(2 * number + 1));
                    }
                }
            }
        }
    }

    /// What is asked of the fact at an address that [`Industry::each_fact`] gave.
    pub(super) fn at_address<T>(&self, address: Address, ask: impl FnOnce(Found<'_>) -> T) -> Option<T> {
        let rows = &self.addresses.0;
        let number = address / 2;
        // Stages without owners share their place with the next one, which is the one that is meant.
        let row = rows.get(rows.partition_point(|row| row.base <= number).checked_sub(1)?)?;
        let (owner, slot) = ((number - row.base) / row.slots, (number - row.base) % row.slots);
        let link = self.link(row.stage, row.family.at(owner), slot)?;
        let statement = self.statement(row.stage, number, &link);
        Some(ask(Found { industry: self, address, link: &link, statement: &statement }))
    }

    fn width(&self, row: &Row, owner: u32) -> u32 {
        let mut dice = self.dice(sorts::WIDTH + row.stage as u32, owner.into());
        self.used(row.stage, owner, &mut dice).min(row.slots)
    }

    /// Draws for what is in a slot.
    pub(super) fn slot(&self, stage: Stage, owner: u32, slot: u32) -> Dice {
        self.dice(sorts::SLOT + stage as u32, u64::from(owner) << 8 | u64::from(slot))
    }

    /// A document of a year after that of both ends, up to `last` years before the last one.
    fn after(&self, dice: &mut Dice, link: &Link, last: i32) -> u32 {
        let least = self.year(self.first(link.from)).max(self.year(self.first(link.to))) + 1;
        let most = FIRST_YEAR + YEARS as i32 - 1 - last;
        let year = dice.between(least.min(most), most);
        self.document(dice, (year - FIRST_YEAR) as u32)
    }

    fn statement(&self, stage: Stage, number: u32, link: &Link) -> Statement {
        let mut dice = self.dice(sorts::STATEMENT + stage as u32, number.into());
        match link.how {
            How::With | How::By(_) => {
                let stated =
                    if let How::By(document) = link.how { Stated::In(document) } else { self.first(link.from) };
                Statement::actual(stated)
            }
            How::Later => {
                let document = self.after(&mut dice, link, 0);
                let stated = Stated::In(document);
                let year = self.year(stated);
                let status = match dice.below(100) {
                    0..=93 => Status::Actual,
                    94 | 95 => Status::UnderWay,
                    96 | 97 => Status::Planned,
                    98 => Status::Expected,
                    _ => dice.pick(&[Status::Proposed, Status::Sought]).unwrap_or(Status::Sought),
                };
                let begins = year - 1 - dice.skewed(12) as i32;
                let begins = date_in(&mut dice, begins).map(When::date);
                // Half have a time, which may be words.
                let since = match dice.below(40) {
                    0..=19 => begins,
                    20 => Some(When { text: "近年来".into(), earliest: None, latest: None }),
                    _ => None,
                };
                let ended = status == Status::Actual && since.as_ref().is_some_and(|since| since.earliest.is_some());
                let until = date_in(&mut dice, year).filter(|_| ended && dice.permille(40)).map(When::date);
                let earlier = self.before(&mut dice, link, status, since.as_ref(), year);
                let again = year + 1 - FIRST_YEAR;
                let again = (dice.permille(80) && again < YEARS as i32).then(|| self.document(&mut dice, again as u32));
                let inferred = dice.permille(30);
                let repeated = again.map(Stated::In);
                Statement { status, since, until, earlier, repeated, inferred, ..Statement::actual(stated) }
            }
            How::Twice(which) => {
                // The two share their draws up to the document, of which the second is of a later year.
                let mut dice = self.dice(sorts::STATEMENT + stage as u32, u64::from(number - which));
                let first = self.after(&mut dice, link, 1);
                let year = self.year(Stated::In(first));
                let documents = [first, self.document(&mut dice, (year + 1 - FIRST_YEAR) as u32)];
                let since = date_in(&mut dice, year - 3 + which as i32).map(When::date);
                let stated = Stated::In(documents[which as usize % 2]);
                let conflicting = Some(Stated::In(documents[1]));
                Statement { since, conflicting, ..Statement::actual(stated) }
            }
        }
    }

    /// What an earlier document said, of about one statement in twenty: that it was planned or going on, or the same without its time.
    fn before(
        &self,
        dice: &mut Dice,
        link: &Link,
        status: Status,
        since: Option<&When>,
        year: i32,
    ) -> Option<(Stated, Status, Option<When>)> {
        let before = FIRST_YEAR + YEARS as i32 - year;
        if status < Status::UnderWay || !dice.permille(75) {
            return None;
        }
        let least = self.year(self.first(link.from)).max(self.year(self.first(link.to))) + 1;
        if least >= year {
            return None;
        }
        let document = self.after(dice, link, before);
        let dated = since.is_some_and(|since| since.earliest.is_some());
        let was = match dice.below(4) {
            0 | 1 => Status::Planned,
            2 if dated => status,
            _ if status == Status::Actual => Status::UnderWay,
            _ => Status::Sought,
        };
        Some((Stated::In(document), was, None))
    }
}

impl Found<'_> {
    /// Who states it, how far it has come, since when and until when it holds.
    fn stated(&self) -> (Stated, Status, &Option<When>, &Option<When>) {
        match &self.statement.earlier {
            Some((stated, status, since)) if !self.address.is_multiple_of(2) => (*stated, *status, since, &None),
            _ => (self.statement.stated, self.statement.status, &self.statement.since, &self.statement.until),
        }
    }

    /// What it joins: where it says the same both ways, in the order of ids.
    fn ends(&self) -> (Ref, Ref) {
        let (from, to) = (self.link.from, self.link.to);
        let industry = self.industry;
        let symmetric = industry.ontology.relationship(industry.terms.rel(self.link.rel)).symmetric;
        if symmetric && industry.ix(to) < industry.ix(from) { (to, from) } else { (from, to) }
    }

    /// Its subject.
    pub fn subject(&self) -> NodeIx {
        self.industry.ix(self.ends().0)
    }

    /// Its id, as every graph has it.
    pub fn id(&self) -> String {
        let (industry, (from, to)) = (self.industry, self.ends());
        let relationship = industry.ontology.relationship(industry.terms.rel(self.link.rel));
        let (_, status, since, until) = self.stated();
        let ends = (&*industry.layout.id(from), &*industry.layout.id(to));
        fact_id(relationship, ends, &self.link.properties, status, (since, until))
    }

    /// The fact. What supersedes it is named by its address.
    pub fn fact(&self) -> Fact {
        let (industry, (from, to)) = (self.industry, self.ends());
        let (stated, status, since, until) = self.stated();
        let current = self.address.is_multiple_of(2);
        let id = self.id();
        let half = usize::from(id.as_bytes().last().is_some_and(|end| end % 2 == 0));
        let section = words::SECTIONS.get(4 + half).copied().unwrap_or("一");
        let supports: &[&str] = if since.is_some() { &["since"] } else { &[] };
        let mut citations = vec![industry.citation(stated, section, supports)];
        if let Some(again) = self.statement.repeated.filter(|_| current) {
            citations.push(industry.citation(again, "四", &[]));
            citations.sort();
        }
        let inferred = self.statement.inferred && current;
        let doubt = self.link.doubt.or(inferred.then_some("原文未写明，按上下文理解"));
        Fact {
            id: id.into(),
            relationship: industry.terms.rel(self.link.rel),
            subject: industry.ix(from),
            object: industry.ix(to),
            status,
            basis: match stated {
                Stated::Ever => Basis::CommonKnowledge,
                Stated::In(_) if inferred => Basis::Inferred,
                Stated::In(_) => Basis::Stated,
            },
            since: since.clone(),
            until: until.clone(),
            properties: self.link.properties.clone(),
            note: None,
            doubt: doubt.map(Into::into),
            known_from: industry.known(stated),
            known_to: if current { DAY_MAX } else { industry.known(self.statement.stated) },
            superseded_by: (!current).then(|| FactIx(self.address - 1)),
            conflicting_from: self.statement.conflicting.map(|second| industry.known(second)),
            citations,
        }
    }
}
