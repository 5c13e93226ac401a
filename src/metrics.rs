//! What the server counts and measures of itself, for Prometheus.
//!
//! One [`Metrics`] lives as long as the process: reloading the data does not reset it. Every label takes its values from a
//! closed set (statuses, codes, limits, stores), never from a request. [`TABLE`] says what each metric means; the page in
//! `docs/` is held to it by a test.

use std::fmt::Write;
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Metric, Registry};

use crate::error::{ErrorCode, Limit};

/// What a metric means, for its page and its `# HELP` line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// The name that a query uses.
    pub name: &'static str,
    /// `counter`, `gauge` or `histogram`.
    pub kind: &'static str,
    /// Its labels.
    pub labels: &'static [&'static str],
    /// What it says.
    pub help: &'static str,
    /// When it deserves a look.
    pub look: &'static str,
}

/// Every metric, in the order of the page.
pub const TABLE: [Row; 11] = [
    Row {
        name: "mdgraph_requests_total",
        kind: "counter",
        labels: &["status", "code"],
        help: "Requests to /graphql that were answered, by HTTP status and error code (OK for an answer with data)",
        look: "`code=\"INTERNAL\"` is a fault of the server; a rising `OVERLOADED` wants another process",
    },
    Row {
        name: "mdgraph_request_duration_seconds",
        kind: "histogram",
        labels: &[],
        help: "Time from the head of a request to /graphql to its answer, the body's arrival included",
        look: "the 99th percentile comes near the deadline",
    },
    Row {
        name: "mdgraph_refusals_total",
        kind: "counter",
        labels: &["limit"],
        help: "Requests refused by a limit, by the name that the limit's flag has after --max- (deadline is --deadline)",
        look: "an honest client meets a limit: raise it, or change the request",
    },
    Row {
        name: "mdgraph_requests_under_way",
        kind: "gauge",
        labels: &[],
        help: "Requests that are being answered, large answers that are being sent included",
        look: "it stays near `--max-concurrency`",
    },
    Row {
        name: "mdgraph_prepared_documents_total",
        kind: "counter",
        labels: &["result"],
        help: "Documents looked up among those already parsed and validated: hit or miss",
        look: "misses prevail: clients write values into documents instead of sending variables",
    },
    Row {
        name: "mdgraph_store_duration_seconds",
        kind: "histogram",
        labels: &["store"],
        help: "Time that a store took for one root field",
        look: "it grows while requests stay the same",
    },
    Row {
        name: "mdgraph_store_errors_total",
        kind: "counter",
        labels: &["store", "error"],
        help: "Root fields that a store gave no answer to: unavailable, timeout or internal",
        look: "any `unavailable` or `internal`",
    },
    Row {
        name: "mdgraph_graph_entities",
        kind: "gauge",
        labels: &[],
        help: "Entities of the graph that is served; over Neo4j as the last import counted, once the database answered",
        look: "it drops after a reload or an import",
    },
    Row {
        name: "mdgraph_graph_facts",
        kind: "gauge",
        labels: &[],
        help: "Facts of the graph that is served, superseded ones included",
        look: "as above",
    },
    Row {
        name: "mdgraph_graph_observations",
        kind: "gauge",
        labels: &[],
        help: "Observations of the graph that is served",
        look: "as above",
    },
    Row {
        name: "mdgraph_reloads_total",
        kind: "counter",
        labels: &["result"],
        help: "Reloads of seed and ontology: loaded, or refused because of what is wrong in the files",
        look: "any `refused`: the graph from before goes on being served, the log says why",
    },
];

