//! Collecting selections, held to async-graphql's executor: a small schema is served by the engine and by a static twin with
//! resolvers, and generated documents (fragments, aliases, merging, type conditions, `@skip` and `@include`) give the same JSON.
//! Each object keeps one field whatever the conditions: of an object without fields the twin makes null, where `{}` is right.

use async_graphql::{EmptyMutation, EmptySubscription, Enum, ID, Interface, Object, Schema, SimpleObject};
use mdgraph::api::engine::PlanEngine;
use mdgraph::api::{Engine, Request, RequestId};
use mdgraph::config::Limits;
use mdgraph::ingest::{self, SeedFile};
use mdgraph::ontology;
use mdgraph::store::Store;
use mdgraph::store::memory::{Memory, Snapshot};
use proptest::prelude::*;
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

const ONTOLOGY: &str = r#"
"机构 · organisation"
interface Organisation implements Entity {
  "规模 · size"
  size: Int
  "位于 · located in"
  locatedIn: [Region] @relationship(type: "LOCATED_IN", inverse: "located", inverseLabel: "位于此地 · located here")
}
"企业 · company"
type Company implements Entity & Organisation @node {
  "规模 · size"
  size: Int
  "代码 · code"
  code: String
}
"机关 · agency"
type Agency implements Entity & Organisation @node {
  "规模 · size"
  size: Int
}
"地区 · region"
type Region implements Entity @node {
  "代码 · code"
  code: String
}
"文件 · document"
type Document implements Entity @node {
  "标题 · title"
  title: String!
  "公开日期 · published on"
  publishedOn: PartialDate
}
"指标 · indicator"
type Indicator implements Entity @node
"#;

const SEED: &str = r#"
document "document:one" { title "One"; zh "文件"; publishedOn "2022" }
section "一" {
  company "a" { zh "甲企业"; en "Alpha"; short "甲"; size 5; code "A1" }
  company "b" { zh "乙企业" }
  agency "c" { zh "丙机关"; size 7 }
  region "r" { zh "地区"; en "Region"; code "R1" }
  fact "company:a" "LOCATED_IN" "region:r"
  fact "company:b" "LOCATED_IN" "region:r"
  fact "agency:c" "LOCATED_IN" "region:r"
}
"#;

static ENGINE: LazyLock<PlanEngine> = LazyLock::new(|| {
    let ontology = ontology::load(&[("small.graphql".to_owned(), ONTOLOGY.to_owned())]);
    let ontology = Arc::new(ontology.unwrap_or_else(|errors| panic!("{errors:#?}")));
    let seed = [SeedFile { name: "small.kdl".into(), text: SEED.into() }];
    let loaded = ingest::load(&ontology, &seed).unwrap_or_else(|problems| panic!("{problems:#?}"));
    let store = Store::Memory(Memory::new(Snapshot::new(Arc::new(loaded.graph))));
    let limits = Limits {
        tokens: 1_000_000,
        nesting: 200,
        depth: 100,
        directives: 1_000_000,
        aliases: 1_000_000,
        cost: u64::MAX,
        ..Limits::default()
    };
    PlanEngine::new(ontology, store, limits).expect("the ontology gives an API")
});

#[derive(Enum, Copy, Clone, PartialEq, Eq)]
enum Lang {
    Zh,
    En,
}

#[derive(Enum, Copy, Clone, PartialEq, Eq)]
enum Kind {
    Company,
    Agency,
    Region,
}

#[derive(Clone, SimpleObject)]
struct Names {
    zh: Option<&'static str>,
    en: Option<&'static str>,
    short: Vec<&'static str>,
}

struct Entity {
    id: &'static str,
    kind: Kind,
    zh: &'static str,
    en: Option<&'static str>,
    short: &'static [&'static str],
    size: Option<i32>,
    code: Option<&'static str>,
}

const ENTITIES: [Entity; 4] = [
    Entity {
        id: "company:a",
        kind: Kind::Company,
        zh: "甲企业",
        en: Some("Alpha"),
        short: &["甲"],
        size: Some(5),
        code: Some("A1"),
    },
    Entity { id: "company:b", kind: Kind::Company, zh: "乙企业", en: None, short: &[], size: None, code: None },
    Entity { id: "agency:c", kind: Kind::Agency, zh: "丙机关", en: None, short: &[], size: Some(7), code: None },
    Entity {
        id: "region:r",
        kind: Kind::Region,
        zh: "地区",
        en: Some("Region"),
        short: &[],
        size: None,
        code: Some("R1"),
    },
];

#[derive(SimpleObject)]
struct LocatedInConnection {
    total_count: i32,
    edges: Vec<LocatedInEdge>,
}

#[derive(SimpleObject)]
struct LocatedInEdge {
    node: AnyEntity,
}

