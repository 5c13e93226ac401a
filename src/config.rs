//! Every setting of the server, in one place: its default, its flag and its environment variable.

mod data;

pub use data::{
    Neo4jSettings, OntologySettings, Secret, SeedSettings, SettingsError, StoreAddress, StoreSettings, Token,
};

use std::net::SocketAddr;
use std::time::Duration;

use clap::Args;

/// What a request may ask for. Defaults are for a public server; each has a flag and an environment variable, and
/// `docs/errors.md` lists them with what to change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Args)]
#[command(next_help_heading = "Limits of a request")]
pub struct Limits {
    /// Bytes of a request's body. Larger ones are refused with PAYLOAD_TOO_LARGE
    #[arg(long = "max-body-bytes", env = "MDGRAPH_MAX_BODY_BYTES", value_name = "BYTES", default_value_t = 1024 * 1024)]
    pub body_bytes: usize,
    /// Tokens of a document
    #[arg(long = "max-tokens", env = "MDGRAPH_MAX_TOKENS", value_name = "N", default_value_t = 5_000)]
    pub tokens: u32,
    /// Brackets of any sort open inside each other in a document
    #[arg(long = "max-nesting", env = "MDGRAPH_MAX_NESTING", value_name = "N", default_value_t = 64,
          value_parser = clap::value_parser!(u32).range(1..=200))]
    pub nesting: u32,
    /// Levels of fields, introspection apart
    #[arg(long = "max-depth", env = "MDGRAPH_MAX_DEPTH", value_name = "N", default_value_t = 15)]
    pub depth: u32,
    /// Levels of fields under `__schema` and `__type`
    #[arg(
        long = "max-introspection-depth",
        env = "MDGRAPH_MAX_INTROSPECTION_DEPTH",
        value_name = "N",
        default_value_t = 20
    )]
    pub introspection_depth: u32,
    /// Lists of types or of their fields inside each other under `__schema` and `__type`; each multiplies the answer
    #[arg(
        long = "max-introspection-lists",
        env = "MDGRAPH_MAX_INTROSPECTION_LISTS",
        value_name = "N",
        default_value_t = 2
    )]
    pub introspection_lists: u32,
    /// Selections of an operation once its fragments are expanded
    #[arg(long = "max-selections", env = "MDGRAPH_MAX_SELECTIONS", value_name = "N", default_value_t = 10_000)]
    pub selections: u32,
    /// Aliases of an operation and of the fragments that it uses, each fragment counted once
    #[arg(long = "max-aliases", env = "MDGRAPH_MAX_ALIASES", value_name = "N", default_value_t = 30)]
    pub aliases: u32,
    /// Fields at the root of an operation, fragments expanded
    #[arg(long = "max-root-fields", env = "MDGRAPH_MAX_ROOT_FIELDS", value_name = "N", default_value_t = 20)]
    pub root_fields: u32,
    /// Directives of a document
    #[arg(long = "max-directives", env = "MDGRAPH_MAX_DIRECTIVES", value_name = "N", default_value_t = 50)]
    pub directives: u32,
    /// Items of a page whose size the request does not say
    #[arg(long = "default-page-size", env = "MDGRAPH_DEFAULT_PAGE_SIZE", value_name = "N", default_value_t = 20)]
    pub default_page_size: u32,
    /// Items of one page (`first`, `last`)
    #[arg(long = "max-page-size", env = "MDGRAPH_MAX_PAGE_SIZE", value_name = "N", default_value_t = 100)]
    pub page_size: u32,
    /// Cost of an operation as its plan is estimated: pages multiply, those inside a row without `first` or `last` as five items; traversals have weights
    #[arg(long = "max-cost", env = "MDGRAPH_MAX_COST", value_name = "N", default_value_t = 5_000)]
    pub cost: u64,
    /// Take batches: a JSON array of requests in one body, answered in its order
    #[arg(long = "batches", env = "MDGRAPH_BATCHES")]
    pub batches: bool,
    /// Requests of one batch
    #[arg(long = "max-batch", env = "MDGRAPH_MAX_BATCH", value_name = "N", default_value_t = 10,
          value_parser = clap::value_parser!(u32).range(1..=100))]
    pub batch: u32,
    /// Errors that an answer lists; the rest is only counted
    #[arg(long = "max-errors", env = "MDGRAPH_MAX_ERRORS", value_name = "N", default_value_t = 20,
          value_parser = clap::value_parser!(u32).range(1..))]
    pub errors: u32,
    /// Bytes of one error of an answer; longer ones lose their details, then the end of their message
    #[arg(long = "max-error-bytes", env = "MDGRAPH_MAX_ERROR_BYTES", value_name = "BYTES", default_value_t = 1024,
          value_parser = clap::value_parser!(u32).range(512..))]
    pub error_bytes: u32,
    /// Bytes of an answer, before compression
    #[arg(
        long = "max-response-bytes",
        env = "MDGRAPH_MAX_RESPONSE_BYTES",
        value_name = "BYTES",
        default_value_t = 10 * 1024 * 1024
    )]
    pub response_bytes: usize,
    /// Seconds from a request's last byte to its answer; what is later is answered with TIMEOUT
    #[arg(long, env = "MDGRAPH_DEADLINE", value_name = "SECONDS", default_value = "10", value_parser = seconds)]
    pub deadline: Duration,
}

impl Default for Limits {
    /// The defaults of the flags: a test holds both to be equal.
    fn default() -> Self {
        Limits {
            body_bytes: 1024 * 1024,
            tokens: 5_000,
            nesting: 64,
            depth: 15,
            introspection_depth: 20,
            introspection_lists: 2,
            selections: 10_000,
            aliases: 30,
            root_fields: 20,
            directives: 50,
            default_page_size: 20,
            page_size: 100,
            cost: 5_000,
            batches: false,
            batch: 10,
            errors: 20,
            error_bytes: 1024,
            response_bytes: 10 * 1024 * 1024,
            deadline: Duration::from_secs(10),
        }
    }
}

