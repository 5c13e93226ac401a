//! The command line of `mdgraph`.

mod commands;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// GraphQL API over the knowledge graph of the medical-device industry.
///
/// Exit codes: 0 done, 1 failed, 2 wrong usage.
#[derive(Parser)]
#[command(version, max_term_width = 120)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

/// What can be done.
#[derive(Subcommand)]
enum Command {
    /// Check the seed: print every problem with its place and how to mend it, load nothing
    Check(commands::check::Check),
    /// Print the published schema (SDL) of an ontology
    Schema(commands::schema::Schema),
}

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Check(command) => command.run(),
        Command::Schema(command) => command.run(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::FAILURE
        }
    }
}
