//! Cursors: an item's place in an order, bound to the list that it is a place in.
//!
//! A cursor is 8 bytes of a digest over the list's description and the place, then the place, in base64url. It says nothing
//! that the answer does not say, so it is not secret; the digest finds damage and cursors of other lists.

use crate::api::input::{Input, Variables};
use crate::api::select::Connection;
use crate::plan::ir::{SortValue, View};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// FNV-1a, 64 bit: the same on every machine and in every version of the standard library.
#[derive(Clone, Copy, Debug)]
pub struct Digest(u64);

impl Default for Digest {
    fn default() -> Digest {
        Digest::START
    }
}

impl Digest {
    const START: Digest = Digest(0xcbf2_9ce4_8422_2325);

    fn add(mut self, bytes: &[u8]) -> Digest {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
        self
    }

    fn text(self, text: &str) -> Digest {
        self.add(text.as_bytes()).add(&[0xff])
    }
}

/// What the cursors of a connection are bound to: its field, what chooses and orders its list, and the view.
/// The size of the page and the cursors themselves are not part of it.
pub fn binding(connection: &Connection, variables: &Variables, view: &View) -> Digest {
    let mut digest = Digest::START.text(&connection.field).text(&connection.type_name).text(&view.key);
    let mut arguments = 0_u64;
    for (name, value) in connection.args.iter() {
        if let "first" | "after" | "last" | "before" | "asOf" = name.as_str() {
            continue;
        }
        if let Some(value) = value.given(variables) {
            arguments = arguments.wrapping_add(input(Digest::START.text(name), value, variables).0);
        }
    }
    digest = digest.add(&arguments.to_le_bytes());
    digest
}

/// A value's digest; fields of an object count without their order, and absent ones as if not written.
fn input(digest: Digest, value: &Input, variables: &Variables) -> Digest {
    match value {
        Input::Null => digest.add(&[0]),
        Input::Bool(truth) => digest.add(&[1, u8::from(*truth)]),
        Input::Int(number) => digest.add(&[2]).add(&number.to_le_bytes()),
        Input::Float(number) => digest.add(&[3]).add(&number.to_le_bytes()),
        Input::Decimal(number) => digest.add(&[4]).add(&number.scaled().to_le_bytes()),
        Input::Date(date) => digest.add(&[5]).add(&date.code().to_le_bytes()),
        Input::Str(text) => digest.add(&[6]).text(text),
        Input::List(items) => {
            let items = items.iter().map(|item| item.resolve(variables).unwrap_or(&Input::Null));
            items.fold(digest.add(&[7]), |digest, item| input(digest, item, variables)).add(&[8])
        }
        Input::Object(fields) => {
            let given = fields.iter().filter_map(|(name, value)| Some((name, value.given(variables)?)));
            let sum = given.fold(0_u64, |sum, (name, value)| {
                sum.wrapping_add(input(Digest::START.text(name), value, variables).0)
            });
            digest.add(&[9]).add(&sum.to_le_bytes())
        }
        Input::Variable(_) => value.resolve(variables).map_or(digest, |value| input(digest, value, variables)),
    }
}

/// Appends the cursor of a place.
pub fn write(out: &mut Vec<u8>, binding: Digest, keys: &[SortValue]) {
    let mut bytes = vec![0; 8];
    for key in keys {
        match key {
            SortValue::Null => bytes.push(0),
            SortValue::Int(number) => {
                bytes.push(1);
                bytes.extend_from_slice(&number.to_le_bytes());
            }
            SortValue::Str(text) => {
                bytes.push(2);
                bytes.extend_from_slice(&(text.len() as u32).to_le_bytes());
                bytes.extend_from_slice(text.as_bytes());
            }
        }
    }
    let digest = binding.add(&bytes[8..]);
    bytes[..8].copy_from_slice(&digest.0.to_le_bytes());
    let start = out.len();
    out.resize(start + bytes.len().div_ceil(3) * 4, 0);
    // The space is enough by construction; an empty cursor would be refused when it comes back.
    let written = URL_SAFE_NO_PAD.encode_slice(&bytes, &mut out[start..]).unwrap_or(0);
    out.truncate(start + written);
}

/// The place that a cursor stands for; `None` if it is damaged, of another list, or has not `keys` keys.
pub fn read(cursor: &str, binding: Digest, keys: usize) -> Option<Vec<SortValue>> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
    let (digest, mut rest) = bytes.split_first_chunk::<8>()?;
    if *digest != binding.add(rest).0.to_le_bytes() {
        return None;
    }
    let mut place = Vec::with_capacity(keys);
    while let Some((tag, after)) = rest.split_first() {
        rest = after;
        place.push(match tag {
            0 => SortValue::Null,
            1 => {
                let (number, after) = rest.split_first_chunk::<8>()?;
                rest = after;
                SortValue::Int(i64::from_le_bytes(*number))
            }
            2 => {
                let (length, after) = rest.split_first_chunk::<4>()?;
                let (text, after) = after.split_at_checked(u32::from_le_bytes(*length) as usize)?;
                rest = after;
                SortValue::Str(std::str::from_utf8(text).ok()?.into())
            }
            _ => return None,
        });
    }
    (place.len() == keys).then_some(place)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn key() -> impl Strategy<Value = SortValue> {
        prop_oneof![
            Just(SortValue::Null),
            any::<i64>().prop_map(SortValue::Int),
            ".{0,12}".prop_map(|text| SortValue::Str(text.into())),
        ]
    }

    proptest! {
        #[test]
        fn comes_back_and_only_to_its_list(keys in proptest::collection::vec(key(), 0..5)) {
            let mut out = Vec::new();
            write(&mut out, Digest::START.text("a"), &keys);
            let cursor = String::from_utf8(out).unwrap();
            prop_assert_eq!(read(&cursor, Digest::START.text("a"), keys.len()), Some(keys.clone()));
            prop_assert_eq!(read(&cursor, Digest::START.text("b"), keys.len()), None);
            prop_assert_eq!(read(&cursor, Digest::START.text("a"), keys.len() + 1), None);
        }

        #[test]
        fn anything_is_read_without_harm(text in ".{0,80}", bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            prop_assert_eq!(read(&text, Digest::START, 2), None);
            prop_assert_eq!(read(&URL_SAFE_NO_PAD.encode(bytes), Digest::START, 2), None);
        }
    }
}
