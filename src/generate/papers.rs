//! Documents, policies with their rules, proposals and rosters.

use super::entities::Told;
use super::layout::Family;
use super::terms::{self, Prop};
use super::{Industry, sorts, text, words};
use crate::graph::{Dated, Decimal, PartialDate, Value};
use crate::ontology::{PropId, StructId, ValueType};

/// Fields of a value object by their names.
type Fields<'a> = &'a [(&'a str, Value)];

impl Industry {
    pub(super) fn paper(&self, number: u32) -> Told {
        let mut dice = self.dice_of(sorts::ENTITY, Family::Document.at(number));
        let place = self.told(Self::seat(dice.below(super::layout::PROVINCES + super::layout::PREFECTURES)));
        let (written, published) = self.dates(number);
        let year = self.year(super::Stated::In(number));
        let title = format!("{}关于支持医疗器械产业发展的第{}号建议的答复", place.zh, 1 + number / super::YEARS);
        let mut told =
            Told::called(format!("{}{year}年答复（{number}）", place.zh)).en(format!("Reply {number} of {year}"));
        if dice.permille(700) {
            told.properties.push(self.is(Prop::Number, text(&format!("工信复〔{year}〕{number}号"))));
        }
        told.properties.push(self.is(Prop::Title, text(&title)));
        told.properties.extend(written.map(|day| self.is(Prop::WrittenOn, Value::Date(day))));
        told.properties.extend(published.map(|day| self.is(Prop::PublishedOn, Value::Date(day))));
        told
    }

    pub(super) fn policy(&self, number: u32) -> Told {
        let it = Family::Policy.at(number);
        let mut dice = self.dice_of(sorts::ENTITY, it);
        let year = self.year(self.first(it));
        let mut told = Told::called(words::numbered(self.seed, number, "医疗器械产业若干措施"));
        told.properties.push(self.is(Prop::Number, text(&format!("政发〔{}〕{number}号", year - 1))));
        told.properties.push(self.drawn(Prop::PolicyType, &terms::POLICIES, &mut dice));
        if dice.permille(400) {
            let period = [year - 1, year + 4].map(|year| PartialDate::from_code(year * 10_000));
            for (prop, bound) in [Prop::CoversFrom, Prop::CoversUntil].into_iter().zip(period) {
                told.properties.extend(bound.map(|date| self.is(prop, Value::Date(date))));
            }
        }
        told.history.push(self.state(number));
        told
    }

    /// The state of a policy and of its rules.
    fn state(&self, policy: u32) -> (PropId, Vec<Dated>) {
        let mut dice = self.dice_of(sorts::PARTIES, Family::Policy.at(policy));
        let stated = self.first(Family::Policy.at(policy));
        let state = dice.pick(&terms::STATES).unwrap_or("IN_FORCE");
        let dated = |value: &'static str, stated| Dated {
            value: self.terms.value(value),
            since: None,
            until: None,
            known_from: self.known(stated),
            citations: vec![self.citation(stated, "附件", &[])],
        };
        let mut all = vec![dated(state, stated)];
        if state != "IN_FORCE" && dice.permille(500) {
            let class = 5 + dice.below(super::YEARS - 5);
            all.push(dated("IN_FORCE", super::Stated::In(self.document(&mut dice, class))));
        }
        (self.terms.prop(Prop::State), all)
    }

    /// Two rules to a policy: one for products by their class, in two tiers, one for companies.
    pub(super) fn rule(&self, number: u32) -> Told {
        let policy = number / 2;
        let mut dice = self.dice_of(sorts::ENTITY, Family::Rule.at(number));
        let place = self.layout.id(self.applied(policy));
        let amount =
            |units: u32| Value::Decimal(Decimal::whole(i64::from(units) * 100_000).unwrap_or(Decimal::from_scaled(0)));
        let base = 3 + dice.below(8);
        let test = |index: i64, attribute: &str, operator: &str, value: &str| {
            self.block(
                Prop::Conditions,
                &[
                    ("index", Value::Int(index)),
                    ("parent", Value::Int(0)),
                    ("op", text("TEST")),
                    ("attribute", text(attribute)),
                    ("operator", text(operator)),
                    ("value", Value::List([text(value)].into())),
                    ("basis", text("STATED")),
                ],
            )
        };
        let all = self.block(Prop::Conditions, &[("index", Value::Int(0)), ("op", text("ALL"))]);
        let mut told = Told::called(words::numbered(
            self.seed,
            policy,
            if number.is_multiple_of(2) { "首次注册奖励" } else { "企业落户奖励" },
        ));
        let (per, conditions, tiers) = if number.is_multiple_of(2) {
            let conditions = [
                Some(all),
                Some(test(1, "CERTIFICATE_TYPE", "EQ", "REGISTRATION")),
                Some(test(2, "PRODUCT_PRODUCED_IN", "WITHIN", &place)),
                self.block(
                    Prop::Conditions,
                    &[
                        ("index", Value::Int(3)),
                        ("op", text("TEST")),
                        ("attribute", text("PRODUCT_DEVICE_CLASS")),
                        ("operator", text("EQ")),
                        ("value", Value::List([text("III")].into())),
                        ("basis", text("STATED")),
                    ],
                )
                .into(),
            ];
            let tier = |when: i64, units| {
                self.block(Prop::Tiers, &[("when", Value::Int(when)), ("award", self.award(amount(units), "EXACT"))])
            };
            ("PRODUCT", conditions.into_iter().flatten().collect::<Vec<_>>(), vec![tier(3, 3 * base), tier(1, base)])
        } else {
            let conditions = vec![all, test(1, "COMPANY_REGION", "WITHIN", &place)];
            ("COMPANY", conditions, vec![self.block(Prop::Tiers, &[("award", self.award(amount(10 * base), "UP_TO"))])])
        };
        let cap = [
            ("amount", amount(20 * base)),
            ("unit", text("CNY")),
            ("per", text("COMPANY")),
            ("period", text(if dice.permille(700) { "YEAR" } else { "TOTAL" })),
        ];
        told.properties.push(self.is(Prop::Per, self.terms.value(per)));
        told.properties.push(self.is(Prop::Conditions, Value::List(conditions.into())));
        told.properties.push(self.is(Prop::When, Value::Int(0)));
        told.properties.push(self.is(Prop::Tiers, Value::List(tiers.into())));
        told.properties.push(self.is(Prop::Caps, Value::List([self.block(Prop::Caps, &cap)].into())));
        told.history.push(self.state(policy));
        told
    }

    /// The award of a tier.
    fn award(&self, value: Value, bound: &str) -> Value {
        let tier = terms::block(&self.ontology, self.terms.prop(Prop::Tiers));
        let declared = tier.and_then(|id| {
            let fields = &self.ontology.structure(id).fields;
            fields.iter().find_map(|field| match field.ty {
                ValueType::Struct(id) => Some(id),
                _ => None,
            })
        });
        self.object(declared, &[("value", value), ("unit", text("CNY")), ("bound", text(bound))])
    }

    /// A value object of a property.
    fn block(&self, property: Prop, given: Fields<'_>) -> Value {
        self.object(terms::block(&self.ontology, self.terms.prop(property)), given)
    }

    fn object(&self, id: Option<StructId>, given: Fields<'_>) -> Value {
        let declared = id.map_or(&[][..], |id| &self.ontology.structure(id).fields);
        let of = |name: &str| given.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone());
        Value::Struct(declared.iter().map(|field| of(&field.name)).collect())
    }

    pub(super) fn proposal(&self, number: u32) -> Told {
        let it = Family::Proposal.at(number);
        let mut dice = self.dice_of(sorts::ENTITY, it);
        let mut told =
            Told::called(format!("关于加快医疗器械产业发展的建议（{number}）")).en(format!("Suggestion {number}"));
        told.properties.push(self.is(Prop::Number, text(&(1 + number).to_string())));
        told.properties.push(self.is(Prop::Session, text("十四届一次会议")));
        told.properties.push(self.drawn(Prop::ProposalType, &terms::PROPOSALS, &mut dice));
        let asks = [
            ("设立专项资金", "Set up a fund"),
            ("建设公共平台", "Build shared platforms"),
            ("引进龙头企业", "Attract leading firms"),
        ];
        let ask = |(place, (zh, en)): (i64, &(&str, &str))| {
            self.block(Prop::Asks, &[("number", Value::Int(place)), ("zh", text(zh)), ("en", text(en))])
        };
        told.properties.push(self.is(Prop::Asks, Value::List((1..).zip(&asks).map(ask).collect())));
        told
    }

    pub(super) fn roster(&self, number: u32) -> Told {
        let mut dice = self.dice_of(sorts::ENTITY, Family::Roster.at(number));
        let mut told = Told::called(words::numbered(self.seed, number, "重点企业名单"));
        let named = self.listed(number);
        let complete = dice.permille(300);
        let stated = if complete { named } else { named + 1 + dice.below(60) };
        told.properties.push(self.is(Prop::StatedSize, Value::Int(stated.into())));
        told.properties.push(self.is(Prop::MembersComplete, Value::Bool(complete)));
        told
    }
}
