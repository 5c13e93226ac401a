//! What the client of `store::neo4j` does about what a server says: tried with a server of the tests' own, so that it says it when it
//! is wanted.

#[path = "support/bolt.rs"]
mod bolt;

use std::time::Duration;

use bolt::{Bolt, Script};
use mdgraph::store::neo4j::client::{Address, Client, Error, Limits, Statement};
use mdgraph::store::neo4j::token::Token;
use mdgraph::store::neo4j::value::Value;
use tokio::time::Instant;

fn client(server: &Bolt) -> Client {
    let address = Address {
        uri: format!("bolt://{}", server.address),
        user: "neo4j".into(),
        password: "s3cret".into(),
        database: None,
    };
    Client::new(&address, Limits::default()).unwrap()
}

async fn read(client: &Client, milliseconds: u64) -> Result<Vec<Value>, Error> {
    let statement = Statement { text: "RETURN 1 AS row".into(), parameters: Vec::new() };
    client.read(&statement, Instant::now() + Duration::from_millis(milliseconds)).await
}

#[tokio::test]
async fn a_transient_failure_is_tried_again_until_it_passes() {
    let code = "Neo.TransientError.Transaction.DeadlockDetected";
    // The driver tries a statement again that was refused; one that fails with its rows is left to us.
    for late in [false, true] {
        let server = Bolt::start(Script { failing: 3, code, late, ..Script::default() }).await.unwrap();
        assert_eq!(read(&client(&server), 5000).await.unwrap(), [Value::Int(1)]);
        assert_eq!(server.statements(), 4);
    }
}

#[tokio::test]
async fn one_that_does_not_pass_ends_at_the_deadline() {
    let code = "Neo.TransientError.General.MemoryPoolOutOfMemoryError";
    let server = Bolt::start(Script { failing: u64::MAX, code, ..Script::default() }).await.unwrap();
    let began = Instant::now();
    let answer = read(&client(&server), 500).await;
    assert!(matches!(answer, Err(Error::Timeout | Error::Unavailable)), "{answer:?}");
    assert!(began.elapsed() < Duration::from_millis(700), "{:?}", began.elapsed());
    // The pauses between grow: a server in need is not asked as fast as it can refuse.
    assert!((2..40).contains(&server.statements()), "{} statements", server.statements());
}

#[tokio::test]
async fn a_refused_statement_is_not_tried_again() {
    let code = "Neo.ClientError.Statement.SyntaxError";
    let server = Bolt::start(Script { failing: 1, code, ..Script::default() }).await.unwrap();
    let answer = read(&client(&server), 5000).await;
    assert!(matches!(answer, Err(Error::Query)), "{answer:?}");
    assert_eq!(server.statements(), 1);
}

#[tokio::test]
async fn a_refused_login_is_not_tried_again() {
    let login = Some(("basic", "another".to_owned()));
    let server = Bolt::start(Script { login, ..Script::default() }).await.unwrap();
    let answer = read(&client(&server), 5000).await;
    assert!(matches!(answer, Err(Error::Unavailable)), "{answer:?}");
    // A server that counts wrong passwords locks the user out after a few.
    assert_eq!(server.logins().len(), 1);
    assert!(!format!("{answer:?} {:?}", client(&server)).contains("s3cret"));
}

#[tokio::test]
async fn a_token_takes_the_place_of_the_login_and_is_read_again() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "expired\n").unwrap();
    let login = Some(("bearer", "tok3n".to_owned()));
    let server = Bolt::start(Script { login, ..Script::default() }).await.unwrap();
    let address = Address {
        uri: format!("bolt://{}", server.address),
        user: "neo4j".into(),
        password: "s3cret".into(),
        database: None,
    };
    let client = Client::with_token(&address, Token::File(file.path().to_owned()), Limits::default()).unwrap();
    assert!(matches!(read(&client, 2000).await, Err(Error::Unavailable)), "an expired token");
    std::fs::write(file.path(), "tok3n\n").unwrap();
    assert_eq!(read(&client, 2000).await.unwrap(), [Value::Int(1)]);
    let logins = server.logins();
    assert_eq!(logins.len(), 2);
    assert!(
        logins[1].contains("bearer") && !logins[1].contains("basic") && !logins[1].contains("s3cret"),
        "{logins:?}"
    );
    assert!(!format!("{client:?}").contains("tok3n"));
}