struct Company(&'static Entity);
struct Agency(&'static Entity);
struct Region(&'static Entity);

#[derive(Interface)]
#[graphql(
    name = "Entity",
    field(name = "id", ty = "ID"),
    field(name = "kind", ty = "Kind"),
    field(name = "name", ty = "String", arg(name = "lang", ty = "Lang", default_with = "Lang::Zh")),
    field(name = "names", ty = "Names")
)]
enum AnyEntity {
    Company(Company),
    Agency(Agency),
    Region(Region),
}

#[derive(Interface)]
#[graphql(
    name = "Organisation",
    field(name = "id", ty = "ID"),
    field(name = "kind", ty = "Kind"),
    field(name = "name", ty = "String", arg(name = "lang", ty = "Lang", default_with = "Lang::Zh")),
    field(name = "names", ty = "Names"),
    field(name = "size", ty = "Option<i32>"),
    field(name = "located_in", ty = "LocatedInConnection")
)]
enum AnyOrganisation {
    Company(Company),
    Agency(Agency),
}

fn found(id: &str) -> Option<AnyEntity> {
    let entity = ENTITIES.iter().position(|entity| entity.id == id)?;
    static ALL: [Entity; 4] = ENTITIES;
    let entity = &ALL[entity];
    Some(match entity.kind {
        Kind::Company => AnyEntity::Company(Company(entity)),
        Kind::Agency => AnyEntity::Agency(Agency(entity)),
        Kind::Region => AnyEntity::Region(Region(entity)),
    })
}

fn page(ids: &[&str]) -> LocatedInConnection {
    let edges: Vec<_> = ids.iter().filter_map(|id| Some(LocatedInEdge { node: found(id)? })).collect();
    LocatedInConnection { total_count: edges.len() as i32, edges }
}

/// The fields of a kind: those of every entity, and its own.
macro_rules! kind {
    ($name:ident { $($own:tt)* }) => {
        #[Object]
        impl $name {
            async fn id(&self) -> ID {
                self.0.id.into()
            }
            async fn kind(&self) -> Kind {
                self.0.kind
            }
            async fn name(&self, #[graphql(default_with = "Lang::Zh")] lang: Lang) -> String {
                if lang == Lang::En { self.0.en.unwrap_or(self.0.zh).into() } else { self.0.zh.into() }
            }
            async fn names(&self) -> Names {
                Names { zh: Some(self.0.zh), en: self.0.en, short: self.0.short.to_vec() }
            }
            $($own)*
        }
    };
}
kind!(Company {
    async fn size(&self) -> Option<i32> { self.0.size }
    async fn code(&self) -> Option<&'static str> { self.0.code }
    async fn located_in(&self) -> LocatedInConnection { page(&["region:r"]) }
});
kind!(Agency {
    async fn size(&self) -> Option<i32> { self.0.size }
    async fn located_in(&self) -> LocatedInConnection { page(&["region:r"]) }
});
kind!(Region {
    async fn code(&self) -> Option<&'static str> { self.0.code }
    // By name, in the order of pinyin: 丙 bing, 甲 jia, 乙 yi.
    async fn located(&self) -> LocatedInConnection { page(&["agency:c", "company:a", "company:b"]) }
});

struct Query;

#[Object]
impl Query {
    async fn node(&self, id: ID) -> Option<AnyEntity> {
        found(&id)
    }
}

static TWIN: LazyLock<Schema<Query, EmptyMutation, EmptySubscription>> = LazyLock::new(|| {
    Schema::build(Query, EmptyMutation, EmptySubscription)
        .register_output_type::<AnyOrganisation>()
        .validation_mode(async_graphql::ValidationMode::Fast)
        .finish()
});

/// A directive over the two variables and constants, or none.
fn directive() -> impl Strategy<Value = String> {
    let value = prop_oneof![Just("$p"), Just("$q"), Just("true"), Just("false")];
    let one =
        (prop_oneof![Just("skip"), Just("include")], value).prop_map(|(name, value)| format!(" @{name}(if: {value})"));
    prop_oneof![4 => Just(String::new()), 1 => one.clone(), 1 => (one.clone(), one).prop_map(|(a, b)| if a[..4] == b[..4] { a } else { a + &b })]
}

/// Response keys carry what they stand for, so that documents merge without conflict.
fn leaf(entity: bool, organisation: bool, code: bool) -> BoxedStrategy<String> {
    let mut fields = vec!["__typename", "type: __typename"];
    if entity {
        fields.extend([
            "id",
            "kind",
            "name",
            "name",
            "zh: name(lang: ZH)",
            "en: name(lang: EN)",
            "lang: name(lang: $lang)",
            "key: id",
        ]);
        fields.extend(["names { zh }", "names { short en }", "names { ...N }", "n: names { __typename zh }"]);
    }
    if organisation {
        fields.extend(["size", "s: size"]);
    }
    if code {
        fields.extend(["code", "c: code"]);
    }
    (prop::sample::select(fields), directive())
        .prop_map(|(field, directive)| match field.split_once(" {") {
            Some((head, set)) => format!("{head}{directive} {{{set} "),
            None => format!("{field}{directive} "),
        })
        .boxed()
}

