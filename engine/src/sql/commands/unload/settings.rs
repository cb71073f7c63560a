//! UNLOAD's parameters, from how they are written to what they mean.

use crate::extension::formats::Codec;
use crate::gap::Feature;
use crate::sql::commands::copy::settings::one_byte;
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::plan::Field;
use crate::sql::statement::{Unload, UnloadOption};

/// How rows are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shape {
    Delimited {
        delimiter: u8,
        quotes: bool,
        escape: bool,
    },
    Csv {
        delimiter: u8,
    },
    /// Characters of each column.
    FixedWidth(Vec<usize>),
    Json,
    Parquet,
}

/// Parameters of a whole unload.
#[derive(Debug)]
pub struct Settings {
    pub shape: Shape,
    pub header: bool,
    pub null_as: String,
    pub codec: Option<Codec>,
    /// Numbers of the columns that name folders.
    pub partition: Vec<usize>,
    /// INCLUDE: they stay in the files, too.
    pub include: bool,
    pub parallel: bool,
    /// Bytes of a file, before compression, at which the next one begins.
    pub most_bytes: u64,
    pub group_bytes: u64,
    /// `Some(true)`: VERBOSE.
    pub manifest: Option<bool>,
    pub overwrite: bool,
    pub clean: bool,
    pub region: Option<String>,
    pub extension: Option<String>,
    /// What files' names begin with.
    pub stem: String,
}

const MB: u64 = 1 << 20;

/// 6.2 GB.
const MOST: u64 = 62 * (MB << 10) / 10;

impl Settings {
    /// # Errors
    /// Parameters that exclude each other, and what is not simulated.
    pub fn read(unload: &Unload, fields: &[Field]) -> SqlResult<Settings> {
        must_agree(&unload.options)?;
        let mut settings = Settings {
            shape: Shape::Delimited { delimiter: b'|', quotes: false, escape: false },
            header: false,
            null_as: String::new(),
            codec: None,
            partition: Vec::new(),
            include: false,
            parallel: true,
            most_bytes: MOST,
            group_bytes: 32 * MB,
            manifest: None,
            overwrite: false,
            clean: false,
            region: None,
            extension: None,
            stem: String::new(),
        };
        let (mut delimiter, mut quotes, mut escape) = (None, false, false);
        let mut format = None;
        let mut encrypted = false;
        let gap = |word: &str| Err(SqlError::not_simulated_because(Feature::Unload, word));
        for option in &unload.options {
            match option {
                UnloadOption::Csv => format = Some(Shape::Csv { delimiter: b',' }),
                UnloadOption::Parquet => format = Some(Shape::Parquet),
                UnloadOption::Json => format = Some(Shape::Json),
                UnloadOption::FixedWidth(text) => format = Some(Shape::FixedWidth(widths(text, fields)?)),
                UnloadOption::Delimiter(text) => delimiter = Some(one_byte("DELIMITER", text)?),
                UnloadOption::AddQuotes => quotes = true,
                UnloadOption::Escape => escape = true,
                UnloadOption::Header => settings.header = true,
                UnloadOption::NullAs(text) => settings.null_as.clone_from(text),
                UnloadOption::Gzip => settings.codec = Some(Codec::Gzip),
                UnloadOption::Bzip2 => settings.codec = Some(Codec::Bzip2),
                UnloadOption::Zstd => settings.codec = Some(Codec::Zstd),
                UnloadOption::PartitionBy { columns, include } => {
                    settings.include = *include;
                    for name in columns {
                        let number = fields.iter().position(|field| field.name == name.as_str());
                        // unconfirmed: the sentence.
                        settings.partition.push(number.ok_or_else(|| {
                            let text =
                                format!("column \"{name}\" of PARTITION BY is not in the query's result");
                            SqlError::product("42703", text)
                        })?);
                    }
                }
                UnloadOption::Manifest { verbose } => settings.manifest = Some(*verbose),
                UnloadOption::AllowOverwrite => settings.overwrite = true,
                UnloadOption::CleanPath => settings.clean = true,
                UnloadOption::Parallel(on) => settings.parallel = *on,
                UnloadOption::MaxFileSize(bytes) if !(5 * MB..=MOST).contains(bytes) => {
                    // unconfirmed: the sentence.
                    return Err(SqlError::product("22023", "MAXFILESIZE must be between 5MB and 6.2GB"));
                }
                UnloadOption::MaxFileSize(bytes) => settings.most_bytes = *bytes,
                UnloadOption::RowGroupSize(bytes) if !(32 * MB..=128 * MB).contains(bytes) => {
                    // unconfirmed: the sentence.
                    return Err(SqlError::product("22023", "ROWGROUPSIZE must be between 32MB and 128MB"));
                }
                UnloadOption::RowGroupSize(bytes) => settings.group_bytes = *bytes,
                UnloadOption::Region(name) => settings.region = Some(name.clone()),
                UnloadOption::Extension(text) => settings.extension = Some(text.clone()),
                // With AUTO the bucket's own encryption is taken, which S3 has for every object anyway.
                UnloadOption::Encrypted { auto } => encrypted |= !auto,
                UnloadOption::KmsKey(_) | UnloadOption::MasterKey => return gap(option.word()),
            }
        }
        if encrypted {
            return gap("ENCRYPTED");
        }
        settings.shape = match format {
            Some(Shape::Csv { .. }) => Shape::Csv { delimiter: delimiter.unwrap_or(b',') },
            Some(format) => format,
            None => Shape::Delimited { delimiter: delimiter.unwrap_or(b'|'), quotes, escape },
        };
        if settings.partition.len() == fields.len() && !settings.include {
            // unconfirmed: the sentence.
            let text = "PARTITION BY leaves no column for the files: name fewer columns, or add INCLUDE";
            return Err(SqlError::product("42601", text));
        }
        Ok(settings)
    }

