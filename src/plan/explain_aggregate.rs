//! Aggregates as text, for [`super::explain`].

use super::explain::{Printer, hop, statuses};
use super::explain_filter::filter;
use super::ir::{AggregateSlot, GroupKey, Hop};

impl Printer<'_> {
    /// What is said of a whole list; nothing if nothing is.
    pub(super) fn aggregate(&mut self, slots: &[AggregateSlot]) {
        if slots.is_empty() {
            return;
        }
        let o = self.ontology;
        self.block("aggregate", |p| {
            for slot in slots {
                match slot {
                    AggregateSlot::Count => p.line("count"),
                    AggregateSlot::Values(GroupKey::Kind, limit) => p.line(&format!("groups of kind first {limit}")),
                    AggregateSlot::Values(GroupKey::Property(id), limit) => {
                        p.line(&format!("groups of {} first {limit}", o.property(*id).name));
                    }
                    AggregateSlot::Figures(id) => p.line(&format!("figures of {}", o.property(*id).name)),
                    AggregateSlot::By(by) => {
                        let mut line = format!(
                            "groups by {} status {}",
                            hop(Hop::Edge(by.relationship, by.direction), o),
                            statuses(by.status)
                        );
                        if let Some(level) = &by.up {
                            line.push_str(&format!(" up to {}", filter(level, o)));
                        }
                        for (word, wanted) in [(" total", by.total), (" unassigned", by.unassigned)] {
                            line.push_str(if wanted { word } else { "" });
                        }
                        if by.limit > 0 {
                            line.push_str(&format!(" first {}", by.limit));
                        }
                        p.block(&line, |p| p.entity(&by.entity));
                    }
                }
            }
        });
    }
}
