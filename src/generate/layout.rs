//! Which entities there are, and where each stands in the order of ids: reckoned from its family and number, never looked up.

use super::terms::{Kind, Terms};
use crate::graph::NodeIx;
use crate::ontology::Ontology;

/// How many of what does not grow with the industry.
pub(super) const PROVINCES: u32 = 33;
/// The first of the provinces are municipalities under the central government, without prefectures.
pub(super) const MUNICIPALITIES: u32 = 4;
/// The last of them are special regions, without anything under them.
pub(super) const SPECIAL_REGIONS: u32 = 2;
pub(super) const PREFECTURES: u32 = 300;
pub(super) const COUNTIES: u32 = 2_400;
pub(super) const AREAS: u32 = 3;
pub(super) const SECTORS: u32 = 60;
/// So many kinds of goods are measured; by the ids of the indicators.
pub(super) const INDICATORS: [&str; 6] =
    ["enterprises", "market-share", "output-value", "output-value-growth", "output-value-rank", "revenue"];
/// Titles, by their ids.
pub(super) const HONOURS: [&str; 6] =
    ["gazelle", "high-tech", "little-giant", "national-champion", "provincial-champion", "provincial-specialised"];
/// Documents are of this many years, beginning with [`FIRST_YEAR`]: the number of a document modulo this says of which.
pub(super) const YEARS: u32 = 8;
/// The year of the earliest documents.
pub(super) const FIRST_YEAR: i32 = 2018;

/// Entities whose ids differ only by a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    Agency,
    Area,
    Association,
    Body,
    Certificate,
    Company,
    Cooperation,
    Country,
    County,
    Document,
    Event,
    Honour,
    Hospital,
    Indicator,
    Initiative,
    Institute,
    Lab,
    Office,
    Park,
    Person,
    Platform,
    Policy,
    Prefecture,
    Product,
    Project,
    Proposal,
    Province,
    Reference,
    Roster,
    Rule,
    Sector,
    Station,
    Technology,
    University,
}

/// An entity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ref {
    pub family: Family,
    pub number: u32,
}

impl Family {
    /// The one of a number.
    pub fn at(self, number: u32) -> Ref {
        Ref { family: self, number }
    }
}

