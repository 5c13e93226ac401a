//! The unified social credit code of GB 32100-2015: 17 characters and a check character.

/// The characters in the order of their values; I, O, S, V and Z are left out, as they are mistaken for others.
const CHARACTERS: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

/// The check character of the first 17 characters of a code: `31 − Σ value · 3^position mod 31`, and 31 counts as 0.
/// The error says which character cannot stand in a code, or that there are fewer than 17.
pub fn check_character(code: &str) -> Result<char, String> {
    let mut sum = 0usize;
    let mut weight = 1usize;
    let mut count = 0usize;
    for c in code.chars().take(17) {
        let value = CHARACTERS
            .iter()
            .position(|known| char::from(*known) == c)
            .ok_or_else(|| format!("'{c}' cannot stand in it (digits and capitals without I, O, S, V, Z)"))?;
        sum += value * weight;
        weight = weight * 3 % 31;
        count += 1;
    }
    if count < 17 {
        return Err(format!("it has {count} characters instead of 18"));
    }
    Ok(char::from(CHARACTERS[(31 - sum % 31) % 31]))
}

/// Whether a text is a credit code; if not, why.
pub(super) fn examine(code: &str) -> Result<(), String> {
    let expected = check_character(code)?;
    let count = code.chars().count();
    if count != 18 {
        return Err(format!("it has {count} characters instead of 18"));
    }
    match code.chars().next_back() {
        Some(last) if last == expected => Ok(()),
        Some(last) => Err(format!("its check character is '{last}' and should be '{expected}'")),
        None => Err("it is empty".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_in_wide_use_as_an_example() {
        assert_eq!(examine("91350100M000100Y43"), Ok(()));
    }

    #[test]
    fn says_what_is_wrong() {
        assert_eq!(examine("91350100M000100Y44"), Err("its check character is '4' and should be '3'".to_owned()));
        assert!(examine("9135O100M000100Y43").is_err_and(|why| why.contains("'O'")));
        assert!(examine("9135").is_err_and(|why| why.contains("4 characters")));
        assert!(examine("91350100M000100Y433").is_err_and(|why| why.contains("19")));
    }
}
