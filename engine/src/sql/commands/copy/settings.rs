//! COPY's parameters, from how they are written to what they mean.

use crate::gap::Feature;
use crate::load::options::{Format, Options, TimeForm};
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::outside::Credentials;
use crate::sql::statement::{Copy, CopyCredentials, CopyOption};
use crate::warehouse::assume_role::IamRole;

/// Parameters of a whole load.
pub struct Settings {
    pub options: Options,
    pub region: Option<String>,
    /// Errors at which the load fails: at least one.
    pub most_errors: usize,
    pub no_load: bool,
    pub explicit_ids: bool,
}

impl Settings {
    /// # Errors
    /// Parameters that exclude each other; formats that are not simulated.
    pub fn read(copy: &Copy) -> SqlResult<Settings> {
        let mut settings = Settings {
            options: Options::default(),
            region: None,
            most_errors: 1,
            no_load: false,
            explicit_ids: false,
        };
        let options = &mut settings.options;
        let (mut csv, mut delimiter, mut escape, mut remove_quotes) = (None, None, false, false);
        for option in &copy.options {
            match option {
                CopyOption::Csv { quote } => {
                    let quote = match quote {
                        Some(text) => one_byte("QUOTE", text)?,
                        None => csv.unwrap_or(b'"'),
                    };
                    csv = Some(quote);
                }
                CopyOption::Delimiter(text) => delimiter = Some(one_byte("DELIMITER", text)?),
                CopyOption::Escape => escape = true,
                CopyOption::RemoveQuotes => remove_quotes = true,
                CopyOption::NullAs(text) => options.null_as = null_text(text),
                CopyOption::AcceptAnyDate => options.accept_any_date = true,
                CopyOption::AcceptInvalidCharacters(mark) => {
                    options.replace_invalid = Some(match mark {
                        Some(text) => one_byte("ACCEPTINVCHARS", text)?,
                        None => b'?',
                    });
                }
                CopyOption::BlanksAsNull => options.blanks_as_null = true,
                CopyOption::EmptyAsNull => options.empty_as_null = true,
                CopyOption::DateFormat(text) => options.date = time_form(text),
                CopyOption::TimeFormat(text) => options.time = time_form(text),
                CopyOption::ExplicitIds => settings.explicit_ids = true,
                CopyOption::FillRecord => options.fill_record = true,
                CopyOption::IgnoreBlankLines => options.ignore_blank_lines = true,
                CopyOption::IgnoreHeader(lines) => options.ignore_header = *lines,
                CopyOption::RoundDecimals => options.round_decimals = true,
                CopyOption::TrimBlanks => options.trim_blanks = true,
                CopyOption::TruncateColumns => options.truncate_columns = true,
                CopyOption::MaxError(most) if *most > 100_000 => {
                    return Err(SqlError::product("22023", "MAXERROR must be between 0 and 100000"));
                }
                CopyOption::MaxError(most) => settings.most_errors = (*most as usize).max(1),
                CopyOption::IgnoreAllErrors => settings.most_errors = usize::MAX,
                CopyOption::NoLoad => settings.no_load = true,
                CopyOption::Region(name) => settings.region = Some(name.clone()),
                CopyOption::Encoding(name) => {
                    if !name.to_ascii_uppercase().replace('-', "").eq("UTF8") {
                        return Err(gap(Feature::CopyOption, format!("ENCODING {name}")));
                    }
                }
                // Encodings and statistics are chosen by the storage on its own.
                CopyOption::ComputeUpdate(_)
                | CopyOption::ComputeRows(_)
                | CopyOption::StatisticsUpdate(_) => {}
                CopyOption::FixedWidth(_) => return Err(gap(Feature::CopyFormat, "FIXEDWIDTH")),
                CopyOption::Json(_) => return Err(gap(Feature::CopyFormat, "JSON")),
                CopyOption::Parquet => return Err(gap(Feature::CopyFormat, "PARQUET")),
                CopyOption::Orc => return Err(gap(Feature::CopyFormat, "ORC")),
                CopyOption::Avro(_) => return Err(gap(Feature::CopyFormat, "AVRO")),
                CopyOption::Gzip => return Err(gap(Feature::CopyFormat, "GZIP")),
                CopyOption::Bzip2 => return Err(gap(Feature::CopyFormat, "BZIP2")),
                CopyOption::Lzop => return Err(gap(Feature::CopyFormat, "LZOP")),
                CopyOption::Zstd => return Err(gap(Feature::CopyFormat, "ZSTD")),
                CopyOption::Manifest => return Err(gap(Feature::CopyOption, "MANIFEST")),
                CopyOption::Other(word) => return Err(gap(Feature::CopyOption, word.clone())),
            }
        }
        settings.options.format = match csv {
            Some(_) if escape => return Err(conflict("ESCAPE")),
            Some(_) if remove_quotes => return Err(conflict("REMOVEQUOTES")),
            Some(quote) => Format::Csv { delimiter: delimiter.unwrap_or(b','), quote },
            None => Format::Delimited { delimiter: delimiter.unwrap_or(b'|'), escape, remove_quotes },
        };
        Ok(settings)
    }
}

