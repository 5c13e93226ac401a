//! A circuit breaker: while the database does not answer, requests are refused at once instead of each waiting for it.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How many failures in a row open the circuit.
pub const FAILURES_TO_OPEN: u32 = 5;
/// How long after it opened, or after the last probe began, somebody may try again.
pub const PROBE_AFTER: Duration = Duration::from_secs(1);

/// What a request may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// Go on: the database answered when last asked, or has not failed often enough.
    Pass,
    /// Ask the database something cheap first; then go on or give up. One request at a time is told so.
    Probe,
    /// Give up: the database did not answer and it is too early to ask again.
    Refuse,
}

/// Counts failures of the connection (not of statements) and opens after [`FAILURES_TO_OPEN`] in a row.
#[derive(Debug, Default)]
pub struct Breaker {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    failures: u32,
    /// When the circuit opened or the last probe began. A probe that was cancelled therefore blocks nobody for longer.
    asked: Option<Instant>,
    /// When it last answered.
    answered: Option<Instant>,
}

impl Breaker {
    /// Says what a request may do at this moment.
    pub fn admit(&self, now: Instant) -> Admission {
        let mut state = self.state();
        match state.asked {
            None => Admission::Pass,
            Some(asked) if now.saturating_duration_since(asked) < PROBE_AFTER => Admission::Refuse,
            Some(_) => {
                state.asked = Some(now);
                Admission::Probe
            }
        }
    }

    /// The database answered at this moment: the circuit is closed.
    pub fn succeeded(&self, now: Instant) {
        *self.state() = State { failures: 0, asked: None, answered: Some(now) };
    }

    /// The database did not answer until this moment. True when this opened the circuit.
    pub fn failed(&self, now: Instant) -> bool {
        let mut state = self.state();
        state.failures = state.failures.saturating_add(1);
        let opens = state.failures >= FAILURES_TO_OPEN && state.asked.is_none();
        if opens {
            state.asked = Some(now);
        }
        opens
    }

    /// The database was asked at a moment and did not answer until now: no need to count, unless somebody had an answer meanwhile. True
    /// when this opened the circuit.
    pub fn open(&self, since: Instant, now: Instant) -> bool {
        let mut state = self.state();
        if state.answered.is_some_and(|answered| answered >= since) {
            return false;
        }
        let opens = state.asked.is_none();
        *state = State { failures: FAILURES_TO_OPEN, asked: state.asked.or(Some(now)), answered: state.answered };
        opens
    }

    /// Whether requests are refused, but for those that probe.
    pub fn is_open(&self) -> bool {
        self.state().asked.is_some()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Every change is one assignment, so a panic elsewhere cannot leave half of one.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_opens_after_five_failures_in_a_row_and_lets_one_probe_through_each_second() {
        let breaker = Breaker::default();
        let start = Instant::now();
        for _ in 1..FAILURES_TO_OPEN {
            assert!(!breaker.failed(start));
        }
        breaker.succeeded(start);
        for _ in 1..FAILURES_TO_OPEN {
            assert!(!breaker.failed(start));
            assert_eq!(breaker.admit(start), Admission::Pass);
        }
        assert!(breaker.failed(start), "the fifth in a row opens it");
        assert_eq!(breaker.admit(start), Admission::Refuse);

        let later = start + PROBE_AFTER;
        assert_eq!(breaker.admit(later), Admission::Probe);
        assert_eq!(breaker.admit(later), Admission::Refuse, "one probe at a time");
        breaker.failed(later);

        let later = later + PROBE_AFTER;
        assert_eq!(breaker.admit(later), Admission::Probe);
        breaker.succeeded(later);
        assert_eq!(breaker.admit(later), Admission::Pass);
    }

    #[test]
    fn a_probe_without_an_answer_opens_it_at_once() {
        let breaker = Breaker::default();
        let start = Instant::now();
        assert!(!breaker.is_open());
        assert!(breaker.open(start, start) && breaker.is_open());
        assert!(!breaker.open(start, start), "it is open already");
        assert_eq!(breaker.admit(start), Admission::Refuse);
        assert_eq!(breaker.admit(start + PROBE_AFTER), Admission::Probe);
        breaker.succeeded(start + PROBE_AFTER);
        assert!(!breaker.is_open());
        assert!(!breaker.open(start, start + 2 * PROBE_AFTER), "others had an answer while it was asked");
        assert!(!breaker.is_open());
    }
}
