//! `observation "slug" { … }`.

use super::fields::Field;
use super::{Reader, is_slug};
use crate::graph::{Bound, Span, Status, When};
use crate::ingest::statement::{Cited, Mention, ObservationStatement, RankStatement, ScopeStatement};
use crate::ingest::syntax::Node;
use std::sync::Arc;

const OBSERVATION: &str = "observation";

impl Reader<'_> {
    pub(super) fn observation(&mut self, node: &Node, cited: Cited) {
        let before = self.problems.errors();
        let mut fields = self.fields(node);
        let slug = fields.arg_text(self, "its name");
        if slug.as_ref().is_some_and(|slug| !is_slug(slug)) {
            self.problems.error(
                node.at,
                "the observation has no proper id; write observation \"some-name\" in lower-case letters, digits and single hyphens",
            );
        }
        let id: Option<Arc<str>> = slug.map(|slug| format!("{OBSERVATION}:{slug}").into());
        self.statements.observation_ids.extend(id.clone());
        let indicator = fields.take_mention(self, "indicator");
        let mut subjects: Vec<Mention> = Vec::new();
        for part in fields.take_all("subject") {
            for entry in part.entries() {
                let id = self.text("subject", entry);
                subjects.extend(id.and_then(|id| self.mention(&id, entry.at)));
            }
        }
        let when = match fields.take(self, "when") {
            Some(part) => self.when(part),
            None => {
                self.lacks(node, "when it was so; add when \"2021\", or when text=\"…\" latest=\"…\"");
                None
            }
        };
        let span = fields.take_choice(self, "span", &Span::ALL, Span::name, Span::Instant);
        let value = fields.take_decimal(self, "value").map(|(value, _)| value);
        let unit = match fields.take(self, "unit") {
            Some(part) => self.single("unit", part).and_then(|entry| Some((self.text("unit", entry)?, entry.at))),
            None => None,
        };
        let bound = fields.take_choice(self, "bound", &Bound::ALL, Bound::name, Bound::Exact);
        let rank = fields.take(self, "rank").and_then(|part| self.rank(part));
        let status = fields.take_choice(self, "status", &Status::ALL, Status::name, Status::Actual);
        let scope = fields.take(self, "scope").and_then(|part| self.scope(part));
        let breakdown_of = fields.take(self, "breakdownOf").and_then(|part| self.observation_mention(part));
        let note = fields.take_text(self, "note");
        let doubt = fields.take_text(self, "doubt");
        fields.finish(self, &[]);
        if self.problems.errors() == before {
            if indicator.is_none() {
                self.lacks(node, "what it measures; add indicator \"indicator:…\"");
            }
            if subjects.is_empty() {
                self.lacks(node, "what it is about; add subject \"region:…\", several for a joint figure");
            }
            if scope.is_none() {
                self.lacks(node, "what it covers; add scope \"…\" with sector=, population=, place= as far as stated");
            }
            match (&value, &unit, &rank) {
                (Some(_), None, _) => self.lacks(node, "the unit of its value; add unit \"家\" or the like"),
                (None, Some(_), _) => self.lacks(node, "the value for its unit; add value or take the unit away"),
                (None, None, None) => self.lacks(node, "a figure; add value and unit, or rank"),
                _ => {}
            }
        }
        let (Some(id), Some(indicator), Some(when), Some(scope)) = (id, indicator, when, scope) else { return };
        if self.problems.errors() > before {
            return;
        }
        self.statements.observations.push(ObservationStatement {
            id,
            at: node.at,
            cited,
            indicator,
            subjects,
            when,
            span,
            value,
            unit,
            bound,
            rank,
            status,
            scope,
            breakdown_of,
            note,
            doubt,
        });
    }

    fn lacks(&mut self, node: &Node, what: &str) {
        self.problems.error(node.at, format!("the observation lacks {what}"));
    }

    /// `when "2021"`, `when "2022-07" text="…"`, `when text="…" earliest="…" latest="…"`.
    fn when(&mut self, part: Field<'_>) -> Option<When> {
        let Field::Line(line) = part else {
            self.problems.error(part.at(), "`when=` cannot stand here; write it as a line of the block: when \"2021\"");
            return None;
        };
        let mut fields = self.fields(line);
        let date = fields.arg().and_then(|entry| self.date("when", entry));
        let text = fields.take_text(self, "text");
        let earliest = fields.take_date(self, "earliest").or(date);
        let latest = fields.take_date(self, "latest").or(date);
        fields.finish(self, &[]);
        if let (Some(from), Some(to)) = (earliest, latest)
            && from.first() > to.last()
        {
            self.problems
                .error(line.at, format!("`when` ends ({to}) before it begins ({from}); mend earliest or latest"));
            return None;
        }
        let text = text.or_else(|| date.map(|date| Arc::from(date.to_string())));
        if text.is_none() && line.args.is_empty() {
            self.problems
                .error(line.at, "`when` has neither a date nor words; write when \"2021\" or when text=\"近年来\"");
        }
        Some(When { text: text?, earliest, latest })
    }

    /// `rank 1 bound="EXACT" among="…" within="region:…"`.
    fn rank(&mut self, part: Field<'_>) -> Option<RankStatement> {
        let Field::Line(line) = part else {
            self.problems
                .error(part.at(), "`rank=` cannot stand here; write it as a line of the block: rank 1 among=\"…\"");
            return None;
        };
        let mut fields = self.fields(line);
        let position = match fields.arg() {
            Some(entry) => self.int("rank", entry).filter(|position| {
                let counts = *position >= 1;
                if !counts {
                    self.problems.error(entry.at, "`rank` counts from 1; write the place that is stated");
                }
                counts
            }),
            None => {
                self.problems.error(line.at, "`rank` has no number; write rank 1 among=\"…\"");
                None
            }
        };
        let bound = fields.take_choice(self, "bound", &Bound::ALL, Bound::name, Bound::Exact);
        let among = fields.take_text(self, "among");
        let within = fields.take_mention(self, "within");
        fields.finish(self, &[]);
        Some(RankStatement { position: position?, bound, among, within })
    }

    /// `scope "…" sector="sector:…" population="…" place="region:…"`.
    fn scope(&mut self, part: Field<'_>) -> Option<ScopeStatement> {
        let Field::Line(line) = part else {
            self.problems.error(part.at(), "`scope=` cannot stand here; write it as a line of the block: scope \"…\"");
            return None;
        };
        let mut fields = self.fields(line);
        let text = fields.arg_text(self, "the words of the document, shortened");
        let sector = fields.take_mention(self, "sector");
        let population = fields.take_text(self, "population");
        let place = fields.take_mention(self, "place");
        fields.finish(self, &[]);
        Some(ScopeStatement { text: text?, sector, population, place })
    }

    fn observation_mention(&mut self, part: Field<'_>) -> Option<Mention> {
        let entry = self.single("breakdownOf", part)?;
        let id = self.text("breakdownOf", entry)?;
        let fine = id.strip_prefix(OBSERVATION).and_then(|rest| rest.strip_prefix(':')).is_some_and(is_slug);
        if !fine {
            let message = format!("\"{id}\" is not the id of an observation; write \"observation:some-name\"");
            self.problems.error(entry.at, message);
        }
        fine.then(|| Mention { id: id.clone(), at: entry.at })
    }
}
