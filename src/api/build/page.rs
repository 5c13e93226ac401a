//! The arguments of pages.

use super::{Builder, Planned, cursor};
use crate::api::input::{Input, Variables, Wrong};
use crate::api::select::{Args, Connection, ConnectionField, PageInfoField};
use crate::error::{ErrorCode, GraphqlError, Limit};
use crate::plan::ir::{PageArgs, SortValue, View};
use crate::store::Page;

/// How a page is left.
const ON: &str = " and go on from endCursor";

impl Builder<'_> {
    /// A number of items: not negative, and within the limit. `beyond` says what to do to get at more than a page.
    fn size(&self, args: &Args, name: &str, beyond: &str) -> Planned<Option<u32>> {
        let Some(Input::Int(number)) = args.get(name, self.variables) else { return Ok(None) };
        let most = self.limits.page_size;
        match u32::try_from(*number) {
            Ok(size) if size <= most => Ok(Some(size)),
            Ok(size) => {
                let mut error = GraphqlError::limit(Limit::PageSize, most.into(), size.into());
                error.message =
                    format!("Argument {name}: {size} items, where at most {most} are given. Ask for {most}{beyond}.")
                        .into();
                Err(error.at(self.place(args)))
            }
            Err(_) => {
                Err(self.wrong(args, name, &Wrong::new(format!("a number from 0 to {most} is wanted, not {number}"))))
            }
        }
    }

    /// The `first` of a list that has no cursors.
    pub(super) fn first(&self, args: &Args) -> Planned<Option<u32>> {
        self.size(args, "first", "")
    }

    /// The part of a list that a connection asks for; its places have `keys` keys.
    pub(super) fn page(&self, connection: &Connection, view: &View, keys: usize) -> Planned<PageArgs> {
        let args = &connection.args;
        let (first, last) = (self.size(args, "first", ON)?, self.size(args, "last", ON)?);
        if first.is_some() && last.is_some() {
            let wrong = Wrong::new("give first or last, not both");
            return Err(self.wrong(args, "last", &wrong));
        }
        let mut items = !connection.edges.is_empty();
        let (mut total, mut more) = (false, false);
        for field in &connection.fields {
            match &field.what {
                ConnectionField::TotalCount => total = true,
                ConnectionField::PageInfo(fields) => {
                    items |= fields.iter().any(|f| f.what != PageInfoField::Typename);
                    more |=
                        fields.iter().any(|f| matches!(f.what, PageInfoField::HasNext | PageInfoField::HasPrevious));
                }
                _ => {}
            }
        }
        Ok(PageArgs {
            limit: first.or(last).unwrap_or(self.limits.default_page_size),
            sized: first.or(last).is_some(),
            backward: last.is_some(),
            after: self.cursor(connection, "after", view, keys)?,
            before: self.cursor(connection, "before", view, keys)?,
            items,
            total,
            keys: connection.has_cursors,
            more,
        })
    }

    fn cursor(&self, connection: &Connection, name: &str, view: &View, keys: usize) -> Planned<Option<Vec<SortValue>>> {
        let args = &connection.args;
        let Some(Input::Str(text)) = args.get(name, self.variables) else { return Ok(None) };
        let place = cursor::read(text, cursor::binding(connection, self.variables, view), keys);
        place.map(Some).ok_or_else(|| {
            let message = format!(
                "Argument {name}: this is no cursor of this list. Cursors hold for the same field with the same where, orderBy and asOf; take one from its pageInfo or edges, or leave {name} out to start again."
            );
            GraphqlError::new(ErrorCode::InvalidCursor, message).at(self.place(args))
        })
    }
}

/// Whether there is more before and after a page.
pub fn page_info(connection: &Connection, variables: &Variables, page: &Page) -> (bool, bool) {
    let given = |name: &str| connection.args.get(name, variables).is_some();
    let backward = given("last");
    (given("after") || (backward && page.more), given("before") || (!backward && page.more))
}
