//! Tables over HTTP and from the command line: the rows that the API gives, in columns that `docs/export.md` tells.

#[path = "support/program.rs"]
mod program;

use mdgraph::api::table::{Columns, What};
use program::{Server, mdgraph};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The head and the body of an answer; chunks joined.
fn get(server: &Server, path: &str) -> (String, Vec<u8>) {
    let answer = ureq::Agent::config_builder().http_status_as_error(false).build().new_agent();
    let mut answer = answer.get(format!("http://{}{path}", server.address)).call().unwrap();
    let head = format!("{} {:?}", answer.status(), answer.headers());
    (head, answer.body_mut().with_config().limit(100 << 20).read_to_vec().unwrap())
}

/// A parameter as a URL takes it.
fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// Lines of names and cells.
fn csv(bytes: &[u8]) -> (Vec<String>, Vec<Vec<String>>) {
    let mut reader = csv::Reader::from_reader(bytes);
    let head = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let rows = reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect());
    (head, rows.collect())
}

fn ndjson(bytes: &[u8]) -> Vec<Value> {
    std::str::from_utf8(bytes).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn answer(server: &Server, query: &str) -> Value {
    let answer = server.post(query);
    serde_json::from_str(answer.split("\r\n\r\n").nth(1).unwrap()).unwrap()
}

/// A filter in JSON as a literal of GraphQL.
fn literal(value: &Value) -> String {
    match value {
        Value::Object(fields) => {
            let fields: Vec<String> =
                fields.iter().map(|(name, value)| format!("{name}: {}", literal(value))).collect();
            format!("{{{}}}", fields.join(", "))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(literal).collect::<Vec<_>>().join(", ")),
        // Constants of an enum.
        Value::String(text) if text.bytes().all(|b| b.is_ascii_uppercase() || b == b'_') => text.clone(),
        other => other.to_string(),
    }
}

#[test]
fn columns_are_those_that_the_page_tells() {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/export.md")).unwrap();
    for what in What::ALL {
        let (_, section) = page.split_once(&format!("### {}\n", what.name())).expect("a section a table");
        let section = section.split("\n#").next().unwrap();
        let rows = section.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` |"));
        let told: Vec<&str> = rows.flat_map(|(names, _)| names.split("`, `")).collect();
        assert_eq!(told, Columns::fixed(what), "the columns of {} in docs/export.md", what.name());
    }
}

#[test]
fn tables_hold_what_the_api_gives() {
    let server = Server::start(&["--log", "off"]);
    for (table, kind, field, filter, view) in [
        ("entities", "COMPANY", "companies", json!({}), None),
        ("entities", "COMPANY", "companies", json!({"id": {"within": ["region:weihai"]}, "makes": {"some": {}}}), None),
        ("facts", "", "facts", json!({}), None),
        ("facts", "", "facts", json!({"placesDiffer": true}), None),
        ("facts", "", "facts", json!({"relationships": ["MAKES"], "status": ["ACTUAL"]}), Some("2024")),
        ("observations", "", "observations", json!({"subject": {"eq": "region:weihai"}}), None),
    ] {
        let as_of = view.map_or(String::new(), |known| format!(", asOf: {{known: \"{known}\"}}"));
        let first = format!(
            "{{ {field}(first: 100, where: {}{as_of}) {{ totalCount edges {{ node {{ id }} }} }} }}",
            literal(&filter)
        );
        let answer = answer(&server, &first);
        let known = &answer["data"][field];
        let total = known["totalCount"].as_u64().unwrap_or_else(|| panic!("{first}: {answer}")) as usize;
        let ids: Vec<&str> =
            known["edges"].as_array().unwrap().iter().map(|edge| edge["node"]["id"].as_str().unwrap()).collect();
        let mut path = format!("where={}", encoded(&filter.to_string()));
        if !kind.is_empty() {
            path.push_str(&format!("&kind={kind}"));
        }
        path.push_str(&view.map_or(String::new(), |known| format!("&known={known}")));
        let (head, bytes) = get(&server, &format!("/export/{table}.csv?{path}"));
        assert!(head.starts_with("200 "), "{head} {}", String::from_utf8_lossy(&bytes));
        let (columns, rows) = csv(&bytes);
        assert_eq!(rows.len(), total, "{table} {filter}");
        assert!(total > 0, "{table} {filter}: an empty table shows nothing");
        assert_eq!(columns[0], "id");
        let listed: Vec<&str> = rows.iter().map(|row| row[0].as_str()).collect();
        assert_eq!(listed[..ids.len()], ids, "{table} {filter}");
        assert_eq!(listed.iter().collect::<BTreeSet<_>>().len(), total, "{table} {filter}: a row twice");
        let (_, bytes) = get(&server, &format!("/export/{table}.ndjson?{path}"));
        let objects = ndjson(&bytes);
        assert!(objects.iter().map(|object| object["id"].as_str().unwrap()).eq(listed), "{table} {filter}");
        // A column is a path into the object; each row says where it comes from.
        let at = |name: &str| columns.iter().position(|column| column == name).unwrap();
        for (row, object) in rows.iter().zip(&objects) {
            let documents: Vec<&str> =
                object["sources"].as_array().unwrap().iter().map(|s| s["document"].as_str().unwrap()).collect();
            assert_eq!(row[at("sources.document")], documents.join(" | "));
            assert!(!documents.is_empty() && row[at("sources.section")].split(" | ").count() == documents.len());
            if table == "facts" {
                assert_eq!(Value::from(row[at("subject.zh")].as_str()), object["subject"]["zh"]);
                assert!(object["text"]["zh"].as_str().unwrap().contains(object["label"]["zh"].as_str().unwrap()));
            }
        }
        let in_one = table != "observations" && kind.is_empty() && filter.get("relationships").is_none();
        assert_eq!(columns.contains(&"properties".to_owned()), in_one, "{table} {filter}");
        assert_eq!(columns.contains(&"properties.creditCode".to_owned()), !kind.is_empty());
    }
    // All kinds at once, and the byte order mark where it is wanted.
    let (head, bytes) = get(&server, "/export/entities.csv?bom=true&where=%7B%22kind%22%3A%5B%22LAB%22%5D%7D");
    assert!(
        head.contains("attachment; filename=\\\"entities.csv\\\"") && bytes.starts_with("\u{feff}id,kind,".as_bytes())
    );
    let (_, bytes) = get(&server, "/export/entities.csv");
    assert!(bytes.starts_with(b"id,kind,names.zh,") && csv(&bytes).1.len() > 900);
    // The same errors as of the API's variables.
    for (path, words) in [
        ("entities.csv?kind=COMPANY&where=%7B%22nmae%22%3A1%7D", "CompanyWhere has no field nmae"),
        ("facts.csv?where=%7B%22status%22%3A%5B%22DONE%22%5D%7D", "Parameter where.status[0]: one of PROPOSED"),
        ("facts.csv?orderBy=%5B%7B%7D%5D", "exactly one field with a value is wanted"),
        ("facts.csv?kind=COMPANY", "only a table of entities is of a kind"),
        ("entities.csv?kind=COMPNY", "did you mean `COMPANY`?"),
        ("facts.csv?known=last%20year", "is not a date"),
        ("facts.ndjson?bom=true", "only CSV has it"),
        ("facts.csv?first=10", "there are kind, where, orderBy, valid, known, bom"),
    ] {
        let (head, bytes) = get(&server, &format!("/export/{path}"));
        let text = String::from_utf8_lossy(&bytes).into_owned();
        assert!(head.starts_with("400 ") && text.contains("BAD_USER_INPUT") && text.contains(words), "{path}: {text}");
    }
    let deep = format!(
        "{}{}",
        "{\"makes\":{\"some\":{\"node\":{\"makers\":{\"some\":{\"node\":".repeat(3),
        "{}".to_owned() + &"}}}}}}".repeat(3)
    );
    let (head, bytes) = get(&server, &format!("/export/entities.csv?kind=COMPANY&where={}", encoded(&deep)));
    assert!(head.starts_with("400 ") && String::from_utf8_lossy(&bytes).contains("LIMIT_EXCEEDED"));
}

/// A seed whose names are formulas.
const RISKY: &str = "document \"document:a\" {\n  title \"甲\"\n  zh \"甲\"\n  writtenOn \"2024\"\n}\n\
    section \"一\" {\n  company \"a\" { zh \"=HYPERLINK(\\\"x\\\")\"; short \"+1\" \"b, c\" }\n  region \"r\" { zh \"-5\" }\n  \
    fact \"company:a\" \"LOCATED_IN\" \"region:r\" note=\"@SUM(A1)\"\n}\n";

#[test]
fn the_command_writes_the_same_and_no_half_files() {
    let folder = tempfile::tempdir().unwrap();
    let seed = folder.path().join("seed");
    fs::create_dir(&seed).unwrap();
    fs::write(seed.join("a.kdl"), RISKY).unwrap();
    let run = |flags: &[&str]| {
        let output =
            mdgraph(&["export"]).args(flags).args(["--seed", seed.to_str().unwrap(), "--log", "off"]).output().unwrap();
        (output.status.code().unwrap(), output.stdout, String::from_utf8(output.stderr).unwrap())
    };
    let (code, bytes, errors) = run(&["facts"]);
    assert_eq!((code, errors.as_str()), (0, ""));
    let (columns, rows) = csv(&bytes);
    let cell = |name: &str| &rows[0][columns.iter().position(|column| column == name).unwrap()];
    assert_eq!(cell("subject.zh"), "'=HYPERLINK(\"x\")");
    assert_eq!((cell("object.zh").as_str(), cell("note").as_str()), ("-5", "'@SUM(A1)"));
    assert!(String::from_utf8(bytes.clone()).unwrap().ends_with("\r\n"));
    let (_, objects, _) = run(&["facts", "--format", "ndjson"]);
    assert_eq!(ndjson(&objects)[0]["note"], "@SUM(A1)");
    let (_, companies, _) = run(&["entities", "--kind", "COMPANY", "--order-by", "[{\"name\": \"DESC\"}]", "--bom"]);
    assert!(companies.starts_with("\u{feff}id,".as_bytes()));
    assert!(String::from_utf8(companies).unwrap().contains(",\"'+1 | b, c\","));

    let server = Server::start(&["--seed", seed.to_str().unwrap(), "--log", "off"]);
    assert_eq!(get(&server, "/export/facts.csv").1, bytes, "the server and the command write the same");
    assert!(server.get("/export/facts.csv").contains("transfer-encoding: chunked"));

    let file = folder.path().join("facts.csv");
    let (code, printed, _) = run(&["facts", "-o", file.to_str().unwrap()]);
    assert_eq!((code, printed.as_slice()), (0, &b""[..]));
    assert_eq!(fs::read(&file).unwrap(), bytes);
    for (flags, words) in [
        (vec!["facts", "--where", "{"], "Parameter where: this is no JSON"),
        (vec!["facts", "--where", "{\"stauts\": []}"], "FactWhere has no field stauts"),
        (vec!["facts", "--store", "bolt://127.0.0.1:9"], "STORE_UNAVAILABLE"),
        (vec!["entities", "--known", "soon"], "is not a date"),
    ] {
        let other = folder.path().join("other.csv");
        let (code, _, errors) = run(&[flags.as_slice(), &["-o", other.to_str().unwrap()]].concat());
        assert!(code == 1 && errors.contains(words), "{flags:?}: {errors}");
        let left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left.len(), 2, "{flags:?} leaves {left:?}");
    }
}
