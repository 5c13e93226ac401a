//! Entities: what each is called and which properties it has. Those of policies stand in `papers`.

use super::layout::{AREAS, Family, HONOURS, INDICATORS, MUNICIPALITIES, PROVINCES, Ref, SPECIAL_REGIONS};
use super::terms::{self, Prop};
use super::{Industry, Stated, date_in, sorts, text, words};
use crate::graph::{Bilingual, Dated, Node, NodeIx, NodeNames, PartialDate, Value, When, naming};
use crate::ingest::{check_character, fill_defaults};
use crate::ontology::PropId;
use std::sync::Arc;

/// What is told of an entity beyond its id and kind.
#[derive(Default)]
pub(super) struct Told {
    pub zh: String,
    pub en: Option<String>,
    pub short: Vec<String>,
    pub former: Vec<String>,
    pub aliases: Vec<String>,
    pub disambiguation: Option<(String, String)>,
    pub description: Option<(&'static str, &'static str)>,
    pub properties: Vec<(PropId, Value)>,
    pub history: Vec<(PropId, Vec<Dated>)>,
    /// A property that a later document added.
    pub later: Option<(Prop, Stated)>,
}

impl Told {
    pub fn called(zh: impl Into<String>) -> Told {
        Told { zh: zh.into(), ..Told::default() }
    }
    pub fn en(mut self, en: impl Into<String>) -> Told {
        self.en = Some(en.into());
        self
    }
}

impl Industry {
    /// The entity at a place.
    pub(super) fn node(&self, ix: NodeIx) -> Node {
        let it = self.layout.at(ix);
        let told = self.told(it);
        let kind = self.terms.kind(self.layout.kind(it));
        let stated = self.first(it);
        let mut properties = told.properties;
        fill_defaults(&self.ontology, kind, {
            properties.sort_by_key(|(id, _)| *id);
            &mut properties
        });
        let section = if it.family == Family::Document || stated == Stated::Ever { "题头" } else { self.section(it) };
        let mut citations = vec![self.citation(stated, section, &["names"])];
        let mut properties_known = Vec::new();
        if let Some((prop, later)) = told.later {
            properties_known.push((self.terms.prop(prop), self.known(later)));
            citations.push(self.citation(later, "名录", &[prop.text()]));
            citations.sort();
        }
        let both = |(zh, en): (Arc<str>, Arc<str>)| Bilingual { zh: Some(zh), en: Some(en) };
        let all = |names: Vec<String>| names.into_iter().map(Into::into).collect();
        let id: Arc<str> = self.layout.id(it).into();
        let zh: Arc<str> = told.zh.into();
        Node {
            id,
            kind,
            sort_name: naming::sort_key(&zh),
            names: NodeNames {
                zh: Some(zh),
                en: told.en.map(Into::into),
                short: all(told.short),
                former: all(told.former),
                aliases: all(told.aliases),
            },
            disambiguation: told.disambiguation.map_or(Bilingual::default(), |(zh, en)| both((zh.into(), en.into()))),
            description: told.description.map_or(Bilingual::default(), |(zh, en)| both((zh.into(), en.into()))),
            properties,
            properties_known,
            history: told.history,
            known_from: self.known(stated),
            citations,
        }
    }

