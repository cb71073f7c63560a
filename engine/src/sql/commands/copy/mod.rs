//! COPY: bytes from S3 into a table.
//!
//! The order of checks is the product's: the table, the rights on it, the credentials' form, then what the
//! role may (which the outside decides), then the data. A load that fails leaves no row, but its errors stay,
//! for `stl_load_errors`.

mod filler;
mod record;
mod settings;
#[cfg(test)]
mod tests;

use arrow::array::ArrayRef;

use crate::gap::Feature;
use crate::load::column::LoadColumn;
use crate::load::error::LineError;
use crate::load::reader::{File, Reader};
use crate::sql::authorize::rights::Rights;
use crate::sql::authorize::{authorize, schema_usage};
use crate::sql::bind::Need;
use crate::sql::error::{SqlError, SqlErrorKind, SqlResult};
use crate::sql::outcome::{Batch, Progress};
use crate::sql::outside::{Credentials, ObjectSummary, Outside, OutsideError};
use crate::sql::session::Session;
use crate::sql::statement::Copy;
use crate::warehouse::access::Privilege;
use crate::warehouse::assume_role::RoleCommand;
use crate::warehouse::catalog::{DefaultValue, ObjectId, Relation, RelationKind};
use crate::warehouse::data_type::DataType;
use crate::warehouse::identifier::Identifier;
use crate::warehouse::manifest::Manifest;
use crate::warehouse::storage::SEGMENT_ROWS;
use crate::warehouse::value::Value;
pub use record::{LoadCommit, LoadError};
pub use settings::role_credentials;
use settings::{Settings, credentials, location};

/// Lines read in one step: a few milliseconds of work.
const STEP_LINES: usize = 16_384;

/// What a load needs to know of its surroundings.
#[derive(Clone, Copy)]
pub struct CopyContext<'a> {
    pub manifest: &'a Manifest,
    pub session: &'a Session,
    /// Schemas to look unqualified names up in, in order.
    pub search_path: &'a [Identifier],
    /// The statement's number, for the DETAIL block.
    pub query: u64,
    /// The value of a default's expression for a column of this type, computed once for the whole load.
    pub default: &'a dyn Fn(&str, DataType) -> SqlResult<Value>,
}

/// A load on its way.
pub struct CopyTask {
    target: ObjectId,
    table: String,
    bucket: String,
    prefix: String,
    credentials: Credentials,
    region: Option<String>,
    query: u64,
    process: u32,
    reader: Reader,
    /// For each table column: the number of the file column that fills it, or what fills it otherwise.
    sources: Vec<ColumnSource>,
    /// Errors at which the load fails.
    most_errors: usize,
    no_load: bool,
    files: Option<std::vec::IntoIter<ObjectSummary>>,
    current: Option<(String, File)>,
    total_bytes: u64,
    done_bytes: u64,
    rows: u64,
    errors: Vec<LoadError>,
    commits: Vec<LoadCommit>,
    finished: bool,
}

enum ColumnSource {
    File { column: usize, default: Option<Value> },
    Constant { value: Value, data_type: DataType },
}

/// What a step came to.
pub enum CopyStep {
    Running(Progress),
    /// Every table column, in table order, defaults applied; identity columns are NULL for the sink to fill.
    Rows(Batch),
    Done {
        rows: u64,
        notices: Vec<String>,
    },
}

