//! Pages.

use super::{Misfit, Row, Writer, Written, json};
use crate::api::build::{cursor, lang, page_info};
use crate::api::select::{Connection, ConnectionField, EdgeField, Field, GroupField, MatchedField, PageInfoField};
use crate::graph::Status;
use crate::graph::naming::BEST_RANK;
use crate::store::{Datum, Item, Page};

impl Writer<'_> {
    pub(super) fn connection(&mut self, connection: &Connection, datum: &Datum) -> Written {
        let Datum::Page(page) = datum else { return Err(Misfit("a page is missing")) };
        let digest = match connection.has_cursors {
            true => cursor::binding(connection, self.variables, self.view),
            false => cursor::Digest::default(),
        };
        let mut aggregate = Row::of(&page.aggregate);
        self.object(&connection.fields, |this, field| match field {
            ConnectionField::Aggregate(fields) => this.aggregate(fields, &mut aggregate),
            ConnectionField::Typename => this.name(&connection.type_name),
            ConnectionField::TotalCount => {
                json::int(this.out, page.total.ok_or(Misfit("a total is missing"))?.try_into().unwrap_or(i64::MAX));
                Ok(())
            }
            ConnectionField::PageInfo(fields) => this.page_info(connection, fields, page, digest),
            ConnectionField::Groups(fields) => this.groups(fields, page),
            ConnectionField::Edges(at) => this.list(&page.items, |this, item| this.item(connection, *at, item, digest)),
        })
    }

    fn page_info(
        &mut self,
        connection: &Connection,
        fields: &[Field<PageInfoField>],
        page: &Page,
        digest: cursor::Digest,
    ) -> Written {
        let (previous, next) = page_info(connection, self.variables, page);
        self.object(fields, |this, field| {
            match field {
                PageInfoField::Typename => return this.name("PageInfo"),
                PageInfoField::HasNext => json::boolean(this.out, next),
                PageInfoField::HasPrevious => json::boolean(this.out, previous),
                PageInfoField::Start => this.cursor(page.items.first(), digest),
                PageInfoField::End => this.cursor(page.items.last(), digest),
            }
            Ok(())
        })
    }

    fn cursor(&mut self, item: Option<&Item>, digest: cursor::Digest) {
        let Some(item) = item else { return json::null(self.out) };
        self.out.push(b'"');
        cursor::write(self.out, digest, &item.keys);
        self.out.push(b'"');
    }

    fn groups(&mut self, fields: &[Field<GroupField>], page: &Page) -> Written {
        self.list(&page.groups, |this, (relationship, direction, status, count)| {
            let (relationship, direction) = (i64::from(relationship.0), i64::from(*direction));
            this.object(fields, |this, field| match field {
                GroupField::Typename => this.name("RelatedGroup"),
                GroupField::Relationship => this.relationship(relationship),
                GroupField::Direction => this.direction(direction),
                GroupField::Label(args) => this.label(relationship, direction, lang(args, this.variables)),
                GroupField::Status => this.constant(Status::ALL.iter().map(|s| s.name()), (*status).into()),
                GroupField::Count => {
                    json::int(this.out, i64::try_from(*count).unwrap_or(i64::MAX));
                    Ok(())
                }
            })
        })
    }

    /// An item under the `edges` at a position; it takes its values after those of the `edges` before it.
    fn item(&mut self, connection: &Connection, at: usize, item: &Item, digest: cursor::Digest) -> Written {
        let mut row = Row::of(&item.row);
        // A page of entities has them alone in the row, a search behind rank, value and field.
        let mut itself = match item.row.last() {
            Some(Datum::Entity(kind, values)) => Some((*kind, Row::of(values))),
            _ => None,
        };
        for field in connection.edges.iter().take(at).flatten() {
            (0..field.what.slots()).try_for_each(|_| row.next().map(drop))?;
            if let (EdgeField::Itself(set), Some((kind, values))) = (&field.what, &mut itself) {
                let slots: usize = set.fields(*kind).iter().map(|field| field.what.slots()).sum();
                (0..slots).try_for_each(|_| values.next().map(drop))?;
            }
        }
        let fields = connection.edges.get(at).ok_or(Misfit("no such edges"))?;
        self.object(fields, |this, field| match field {
            EdgeField::Typename(name) => this.name(name),
            EdgeField::Cursor => {
                this.cursor(Some(item), digest);
                Ok(())
            }
            EdgeField::Itself(set) => {
                let (kind, values) = itself.as_mut().ok_or(Misfit("an entity is missing"))?;
                this.entity_part(set, *kind, values)
            }
            EdgeField::Entity(set) => this.entity_present(set, row.next()?),
            EdgeField::FactNode(set) => this.fact(set, &mut row),
            EdgeField::Observation(set) => this.observation(set, &mut row),
            EdgeField::Fact(set) => this.fact(set, &mut Row::list(row.next()?)?),
            EdgeField::Facts(set) => {
                let Datum::List(facts) = row.next()? else { return Err(Misfit("facts are missing")) };
                this.list(facts, |this, fact| this.fact(set, &mut Row::list(fact)?))
            }
            EdgeField::Status => {
                let status = row.int()?;
                this.constant(Status::ALL.iter().map(|s| s.name()), status)
            }
            EdgeField::Property(_) => this.plain(row.next()?),
            EdgeField::Relationship => {
                let id = row.int()?;
                this.relationship(id)
            }
            EdgeField::Direction => {
                let direction = row.int()?;
                this.direction(direction)
            }
            EdgeField::Label(args) => {
                let (relationship, direction) = (row.int()?, row.int()?);
                this.label(relationship, direction, lang(args, this.variables))
            }
            EdgeField::Score => match item.row.first() {
                Some(Datum::Int(rank)) => {
                    json::float(this.out, *rank as f64 / BEST_RANK as f64);
                    Ok(())
                }
                _ => Err(Misfit("a rank is missing")),
            },
            EdgeField::Matched(fields) => this.object(fields, |this, field| match field {
                MatchedField::Typename => this.name("Matched"),
                MatchedField::Value => this.present(item.row.get(1).unwrap_or(&Datum::Null)),
                MatchedField::Field => this.present(item.row.get(2).unwrap_or(&Datum::Null)),
            }),
        })
    }
}
