//! What names, passwords and retention periods must be like.

use super::fault::RedshiftFault;

/// A cluster's or snapshot's identifier in lower case.
///
/// # Errors
/// The sentence is the one that RDS has too; unconfirmed for Redshift.
pub fn checked(member: &str, text: &str, longest: usize) -> Result<String, RedshiftFault> {
    let name = text.to_ascii_lowercase();
    let fits = !name.is_empty()
        && name.len() <= longest
        && name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-')
        && !name.ends_with('-')
        && !name.contains("--");
    if fits {
        return Ok(name);
    }
    Err(RedshiftFault::value(format!(
        "The parameter {member} is not a valid identifier. Identifiers must begin with a letter; must contain only ASCII letters, digits, and hyphens; and must not end with a hyphen or contain two consecutive hyphens."
    )))
}

/// Lower-case letters and digits that a database may be called.
pub fn database(name: &str) -> Result<(), RedshiftFault> {
    let fits = (1..=64).contains(&name.len())
        && name.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_')
        && name.starts_with(|first: char| first.is_ascii_lowercase());
    if fits {
        return Ok(());
    }
    // unconfirmed: the sentence.
    Err(RedshiftFault::value(
        "The parameter DBName must begin with a letter and contain only lowercase alphanumeric characters.",
    ))
}

/// # Errors
/// unconfirmed: the sentence.
pub fn admin(name: &str) -> Result<(), RedshiftFault> {
    let fits = (1..=128).contains(&name.len())
        && name.starts_with(|first: char| first.is_ascii_lowercase())
        && name
            .chars()
            .all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || "_+.@-".contains(letter))
        && name != "public";
    if fits {
        Ok(())
    } else {
        Err(RedshiftFault::value("The parameter MasterUsername is not a valid user name."))
    }
}

/// # Errors
/// unconfirmed: the sentences; the rules are the guide's.
pub fn password(text: &str) -> Result<(), RedshiftFault> {
    let wrong = |rule: &str| Err(RedshiftFault::value(format!("The parameter MasterUserPassword {rule}")));
    if !(8..=64).contains(&text.len()) {
        return wrong("must be between 8 and 64 characters in length.");
    }
    if text.bytes().any(|byte| !(33..=126).contains(&byte) || b"'\"\\/@".contains(&byte)) {
        return wrong(
            "is not a valid password. Only printable ASCII characters besides '/', '@', '\"', ' ', '\\', ''' may be used.",
        );
    }
    let has = |kind: fn(&u8) -> bool| text.bytes().any(|byte| kind(&byte));
    if !(has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase) && has(u8::is_ascii_digit)) {
        return wrong("must contain at least one uppercase letter, one lowercase letter, and one number.");
    }
    Ok(())
}

/// Days that a manual snapshot is kept: -1 (for good) or 1 to 3,653.
pub fn manual_retention(days: Option<i64>, default: i64) -> Result<i64, RedshiftFault> {
    match days {
        None => Ok(default),
        Some(days) if days == -1 || (1..=3_653).contains(&days) => Ok(days),
        Some(_) => Err(RedshiftFault::retention()),
    }
}

/// Days that automated snapshots are kept. RA3 cannot do without them.
pub fn automated_retention(days: Option<i64>, default: i64, managed: bool) -> Result<i64, RedshiftFault> {
    let days = days.unwrap_or(default);
    let least = i64::from(managed);
    if (least..=35).contains(&days) {
        return Ok(days);
    }
    // unconfirmed: the sentence.
    Err(RedshiftFault::value(format!(
        "Invalid automated snapshot retention period {days}. It must be between {least} and 35 days."
    )))
}
