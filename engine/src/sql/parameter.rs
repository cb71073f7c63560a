//! Configuration parameters of a session: which exist, what they are at first, and what may be set
//! (Developer Guide, "Configuration reference").

use super::error::{SqlError, SqlResult};
use crate::gap::Feature;
use crate::warehouse::calendar::zone;

/// What values a parameter takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Boolean,
    /// On in the product, off here, because it is not simulated.
    Absent(Feature),
    Integer,
    /// A whole number between two bounds.
    Range(i64, i64),
    /// A number from 0 to 100.
    Percent,
    Text,
    /// One of a few words, as they are written here.
    Word(&'static [&'static str]),
    /// A list of names, quoted where they need it.
    Names,
    TimeZone,
    DateStyle,
    ReadOnly,
}

/// From the most to the fewest messages.
const MESSAGE_LEVELS: &[&str] =
    &["debug5", "debug4", "debug3", "debug2", "debug1", "log", "info", "notice", "warning", "exception"];

/// All of them mean the same to the warehouse.
const ISOLATION_LEVELS: &[&str] =
    &["serializable", "repeatable read", "read committed", "read uncommitted", "snapshot"];

/// Name, kind, and the value of a session that has set nothing, as SHOW prints it.
const PARAMETERS: [(&str, Kind, &str); 37] = [
    ("analyze_threshold_percent", Kind::Percent, "10"),
    ("application_name", Kind::Text, ""),
    ("cast_super_null_on_error", Kind::Boolean, "on"),
    ("client_encoding", Kind::Text, "UTF8"),
    ("datestyle", Kind::DateStyle, "ISO, MDY"),
    ("default_geometry_encoding", Kind::Range(1, 4), "1"),
    ("describe_field_name_in_uppercase", Kind::Boolean, "off"),
    ("downcase_delimited_identifier", Kind::Boolean, "on"),
    ("enable_case_sensitive_identifier", Kind::Boolean, "off"),
    ("enable_case_sensitive_super_attribute", Kind::Boolean, "off"),
    ("enable_numeric_rounding", Kind::Boolean, "off"),
    ("enable_result_cache_for_session", Kind::Boolean, "on"),
    ("enable_vacuum_boost", Kind::Boolean, "off"),
    ("error_on_nondeterministic_update", Kind::Boolean, "off"),
    ("extra_float_digits", Kind::Range(-15, 2), "0"),
    ("interval_forbid_composite_literals", Kind::Boolean, "off"),
    ("intervalstyle", Kind::Word(&["postgres", "postgres_verbose", "sql_standard"]), "postgres"),
    ("json_serialization_enable", Kind::Boolean, "off"),
    ("json_serialization_parse_nested_strings", Kind::Boolean, "off"),
    ("max_concurrency_scaling_clusters", Kind::Range(0, 10), "1"),
    ("max_cursor_result_set_size", Kind::Range(0, 14_400_000), "0"),
    // The guide names it ("WITH clause"); its first value is unconfirmed.
    ("max_recursion_rows", Kind::Range(1, i64::MAX), "1000000"),
    ("mv_enable_aqmv_for_session", Kind::Absent(Feature::ViewRewriting), "off"),
    ("navigate_super_null_on_error", Kind::Boolean, "on"),
    ("parse_super_null_on_error", Kind::Boolean, "off"),
    ("pg_federation_repeatable_read", Kind::Boolean, "on"),
    ("query_group", Kind::Text, "unset"),
    ("search_path", Kind::Names, "$user, public"),
    ("server_version", Kind::ReadOnly, "8.0.2"),
    ("spectrum_enable_pseudo_columns", Kind::Boolean, "on"),
    ("spectrum_query_maxerror", Kind::Integer, "-1"),
    ("statement_timeout", Kind::Range(0, 2_147_483_647), "0"),
    ("stored_proc_log_min_messages", Kind::Word(MESSAGE_LEVELS), "log"),
    ("timezone", Kind::TimeZone, "UTC"),
    ("transaction_isolation", Kind::Word(ISOLATION_LEVELS), "serializable"),
    ("use_fips_ssl", Kind::Boolean, "off"),
    ("wlm_query_slot_count", Kind::Range(1, 50), "1"),
];

