//! A served mdgraph over a database, asked by many at once, whose every answer is judged.
// Each test target uses a part of this.
#![allow(dead_code)]

use std::collections::BTreeMap;
use std::future::Future;
use std::time::Duration;

use libtest_mimic::Failed;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, timeout};

use super::program::Server;

/// The deadline of a request, unless a test gives another.
pub const DEADLINE: Duration = Duration::from_secs(2);
/// By how much an answer may be later than its deadline.
pub const OVERRUN: Duration = Duration::from_millis(200);
/// Within what a server serves again after what was wrong is right.
pub const RECOVERY: Duration = Duration::from_secs(5);

/// How long a database that just began may be too slow for the deadline, on a machine that does other things as well.
const WARMING: Duration = Duration::from_secs(60);

/// One row, a tree, a long page, two roots, a search, figures.
const QUESTIONS: [&str; 6] = [
    r#"{ company(id: "company:weigao") { name degree } }"#,
    r#"{ company(id: "company:weigao") { id makes(first: 5) { totalCount edges { brand node { id name } } } related(first: 3) { totalCount } } }"#,
    r#"{ companies(first: 100, orderBy: [{ name: ASC }]) { totalCount edges { cursor node { id name sources { section } } } } }"#,
    r#"{ one: products(first: 20) { totalCount edges { node { id name } } } two: policies(first: 5) { edges { node { id } } } }"#,
    r#"{ search(text: "weigao") { edges { node { id name } } } }"#,
    r#"{ observations(first: 50) { totalCount edges { node { value unit when { text } } } } }"#,
];

/// What an answer may say when the database is at fault.
const EXCUSES: [(&str, u16); 2] = [("STORE_UNAVAILABLE", 503), ("TIMEOUT", 504)];

/// A server and the right answers.
pub struct Site {
    pub server: Server,
    right: Vec<String>,
}

/// An answer.
pub struct Answer {
    pub status: u16,
    pub body: String,
    pub took: Duration,
}

/// What many answers were.
#[derive(Debug, Default)]
pub struct Tally {
    pub right: usize,
    /// Errors by their code.
    pub excused: BTreeMap<&'static str, usize>,
    pub slowest: Duration,
    /// How long a request took, at worst, that asks for nothing: what a busy machine adds to a time.
    pub lag: Duration,
}

impl Site {
    /// Starts a server over this database. It knows no right answers yet: see [`Site::learn`].
    pub fn start(uri: &str, flags: &[&str]) -> Site {
        let deadline = DEADLINE.as_secs().to_string();
        // Nobody reads the log while the server runs, so a full pipe would stop it.
        let mut all = vec!["serve", "--store", uri, "--log", "off"];
        all.extend(flags);
        if !flags.contains(&"--deadline") {
            all.extend(["--deadline", &deadline]);
        }
        Site { server: Server::start(&all), right: Vec::new() }
    }

    /// Takes the answers as they are now for the right ones; the database must be well.
    pub async fn learn(&mut self) -> Result<(), Failed> {
        self.warms_up().await?;
        for (question, text) in QUESTIONS.iter().enumerate() {
            let answer = self.ask(question).await?;
            if answer.status != 200 || answer.body.contains("\"errors\"") {
                return Err(format!("{text} is not answered by a database that is well: {}", answer.body).into());
            }
            self.right.push(answer.body);
        }
        Ok(())
    }

    /// Asks every question until it is answered: a database that just began plans and compiles what it is asked first.
    pub async fn warms_up(&self) -> Result<(), Failed> {
        let began = Instant::now();
        for question in 0..QUESTIONS.len() {
            while self.ask(question).await?.body.contains("\"errors\"") {
                if began.elapsed() > WARMING {
                    return Err(format!("the database is still slow after {WARMING:?}").into());
                }
                sleep(Duration::from_millis(50)).await;
            }
        }
        Ok(())
    }

    /// Asks one of the questions.
    pub async fn ask(&self, question: usize) -> Result<Answer, Failed> {
        let began = Instant::now();
        let mut stream = self.send(question).await?;
        let mut text = String::new();
        stream.read_to_string(&mut text).await?;
        let took = began.elapsed();
        let (head, body) = text.split_once("\r\n\r\n").ok_or("an answer has no head")?;
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or("an answer has no status")?;
        Ok(Answer { status, body: body.to_owned(), took })
    }

    /// Asks whether the process lives, which wants neither the database nor any work.
    pub async fn is_alive(&self) -> Result<(), Failed> {
        let mut stream = TcpStream::connect(&self.server.address).await?;
        stream.write_all(b"GET /health/live HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n").await?;
        let mut text = String::new();
        stream.read_to_string(&mut text).await?;
        if text.starts_with("HTTP/1.1 200 ") { Ok(()) } else { Err(format!("/health/live says {text}").into()) }
    }

