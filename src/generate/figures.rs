//! Observations: figures of companies, places and sectors over years, with what they cover and in which unit.

use super::chance::Dice;
use super::layout::{FIRST_YEAR, Family, PREFECTURES, Ref, SECTORS, YEARS, nth, rank};
use super::{Industry, Stated, sorts};
use crate::graph::{
    Bound, DAY_MIN, Decimal, NodeIx, ObsIx, Observation, PartialDate, Quantity, Rank, Scope, Span, Status, When,
};
use crate::ingest::Unit;

/// Units: how they are written, their base unit, how many of it one is.
const UNITS: [(&str, &str, i64); 4] =
    [("亿元", "CNY", 100_000_000), ("万元", "CNY", 10_000), ("家", "家", 1), ("%", "%", 1)];

/// The units of the figures.
pub(super) fn units() -> Vec<Unit> {
    let unit = |(name, base, factor): &(&str, &str, i64)| Unit {
        name: (*name).into(),
        base: Decimal::whole(*factor).map(|factor| ((*base).into(), factor)),
    };
    UNITS.iter().map(unit).collect()
}

/// What figures are of. In the order of their ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sort {
    /// A company's revenue in a year.
    Firm,
    /// Of a place's output value the part of a sector.
    Part,
    /// A place's output value, a year.
    Place,
    /// A place's rank.
    Rank,
    /// What a place plans to reach.
    Target,
}

const SORTS: [(Sort, &str); 5] = [
    (Sort::Firm, "firm"),
    (Sort::Part, "part"),
    (Sort::Place, "place"),
    (Sort::Rank, "rank"),
    (Sort::Target, "target"),
];

/// How many figures of each sort there are, and how many before it.
pub(super) struct Figures([(u32, u32); 5]);

impl Figures {
    pub fn of(companies: u32) -> Figures {
        // Not more of a place than it has years.
        let places = (1 + companies / 10).min(PREFECTURES * YEARS);
        let mut base = 0;
        Figures([1 + companies / 4, places, places, 1 + places / 4, 1 + places / 4].map(|count| {
            base += count;
            (count, base - count)
        }))
    }
    pub fn total(&self) -> u32 {
        self.0.iter().map(|(count, _)| count).sum()
    }
}

/// What differs from one sort of figure to the next.
struct Figure {
    indicator: &'static str,
    subject: Ref,
    year: i32,
    amount: Option<(Decimal, usize)>,
    span: Span,
    bound: Bound,
    status: Status,
    text: String,
    sector: Option<Ref>,
    rank: Option<i64>,
    whole: Option<ObsIx>,
}

impl Industry {
    /// Its id and what is counted.
    fn figure_of(&self, ix: ObsIx) -> (Sort, u32, String) {
        let at = self.figures.0.iter().rposition(|(_, base)| *base <= ix.0).unwrap_or(0);
        let ((count, base), (sort, name)) = (self.figures.0[at], SORTS[at]);
        let number = nth(ix.0 - base, count);
        (sort, number, format!("observation:{name}-{number}"))
    }

    /// The id of an observation.
    pub(super) fn observation_id(&self, ix: ObsIx) -> String {
        self.figure_of(ix).2
    }

    /// The prefecture and the year of a place's figure.
    fn place_and_year(number: u32) -> (Ref, i32) {
        (Family::Prefecture.at(number % PREFECTURES), FIRST_YEAR - 1 + (number / PREFECTURES) as i32)
    }

    /// The output value of a place in hundredths of 亿元: it grows by about a tenth a year.
    fn output(&self, number: u32) -> i64 {
        let (place, year) = Self::place_and_year(number);
        let mut dice = self.dice(sorts::FIGURE, 1 << 40 | u64::from(place.number));
        let base = i64::from(500 + dice.skewed(90_000));
        (FIRST_YEAR..=year).fold(base, |value, year| {
            let mut dice = self.dice(sorts::FIGURE, (year as u64) << 20 | u64::from(place.number));
            value * i64::from(dice.between(98, 121)) / 100
        })
    }