/// Every parameter with its first value, by name.
pub fn defaults() -> impl Iterator<Item = (&'static str, &'static str)> {
    PARAMETERS.iter().map(|(name, _, value)| (*name, *value))
}

/// The first value of `name`.
pub fn default_of(name: &str) -> Option<&'static str> {
    defaults().find(|(known, _)| *known == name).map(|(_, value)| value)
}

/// Names with a point are the user's own (`app.category`) and take anything.
pub fn is_custom(name: &str) -> bool {
    name.contains('.')
}

pub fn unknown(name: &str) -> SqlError {
    SqlError::product("42704", format!("unrecognized configuration parameter \"{name}\""))
}

/// What is kept for `values` of the parameter `name`, as SHOW prints it. `now` is what it is set to so far.
pub fn value(name: &str, values: &[String], now: Option<&str>) -> SqlResult<String> {
    let written = values.join(", ");
    let Some((_, kind, _)) = PARAMETERS.iter().find(|(known, _, _)| *known == name) else {
        return if is_custom(name) { Ok(written) } else { Err(unknown(name)) };
    };
    let invalid =
        || SqlError::product("22023", format!("invalid value for parameter \"{name}\": \"{written}\""));
    match kind {
        Kind::Text => Ok(written),
        Kind::ReadOnly => Err(SqlError::product("55P02", format!("parameter \"{name}\" cannot be changed"))),
        Kind::Boolean => {
            let on = boolean(&written).ok_or_else(|| {
                SqlError::product("22023", format!("parameter \"{name}\" requires a Boolean value"))
            })?;
            Ok(if on { "on" } else { "off" }.to_owned())
        }
        Kind::Absent(feature) => match boolean(&written) {
            Some(false) => Ok("off".to_owned()),
            Some(true) => Err(SqlError::not_simulated_because(*feature, name)),
            None => Err(SqlError::product("22023", format!("parameter \"{name}\" requires a Boolean value"))),
        },
        Kind::Integer => match written.parse::<i64>() {
            Ok(number) => Ok(number.to_string()),
            Err(_) => {
                Err(SqlError::product("22023", format!("parameter \"{name}\" requires an integer value")))
            }
        },
        Kind::Range(least, most) => match written.parse::<i64>() {
            Ok(number) if (*least..=*most).contains(&number) => Ok(number.to_string()),
            Ok(number) => Err(SqlError::product(
                "22023",
                format!("{number} is outside the valid range for parameter \"{name}\" ({least} .. {most})"),
            )),
            Err(_) => {
                Err(SqlError::product("22023", format!("parameter \"{name}\" requires an integer value")))
            }
        },
        Kind::Percent => match written.parse::<f64>() {
            Ok(number) if (0.0..=100.0).contains(&number) => Ok(number.to_string()),
            _ => Err(invalid()),
        },
        Kind::Word(words) => {
            let known = words.iter().find(|word| word.eq_ignore_ascii_case(&written));
            known.map(|word| (*word).to_owned()).ok_or_else(invalid)
        }
        Kind::Names => Ok(values.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", ")),
        Kind::TimeZone => time_zone(&written).ok_or_else(invalid),
        Kind::DateStyle => date_style(values, now.unwrap_or("ISO, MDY"))?.ok_or_else(invalid),
    }
}

/// Whether the settings keep the case of quoted names. The older parameter, which the guide retires in favour of the
/// newer one, says the same the other way round.
pub fn keeps_case(settings: &crate::sorted::SortedMap<String, String>) -> bool {
    let is = |name, value| settings.get(name).is_some_and(|set| set == value);
    is("enable_case_sensitive_identifier", "on") || is("downcase_delimited_identifier", "off")
}

