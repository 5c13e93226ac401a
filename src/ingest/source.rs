//! Which seed files there are: those compiled in, or those of a directory.

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
    #[error("cannot read {}: {error}; give a directory with files *.kdl, or a file that `mdgraph export all` wrote, in UTF-8", path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        error: io::Error,
    },
    /// No file `*.kdl` in the directory or below.
    #[error("there is no file *.kdl in {}; a seed is one file a document and a folder reference/", .0.display())]
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

/// What a path names: the files `*.kdl` of a directory and of those in it, sorted by name, or one file. Links to directories are not
/// followed.
///
/// # Errors
/// When something cannot be read or there is no such file.
pub fn directory(root: &Path) -> Result<Vec<SeedFile>, SourceError> {
    if root.is_file() {
        let read = std::fs::read_to_string(root);
        let text = read.map_err(|error| SourceError::Read { path: root.to_owned(), error })?;
        return Ok(vec![SeedFile { name: root.display().to_string(), text }]);
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
                let text =
                    std::fs::read_to_string(&path).map_err(|error| SourceError::Read { path: path.clone(), error })?;
                files.push(SeedFile { name: path.display().to_string(), text });
            }
        }
    }
    if files.is_empty() {
        return Err(SourceError::Empty(root.to_owned()));
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(files)
}

fn is_seed(path: &Path) -> bool {
    path.extension().is_some_and(|end| end == "kdl")
}
