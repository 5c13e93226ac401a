//! Where a database is, and what is refused before the driver sees it.

use super::client::Error;

/// Where the database is and how to log in. `uri` is `bolt://`, `neo4j://` (routed: a cluster) or one of their forms with TLS,
/// `+s` (the certificate is checked) and `+ssc` (it is not: self-signed).
#[derive(Clone)]
pub struct Address {
    /// `bolt://host:port` and so on; the port is 7687 unless given.
    pub uri: String,
    /// Ignored by a server without authentication, as is the password.
    pub user: String,
    /// Never logged.
    pub password: String,
    /// `None`: the server's default database.
    pub database: Option<String>,
}

/// The port of an address that names none.
const BOLT: u16 = 7687;

/// An address in its parts.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Parts<'u> {
    /// One of Neo4j's.
    pub scheme: &'u str,
    pub host: String,
    pub port: u16,
}

/// Reads an address; refuses what the driver would only misunderstand later, or panic about.
pub(super) fn parts(uri: &str) -> Result<Parts<'_>, Error> {
    let (scheme, rest) = uri.split_once("://").ok_or(Error::Address("has no scheme"))?;
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if !matches!(scheme, "bolt" | "bolt+s" | "bolt+ssc" | "neo4j" | "neo4j+s" | "neo4j+ssc") {
        return Err(Error::Address("has a scheme that is not Neo4j's"));
    }
    if authority.contains('@') {
        return Err(Error::Address("contains a login; give it by --neo4j-user and NEO4J_PASSWORD"));
    }
    let (host, rest) = match authority.strip_prefix('[') {
        Some(inner) => inner.split_once(']').ok_or(Error::Address("has a host in brackets that do not end"))?,
        None => authority.split_at(authority.find(':').unwrap_or(authority.len())),
    };
    if host.is_empty() {
        return Err(Error::Address("names no host"));
    }
    let port = match rest.strip_prefix(':') {
        Some(port) => port.parse().map_err(|_| Error::Address("has a port that is no number up to 65535"))?,
        None if rest.is_empty() => BOLT,
        None => return Err(Error::Address("is not understood")),
    };
    Ok(Parts { scheme, host: host.to_owned(), port })
}

pub(super) fn refused_address(error: &neo4rs::Error) -> Error {
    tracing::error!(error.message = %error, "neo4j: the driver refuses the address");
    Error::Address("is not understood")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_a_neo4j_are_taken() {
        for good in [
            "bolt://localhost:7687",
            "neo4j://db",
            "bolt+s://db:1",
            "neo4j+s://db",
            "bolt+ssc://[::1]:1",
            "neo4j+ssc://db/",
        ] {
            assert!(parts(good).is_ok(), "{good}");
        }
        for bad in [
            "localhost:7687",
            "http://db",
            "bolt://",
            "bolt://:7687",
            "bolt://me:secret@db",
            "://db",
            "bolt://db:many",
            "bolt://[::1",
            "bolt://[::1]x",
        ] {
            assert!(matches!(parts(bad), Err(Error::Address(_))), "{bad}");
        }
    }

    #[test]
    fn hosts_are_names_or_addresses() {
        let read = |uri| parts(uri).map(|parts| (parts.host, parts.port)).ok();
        assert_eq!(read("bolt://db:1"), Some(("db".into(), 1)));
        assert_eq!(read("bolt://db"), Some(("db".into(), BOLT)));
        assert_eq!(read("neo4j+s://[::1]:2/x"), Some(("::1".into(), 2)));
    }
}
