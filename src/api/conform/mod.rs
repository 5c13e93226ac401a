//! What GraphQL says and apollo-compiler 1.33 does not: held to the reference implementation by `tests/conformance`.
//!
//! Two passes, each over what the limits have bounded already: [`plain_text`] before the parser, [`check_values`] after
//! validation. A rule that the library learns is deleted here.

mod text;
mod values;

pub use text::plain_text;
pub use values::check_values;
