//! Makes a request and a graph smaller while they still show what they were found by.

use super::request::Request;
use super::seed::Seed;

/// The smallest request found that still `shows` it, by at most so many tries.
pub fn request(mut request: Request, mut tries: usize, mut shows: impl FnMut(&Request) -> bool) -> Request {
    'again: loop {
        for candidate in request.smaller() {
            if tries == 0 {
                return request;
            }
            tries -= 1;
            if shows(&candidate) {
                request = candidate;
                continue 'again;
            }
        }
        return request;
    }
}

/// The smallest seed found that still `shows` it, by at most so many tries: halves of the statements are dropped, then
/// quarters, down to single ones. A seed that is no longer whole (a fact without its entity) shows nothing.
pub fn seed(mut seed: Seed, mut tries: usize, mut shows: impl FnMut(&Seed) -> bool) -> Seed {
    let mut chunk = seed.statements.len().div_ceil(2);
    while chunk > 0 {
        // From the end: what comes later refers to what comes earlier.
        let mut end = seed.statements.len();
        while end > 0 {
            if tries == 0 {
                return seed;
            }
            tries -= 1;
            let start = end.saturating_sub(chunk);
            let candidate = seed.without(start..end);
            if shows(&candidate) {
                seed = candidate;
            }
            end = start;
        }
        chunk /= 2;
    }
    seed
}
