//! Tables on the wire: what is streamed, and how it ends.

use super::client::{Client, ask};
use super::server::Server;
use std::io::{Read, Write};
use std::time::{Duration, Instant};

/// All bytes that come until the connection ends, be it by force.
fn raw(server: &Server, path: &str, headers: &str) -> Vec<u8> {
    let mut stream = Client::connect(server.address).0;
    write!(stream, "GET {path} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n{headers}\r\n").unwrap();
    let (mut bytes, mut part) = (Vec::new(), [0; 4096]);
    while let Ok(1..) = stream.read(&mut part).inspect(|read| bytes.extend_from_slice(&part[..*read])) {}
    bytes
}

#[test]
fn a_table_comes_in_parts_under_its_name() {
    let server = Server::start(&[]);
    let answer = ask(server.address, "GET /export/facts.csv?valid=2024&known=2022-07", &[], "");
    assert_eq!((answer.status, answer.text()), (200, "part 1\r\npart 2\r\npart 3\r\npart 4\r\npart 5\r\n"));
    assert_eq!(answer.header("transfer-encoding"), Some("chunked"));
    assert_eq!(answer.header("content-type"), Some("text/csv; charset=utf-8; header=present"));
    let name = "attachment; filename=\"facts-valid-2024-known-2022-07.csv\"";
    assert_eq!(answer.header("content-disposition"), Some(name));
    assert!(answer.header("x-request-id").is_some());
    let answer = ask(server.address, "GET /export/entities.ndjson", &[("origin", "https://a.example")], "");
    assert_eq!(answer.header("content-type"), Some("application/x-ndjson; charset=utf-8"));
    assert!(answer.header("access-control-expose-headers").unwrap().contains("content-disposition"));
    let head = raw(&server, "/export/facts.csv", "").len();
    assert!(head > 100);
    for wrong in ["/export/facts", "/export/facts.xlsx", "/export/nothing.csv", "/export/"] {
        assert_eq!(ask(server.address, &format!("GET {wrong}"), &[], "").status, 404, "{wrong}");
    }
    assert_eq!(ask(server.address, "POST /export/facts.csv", &[], "").status, 405);
}

#[test]
fn what_fails_before_the_first_byte_is_an_answer() {
    let server = Server::start(&[]);
    for (script, status, code) in [
        ("kind=refused", 400, "BAD_USER_INPUT"),
        ("kind=store", 503, "STORE_UNAVAILABLE"),
        ("kind=panic", 500, "INTERNAL"),
        ("wehre=%7B%7D", 400, "BAD_USER_INPUT"),
        ("where=%7B", 400, "BAD_USER_INPUT"),
        ("where=%7B%7D&where=%7B%7D", 400, "BAD_USER_INPUT"),
        ("valid=yesterday", 400, "BAD_USER_INPUT"),
        ("bom=perhaps", 400, "BAD_USER_INPUT"),
    ] {
        let answer = ask(server.address, &format!("GET /export/facts.csv?{script}"), &[], "");
        assert_eq!((answer.status, answer.code().as_str()), (status, code), "{script}");
        assert!(!answer.text().contains("secret"));
        assert_eq!(answer.header("retry-after").is_some(), status == 503);
    }
}

#[test]
fn what_fails_in_the_middle_is_not_taken_for_a_whole_table() {
    let server = Server::start(&["--deadline", "0.3"]);
    let whole = raw(&server, "/export/facts.csv", "");
    assert!(whole.ends_with(b"0\r\n\r\n"));
    for script in ["store%20later", "stuck%20later"] {
        for headers in ["", "accept-encoding: gzip\r\n"] {
            let bytes = raw(&server, &format!("/export/facts.csv?kind={script}"), headers);
            assert!(bytes.starts_with(b"HTTP/1.1 200 "), "{script} {headers}: {:?}", String::from_utf8_lossy(&bytes));
            assert!(!bytes.ends_with(b"0\r\n\r\n"), "{script}: the body ends as if it were whole");
        }
        let bytes = raw(&server, &format!("/export/facts.csv?kind={script}"), "");
        assert!(String::from_utf8_lossy(&bytes).contains("part 3\r\n"));
    }
}

#[test]
fn a_table_on_its_way_counts_among_the_requests() {
    let server = Server::start(&["--max-concurrency", "1"]);
    let mut reader = Client::connect(server.address);
    reader.send(b"GET /export/facts.csv?kind=endless HTTP/1.1\r\nhost: test\r\n\r\n");
    let mut some = [0; 1000];
    reader.0.read_exact(&mut some).unwrap();
    assert_eq!(Client::connect(server.address).post("{a}").code(), "OVERLOADED");
    let refused = ask(server.address, "GET /export/facts.csv", &[], "");
    assert_eq!((refused.status, refused.code().as_str()), (503, "OVERLOADED"));
    // Who goes away gives the place back.
    drop(reader);
    let started = Instant::now();
    while Client::connect(server.address).post("{a}").status != 200 {
        assert!(started.elapsed() < Duration::from_secs(10), "the export goes on without a reader");
        std::thread::sleep(Duration::from_millis(20));
    }
}
