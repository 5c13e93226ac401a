//! The page of the ontology, `docs/ontology.md`: what is declared, in Chinese and English.

use super::{
    Derived, Described, Direction, EdgeProperty, Indexing, Kind, KindId, KindSet, Link, Ontology, Property,
    Relationship, Target, ValueType,
};
use crate::graph::Value;
use std::collections::BTreeMap;

/// The part that is written by hand: how the language works.
const LANGUAGE: &str = include_str!("language.md");

/// The whole page.
pub fn markdown(ontology: &Ontology) -> String {
    let page = Page(ontology);
    let mut text = LANGUAGE.to_owned();
    text.push_str(&page.overview());
    text.push_str(&page.interfaces());
    text.push_str("## 实体种类 · Kinds\n\n");
    for (i, kind) in ontology.kinds.iter().enumerate() {
        text.push_str(&page.kind(KindId(i as u16), kind));
    }
    text.push_str("## 关系 · Relationships\n\n");
    ontology.relationships.iter().for_each(|relationship| text.push_str(&page.relationship(relationship)));
    text.push_str("## 捷径 · Shortcuts\n\n");
    ontology.derived.iter().for_each(|derived| text.push_str(&page.derived(derived)));
    text.push_str("## 值对象 · Value objects\n\n");
    for object in &ontology.structs {
        text.push_str(&heading(&object.name, &object.described));
        let rows = object.fields.iter().map(|field| {
            let ty = format!("`{}{}`", page.ty(&field.ty), if field.required { "!" } else { "" });
            vec![format!("`{}`", field.name), ty, labels(&field.described), line(&field.described.text)]
        });
        text.push_str(&table(&["field", "type", "名称 · label", "说明 · meaning"], rows));
    }
    text.push_str("## 枚举 · Enums\n\n");
    for enumeration in &ontology.enums {
        text.push_str(&heading(&enumeration.name, &enumeration.described));
        let rows = enumeration.values.iter().map(|value| {
            let name = match value.counts_as.as_slice() {
                [] => format!("`{}`", value.name),
                levels => format!("`{}`, counts as `{}`", value.name, levels.join("`, `")),
            };
            vec![name, value.described.labels.zh.clone(), value.described.labels.en.clone()]
        });
        text.push_str(&table(&["value", "中文", "English"], rows));
    }
    format!("{}\n", text.trim_end())
}

struct Page<'a>(&'a Ontology);