    fn figure(&self, sort: Sort, number: u32) -> Figure {
        let mut dice = self.dice(sorts::FIGURE, (sort as u64) << 44 | u64::from(number));
        let hundredths = |value: i64| Decimal::from_scaled(value * Decimal::SCALE / 100);
        let (place, year) = Self::place_and_year(number);
        let named = |what: &str| format!("{}{what}", self.told(place).zh);
        let figure = |indicator, text| Figure {
            indicator,
            subject: place,
            year,
            amount: Some((hundredths(self.output(number)), 0)),
            span: Span::Span,
            bound: Bound::Exact,
            status: Status::Actual,
            text,
            sector: None,
            rank: None,
            whole: None,
        };
        match sort {
            Sort::Firm => self.revenue(number, &mut dice),
            Sort::Place => {
                Figure { bound: bound(&mut dice), ..figure("output-value", named("医疗器械产业产值")) }
            }
            Sort::Part => {
                let (count, base) = self.figures.0[Sort::Place as usize];
                let part = self.output(number) * i64::from(dice.between(5, 40)) / 100;
                Figure {
                    amount: Some((hundredths(part), 0)),
                    sector: Some(Family::Sector.at(dice.below(SECTORS))),
                    whole: Some(ObsIx(base + rank(number, count))),
                    ..figure("output-value", named("其中一个赛道的产值"))
                }
            }
            Sort::Rank => Figure {
                amount: None,
                rank: Some(dice.between(1, PREFECTURES as i32).into()),
                bound: Bound::Exact,
                ..figure("output-value-rank", named("医疗器械产业产值排名"))
            },
            Sort::Target => Figure {
                year: year + 5,
                amount: Some((Decimal::whole(dice.between(2, 60).into()).unwrap_or(Decimal::from_scaled(0)), 2)),
                span: Span::Instant,
                bound: Bound::AtLeast,
                status: if dice.permille(700) { Status::Planned } else { Status::Expected },
                sector: Some(Family::Sector.at(dice.below(SECTORS))),
                ..figure("enterprises", named("规模以上企业目标"))
            },
        }
    }

    /// A company's revenue: of one in 16 companies four years.
    fn revenue(&self, number: u32, dice: &mut Dice) -> Figure {
        let company =
            Family::Company.at((u64::from(number / 4) * 16 % u64::from(self.layout.count(Family::Company))) as u32);
        let year = self.year(self.first(company)) + (number % 4) as i32;
        Figure {
            indicator: "revenue",
            subject: company,
            year,
            amount: Decimal::whole(i64::from(300 + dice.skewed(400_000))).map(|amount| (amount, 1)),
            span: Span::Span,
            bound: bound(dice),
            status: Status::Actual,
            text: "企业全部业务".to_owned(),
            sector: None,
            rank: None,
            whole: None,
        }
    }

    /// The observation at a place.
    pub(super) fn observation(&self, ix: ObsIx) -> Observation {
        let (sort, number, id) = self.figure_of(ix);
        let it = self.figure(sort, number);
        let mut dice = self.dice(sorts::STATEMENT, (sort as u64) << 44 | u64::from(number));
        // Reported a year later; a target, five years before.
        let reported = if sort == Sort::Target { it.year - 4 } else { it.year + 1 };
        let class = (reported - FIRST_YEAR).clamp(0, YEARS as i32 - 1) as u32;
        let stated = Stated::In(self.document(&mut dice, class));
        let place = (it.subject.family == Family::Prefecture).then_some(it.subject);
        let code = it.year * 10_000;
        let when = PartialDate::from_code(code).map(When::date);
        let indicator = super::layout::INDICATORS.iter().position(|name| *name == it.indicator).unwrap_or(0);
        let normalized = it.amount.and_then(|(value, unit)| {
            let (_, base, factor) = UNITS[unit];
            Some(Quantity { value: value.times(Decimal::whole(factor)?)?, unit: base.into() })
        });
        let at = |it: Ref| -> NodeIx { self.ix(it) };
        Observation {
            id: id.into(),
            indicator: at(Family::Indicator.at(indicator as u32)),
            subjects: vec![at(it.subject)],
            when: when.unwrap_or(When { text: "当年".into(), earliest: None, latest: None }),
            span: it.span,
            value: it.amount.map(|(value, _)| value),
            unit: it.amount.map(|(_, unit)| UNITS[unit].0.into()),
            normalized,
            bound: it.bound,
            rank: it.rank.map(|position| Rank {
                position,
                bound: Bound::Exact,
                among: Some("全国地级市".into()),
                within: Some(at(Family::Country.at(0))),
            }),
            status: it.status,
            scope: Scope {
                text: it.text.into(),
                sector: it.sector.map(at),
                population: (sort == Sort::Target).then(|| "规模以上企业".into()),
                place: place.map(at),
            },
            breakdown_of: it.whole,
            note: None,
            doubt: None,
            known_from: self.known(stated).max(DAY_MIN),
            citations: vec![self.citation(stated, "一", &[])],
        }
    }
}

/// How a figure bounds the truth: most are exact.
fn bound(dice: &mut Dice) -> Bound {
    if dice.permille(700) { Bound::Exact } else { dice.pick(&Bound::ALL).unwrap_or(Bound::Exact) }
}
