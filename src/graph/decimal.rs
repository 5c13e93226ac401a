//! Exact numbers. Amounts are scaled integers, so that sums and comparisons agree in both stores.

use std::fmt;
use std::str::FromStr;

/// An exact number with up to four decimals between about ±9.2·10^14, stored as ten-thousandths.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Decimal(i64);

/// Why a text is not a [`Decimal`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecimalError {
    /// Not digits with an optional sign and point.
    #[error("'{0}' is not a number: write digits with at most one point, e.g. 697.1")]
    Syntax(String),
    /// More than four decimals.
    #[error("'{0}' has more than four decimals")]
    TooFine(String),
    /// Beyond ±922,337,203,685,477.5807.
    #[error("'{0}' is larger than 922337203685477.5807; use a larger unit")]
    TooLarge(String),
}

impl Decimal {
    /// Ten-thousandths in one.
    pub const SCALE: i64 = 10_000;

    /// From ten-thousandths, as stored.
    pub fn from_scaled(scaled: i64) -> Decimal {
        Decimal(scaled)
    }
    /// Ten-thousandths.
    pub fn scaled(self) -> i64 {
        self.0
    }
    /// A whole number; None when too large.
    pub fn whole(number: i64) -> Option<Decimal> {
        number.checked_mul(Self::SCALE).map(Decimal)
    }
    /// Exact product with a whole factor or quotient by ten-thousandths of one; None when it overflows.
    pub fn times(self, factor: Decimal) -> Option<Decimal> {
        let product = i128::from(self.0) * i128::from(factor.0);
        let scale = i128::from(Self::SCALE);
        if product % scale != 0 {
            return None;
        }
        i64::try_from(product / scale).ok().map(Decimal)
    }
    /// A JSON number where JSON readers keep all of its digits, else a string.
    pub fn to_json(self) -> serde_json::Value {
        let text = self.to_string();
        let whole = || text.parse::<i64>().ok().map(serde_json::Number::from);
        let number =
            whole().or_else(|| serde_json::Number::from_f64(text.parse().ok()?)).filter(|_| self.is_json_exact());
        number.map_or(serde_json::Value::String(text), serde_json::Value::Number)
    }
    /// Whether it can be a JSON number without loss in double precision: at most 15 significant digits.
    pub fn is_json_exact(self) -> bool {
        is_json_exact(self.0.unsigned_abs().into(), &self)
    }
}

impl FromStr for Decimal {
    type Err = DecimalError;
    fn from_str(text: &str) -> Result<Self, DecimalError> {
        let syntax = || DecimalError::Syntax(text.to_owned());
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
        let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if !all_digits(whole) || !all_digits(fraction) {
            return Err(syntax());
        }
        let fraction = fraction.trim_end_matches('0');
        if fraction.len() > 4 {
            return Err(DecimalError::TooFine(text.to_owned()));
        }
        let too_large = || DecimalError::TooLarge(text.to_owned());
        let scaled_fraction = format!("{fraction:0<4}").parse::<i64>().map_err(|_| syntax())?;
        let whole = whole.parse::<i64>().map_err(|_| too_large())?;
        let scaled =
            whole.checked_mul(Self::SCALE).and_then(|w| w.checked_add(scaled_fraction)).ok_or_else(too_large)?;
        Ok(Decimal(if negative { -scaled } else { scaled }))
    }
}

/// An exact sum of [`Decimal`]s. It holds more of them than there can be, so that adding never fails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sum(i128);

impl Sum {
    /// Adds a number.
    pub fn add(&mut self, number: Decimal) {
        self.0 += i128::from(number.0);
    }
    /// The sum divided by a count, to four decimals, half away from zero; None for a count of 0, or one too small for this sum.
    pub fn average(self, count: u64) -> Option<Decimal> {
        let (magnitude, count) = (self.0.unsigned_abs(), u128::from(count));
        let whole = magnitude.checked_div(count)?;
        let rounded = whole + u128::from((magnitude % count) * 2 >= count);
        let average = i64::try_from(rounded).ok()?;
        Some(Decimal(if self.0 < 0 { -average } else { average }))
    }
    /// As [`Decimal::is_json_exact`].
    pub fn is_json_exact(self) -> bool {
        is_json_exact(self.0.unsigned_abs(), &self)
    }
}

/// At most 15 significant digits.
fn is_json_exact(magnitude: u128, number: &impl fmt::Display) -> bool {
    magnitude < 1_000_000_000_000_000 || number.to_string().bytes().filter(u8::is_ascii_digit).count() <= 15
}

/// Ten-thousandths as a number without needless zeros.
fn write_scaled(f: &mut fmt::Formatter<'_>, scaled: i128) -> fmt::Result {
    let (magnitude, scale) = (scaled.unsigned_abs(), u128::from(Decimal::SCALE.unsigned_abs()));
    let sign = if scaled < 0 { "-" } else { "" };
    let (whole, fraction) = (magnitude / scale, magnitude % scale);
    if fraction == 0 {
        write!(f, "{sign}{whole}")
    } else {
        let digits = format!("{fraction:04}");
        write!(f, "{sign}{whole}.{}", digits.trim_end_matches('0'))
    }
}

impl fmt::Display for Sum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_scaled(f, self.0)
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_scaled(f, self.0.into())
    }
}

impl fmt::Debug for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_prints_exactly() {
        for text in ["0", "697.1", "-0.5", "41.73", "29.31", "0.0001", "922337203685477.5807"] {
            assert_eq!(text.parse::<Decimal>().expect(text).to_string(), text);
        }
        assert_eq!("1.2000".parse::<Decimal>().expect("trailing zeros").to_string(), "1.2");
    }

    #[test]
    fn refuses() {
        for text in ["", ".", "1.", ".5", "1e3", "1.23456", "9223372036854775807", "1,000", "-", "１"] {
            assert!(text.parse::<Decimal>().is_err(), "{text}");
        }
    }

    #[test]
    fn sums_and_averages_exactly() {
        let sum = |numbers: &[&str]| {
            let mut sum = Sum::default();
            numbers.iter().for_each(|number| sum.add(number.parse().expect(number)));
            sum
        };
        let largest = "922337203685477.5807";
        let two = sum(&[largest, largest]);
        assert_eq!((two.to_string().as_str(), two.is_json_exact()), ("1844674407370955.1614", false));
        assert_eq!(two.average(2).expect("two").to_string(), largest);
        for (numbers, average) in [
            (&["1", "0", "0"][..], "0.3333"),
            (&["2", "0", "0"], "0.6667"),
            (&["-2", "0", "0"], "-0.6667"),
            (&["0.0001", "0"], "0.0001"),
            (&["-0.0001", "0"], "-0.0001"),
        ] {
            assert_eq!(sum(numbers).average(numbers.len() as u64).expect("a count").to_string(), average);
        }
        assert_eq!(Sum::default().average(0), None);
    }
}
