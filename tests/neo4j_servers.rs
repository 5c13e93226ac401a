//! No test: starts the Neo4js that the tests need, so that several targets share them. Prints `NEO4J_URI=…` when they accept connections
//! and ends with its standard input. `cargo test` leaves it out; `.ci/run` uses it.

mod support;

use std::io::Read;
use std::process::ExitCode;

fn main() -> ExitCode {
    match support::neo4j::start_to_keep() {
        Ok(fleet) => {
            eprintln!("{} run", fleet.names());
            println!("NEO4J_URI={}", fleet.uris());
            // Whatever it gives, it is over when this returns.
            std::io::stdin().read_to_end(&mut Vec::new()).ok();
            ExitCode::SUCCESS
        }
        Err(_) => ExitCode::FAILURE,
    }
}
