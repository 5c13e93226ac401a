//! A plausible national industry, made up: regions in their tree, parks, companies with their products and who supplies whom,
//! certificates, cooperations, courtships, policies with rules, figures over years, and the documents that state it all. For measuring at
//! scale; no firm, place or person in it is meant. What it holds is told in `docs/generate.md`.
//!
//! Everything follows from the seed and an index: an entity from its family and number (`layout`), a fact from its address (`facts`), by draws
//! that are keyed by them (`chance`). So nothing is remembered while a file is written (`stream`), and each part can be made alone. The same
//! drafts make a [`Graph`] at once (`whole`).
//!
//! This is the one module that names kinds and relationships of the shipped ontology, in `terms`; another ontology that lacks one is told so.

mod chance;
mod entities;
mod facts;
mod figures;
mod firms;
mod layout;
mod matters;
mod papers;
mod stream;
mod terms;
mod whole;
mod words;

pub use terms::Missing;

use crate::graph::{Citation, DAY_MIN, Day, NodeIx, PartialDate, Value};
use crate::ingest::Unit;
use crate::ontology::Ontology;
use chance::{Dice, Sort};
use facts::Addresses;
use figures::Figures;
use layout::{FIRST_YEAR, Family, Layout, Ref, YEARS};
use std::sync::Arc;
use terms::Terms;

/// Why an industry is not generated.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The ontology is not the shipped one.
    #[error(transparent)]
    Missing(#[from] Missing),
    /// Too few or too many companies.
    #[error("an industry has 1 to {} companies; give --companies such a number", words::MOST_COMPANIES)]
    Companies,
    /// Two facts have one id: of 64 bits, so it hardly happens.
    #[error("two facts came to the same id; generate with another --seed")]
    SameId,
    /// The file cannot be written.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

/// How many lines of each sort a file has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Entities.
    pub entities: u64,
    /// Facts, superseded ones included.
    pub facts: u64,
    /// Observations.
    pub observations: u64,
}

/// An industry that can be made.
pub struct Industry {
    ontology: Arc<Ontology>,
    terms: Terms,
    layout: Layout,
    addresses: Addresses,
    figures: Figures,
    seed: u64,
}

/// By which statement something became known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stated {
    /// Common knowledge: by the reference.
    Ever,
    /// By the document of a number.
    In(u32),
}

/// What draws are for.
mod sorts {
    pub const ENTITY: super::Sort = 1;
    pub const FIRST: super::Sort = 2;
    pub const DOCUMENT: super::Sort = 3;
    pub const FIGURE: super::Sort = 4;
    /// Where something is, what a company's size is: asked by several.
    pub const SITE: super::Sort = 5;
    pub const PARTIES: super::Sort = 6;
    /// And a stage's number more: how many slots of it are used.
    pub const WIDTH: super::Sort = 100;
    /// Likewise: what is in a slot.
    pub const SLOT: super::Sort = 200;
    /// Likewise: who states it and since when it holds.
    pub const STATEMENT: super::Sort = 300;
}

impl Industry {
    /// That of so many companies and a seed: the same for the same two.
    ///
    /// # Errors
    /// When there are none or too many, or the ontology lacks what is needed.
    pub fn new(ontology: Arc<Ontology>, companies: u32, seed: u64) -> Result<Industry, Error> {
        if !(1..=words::MOST_COMPANIES).contains(&companies) {
            return Err(Error::Companies);
        }
        let terms = Terms::of(&ontology)?;
        let layout = Layout::of(&ontology, &terms, companies);
        let addresses = Addresses::of(&layout);
        let figures = Figures::of(companies);
        Ok(Industry { ontology, terms, layout, addresses, figures, seed })
    }

    /// The units of its figures.
    pub fn units() -> Vec<Unit> {
        figures::units()
    }

    fn dice(&self, sort: Sort, index: u64) -> Dice {
        Dice::of(self.seed, sort, index)
    }

