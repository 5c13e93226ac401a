//! Limits of size and time on the wire.

use std::io::{Read, Write};
use std::time::{Duration, Instant};

use crate::client::{Answer, Client, ask};
use crate::server::Server;
use crate::{JSON, QUERY};

#[test]
fn a_large_body_is_refused_before_it_is_read() {
    let server = Server::start(&[]);
    let megabytes = 20 * 1024 * 1024;
    // Announced: refused at once, though nothing of it was sent.
    let mut client = Client::connect(server.address);
    let started = Instant::now();
    client.send(
        format!(
            "POST /graphql HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: {megabytes}\r\n\r\n"
        )
        .as_bytes(),
    );
    let refused = client.receive().unwrap();
    assert_eq!((refused.status, refused.code().as_str()), (413, "PAYLOAD_TOO_LARGE"));
    assert!(started.elapsed() < Duration::from_secs(1));
    // A client that sends all of it all the same can read the refusal.
    let body = "x".repeat(megabytes);
    let refused = ask(server.address, "POST /graphql", &[JSON], &body);
    assert_eq!((refused.status, refused.code().as_str()), (413, "PAYLOAD_TOO_LARGE"));
    // Not announced: refused where the limit is passed.
    let mut client = Client::connect(server.address);
    client.send(
        b"POST /graphql HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n",
    );
    let chunk = format!("10000\r\n{}\r\n", "x".repeat(0x10000));
    for _ in 0..17 {
        client.send(chunk.as_bytes());
    }
    assert_eq!(client.receive().unwrap().status, 413);
    assert_eq!(ask(server.address, "POST /graphql", &[JSON], QUERY).status, 200);
}

#[test]
fn a_head_has_a_size() {
    let server = Server::start(&[]);
    let url = format!("GET /graphql?query={}", "x".repeat(70_000));
    assert!(matches!(ask(server.address, &url, &[], "").status, 414 | 431));
}

#[test]
fn half_sent_requests_do_not_stay() {
    let server = Server::start(&["--header-timeout", "0.3", "--body-timeout", "0.3"]);
    // Half a head: the connection ends.
    let mut head = Client::connect(server.address);
    head.send(b"POST /graphql HTTP/1.1\r\nhost: a\r\n");
    // One byte at a time is no better.
    let mut dribble = Client::connect(server.address);
    let started = Instant::now();
    let mut broken = false;
    for byte in b"POST /graphql HTTP/1.1\r\nhost: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" {
        std::thread::sleep(Duration::from_millis(25));
        if dribble.0.write_all(&[*byte]).is_err() {
            broken = true;
            break;
        }
    }
    assert!(broken || dribble.0.read(&mut [0; 512]).is_ok_and(|read| read == 0), "dribbling keeps it open");
    assert!(started.elapsed() < Duration::from_secs(5));
    assert!(head.receive().is_none_or(|answer| answer.status == 408));
    // Half a body: an answer that says so, and the end.
    let mut body = Client::connect(server.address);
    body.send(
        b"POST /graphql HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{\"query\"",
    );
    let refused = body.receive().unwrap();
    assert_eq!((refused.status, refused.code().as_str()), (408, "TIMEOUT"));
    assert!(body.receive().is_none());
    assert_eq!(ask(server.address, "POST /graphql", &[JSON], QUERY).status, 200);
}

/// Asks until the server is too busy to answer.
fn overloaded(server: &Server) -> Answer {
    let started = Instant::now();
    loop {
        let answer = Client::connect(server.address).post("{a}");
        if answer.status != 200 {
            return answer;
        }
        assert!(started.elapsed() < Duration::from_secs(5), "the server is never busy");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_client_that_does_not_read_is_left() {
    let server = Server::start(&["--write-timeout", "0.3", "--max-concurrency", "1"]);
    let mut client = Client::connect(server.address);
    let body = r#"{"query":"bytes 9000000"}"#;
    let head = format!(
        "POST /graphql HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    client.send(head.as_bytes());
    // The answer that nobody takes holds the only place,
    overloaded(&server);
    // but not for long,
    let started = Instant::now();
    while Client::connect(server.address).post("{a}").status != 200 {
        assert!(started.elapsed() < Duration::from_secs(5), "its place is lost");
        std::thread::sleep(Duration::from_millis(20));
    }
    // and it never comes whole.
    let mut read = Vec::new();
    let _ = client.0.read_to_end(&mut read);
    assert!(read.len() < 9_000_000);
}

#[test]
fn too_many_at_once_are_told_to_come_back() {
    let server = Server::start(&["--max-concurrency", "2"]);
    let busy: Vec<_> = (0..2)
        .map(|_| {
            let address = server.address;
            std::thread::spawn(move || Client::connect(address).post("slow").status)
        })
        .collect();
    let refused = overloaded(&server);
    assert_eq!((refused.status, refused.code().as_str()), (503, "OVERLOADED"));
    assert_eq!(refused.header("retry-after"), Some("1"));
    // Health is not a request of that kind.
    assert_eq!(ask(server.address, "GET /health/live", &[], "").status, 200);
    assert!(busy.into_iter().all(|client| client.join().unwrap() == 200));
    assert_eq!(Client::connect(server.address).post("{a}").status, 200);
}

#[test]
fn clients_that_go_away_leave_no_place_taken() {
    let server = Server::start(&["--max-concurrency", "4"]);
    for _ in 0..250 {
        let clients: Vec<_> = (0..4)
            .map(|_| {
                let mut client = Client::connect(server.address);
                let body = r#"{"query":"never"}"#;
                client.send(format!("POST /graphql HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}", body.len()).as_bytes());
                client
            })
            .collect();
        drop(clients);
    }
    let started = Instant::now();
    while Client::connect(server.address).post("{a}").status != 200 {
        assert!(started.elapsed() < Duration::from_secs(5), "places are lost");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn the_deadline_holds_whatever_the_engine_does() {
    let server = Server::start(&["--deadline", "0.2"]);
    for query in ["deadline", "never"] {
        let started = Instant::now();
        let answer = Client::connect(server.address).post(query);
        assert_eq!((answer.status, answer.code().as_str()), (504, "TIMEOUT"), "{query}");
        assert!(started.elapsed() < Duration::from_secs(1), "{query}: {:?}", started.elapsed());
    }
}

#[test]
fn an_answer_has_a_size() {
    let server = Server::start(&[]);
    let answer = Client::connect(server.address).post("bytes 11000000");
    assert_eq!((answer.status, answer.code().as_str()), (400, "LIMIT_EXCEEDED"));
    assert_eq!(answer.json()["errors"][0]["extensions"]["limit"], "response-bytes");
    assert_eq!(
        Client::connect(server.address).post("bytes 9000000").body.len(),
        9_000_000 + r#"{"data":{"echo":""}}"#.len()
    );
}
