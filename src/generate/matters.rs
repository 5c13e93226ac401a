//! What is said of everything but companies: the trees of places and sectors, what actors do together, policies and their rules.

use super::Industry;
use super::chance::Dice;
use super::facts::{How, Link, Stage};
use super::layout::{AREAS, Family, PREFECTURES, PROVINCES, Ref, SECTORS};
use super::terms::{CLAIMS, FORMS, Rel};
use crate::graph::Value;

impl Industry {
    /// How many slots of a stage an entity uses.
    pub(super) fn used(&self, stage: Stage, owner: u32, dice: &mut Dice) -> u32 {
        match stage {
            Stage::Acquired | Stage::Companies | Stage::Courtships | Stage::Matters | Stage::Namesakes => {
                self.used_of_firms(stage, owner, dice)
            }
            Stage::Products | Stage::Supplies | Stage::Titles => self.used_of_firms(stage, owner, dice),
            // A few events have very many guests.
            Stage::Events => dice.heavy(9.0, 64),
            Stage::Rosters => 1 + self.listed(owner),
            _ => u32::MAX,
        }
    }

    /// How many companies a roster names.
    pub(super) fn listed(&self, roster: u32) -> u32 {
        let mut dice = self.slot(Stage::Rosters, roster, 0);
        dice.heavy(12.0, 64).min(self.layout.count(Family::Company))
    }

    /// What a stage says in a slot.
    pub(super) fn link(&self, stage: Stage, it: Ref, slot: u32) -> Option<Link> {
        let mut dice = self.slot(stage, it.number, slot);
        match stage {
            Stage::Provinces | Stage::Regions | Stage::Counties => self.under(it, slot),
            Stage::Sectors => {
                let above = match it.number {
                    0..6 => return None,
                    number @ 6..30 => number % 6,
                    number => 6 + number % 24,
                };
                Link::with(Rel::PartOf, it, Family::Sector.at(above))
            }
            Stage::Honours => match it.number {
                // Rungs of the ladder of champions.
                4 => Link::with(Rel::PartOf, it, Family::Honour.at(3)),
                _ => None,
            },
            Stage::Agencies => self.located(Link::with(Rel::LocatedIn, it, Self::seat(it.number)), "SITE"),
            Stage::Offices => Link::with(Rel::OfficeOf, it, Family::Agency.at(it.number)),
            Stage::Persons => {
                Link::later(Rel::HoldsOffice, it, Family::Office.at(it.number % self.layout.count(Family::Office)))
            }
            Stage::Declarations => {
                let sector = Family::Sector.at((dice.below(SECTORS / 4) * 4 + slot) % SECTORS);
                let claim = self.terms.value(dice.pick(&CLAIMS)?);
                let properties = self.terms.on_edge(Rel::Declares, claim);
                Link::later(Rel::Declares, it, sector).map(|link| Link { properties, ..link })
            }
            Stage::Associations | Stage::Hospitals | Stage::Institutes | Stage::Universities => self.here(it, "SITE"),
            Stage::Bodies | Stage::Stations => match slot {
                0 => self.here(it, if stage == Stage::Stations { "SERVICE_AREA" } else { "SITE" }),
                _ => self.part(self.some(Family::Agency, &mut dice), it, "LEAD"),
            },
            Stage::Labs | Stage::Platforms => match slot {
                0 => self.here(it, "SITE"),
                1 => Link::with(Rel::InSector, it, Family::Sector.at(dice.skewed(SECTORS))),
                2 => self.part(self.some(Family::University, &mut dice), it, "SEAT"),
                _ => self.part(self.known_company(&mut dice), it, "BUILDER"),
            },
            Stage::Parks => match slot {
                0 => self.here(it, "SITE"),
                // The second of two sectors is another one.
                1 | 2 => Link::with(Rel::InSector, it, Family::Sector.at(dice.below(SECTORS / 2) * 2 + slot - 1)),
                _ => None,
            },
            Stage::Technologies => match slot {
                0 => Link::with(Rel::InSector, it, Family::Sector.at(dice.skewed(SECTORS))),
                _ => self.of_technology(it, slot),
            },
            Stage::Certificates => {
                let product = Family::Product.at(self.certified(it.number));
                match slot {
                    0 => Link::later(Rel::Holds, Family::Company.at(product.number / 2), it),
                    1 => Link::later(Rel::Holds, product, it),
                    _ => Link::with(Rel::Concerns, it, product),
                }
            }
            Stage::Cooperations => self.cooperation(it, slot),
            Stage::Projects => self.project(it, slot, &mut dice),
            Stage::Events => self.event(it, slot, &mut dice),
            Stage::Policies | Stage::Rules | Stage::Initiatives | Stage::Proposals => {
                self.policy_link(stage, it, slot, &mut dice)
            }
            Stage::Documents => self.document_link(it, slot, &mut dice),
            Stage::Rosters => self.roster_link(it, slot),
            _ => self.link_of_firms(stage, it, slot),
        }
    }

