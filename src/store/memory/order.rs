//! Orders and pages: comparing places in an order, cutting a sorted list at cursors, and the best few of an unsorted one.

use crate::plan::ir::{PageArgs, SortValue};
use crate::store::{Datum, Item, Page, StoreError};
use std::cmp::Ordering;

/// The direction of each component of a place in an order.
#[derive(Clone, Debug)]
pub(super) struct Directions {
    keys: Vec<bool>,
    rest: bool,
}

impl Directions {
    /// `keys`: whether each requested key is descending. What follows them, the tie-breakers, goes in the direction of the last.
    pub(super) fn new(keys: Vec<bool>) -> Directions {
        let rest = keys.last().copied().unwrap_or(false);
        Directions { keys, rest }
    }
    /// Which of two places comes first in the list. Absent values are last in either direction.
    pub(super) fn compare(&self, a: &[SortValue], b: &[SortValue]) -> Ordering {
        for (i, (x, y)) in a.iter().zip(b).enumerate() {
            let descending = self.keys.get(i).copied().unwrap_or(self.rest);
            let ordering = match (x, y) {
                (SortValue::Null, SortValue::Null) => Ordering::Equal,
                (SortValue::Null, _) => Ordering::Greater,
                (_, SortValue::Null) => Ordering::Less,
                _ if descending => y.cmp(x),
                _ => x.cmp(y),
            };
            if ordering.is_ne() {
                return ordering;
            }
        }
        Ordering::Equal
    }
    /// Whether a place lies strictly between the cursors of a page.
    pub(super) fn between_cursors(&self, keys: &[SortValue], page: &PageArgs) -> bool {
        page.after.as_ref().is_none_or(|after| self.compare(keys, after).is_gt())
            && page.before.as_ref().is_none_or(|before| self.compare(keys, before).is_lt())
    }
}

/// The part of a sorted slice that lies strictly between the cursors of a page. `place` says where an element stands in the
/// list's order; `descending`: the slice is in the opposite of the list's order.
pub(super) fn cut<T>(
    slice: &[T],
    descending: bool,
    page: &PageArgs,
    directions: &Directions,
    place: impl Fn(&T) -> Vec<SortValue>,
) -> std::ops::Range<usize> {
    let (mut low, mut high) = (0, slice.len());
    if let Some(after) = &page.after {
        let is_after = |element: &T| directions.compare(&place(element), after).is_gt();
        if descending {
            high = slice.partition_point(is_after);
        } else {
            low = slice.partition_point(|element| !is_after(element));
        }
    }
    if let Some(before) = &page.before {
        let is_before = |element: &T| directions.compare(&place(element), before).is_lt();
        if descending {
            low = slice.partition_point(|element| !is_before(element));
        } else {
            high = slice.partition_point(is_before);
        }
    }
    low..high.max(low)
}

/// Keeps the items of an unsorted list that belong on a page: at most about twice the page is held at a time.
pub(super) struct Best<'p, T> {
    page: &'p PageArgs,
    directions: Directions,
    wanted: usize,
    held: Vec<(Vec<SortValue>, T)>,
    /// Once the page has overflowed: an item's keys that no later item may come after (in reading direction).
    worst: Option<Vec<SortValue>>,
}

impl<'p, T> Best<'p, T> {
    /// For a page in an order.
    pub(super) fn new(page: &'p PageArgs, directions: Directions) -> Best<'p, T> {
        Best { page, directions, wanted: page.limit as usize + 1, held: Vec::new(), worst: None }
    }
    fn reading_order(&self, a: &[SortValue], b: &[SortValue]) -> Ordering {
        let ordering = self.directions.compare(a, b);
        if self.page.backward { ordering.reverse() } else { ordering }
    }
    /// Whether no item whose place begins with this key can be on the page, so that its place need not be made.
    pub(super) fn is_hopeless(&self, first: SortValue) -> bool {
        self.worst.as_ref().is_some_and(|worst| self.reading_order(&[first], worst).is_gt())
    }
    /// Offers an item; it is dropped if it cannot be on the page.
    pub(super) fn offer(&mut self, keys: Vec<SortValue>, item: T) {
        let hopeless = self.worst.as_ref().is_some_and(|worst| self.reading_order(&keys, worst).is_gt());
        if hopeless || !self.directions.between_cursors(&keys, self.page) {
            return;
        }
        self.held.push((keys, item));
        if self.held.len() >= self.wanted * 2 + 64 {
            let mut held = std::mem::take(&mut self.held);
            held.select_nth_unstable_by(self.wanted - 1, |a, b| self.reading_order(&a.0, &b.0));
            held.truncate(self.wanted);
            self.worst = held.last().map(|(keys, _)| keys.clone());
            self.held = held;
        }
    }
    /// The page's items in the list's order, and whether there is more beyond them.
    pub(super) fn finish(mut self) -> (Vec<(Vec<SortValue>, T)>, bool) {
        let mut held = std::mem::take(&mut self.held);
        held.sort_unstable_by(|a, b| self.reading_order(&a.0, &b.0));
        let limit = self.page.limit as usize;
        let more = held.len() > limit;
        held.truncate(limit);
        if self.page.backward {
            held.reverse();
        }
        (held, more)
    }
}

/// Collects a page from a list that is read in its order (backward: from its end), and says when to stop.
pub(super) struct Reader<T> {
    limit: usize,
    /// How many are read: one beyond the page where it is asked whether there is more.
    wanted: u64,
    backward: bool,
    items: Vec<T>,
    read: u64,
}

impl<T> Reader<T> {
    /// For a page.
    pub(super) fn new(page: &PageArgs) -> Reader<T> {
        let limit = page.limit as usize;
        let items = Vec::with_capacity(limit.min(32));
        Reader { limit, wanted: page.looked_for(), backward: page.backward, items, read: 0 }
    }
    /// Takes the next item. False: nothing more needs to be read.
    pub(super) fn take(&mut self, item: T) -> bool {
        if self.items.len() < self.limit {
            self.items.push(item);
        }
        self.read += 1;
        !self.is_full()
    }
    /// Whether reading may stop.
    pub(super) fn is_full(&self) -> bool {
        self.read >= self.wanted
    }
    /// The items in the list's order, and whether there is more beyond them.
    pub(super) fn finish(mut self) -> (Vec<T>, bool) {
        if self.backward {
            self.items.reverse();
        }
        (self.items, self.read > self.limit as u64)
    }
}

/// Builds a page from its items' keys and rows.
pub(super) fn page<T>(
    items: Vec<T>,
    more: bool,
    total: Option<u64>,
    mut row: impl FnMut(T) -> Result<Item, StoreError>,
) -> Result<Datum, StoreError> {
    let mut rows = Vec::with_capacity(items.len());
    for item in items {
        rows.push(row(item)?);
    }
    Ok(Datum::Page(Box::new(Page { items: rows, more, total, ..Page::default() })))
}