    /// Asks one of the questions and leaves the answer for the caller to take; one who drops the stream has gone away.
    pub async fn send(&self, question: usize) -> Result<TcpStream, Failed> {
        let body = serde_json::json!({ "query": QUESTIONS[question % QUESTIONS.len()] }).to_string();
        let mut stream = TcpStream::connect(&self.server.address).await?;
        let head = format!(
            "POST /graphql HTTP/1.1\r\nhost: test\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\
             accept: application/graphql-response+json\r\nconnection: close\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(head.as_bytes()).await?;
        Ok(stream)
    }

    /// Holds an answer to what is allowed: the right bytes, or an error with a code for the database's faults and what was right of
    /// the data. Gives the code, if one.
    pub fn judge(&self, question: usize, answer: &Answer) -> Result<Option<&'static str>, Failed> {
        let question = question % QUESTIONS.len();
        if answer.status == 200 && answer.body == self.right[question] {
            return Ok(None);
        }
        let wrong = || format!("{} was answered {} {}", QUESTIONS[question], answer.status, answer.body);
        let told: Value = serde_json::from_str(&answer.body).map_err(|_| wrong())?;
        let right: Value = serde_json::from_str(&self.right[question])?;
        let errors = told["errors"].as_array().ok_or_else(wrong)?;
        let mut found = None;
        for error in errors {
            let code = error["extensions"]["code"].as_str();
            let excuse = EXCUSES.iter().find(|(excuse, _)| code == Some(excuse)).ok_or_else(wrong)?;
            found = Some(*excuse);
        }
        let (code, status) = found.ok_or_else(wrong)?;
        match told["data"].as_object() {
            None if answer.status == status => Ok(Some(code)),
            // A root that has no answer is null and has an error; the others are right.
            Some(data) if answer.status == 200 => {
                let holds = data.iter().all(|(key, value)| value.is_null() || *value == right["data"][key]);
                if holds { Ok(Some(code)) } else { Err(wrong().into()) }
            }
            _ => Err(wrong().into()),
        }
    }

    /// So many clients ask one question after the other while `meanwhile` goes on; nothing wrong and nothing late is let pass.
    pub async fn under_load<T>(
        &self,
        clients: usize,
        meanwhile: impl Future<Output = Result<T, Failed>>,
    ) -> Result<(T, Tally), Failed> {
        let is_over = std::sync::atomic::AtomicBool::new(false);
        let over = || is_over.load(std::sync::atomic::Ordering::Relaxed);
        let (is_over_ref, over) = (&is_over, &over);
        let asking = (0..clients).map(|client| async move {
            let mut tally = Tally::default();
            for question in client.. {
                if over() {
                    break;
                }
                let answer = timeout(Duration::from_secs(30), self.ask(question)).await;
                let answer = answer.map_err(|_| "a request had no answer within 30 s")??;
                match self.judge(question, &answer)? {
                    None => tally.right += 1,
                    Some(code) => *tally.excused.entry(code).or_default() += 1,
                }
                tally.slowest = tally.slowest.max(answer.took);
                // As a client that follows Retry-After, and does not only warm the room.
                if answer.status == 503 {
                    sleep(Duration::from_millis(100)).await;
                }
            }
            Ok::<_, Failed>(tally)
        });
        let lag = async {
            let mut worst = Duration::ZERO;
            while !over() {
                sleep(Duration::from_millis(10)).await;
                let began = Instant::now();
                self.is_alive().await?;
                worst = worst.max(began.elapsed());
            }
            Ok::<_, Failed>(worst)
        };
        let ended = async {
            let value = meanwhile.await;
            is_over_ref.store(true, std::sync::atomic::Ordering::Relaxed);
            value
        };
        let (value, tallies, lag) = tokio::join!(ended, futures::future::join_all(asking), lag);
        let mut whole = Tally { lag: lag?, ..Tally::default() };
        for tally in tallies {
            let tally = tally?;
            whole.right += tally.right;
            whole.slowest = whole.slowest.max(tally.slowest);
            for (code, count) in tally.excused {
                *whole.excused.entry(code).or_default() += count;
            }
        }
        let value = value?;
        if whole.slowest > DEADLINE + OVERRUN + whole.lag {
            return Err(format!("an answer came after {:?}: {whole:?}", whole.slowest).into());
        }
        Ok((value, whole))
    }

    /// How long it takes from now until the database is asked again, and answers rightly unless it is slow itself; an error after
    /// [`RECOVERY`].
    pub async fn recovers(&self) -> Result<Duration, Failed> {
        let began = Instant::now();
        loop {
            let asked = Instant::now();
            let answer = self.ask(0).await?;
            match self.judge(0, &answer)? {
                None => return Ok(began.elapsed()),
                Some("TIMEOUT") => return Ok(asked - began),
                Some(_) => {}
            }
            if began.elapsed() > RECOVERY {
                return Err(format!("after {:?} the answer is still {}", began.elapsed(), answer.body).into());
            }
            sleep(Duration::from_millis(20)).await;
        }
    }

    /// Every question is answered rightly, several times.
    pub async fn is_well(&self) -> Result<(), Failed> {
        for question in 0..5 * QUESTIONS.len() {
            let answer = self.ask(question).await?;
            if let Some(code) = self.judge(question, &answer)? {
                return Err(format!("{code} once the database is well again: {}", answer.body).into());
            }
        }
        Ok(())
    }
}