    /// Draws for an entity. Families share no draws.
    fn dice_of(&self, sort: Sort, it: Ref) -> Dice {
        self.dice(sort, u64::from(it.number) << 8 | it.family as u64)
    }

    /// A document of a year, by its place among [`YEARS`].
    fn document(&self, dice: &mut Dice, class: u32) -> u32 {
        YEARS * dice.below(self.layout.count(Family::Document) / YEARS) + class
    }

    /// What first states an entity. Common knowledge comes before all documents, actors and products come in the documents of the first three
    /// years, what they do together in those of the next two; so a fact that a later document states joins what is known.
    fn first(&self, it: Ref) -> Stated {
        let years = match it.family {
            Family::Agency | Family::Area | Family::Country | Family::County | Family::Honour | Family::Indicator => {
                return Stated::Ever;
            }
            Family::Office | Family::Prefecture | Family::Province | Family::Reference | Family::Sector => {
                return Stated::Ever;
            }
            Family::Document => return Stated::In(it.number),
            Family::Product => return self.first(Family::Company.at(it.number / 2)),
            Family::Rule => return self.first(Family::Policy.at(it.number / 2)),
            Family::Certificate | Family::Cooperation | Family::Event | Family::Initiative => 3..5,
            Family::Policy | Family::Project | Family::Proposal | Family::Roster => 3..5,
            _ => 0..3,
        };
        let mut dice = self.dice_of(sorts::FIRST, it);
        let class = years.start + dice.below(years.end - years.start);
        Stated::In(self.document(&mut dice, class))
    }

    /// The year of a statement; that before all documents for common knowledge.
    fn year(&self, stated: Stated) -> i32 {
        match stated {
            Stated::Ever => FIRST_YEAR - 1,
            Stated::In(document) => FIRST_YEAR + (document % YEARS) as i32,
        }
    }

    /// When a document was signed and when it was published; some tell the month only.
    fn dates(&self, document: u32) -> (Option<PartialDate>, Option<PartialDate>) {
        let mut dice = self.dice(sorts::DOCUMENT, document.into());
        let year = self.year(Stated::In(document)) * 10_000;
        let (month, day) = (dice.between(1, 11), dice.between(1, 28));
        let published = year + (month + 1) * 100 + if dice.permille(60) { 0 } else { dice.between(1, 28) };
        (PartialDate::from_code(year + month * 100 + day), PartialDate::from_code(published))
    }

    /// The first day on which a statement is known.
    fn known(&self, stated: Stated) -> Day {
        match stated {
            Stated::Ever => DAY_MIN,
            Stated::In(document) => self.dates(document).1.map_or(DAY_MIN, PartialDate::last),
        }
    }

    /// The citation of a statement.
    fn citation(&self, stated: Stated, section: &'static str, supports: &[&'static str]) -> Citation {
        let document = match stated {
            Stated::Ever => Family::Reference.at(0),
            Stated::In(number) => Family::Document.at(number),
        };
        Citation {
            document: self.ix(document),
            section: self.terms.text(section),
            supports: supports.iter().map(|name| self.terms.text(name)).collect(),
        }
    }

    fn ix(&self, it: Ref) -> NodeIx {
        self.layout.ix(it)
    }

    /// The county where something is, the same whoever asks. A few have very much.
    fn county(&self, it: Ref) -> Ref {
        Family::County.at(self.dice_of(sorts::SITE, it).skewed(layout::COUNTIES))
    }
}

/// A partial date in a year: more often the year alone than a month, and a month than a day.
fn date_in(dice: &mut Dice, year: i32) -> Option<PartialDate> {
    let (month, day) = (dice.between(1, 12), dice.between(1, 28));
    let code = match dice.below(10) {
        0..=5 => 0,
        6..=8 => month * 100,
        _ => month * 100 + day,
    };
    PartialDate::from_code(year * 10_000 + code)
}

/// A text as a value.
fn text(text: &str) -> Value {
    Value::from(text)
}