impl CopyTask {
    /// Checks the statement, the table, the rights on it and the credentials' form.
    pub fn start(copy: &Copy, context: CopyContext<'_>) -> SqlResult<CopyTask> {
        let relation = find_table(copy, context)?;
        let columns = chosen_columns(copy, relation)?;
        let needs = [Need {
            relation: relation.id,
            privilege: Privilege::Insert,
            columns: columns.clone(),
            user: context.session.user,
            through: None,
        }];
        authorize(&needs, context.manifest, context.session)?;
        let settings = Settings::read(copy)?;
        let credentials = credentials(copy)?;
        if let Some(role) = settings::role(&credentials) {
            Rights::new(context.manifest, context.session.user).may_assume(&role, RoleCommand::Copy)?;
        }
        let (bucket, prefix) = location(&copy.source)?;
        let skips_identity = !settings.explicit_ids;
        let is_identity =
            |column: usize| matches!(relation.columns[column].default, Some(DefaultValue::Identity { .. }));
        if skips_identity
            && !copy.columns.is_empty()
            && let Some(column) = columns.iter().find(|column| is_identity(**column))
        {
            let name = &relation.columns[*column].name;
            return Err(SqlError::product(
                "42601",
                format!("cannot set an identity column {name} to a value"),
            ));
        }
        let filled: Vec<usize> =
            columns.into_iter().filter(|column| !(skips_identity && is_identity(*column))).collect();
        let mut sources = Vec::with_capacity(relation.columns.len());
        for (number, column) in relation.columns.iter().enumerate() {
            let default = match &column.default {
                Some(DefaultValue::Expression(text)) => Some((context.default)(text, column.data_type)?),
                Some(DefaultValue::Identity { .. }) | None => None,
            };
            sources.push(match filled.iter().position(|filled| *filled == number) {
                Some(position) if column.nullable => ColumnSource::File { column: position, default: None },
                Some(position) => ColumnSource::File { column: position, default },
                None => match default {
                    None if !column.nullable && !is_identity(number) => {
                        return Err(SqlError::product(
                            "23502",
                            format!("Cannot insert a NULL value into column {}", column.name),
                        ));
                    }
                    default => ColumnSource::Constant {
                        value: default.unwrap_or(Value::Null),
                        data_type: column.data_type,
                    },
                },
            });
        }
        let load_columns: Vec<LoadColumn> = filled
            .iter()
            .map(|number| {
                let column = &relation.columns[*number];
                LoadColumn {
                    name: column.name.to_string(),
                    data_type: column.data_type,
                    nullable: column.nullable,
                    has_default: matches!(column.default, Some(DefaultValue::Expression(_))),
                }
            })
            .collect();
        let reader = Reader::new(settings.options, load_columns).map_err(|number| {
            let column = &relation.columns[filled[number]];
            SqlError::not_simulated_because(
                Feature::CopyFormat,
                format!("COPY into {} columns", column.data_type),
            )
        })?;
        Ok(CopyTask {
            target: relation.id,
            table: relation.name.to_string(),
            bucket,
            prefix,
            credentials,
            region: settings.region,
            query: context.query,
            process: context.session.id.0,
            reader,
            sources,
            most_errors: settings.most_errors,
            no_load: settings.no_load,
            files: None,
            current: None,
            total_bytes: 0,
            done_bytes: 0,
            rows: 0,
            errors: Vec::new(),
            commits: Vec::new(),
            finished: false,
        })
    }

    /// The table that is loaded.
    pub fn target(&self) -> ObjectId {
        self.target
    }

    pub fn table_name(&self) -> &str {
        &self.table
    }

    /// Where it loads from: `s3://bucket/prefix`.
    pub fn source(&self) -> String {
        format!("s3://{}/{}", self.bucket, self.prefix)
    }

    /// Lines that could not be loaded, also of a load that failed.
    pub fn errors(&self) -> &[LoadError] {
        &self.errors
    }

    /// Files that were read to their end.
    pub fn commits(&self) -> &[LoadCommit] {
        &self.commits
    }

    /// One bounded piece of work.
    ///
    /// # Errors
    /// What the outside refuses, in its words with a DETAIL block; too many bad lines.
    pub fn step(&mut self, outside: &mut dyn Outside) -> SqlResult<CopyStep> {
        if self.files.is_none() {
            outside.region(self.region.as_deref());
            let listed = outside.list(&self.credentials, &self.bucket, &self.prefix);
            let listed = listed.map_err(|error| self.refused(&error))?;
            self.total_bytes = listed.iter().map(|object| object.size).sum();
            self.files = Some(listed.into_iter());
            return Ok(CopyStep::Running(self.progress()));
        }
        if self.current.is_none() {
            match self.files.as_mut().and_then(Iterator::next) {
                Some(object) => {
                    outside.region(self.region.as_deref());
                    let bytes = outside.get(&self.credentials, &self.bucket, &object.key);
                    let bytes = bytes.map_err(|error| self.refused(&error))?;
                    self.current = Some((object.key, File::new(bytes, &self.reader.options)));
                }
                None => return self.finish(),
            }
        }
        self.read()?;
        if self.reader.rows() >= SEGMENT_ROWS {
            self.hand_out()
        } else {
            Ok(CopyStep::Running(self.progress()))
        }
    }

