//! JSON, appended to bytes.

use crate::graph::{Decimal, PartialDate, Sum};
use std::io::Write;

/// Bytes that a JSON string may not hold as they are.
const fn must_escape(byte: u8) -> bool {
    byte < 0x20 || byte == b'"' || byte == b'\\'
}

/// Where the first byte stands that must be escaped: eight bytes at a time, since names and texts seldom have any.
fn first_escape(bytes: &[u8]) -> Option<usize> {
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    const HIGH: u64 = ONES << 7;
    // The high bit of each byte that is smaller than n (n at most 128) and has no high bit itself; false alarms, which a
    // smaller byte before it can raise, are looked at one by one.
    const fn below(word: u64, n: u64) -> u64 {
        word.wrapping_sub(ONES * n) & !word & HIGH
    }
    let (chunks, rest) = bytes.as_chunks::<8>();
    for (at, chunk) in chunks.iter().enumerate() {
        let word = u64::from_le_bytes(*chunk);
        let equal = |byte: u8| below(word ^ (ONES * byte as u64), 1);
        if (below(word, 0x20) | equal(b'"') | equal(b'\\')) != 0
            && let Some(inner) = chunk.iter().position(|byte| must_escape(*byte))
        {
            return Some(at * 8 + inner);
        }
    }
    rest.iter().position(|byte| must_escape(*byte)).map(|inner| chunks.len() * 8 + inner)
}

/// A string with its quotation marks.
pub fn string(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    let mut rest = text.as_bytes();
    while let Some(at) = first_escape(rest) {
        out.extend_from_slice(&rest[..at]);
        match rest[at] {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            byte => {
                const HEX: &[u8; 16] = b"0123456789abcdef";
                out.extend_from_slice(&[
                    b'\\',
                    b'u',
                    b'0',
                    b'0',
                    HEX[usize::from(byte >> 4)],
                    HEX[usize::from(byte & 15)],
                ]);
            }
        }
        rest = &rest[at + 1..];
    }
    out.extend_from_slice(rest);
    out.push(b'"');
}

/// true or false.
pub fn boolean(out: &mut Vec<u8>, truth: bool) {
    out.extend_from_slice(if truth { b"true" } else { b"false" });
}

/// A whole number.
pub fn int(out: &mut Vec<u8>, number: i64) {
    let mut digits = [0; 20];
    let mut at = digits.len();
    let mut rest = number.unsigned_abs();
    loop {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if number < 0 {
        out.push(b'-');
    }
    out.extend_from_slice(&digits[at..]);
}

/// An exact number: a JSON number where that is exact in double precision, else a string.
pub fn decimal(out: &mut Vec<u8>, number: Decimal) {
    // Writing to memory cannot fail.
    let _ = if number.is_json_exact() { write!(out, "{number}") } else { write!(out, "\"{number}\"") };
}

/// An exact sum, likewise.
pub fn sum(out: &mut Vec<u8>, sum: Sum) {
    // Writing to memory cannot fail.
    let _ = if sum.is_json_exact() { write!(out, "{sum}") } else { write!(out, "\"{sum}\"") };
}

/// A partial date.
pub fn date(out: &mut Vec<u8>, date: PartialDate) {
    let _ = write!(out, "\"{date}\"");
}

/// A finite number in double precision.
pub fn float(out: &mut Vec<u8>, number: f64) {
    let _ = write!(out, "{number}");
}

/// null.
pub fn null(out: &mut Vec<u8>) {
    out.extend_from_slice(b"null");
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn reads_back(text in "\\PC*|[\\x00-\\x7f]*", number in any::<i64>()) {
            let mut out = Vec::new();
            string(&mut out, &text);
            prop_assert_eq!(serde_json::from_slice::<String>(&out).unwrap(), text);
            out.clear();
            int(&mut out, number);
            prop_assert_eq!(serde_json::from_slice::<i64>(&out).unwrap(), number);
        }

        #[test]
        fn decimals_keep_every_digit(scaled in any::<i64>()) {
            let number = Decimal::from_scaled(scaled);
            let mut out = Vec::new();
            decimal(&mut out, number);
            let read: serde_json::Value = serde_json::from_slice(&out).unwrap();
            let text = read.as_str().map_or_else(|| read.as_f64().unwrap().to_string(), str::to_owned);
            prop_assert_eq!(text.parse::<Decimal>().unwrap(), number);
        }
    }
}
