//! What is said of companies and their products: where they are, what they make, whom they supply, what they hold, who courts them.

use super::chance::Dice;
use super::facts::{How, Link, Stage};
use super::layout::{COUNTIES, Family, PREFECTURES, Ref, SECTORS};
use super::terms::{COURTSHIP, Rel};
use super::{Industry, text, words};
use crate::graph::Value;

/// How many may court a company, and how many steps each takes at most.
const COURTS: (u32, u32) = (3, 6);

impl Industry {
    fn companies(&self) -> u32 {
        self.layout.count(Family::Company)
    }

    /// A company: a few are drawn often.
    pub(super) fn known_company(&self, dice: &mut Dice) -> Ref {
        Family::Company.at(dice.skewed(self.companies()))
    }

    pub(super) fn some(&self, family: Family, dice: &mut Dice) -> Ref {
        family.at(dice.below(self.layout.count(family)))
    }

    /// Where something is, in what sense.
    pub(super) fn located(&self, link: Option<Link>, role: &'static str) -> Option<Link> {
        let properties = self.terms.on_edge(Rel::LocatedIn, self.terms.value(role));
        link.map(|link| Link { properties, ..link })
    }

    /// How many slots of a stage that speaks of companies are used.
    pub(super) fn used_of_firms(&self, stage: Stage, owner: u32, dice: &mut Dice) -> u32 {
        match stage {
            Stage::Acquired => 2 * u32::from(owner > 0 && dice.permille(10)),
            Stage::Companies => 6,
            Stage::Courtships => match dice.below(100) {
                0..=79 => 0,
                80..=95 => COURTS.1,
                _ => COURTS.0 * COURTS.1,
            },
            Stage::Matters => dice.heavy(0.6, 4),
            Stage::Namesakes => u32::from(Self::is_namesake(owner)),
            Stage::Products => 4,
            Stage::Supplies => dice.heavy(3.0, 100),
            _ => dice.heavy(0.7, 3),
        }
    }

    pub(super) fn link_of_firms(&self, stage: Stage, it: Ref, slot: u32) -> Option<Link> {
        let mut dice = self.slot(stage, it.number, slot);
        match stage {
            Stage::Acquired => self.acquired(it, slot),
            Stage::Companies => self.basics(it, slot, &mut dice),
            Stage::Courtships => self.courtship(it, slot),
            Stage::Matters => self.matter(it, slot),
            Stage::Namesakes => {
                let other = Family::Company.at(it.number - 1);
                let link = Link::later(Rel::PossiblySameAs, it, other);
                link.map(|link| Link { doubt: Some("名称相同，是否同一家企业未写明"), ..link })
            }
            Stage::Products => self.of_product(it, slot, &mut dice),
            Stage::Supplies => self.supply(it, slot),
            _ => self.title(it, slot),
        }
    }

    /// Where a company is and in which sector: stated with it. A second sector, a park, a second place, a group: stated later.
    fn basics(&self, it: Ref, slot: u32, dice: &mut Dice) -> Option<Link> {
        match slot {
            0 => self.located(Link::with(Rel::LocatedIn, it, self.county(it)), "SITE"),
            1 => Link::with(Rel::InSector, it, self.sector(it)),
            2 if dice.permille(400) => {
                let second = Family::Sector.at(dice.skewed(SECTORS));
                (second != self.sector(it)).then(|| Link::later(Rel::InSector, it, second)).flatten()
            }
            3 if dice.permille(350) => {
                let park = Family::Park.at(dice.skewed(self.layout.count(Family::Park)));
                self.located(Link::later(Rel::LocatedIn, it, park), "SITE")
            }
            4 if dice.permille(250) => {
                let county = Family::County.at(dice.skewed(COUNTIES));
                self.located(Link::later(Rel::LocatedIn, it, county), "PRODUCTION")
            }
            // Under a company of a smaller number, so that none is under itself.
            5 if it.number > 0 && dice.permille(60) => {
                Link::later(Rel::PartOf, it, Family::Company.at(dice.skewed(it.number)))
            }
            _ => None,
        }
    }

    /// The sector of a company.
    fn sector(&self, it: Ref) -> Ref {
        Family::Sector.at(self.dice_of(super::sorts::PARTIES, it).skewed(SECTORS))
    }

    /// Two documents that give other years for one purchase.
    fn acquired(&self, it: Ref, slot: u32) -> Option<Link> {
        let mut dice = self.slot(Stage::Acquired, it.number, 0);
        let bought = Family::Company.at(dice.skewed(it.number));
        Link::later(Rel::Acquired, it, bought).map(|link| Link { how: How::Twice(slot), ..link })
    }

