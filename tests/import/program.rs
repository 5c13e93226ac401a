//! `mdgraph import` as it is run, and what its page says of the graph.

use libtest_mimic::Failed;

use super::support::neo4j::Neo4j;
use super::{block_on, clear, connect, firms, text, within};

#[path = "../support/program.rs"]
mod program;

/// Status, standard output, standard error.
fn import(neo4j: &Neo4j, flags: &[&str]) -> Result<(i32, String, String), Failed> {
    let flags = [&["import", "--store", &neo4j.uri, "--log", "off"][..], flags].concat();
    let output =
        program::mdgraph(&flags).env("NEO4J_USER", &neo4j.user).env("NEO4J_PASSWORD", &neo4j.password).output()?;
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    Ok((output.status.code().unwrap_or(-1), text(output.stdout), text(output.stderr)))
}

pub fn the_program_tells_what_it_does(neo4j: &Neo4j) -> Result<(), Failed> {
    block_on(async { clear(&connect(neo4j)?).await })?;
    let folder = tempfile::tempdir()?;
    let seed = |name: &str, second: bool| -> Result<String, Failed> {
        let reference = folder.path().join(name).join("reference");
        std::fs::create_dir_all(&reference)?;
        std::fs::write(reference.join("all.kdl"), &firms(second, "")[0].text)?;
        Ok(folder.path().join(name).display().to_string())
    };
    let (both, one) = (seed("both", true)?, seed("one", false)?);
    let (code, out, errors) = import(neo4j, &["--seed", &both, "--dry-run"])?;
    assert!(code == 0 && out.contains("+ company:b") && out.contains("nothing was written"), "{out}{errors}");
    let (code, out, errors) = import(neo4j, &["--seed", &both, "--quiet"])?;
    assert!(code == 0 && out.contains("added, 0 changed, 0 removed"), "{out}{errors}");
    assert_eq!(errors, "", "--quiet is not quiet");
    let (code, out, _) = import(neo4j, &["--seed", &both])?;
    assert!(code == 0 && out.contains("already"), "{out}");
    let (code, out, errors) = import(neo4j, &["--seed", &one])?;
    assert!(code == 1 && errors.contains("--prune") && errors.contains("- company:b"), "{out}{errors}");
    let (code, out, errors) = import(neo4j, &["--seed", &one, "--dry-run", "--show", "0"])?;
    assert!(code == 0 && !out.contains("- company:b") && out.contains("SUPPLIES"), "{out}{errors}");
    let (code, out, errors) = import(neo4j, &["--seed", &one, "--prune"])?;
    assert!(code == 0 && out.contains("0 added") && out.contains("3 removed"), "{out}{errors}");
    let wrong = folder.path().join("wrong.ndjson");
    std::fs::write(
        &wrong,
        "{\"type\": \"graph\", \"format\": 1, \"entities\": 1, \"facts\": 0, \"observations\": 0}\n{}\n",
    )?;
    let (code, _, errors) = import(neo4j, &["--seed", &wrong.display().to_string(), "--prune"])?;
    assert!(code == 1 && errors.contains("wrong.ndjson:2: the line has no `type`"), "{errors}");
    Ok(())
}

/// Every Cypher block of `docs/import.md`, over the shipped graph: it runs and finds something.
pub fn the_examples_of_the_page_answer(neo4j: &Neo4j) -> Result<(), Failed> {
    let (code, out, errors) = import(neo4j, &["--prune"])?;
    assert!(code == 0, "{out}{errors}");
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/import.md"))?;
    let examples: Vec<&str> = page.split("```cypher\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert!(examples.len() >= 2, "the page has no examples");
    block_on(async {
        let client = connect(neo4j)?;
        for example in examples {
            // The client takes one column, named row.
            let statement = format!("CALL () {{ {example} }} RETURN 1 AS row");
            let rows = client.read(&text(&statement), within()).await?;
            assert!(!rows.is_empty(), "nothing is found by\n{example}");
        }
        Ok(())
    })
}
