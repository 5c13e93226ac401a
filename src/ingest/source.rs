//! Which seed files there are: those compiled in, or those of a directory.

use super::{csv, ndjson};
use include_dir::{Dir, include_dir};
use std::io;
use std::path::{Path, PathBuf};

static EMBEDDED: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/seed");

/// A seed file: a name to show in messages, and its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeedFile {
    /// As in `seed/weihai-2022.kdl`.
    pub name: String,
    /// KDL.
    pub text: String,
}

/// Why the files of a directory could not be read.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// A file or directory cannot be read, or is not UTF-8.
    #[error("cannot read {}: {error}; give a directory with files *.kdl or *.csv, or a file that `mdgraph export all` wrote, in UTF-8", path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        error: io::Error,
    },
    /// A table in another encoding.
    #[error("{}:{line}: the table {what}", path.display())]
    Encoding {
        /// Which.
        path: PathBuf,
        /// The first line that is not UTF-8.
        line: u32,
        /// What it may be, and what to do.
        what: &'static str,
    },
    /// No file `*.kdl` or `*.csv` in the directory or below.
    #[error("there is no file *.kdl or *.csv in {}; a seed is one file a document and a folder reference/", .0.display())]
    Empty(PathBuf),
}

/// The files compiled in: `seed/*.kdl` and those below.
pub fn embedded() -> Vec<SeedFile> {
    fn collect(directory: &Dir<'_>, files: &mut Vec<SeedFile>) {
        for file in directory.files().filter(|file| is_seed(file.path())) {
            if let Some(text) = file.contents_utf8() {
                files.push(SeedFile { name: format!("seed/{}", file.path().display()), text: text.to_owned() });
            }
        }
        directory.dirs().for_each(|inner| collect(inner, files));
    }
    let mut files = Vec::new();
    collect(&EMBEDDED, &mut files);
    files.sort_by(|a, b| a.name.cmp(&b.name));
    files
}

/// What a path names: the files `*.kdl` and `*.csv` of a directory and of those in it, sorted by name, or one file. Links to directories are not
/// followed.
///
/// # Errors
/// When something cannot be read or there is no such file.
pub fn directory(root: &Path) -> Result<Vec<SeedFile>, SourceError> {
    if root.is_file() {
        return Ok(vec![file(root)?]);
    }
    let mut files = Vec::new();
    let mut waiting = vec![root.to_owned()];
    while let Some(directory) = waiting.pop() {
        let unreadable = |error| SourceError::Read { path: directory.clone(), error };
        for entry in std::fs::read_dir(&directory).map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?;
            let path = entry.path();
            if entry.file_type().map_err(unreadable)?.is_dir() {
                waiting.push(path);
            } else if is_seed(&path) {
                files.push(file(&path)?);
            }
        }
    }
    if files.is_empty() {
        return Err(SourceError::Empty(root.to_owned()));
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(files)
}

fn file(path: &Path) -> Result<SeedFile, SourceError> {
    let unreadable = |error| SourceError::Read { path: path.to_owned(), error };
    let bytes = std::fs::read(path).map_err(unreadable)?;
    let text = if path.extension().is_some_and(|end| end == csv::EXTENSION) {
        csv::decode(bytes).map_err(|(line, what)| SourceError::Encoding { path: path.to_owned(), line, what })?
    } else {
        String::from_utf8(bytes).map_err(|error| unreadable(io::Error::new(io::ErrorKind::InvalidData, error)))?
    };
    Ok(SeedFile { name: path.display().to_string(), text })
}

/// Whether a path names a file that a directory of a seed gives.
pub fn is_seed(path: &Path) -> bool {
    path.extension().is_some_and(|end| end == "kdl" || end == csv::EXTENSION)
}

/// Whether a path names a whole graph, in the form of `export all`.
pub fn is_whole_graph(path: &Path) -> bool {
    path.extension().is_some_and(|end| end == ndjson::EXTENSION)
}