/// A name, a zone as POSIX writes it, or hours east of UTC, which SHOW prints as PostgreSQL 8 does: `09:00:00`.
fn time_zone(written: &str) -> Option<String> {
    if let Ok(hours) = written.parse::<f64>() {
        let minutes = (hours * 60.0).round();
        if !(-15.0 * 60.0..=15.0 * 60.0).contains(&minutes) {
            return None;
        }
        let (sign, minutes) = (if minutes < 0.0 { "-" } else { "+" }, minutes.abs() as u32);
        return Some(format!("{sign}{:02}:{:02}:00", minutes / 60, minutes % 60));
    }
    let known =
        zone::find(written).is_some() || zone::offset(written).is_some() || zone::posix(written).is_some();
    known.then(|| written.to_owned())
}

fn boolean(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "on" | "true" | "t" | "yes" | "y" | "1" => Some(true),
        "off" | "false" | "f" | "no" | "n" | "0" => Some(false),
        _ => None,
    }
}

/// The form, and the order of day and month. What is not said stays as it is, but German has the day first. Two of a
/// kind are refused in PostgreSQL 8's words (`assign_datestyle`).
fn date_style(values: &[String], now: &str) -> SqlResult<Option<String>> {
    const WORDS: [&str; 7] = ["ISO", "SQL", "Postgres", "German", "MDY", "DMY", "YMD"];
    let mut said: [Option<&str>; 2] = [None; 2];
    for word in values.iter().flat_map(|value| value.split([',', ' '])).filter(|word| !word.is_empty()) {
        let Some(at) = WORDS.iter().position(|known| known.eq_ignore_ascii_case(word)) else {
            return Ok(None);
        };
        let kind = &mut said[usize::from(at >= 4)];
        if kind.is_some_and(|other| other != WORDS[at]) {
            return Err(SqlError::product("22023", "conflicting \"datestyle\" specifications"));
        }
        *kind = Some(WORDS[at]);
    }
    let (form, order) = now.split_once(", ").unwrap_or((now, "MDY"));
    let order = if said[0] == Some("German") { "DMY" } else { order };
    Ok(Some(format!("{}, {}", said[0].unwrap_or(form), said[1].unwrap_or(order))))
}

/// In double quotes unless the name is plain.
fn quoted(name: &str) -> String {
    let plain = name.chars().next().is_some_and(|first| first.is_ascii_lowercase() || first == '_')
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if plain { name.to_owned() } else { format!("\"{name}\"") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(name: &str, values: &[&str]) -> Result<String, String> {
        let values: Vec<String> = values.iter().map(|value| (*value).to_owned()).collect();
        value(name, &values, None).map_err(|error| error.kind.message())
    }

    #[test]
    fn values_are_kept_as_show_prints_them() {
        assert_eq!(set("search_path", &["$user", "public", "x"]), Ok("\"$user\", public, x".to_owned()));
        assert_eq!(set("enable_result_cache_for_session", &["false"]), Ok("off".to_owned()));
        assert_eq!(set("datestyle", &["iso", "dmy"]), Ok("ISO, DMY".to_owned()));
        assert_eq!(set("app.category", &["payroll"]), Ok("payroll".to_owned()));
        assert_eq!(set("timezone", &["Asia/Seoul"]), Ok("Asia/Seoul".to_owned()));
    }

    #[test]
    fn mistakes_are_named() {
        assert_eq!(
            set("nonsense", &["1"]),
            Err("unrecognized configuration parameter \"nonsense\"".to_owned())
        );
        assert_eq!(
            set("statement_timeout", &["soon"]),
            Err("parameter \"statement_timeout\" requires an integer value".to_owned())
        );
        assert!(set("timezone", &["Mars/Olympus"]).is_err());
        assert!(set("server_version", &["9"]).is_err());
    }

    #[test]
    fn parameters_stand_in_order() {
        assert!(PARAMETERS.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }
}
