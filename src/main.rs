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
#[command(version, max_term_width = 120, args_conflicts_with_subcommands = true, after_help = commands::serve::served())]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    /// `serve` is what is done without a command.
    #[command(flatten)]
    serve: commands::serve::Serve,
}

/// What can be done.
#[derive(Subcommand)]
enum Command {
    /// Serve the API (the default)
    #[command(after_help = commands::serve::served())]
    Serve(Box<commands::serve::Serve>),
    /// Check the seed: print every problem with its place and how to mend it, load nothing
    Check(commands::check::Check),
    /// Fill a Neo4j: may be repeated, writes only what differs, and completes an import that was interrupted
    Import(Box<commands::import::Import>),
    /// Write a table (entities, facts, observations), or the whole graph, as CSV or NDJSON
    Export(Box<commands::export::Export>),
    /// Write a made-up industry of any size as NDJSON that `--seed FILE.ndjson` reads, to measure on
    Generate(commands::generate::Generate),
    /// Print the plan of a request and its Cypher: what a store would be asked, and where it would start
    Explain(Box<commands::explain::Explain>),
    /// Print the published schema (SDL) of an ontology
    Schema(commands::schema::Schema),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let done = match cli.command {
        None => cli.serve.run(),
        Some(Command::Serve(command)) => command.run(),
        Some(Command::Check(command)) => command.run(),
        Some(Command::Import(command)) => command.run(),
        Some(Command::Export(command)) => command.run(),
        Some(Command::Generate(command)) => command.run(),
        Some(Command::Explain(command)) => command.run(),
        Some(Command::Schema(command)) => command.run(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::FAILURE
        }
    }
}
