//! Numbers that look random and depend on the seed alone, on every machine (SplitMix64), so that a printed seed repeats a run.

/// A source of numbers.
#[derive(Clone)]
pub struct Random(u64);

impl Random {
    /// From a seed; equal seeds give equal numbers.
    pub fn new(seed: u64) -> Random {
        Random(seed)
    }
    /// A source of its own for one part of a run, so that another part's use of numbers does not move it.
    pub fn fork(&self, part: u64) -> Random {
        let mut fork = Random(self.0 ^ part.wrapping_mul(0xA24B_AED4_963E_E407));
        fork.next();
        fork
    }
    /// The next number.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
    /// From 0 to `bound - 1`; 0 when the bound is 0.
    pub fn below(&mut self, bound: usize) -> usize {
        if bound == 0 { 0 } else { (self.next() % bound as u64) as usize }
    }
    /// From `low` to `high`, both included.
    pub fn between(&mut self, low: usize, high: usize) -> usize {
        low + self.below(high - low + 1)
    }
    /// True in so many of a hundred cases.
    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }
    /// One of the items. They must not be empty.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }
    /// Up to `most` different items in a random order.
    pub fn some<T: Clone>(&mut self, items: &[T], most: usize) -> Vec<T> {
        let mut rest: Vec<&T> = items.iter().collect();
        let mut chosen = Vec::new();
        while chosen.len() < most && !rest.is_empty() {
            chosen.push(rest.swap_remove(self.below(rest.len())).clone());
        }
        chosen
    }
}
