//! A plausible national industry in the shipped ontology: deterministic by its seed, for benches and for tests that guard
//! work. 100,000 companies make about 300,000 entities and 900,000 facts.

use mdgraph::graph::naming::sort_key;
use mdgraph::graph::{
    Basis, Bilingual, Citation, DAY_MAX, Day, Fact, FactIx, Graph, Node, NodeIx, NodeNames, PartialDate, Status, Value,
    When,
};
use mdgraph::ontology::{Ontology, PropId, RelId};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// How many of what.
const PROVINCES: usize = 30;
const PREFECTURES: usize = 300;
const COUNTIES: usize = 2_000;
const SECTORS: usize = 60;

/// SplitMix64: small, fast and the same everywhere.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound.max(1) as u64) as usize
    }
    /// Heavy-tailed: small numbers often, large ones now and then.
    fn skewed(&mut self, bound: usize) -> usize {
        let unit = (self.next() >> 11) as f64 / (1u64 << 53) as f64;
        ((unit * unit * unit) * bound as f64) as usize
    }
}

struct Draft {
    id: String,
    kind: &'static str,
    zh: String,
    en: Option<String>,
    properties: Vec<(&'static str, Value)>,
}

struct Edge {
    relationship: &'static str,
    subject: usize,
    object: usize,
    properties: Vec<(&'static str, Value)>,
}

/// The graph of `companies` companies, the same for the same arguments.
pub fn industry(ontology: Arc<Ontology>, companies: usize, seed: u64) -> Graph {
    let mut random = Random(seed);
    let (drafts, edges) = draft(companies, &mut random);
    assemble(ontology, drafts, edges, &mut random)
}

fn draft(companies: usize, random: &mut Random) -> (Vec<Draft>, Vec<Edge>) {
    let mut drafts = Vec::new();
    let mut edges = Vec::new();
    let node = |drafts: &mut Vec<Draft>, id: String, kind, zh: String, properties| {
        drafts.push(Draft { id, kind, zh, en: None, properties });
        drafts.len() - 1
    };
    let edge = |edges: &mut Vec<Edge>, relationship, subject, object| {
        edges.push(Edge { relationship, subject, object, properties: Vec::new() });
    };
    node(
        &mut drafts,
        "document:industry".into(),
        "Document",
        "合成数据".into(),
        vec![("title", Value::from("合成数据"))],
    );
    let country = node(&mut drafts, "region:cn".into(), "Region", "中国".into(), vec![]);
    let level = |drafts: &mut Vec<Draft>, edges: &mut Vec<Edge>, count: usize, name: &str, above: Vec<usize>| {
        (0..count)
            .map(|i| {
                let ix =
                    node(drafts, format!("region:{name}-{i}"), "Region", format!("{}地区{i}", syllable(i)), vec![]);
                edge(edges, "PART_OF", ix, above[i % above.len()]);
                ix
            })
            .collect::<Vec<_>>()
    };
    let provinces = level(&mut drafts, &mut edges, PROVINCES, "province", vec![country]);
    let prefectures = level(&mut drafts, &mut edges, PREFECTURES, "prefecture", provinces);
    let counties = level(&mut drafts, &mut edges, COUNTIES, "county", prefectures);
    let mut sectors: Vec<usize> = Vec::new();
    for i in 0..SECTORS {
        let position = Value::from(["UPSTREAM", "MIDSTREAM", "DOWNSTREAM"][i % 3]);
        let ix = node(
            &mut drafts,
            format!("sector:s{i}"),
            "Sector",
            format!("{}赛道{i}", syllable(i * 7)),
            vec![("chainPosition", position)],
        );
        if i >= 6 {
            edge(&mut edges, "PART_OF", ix, sectors[i % 6]);
        }
        sectors.push(ix);
    }
    let mut firms = Vec::with_capacity(companies);
    for i in 0..companies {
        let founded = PartialDate::from_code(((1980 + random.below(44)) * 10_000) as i32).map(Value::Date);
        let mut properties =
            vec![("creditCode", Value::from(format!("9137{i:014}").as_str())), ("identified", Value::Bool(true))];
        properties.extend(founded.filter(|_| i % 5 != 0).map(|f| ("foundedOn", f)));
        let zh = format!("{}{}医疗{i}", syllable(random.below(9_999)), syllable(random.below(9_999)));
        let ix = node(&mut drafts, format!("company:c{i}"), "Company", zh, properties);
        drafts[ix].en = (i % 2 == 0).then(|| format!("Company {i}"));
        edge(&mut edges, "LOCATED_IN", ix, counties[random.skewed(COUNTIES)]);
        edge(&mut edges, "IN_SECTOR", ix, sectors[random.skewed(SECTORS)]);
        for p in 0..2 {
            let class = Value::from(["I", "II", "II", "III"][random.below(4)]);
            let product = node(
                &mut drafts,
                format!("product:p{i}-{p}"),
                "Product",
                format!("{}产品{i}-{p}", syllable(i + p)),
                vec![("deviceClass", class)],
            );
            let brand = Value::from(format!("品牌{}", random.below(5_000)).as_str());
            edges.push(Edge {
                relationship: "MAKES",
                subject: ix,
                object: product,
                properties: vec![("brand", brand)],
            });
            edge(&mut edges, "IN_SECTOR", product, sectors[random.skewed(SECTORS)]);
        }
        firms.push(ix);
    }
    for &firm in &firms {
        for _ in 0..1 + random.skewed(5) {
            let goods = Value::from(["导管", "芯片", "包材", "钢针"][random.below(4)]);
            let to = firms[random.skewed(companies)];
            if to != firm {
                edges.push(Edge {
                    relationship: "SUPPLIES",
                    subject: firm,
                    object: to,
                    properties: vec![("goods", goods)],
                });
            }
        }
    }
    (drafts, edges)
}

fn syllable(i: usize) -> String {
    const HAN: [char; 20] = [
        '威', '高', '达', '因', '吉', '迪', '沙', '康', '华', '新', '瑞', '健', '信', '海', '东', '明', '博', '安',
        '天', '宁',
    ];
    [HAN[i % 20], HAN[i / 20 % 20]].iter().collect()
}

fn assemble(ontology: Arc<Ontology>, drafts: Vec<Draft>, edges: Vec<Edge>, random: &mut Random) -> Graph {
    const STATED: Day = 20240630;
    const BEFORE: Day = 20220630;
    let mut order: Vec<usize> = (0..drafts.len()).collect();
    order.sort_by(|a, b| drafts[*a].id.cmp(&drafts[*b].id));
    let mut place = vec![NodeIx(0); drafts.len()];
    order.iter().enumerate().for_each(|(new, old)| place[*old] = NodeIx(new as u32));
    let citation = Citation { document: place[0], section: "一".into(), supports: Vec::new() };
    let property = |name: &str| ontology.property_named(name).unwrap_or_else(|| panic!("property {name}"));
    let props: HashMap<&str, PropId> =
        ["title", "chainPosition", "creditCode", "identified", "foundedOn", "deviceClass"]
            .map(|n| (n, property(n)))
            .into();
    let mut slots: Vec<Option<Draft>> = drafts.into_iter().map(Some).collect();
    let nodes = order
        .iter()
        .filter_map(|old| slots[*old].take())
        .map(|draft| {
            let mut properties: Vec<(PropId, Value)> =
                draft.properties.into_iter().map(|(name, value)| (props[name], value)).collect();
            properties.sort_by_key(|(p, _)| *p);
            Node {
                id: draft.id.into(),
                kind: ontology.kind_named(draft.kind).unwrap_or_else(|| panic!("kind {}", draft.kind)),
                sort_name: sort_key(&draft.zh),
                names: NodeNames { zh: Some(draft.zh.into()), en: draft.en.map(Into::into), ..NodeNames::default() },
                disambiguation: Bilingual::default(),
                description: Bilingual::default(),
                properties,
                properties_known: Vec::new(),
                history: Vec::new(),
                known_from: STATED,
                citations: vec![citation.clone()],
            }
        })
        .collect();
    let since = PartialDate::from_code(20_200_000).map(When::date);
    let mut seen = HashSet::new();
    let mut facts: Vec<Fact> = Vec::with_capacity(edges.len());
    let mut earlier: Vec<(Arc<str>, Arc<str>)> = Vec::new();
    for edge in edges {
        let rel: RelId =
            ontology.relationship_named(edge.relationship).unwrap_or_else(|| panic!("{}", edge.relationship));
        let declared = &ontology.relationship(rel).properties;
        let properties: Vec<(u8, Value)> = edge
            .properties
            .into_iter()
            .filter_map(|(name, value)| declared.iter().position(|p| &*p.name == name).map(|i| (i as u8, value)))
            .collect();
        if !seen.insert((rel, edge.subject, edge.object)) {
            continue;
        }
        let status = if random.below(20) == 0 { Status::Planned } else { Status::Actual };
        let fact = Fact {
            id: format!("fact:{:016x}", random.next()).into(),
            relationship: rel,
            subject: place[edge.subject],
            object: place[edge.object],
            status,
            basis: Basis::Stated,
            since: since.clone().filter(|_| random.below(2) == 0),
            until: None,
            properties,
            note: None,
            doubt: None,
            known_from: STATED,
            known_to: DAY_MAX,
            superseded_by: None,
            conflicting_from: None,
            citations: vec![citation.clone()],
        };
        // What an earlier document said of it: no answer of today has it, and all must leave it out.
        if edge.relationship == "SUPPLIES" && random.below(20) == 0 {
            let id: Arc<str> = format!("fact:{:016x}", random.next()).into();
            earlier.push((id.clone(), fact.id.clone()));
            facts.push(Fact { id, status: Status::Planned, known_from: BEFORE, known_to: STATED, ..fact.clone() });
        }
        facts.push(fact);
    }
    facts.sort_by(|a, b| a.id.cmp(&b.id));
    facts.dedup_by(|a, b| a.id == b.id);
    let at = |id: &Arc<str>| facts.binary_search_by(|fact| fact.id.cmp(id)).ok();
    let superseded: Vec<_> = earlier.iter().filter_map(|(old, new)| Some((at(old)?, at(new)?))).collect();
    for (old, new) in superseded {
        facts[old].superseded_by = Some(FactIx(new as u32));
    }
    Graph::new(ontology, nodes, facts, Vec::new(), HashMap::new())
}
