//! What is refused before it costs anything.
//!
//! Two passes, each linear in the document's text, so that a refusal takes far below a millisecond:
//! [`check_text`] reads the text before any parser does and bounds what a parser's stack and time depend on;
//! [`check_operations`] reads the parsed document before validation and bounds what validation, planning and
//! execution depend on, with fragments counted once and multiplied, never expanded.

mod operations;
mod text;

pub use operations::{OperationSize, check_operations};
pub use text::{TextSize, check_text};
