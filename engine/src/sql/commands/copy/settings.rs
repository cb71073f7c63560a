//! COPY's parameters, from how they are written to what they mean.

use super::encoding::Encoding;
use crate::extension::formats::Codec;
use crate::gap::Feature;
use crate::load::options::{Document, Format, Options, TimeForm};
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::outside::Credentials;
use crate::sql::statement::{Copy, CopyCredentials, CopyOption};
use crate::warehouse::assume_role::IamRole;

/// What the files are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// Lines or records, by [`Options`].
    Text,
    /// Parquet or ORC. `nested`: SERIALIZETOJSON.
    Columns { orc: bool, nested: bool },
}

/// Parameters of a whole load.
#[derive(Debug)]
pub struct Settings {
    pub content: Content,
    pub options: Options,
    pub codec: Option<Codec>,
    pub encoding: Encoding,
    /// The source is a list of files.
    pub manifest: bool,
    /// Where the JSONPaths are: `s3://bucket/key`.
    pub json_paths: Option<String>,
    /// FIXEDWIDTH as written: labels and widths.
    pub labels: Vec<String>,
    pub region: Option<String>,
    /// Errors at which the load fails: at least one.
    pub most_errors: usize,
    pub no_load: bool,
    pub explicit_ids: bool,
    /// STATUPDATE; when it is not said, a first load analyses.
    pub analyze: Option<bool>,
}

impl Settings {
    /// # Errors
    /// Parameters that exclude each other; formats that are not simulated.
    pub fn read(copy: &Copy) -> SqlResult<Settings> {
        must_agree(&copy.options)?;
        let mut settings = Settings {
            content: Content::Text,
            options: Options::default(),
            codec: None,
            encoding: Encoding::Utf8,
            manifest: false,
            json_paths: None,
            labels: Vec::new(),
            region: None,
            most_errors: 1,
            no_load: false,
            explicit_ids: false,
            analyze: None,
        };
        let options = &mut settings.options;
        let (mut csv, mut delimiter, mut escape, mut remove_quotes) = (None, None, false, false);
        let mut format = None;
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
                CopyOption::Encoding(name) => settings.encoding = Encoding::named(name)?,
                CopyOption::StatisticsUpdate(on) => settings.analyze = Some(*on),
                // Encodings are chosen by the storage on its own.
                CopyOption::ComputeUpdate(_) | CopyOption::ComputeRows(_) => {}
                CopyOption::FixedWidth(text) => {
                    (settings.labels, options.widths) = widths(text)?;
                    format = Some(Format::FixedWidth);
                }
                CopyOption::Json(argument) | CopyOption::Avro(argument) => {
                    format = Some(Format::Json);
                    if option.word() == "AVRO" {
                        settings.codec = Some(Codec::Avro);
                    }
                    match argument.as_str() {
                        "auto" | "auto ignorecase" => {
                            options.document = Document::Auto { ignore_case: argument != "auto" };
                        }
                        "noshred" => options.document = Document::NoShred,
                        path => settings.json_paths = Some(path.to_owned()),
                    }
                }
                CopyOption::Parquet { nested } => {
                    settings.content = Content::Columns { orc: false, nested: *nested };
                }
                CopyOption::Orc => settings.content = Content::Columns { orc: true, nested: false },
                CopyOption::Gzip => settings.codec = Some(Codec::Gzip),
                CopyOption::Bzip2 => settings.codec = Some(Codec::Bzip2),
                CopyOption::Lzop => settings.codec = Some(Codec::Lzop),
                CopyOption::Zstd => settings.codec = Some(Codec::Zstd),
                CopyOption::Manifest => settings.manifest = true,
                CopyOption::Other(word) => return Err(gap(Feature::CopyOption, word.clone())),
            }
        }
        settings.options.format = match (csv, format) {
            (_, Some(format)) => format,
            (Some(quote), None) => Format::Csv { delimiter: delimiter.unwrap_or(b','), quote },
            (None, None) => Format::Delimited { delimiter: delimiter.unwrap_or(b'|'), escape, remove_quotes },
        };
        Ok(settings)
    }
}

