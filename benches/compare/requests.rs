//! What is asked of the servers over Neo4j, each in the words of each: ours, a statement written by hand, @neo4j/graphql's dialect.

use mdgraph::graph::{DAY_MAX, Graph, Node, StatusSet, Value, naming};
use mdgraph::store::neo4j::value::Value as Parameter;
use serde_json::{Value as Json, json};

/// One question.
pub struct Question {
    /// As the output and the paths of the hand-written server call it.
    pub name: &'static str,
    /// Our request.
    pub ours: &'static str,
    /// The statement; it returns one column, `data`, in the shape of our answer.
    pub hand: &'static str,
    /// The request to @neo4j/graphql; none where it cannot be asked in one.
    pub peer: Option<&'static str>,
    /// What fills it, by turn.
    pub variables: fn(&Asked, usize) -> Json,
    /// What of our answer's `data` must be in the peer's too.
    pub facts: fn(&Json) -> Vec<Json>,
    /// The same of the peer's.
    pub peer_facts: fn(&Json) -> Vec<Json>,
}

/// What there is to be asked for.
pub struct Asked {
    /// Companies are `company:c0` and so on.
    pub companies: usize,
    /// Pieces of names.
    pub texts: Vec<String>,
    /// Provinces' ids.
    pub provinces: Vec<String>,
    /// Ids of prefectures, that is, of cities.
    pub prefectures: Vec<String>,
    /// Sectors' ids.
    pub sectors: Vec<String>,
}

impl Asked {
    /// Of a graph that was generated with so many companies.
    ///
    /// # Errors
    /// There is nothing of a sort.
    pub fn of(graph: &Graph, companies: usize) -> Result<Asked, String> {
        let ids = |passes: &dyn Fn(&Node) -> bool| -> Vec<String> {
            graph.nodes.iter().filter(|node| passes(node)).map(|node| node.id.to_string()).collect()
        };
        let (level, sector) = (graph.ontology.property_named("level"), graph.ontology.kind_named("Sector"));
        let of_level = |wanted: &str| {
            ids(&|node| level.and_then(|level| node.property(level)).and_then(Value::as_str) == Some(wanted))
        };
        let some: Vec<String> = (0..40).map(|i| format!("company:c{}", i * companies / 40)).collect();
        let named = graph.nodes.iter().filter(|node| some.iter().any(|id| **id == *node.id));
        let texts: Vec<String> =
            named.map(|node| naming::fold(node.display_name()).chars().take(3).collect()).collect();
        let (provinces, prefectures) = (of_level("PROVINCE"), of_level("PREFECTURE"));
        let sectors = ids(&|node| Some(node.kind) == sector);
        if [&texts, &provinces, &prefectures, &sectors].iter().any(|list| list.is_empty()) {
            return Err("the graph has no companies, provinces, prefectures or sectors to ask for".to_owned());
        }
        Ok(Asked { companies, texts, provinces, prefectures, sectors })
    }
}

macro_rules! texts {
    ($name:literal) => {
        (
            include_str!(concat!("requests/", $name, ".graphql")),
            include_str!(concat!("requests/", $name, ".cypher")),
            Some(include_str!(concat!("requests/", $name, ".peer.graphql"))),
        )
    };
    ($name:literal, without a peer) => {
        (
            include_str!(concat!("requests/", $name, ".graphql")),
            include_str!(concat!("requests/", $name, ".cypher")),
            None,
        )
    };
}

/// All of them.
pub fn questions() -> Vec<Question> {
    let question = |name, (ours, hand, peer), variables, facts, peer_facts| Question {
        name,
        ours,
        hand,
        peer,
        variables,
        facts,
        peer_facts,
    };
    vec![
        question(
            "page",
            texts!("page"),
            |asked, i| json!({ "id": format!("company:c{}", i * asked.companies / 1_000 % asked.companies) }),
            |data| {
                let company = &data["company"];
                let lists = ["locatedIn", "inSector", "makes", "supplies"].map(|list| &company[list]["edges"]);
                let mut all =
                    vec![company["id"].clone(), company["degree"].clone(), company["makes"]["totalCount"].clone()];
                all.extend(lists.into_iter().flat_map(|edges| each(edges, &["node", "id"])));
                all
            },
            |data| {
                let company = &data["companies"][0];
                let list = |name: &str| &company[format!("{name}Connection")];
                let mut all =
                    vec![company["id"].clone(), company["degree"].clone(), list("makes")["totalCount"].clone()];
                let lists = ["locatedIn", "inSector", "makes", "supplies"].map(|name| &list(name)["edges"]);
                all.extend(lists.into_iter().flat_map(|edges| each(edges, &["node", "id"])));
                all
            },
        ),
        question(
            "largest",
            texts!("largest"),
            |asked, i| json!({ "region": asked.provinces[i % asked.provinces.len()] }),
            |data| each(&data["companies"]["edges"], &["node", "id"]),
            |data| each(&data["companies"], &["id"]),
        ),
        question(
            "largest-city",
            texts!("largest"),
            |asked, i| json!({ "region": asked.prefectures[i % asked.prefectures.len()] }),
            |data| each(&data["companies"]["edges"], &["node", "id"]),
            |data| each(&data["companies"], &["id"]),
        ),
        question(
            "counted",
            texts!("counted"),
            |asked, i| json!({ "sector": asked.sectors[i % asked.sectors.len()] }),
            |data| vec![data["companies"]["totalCount"].clone()],
            |data| vec![data["companiesConnection"]["aggregate"]["count"]["nodes"].clone()],
        ),
        question(
            "per-region",
            // Counties of what is in their parks, each company once: the library counts what one relationship leads to.
            texts!("per-region", without a peer),
            |_, _| json!({}),
            |data| each(&data["companies"]["aggregate"]["by"]["groups"], &["count"]),
            |_| Vec::new(),
        ),
        question(
            "search",
            texts!("search"),
            |asked, i| json!({ "text": asked.texts[i % asked.texts.len()] }),
            |data| each(&data["search"]["edges"], &["node", "id"]),
            |data| each(&data["search"], &["id"]),
        ),
    ]
}

/// What every statement and peer is given beside a request's own variables: the day that what nothing replaced is known to, and the numbers
/// of the statuses that hold.
pub fn beside() -> Json {
    json!({ "now": DAY_MAX, "held": StatusSet::HELD.iter().map(|status| status as u8).collect::<Vec<_>>() })
}

/// A variable as the driver takes it.
pub fn parameter(value: &Json) -> Parameter {
    match value {
        Json::String(text) => Parameter::Text(text.clone().into()),
        Json::Array(items) => Parameter::List(items.iter().map(parameter).collect()),
        Json::Object(entries) => {
            Parameter::Map(entries.iter().map(|(name, value)| (name.clone(), parameter(value))).collect())
        }
        other => other.as_i64().map_or(Parameter::Null, Parameter::Int),
    }
}

fn each(list: &Json, path: &[&str]) -> Vec<Json> {
    let at = |item: &Json| path.iter().fold(item, |value, key| &value[*key]).clone();
    list.as_array().into_iter().flatten().map(at).collect()
}
