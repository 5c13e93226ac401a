//! `docs/errors.md` is written from the code's own tables. `UPDATE=1 cargo test --test errors` writes it anew.

use std::fmt::Write;

use clap::{Args, Command};
use mdgraph::config::{Limits, ServerSettings};
use mdgraph::error::{ErrorCode, Limit};

/// The page.
fn page() -> String {
    let mut page = String::from(
        "# Errors and limits\n\n\
         Written from the code by `UPDATE=1 cargo test --test errors`; a test holds it to the code.\n\n\
         Every error carries `extensions.code`. Its `message` says what is wrong and what to change; it is written for a \
         developer and may change, the code does not.\n\n\
         ## Codes\n\n\
         | code | HTTP status | meaning | what to do |\n| --- | --- | --- | --- |\n",
    );
    for code in ErrorCode::all() {
        let (name, status) = (code.name(), code.http_status());
        writeln!(page, "| `{name}` | {status} | {} | {} |", code.meaning(), code.remedy()).unwrap();
    }
    page.push_str(
        "\nThe status is that of an answer without `data`. With `data` it is 200, whatever fields failed: their errors stand \
         beside it, with `path`. A client that accepts only `application/json` gets 200 for a well-formed request whose GraphQL \
         is wrong (the 400s above, other than for the envelope), as the specification of GraphQL over HTTP asks; \
         `application/graphql-response+json` gets the status of the table.\n\n\
         Every answer of `/graphql` has the header `x-request-id`; the server's log has a line under that id. Answers with status 503 have \
         `Retry-After`.\n\n\
         ## Limits of a request\n\n\
         `LIMIT_EXCEEDED` names the limit in `extensions.limit`, its value in `maximum` and what was asked in `asked` (what was counted \
         until the limit, where counting stops there). Whoever runs the server changes a limit by its flag or its environment variable.\n\n",
    );
    rows(&mut page, Limits::augment_args(Command::new("limits")));
    page.push_str("\nThe names in `extensions.limit`: ");
    page.push_str(&Limit::ALL.map(|limit| format!("`{}`", limit.name())).join(", "));
    page.push_str(
        ". The flag is `--max-` and the name.\n\n## The server\n\nWhat holds for connections, whatever they ask.\n\n",
    );
    rows(&mut page, ServerSettings::augment_args(Command::new("server")));
    page
}

/// A table of flags, from what the command line itself declares.
fn rows(page: &mut String, command: Command) {
    page.push_str("| what | default | flag | environment variable |\n| --- | --- | --- | --- |\n");
    for arg in command.get_arguments() {
        let default =
            arg.get_default_values().iter().map(|value| value.to_string_lossy()).collect::<Vec<_>>().join(", ");
        let default = match default.as_str() {
            "" | "false" => "—".to_owned(),
            text => format!("`{text}`"),
        };
        let help = arg.get_long_help().or(arg.get_help()).map(ToString::to_string).unwrap_or_default();
        let variable = arg.get_env().map(|name| name.to_string_lossy()).unwrap_or_default();
        let flag = arg.get_long().unwrap_or_default();
        writeln!(page, "| {} | {default} | `--{flag}` | `{variable}` |", help.replace('\n', " ")).unwrap();
    }
}

#[test]
fn the_page_is_that_of_the_code() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/errors.md");
    let expected = page();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, &expected).unwrap();
    }
    let found = std::fs::read_to_string(path).unwrap_or_default();
    assert!(found == expected, "docs/errors.md is not that of the code. Run UPDATE=1 cargo test --test errors");
}

#[test]
fn every_flag_has_a_variable_and_a_sentence() {
    let command = ServerSettings::augment_args(Limits::augment_args(Command::new("all")));
    for arg in command.get_arguments() {
        let flag = arg.get_long().expect("a flag");
        assert!(arg.get_env().is_some_and(|name| name.to_string_lossy().starts_with("MDGRAPH_")), "--{flag}");
        assert!(arg.get_help().is_some(), "--{flag}");
    }
}