impl Page<'_> {
    fn overview(&self) -> String {
        let ontology = self.0;
        let mut text = format!(
            "## 总览 · Overview\n\n{} kinds, {} interfaces, {} properties, {} relationships, {} shortcuts, {} enums, {} value objects.\n\n",
            ontology.kinds.len(),
            ontology.interfaces.len(),
            ontology.properties.len(),
            ontology.relationships.len(),
            ontology.derived.len(),
            ontology.enums.len(),
            ontology.structs.len(),
        );
        text.push_str("Relationships between the kinds and interfaces that they are declared on; an interface stands for its kinds, `Entity` for all.\n\n");
        text.push_str("```mermaid\nflowchart LR\n");
        let mut ends: Vec<Target> = Vec::new();
        let mut arrows: BTreeMap<(String, String), Vec<&str>> = BTreeMap::new();
        for relationship in &ontology.relationships {
            for end in [relationship.from, relationship.to] {
                if !ends.contains(&end) {
                    ends.push(end);
                }
            }
            let pair = (self.target(relationship.from), self.target(relationship.to));
            arrows.entry(pair).or_default().push(&relationship.described.labels.zh);
        }
        for end in ends {
            let name = self.target(end);
            let (open, zh, close) = match end {
                Target::Kind(kind) => ("[", ontology.kind(kind).described.labels.zh.as_str(), "]"),
                Target::Interface(interface) => {
                    ("([", ontology.interface(interface).described.labels.zh.as_str(), "])")
                }
                Target::Entity => ("([", "实体", "])"),
            };
            text.push_str(&format!("  {name}{open}\"{zh} {name}\"{close}\n"));
        }
        for ((from, to), names) in arrows {
            text.push_str(&format!("  {from} -- \"{}\" --> {to}\n", names.join("、")));
        }
        text.push_str("```\n\n");
        text
    }

    fn interfaces(&self) -> String {
        let rows = self.0.interfaces.iter().map(|interface| {
            vec![
                format!("`{}`", interface.name),
                labels(&interface.described),
                self.listed(interface.kinds),
                line(&interface.described.text),
            ]
        });
        format!("## 接口 · Interfaces\n\n{}", table(&["interface", "名称 · label", "kinds", "说明 · meaning"], rows))
    }

    fn kind(&self, id: KindId, kind: &Kind) -> String {
        let mut text = heading(&kind.name, &kind.described);
        let interfaces = kind.interfaces.iter().map(|id| format!("`{}`", self.0.interface(*id).name));
        let interfaces: Vec<String> = interfaces.collect();
        text.push_str(&format!(
            "Ids `{}:…`, constant `{}`, root fields `{}` and `{}`{}{}.\n\n",
            kind.prefix,
            kind.constant,
            kind.singular,
            kind.plural,
            if interfaces.is_empty() { String::new() } else { format!("; is {}", interfaces.join(", ")) },
            if kind.hub { "; a hub" } else { "" },
        ));
        if !kind.properties.is_empty() {
            let properties = kind.properties.iter().map(|id| self.0.property(*id));
            let rows = properties.map(|property| {
                let required = if property.required { "!" } else { "" };
                let ty = format!("`{}{required}`", self.ty(&property.ty));
                let meaning = line(&property.described.text);
                vec![format!("`{}`", property.name), ty, labels(&property.described), self.marks(property), meaning]
            });
            text.push_str(&table(&["property", "type", "名称 · label", "", "说明 · meaning"], rows));
        }
        let links = self.0.links_of(Target::Kind(id));
        let links = links.into_iter().filter(|(_, link)| self.possible(id, *link));
        let links: Vec<String> = links.map(|(name, link)| self.link(&name, link)).collect();
        text.push_str(&format!("Joined by: {}.\n\n", links.join(", ")));
        text
    }

    fn link(&self, name: &str, link: Link) -> String {
        let target = self.target(self.0.link_target(link));
        let label = match link {
            Link::Relationship(id, Direction::Out) => &self.0.relationship(id).described.labels.zh,
            Link::Relationship(id, Direction::In) => &self.0.relationship(id).inverse_labels.zh,
            Link::Derived(id, Direction::Out) => &self.0.shortcut(id).described.labels.zh,
            Link::Derived(id, Direction::In) => &self.0.shortcut(id).inverse_labels.zh,
        };
        format!("{label} `{name}` ({target})")
    }

    fn marks(&self, property: &Property) -> String {
        let mut marks = Vec::new();
        match property.indexing {
            Indexing::Unique => marks.push("unique".to_owned()),
            Indexing::Index => marks.push("indexed".to_owned()),
            Indexing::None => {}
        }
        match &property.place {
            Some(place) => marks.push(format!("level; the place is {}", written(place))),
            None if property.level => marks.push("level".to_owned()),
            None => {}
        }
        if property.history {
            marks.push("dated".to_owned());
        }
        if let Some(default) = &property.default {
            marks.push(format!("default {}", written(default)));
        }
        marks.join(", ")
    }

    fn relationship(&self, relationship: &Relationship) -> String {
        let mut text = heading(&relationship.name, &relationship.described);
        let (from, to) = (self.target(relationship.from), self.target(relationship.to));
        text.push_str(&format!("`{from}.{}` → `{to}`", relationship.field));
        if relationship.symmetric {
            text.push_str(", both ways");
        } else {
            let labels = &relationship.inverse_labels;
            text.push_str(&format!("; the other way `{to}.{}` ({} · {})", relationship.inverse, labels.zh, labels.en));
        }
        if relationship.hierarchy {
            text.push_str("; a hierarchy");
        }
        if let Some(over) = relationship.inherited {
            text.push_str(&format!(", inherited over `{}`", self.0.relationship(over).name));
        }
        text.push_str(".\n\n");
        let subjects = self.0.kinds_of(relationship.from);
        let objects = self.0.kinds_of(relationship.to);
        if subjects.iter().any(|kind| relationship.allowed[kind.index()] != objects) {
            let mut pairs: BTreeMap<KindSet, KindSet> = BTreeMap::new();
            for subject in subjects.iter().filter(|kind| !relationship.allowed[kind.index()].is_empty()) {
                pairs.entry(relationship.allowed[subject.index()]).or_default().insert(subject);
            }
            for (objects, subjects) in pairs {
                text.push_str(&format!("- {} → {}\n", self.kinds(subjects), self.kinds(objects)));
            }
            text.push('\n');
        }
        if !relationship.properties.is_empty() {
            text.push_str(&table(
                &["on the edge", "type", "名称 · label", "", "说明 · meaning"],
                relationship.properties.iter().map(|property| self.edge_property(property)),
            ));
        }
        text
    }

    fn edge_property(&self, property: &EdgeProperty) -> Vec<String> {
        vec![
            format!("`{}`", property.name),
            format!("`{}`", self.ty(&property.ty)),
            labels(&property.described),
            if property.key { "key".to_owned() } else { String::new() },
            line(&property.described.text),
        ]
    }

    fn derived(&self, derived: &Derived) -> String {
        let mut text = heading(&derived.field, &derived.described);
        let (from, to) = (self.target(derived.from), self.target(derived.to));
        text.push_str(&format!("`{from}.{}` → `{to}`", derived.field));
        if derived.single {
            text.push_str(", the first by name");
        }
        if let Some(inverse) = &derived.inverse {
            let labels = &derived.inverse_labels;
            text.push_str(&format!("; the other way `{to}.{inverse}` ({} · {})", labels.zh, labels.en));
        }
        text.push_str(".\n\n");
        for step in &derived.steps {
            let relationship = &self.0.relationship(step.relationship).name;
            let edge = braces(step.edge.iter().map(|(name, value)| (&**name, value)));
            let node = braces(step.node.iter().map(|(id, value)| (&*self.0.property(*id).name, value)));
            let reached = self.kinds(step.kinds);
            match step.direction {
                Direction::Out => text.push_str(&format!("- `{relationship}{edge}` → {reached}{node}\n")),
                Direction::In => text.push_str(&format!("- ← `{relationship}{edge}` {reached}{node}\n")),
            }
        }
        text.push('\n');
        text
    }

    /// Names of kinds; an interface's name when it is all of its kinds.
    fn kinds(&self, kinds: KindSet) -> String {
        if kinds == self.0.all_kinds() {
            return "every kind".to_owned();
        }
        if let Some(interface) = self.0.interfaces.iter().find(|interface| kinds.len() > 1 && interface.kinds == kinds)
        {
            return format!("`{}`", interface.name);
        }
        self.listed(kinds)
    }

    fn listed(&self, kinds: KindSet) -> String {
        kinds.iter().map(|kind| format!("`{}`", self.0.kind(kind).name)).collect::<Vec<_>>().join(", ")
    }

    /// Whether a kind can be joined so: `allows` of a relationship leaves some of the kinds of its ends out.
    fn possible(&self, kind: KindId, link: Link) -> bool {
        match link {
            Link::Relationship(id, Direction::Out) => !self.0.relationship(id).allowed[kind.index()].is_empty(),
            Link::Relationship(id, Direction::In) => {
                self.0.relationship(id).allowed.iter().any(|objects| objects.contains(kind))
            }
            Link::Derived(..) => true,
        }
    }

    fn target(&self, target: Target) -> String {
        self.0.target_name(target).to_owned()
    }

    fn ty(&self, ty: &ValueType) -> String {
        match ty {
            ValueType::Enum(id) => self.0.enumeration(*id).name.to_string(),
            ValueType::Struct(id) => self.0.structure(*id).name.to_string(),
            ValueType::List(inner) => format!("[{}!]", self.ty(inner)),
            plain => format!("{plain:?}"),
        }
    }
}