/// Upper bounds of the buckets of both histograms, in seconds: from an answer out of memory to the deadline.
const BUCKETS: [f64; 14] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// Limits that are told by a code of their own, with the name of their flag.
const CODED_LIMITS: [(ErrorCode, &str); 3] = [
    (ErrorCode::PayloadTooLarge, "body-bytes"),
    (ErrorCode::Overloaded, "concurrency"),
    (ErrorCode::Timeout, "deadline"),
];

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Answered {
    status: u16,
    code: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct ByLimit {
    limit: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct ByResult {
    result: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct ByStore {
    store: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct StoreFailure {
    store: &'static str,
    error: &'static str,
}

/// How much a graph holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct GraphSize {
    /// Entities.
    pub entities: u64,
    /// Facts, superseded ones included.
    pub facts: u64,
    /// Observations.
    pub observations: u64,
}

/// The metrics of a process.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    requests: Family<Answered, Counter>,
    duration: Histogram,
    refusals: Family<ByLimit, Counter>,
    under_way: Gauge,
    prepared_hits: Counter,
    prepared_misses: Counter,
    store_duration: Family<ByStore, Histogram, fn() -> Histogram>,
    store_errors: Family<StoreFailure, Counter>,
    entities: Gauge,
    facts: Gauge,
    observations: Gauge,
    reloaded: Counter,
    reload_refused: Counter,
}

fn histogram() -> Histogram {
    Histogram::new(BUCKETS)
}

impl Default for Metrics {
    /// All at nothing. Series whose labels are known beforehand are there from the start, so that a rate has a beginning.
    fn default() -> Self {
        let by_result: [Family<ByResult, Counter>; 2] = Default::default();
        let result = |family: &Family<ByResult, Counter>, result| family.get_or_create(&ByResult { result }).clone();
        let [prepared, reloads] = by_result;
        let mut metrics = Metrics {
            registry: Registry::default(),
            requests: Family::default(),
            duration: histogram(),
            refusals: Family::default(),
            under_way: Gauge::default(),
            prepared_hits: result(&prepared, "hit"),
            prepared_misses: result(&prepared, "miss"),
            store_duration: Family::new_with_constructor(histogram),
            store_errors: Family::default(),
            entities: Gauge::default(),
            facts: Gauge::default(),
            observations: Gauge::default(),
            reloaded: result(&reloads, "loaded"),
            reload_refused: result(&reloads, "refused"),
        };
        let limits = Limit::ALL.map(Limit::name).into_iter().chain(CODED_LIMITS.map(|(_, name)| name));
        limits.for_each(|limit| drop(metrics.refusals.get_or_create(&ByLimit { limit })));
        metrics.add("mdgraph_requests_total", metrics.requests.clone());
        metrics.add("mdgraph_request_duration_seconds", metrics.duration.clone());
        metrics.add("mdgraph_refusals_total", metrics.refusals.clone());
        metrics.add("mdgraph_requests_under_way", metrics.under_way.clone());
        metrics.add("mdgraph_prepared_documents_total", prepared);
        metrics.add("mdgraph_store_duration_seconds", metrics.store_duration.clone());
        metrics.add("mdgraph_store_errors_total", metrics.store_errors.clone());
        metrics.add("mdgraph_graph_entities", metrics.entities.clone());
        metrics.add("mdgraph_graph_facts", metrics.facts.clone());
        metrics.add("mdgraph_graph_observations", metrics.observations.clone());
        metrics.add("mdgraph_reloads_total", reloads);
        metrics
    }
}

impl Metrics {
    /// Registers a metric under its name in [`TABLE`], without the ending that the encoding adds to counters by itself.
    fn add(&mut self, name: &'static str, metric: impl Metric) {
        let help = TABLE.iter().find(|row| row.name == name).map_or("", |row| row.help);
        self.registry.register(name.strip_suffix("_total").unwrap_or(name), help, metric);
    }

    /// A request was answered, with this status, after this time; with the code of its first error if it has no data.
    pub fn answered(&self, status: u16, code: Option<ErrorCode>, took: Duration) {
        self.requests.get_or_create(&Answered { status, code: code.map_or("OK", ErrorCode::name) }).inc();
        self.duration.observe(took.as_secs_f64());
    }

    /// A request, or a member of a batch, was refused; counted if it was by a limit.
    pub fn refused(&self, code: ErrorCode, limit: Option<Limit>) {
        let by_code = || CODED_LIMITS.iter().find(|(coded, _)| *coded == code).map(|(_, name)| *name);
        if let Some(limit) = limit.map(Limit::name).or_else(by_code) {
            self.refusals.get_or_create(&ByLimit { limit }).inc();
        }
    }

    /// A document was looked up among the prepared ones.
    pub fn prepared(&self, hit: bool) {
        if hit {
            self.prepared_hits.inc()
        } else {
            self.prepared_misses.inc()
        };
    }

    /// A store took this time for a root field; with the failure, if it gave no answer. Both names are from closed sets.
    pub fn executed(&self, store: &'static str, took: Duration, error: Option<&'static str>) {
        self.store_duration.get_or_create(&ByStore { store }).observe(took.as_secs_f64());
        if let Some(error) = error {
            self.store_errors.get_or_create(&StoreFailure { store, error }).inc();
        }
    }

    /// The data were to be loaded anew: whether they were.
    pub fn reloaded(&self, loaded: bool) {
        if loaded {
            self.reloaded.inc()
        } else {
            self.reload_refused.inc()
        };
    }

    /// The metrics as text, with the requests under way and the graph's size as they are now; a size that is not known
    /// leaves the last one that was.
    pub fn text(&self, under_way: u64, size: Option<GraphSize>) -> String {
        let whole = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        self.under_way.set(whole(under_way));
        if let Some(size) = size {
            self.entities.set(whole(size.entities));
            self.facts.set(whole(size.facts));
            self.observations.set(whole(size.observations));
        }
        let mut text = String::new();
        if encode(&mut text, &self.registry).is_err() {
            // Writing to a string does not fail; if it did, half a page would be taken for all.
            text.clear();
            let _ = writeln!(text, "# EOF");
        }
        text
    }
}