    /// Reads on in the current file.
    fn read(&mut self) -> SqlResult<()> {
        let Some((key, file)) = &mut self.current else { return Ok(()) };
        let mut found = Vec::new();
        let room = self.most_errors.saturating_sub(self.errors.len()).max(1);
        self.reader.read(file, SEGMENT_ROWS, STEP_LINES, &mut found, room);
        let filename = format!("s3://{}/{key}", self.bucket);
        let ended = file.at_end();
        let (lines, size) = (file.lines(), file.size());
        for error in found {
            self.errors.push(logged(self.target, &self.reader.columns, &filename, error));
        }
        if ended || self.errors.len() >= self.most_errors {
            let errors = self.errors.iter().filter(|error| error.filename == filename).count() as u64;
            self.commits.push(LoadCommit { filename, lines_scanned: lines, errors, bytes: size });
            self.done_bytes += size;
            self.current = None;
        }
        if self.errors.len() >= self.most_errors {
            return Err(SqlError::new(SqlErrorKind::Product {
                state: "XX000",
                message: format!(
                    "Load into table '{}' failed.  Check 'stl_load_errors' system table for details.",
                    self.table
                ),
                detail: None,
                hint: self.errors.last().map(|error| {
                    format!(
                        "{} line {}, column {}: {}",
                        error.filename, error.line_number, error.column, error.reason
                    )
                }),
            }));
        }
        Ok(())
    }

    fn hand_out(&mut self) -> SqlResult<CopyStep> {
        let taken = self.reader.take();
        let (arrays, rows) = taken.ok_or_else(|| SqlError::bug("a loaded column does not make an array"))?;
        self.rows += rows as u64;
        if self.no_load {
            return Ok(CopyStep::Running(self.progress()));
        }
        let mut columns: Vec<ArrayRef> = Vec::with_capacity(self.sources.len());
        for source in &self.sources {
            columns.push(match source {
                ColumnSource::File { column, default: None } => arrays[*column].clone(),
                ColumnSource::File { column, default: Some(value) } => {
                    filler::fill_nulls(&arrays[*column], value)?
                }
                ColumnSource::Constant { value, data_type } => filler::repeat(value, *data_type, rows)?,
            });
        }
        Ok(CopyStep::Rows(Batch { columns, rows }))
    }

    fn finish(&mut self) -> SqlResult<CopyStep> {
        if self.reader.rows() > 0 {
            return self.hand_out();
        }
        if self.finished {
            return Err(SqlError::bug("a finished load was stepped"));
        }
        self.finished = true;
        let mut notices = vec![format!(
            "INFO:  Load into table '{}' completed, {} record(s) {} successfully.",
            self.table,
            self.rows,
            // unconfirmed: NOLOAD's word.
            if self.no_load { "validated" } else { "loaded" }
        )];
        if !self.errors.is_empty() {
            notices.push(format!(
                "INFO:  Load into table '{}' completed, {} record(s) could not be loaded.  Check 'stl_load_errors' system table for details.",
                self.table,
                self.errors.len()
            ));
        }
        Ok(CopyStep::Done { rows: if self.no_load { 0 } else { self.rows }, notices })
    }

    fn progress(&self) -> Progress {
        let rows = self.rows + self.reader.rows() as u64;
        let read = self.done_bytes + self.current.as_ref().map_or(0, |(_, file)| file.position());
        // How many rows there will be is not known; the share of bytes read tells.
        let total = (read > 0 && rows > 0)
            .then(|| (rows as u128 * u128::from(self.total_bytes) / u128::from(read)) as u64);
        Progress { rows, total: total.map(|total| total.max(rows)) }
    }
}

/// What the outside refused, with the DETAIL block that learners search for.
impl CopyTask {
    fn refused(&self, error: &OutsideError) -> SqlError {
        refused(error, self.query, self.process)
    }
}

/// What the outside refuses, with the product's DETAIL block.
pub fn refused(error: &OutsideError, query: u64, process: u32) -> SqlError {
    let rule = "-----------------------------------------------";
    let place = if error.context.starts_with("IAM Role") {
        "xen_aws_credentials_mgr.cpp:450"
    } else {
        "s3_utility.cpp:539"
    };
    let detail = format!(
        "\n  {rule}\n  error:  {}\n  code:      {}\n  context:   {}\n  query:     {query}\n  location:  {place}\n  process:   padbmaster [pid={process}]\n  {rule}",
        error.message, error.code, error.context
    );
    SqlError::new(SqlErrorKind::Product {
        state: "XX000",
        message: error.message.clone(),
        detail: Some(detail),
        hint: error.hint.clone(),
    })
}

