//! The program as it is run.
// Each test target uses a part of this.
#![allow(dead_code)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// The program with these flags; settings of whoever runs the tests are not part of them.
pub fn mdgraph(flags: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mdgraph"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("MDGRAPH_") || name.to_string_lossy().starts_with("NEO4J_") {
            command.env_remove(name);
        }
    }
    command.args(flags).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// A server on a free port; ends with the test.
pub struct Server {
    pub child: Child,
    /// What it says when it has started.
    pub line: String,
    pub address: String,
}

impl Server {
    pub fn start(flags: &[&str]) -> Server {
        let mut child = mdgraph(flags).args(["--listen", "127.0.0.1:0"]).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().split("http://").nth(1).unwrap_or_default().to_owned();
        Server { child, line, address }
    }

    pub fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream
    }

    /// The whole answer to a GET, head and body.
    pub fn get(&self, path: &str) -> String {
        self.get_with(path, "")
    }

    /// The same with further header lines, each ended by `\r\n`.
    pub fn get_with(&self, path: &str, headers: &str) -> String {
        let mut stream = self.connect();
        write!(stream, "GET {path} HTTP/1.1\r\nhost: test\r\n{headers}connection: close\r\n\r\n").unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        text
    }

    /// The whole answer to a POST of a GraphQL document.
    pub fn post(&self, query: &str) -> String {
        let body = serde_json::json!({ "query": query }).to_string();
        let mut stream = self.connect();
        write!(
            stream,
            "POST /graphql HTTP/1.1\r\nhost: test\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\
             accept: application/graphql-response+json\r\nconnection: close\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        text
    }

    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([name, &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