    fn section(&self, it: Ref) -> &'static str {
        self.dice_of(sorts::FIRST, it).pick(&words::SECTIONS[..8]).unwrap_or("一")
    }

    pub(super) fn told(&self, it: Ref) -> Told {
        let mut dice = self.dice_of(sorts::ENTITY, it);
        let n = it.number;
        let numbered = |what: &str| words::numbered(self.seed, n, what);
        match it.family {
            Family::Area | Family::Country | Family::County | Family::Prefecture | Family::Province => self.region(it),
            Family::Company => self.company(n),
            Family::Product => self.product(n),
            Family::Document => self.paper(n),
            Family::Reference => {
                let mut told = Told::called("通用资料").en("Common reference");
                told.properties.push(self.is(Prop::Title, text("通用资料")));
                told
            }
            Family::Policy => self.policy(n),
            Family::Rule => self.rule(n),
            Family::Proposal => self.proposal(n),
            Family::Roster => self.roster(n),
            Family::Sector => {
                let mut told = Told::called(words::sector(n)).en(format!("Sector {n}"));
                let position = self.terms.value(terms::POSITIONS[n as usize % 3]);
                told.properties.push(self.is(Prop::ChainPosition, position));
                told
            }
            Family::Agency => {
                let place = self.region(Self::seat(n)).zh;
                let en = self.region(Self::seat(n)).en.unwrap_or_default();
                Told::called(format!("{place}工业和信息化局")).en(format!("Bureau of Industry of {en}"))
            }
            Family::Office => Told::called(format!("{}工业和信息化局局长", self.region(Self::seat(n)).zh)),
            Family::Indicator => self.indicator(n),
            Family::Honour => self.honour(n),
            Family::Certificate => {
                let class = self.class_of(self.certified(n));
                let mut told = Told::called(format!("械注准{}{:06}", 2016 + n % 7, n));
                told.properties.push(self.drawn(Prop::CertificateType, &terms::CERTIFICATES, &mut dice));
                told.properties.push(self.is(Prop::DeviceClass, self.terms.value(class)));
                told
            }
            Family::Cooperation => {
                let form = self.form(n);
                let mut told = Told::called(format!("{}合作（{n}）", words::brand(&mut dice)));
                told.properties.push(self.is(Prop::Form, self.terms.value(form)));
                told
            }
            Family::Event => {
                let mut told = Told::called(format!("{}医疗器械大会", words::numbered(self.seed, n, "")));
                let held = date_in(&mut dice, self.year(self.first(it)) - 1);
                told.properties.extend(held.map(|held| self.is(Prop::HeldOn, Value::Date(held))));
                told.properties.push(self.is(Prop::Edition, Value::Int((1 + dice.below(12)).into())));
                told
            }
            Family::Project => {
                let mut told = Told::called(format!("{}产业化项目（{n}）", words::brand(&mut dice)));
                told.properties.push(self.drawn(Prop::ProjectType, &terms::PROJECTS, &mut dice));
                told.history.push(self.stages(it));
                told
            }
            Family::Park => {
                let mut told = Told::called(numbered("医疗器械产业园")).en(format!("Device Park {n}"));
                told.properties.push(self.drawn(Prop::ParkType, &terms::PARKS, &mut dice));
                told.history.push(self.stages(it));
                told
            }
            Family::Lab | Family::Platform | Family::Station => {
                let what = match it.family {
                    Family::Lab => "重点实验室",
                    Family::Platform => "创新综合体",
                    _ => "审评服务站",
                };
                let mut told = Told::called(numbered(what));
                told.history.push(self.stages(it));
                told
            }
            Family::Initiative => {
                let mut told = Told::called(numbered("产业提升行动"));
                told.properties.push(self.drawn(Prop::InitiativeType, &terms::INITIATIVES, &mut dice));
                told
            }
            Family::Association => Told::called(numbered("医疗器械行业协会")),
            Family::Body => Told::called(numbered("产业链工作专班")),
            Family::Hospital => Told::called(numbered("医院")).en(format!("Hospital {n}")),
            Family::Institute => Told::called(numbered("检验研究院")),
            Family::University => Told::called(numbered("大学")).en(format!("University {n}")),
            Family::Person => Told::called(words::person(&mut dice)),
            Family::Technology => Told::called(format!("{}成形技术（{n}）", words::brand(&mut dice))),
        }
    }

    pub(super) fn is(&self, prop: Prop, value: Value) -> (PropId, Value) {
        (self.terms.prop(prop), value)
    }

    pub(super) fn drawn(&self, prop: Prop, all: &[&'static str], dice: &mut super::chance::Dice) -> (PropId, Value) {
        self.is(prop, self.terms.value(dice.pick(all).unwrap_or("")))
    }

    /// How far something is built: what its first document says, and what a later one adds.
    fn stages(&self, it: Ref) -> (PropId, Vec<Dated>) {
        let mut dice = self.dice_of(sorts::PARTIES, it);
        let stated = self.first(it);
        let year = self.year(stated);
        let reached = dice.below(terms::STAGES.len() as u32) as usize;
        let dated = |stage: usize, stated: Stated, since: Option<PartialDate>| Dated {
            value: self.terms.value(terms::STAGES[stage]),
            since: since.map(When::date),
            until: None,
            known_from: self.known(stated),
            citations: vec![self.citation(stated, "二", &[])],
        };
        let since = date_in(&mut dice, year - 1).filter(|_| reached > 0);
        let mut all = vec![dated(reached, stated, since)];
        if reached + 1 < terms::STAGES.len() && dice.permille(400) {
            let class = (year - super::FIRST_YEAR) as u32 + 2;
            let later = Stated::In(self.document(&mut dice, class.min(super::YEARS - 1)));
            let since = date_in(&mut dice, self.year(later) - 1);
            all.push(dated(reached + 1, later, since));
        }
        (self.terms.prop(Prop::Stage), all)
    }

    /// The region whose agency has a number: provinces first.
    pub(super) fn seat(number: u32) -> Ref {
        match number.checked_sub(PROVINCES) {
            Some(prefecture) => Family::Prefecture.at(prefecture),
            None => Family::Province.at(number),
        }
    }

    /// The region above one; none above the country and areas.
    pub(super) fn above(it: Ref) -> Option<Ref> {
        let inner = PROVINCES - MUNICIPALITIES - SPECIAL_REGIONS;
        match it.family {
            Family::Province => Some(Family::Country.at(0)),
            Family::Prefecture => Some(Family::Province.at(MUNICIPALITIES + it.number % inner)),
            // One county in 25 is a municipality's.
            Family::County if it.number % 25 == 24 => Some(Family::Province.at(it.number / 25 % MUNICIPALITIES)),
            Family::County => Some(Family::Prefecture.at((it.number - it.number / 25) % super::layout::PREFECTURES)),
            _ => None,
        }
    }

    /// The code of a region, in the form of GB/T 2260. The numbers are made up.
    fn code(it: Ref) -> Option<u32> {
        let inner = PROVINCES - MUNICIPALITIES - SPECIAL_REGIONS;
        match it.family {
            Family::Country => Some(100_000),
            Family::Province => Some((11 + it.number) * 10_000),
            Family::Prefecture => Some(Self::code(Self::above(it)?)? + (1 + it.number / inner) * 100),
            Family::County => {
                let nth = if it.number % 25 == 24 {
                    it.number / 25 / MUNICIPALITIES
                } else {
                    (it.number - it.number / 25) / super::layout::PREFECTURES
                };
                Some(Self::code(Self::above(it)?)? + 1 + nth)
            }
            _ => None,
        }
    }

    fn region(&self, it: Ref) -> Told {
        let n = it.number;
        let offset = self.seed % 1_600;
        let (level, (zh, en)) = match it.family {
            Family::Country => (terms::LEVELS[0], ("中国".to_owned(), "China".to_owned())),
            Family::Province if n < MUNICIPALITIES => (terms::LEVELS[2], words::place(n, offset, "市", "Municipality")),
            Family::Province if n >= PROVINCES - SPECIAL_REGIONS => {
                (terms::LEVELS[3], words::place(n, offset, "特别行政区", "Special Region"))
            }
            Family::Province => (terms::LEVELS[1], words::place(n, offset, "省", "Province")),
            Family::Prefecture => (terms::LEVELS[4], words::place(n, offset + 311, "市", "City")),
            Family::County => (terms::LEVELS[5], words::place(n, offset + 733, "县", "County")),
            _ => (terms::LEVELS[6], words::place(AREAS + n, offset + 61, "都市圈", "Metropolitan Area")),
        };
        let mut told = Told::called(zh).en(en);
        told.properties.extend(Self::code(it).map(|code| self.is(Prop::Code, text(&code.to_string()))));
        told.properties.push(self.is(Prop::Level, self.terms.value(level)));
        told
    }

    fn indicator(&self, number: u32) -> Told {
        let names = [
            ("企业数", "Companies", 0),
            ("市场占有率", "Market share", 3),
            ("产值", "Output value", 1),
            ("产值增速", "Growth of output value", 2),
            ("产值排名", "Rank by output value", 4),
            ("营业收入", "Operating revenue", 1),
        ];
        let (zh, en, sort) = names[number as usize % INDICATORS.len()];
        let mut told = Told::called(zh).en(en);
        told.properties.push(self.is(Prop::IndicatorType, self.terms.value(terms::INDICATORS[sort])));
        told
    }

    fn honour(&self, number: u32) -> Told {
        const SME: &str = "优质中小企业梯度培育";
        const CHAMPIONS: &str = "制造业单项冠军";
        let all = [
            ("瞪羚企业", "Gazelle", None, 1),
            ("高新技术企业", "High and new technology enterprise", None, 0),
            ("专精特新“小巨人”企业", "Little giant", Some((SME, 3)), 0),
            ("制造业单项冠军企业", "National manufacturing champion", Some((CHAMPIONS, 2)), 0),
            ("省级制造业单项冠军", "Provincial manufacturing champion", Some((CHAMPIONS, 1)), 1),
            ("省级专精特新企业", "Provincial specialised firm", Some((SME, 2)), 1),
        ];
        let (zh, en, ladder, level) = all[number as usize % HONOURS.len()];
        let mut told = Told::called(zh).en(en);
        if let Some((ladder, rung)) = ladder {
            told.properties.push(self.is(Prop::Ladder, text(ladder)));
            told.properties.push(self.is(Prop::Rung, Value::Int(rung)));
        }
        told.properties.push(self.is(Prop::AwardLevel, self.terms.value(terms::AWARD_LEVELS[level])));
        told
    }

    /// Whether a company has the name of the one before it.
    pub(super) fn is_namesake(number: u32) -> bool {
        number % 400 == 399
    }

    fn company(&self, number: u32) -> Told {
        let it = Family::Company.at(number);
        let named = if Self::is_namesake(number) { number - 1 } else { number };
        let (brand, brand_en, (trade, trade_en)) = words::company(self.seed, named);
        let mut dice = self.dice_of(sorts::ENTITY, it);
        let mut told = Told::called(format!("{brand}{trade}有限公司"));
        told.en = dice.permille(500).then(|| format!("{brand_en} {trade_en} Co., Ltd."));
        let county = self.county(it);
        if Self::is_namesake(number) || Self::is_namesake(number + 1) {
            let place = self.region(county);
            told.disambiguation =
                Some((format!("在{}", place.zh), format!("in {}", place.en.as_deref().unwrap_or(&place.zh))));
        }
        if dice.permille(300) {
            told.short.push(brand.clone());
        }
        if dice.permille(40) {
            told.former.push(format!("{}{trade}厂", words::brand(&mut dice)));
        }
        if dice.permille(30) {
            told.aliases.push(format!("{brand}集团{trade}公司"));
        }
        let identified = !dice.permille(5);
        told.properties.push(self.is(Prop::Identified, Value::Bool(identified)));
        if identified && dice.permille(900) {
            let code = format!("91{:06}MA{number:07}", Self::code(county).unwrap_or(100_000));
            // Characters that can stand in a code have a check character.
            let check = check_character(&code).unwrap_or('0');
            told.properties.push(self.is(Prop::CreditCode, text(&format!("{code}{check}"))));
        }
        // Before the first documents, more often late than early.
        let year = super::FIRST_YEAR - 1 - dice.skewed(37) as i32;
        let founded = date_in(&mut dice, year);
        if let Some(founded) = founded.filter(|_| dice.permille(800)) {
            told.properties.push(self.is(Prop::FoundedOn, Value::Date(founded)));
            if dice.permille(30) {
                let class = 3 + dice.below(super::YEARS - 3);
                told.later = Some((Prop::FoundedOn, Stated::In(self.document(&mut dice, class))));
            }
        }
        if dice.permille(20) {
            told.description = Some(("从事医疗器械的研发、生产与销售。", "Develops, makes and sells medical devices."));
        }
        told
    }

    /// The class of a device, by its product's number.
    pub(super) fn class_of(&self, product: u32) -> &'static str {
        self.dice_of(sorts::PARTIES, Family::Product.at(product)).pick(&terms::CLASSES).unwrap_or("II")
    }

    fn product(&self, number: u32) -> Told {
        let mut dice = self.dice_of(sorts::ENTITY, Family::Product.at(number));
        let (brand, ..) = words::company(self.seed, number / 2);
        let mut told = Told::called(words::product(&mut dice, &brand, number % 2 + 1));
        let class = self.class_of(number);
        told.properties.push(self.is(Prop::DeviceClass, self.terms.value(class)));
        if class == "III" && dice.permille(300) {
            told.properties.push(self.drawn(Prop::ReviewRoute, &terms::ROUTES, &mut dice));
        }
        if dice.permille(250) {
            told.properties.push(self.is(Prop::InventionPatent, Value::Bool(dice.permille(700))));
        }
        told
    }
}
