//! Partial dates. A date that a document gives as a year or a month stands for its whole period; nothing here reads a clock.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// A calendar day as the number yyyymmdd, so that days compare as integers in both stores (no temporal types).
pub type Day = i32;
/// Before every day: the lower end of a period whose start is unknown.
pub const DAY_MIN: Day = 0;
/// After every day: the upper end of a period whose end is unknown or open.
pub const DAY_MAX: Day = 99_999_999;

/// How much of a date is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Precision {
    /// `2024`
    Year,
    /// `2024-06`
    Month,
    /// `2024-06-18`
    Day,
}

/// `2024`, `2024-06` or `2024-06-18` in the Gregorian calendar, years 1 to 9999; means its whole period.
/// Stored as yyyymmdd with zeros for what is not given, which is also its order: 2024 before 2024-01 before 2024-01-01.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PartialDate(i32);

/// Why a text is not a partial date.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a date: write 2024, 2024-06 or 2024-06-18")]
pub struct DateError(pub String);

fn days_in_month(year: i32, month: i32) -> i32 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

impl PartialDate {
    /// From the stored number, as [`PartialDate::code`] gives it. None if it is no date.
    pub fn from_code(code: i32) -> Option<PartialDate> {
        let (year, month, day) = (code / 10_000, code / 100 % 100, code % 100);
        let valid = (1..=9999).contains(&year)
            && (0..=12).contains(&month)
            && if month == 0 { day == 0 } else { (0..=days_in_month(year, month)).contains(&day) };
        valid.then_some(PartialDate(code))
    }
    /// yyyymmdd with zeros for what is not given.
    pub fn code(self) -> i32 {
        self.0
    }
    /// How much is given.
    pub fn precision(self) -> Precision {
        if self.0 % 100 != 0 {
            Precision::Day
        } else if self.0 / 100 % 100 != 0 {
            Precision::Month
        } else {
            Precision::Year
        }
    }
    /// Its first day.
    pub fn first(self) -> Day {
        match self.precision() {
            Precision::Year => self.0 + 101,
            Precision::Month => self.0 + 1,
            Precision::Day => self.0,
        }
    }
    /// Its last day.
    pub fn last(self) -> Day {
        let (year, month) = (self.0 / 10_000, self.0 / 100 % 100);
        match self.precision() {
            Precision::Year => self.0 + 1231,
            Precision::Month => self.0 + days_in_month(year, month),
            Precision::Day => self.0,
        }
    }
}

impl FromStr for PartialDate {
    type Err = DateError;
    fn from_str(text: &str) -> Result<Self, DateError> {
        let error = || DateError(text.to_owned());
        let shape = text.len() == 4 || text.len() == 7 || text.len() == 10;
        let digits =
            text.bytes().enumerate().all(|(i, b)| if i == 4 || i == 7 { b == b'-' } else { b.is_ascii_digit() });
        if !shape || !digits {
            return Err(error());
        }
        let part = |range| text.get(range).map_or(Some(0), |t: &str| t.parse::<i32>().ok());
        let year = part(0..4).ok_or_else(error)?;
        let month = part(5..7).ok_or_else(error)?;
        let day = part(8..10).ok_or_else(error)?;
        if (text.len() >= 7 && month == 0) || (text.len() == 10 && day == 0) {
            return Err(error());
        }
        PartialDate::from_code(year * 10_000 + month * 100 + day).ok_or_else(error)
    }
}

impl fmt::Display for PartialDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = (self.0 / 10_000, self.0 / 100 % 100, self.0 % 100);
        match self.precision() {
            Precision::Year => write!(f, "{year:04}"),
            Precision::Month => write!(f, "{year:04}-{month:02}"),
            Precision::Day => write!(f, "{year:04}-{month:02}-{day:02}"),
        }
    }
}

impl fmt::Debug for PartialDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// When something began, ended or was counted, as a document says it: a date, or words with what is certain about them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct When {
    /// The words, or the date as text when there are no others.
    pub text: Arc<str>,
    /// Not before this date began. None: unknown.
    pub earliest: Option<PartialDate>,
    /// Not after this date ended. None: unknown.
    pub latest: Option<PartialDate>,
}

impl When {
    /// A date that needs no words.
    pub fn date(date: PartialDate) -> When {
        When { text: date.to_string().into(), earliest: Some(date), latest: Some(date) }
    }
    /// First day that it may mean; [`DAY_MIN`] when unknown.
    pub fn first(&self) -> Day {
        self.earliest.map_or(DAY_MIN, PartialDate::first)
    }
    /// Last day that it may mean; [`DAY_MAX`] when unknown.
    pub fn last(&self) -> Day {
        self.latest.map_or(DAY_MAX, PartialDate::last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_prints_and_spans() {
        for (text, first, last) in [
            ("2024", 20240101, 20241231),
            ("2024-02", 20240201, 20240229),
            ("1900-02", 19000201, 19000228),
            ("2024-06-18", 20240618, 20240618),
        ] {
            let date: PartialDate = text.parse().expect(text);
            assert_eq!((date.to_string().as_str(), date.first(), date.last()), (text, first, last));
        }
    }

    #[test]
    fn refuses_what_is_no_date() {
        for text in [
            "",
            "24",
            "2024-6",
            "2024-13",
            "2024-00",
            "2024-02-30",
            "2024-01-00",
            "0000",
            "2024/06",
            "二〇二四",
            "2024-06-18T00",
        ] {
            assert!(text.parse::<PartialDate>().is_err(), "{text}");
        }
    }
}
