//! Numbers that look like chance and follow from what is asked: the same seed, sort and index give the same draws on every machine, in
//! whatever order they are asked for.

/// What draws are for. Two sorts of the same index share nothing.
pub(super) type Sort = u32;

/// Draws one after the other, beginning from a seed, a sort and an index.
#[derive(Clone)]
pub(super) struct Dice(u64);

/// The finisher of SplitMix64: every bit of the input moves every bit of the output.
fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

impl Dice {
    /// Those of one thing.
    pub fn of(seed: u64, sort: Sort, index: u64) -> Dice {
        let key = mix(seed ^ u64::from(sort).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        Dice(mix(key ^ index.wrapping_mul(0xd6e8_feb8_6659_fd93)))
    }
    /// SplitMix64: small, fast and the same everywhere.
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0)
    }
    /// From 0 to less than 1, by 2^-53. Only operations follow that IEEE 754 rounds exactly.
    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }
    /// 0 to `bound` − 1, all alike; 0 of nothing.
    pub fn below(&mut self, bound: u32) -> u32 {
        ((u128::from(self.next()) * u128::from(bound)) >> 64) as u32
    }
    /// `from` to `to`, both included; `from` when there is nothing between.
    pub fn between(&mut self, from: i32, to: i32) -> i32 {
        from + self.below(u32::try_from(i64::from(to) - i64::from(from) + 1).unwrap_or(1)) as i32
    }
    /// True so many times in a thousand.
    pub fn permille(&mut self, times: u32) -> bool {
        self.below(1_000) < times
    }
    /// 0 to `bound` − 1: small numbers often, large ones now and then. Number k is drawn about as (k + 1)^(1/3) − k^(1/3): a few have very many.
    pub fn skewed(&mut self, bound: u32) -> u32 {
        let unit = self.unit();
        ((unit * unit * unit * f64::from(bound)) as u32).min(bound.saturating_sub(1))
    }
    /// A heavy-tailed number of things, more than k of them with a chance of about (`least` / k)²; `most` at most.
    pub fn heavy(&mut self, least: f64, most: u32) -> u32 {
        let unit = self.unit().max(1e-9);
        ((least / unit.sqrt()) as u32).min(most)
    }
    /// One of them.
    pub fn pick<T: Copy>(&mut self, all: &[T]) -> Option<T> {
        all.get(self.below(all.len() as u32) as usize).copied()
    }
}
