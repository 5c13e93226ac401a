//! Pages that go over several relationships of one entity: its edges of any type.

use super::eval::Eval;
use super::eval_edge::Joint;
use super::order::{Directions, Reader, cut, page};
use crate::graph::{FactIx, Status};
use crate::ontology::{Direction, RelId};
use crate::plan::ir::{RelatedPage, SortValue};
use crate::store::{Datum, Item, StoreError};

impl<'s> Eval<'s> {
    /// A page of edges of several relationships, both ways.
    pub(super) fn related_page(&self, node: u32, plan: &RelatedPage) -> Result<Datum, StoreError> {
        let args = &plan.page;
        let directions = Directions::new(Vec::new());
        let mut reader = Reader::new(args);
        let mut total = 0;
        let mut groups = Vec::new();
        let wanted = |(id, direction): &&(RelId, Direction)| {
            plan.relationships.as_ref().is_none_or(|set| set.contains(id))
                && plan.direction.is_none_or(|only| only == *direction)
        };
        let mut readings: Vec<&(RelId, Direction)> = self.index.links_of(node).iter().filter(wanted).collect();
        if args.backward {
            readings.reverse();
        }
        let all = args.total || plan.groups;
        for (relationship, direction) in readings {
            if !all && (reader.is_full() || !args.items) {
                break;
            }
            let edges = self.index.edges(node, *relationship, *direction);
            let keys = |entry: &super::index_links::Entry| {
                self.related_keys(*relationship, *direction, entry.neighbour, entry.fact)
            };
            let window = cut(edges, false, args, &directions, keys);
            let mut by_status = [0u64; Status::ALL.len()];
            let whole = if all { 0..edges.len() } else { window.clone() };
            for step in 0..whole.len() {
                if !all && reader.is_full() {
                    break;
                }
                let at = if args.backward { whole.end - 1 - step } else { whole.start + step };
                let entry = edges[at];
                self.meter.edge()?;
                let head = self.fact_head(entry.fact);
                if head.is_current(self.view)
                    && plan.status.contains(head.status)
                    && plan.kinds.contains(self.head(entry.neighbour).kind)
                {
                    total += 1;
                    by_status[head.status as usize] += 1;
                    if args.items && window.contains(&at) && !reader.is_full() {
                        reader.take((*relationship, *direction, entry));
                    }
                }
            }
            let counts = (0u8..).zip(by_status).filter(|(_, edges)| plan.groups && *edges > 0);
            let counts = counts.map(|(status, edges)| (*relationship, *direction as u8, status, edges));
            if args.backward {
                groups.splice(0..0, counts);
            } else {
                groups.extend(counts);
            }
        }
        let (items, more) = reader.finish();
        let mut datum = page(items, more, args.total.then_some(total), |(relationship, direction, entry)| {
            let joint = Joint::Fact(entry.fact, relationship, direction);
            let keys = args.keys_of(|| self.related_keys(relationship, direction, entry.neighbour, entry.fact));
            Ok(Item { keys, row: self.edge_row(entry.neighbour, joint, &plan.row)? })
        })?;
        if let Datum::Page(page) = &mut datum {
            page.groups = groups;
        }
        Ok(datum)
    }

    fn related_keys(&self, relationship: RelId, direction: Direction, neighbour: u32, fact: u32) -> Vec<SortValue> {
        vec![
            SortValue::Str(self.ontology.relationship(relationship).name.clone()),
            SortValue::Int(direction as i64),
            SortValue::Str(self.node(neighbour).sort_name.clone()),
            self.id_key(neighbour),
            SortValue::Str(self.graph.fact(FactIx(fact)).id.clone()),
        ]
    }
}