fn gap(feature: Feature, detail: impl Into<String>) -> SqlError {
    SqlError::not_simulated_because(feature, detail)
}

/// CSV brings its own quoting.
fn conflict(option: &str) -> SqlError {
    SqlError::product("42601", format!("CSV is not supported with {option}"))
}

/// One ASCII character: itself, `\t`, or octal `\ddd`.
fn one_byte(option: &str, text: &str) -> SqlResult<u8> {
    let byte = match text.as_bytes() {
        [byte] => Some(*byte),
        [b'\\', b't'] => Some(b'\t'),
        [b'\\', digits @ ..] if (1..=3).contains(&digits.len()) => {
            std::str::from_utf8(digits).ok().and_then(|digits| u8::from_str_radix(digits, 8).ok())
        }
        _ => None,
    };
    byte.filter(u8::is_ascii).ok_or_else(|| {
        SqlError::product(
            "42601",
            format!("COPY {} must be a single ASCII character", option.to_ascii_lowercase()),
        )
    })
}

/// `\0` and `\000` stand for the NUL character.
fn null_text(text: &str) -> Vec<u8> {
    match text {
        "\\0" | "\\000" => vec![0],
        text => text.as_bytes().to_vec(),
    }
}

/// The keywords are lower case only; everything else is a format.
fn time_form(text: &str) -> TimeForm {
    match text {
        "auto" => TimeForm::Auto,
        "epochsecs" => TimeForm::EpochSeconds,
        "epochmillisecs" => TimeForm::EpochMilliseconds,
        "YYYY-MM-DD" | "YYYY-MM-DD HH:MI:SS" | "YYYY-MM-DD HH24:MI:SS" => TimeForm::Standard,
        format => TimeForm::Custom(format.to_owned()),
    }
}

/// `s3://bucket/prefix` taken apart.
pub fn location(source: &str) -> SqlResult<(String, String)> {
    let Some(path) = source.strip_prefix("s3://") else {
        return Err(match source.split_once("://") {
            Some((scheme @ ("dynamodb" | "emr"), _)) => {
                gap(Feature::CopyOption, format!("FROM '{scheme}://...'"))
            }
            // unconfirmed: the sentence for a source of no known kind.
            _ => SqlError::product("XX000", format!("Invalid S3 path: '{source}'")),
        });
    };
    let (bucket, prefix) = path.split_once('/').unwrap_or((path, ""));
    Ok((bucket.to_owned(), prefix.to_owned()))
}

const FORM: &str = "Invalid credentials. Must be of the format: credentials 'aws_access_key_id=<access-key-id>;aws_secret_access_key=<secret-access-key>[;token=<temporary-session-token>]'";