fn heading(name: &str, described: &Described) -> String {
    let mut text = format!("### {name} — {}\n\n", labels(described));
    if !described.text.is_empty() {
        text.push_str(&format!("{}\n\n", described.text));
    }
    text
}

fn labels(described: &Described) -> String {
    format!("{} · {}", described.labels.zh, described.labels.en)
}

/// Several lines as one.
fn line(text: &str) -> String {
    text.lines().map(str::trim).collect::<Vec<_>>().join(" ")
}

fn braces<'a>(conditions: impl Iterator<Item = (&'a str, &'a Value)>) -> String {
    let conditions: Vec<String> = conditions.map(|(name, value)| format!("{name}: {}", written(value))).collect();
    if conditions.is_empty() { String::new() } else { format!("{{{}}}", conditions.join(", ")) }
}

fn written(value: &Value) -> String {
    match value {
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::Decimal(value) => value.to_string(),
        Value::Date(value) => value.to_string(),
        Value::Str(value) => value.to_string(),
        Value::List(values) => values.iter().map(written).collect::<Vec<_>>().join(", "),
        Value::Struct(fields) => fields.iter().flatten().map(written).collect::<Vec<_>>().join(", "),
    }
}

fn table(columns: &[&str], rows: impl Iterator<Item = Vec<String>>) -> String {
    let row = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let mut text = row(columns.iter().map(|name| (*name).to_owned()).collect());
    text.push_str(&row(columns.iter().map(|_| "---".to_owned()).collect()));
    for cells in rows {
        text.push_str(&row(cells.iter().map(|cell| cell.replace('|', "\\|")).collect()));
    }
    text.push('\n');
    text
}
