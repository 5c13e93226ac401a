//! Answers about the ontology and the graph as a whole.

use super::{Misfit, Writer, Written, json};
use crate::api::about::{About, Tally};
use crate::api::select::{AboutField, Fields};
use crate::ontology::KindId;
use crate::store::Datum;

impl Writer<'_> {
    /// What is selected of a tree; `totals` are a store's, `Null` where no count is selected.
    pub(super) fn about(&mut self, fields: &Fields<AboutField>, value: &About, totals: &Datum) -> Written {
        match value {
            About::Text(text) => self.name(text),
            About::Truth(truth) => {
                json::boolean(self.out, *truth);
                Ok(())
            }
            About::List(items) => self.list(items, |this, item| this.about(fields, item, totals)),
            About::Tally(tally) => self.tally(*tally, totals),
            About::Object(name, values) => self.object(fields, |this, field| match field.name.as_str() {
                "__typename" => this.name(name),
                wanted => {
                    let (_, inner) =
                        values.iter().find(|(name, _)| *name == wanted).ok_or(Misfit("the tree has no such field"))?;
                    this.about(&field.fields, inner, totals)
                }
            }),
        }
    }

    fn tally(&mut self, tally: Tally, totals: &Datum) -> Written {
        let Datum::List(parts) = totals else { return Err(Misfit("totals are missing")) };
        let [Datum::List(kinds), Datum::List(relationships), observations, known_until] = parts.as_slice() else {
            return Err(Misfit("totals are incomplete"));
        };
        let at = |list: &[Datum], at: usize| match list.get(at) {
            Some(Datum::Int(number)) => *number,
            _ => 0,
        };
        let sum = |list: &[Datum]| (0..list.len()).map(|i| at(list, i)).sum();
        let number = match tally {
            Tally::Kind(kind) => at(kinds, kind),
            Tally::Relationship(relationship) => at(relationships, relationship),
            Tally::Entities => sum(kinds),
            Tally::Facts => sum(relationships),
            Tally::Documents => self.ontology.kind_named("Document").map_or(0, |KindId(kind)| at(kinds, kind.into())),
            Tally::Observations => return self.plain(observations),
            Tally::KnownUntil => return self.plain(known_until),
        };
        json::int(self.out, number);
        Ok(())
    }
}