/// Under whose rights the load reads. Roles are named by ARN; a CREDENTIALS text is taken to the letter.
pub fn credentials(copy: &Copy) -> SqlResult<Credentials> {
    match &copy.credentials {
        None => Err(SqlError::product("XX000", "No credentials specified: name an IAM_ROLE")),
        Some(CopyCredentials::DefaultRole) => Ok(Credentials::DefaultRole),
        Some(CopyCredentials::IamRoles(roles)) => checked_roles(roles.clone()),
        Some(CopyCredentials::AccessKey { id, secret, token }) => {
            Ok(Credentials::AccessKey { id: id.clone(), secret: secret.clone(), token: token.clone() })
        }
        Some(CopyCredentials::Text(text)) => from_text(text),
    }
}

/// The IAM role that the credentials name, for ASSUMEROLE.
pub fn role(credentials: &Credentials) -> Option<IamRole> {
    match credentials {
        Credentials::IamRoles(chain) => Some(IamRole::Arn(chain.join(","))),
        Credentials::DefaultRole => Some(IamRole::Default),
        Credentials::AccessKey { .. } => None,
    }
}

/// One role, or a chain of them, as IAM_ROLE names it.
///
/// # Errors
/// Not an ARN of a role.
pub fn role_credentials(arn: &str) -> SqlResult<Credentials> {
    checked_roles(arn.split(',').map(|part| part.trim().to_owned()).collect())
}

fn checked_roles(roles: Vec<String>) -> SqlResult<Credentials> {
    let is_role = |arn: &String| {
        let parts: Vec<&str> = arn.splitn(6, ':').collect();
        matches!(parts[..], ["arn", _, "iam", "", account, role] if account.len() == 12 && role.len() > 5 && role.starts_with("role/"))
            && !arn.contains(char::is_whitespace)
    };
    if roles.len() > 10 || !roles.iter().all(is_role) {
        // unconfirmed: the sentence for a text that is no role's ARN.
        return Err(SqlError::product("XX000", format!("Invalid IAM role ARN: {}", roles.join(","))));
    }
    Ok(Credentials::IamRoles(roles))
}

fn from_text(text: &str) -> SqlResult<Credentials> {
    let invalid = || SqlError::product("XX000", FORM);
    if text.contains(char::is_whitespace) {
        return Err(invalid());
    }
    let (mut role, mut id, mut secret, mut token) = (None, None, None, None);
    for part in text.split(';') {
        match part.split_once('=') {
            Some(("aws_iam_role", value)) => role = Some(value),
            Some(("aws_access_key_id", value)) => id = Some(value),
            Some(("aws_secret_access_key", value)) => secret = Some(value),
            Some(("token", value)) => token = Some(value),
            Some(("master_symmetric_key", _)) => return Err(gap(Feature::CopyOption, "ENCRYPTED")),
            _ => return Err(invalid()),
        }
    }
    match (role, id, secret) {
        (Some(role), None, None) => {
            checked_roles(role.split(',').map(str::to_owned).collect()).map_err(|_| invalid())
        }
        (None, Some(id), Some(secret)) => Ok(Credentials::AccessKey {
            id: id.to_owned(),
            secret: secret.to_owned(),
            token: token.map(str::to_owned),
        }),
        _ => Err(invalid()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_taken_to_the_letter() {
        let role = "arn:aws:iam::123456789012:role/redshift.read.s3".to_owned();
        assert_eq!(from_text(&format!("aws_iam_role={role}")), Ok(Credentials::IamRoles(vec![role.clone()])));
        for bad in [
            format!("aws_iam_role= {role}"),
            "aws_iam_rol=x".to_owned(),
            "aws_access_key_id=x".to_owned(),
            String::new(),
        ] {
            assert_eq!(from_text(&bad).unwrap_err().kind.message(), FORM, "{bad}");
        }
        assert!(checked_roles(vec!["role".to_owned()]).is_err());
    }

    #[test]
    fn single_characters() {
        assert_eq!(one_byte("DELIMITER", "\\t").ok(), Some(b'\t'));
        assert_eq!(one_byte("DELIMITER", "\\001").ok(), Some(1));
        assert!(one_byte("DELIMITER", "가").is_err());
        assert!(one_byte("DELIMITER", "ab").is_err());
    }
}