/// How the server behaves towards connections, whatever they ask.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
#[command(next_help_heading = "Server")]
pub struct ServerSettings {
    /// Address and port to serve at; port 0 takes any free one
    #[arg(long, env = "MDGRAPH_LISTEN", value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8000")]
    pub listen: SocketAddr,
    /// Requests that are answered at one time; further ones get OVERLOADED
    #[arg(long = "max-concurrency", env = "MDGRAPH_MAX_CONCURRENCY", value_name = "N", default_value_t = 256,
          value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub concurrency: u32,
    /// Connections open at one time; further ones wait to be accepted
    #[arg(long = "max-connections", env = "MDGRAPH_MAX_CONNECTIONS", value_name = "N", default_value_t = 2_048,
          value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub connections: u32,
    /// Seconds for a request's head to arrive, and for a connection to stay open without a request
    #[arg(long, env = "MDGRAPH_HEADER_TIMEOUT", value_name = "SECONDS", default_value = "30", value_parser = seconds)]
    pub header_timeout: Duration,
    /// Seconds for a request's body to arrive
    #[arg(long, env = "MDGRAPH_BODY_TIMEOUT", value_name = "SECONDS", default_value = "10", value_parser = seconds)]
    pub body_timeout: Duration,
    /// Seconds for which a client may take nothing of an answer before its connection is closed
    #[arg(long, env = "MDGRAPH_WRITE_TIMEOUT", value_name = "SECONDS", default_value = "20", value_parser = seconds)]
    pub write_timeout: Duration,
    /// Seconds after SIGTERM for which requests are still taken while `/health/ready` says no, so that a load balancer
    /// can notice
    #[arg(long, env = "MDGRAPH_SHUTDOWN_DELAY", value_name = "SECONDS", default_value = "0", value_parser = seconds_or_none)]
    pub shutdown_delay: Duration,
    /// Seconds for requests under way to be answered after SIGTERM
    #[arg(long, env = "MDGRAPH_DRAIN", value_name = "SECONDS", default_value = "20", value_parser = seconds)]
    pub drain: Duration,
    /// Origins whose web pages may ask, separated by commas; any origin if not given
    #[arg(long, env = "MDGRAPH_CORS_ORIGINS", value_name = "ORIGIN,…", value_delimiter = ',', value_parser = origin)]
    pub cors_origins: Vec<String>,
}

/// What the log says and how.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
#[command(next_help_heading = "Log (on standard error)")]
pub struct LogSettings {
    /// The least important level that is written: error, warn, info (a line per request), debug; for all, or by module as in
    /// the default
    #[arg(long = "log", env = "MDGRAPH_LOG", value_name = "LEVEL", default_value = "warn,mdgraph=info")]
    pub filter: String,
    /// How a line is written
    #[arg(long = "log-format", env = "MDGRAPH_LOG_FORMAT", value_enum, default_value_t = LogFormat::Text)]
    pub format: LogFormat,
}

/// The forms of a log line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// Reads an origin as browsers send it: scheme, host and port, nothing behind.
///
/// # Errors
/// What a browser would never send, so that it could never match.
fn origin(text: &str) -> Result<String, String> {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    match host {
        Some(host) if !host.is_empty() && host.chars().all(|c| c.is_ascii_alphanumeric() || "-._:[]".contains(c)) => {
            Ok(text.to_ascii_lowercase())
        }
        _ => Err("an origin such as https://example.org or http://localhost:5173 is wanted".to_owned()),
    }
}

/// [`seconds`], or 0.
fn seconds_or_none(text: &str) -> Result<Duration, String> {
    if text == "0" { Ok(Duration::ZERO) } else { seconds(text) }
}

/// Reads a flag in seconds; fractions are allowed.
///
/// # Errors
/// What is not a number above 0 and at most 86,400 (a day).
pub fn seconds(text: &str) -> Result<Duration, String> {
    match text.parse::<f64>() {
        Ok(number) if number > 0.0 && number <= 86_400.0 => Ok(Duration::from_secs_f64(number)),
        _ => Err("a number of seconds above 0 and at most 86400 is wanted, such as 10 or 0.5".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, FromArgMatches, Parser};

    use super::*;
    use crate::error::Limit;

    #[derive(Parser)]
    struct OnlyLimits {
        #[command(flatten)]
        limits: Limits,
    }

    #[test]
    fn defaults_of_flags_and_of_the_type_are_the_same() {
        let matches = OnlyLimits::command().get_matches_from(["mdgraph"]);
        assert_eq!(OnlyLimits::from_arg_matches(&matches).unwrap().limits, Limits::default());
    }

    #[test]
    fn every_limit_that_an_error_names_has_a_flag_of_that_name() {
        let command = OnlyLimits::command();
        for limit in Limit::ALL {
            let flag = format!("max-{}", limit.name());
            assert!(command.get_arguments().any(|arg| arg.get_long() == Some(&flag)), "--{flag} is missing");
        }
    }

    #[test]
    fn origins_are_what_browsers_send() {
        assert_eq!(origin("https://Example.org:8443").as_deref(), Ok("https://example.org:8443"));
        for wrong in ["example.org", "https://", "https://example.org/", "*", "https://a b"] {
            assert!(origin(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn seconds_are_positive_and_finite() {
        assert_eq!(seconds("0.5"), Ok(Duration::from_millis(500)));
        for wrong in ["0", "-1", "NaN", "inf", "1e9", "ten"] {
            assert!(seconds(wrong).is_err(), "{wrong}");
        }
    }
}
