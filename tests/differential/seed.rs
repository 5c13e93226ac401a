//! Seed files made up for an ontology: what the real documents have and worse. Facts repeated, moved on, closed and contradicted
//! by later documents, partial dates and unknown bounds, namesakes, names that fold alike, lists, value objects, histories, joint
//! figures, retired ids. Deterministic by the source of numbers.

use crate::support::random::Random;
use mdgraph::graph::{Bound, Span, Status};
use mdgraph::ontology::{KindId, Ontology, PropId, Relationship, ValueType};
use std::fmt::Write;

/// How much is made up.
#[derive(Clone, Copy)]
pub struct Size {
    /// Entities, documents and indicators apart.
    pub entities: usize,
    /// Statements of relationships.
    pub facts: usize,
    /// Figures.
    pub observations: usize,
    /// Documents.
    pub documents: usize,
}

/// One statement of one document, as KDL: what shrinking drops.
#[derive(Clone)]
pub struct Statement {
    document: usize,
    section: usize,
    text: String,
}

/// Seed files in parts.
#[derive(Clone)]
pub struct Seed {
    headers: Vec<String>,
    /// In the order made; those of a document are written in this order.
    pub statements: Vec<Statement>,
    reference: String,
}

impl Seed {
    /// The files: name and text.
    pub fn files(&self) -> Vec<(String, String)> {
        let mut files = vec![("reference/reference.kdl".to_owned(), self.reference.clone())];
        for (document, header) in self.headers.iter().enumerate() {
            let mut text = header.clone();
            let mut sections: Vec<usize> =
                self.statements.iter().filter(|s| s.document == document).map(|s| s.section).collect();
            sections.sort_unstable();
            sections.dedup();
            for section in sections {
                let _ = writeln!(text, "section \"第{section}节\" {{");
                for statement in self.statements.iter().filter(|s| (s.document, s.section) == (document, section)) {
                    text.push_str(&statement.text);
                }
                text.push_str("}\n");
            }
            files.push((format!("doc-{document}.kdl"), text));
        }
        files
    }

    /// Without some of the statements.
    pub fn without(&self, range: std::ops::Range<usize>) -> Seed {
        let mut seed = self.clone();
        seed.statements.drain(range);
        seed
    }
}

/// Makes up seed files.
pub fn generate(ontology: &Ontology, size: Size, random: &mut Random) -> Seed {
    let mut maker = Maker { ontology, random, entities: Vec::new(), statements: Vec::new(), documents: size.documents };
    maker.entities(size.entities);
    for number in 0..size.facts {
        maker.fact(number);
    }
    maker.observations(size.observations);
    let headers = (0..size.documents).map(header).collect();
    let reference = maker.reference();
    Seed { headers, statements: maker.statements, reference }
}

/// Documents a year apart; every second one is published a month after its signing, in the middle of what others state.
fn header(document: usize) -> String {
    let year = 2021 + document;
    let mut text = format!(
        "document \"document:doc-{document}\" {{\n  title \"文件{document}\"\n  zh \"文件{document}\"\n  en \"Document {document}\"\n  writtenOn \"{year}-06-30\"\n"
    );
    if document % 2 == 1 {
        let _ = writeln!(text, "  publishedOn \"{year}-07-22\"");
    }
    text.push_str("}\n");
    text
}

struct Entity {
    kind: KindId,
    id: String,
}

struct Maker<'a> {
    ontology: &'a Ontology,
    random: &'a mut Random,
    entities: Vec<Entity>,
    statements: Vec<Statement>,
    documents: usize,
}

const ZH: [&str; 14] = [
    "威高",
    "达因",
    "吉威",
    "重庆",
    "长城",
    "甲·乙",
    "ＡＢＣ",
    "单氏",
    "威高集团",
    "器械",
    "药",
    "Ａ1",
    "乐山",
    "龙经",
];
const EN: [&str; 10] =
    ["Weigao", "weigao group", "ABC", "O'Hara", "Q \"quoted\"", "Émile", "zz top", "Back\\slash", "a-b", "Lab 1"];
const WORDS: [&str; 9] = ["甲", "乙", "alpha", "Alpha", "beta 2", "。", "a\"b", "丙丁", "omega😀"];
const DATES: [&str; 14] = [
    "2019",
    "2020",
    "2020-02",
    "2021",
    "2021-06",
    "2021-06-30",
    "2022",
    "2022-03",
    "2022-07-14",
    "2023",
    "2023-12-31",
    "2024",
    "2024-02-29",
    "2025",
];

