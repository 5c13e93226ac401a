//! Where the data comes from: ontology, seed, store.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;

use super::seconds;

/// The ontology.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
#[command(next_help_heading = "Data")]
pub struct OntologySettings {
    /// Directory with the ontology (`*.graphql`); the one compiled in if not given
    #[arg(long, env = "MDGRAPH_SCHEMA", value_name = "DIR")]
    pub schema: Option<PathBuf>,
}

/// The seed.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
#[command(next_help_heading = "Data")]
pub struct SeedSettings {
    /// Directory with the seed (`*.kdl`, `reference/*.kdl` in it, tables `*.csv`), a table, or a file `*.ndjson` that `mdgraph export all`
    /// wrote; the seed compiled in if not given
    #[arg(long, env = "MDGRAPH_SEED", value_name = "DIR|FILE")]
    pub seed: Option<PathBuf>,
}

/// The store that answers.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
#[command(next_help_heading = "Store")]
pub struct StoreSettings {
    /// What answers: `memory` (the seed, in this process), the address of a Neo4j (`bolt://HOST:PORT`,
    /// `neo4j://HOST:PORT` for a cluster, `bolt+s://` and `neo4j+s://` with TLS), or `neo4j` for the one that NEO4J_URI names
    #[arg(long, env = "MDGRAPH_STORE", value_name = "STORE", default_value = "memory", value_parser = store)]
    pub store: StoreAddress,
    /// The database that `--store neo4j` means
    #[arg(long, env = "NEO4J_URI", value_name = "URI")]
    pub neo4j_uri: Option<String>,
    /// User of the Neo4j
    #[arg(long, env = "NEO4J_USER", value_name = "NAME", default_value = "neo4j")]
    pub neo4j_user: String,
    /// Password of the Neo4j; other users of this machine can read it from the command line, so better use its variable
    /// or a file
    #[arg(long, env = "NEO4J_PASSWORD", value_name = "PASSWORD", hide_env_values = true, value_parser = secret)]
    pub neo4j_password: Option<Secret>,
    /// File whose first line is the password of the Neo4j; it goes before the variable and the flag
    #[arg(long, env = "NEO4J_PASSWORD_FILE", value_name = "FILE")]
    pub neo4j_password_file: Option<PathBuf>,
    /// Bearer token for the Neo4j (single sign-on) in the place of user and password, with `bolt://` and `bolt+s://`; better use
    /// its variable or a file
    #[arg(long, env = "NEO4J_TOKEN", value_name = "TOKEN", hide_env_values = true, value_parser = secret)]
    pub neo4j_token: Option<Secret>,
    /// File whose first line is the bearer token, read again for each connection; it goes before the variable and the flag
    #[arg(long, env = "NEO4J_TOKEN_FILE", value_name = "FILE")]
    pub neo4j_token_file: Option<PathBuf>,
    /// Database in the Neo4j; its default one if not given
    #[arg(long, env = "NEO4J_DATABASE", value_name = "NAME")]
    pub neo4j_database: Option<String>,
    /// Connections to the Neo4j, that is, statements that this process runs there at one time
    #[arg(long, env = "NEO4J_CONNECTIONS", value_name = "N", default_value_t = 32,
          value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub neo4j_connections: u32,
    /// Seconds that a request waits for one of them to be free before it gets STORE_UNAVAILABLE
    #[arg(long, env = "NEO4J_WAIT", value_name = "SECONDS", default_value = "2", value_parser = seconds)]
    pub neo4j_wait: Duration,
}

/// What `--store` names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreAddress {
    /// The seed, held in this process.
    Memory,
    /// A Neo4j at this address; none for the one that `NEO4J_URI` names.
    Neo4j(Option<String>),
}

/// Text that is not to be shown.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Secret(pub String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(secret)")
    }
}

/// Where a bearer token comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Token {
    /// A flag or a variable.
    Text(Secret),
    /// The first line of a file, which may change.
    File(PathBuf),
}

/// Why the settings name no database.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// `--store neo4j` without an address.
    #[error(
        "--store neo4j means the database that NEO4J_URI names, and it names none; set it, such as bolt://127.0.0.1:7687"
    )]
    NoAddress,
    /// The file with the token has an empty first line.
    #[error("there is no token in the first line of {}", .0.display())]
    NoToken(PathBuf),
    /// The file with the password or the token.
    #[error("the {what} cannot be read from {}: {error}", path.display())]
    SecretFile {
        /// What it should hold.
        what: &'static str,
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        error: std::io::Error,
    },
}

/// A Neo4j as the settings name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Neo4jSettings {
    /// Scheme, host and port.
    pub uri: String,
    /// Who asks.
    pub user: String,
    /// Empty where the database asks for none.
    pub password: Secret,
    /// In the place of user and password.
    pub token: Option<Token>,
    /// The default one if none.
    pub database: Option<String>,
    /// Statements at one time.
    pub connections: u32,
    /// How long a request waits for its turn.
    pub wait: Duration,
}