/// The table, found as any name is: with a schema, USAGE comes first; without, the search path decides and
/// schemas that may not be used are passed over.
fn find_table<'a>(copy: &Copy, context: CopyContext<'a>) -> SqlResult<&'a Relation> {
    let CopyContext { manifest, session, .. } = context;
    let database = manifest
        .catalog
        .database(&session.database)
        .ok_or_else(|| SqlError::bug("the session's database is gone"))?;
    let name = &copy.table.name;
    let found = match &copy.table.schema {
        Some(schema_name) => {
            let schema =
                database.schema(schema_name).ok_or_else(|| SqlError::undefined_schema(schema_name))?;
            schema_usage(schema, manifest, session.user)?;
            database.find(schema_name, name)
        }
        None => std::iter::once(&session.temporary_schema)
            .chain(context.search_path)
            .filter(|schema_name| {
                **schema_name == session.temporary_schema
                    || database
                        .schema(schema_name)
                        .is_some_and(|schema| schema_usage(schema, manifest, session.user).is_ok())
            })
            .find_map(|schema_name| database.find(schema_name, name)),
    };
    let relation = found.ok_or_else(|| SqlError::undefined_relation(&copy.table))?;
    match &relation.kind {
        RelationKind::Table(_) if relation.materialized().is_none() => Ok(relation),
        // unconfirmed: the sentence and code for a view.
        RelationKind::Table(_) | RelationKind::View(_) => {
            Err(SqlError::product("42809", format!("cannot copy to view \"{name}\"")))
        }
    }
}

/// Numbers of the columns that the file fills, in the file's order.
fn chosen_columns(copy: &Copy, relation: &Relation) -> SqlResult<Vec<usize>> {
    if copy.columns.is_empty() {
        return Ok((0..relation.columns.len()).collect());
    }
    let mut chosen = Vec::with_capacity(copy.columns.len());
    for name in &copy.columns {
        let number = relation.column(name).ok_or_else(|| {
            SqlError::product(
                "42703",
                format!("column \"{name}\" of relation \"{}\" does not exist", relation.name),
            )
        })?;
        if chosen.contains(&number) {
            return Err(SqlError::product("42701", format!("column \"{name}\" specified more than once")));
        }
        chosen.push(number);
    }
    Ok(chosen)
}

/// A bad line as the log keeps it.
fn logged(table: ObjectId, columns: &[LoadColumn], filename: &str, error: LineError) -> LoadError {
    let column = error.column.and_then(|number| columns.get(number));
    let (data_type, column_length) =
        column.map_or((String::new(), String::new()), |column| logged_type(column.data_type));
    LoadError {
        table,
        filename: filename.to_owned(),
        line_number: error.line_number,
        column: column.map_or_else(String::new, |column| column.name.clone()),
        data_type,
        column_length,
        position: error.fault.position(),
        raw_line: error.raw_line,
        raw_field_value: error.raw_field,
        code: error.fault.code(),
        reason: error.fault.reason(),
    }
}

/// `type` and `col_length` of `stl_load_errors`.
fn logged_type(data_type: DataType) -> (String, String) {
    let (name, length) = match data_type.text() {
        DataType::SmallInt => ("int2", "0".to_owned()),
        DataType::Integer => ("int4", "0".to_owned()),
        DataType::BigInt => ("int8", "0".to_owned()),
        DataType::Decimal { precision, scale } => ("numeric", format!("{precision}, {scale}")),
        DataType::Real => ("float4", "0".to_owned()),
        DataType::Double => ("float8", "0".to_owned()),
        DataType::Boolean => ("bool", "0".to_owned()),
        DataType::Char(length) => ("char", length.to_string()),
        DataType::Varchar(length) => ("varchar", length.to_string()),
        DataType::Date => ("date", "0".to_owned()),
        DataType::Time => ("time", "0".to_owned()),
        DataType::TimeTz => ("timetz", "0".to_owned()),
        DataType::Timestamp => ("timestamp", "0".to_owned()),
        DataType::TimestampTz => ("timestamptz", "0".to_owned()),
        DataType::Super => ("super", "0".to_owned()),
        DataType::Interval
        | DataType::IntervalTo(_)
        | DataType::HllSketch
        | DataType::Caseless { .. }
        | DataType::Unknown => ("unknown", "0".to_owned()),
        DataType::Varbyte(length) => ("varbyte", length.to_string()),
    };
    (name.to_owned(), length)
}