/// How ids are made of numbers.
#[derive(Clone, Copy)]
enum Slugs {
    /// The number after a prefix.
    Numbered(&'static str),
    /// Two to a number: `p7-0` and `p7-1` are of company 7.
    Pairs(&'static str),
    /// Names, ascending.
    Listed(&'static [&'static str]),
}

/// A family: its kind, its ids, how many there are in an industry of so many companies.
type Declared = (Family, Kind, Slugs, fn(u32) -> u32);

/// What each family is, in the order of [`Family`].
const FAMILIES: &[Declared] = {
    use Slugs::{Listed, Numbered, Pairs};
    &[
        (Family::Agency, Kind::Agency, Numbered("g"), |_| PROVINCES + PREFECTURES),
        (Family::Area, Kind::Region, Numbered("area-"), |_| AREAS),
        (Family::Association, Kind::Association, Numbered("a"), |n| 2 + n / 2_000),
        (Family::Body, Kind::Body, Numbered("b"), |n| 1 + n / 1_000),
        (Family::Certificate, Kind::Certificate, Numbered("r"), |n| 1 + n * 11 / 20),
        (Family::Company, Kind::Company, Numbered("c"), |n| n),
        (Family::Cooperation, Kind::Cooperation, Numbered("v"), |n| 1 + n / 5),
        (Family::Country, Kind::Region, Listed(&["cn"]), |_| 1),
        (Family::County, Kind::Region, Numbered("county-"), |_| COUNTIES),
        (Family::Document, Kind::Document, Numbered("d"), |n| YEARS * (1 + n / 400)),
        (Family::Event, Kind::Event, Numbered("e"), |n| 1 + n / 25),
        (Family::Honour, Kind::Honour, Listed(&HONOURS), |_| HONOURS.len() as u32),
        (Family::Hospital, Kind::Hospital, Numbered("h"), |n| 4 + n / 200),
        (Family::Indicator, Kind::Indicator, Listed(&INDICATORS), |_| INDICATORS.len() as u32),
        (Family::Initiative, Kind::Initiative, Numbered("m"), |n| 1 + n / 200),
        (Family::Institute, Kind::ResearchInstitute, Numbered("i"), |n| 2 + n / 500),
        (Family::Lab, Kind::Lab, Numbered("l"), |n| 2 + n / 200),
        (Family::Office, Kind::Office, Numbered("o"), |_| PROVINCES + PREFECTURES),
        (Family::Park, Kind::Park, Numbered("k"), |n| 2 + n / 100),
        (Family::Person, Kind::Person, Numbered("m"), |n| 4 + n / 50),
        (Family::Platform, Kind::InnovationPlatform, Numbered("n"), |n| 2 + n / 500),
        (Family::Policy, Kind::Policy, Numbered("y"), |n| 1 + n / 200),
        (Family::Prefecture, Kind::Region, Numbered("prefecture-"), |_| PREFECTURES),
        (Family::Product, Kind::Product, Pairs("p"), |n| 2 * n),
        (Family::Project, Kind::Project, Numbered("j"), |n| 1 + n / 10),
        (Family::Proposal, Kind::Proposal, Numbered("q"), |n| 1 + n / 500),
        (Family::Province, Kind::Region, Numbered("province-"), |_| PROVINCES),
        (Family::Reference, Kind::Document, Listed(&["reference"]), |_| 1),
        (Family::Roster, Kind::Roster, Numbered("r"), |n| 1 + n / 200),
        (Family::Rule, Kind::PolicyRule, Pairs("y"), |n| 2 * (1 + n / 200)),
        (Family::Sector, Kind::Sector, Numbered("s"), |_| SECTORS),
        (Family::Station, Kind::ServiceStation, Numbered("s"), |n| 1 + n / 1_000),
        (Family::Technology, Kind::Technology, Numbered("t"), |n| 6 + n / 50),
        (Family::University, Kind::University, Numbered("u"), |n| 2 + n / 1_000),
    ]
};

/// A family in an industry of a given size.
struct Row {
    family: Family,
    kind: Kind,
    /// The kind's prefix with its colon.
    prefix: String,
    slugs: Slugs,
    count: u32,
    /// How many entities have smaller ids than all of it.
    base: u32,
}

/// All families, by their ids.
pub(super) struct Layout {
    rows: Vec<Row>,
    /// By family: its place among the rows.
    places: Vec<usize>,
    total: u32,
}

impl Layout {
    /// Of an industry of so many companies.
    pub fn of(ontology: &Ontology, terms: &Terms, companies: u32) -> Layout {
        let row = |(family, kind, slugs, count): &Declared| Row {
            family: *family,
            kind: *kind,
            prefix: format!("{}:", ontology.kind(terms.kind(*kind)).prefix),
            slugs: *slugs,
            count: count(companies),
            base: 0,
        };
        let mut rows: Vec<Row> = FAMILIES.iter().map(row).collect();
        // No family's ids lie among another's, so the first of each decides.
        rows.sort_by_key(|row| row.id(0));
        let mut total = 0;
        for row in &mut rows {
            row.base = total;
            total += row.count;
        }
        let place = |family: Family| rows.iter().position(|row| row.family == family).unwrap_or(0);
        let places = FAMILIES.iter().map(|(family, ..)| place(*family)).collect();
        Layout { rows, places, total }
    }