impl StoreSettings {
    /// The Neo4j that the settings name; none for the store in memory. Reads the password's file.
    ///
    /// # Errors
    /// No address where one is needed, or a file of a password or a token that cannot be read.
    pub fn neo4j(&self) -> Result<Option<Neo4jSettings>, SettingsError> {
        let uri = match &self.store {
            StoreAddress::Memory => return Ok(None),
            StoreAddress::Neo4j(Some(uri)) => uri.clone(),
            StoreAddress::Neo4j(None) => self.neo4j_uri.clone().ok_or(SettingsError::NoAddress)?,
        };
        let password = match (&self.neo4j_password_file, &self.neo4j_password) {
            (Some(path), _) => first_line("password", path)?,
            (None, password) => password.clone().unwrap_or_default(),
        };
        let token = match (&self.neo4j_token_file, &self.neo4j_token) {
            (Some(path), _) => {
                // That there is none, is better said now than at the first connection.
                if first_line("token", path)?.0.is_empty() {
                    return Err(SettingsError::NoToken(path.clone()));
                }
                Some(Token::File(path.clone()))
            }
            // A variable that is set to nothing means none.
            (None, token) => token.clone().filter(|token| !token.0.is_empty()).map(Token::Text),
        };
        Ok(Some(Neo4jSettings {
            uri,
            user: self.neo4j_user.clone(),
            password,
            token,
            database: self.neo4j_database.clone(),
            connections: self.neo4j_connections,
            wait: self.neo4j_wait,
        }))
    }
}

/// Reads `--store`. Whether an address is one of a Neo4j, its client says.
fn store(text: &str) -> Result<StoreAddress, String> {
    match text {
        "memory" => Ok(StoreAddress::Memory),
        "neo4j" => Ok(StoreAddress::Neo4j(None)),
        uri if uri.contains("://") => Ok(StoreAddress::Neo4j(Some(uri.to_owned()))),
        _ => {
            Err("memory, neo4j, or an address such as bolt://127.0.0.1:7687 or neo4j+s://db.example.org is wanted"
                .into())
        }
    }
}

/// The secret that a file holds.
fn first_line(what: &'static str, path: &Path) -> Result<Secret, SettingsError> {
    let text = std::fs::read_to_string(path).map_err(|error| SettingsError::SecretFile {
        what,
        path: path.to_owned(),
        error,
    })?;
    Ok(Secret(text.lines().next().unwrap_or_default().to_owned()))
}

/// Takes a text as a secret.
fn secret(text: &str) -> Result<Secret, std::convert::Infallible> {
    Ok(Secret(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct OnlyStore {
        #[command(flatten)]
        store: StoreSettings,
    }

    fn settings(flags: &[&str]) -> Result<StoreSettings, clap::Error> {
        OnlyStore::try_parse_from(["mdgraph"].iter().chain(flags)).map(|parsed| parsed.store)
    }

    #[test]
    fn a_store_is_memory_or_an_address() {
        assert_eq!(settings(&["--store", "memory"]).unwrap().neo4j().unwrap(), None);
        for uri in ["bolt://127.0.0.1:7687", "neo4j+s://db.example.org", "bolt://[::1]:7687"] {
            let named = settings(&["--store", uri, "--neo4j-user", "u"]).unwrap().neo4j().unwrap().unwrap();
            assert_eq!((named.uri.as_str(), named.user.as_str()), (uri, "u"));
        }
        for wrong in ["", "localhost:7687", "file"] {
            assert!(settings(&["--store", wrong]).is_err(), "{wrong}");
        }
        let by_variable = settings(&["--store", "neo4j", "--neo4j-uri", "bolt://a:1"]).unwrap();
        assert_eq!(by_variable.neo4j().unwrap().unwrap().uri, "bolt://a:1");
    }

    #[test]
    fn a_password_is_read_from_its_file_and_never_shown() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "s3cret\nsecond line\n").unwrap();
        let path = file.path().to_str().unwrap();
        let settings = settings(&["--store", "bolt://a:1", "--neo4j-password-file", path]).unwrap();
        let named = settings.neo4j().unwrap().unwrap();
        assert_eq!(named.password.0, "s3cret");
        assert!(!format!("{named:?}").contains("s3cret"));
        std::fs::remove_file(file.path()).unwrap();
        assert!(matches!(settings.neo4j(), Err(SettingsError::SecretFile { what: "password", .. })));
    }

    #[test]
    fn a_token_is_never_shown_and_its_file_is_named() {
        let given = settings(&["--store", "bolt://a:1", "--neo4j-token", "s3cret"]).unwrap();
        assert!(!format!("{given:?} {:?}", given.neo4j()).contains("s3cret"));
        assert_eq!(given.neo4j().unwrap().unwrap().token, Some(Token::Text(Secret("s3cret".into()))));
        let empty = settings(&["--store", "bolt://a:1", "--neo4j-token", ""]).unwrap();
        assert_eq!(empty.neo4j().unwrap().unwrap().token, None);
        let nothing = settings(&["--store", "bolt://a:1", "--neo4j-token-file", "/dev/null"]).unwrap();
        assert!(nothing.neo4j().unwrap_err().to_string().contains("no token in the first line of /dev/null"));
        let missing = settings(&["--store", "bolt://a:1", "--neo4j-token-file", "/nonexistent"]).unwrap();
        assert!(missing.neo4j().unwrap_err().to_string().contains("token cannot be read from /nonexistent"));
    }
}
