//! Data that change under a running server: what is right is served, what is wrong is said, and no request fails over it.

#[path = "support/program.rs"]
mod program;

use program::Server;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// How long a change may take until it is served, on a busy machine with an unoptimised program.
const PATIENCE: Duration = Duration::from_secs(60);

/// A seed, and perhaps an ontology, in a folder of the test, served by the program.
struct Watched {
    folder: tempfile::TempDir,
    server: Server,
    log: Arc<Mutex<String>>,
}

/// A document that states a company of each name.
fn seed(names: &[&str]) -> String {
    let companies: String =
        names.iter().map(|name| format!("  company \"{name}\" {{ zh \"{name}\"; en \"{name}\" }}\n")).collect();
    format!(
        "document \"document:a\" {{\n  title \"甲\"\n  zh \"甲\"\n  en \"A\"\n  writtenOn \"2024\"\n}}\nsection \"一\" {{\n{companies}}}\n"
    )
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
    }
}

impl Watched {
    fn start(names: &[&str], with_ontology: bool, flags: &[&str]) -> Watched {
        let folder = tempfile::tempdir().unwrap();
        let (data, ontology) = (folder.path().join("seed"), folder.path().join("ontology"));
        fs::create_dir(&data).unwrap();
        fs::write(data.join("a.kdl"), seed(names)).unwrap();
        let mut all = vec!["--seed", data.to_str().unwrap(), "--log", "error,mdgraph::commands=info"];
        if with_ontology {
            copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("schema/ontology"), &ontology);
            all.extend(["--schema", ontology.to_str().unwrap()]);
        }
        all.extend(flags);
        let mut server = Server::start(&all);
        let log = Arc::new(Mutex::new(String::new()));
        let (lines, into) = (BufReader::new(server.child.stderr.take().unwrap()).lines(), log.clone());
        std::thread::spawn(move || {
            lines.map_while(Result::ok).for_each(|line| *into.lock().unwrap() += &format!("{line}\n"));
        });
        assert!(!server.address.is_empty(), "{}", server.line);
        Watched { folder, server, log }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, names: &[&str]) {
        fs::write(self.path("seed/a.kdl"), seed(names)).unwrap();
    }

    fn companies(&self) -> usize {
        let answer = self.server.post("{ companies { totalCount } }");
        let count = answer.split("\"totalCount\":").nth(1).unwrap_or_else(|| panic!("{answer}"));
        count.chars().take_while(char::is_ascii_digit).collect::<String>().parse().unwrap()
    }

    /// How often the data were to be loaded anew, with this result.
    fn reloads(&self, result: &str) -> u32 {
        let metrics = self.server.get("/metrics");
        let series = format!("mdgraph_reloads_total{{result=\"{result}\"}} ");
        metrics.lines().find_map(|line| line.strip_prefix(&series)).unwrap().parse().unwrap()
    }

    /// Waits until something holds.
    fn until(&self, what: &str, holds: impl Fn() -> bool) {
        let started = Instant::now();
        while !holds() {
            assert!(started.elapsed() < PATIENCE, "{what}; the log:\n{}", self.log.lock().unwrap());
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn until_logged(&self, words: &str) {
        self.until(words, || self.log.lock().unwrap().contains(words));
    }
}

#[test]
fn watched_files_are_served_when_right_and_reported_when_wrong() {
    let watched = Watched::start(&["one"], false, &["--watch"]);
    assert_eq!(watched.companies(), 1);
    // Requests all the while: not one may fail.
    let done = Arc::new(AtomicBool::new(false));
    let asked = Arc::new(AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            let (watched, done, asked) = (&watched, done.clone(), asked.clone());
            scope.spawn(move || {
                while !done.load(Ordering::Relaxed) {
                    let answer = watched.server.post("{ companies(first: 5) { totalCount edges { node { id } } } }");
                    assert!(answer.starts_with("HTTP/1.1 200 ") && !answer.contains("\"errors\""), "{answer}");
                    // One snapshot throughout: as many items as are counted.
                    let counted = answer.split("\"totalCount\":").nth(1).unwrap().chars().next().unwrap();
                    assert_eq!(answer.matches("\"company:").count().to_string(), counted.to_string(), "{answer}");
                    asked.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        // Ends the others whatever happens here.
        struct Done<'a>(&'a AtomicBool);
        impl Drop for Done<'_> {
            fn drop(&mut self) {
                self.0.store(true, Ordering::Relaxed);
            }
        }
        let _done = Done(&done);
        watched.write(&["one", "two"]);
        watched.until("the second company", || watched.companies() == 2);

        fs::write(watched.path("seed/a.kdl"), seed(&["one"]).replace("company \"one\"", "compny \"one\"")).unwrap();
        watched.until_logged("nothing is reloaded; what was served before is served still");
        let log = watched.log.lock().unwrap().clone();
        let problem = log.lines().find(|line| line.contains("a.kdl:8: "));
        assert!(problem.is_some_and(|line| line.contains("compny")), "{log}");
        assert_eq!(watched.companies(), 2);

        // A file more, and the first one mended.
        let more = seed(&["three"]).replace("document:a", "document:b").replace("甲", "乙").replace("\"A\"", "\"B\"");
        fs::write(watched.path("seed/b.kdl"), more).unwrap();
        watched.write(&["one", "two"]);
        watched.until("the third company", || watched.companies() == 3);
        fs::remove_file(watched.path("seed/b.kdl")).unwrap();
        watched.until("the third company's end", || watched.companies() == 2);
    });
    assert!(asked.load(Ordering::Relaxed) > 20, "{asked:?} requests");
    // At least: a look may fall between two writes of this test.
    assert!(watched.reloads("refused") >= 1 && watched.reloads("loaded") >= 3, "{}", watched.server.get("/metrics"));
}

#[test]
fn a_changed_ontology_is_another_api() {
    let watched = Watched::start(&["one"], true, &["--watch"]);
    let kind = "\"\"\"\n展会 · trade fair\n\"\"\"\ntype TradeFair implements Entity @node {\n\"参展企业 · exhibitors\"\n\
                exhibitors: [Company] @relationship(type: \"EXHIBITS\", inverse: \"exhibitsAt\", inverseLabel: \"参展 · exhibits at\")\n}\n";
    assert!(watched.server.post("{ tradeFairs { totalCount } }").contains("GRAPHQL_VALIDATION_FAILED"));
    fs::write(watched.path("ontology/fair.graphql"), kind).unwrap();
    watched.until("the new kind", || watched.server.post("{ tradeFairs { totalCount } }").contains("\"totalCount\":0"));
    assert!(watched.server.get("/schema.graphql").contains("type TradeFair "));
    assert_eq!(watched.companies(), 1);

    fs::write(watched.path("ontology/fair.graphql"), kind.replace("@node", "@nood")).unwrap();
    watched.until_logged("nothing is reloaded");
    assert!(watched.log.lock().unwrap().contains("fair.graphql:4:"), "{}", watched.log.lock().unwrap());
    assert!(watched.server.post("{ tradeFairs { totalCount } }").contains("\"totalCount\":0"));

    fs::remove_file(watched.path("ontology/fair.graphql")).unwrap();
    watched.until("the kind's end", || watched.server.post("{ tradeFairs { totalCount } }").contains("FAILED"));
}

#[test]
fn sighup_loads_again() {
    let watched = Watched::start(&["one"], false, &[]);
    watched.write(&["one", "two"]);
    // Nobody watches.
    std::thread::sleep(Duration::from_millis(1_200));
    assert_eq!(watched.companies(), 1);
    watched.server.signal("-HUP");
    watched.until("the second company", || watched.companies() == 2);
    fs::remove_file(watched.path("seed/a.kdl")).unwrap();
    watched.server.signal("-HUP");
    watched.until_logged("SIGHUP: nothing is reloaded");
    assert!(watched.log.lock().unwrap().contains("there is no file *.kdl"));
    assert_eq!(watched.companies(), 2);
}

#[test]
fn sighup_says_when_there_is_nothing_to_reload() {
    use std::io::Read;
    let mut server = Server::start(&[]);
    server.signal("-HUP");
    std::thread::sleep(Duration::from_millis(500));
    assert!(server.get("/health/live").starts_with("HTTP/1.1 200 "));
    server.signal("-TERM");
    assert_eq!(server.child.wait().unwrap().code(), Some(0));
    let mut log = String::new();
    server.child.stderr.as_mut().unwrap().read_to_string(&mut log).unwrap();
    assert!(log.contains("SIGHUP: there is nothing to reload"), "{log}");
}

#[test]
fn over_a_database_that_is_away_a_reload_is_refused() {
    use std::io::Read;
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut server = Server::start(&["--store", &format!("bolt://{free}")]);
    server.signal("-HUP");
    let started = Instant::now();
    while !server.get("/metrics").contains("mdgraph_reloads_total{result=\"refused\"} 1\n") {
        assert!(started.elapsed() < PATIENCE);
        std::thread::sleep(Duration::from_millis(50));
    }
    server.signal("-TERM");
    assert_eq!(server.child.wait().unwrap().code(), Some(0));
    let mut log = String::new();
    server.child.stderr.as_mut().unwrap().read_to_string(&mut log).unwrap();
    assert!(log.contains("the graph store is unavailable") && !log.contains("panic"), "{log}");
}
