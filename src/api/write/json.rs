//! JSON, appended to bytes.

use crate::graph::{Decimal, PartialDate};
use std::io::Write;

/// Bytes that a JSON string may not hold as they are.
const fn must_escape(byte: u8) -> bool {
    byte < 0x20 || byte == b'"' || byte == b'\\'
}

/// A string with its quotation marks.
pub fn string(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    let mut rest = text.as_bytes();
    while let Some(at) = rest.iter().position(|byte| must_escape(*byte)) {
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
