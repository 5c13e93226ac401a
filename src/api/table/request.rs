//! What is asked of a table: by the parameters of a URL, or by flags of the same names.

use crate::error::{ErrorCode, GraphqlError};
use crate::graph::PartialDate;
use serde_json::Value;

/// What the rows are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// Entities, of one kind or of all.
    Entities,
    /// Facts.
    Facts,
    /// Observations.
    Observations,
}

impl What {
    /// All, in order.
    pub const ALL: [What; 3] = [What::Entities, What::Facts, What::Observations];
    /// As in the path.
    pub fn name(self) -> &'static str {
        ["entities", "facts", "observations"][self as usize]
    }
}

/// How rows are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated values (RFC 4180): a line of names, then a line a row.
    Csv,
    /// A JSON object a line.
    Ndjson,
}

impl Format {
    /// All, in order.
    pub const ALL: [Format; 2] = [Format::Csv, Format::Ndjson];
    /// The end of a file's name.
    pub fn name(self) -> &'static str {
        ["csv", "ndjson"][self as usize]
    }
    /// The media type.
    pub fn media_type(self) -> &'static str {
        ["text/csv; charset=utf-8; header=present", "application/x-ndjson; charset=utf-8"][self as usize]
    }
}

/// A table that is asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct TableRequest {
    /// What the rows are.
    pub what: What,
    /// How they are written.
    pub format: Format,
    /// Entities of this kind only, by the API's constant (`COMPANY`); then each of its properties is a column.
    pub kind: Option<String>,
    /// Which rows, as the API's `where`.
    pub filter: Option<Value>,
    /// In which order, as the API's `orderBy`.
    pub order: Option<Value>,
    /// `asOf.valid`.
    pub valid: Option<PartialDate>,
    /// `asOf.known`.
    pub known: Option<PartialDate>,
    /// Begin CSV with a byte order mark.
    pub bom: bool,
}

impl TableRequest {
    /// The names of the parameters.
    pub const PARAMETERS: [&str; 6] = ["kind", "where", "orderBy", "valid", "known", "bom"];

    /// All rows.
    pub fn new(what: What, format: Format) -> TableRequest {
        TableRequest { what, format, kind: None, filter: None, order: None, valid: None, known: None, bom: false }
    }

    /// The table that a file is named after, such as `facts.csv`.
    pub fn named(file: &str) -> Option<TableRequest> {
        let (what, format) = file.split_once('.')?;
        let what = What::ALL.into_iter().find(|known| known.name() == what)?;
        let format = Format::ALL.into_iter().find(|known| known.name() == format)?;
        Some(TableRequest::new(what, format))
    }

    /// Sets a parameter.
    ///
    /// # Errors
    /// An unknown parameter (a slip would silently give all rows), and what is not JSON, no date, or neither true nor false.
    pub fn set(&mut self, name: &str, text: &str) -> Result<(), GraphqlError> {
        let wrong = |why: String| {
            Err(GraphqlError::new(ErrorCode::BadUserInput, format!("Parameter {}: {why}", name.escape_debug())))
        };
        let json = || {
            serde_json::from_str::<Value>(text).map_err(|error| {
                let message =
                    format!("Parameter {name}: this is no JSON: {error}. Write it as in a request's variables");
                GraphqlError::new(ErrorCode::BadUserInput, message)
            })
        };
        let date = || match text.parse::<PartialDate>() {
            Ok(date) => Ok(Some(date)),
            Err(error) => wrong(error.to_string()).map(|()| None),
        };
        match name {
            "kind" => self.kind = Some(text.to_owned()),
            "where" => self.filter = Some(json()?),
            "orderBy" => self.order = Some(json()?),
            "valid" => self.valid = date()?,
            "known" => self.known = date()?,
            "bom" => match text.parse() {
                Ok(_) if self.format != Format::Csv => return wrong("only CSV has it; leave it out".to_owned()),
                Ok(bom) => self.bom = bom,
                Err(_) => return wrong("true or false is wanted".to_owned()),
            },
            _ => return wrong(format!("there is none of that name; there are {}", Self::PARAMETERS.join(", "))),
        }
        Ok(())
    }

    /// What a browser calls the file: the kind and the view are part of the name. For a request that was opened.
    pub fn file_name(&self) -> String {
        let mut name = self.what.name().to_owned();
        if let Some(kind) = &self.kind {
            name.push_str(&format!("-{}", kind.to_ascii_lowercase().replace('_', "-")));
        }
        for (part, date) in [("valid", self.valid), ("known", self.known)] {
            if let Some(date) = date {
                name.push_str(&format!("-{part}-{date}"));
            }
        }
        format!("{name}.{}", self.format.name())
    }
}