/// Selections on a type; `depth` more levels of edges may follow.
fn selections(on: &'static str, depth: u32) -> BoxedStrategy<String> {
    let organisation = matches!(on, "Organisation" | "Company" | "Agency");
    let mut choices = vec![leaf(true, organisation, matches!(on, "Company" | "Region"))];
    let types: &[&str] = match on {
        "Entity" => &["Entity", "Organisation", "Company", "Agency", "Region"],
        "Organisation" => &["Entity", "Organisation", "Company", "Agency"],
        "Company" => &["Entity", "Organisation", "Company"],
        "Agency" => &["Entity", "Organisation", "Agency"],
        _ => &["Entity", "Region"],
    };
    if depth > 0 {
        for ty in types {
            let inner = (selections(ty, depth - 1), directive());
            choices
                .push(inner.prop_map(move |(set, directive)| format!("... on {ty}{directive} {{ {set} }} ")).boxed());
        }
        choices.push(
            (selections(on, depth - 1), directive())
                .prop_map(|(set, directive)| format!("...{directive} {{ {set} }} "))
                .boxed(),
        );
        let link = if organisation { Some("locatedIn") } else { (on == "Region").then_some("located") };
        if let Some(link) = link {
            let page = (selections("Entity", depth - 1), selections("Entity", depth - 1), directive(), any::<bool>());
            choices.push(
                page.prop_map(move |(one, two, directive, alias)| {
                    let alias = if alias { format!("p_{link}: ") } else { String::new() };
                    format!("{alias}{link}{directive} {{ totalCount edges {{ node {{ {one} w: __typename }} }} e: edges {{ node {{ {two} w: __typename }} m: node {{ id }} }} }} ")
                })
                .boxed(),
            );
        }
        let spread = match on {
            "Entity" => "...E ",
            "Organisation" => "...O ...E ",
            "Company" => "...C ...O ",
            _ => "...E ",
        };
        choices.push(
            directive()
                .prop_map(move |directive| {
                    spread.trim_end().replace(" ...", &format!("{directive} ...")) + &directive + " "
                })
                .boxed(),
        );
    }
    prop::collection::vec(prop::strategy::Union::new(choices), 1..4).prop_map(|all| all.concat()).boxed()
}

fn document() -> impl Strategy<Value = String> {
    (selections("Entity", 3), selections("Entity", 1), selections("Organisation", 0), selections("Company", 0), prop::sample::select(vec!["company:a", "company:b", "agency:c", "region:r", "company:x"]))
        .prop_map(|(set, e, o, c, id)| {
            // The fragment on Entity may spread no other, so that none is in a cycle.
            let e = e.replace("...E", "id");
            format!(
                "query Q($p: Boolean!, $q: Boolean = false, $lang: Lang = EN) {{ node(id: \"{id}\") {{ {set} ...E w: __typename }} other: node(id: \"company:a\") {{ ...O id ...C \
                 same: name(lang: $lang) skipped: id @skip(if: $p) kept: id @include(if: $q) }} }}\n\
                 fragment E on Entity {{ {e} }} fragment O on Organisation {{ {o} ...N2 }} fragment C on Company {{ {c} }} fragment N on Names {{ en short }} \
                 fragment N2 on Organisation {{ names {{ ...N }} }}"
            )
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, max_shrink_iters: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_engine_and_a_schema_with_resolvers_give_the_same_json(text in document(), p in any::<bool>(), q in any::<Option<bool>>()) {
        let mut variables = serde_json::Map::new();
        variables.insert("p".into(), p.into());
        variables.extend(q.map(|q| ("q".to_owned(), q.into())));
        let request = Request { id: RequestId::next(), query: text.clone(), operation_name: None, variables: variables.clone(), is_get: false };
        let deadline = Instant::now() + Duration::from_secs(60);
        let ours = futures::executor::block_on(ENGINE.execute(request, deadline));
        let ours = String::from_utf8(ours.body).expect("UTF-8");
        let request = async_graphql::Request::new(&text).variables(async_graphql::Variables::from_json(variables.into()));
        let theirs = futures::executor::block_on(TWIN.execute(request));
        prop_assert!(theirs.errors.is_empty(), "{:?}\n{}", theirs.errors, text);
        let theirs = serde_json::json!({ "data": theirs.data }).to_string();
        prop_assert_eq!(ours, theirs, "{}", text);
    }
}