fn gap(feature: Feature, detail: impl Into<String>) -> SqlError {
    SqlError::not_simulated_because(feature, detail)
}

/// What does not go with what (Developer Guide, "Data format parameters" and "Data conversion parameters").
const CONFLICTS: &[(&str, &[&str])] = &[
    ("CSV", &["FIXEDWIDTH", "REMOVEQUOTES", "ESCAPE", "JSON", "AVRO"]),
    ("FIXEDWIDTH", &["DELIMITER", "ESCAPE", "REMOVEQUOTES", "JSON", "AVRO"]),
    (
        "JSON",
        &[
            "DELIMITER",
            "ESCAPE",
            "FILLRECORD",
            "IGNOREBLANKLINES",
            "NULL AS",
            "READRATIO",
            "REMOVEQUOTES",
            "AVRO",
        ],
    ),
    (
        "AVRO",
        &[
            "DELIMITER",
            "ESCAPE",
            "FILLRECORD",
            "IGNOREBLANKLINES",
            "NULL AS",
            "REMOVEQUOTES",
            "GZIP",
            "BZIP2",
            "LZOP",
            "ZSTD",
        ],
    ),
    ("IGNOREALLERRORS", &["MAXERROR"]),
    ("GZIP", &["BZIP2", "LZOP", "ZSTD"]),
    ("BZIP2", &["LZOP", "ZSTD"]),
    ("LZOP", &["ZSTD"]),
];

/// What goes with a columnar format; FILLRECORD as far as is recalled.
const COLUMNAR: [&str; 7] =
    ["PARQUET", "ORC", "REGION", "STATUPDATE", "MANIFEST", "FILLRECORD", "EXPLICIT_IDS"];

fn must_agree(options: &[CopyOption]) -> SqlResult<()> {
    let columnar = options.iter().find(|o| matches!(o, CopyOption::Parquet { .. } | CopyOption::Orc));
    if let Some(format) = columnar
        && let Some(odd) = options.iter().find(|option| !COLUMNAR.contains(&option.word()))
    {
        // Its SQLSTATE is unconfirmed.
        let text = format!("{} argument is not supported for {} based COPY", odd.word(), format.word());
        return Err(SqlError::product("XX000", text));
    }
    let has = |word: &str| options.iter().any(|option| option.word() == word);
    for (one, others) in CONFLICTS.iter().filter(|(one, _)| has(one)) {
        if let Some(other) = others.iter().find(|other| has(other)) {
            // unconfirmed: the sentence.
            return Err(SqlError::product("42601", format!("{one} is not supported with {other}")));
        }
    }
    Ok(())
}

/// `label:width,...` in the order of the columns.
fn widths(text: &str) -> SqlResult<(Vec<String>, Vec<u32>)> {
    let read = |part: &str| {
        let (label, width) = part.split_once(':')?;
        Some((label.trim().to_owned(), width.trim().parse().ok().filter(|width| *width > 0)?))
    };
    let found: Option<Vec<(String, u32)>> = text.split(',').map(read).collect();
    // unconfirmed: the sentence.
    found.map(|found| found.into_iter().unzip()).ok_or_else(|| {
        SqlError::product("42601", "FIXEDWIDTH must be of the form 'column_label:column_width,...'")
    })
}

/// One ASCII character: itself, `\t`, or octal `\ddd`.
pub fn one_byte(option: &str, text: &str) -> SqlResult<u8> {
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
    let Some(path) = source.strip_prefix("s3://").filter(|path| !path.is_empty() && !path.starts_with('/'))
    else {
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
pub fn credentials(written: Option<&CopyCredentials>) -> SqlResult<Credentials> {
    match written {
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
