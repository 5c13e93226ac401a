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

/// Refuses what the driver would only misunderstand later, or panic about.
pub(super) fn check_address(uri: &str) -> Result<(), Error> {
    let (scheme, rest) = uri.split_once("://").ok_or(Error::Address("has no scheme"))?;
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if !matches!(scheme, "bolt" | "bolt+s" | "bolt+ssc" | "neo4j" | "neo4j+s" | "neo4j+ssc") {
        return Err(Error::Address("has a scheme that is not Neo4j's"));
    }
    if authority.contains('@') {
        return Err(Error::Address("contains a login; give it by --neo4j-user and NEO4J_PASSWORD"));
    }
    if authority.is_empty() || authority.starts_with(':') {
        return Err(Error::Address("names no host"));
    }
    Ok(())
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
            assert!(check_address(good).is_ok(), "{good}");
        }
        for bad in ["localhost:7687", "http://db", "bolt://", "bolt://:7687", "bolt://me:secret@db", "://db"] {
            assert!(matches!(check_address(bad), Err(Error::Address(_))), "{bad}");
        }
    }
}