    fn row(&self, family: Family) -> &Row {
        &self.rows[self.places[family as usize]]
    }
    /// How many entities there are.
    pub fn total(&self) -> u32 {
        self.total
    }
    /// How many a family has.
    pub fn count(&self, family: Family) -> u32 {
        self.row(family).count
    }
    /// An entity's kind.
    pub fn kind(&self, it: Ref) -> Kind {
        self.row(it.family).kind
    }
    /// An entity's id.
    pub fn id(&self, it: Ref) -> String {
        self.row(it.family).id(it.number)
    }
    /// Its place in the order of ids.
    pub fn ix(&self, it: Ref) -> NodeIx {
        let row = self.row(it.family);
        NodeIx(row.base + row.rank(it.number))
    }
    /// The entity at a place.
    pub fn at(&self, ix: NodeIx) -> Ref {
        let row = &self.rows[self.rows.partition_point(|row| row.base <= ix.0).saturating_sub(1)];
        row.family.at(row.number(ix.0 - row.base))
    }
}

impl Row {
    fn id(&self, number: u32) -> String {
        // Asked for several times a line, so without the machinery of formats.
        let mut id = String::with_capacity(self.prefix.len() + 16);
        id.push_str(&self.prefix);
        match self.slugs {
            Slugs::Numbered(letter) => {
                id.push_str(letter);
                id.push_str(&number.to_string());
            }
            Slugs::Pairs(letter) => {
                id.push_str(letter);
                id.push_str(&(number / 2).to_string());
                id.push_str(if number.is_multiple_of(2) { "-0" } else { "-1" });
            }
            Slugs::Listed(names) => id.push_str(names.get(number as usize).unwrap_or(&"")),
        }
        id
    }
    /// How many of the family have smaller ids.
    fn rank(&self, number: u32) -> u32 {
        match self.slugs {
            Slugs::Numbered(_) => rank(number, self.count),
            Slugs::Pairs(_) => 2 * rank(number / 2, self.count / 2) + number % 2,
            Slugs::Listed(_) => number,
        }
    }
    /// The number of which so many have smaller ids.
    fn number(&self, rank: u32) -> u32 {
        match self.slugs {
            Slugs::Numbered(_) => nth(rank, self.count),
            Slugs::Pairs(_) => 2 * nth(rank / 2, self.count / 2) + rank % 2,
            Slugs::Listed(_) => rank,
        }
    }
}

/// How many of the numbers below `count` come before `number` when they are ordered as texts: 0, 1, 10, 11, 2 …
pub(super) fn rank(number: u32, count: u32) -> u32 {
    if number == 0 {
        return 0;
    }
    let (number, count) = (u64::from(number), u64::from(count));
    let digits = number.ilog10();
    let mut before = 1;
    let mut least = 1;
    let mut length = 0;
    while least < count {
        // Of the numbers of this length those whose text is smaller than the number's.
        let end =
            if length < digits { number / 10u64.pow(digits - length) + 1 } else { number * 10u64.pow(length - digits) };
        before += end.clamp(least, (least * 10).min(count)) - least;
        least *= 10;
        length += 1;
    }
    before as u32
}

/// The number below `count` before which so many come: [`rank`] backwards.
pub(super) fn nth(rank: u32, count: u32) -> u32 {
    let count = u64::from(count);
    // Numbers whose text begins with that of `start`.
    let under = |start: u64| {
        let (mut from, mut to, mut all) = (start, start + 1, 0);
        while from < count {
            all += to.min(count) - from;
            (from, to) = (from * 10, to * 10);
        }
        all
    };
    let Some(mut left) = u64::from(rank).checked_sub(1) else { return 0 };
    let mut current = 1;
    while current < count {
        let all = under(current);
        if left >= all {
            left -= all;
            current += 1;
        } else if left == 0 {
            return current as u32;
        } else {
            left -= 1;
            current *= 10;
        }
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stand_where_their_texts_do() {
        for count in [1, 2, 9, 10, 11, 99, 100, 101, 1_000, 1_234] {
            let mut texts: Vec<String> = (0..count).map(|number| number.to_string()).collect();
            texts.sort();
            for (place, text) in texts.iter().enumerate() {
                let number: u32 = text.parse().expect("a number");
                assert_eq!(rank(number, count), place as u32, "{number} of {count}");
                assert_eq!(nth(place as u32, count), number, "{place} of {count}");
            }
        }
    }

    #[test]
    fn families_do_not_overlap() {
        let ontology = Ontology::embedded().expect("the shipped ontology is right");
        let terms = Terms::of(&ontology).expect("the shipped ontology has all words");
        for companies in [1, 12, 4_000] {
            let layout = Layout::of(&ontology, &terms, companies);
            let ids: Vec<String> = (0..layout.total()).map(|at| layout.id(layout.at(NodeIx(at)))).collect();
            assert!(ids.is_sorted_by(|a, b| a < b));
            assert!((0..layout.total()).map(NodeIx).all(|ix| layout.ix(layout.at(ix)) == ix));
        }
    }
}
