//! Builds again when a file is added to what is compiled in: the files that are there are followed by the compiler itself.

fn main() {
    for directory in ["schema/ontology", "seed", "web/dist"] {
        if std::path::Path::new(directory).exists() {
            println!("cargo::rerun-if-changed={directory}");
        }
    }
    println!("cargo::rerun-if-changed=build.rs");
}
