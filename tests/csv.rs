//! Tables as a seed: the rows say what lines of a seed file say, and what is wrong in them is told row by row.

#[path = "support/program.rs"]
mod program;

use mdgraph::ingest::{self, Loaded, SeedFile};
use mdgraph::ontology::Ontology;
use program::mdgraph;
use std::sync::Arc;

const UNITS: &str = "reference \"document:reference\" { title \"通用\"; zh \"通用资料\" }\n\
                     section \"单位\" { unit \"元\" base=\"CNY\" factor=1; unit \"亿元\" base=\"CNY\" factor=100000000 }\n";
const KDL: &str = r#"document "document:d" { title "答复"; zh "某市答复"; writtenOn "2024-06-18" }
section "一" {
  region "r" { zh "某市"; level "PREFECTURE" }
  company "a" { zh "甲公司"; en "Firm A"; short "甲" "甲司"; foundedOn "1988"; description zh="做支架。" }
  company "b" { zh "乙公司"; identified #false }
  product "p" { zh "支架"; deviceClass "III"; recognisedBy "国家" "浙江省" }
  indicator "revenue" { zh "收入"; indicatorType "AMOUNT" }
}
section "二" {
  fact "company:a" "MAKES" "product:p" since="2020" sinceText="二〇年" status="PLANNED" note="主导"
  fact "company:a" "LOCATED_IN" "region:r" role="SITE"
  observation "x" { indicator "indicator:revenue"; subject "company:a" "company:b"; when "2023"; span "SPAN"; value 5; unit "亿元"; scope "全部" place="region:r" }
}
"#;
const ENTITIES: &str = "id,names.zh,en,short,description.zh,properties.title,writtenOn,level,foundedOn,identified,deviceClass,recognisedBy,properties,document,section
document:d,某市答复,,,,答复,2024-06-18,,,,,,,,
region:r,某市,,,,,,PREFECTURE,,,,,,document:d,一
company:a,甲公司,Firm A,甲 | 甲司,做支架。,,,,1988,,,,,document:d,一
company:b,乙公司,,,,,,,,false,,,,document:d,一
product:p,支架,,,,,,,,,III,国家 | 浙江省,,document:d,一
indicator:revenue,收入,,,,,,,,,,,\"{\"\"indicatorType\"\": \"\"AMOUNT\"\"}\",document:d,一
";
const FACTS: &str = "subject.id,relationship,object,status,since,since.text,note,role,sources.document,sources.section
company:a,MAKES,product:p,PLANNED,2020,二〇年,主导,,document:d,二
company:a,LOCATED_IN,region:r,,,,,SITE,document:d,二
";
const OBSERVATIONS: &str = "id,indicator,subjects,when,span,value,unit,scope,scope.place.id,document,section
observation:x,indicator:revenue,company:a | company:b,2023,SPAN,5,亿元,全部,region:r,document:d,二
";

fn ontology() -> Arc<Ontology> {
    Arc::new(Ontology::embedded().expect("the ontology has no errors"))
}

fn file(name: &str, text: &str) -> SeedFile {
    SeedFile { name: name.to_owned(), text: text.to_owned() }
}

fn tables(entities: &str, facts: &str) -> Vec<SeedFile> {
    vec![
        file("reference/units.kdl", UNITS),
        file("entities.csv", entities),
        file("facts.csv", facts),
        file("observations.csv", OBSERVATIONS),
    ]
}

fn load(files: &[SeedFile]) -> Result<Loaded, String> {
    ingest::load(&ontology(), files).map_err(|problems| problems.iter().map(|problem| format!("{problem}\n")).collect())
}

fn written(loaded: &Loaded) -> String {
    let mut out = Vec::new();
    ingest::write_ndjson(&loaded.graph, &loaded.units, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn rows_say_what_lines_of_a_seed_say() {
    let kdl = load(&[file("reference/units.kdl", UNITS), file("d.kdl", KDL)]).unwrap_or_else(|told| panic!("{told}"));
    let csv = load(&tables(ENTITIES, FACTS)).unwrap_or_else(|told| panic!("{told}"));
    assert_eq!(written(&kdl), written(&csv));
    let marked = load(&tables(&format!("\u{feff}{ENTITIES}"), &FACTS.replace('\n', "\r\n"))).unwrap();
    assert_eq!(written(&marked), written(&csv), "a byte order mark or another line end changes something");
}

#[test]
fn what_is_wrong_is_told_with_its_row() {
    for (from, to, told) in [
        ("company:a,甲公司", "company:A,甲公司", "entities.csv:4: company has no proper id"),
        ("region:r,某市", "regoin:r,某市", "entities.csv:3: no kind of entity is called `regoin`; did you mean"),
        (",1988,", ",88年,", "entities.csv:4: `foundedOn`"),
        ("甲 | 甲司,做支架。,,,,1988", "甲,做支架。,,,III,1988", "a company has no property `level`"),
        (",III,", ",IV,", "entities.csv:6: `deviceClass` cannot be \"IV\""),
        ("document:d,一\ncompany:b", "document:e,一\ncompany:b", "entities.csv:4: no row declares \"document:e\""),
        ("document:d,一\ncompany:b", "document:d,\ncompany:b", "1 documents and 0 sections"),
        (
            "document:d,一\ncompany:b",
            "document:d\ncompany:b",
            "entities.csv:4: the row has 14 cells and the table 15 columns",
        ),
        ("names.zh,en", "nmaes.zh,en", "entities.csv:1: no column is called `nmaes.zh`; did you mean"),
        ("properties.title,writtenOn", "properties.title,title", "`title`"),
    ] {
        let problems =
            load(&tables(&ENTITIES.replace(from, to), FACTS)).err().unwrap_or_else(|| panic!("{to} is taken"));
        assert!(problems.contains(told), "{told}:\n{problems}");
    }
    for (from, to, told) in [
        ("MAKES,product:p", "MAKES,product:q", "facts.csv:2: nothing declares \"product:q\""),
        ("LOCATED_IN,region:r", "LOCATED,region:r", "facts.csv:3: no relationship is called"),
        (",SITE,", ",OWNER,", "facts.csv:3: `role` cannot be"),
        (",二〇年,主导,,", ",二〇年,主导,VENUE,", "nothing called `role`"),
        ("subject.id,", "subjekt,", "facts.csv:1: the table has no column `subject`"),
    ] {
        let problems =
            load(&tables(ENTITIES, &FACTS.replace(from, to))).err().unwrap_or_else(|| panic!("{to} is taken"));
        assert!(problems.contains(told), "{told}:\n{problems}");
    }
}

#[test]
fn rows_that_are_wrong_may_be_left_out() {
    // The product's row is wrong, so the fact about it cannot stand either.
    let files = tables(&ENTITIES.replace(",III,", ",IV,"), FACTS);
    let (rest, rejected) = ingest::load_rest(&ontology(), &files).unwrap();
    let places: Vec<(&str, u32)> = rejected.iter().map(|problem| (&*problem.file, problem.line)).collect();
    assert_eq!(places, [("entities.csv", 6), ("facts.csv", 2)]);
    assert_eq!(rest.graph.facts.len(), 1);
    assert!(rest.graph.find("product:p").is_none() && rest.graph.find("company:a").is_some());
    let (_, none) = ingest::load_rest(&ontology(), &tables(ENTITIES, FACTS)).unwrap();
    assert!(none.is_empty());
    // What is wrong in a seed file is not left out.
    let mut broken = files;
    broken[0].text.push_str("section \"x\" { company }\n");
    assert!(ingest::load_rest(&ontology(), &broken).is_err());
}

#[test]
fn the_program_checks_tables_and_tells_another_encoding() {
    let folder = tempfile::tempdir().unwrap();
    for it in tables(ENTITIES, FACTS) {
        let path = folder.path().join(&it.name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, it.text).unwrap();
    }
    let check = || {
        let output = mdgraph(&["check", "--seed", folder.path().to_str().unwrap()]).output().unwrap();
        (output.status.code(), String::from_utf8([output.stdout, output.stderr].concat()).unwrap())
    };
    let (code, told) = check();
    assert!(code == Some(0) && told.contains("2 facts"), "{told}");
    // 甲 in GBK, in the third line.
    let bytes =
        [b"id,zh,document,section\ncompany:c,C,document:d,x\ncompany:d,".as_slice(), &[0xbc, 0xd7], b",document:d,x\n"]
            .concat();
    std::fs::write(folder.path().join("gbk.csv"), bytes).unwrap();
    let (code, told) = check();
    assert!(code == Some(1) && told.contains("gbk.csv:3:") && told.contains("GB18030"), "{told}");
}