    /// What a file's name ends with.
    pub fn ending(&self) -> String {
        if let Some(extension) = &self.extension {
            // That nothing else is added is unconfirmed.
            return format!(".{}", extension.trim_start_matches('.'));
        }
        match (&self.shape, self.codec) {
            (Shape::Parquet, _) => ".parquet",
            (_, Some(Codec::Gzip)) => ".gz",
            (_, Some(Codec::Bzip2)) => ".bz2",
            (_, Some(Codec::Zstd)) => ".zst",
            (_, Some(Codec::Lzop | Codec::Snappy | Codec::Deflate | Codec::Avro) | None) => "",
        }
        .to_owned()
    }

    /// What the logs call the files.
    pub fn file_format(&self) -> &'static str {
        match self.shape {
            Shape::Delimited { .. } | Shape::FixedWidth(_) => "text",
            Shape::Csv { .. } => "csv",
            Shape::Json => "json",
            Shape::Parquet => "parquet",
        }
    }

    pub fn compression(&self) -> &'static str {
        match self.codec {
            Some(Codec::Gzip) => "gzip",
            Some(Codec::Bzip2) => "bzip2",
            Some(Codec::Zstd) => "zstd",
            Some(Codec::Lzop | Codec::Snappy | Codec::Deflate | Codec::Avro) | None => "",
        }
    }
}

/// What does not go with what (Developer Guide, "UNLOAD").
const CONFLICTS: &[(&str, &[&str])] = &[
    ("CSV", &["FIXEDWIDTH", "ADDQUOTES", "ESCAPE", "PARQUET", "JSON"]),
    ("JSON", &["HEADER", "DELIMITER", "FIXEDWIDTH", "ESCAPE", "NULL AS", "ADDQUOTES", "PARQUET"]),
    (
        "PARQUET",
        &["DELIMITER", "FIXEDWIDTH", "ADDQUOTES", "ESCAPE", "NULL AS", "HEADER", "GZIP", "BZIP2", "ZSTD"],
    ),
    ("FIXEDWIDTH", &["DELIMITER", "HEADER", "ADDQUOTES", "ESCAPE", "PARTITION BY"]),
    ("ALLOWOVERWRITE", &["CLEANPATH"]),
    ("GZIP", &["BZIP2", "ZSTD"]),
    ("BZIP2", &["ZSTD"]),
];

fn must_agree(options: &[UnloadOption]) -> SqlResult<()> {
    let has = |word: &str| options.iter().any(|option| option.word() == word);
    // unconfirmed: both sentences.
    for (one, others) in CONFLICTS.iter().filter(|(one, _)| has(one)) {
        if let Some(other) = others.iter().find(|other| has(other)) {
            return Err(SqlError::product("42601", format!("UNLOAD: {one} is not supported with {other}")));
        }
    }
    if has("ROWGROUPSIZE") && !has("PARQUET") {
        return Err(SqlError::product("42601", "UNLOAD: ROWGROUPSIZE is only supported with PARQUET"));
    }
    Ok(())
}

/// `column:width,...`, by names or numbers, or the widths alone, in the order of the query's columns.
fn widths(text: &str, fields: &[Field]) -> SqlResult<Vec<usize>> {
    let parts = text.split(',').map(|part| part.rsplit(':').next().unwrap_or(part).trim().parse().ok());
    let found: Option<Vec<usize>> = parts.collect();
    // unconfirmed: the sentence.
    found.filter(|found| found.len() == fields.len()).ok_or_else(|| {
        SqlError::product(
            "42601",
            format!("FIXEDWIDTH must name a width for each of the {} columns", fields.len()),
        )
    })
}
