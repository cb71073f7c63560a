//! How a user proves itself: what is kept of a password, and what a password must be.
//!
//! Clear text never leaves this file (Developer Guide, "CREATE USER", parameter PASSWORD).

use std::fmt;

use serde::{Deserialize, Serialize};

use super::digest;
use super::identifier::Identifier;

/// What is kept of a password. Clear text is never kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Password {
    Disabled,
    /// Lower-case hex of `md5(password || user name)`.
    Md5(String),
    /// Salted digest and salt, both lower-case hex.
    Sha256 {
        digest: String,
        salt: String,
    },
}

/// A clear-text password that breaks a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WeakPassword {
    TooShort,
    TooLong,
    LacksAKind,
    ForbiddenCharacter,
}

/// The product's exact texts were not found; these are unconfirmed.
impl fmt::Display for WeakPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            WeakPassword::TooShort => "password must be at least 8 characters long",
            WeakPassword::TooLong => "password must be at most 64 characters long",
            WeakPassword::LacksAKind => {
                "password must contain an uppercase letter, a lowercase letter, and a number"
            }
            WeakPassword::ForbiddenCharacter => "password must not contain ', \", \\, / or spaces",
        })
    }
}

impl Password {
    /// What is kept for `written`: clear text, `md5...` or `sha256|...`, as PASSWORD takes them. `salt` goes
    /// into a clear-text SHA-256 password and should differ from one user to the next.
    pub fn from_written(written: &str, user: &Identifier, salt: &str) -> Result<Self, WeakPassword> {
        if let Some(hex) = written.strip_prefix("md5").filter(|hex| is_hex(hex, 32)) {
            return Ok(Password::Md5(hex.to_ascii_lowercase()));
        }
        if let Some(rest) = written.strip_prefix("sha256|") {
            return match rest.split_once('|') {
                Some((hash, salt)) if is_hex(hash, 64) && is_hex(salt, 64) => Ok(Password::Sha256 {
                    digest: hash.to_ascii_lowercase(),
                    salt: salt.to_ascii_lowercase(),
                }),
                _ => {
                    check(rest)?;
                    let salt = digest::sha256(salt.as_bytes());
                    Ok(Password::Sha256 { digest: salted(rest, &salt), salt })
                }
            };
        }
        check(written)?;
        Ok(Password::Md5(digest::md5(format!("{written}{user}").as_bytes())))
    }

    /// Does `given`, in clear text, open the door of `user`?
    pub fn accepts(&self, given: &str, user: &Identifier) -> bool {
        match self {
            Password::Disabled => false,
            Password::Md5(hex) => *hex == digest::md5(format!("{given}{user}").as_bytes()),
            Password::Sha256 { digest, salt } => *digest == salted(given, salt),
        }
    }
}

/// Password first, then the salt's digits: the order is unconfirmed and cannot be seen from outside unless a
/// digest made elsewhere is supplied.
fn salted(password: &str, salt: &str) -> String {
    digest::sha256(format!("{password}{salt}").as_bytes())
}

fn is_hex(text: &str, digits: usize) -> bool {
    text.len() == digits && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The strength rule. `@` is allowed: the guide forbids it and uses it in an example.
fn check(clear: &str) -> Result<(), WeakPassword> {
    if clear.len() < 8 {
        return Err(WeakPassword::TooShort);
    }
    if clear.len() > 64 {
        return Err(WeakPassword::TooLong);
    }
    if !clear.bytes().all(|byte| (33..=126).contains(&byte) && !b"'\"\\/".contains(&byte)) {
        return Err(WeakPassword::ForbiddenCharacter);
    }
    let has = |kind: fn(&u8) -> bool| clear.bytes().any(|byte| kind(&byte));
    if has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase) && has(u8::is_ascii_digit) {
        Ok(())
    } else {
        Err(WeakPassword::LacksAKind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strength_rules() {
        for (password, expected) in [
            ("abcD1234", Ok(())),
            ("@AbC4321!", Ok(())),
            ("Abc1234", Err(WeakPassword::TooShort)),
            ("abcd1234", Err(WeakPassword::LacksAKind)),
            ("ABCD1234", Err(WeakPassword::LacksAKind)),
            ("abcdEFGH", Err(WeakPassword::LacksAKind)),
            ("abc/D1234", Err(WeakPassword::ForbiddenCharacter)),
            ("abc D1234", Err(WeakPassword::ForbiddenCharacter)),
        ] {
            assert_eq!(check(password), expected, "{password}");
        }
        assert_eq!(check(&format!("Aa1{}", "x".repeat(62))), Err(WeakPassword::TooLong));
    }

    #[test]
    fn every_form_opens_with_its_own_clear_text_only() {
        let user = Identifier::fold("jeeseok");
        let supplied = format!("md5{}", digest::md5(b"Keeyong1jeeseok"));
        for written in ["Keeyong1", "sha256|Keeyong1", supplied.as_str()] {
            let kept = Password::from_written(written, &user, "salt").unwrap();
            assert!(kept.accepts("Keeyong1", &user), "{written}");
            assert!(!kept.accepts("Keeyong2", &user), "{written}");
            assert!(!format!("{kept:?}").contains("Keeyong1"));
        }
    }
}
