//! Where the text of an ontology comes from: the files compiled in, a directory, or texts at hand.

use super::error::OntologyError;
use super::{Ontology, parse, resolve};
use include_dir::{Dir, include_dir};
use sha2::{Digest, Sha256};
use std::io;
use std::path::{Path, PathBuf};

static EMBEDDED: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/schema/ontology");

/// Why the ontology of a directory could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// A file or the directory cannot be read, or is not UTF-8.
    #[error("cannot read {}: {error}; give a directory with files *.graphql in UTF-8", path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        error: io::Error,
    },
    /// The directory has no file `*.graphql`.
    #[error("there is no file *.graphql in {}", .0.display())]
    Empty(PathBuf),
    /// What is wrong in the texts, in their order; at least one.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n\n"))]
    Wrong(Vec<OntologyError>),
}

/// Loads an ontology from files, each a name to show in errors and its text. The order in which they are given does not
/// matter. The error is all that is wrong: syntax errors of all files, or, if there are none, errors of meaning.
pub fn load(files: &[(String, String)]) -> Result<Ontology, Vec<OntologyError>> {
    let parsed = parse::parse(files)?;
    resolve::resolve(&parsed, hash(files))
}

/// SHA-256 over the texts in the order of file names, each preceded by its length; hex.
fn hash(files: &[(String, String)]) -> String {
    let mut files: Vec<&(String, String)> = files.iter().collect();
    files.sort();
    let mut hash = Sha256::new();
    for (_, text) in files {
        hash.update((text.len() as u64).to_le_bytes());
        hash.update(text.as_bytes());
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The files compiled in, as [`load`] takes them.
pub fn embedded_files() -> Vec<(String, String)> {
    let files = EMBEDDED.files().filter(|file| file.path().extension().is_some_and(|end| end == "graphql"));
    let texts = files.filter_map(|file| {
        Some((format!("schema/ontology/{}", file.path().display()), file.contents_utf8()?.to_owned()))
    });
    texts.collect()
}

impl Ontology {
    /// The ontology that is compiled in. A test holds that it has no errors.
    pub fn embedded() -> Result<Ontology, Vec<OntologyError>> {
        load(&embedded_files())
    }

    /// The ontology of the files `*.graphql` of a directory, subdirectories left out.
    pub fn from_directory(directory: &Path) -> Result<Ontology, LoadError> {
        let unreadable = |path: &Path| {
            let path = path.to_owned();
            move |error| LoadError::Read { path, error }
        };
        let mut files = Vec::new();
        for entry in std::fs::read_dir(directory).map_err(unreadable(directory))? {
            let path = entry.map_err(unreadable(directory))?.path();
            if path.extension().is_some_and(|end| end == "graphql") {
                let text = std::fs::read_to_string(&path).map_err(unreadable(&path))?;
                files.push((path.display().to_string(), text));
            }
        }
        if files.is_empty() {
            return Err(LoadError::Empty(directory.to_owned()));
        }
        load(&files).map_err(LoadError::Wrong)
    }
}