    /// What a region is under.
    fn under(&self, it: Ref, slot: u32) -> Option<Link> {
        if slot == 0 {
            return Link::with(Rel::PartOf, it, Self::above(it)?);
        }
        // A third of the provinces are in an area too.
        let area = Family::Area.at(it.number % AREAS);
        it.number.is_multiple_of(3).then(|| Link::with(Rel::PartOf, it, area)).flatten()
    }

    /// In the county where it is.
    fn here(&self, it: Ref, role: &'static str) -> Option<Link> {
        self.located(Link::with(Rel::LocatedIn, it, self.county(it)), role)
    }

    fn of_technology(&self, it: Ref, slot: u32) -> Option<Link> {
        let product = |slot| self.slot(Stage::Technologies, it.number, slot).below(self.layout.count(Family::Product));
        let again = (1..slot).any(|other| product(other) == product(slot));
        (!again).then(|| Link::later(Rel::Concerns, it, Family::Product.at(product(slot)))).flatten()
    }

    /// The product of a certificate: spread evenly over all.
    pub(super) fn certified(&self, certificate: u32) -> u32 {
        let (products, certificates) = (self.layout.count(Family::Product), self.layout.count(Family::Certificate));
        (u64::from(certificate) * u64::from(products) / u64::from(certificates)) as u32
    }

