//! How a server ends.

use std::net::TcpStream;
use std::time::{Duration, Instant};

use mdgraph::http::Stopped;

use crate::client::{Client, ask};
use crate::server::Server;

#[test]
fn requests_under_way_are_answered_before_the_end() {
    let mut server = Server::start(&[]);
    let address = server.address;
    let mut idle = Client::connect(address);
    assert_eq!(idle.post("{a}").status, 200);
    let under_way = std::thread::spawn(move || Client::connect(address).post("slow"));
    std::thread::sleep(Duration::from_millis(150));
    let started = Instant::now();
    server.tell_to_stop();
    assert_eq!(under_way.join().unwrap().status, 200);
    assert_eq!(server.ended(), Stopped::Drained);
    assert!(started.elapsed() < Duration::from_secs(3), "{:?}", started.elapsed());
    // Connections without a request do not hold it up, and no new one is taken.
    assert!(idle.receive().is_none());
    assert!(TcpStream::connect(address).is_err());
}

#[test]
fn readiness_goes_before_the_listener() {
    let mut server = Server::start(&["--shutdown-delay", "1"]);
    server.tell_to_stop();
    std::thread::sleep(Duration::from_millis(200));
    assert_eq!(ask(server.address, "GET /health/ready", &[], "").status, 503);
    assert_eq!(ask(server.address, "GET /health/live", &[], "").status, 200);
    assert_eq!(Client::connect(server.address).post("{a}").status, 200);
    assert_eq!(server.ended(), Stopped::Drained);
}

#[test]
fn the_drain_has_an_end() {
    let mut server = Server::start(&["--drain", "0.3"]);
    let address = server.address;
    let mut client = Client::connect(address);
    let body = r#"{"query":"never"}"#;
    let head = format!(
        "POST /graphql HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    client.send(head.as_bytes());
    std::thread::sleep(Duration::from_millis(100));
    let started = Instant::now();
    server.tell_to_stop();
    assert_eq!(server.ended(), Stopped::CutOff);
    assert!(started.elapsed() < Duration::from_secs(2));
}