fn quoted(text: impl AsRef<str>) -> String {
    format!("\"{}\"", text.as_ref().replace('\\', "\\\\").replace('"', "\\\""))
}

/// A unified social credit code with a right check character (GB 32100-2015), different for each number.
fn credit_code(number: usize) -> String {
    const SIGNS: &[u8] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
    let body = format!("91371000MA{number:07}");
    let mut weight = 1;
    let mut sum = 0;
    for sign in body.bytes() {
        sum += SIGNS.iter().position(|s| *s == sign).unwrap_or(0) * weight;
        weight = weight * 3 % 31;
    }
    format!("{body}{}", SIGNS[(31 - sum % 31) % 31] as char)
}

impl Maker<'_> {
    fn say(&mut self, document: usize, text: String) {
        let section = self.random.between(1, 3);
        self.statements.push(Statement { document, section, text });
    }

    fn document(&mut self) -> usize {
        self.random.below(self.documents)
    }

    fn entities(&mut self, count: usize) {
        let kinds: Vec<KindId> = self.ontology.all_kinds().iter().collect();
        let is = |kind: KindId, name: &str| &*self.ontology.kind(kind).name == name;
        let plain: Vec<KindId> =
            kinds.iter().copied().filter(|k| !is(*k, "Document") && !is(*k, "Indicator")).collect();
        let indicator = kinds.iter().copied().find(|k| is(*k, "Indicator"));
        let wanted = indicator.into_iter().cycle().take(3).chain((0..count).map(|i| plain[i % plain.len()]));
        for (number, kind) in wanted.collect::<Vec<_>>().into_iter().enumerate() {
            let slug = format!("e{number}");
            let id = format!("{}:{slug}", self.ontology.kind(kind).prefix);
            self.entities.push(Entity { kind, id });
            let document = self.document();
            let text = self.entity(kind, &slug, number);
            self.say(document, text);
            if self.random.chance(20) {
                // Another document adds a name: citations of two documents, names as a union.
                let text = format!(
                    "  {} \"{slug}\" {{\n    alias {}\n  }}\n",
                    self.ontology.kind(kind).prefix,
                    quoted(self.random.pick(&WORDS[..5])),
                );
                let document = self.document();
                self.say(document, text);
            }
        }
    }

    fn entity(&mut self, kind: KindId, slug: &str, number: usize) -> String {
        let kind = self.ontology.kind(kind);
        let mut text = format!("  {} \"{slug}\" {{\n", kind.prefix);
        let zh = self.random.chance(85);
        if zh {
            let name = *self.random.pick(&ZH);
            let name = if self.random.chance(40) { format!("{name}{number}") } else { name.to_owned() };
            let _ = writeln!(text, "    zh {}", quoted(&name));
        }
        if !zh || self.random.chance(40) {
            let _ = writeln!(text, "    en {}", quoted(self.random.pick(&EN)));
        }
        for keyword in ["short", "alias", "former"] {
            if self.random.chance(20) {
                let pool: Vec<&str> = ZH.iter().chain(&EN).copied().collect();
                let names: Vec<String> = self.random.some(&pool, 2).into_iter().map(quoted).collect();
                let _ = writeln!(text, "    {keyword} {}", names.join(" "));
            }
        }
        for keyword in ["disambiguation", "description"] {
            match self.random.below(6) {
                0 => text.push_str(&format!("    {keyword} zh=\"甲地的{number}\"\n")),
                1 => text.push_str(&format!("    {keyword} zh=\"乙\" en=\"Of place {number}\"\n")),
                _ => {}
            }
        }
        for property in kind.properties.clone() {
            self.property(&mut text, property, number);
        }
        text.push_str("  }\n");
        text
    }

    fn property(&mut self, text: &mut String, id: PropId, number: usize) {
        let property = self.ontology.property(id);
        let name = property.name.clone();
        if property.history {
            for _ in 0..self.random.below(4) {
                let value = self.scalar(&property.ty, number);
                let (since, until) = self.period();
                let _ = writeln!(text, "    {name} {value}{since}{until}");
            }
            return;
        }
        if self.random.chance(35) {
            return;
        }
        match &property.ty {
            ValueType::String if property.indexing == mdgraph::ontology::Indexing::Unique => {
                let _ = writeln!(text, "    {name} \"{:06}\"", 371000 + number);
            }
            ty => self.statement(text, &name, &ty.clone(), number, 2),
        }
    }

    /// A value as a node of its own: `name value`, or a block for a value object, repeated for a list of them.
    fn statement(&mut self, text: &mut String, name: &str, ty: &ValueType, number: usize, indent: usize) {
        let pad = "  ".repeat(indent);
        match ty {
            ValueType::Struct(id) => {
                let _ = writeln!(text, "{pad}{name} {{");
                for field in self.ontology.structure(*id).fields.clone() {
                    if field.required || self.random.chance(60) {
                        self.statement(text, &field.name, &field.ty, number, indent + 1);
                    }
                }
                let _ = writeln!(text, "{pad}}}");
            }
            ValueType::List(inner) if matches!(**inner, ValueType::Struct(_)) => {
                for _ in 0..self.random.between(1, 3) {
                    self.statement(text, name, inner, number, indent);
                }
            }
            ValueType::List(inner) => {
                let values: Vec<String> =
                    (0..self.random.between(1, 3)).map(|i| self.scalar(inner, number + i)).collect();
                let _ = writeln!(text, "{pad}{name} {}", values.join(" "));
            }
            scalar => {
                let value = self.scalar(scalar, number);
                let _ = writeln!(text, "{pad}{name} {value}");
            }
        }
    }

    fn scalar(&mut self, ty: &ValueType, number: usize) -> String {
        match ty {
            ValueType::String => quoted(self.random.pick(&WORDS)),
            ValueType::Boolean => if self.random.chance(50) { "#true" } else { "#false" }.to_owned(),
            ValueType::Int => format!("{}", self.random.below(7) as i64 - 2),
            ValueType::Decimal => quoted(self.random.pick(&["0", "-1.5", "3", "3.0001", "697.1", "120000000"])),
            ValueType::PartialDate => quoted(self.random.pick(&DATES)),
            ValueType::CreditCode => quoted(credit_code(number)),
            ValueType::Enum(id) => {
                let values = &self.ontology.enumeration(*id).values;
                quoted(&values[self.random.below(values.len().min(4))].name)
            }
            // Blocks are written by `statement`; a list of lists does not exist.
            ValueType::Struct(_) | ValueType::List(_) => "\"\"".to_owned(),
        }
    }

    /// ` since=…` and ` until=…`, each perhaps missing, never the wrong way round.
    fn period(&mut self) -> (String, String) {
        let (a, b) = (self.random.below(DATES.len()), self.random.below(DATES.len()));
        let since = if self.random.chance(55) { format!(" since={}", quoted(DATES[a.min(b)])) } else { String::new() };
        let until = if self.random.chance(35) { format!(" until={}", quoted(DATES[a.max(b)])) } else { String::new() };
        (since, until)
    }

    fn fact(&mut self, number: usize) {
        let relationships = &self.ontology.relationships;
        let relationship = &relationships[number % relationships.len()];
        let mut pairs = Vec::new();
        for (i, from) in self.entities.iter().enumerate() {
            for (j, to) in self.entities.iter().enumerate() {
                // Along a hierarchy only upwards in the order made, so that none is circular.
                let up = !relationship.hierarchy || j < i;
                if i != j && up && relationship.allowed[from.kind.index()].contains(to.kind) {
                    pairs.push((i, j));
                }
            }
        }
        if pairs.is_empty() {
            return;
        }
        let (mut from, mut to) = *self.random.pick(&pairs);
        if self.random.chance(30) {
            // Crowd some on few entities, so that pages of neighbours have several items.
            let crowd: Vec<(usize, usize)> = pairs.iter().copied().filter(|p| p.1 < pairs[0].1 + 2).collect();
            (from, to) = *self.random.pick(&crowd);
        }
        if relationship.hierarchy && self.random.chance(60) {
            // Under the last that was made before it, so that hierarchies are deep.
            to = pairs.iter().filter(|pair| pair.0 == from).map(|pair| pair.1).max().unwrap_or(to);
        }
        let ends = format!(
            "  fact {} \"{}\" {}",
            quoted(&self.entities[from].id),
            relationship.name,
            quoted(&self.entities[to].id)
        );
        let (key, mut other) = self.edge_properties(relationship);
        let (mut since, mut until) = self.period();
        let mut status = self.random.pick(&Status::ALL).name();
        let mut document = self.document();
        for _ in 0..self.random.between(1, 3) {
            let mut rest = String::new();
            if self.random.chance(20) {
                rest.push_str(&format!(" basis={}", quoted(self.random.pick(&["INFERRED", "COMMON_KNOWLEDGE"]))));
            }
            if self.random.chance(10) {
                rest.push_str(" note=\"一条附注\"");
            }
            if self.random.chance(10) {
                rest.push_str(" doubt=\"不详\"");
            }
            self.say(document, format!("{ends} status=\"{status}\"{key}{since}{until}{rest}{other}\n"));
            // Perhaps stated again later: the same, moved on, closed, or contradicted.
            document += 1;
            if document >= self.documents || self.random.chance(50) {
                return;
            }
            match self.random.below(4) {
                0 => {}
                1 => status = "ACTUAL",
                2 => until = " until=\"2025\"".to_owned(),
                _ => {
                    other = self.edge_properties(relationship).1;
                    (since, until) = self.period();
                }
            }
        }
    }

    /// What is part of the identity, and the rest (lists in a block of their own, so they come last).
    fn edge_properties(&mut self, relationship: &Relationship) -> (String, String) {
        let (mut key, mut other, mut block) = (String::new(), String::new(), String::new());
        for property in &relationship.properties {
            if !self.random.chance(70) {
                continue;
            }
            if let ValueType::List(_) = &property.ty {
                self.statement(&mut block, &property.name, &property.ty, 1, 2);
                continue;
            }
            let value = format!(" {}={}", property.name, self.scalar(&property.ty, 1));
            if property.key { key.push_str(&value) } else { other.push_str(&value) }
        }
        if !block.is_empty() {
            other.push_str(&format!(" {{\n{block}  }}"));
        }
        (key, other)
    }

    fn observations(&mut self, count: usize) {
        let ids: Vec<String> = self.entities.iter().map(|e| e.id.clone()).collect();
        let (indicators, subjects) = ids.split_at(3.min(ids.len()));
        let sectors: Vec<String> = subjects.iter().filter(|id| id.starts_with("sector:")).cloned().collect();
        let places: Vec<String> = subjects.iter().filter(|id| id.starts_with("region:")).cloned().collect();
        for number in 0..count {
            let document = self.document();
            let about: Vec<String> = {
                let most = if self.random.chance(25) { 2 } else { 1 };
                self.random.some(&subjects[..subjects.len().min(12)], most).iter().map(quoted).collect()
            };
            let mut text = format!(
                "  observation \"o{number}\" {{\n    indicator {}\n    subject {}\n",
                quoted(self.random.pick(indicators)),
                about.join(" ")
            );
            let (a, b) = (self.random.below(DATES.len()), self.random.below(DATES.len()));
            let _ = match self.random.below(4) {
                0 => writeln!(
                    text,
                    "    when {} text=\"那几年\" earliest={} latest={}",
                    quoted(DATES[a]),
                    quoted(DATES[a.min(b)]),
                    quoted(DATES[a.max(b)])
                ),
                _ => writeln!(text, "    when {}", quoted(DATES[a])),
            };
            let _ = writeln!(text, "    span {}", quoted(self.random.pick(&Span::ALL).name()));
            let ranked = self.random.chance(20);
            if !ranked || self.random.chance(50) {
                let value = *self.random.pick(&["0", "1", "38", "38", "697.1", "41.73", "-2.5"]);
                let unit = *self.random.pick(&["家", "亿元", "%"]);
                let _ = writeln!(text, "    value {}\n    unit \"{unit}\"", quoted(value));
                let _ = writeln!(text, "    bound {}", quoted(self.random.pick(&Bound::ALL).name()));
            }
            if ranked {
                let _ = writeln!(text, "    rank {} bound=\"EXACT\" among=\"同类\"", self.random.between(1, 5));
            }
            let _ = writeln!(text, "    status {}", quoted(self.random.pick(&Status::ALL).name()));
            let mut scope = "    scope \"全部\"".to_owned();
            if !sectors.is_empty() && self.random.chance(50) {
                let _ = write!(scope, " sector={}", quoted(self.random.pick(&sectors)));
            }
            if !places.is_empty() && self.random.chance(50) {
                let _ = write!(scope, " place={}", quoted(self.random.pick(&places)));
            }
            let _ = writeln!(text, "{scope}");
            if number > 0 && self.random.chance(15) {
                let _ = writeln!(text, "    breakdownOf \"observation:o{}\"", self.random.below(number));
            }
            text.push_str("  }\n");
            self.say(document, text);
        }
    }

    fn reference(&mut self) -> String {
        let mut text = String::from(
            "reference \"document:reference\" {\n  title \"公知\"\n  zh \"公知\"\n  en \"Common knowledge\"\n}\nunit \"亿元\" base=\"CNY\" factor=100000000\nunit \"家\" base=\"COUNT\" factor=1\nunit \"%\" base=\"PERCENT\" factor=1\n",
        );
        if let Some(entity) = self.entities.get(5) {
            let prefix = &self.ontology.kind(entity.kind).prefix;
            let _ = writeln!(text, "retired \"{prefix}:once\" by={}", quoted(&entity.id));
        }
        text
    }
}