    /// The form of a cooperation: two in five are contract manufacture.
    pub(super) fn form(&self, cooperation: u32) -> &'static str {
        let mut dice = self.slot(Stage::Cooperations, cooperation, 16);
        if dice.permille(400) { FORMS[0] } else { dice.pick(&FORMS[1..]).unwrap_or(FORMS[1]) }
    }

    /// Parties in their roles, what it is about, where it is.
    fn cooperation(&self, it: Ref, slot: u32) -> Option<Link> {
        let form = self.form(it.number);
        let drawn = |slot| self.known_company(&mut self.slot(Stage::Cooperations, it.number, slot));
        let companies = self.layout.count(Family::Company);
        let other = |slot| Family::Company.at(self.slot(Stage::Cooperations, it.number, 32 + slot).below(companies));
        let mut dice = self.slot(Stage::Cooperations, it.number, 64 + slot);
        let made = form == "CONTRACT_MANUFACTURING";
        let first = drawn(0);
        // The products of one party are of the same document as it is, earlier than the cooperation.
        let product = Family::Product.at(2 * first.number + dice.below(2));
        match slot {
            0 => self.part(first, it, if made { "PRINCIPAL" } else { "SIGNATORY" }),
            1 | 2 => {
                let role = match form {
                    "CONTRACT_MANUFACTURING" => "MANUFACTURER",
                    "JOINT_RESEARCH" => "DEVELOPER",
                    _ => "PARTNER",
                };
                let taken = other(slot) == first || (slot == 2 && (other(2) == other(1) || !dice.permille(250)));
                (!taken).then(|| self.part(other(slot), it, role)).flatten()
            }
            3 => Link::with(Rel::Concerns, it, product),
            4 if dice.permille(500) => self.here(it, "SITE"),
            5 => {
                let (family, role) = match form {
                    "CLINICAL_TRIAL" => (Family::Hospital, "TRIAL_SITE"),
                    "JOINT_RESEARCH" | "TALENT" => (Family::University, "DEVELOPER"),
                    "TECHNOLOGY_TRANSFER" => (Family::Institute, "PROVIDER"),
                    _ => return None,
                };
                self.part(self.some(family, &mut dice), it, role)
            }
            _ => None,
        }
    }

    fn project(&self, it: Ref, slot: u32, dice: &mut Dice) -> Option<Link> {
        let company = self.known_company(&mut self.slot(Stage::Projects, it.number, 0));
        match slot {
            0 => self.part(company, it, "UNDERTAKER"),
            1 => self.here(it, "SITE"),
            2 => Link::with(Rel::InSector, it, Family::Sector.at(dice.skewed(SECTORS))),
            3 => Link::with(Rel::Concerns, it, Family::Product.at(2 * company.number + dice.below(2))),
            _ if dice.permille(300) => {
                let other = self.some(Family::Company, dice);
                (other != company).then(|| self.part(other, it, "SUPPORTER")).flatten()
            }
            _ => None,
        }
    }

    fn event(&self, it: Ref, slot: u32, dice: &mut Dice) -> Option<Link> {
        let guest = |slot| self.slot(Stage::Events, it.number, 128 + slot).skewed(self.layout.count(Family::Company));
        match slot {
            0 => self.part(self.some(Family::Agency, dice), it, "HOST"),
            1 => self.here(it, "VENUE"),
            2 => Link::with(Rel::Concerns, it, Family::Sector.at(dice.skewed(SECTORS))),
            _ => {
                let again = (3..slot).any(|other| guest(other) == guest(slot));
                let role = if slot == 3 { "SPEAKER" } else { "ATTENDEE" };
                (!again).then(|| self.part(Family::Company.at(guest(slot)), it, role)).flatten()
            }
        }
    }

    /// Where a policy applies, and so its rules.
    pub(super) fn applied(&self, policy: u32) -> Ref {
        let mut dice = self.slot(Stage::Policies, policy, 16);
        Self::seat(dice.below(PROVINCES + PREFECTURES))
    }

    fn policy_link(&self, stage: Stage, it: Ref, slot: u32, dice: &mut Dice) -> Option<Link> {
        let sector = Family::Sector.at(dice.skewed(SECTORS));
        match (stage, slot) {
            (Stage::Policies, 0) => {
                let agency = self.slot(Stage::Policies, it.number, 16).below(PROVINCES + PREFECTURES);
                let properties = self.terms.on_edge(Rel::Issued, self.terms.value("ISSUER"));
                Link::later(Rel::Issued, Family::Agency.at(agency), it).map(|link| Link { properties, ..link })
            }
            (Stage::Policies, 1) => Link::with(Rel::AppliesIn, it, self.applied(it.number)),
            (Stage::Policies, 2) => Link::with(Rel::Concerns, it, sector),
            (Stage::Policies, _) => Link::with(Rel::HasRule, it, Family::Rule.at(2 * it.number + slot - 3)),
            (Stage::Rules, 0) => Link::with(Rel::AppliesIn, it, self.applied(it.number / 2)),
            (Stage::Rules, _) => Link::with(Rel::Concerns, it, sector),
            (Stage::Initiatives, 0) => Link::later(Rel::Implements, it, self.some(Family::Policy, dice)),
            (Stage::Initiatives, 1) => {
                let ask = self.terms.on_edge(Rel::RespondsTo, Value::Int((1 + dice.below(3)).into()));
                let link = Link::later(Rel::RespondsTo, it, self.some(Family::Proposal, dice));
                link.map(|link| Link { properties: ask, ..link })
            }
            (Stage::Initiatives, 2) => self.part(self.some(Family::Agency, dice), it, "LEAD"),
            (Stage::Initiatives | Stage::Proposals, 1..) => Link::with(Rel::Concerns, it, sector),
            _ => Link::later(Rel::Submitted, self.some(Family::Association, dice), it),
        }
    }

    /// Who issued a document and to whom it went. Agencies are common knowledge, so the document itself says it.
    fn document_link(&self, it: Ref, slot: u32, dice: &mut Dice) -> Option<Link> {
        let agencies = self.layout.count(Family::Agency);
        let agency = |slot: u32| Family::Agency.at((it.number * 7 + slot * 5) % agencies);
        let (rel, from, to, role) = match slot {
            0 => (Rel::Issued, agency(0), it, "ISSUER"),
            1 if dice.permille(300) => (Rel::Issued, agency(1), it, "DRAFTER"),
            2 => (Rel::SentTo, it, agency(2), if dice.permille(500) { "RECIPIENT" } else { "COPY" }),
            3 if it.number % 8 >= 5 && dice.permille(300) => {
                return Link::with(Rel::Answers, it, self.some(Family::Proposal, dice));
            }
            _ => return None,
        };
        let properties = self.terms.on_edge(rel, self.terms.value(role));
        Link::with(rel, from, to).map(|link| Link { properties, how: How::By(it.number), ..link })
    }

    fn roster_link(&self, it: Ref, slot: u32) -> Option<Link> {
        let Some(member) = slot.checked_sub(1) else {
            let agency = self.some(Family::Agency, &mut self.slot(Stage::Rosters, it.number, 1));
            let properties = self.terms.on_edge(Rel::Issued, self.terms.value("ISSUER"));
            return Link::later(Rel::Issued, agency, it).map(|link| Link { properties, ..link });
        };
        let companies = self.layout.count(Family::Company);
        let first = self.slot(Stage::Rosters, it.number, 2).skewed(companies);
        // Neighbours, so that none is named twice; not more than there are.
        (member < companies)
            .then(|| Link::with(Rel::HasMember, it, Family::Company.at((first + member) % companies)))
            .flatten()
    }
}