    /// A step of a courtship, and who courts. Each has come as far as it has.
    fn courtship(&self, it: Ref, slot: u32) -> Option<Link> {
        let (suitor, step) = (slot / COURTS.1, slot % COURTS.1);
        let who = |suitor: u32| {
            let mut dice = self.slot(Stage::Courtships, it.number, 32 + suitor);
            let region = if dice.permille(500) {
                Family::Prefecture.at(dice.skewed(PREFECTURES))
            } else {
                Family::County.at(dice.skewed(COUNTIES))
            };
            (region, 1 + dice.below(COURTS.1))
        };
        let (region, steps) = who(suitor);
        let again = (0..suitor).any(|other| who(other).0 == region);
        let stage = COURTSHIP.get(step as usize).filter(|_| step < steps && !again)?;
        let link = Link::later(Rel::Courts, region, it)?;
        Some(Link { properties: self.terms.on_edge(Rel::Courts, self.terms.value(stage)), ..link })
    }

    /// A lab, a platform, a body, an initiative in which a company takes part.
    fn matter(&self, it: Ref, slot: u32) -> Option<Link> {
        let drawn = |slot| {
            let mut dice = self.slot(Stage::Matters, it.number, slot);
            let (family, role) = dice.pick(&[
                (Family::Lab, "PARTNER"),
                (Family::Platform, "BUILDER"),
                (Family::Body, "MEMBER"),
                (Family::Initiative, "BENEFICIARY"),
                (Family::Initiative, "CHAIN_LEADER"),
            ])?;
            Some((family.at(dice.skewed(self.layout.count(family))), role))
        };
        let (matter, role) = drawn(slot)?;
        let again =
            (0..slot).any(|other| drawn(other).is_some_and(|(other, as_what)| other == matter && as_what == role));
        (!again).then(|| self.part(it, matter, role)).flatten()
    }

    /// A role in an undertaking.
    pub(super) fn part(&self, actor: Ref, matter: Ref, role: &'static str) -> Option<Link> {
        let properties = self.terms.on_edge(Rel::TakesPartIn, self.terms.value(role));
        Link::later(Rel::TakesPartIn, actor, matter).map(|link| Link { properties, ..link })
    }

    fn of_product(&self, it: Ref, slot: u32, dice: &mut Dice) -> Option<Link> {
        let sector = Family::Sector.at(self.slot(Stage::Products, it.number, 1).skewed(SECTORS));
        match slot {
            0 => {
                let company = Family::Company.at(it.number / 2);
                let mut link = Link::with(Rel::Makes, company, it)?;
                if dice.permille(700) {
                    link.properties = self.terms.on_edge(Rel::Makes, text(&words::brand(dice)));
                }
                // One in eight is made only since a later document, and may be planned still.
                if dice.permille(125) {
                    link.how = How::Later;
                }
                Some(link)
            }
            1 => Link::with(Rel::InSector, it, sector),
            2 if dice.permille(250) => {
                let second = Family::Sector.at(dice.skewed(SECTORS));
                (second != sector).then(|| Link::later(Rel::InSector, it, second)).flatten()
            }
            3 if dice.permille(400) => {
                let county = Family::County.at(dice.skewed(COUNTIES));
                self.located(Link::later(Rel::LocatedIn, it, county), "PRODUCTION")
            }
            _ => None,
        }
    }

    /// A delivery: a company once, whatever it gets.
    fn supply(&self, it: Ref, slot: u32) -> Option<Link> {
        let to = |slot| self.slot(Stage::Supplies, it.number, slot).skewed(self.companies());
        let object = to(slot);
        if object == it.number || (0..slot).any(|other| to(other) == object) {
            return None;
        }
        let mut dice = self.slot(Stage::Supplies, it.number, 128 + slot);
        let goods = dice.pick(words::GOODS).filter(|_| dice.permille(900));
        let properties =
            goods.map_or_else(Vec::new, |goods| self.terms.on_edge(Rel::Supplies, self.terms.value(goods)));
        Link::later(Rel::Supplies, it, Family::Company.at(object)).map(|link| Link { properties, ..link })
    }

    /// A title that a company holds, now and then with its rank.
    fn title(&self, it: Ref, slot: u32) -> Option<Link> {
        let first = self.slot(Stage::Titles, it.number, 0).below(self.layout.count(Family::Honour));
        let honour = Family::Honour.at((first + slot) % self.layout.count(Family::Honour));
        let mut dice = self.slot(Stage::Titles, it.number, 8 + slot);
        let rank = dice.permille(100).then(|| Value::Int((1 + dice.below(50)).into()));
        let properties = rank.map_or_else(Vec::new, |rank| self.terms.on_edge(Rel::Holds, rank));
        Link::later(Rel::Holds, it, honour).map(|link| Link { properties, ..link })
    }
}
