//! COPY: bytes from S3 into a table.
//!
//! The order of checks is the product's: the table, the rights on it, the credentials' form, then what the
//! role may (which the outside decides), then the data. A load that fails leaves no row, but its errors stay,
//! for `stl_load_errors`.
//!
//! [`target`] is the table, [`settings`] the parameters, [`files`] where bytes come from, [`columnar`] Parquet,
//! [`failure`] the DETAIL block, [`record`] what the logs keep.

mod columnar;
mod encoding;
pub mod failure;
mod files;
mod filler;
mod record;
pub mod settings;
mod target;
#[cfg(test)]
mod tests;

use crate::gap::Feature;
use crate::load::document::path;
use crate::load::options::{Document, Format};
use crate::load::reader::{File as Lines, Reader};
use crate::sql::authorize::authorize;
use crate::sql::authorize::rights::Rights;
use crate::sql::bind::Need;
use crate::sql::error::{SqlError, SqlErrorKind, SqlResult};
use crate::sql::execute::memory::Held;
use crate::sql::outcome::{Batch, Progress};
use crate::sql::session::Session;
use crate::sql::statement::Copy;
use crate::warehouse::access::Privilege;
use crate::warehouse::assume_role::RoleCommand;
use crate::warehouse::catalog::ObjectId;
use crate::warehouse::data_type::DataType;
use crate::warehouse::identifier::Identifier;
use crate::warehouse::manifest::Manifest;
use crate::warehouse::storage::SEGMENT_ROWS;
use crate::warehouse::value::Value;
use columnar::{Columnar, Piece, Taking};
use failure::Failure;
pub use files::Surroundings;
use files::{File, Files, Next};
pub use record::{LoadCommit, LoadError, LoadReplacement};
pub use settings::role_credentials;
use settings::{Content, Settings, credentials, location};
use target::{ColumnSource, Target};

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
    reader: Reader,
    /// For each table column: the number of the file column that fills it, or what fills it otherwise.
    sources: Vec<ColumnSource>,
    /// Errors at which the load fails.
    most_errors: usize,
    no_load: bool,
    content: Content,
    json_paths: Option<String>,
    pub analyze: Option<bool>,
    files: Files,
    opened: bool,
    current: Option<(File, Current)>,
    done_bytes: u64,
    rows: u64,
    errors: Vec<LoadError>,
    replacements: Vec<LoadReplacement>,
    commits: Vec<LoadCommit>,
    finished: bool,
    held: Held,
}

/// How the file that is open is read.
enum Current {
    Text(Lines),
    Columns(Box<Columnar>),
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
        let relation = target::find_table(copy, context)?;
        let chosen = target::chosen_columns(copy, relation)?;
        let needs = [Need {
            relation: relation.id,
            privilege: Privilege::Insert,
            columns: chosen.clone(),
            user: context.session.user,
            through: None,
        }];
        authorize(&needs, context.manifest, context.session)?;
        let settings = Settings::read(copy)?;
        let credentials = credentials(copy.credentials.as_ref())?;
        if let Some(role) = settings::role(&credentials) {
            Rights::new(context.manifest, context.session.user).may_assume(&role, RoleCommand::Copy)?;
        }
        let place = location(&copy.source)?;
        let Target { sources, columns } = Target::new(copy, relation, chosen, &settings, context)?;
        if settings.options.format == Format::FixedWidth && settings.labels.len() != columns.len() {
            // unconfirmed: the sentence.
            let text = format!(
                "FIXEDWIDTH names {} columns, and {} are loaded",
                settings.labels.len(),
                columns.len()
            );
            return Err(SqlError::product("42601", text));
        }
        if settings.options.document == Document::NoShred
            && !matches!(&columns[..], [column] if column.data_type == DataType::Super)
        {
            // unconfirmed: the sentence.
            let text = "JSON 'noshred' loads into one SUPER column";
            return Err(SqlError::product("42601", text));
        }
        let failure = Failure { query: context.query, process: context.session.id.0 };
        let files = Files::new(place, credentials, &settings, failure);
        let names: Vec<String> = columns.iter().map(|column| column.name.clone()).collect();
        let reader = Reader::new(settings.options, columns).map_err(|number| {
            let column =
                relation.columns.iter().find(|column| names.get(number) == Some(&column.name.to_string()));
            let data_type = column.map_or_else(String::new, |column| column.data_type.to_string());
            SqlError::not_simulated_because(Feature::CopyFormat, format!("COPY into {data_type} columns"))
        })?;
        Ok(CopyTask {
            target: relation.id,
            table: relation.name.to_string(),
            reader,
            sources,
            most_errors: settings.most_errors,
            no_load: settings.no_load,
            content: settings.content,
            json_paths: settings.json_paths,
            analyze: settings.analyze,
            files,
            opened: false,
            current: None,
            done_bytes: 0,
            rows: 0,
            errors: Vec::new(),
            replacements: Vec::new(),
            commits: Vec::new(),
            finished: false,
            held: Held::default(),
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
        format!("s3://{}/{}", self.files.bucket, self.files.prefix)
    }

    /// What the logs call the files.
    pub fn file_format(&self) -> &'static str {
        match (self.content, self.reader.options.format) {
            (Content::Columns { orc: true, .. }, _) => "Orc",
            (Content::Columns { .. }, _) => "Parquet",
            (Content::Text, Format::Json) => "Json",
            (Content::Text, _) => "Text",
        }
    }

    /// Lines that could not be loaded, also of a load that failed.
    pub fn errors(&self) -> &[LoadError] {
        &self.errors
    }

    pub fn replacements(&self) -> &[LoadReplacement] {
        &self.replacements
    }

    /// Files that were read to their end.
    pub fn commits(&self) -> &[LoadCommit] {
        &self.commits
    }

    /// Counts what it holds beside the objects themselves.
    pub fn count(&mut self, context: &mut crate::sql::execute::Context) -> SqlResult<()> {
        let bytes = self.files.held(self.current.as_ref().map(|(file, _)| file));
        self.held.set(bytes, context)
    }

    /// One bounded piece of work.
    ///
    /// # Errors
    /// What the outside refuses, in its words with a DETAIL block; too many bad lines.
    pub fn step(&mut self, around: &mut Surroundings<'_>) -> SqlResult<CopyStep> {
        if !self.opened {
            self.files.open(around.outside)?;
            if let Some(place) = self.json_paths.take() {
                self.read_paths(around, &place)?;
            }
            self.opened = true;
            return Ok(CopyStep::Running(self.progress()));
        }
        if self.current.is_none() {
            match self.files.next(around)? {
                Next::Pending => {}
                Next::End => return self.finish(),
                Next::File(file) => {
                    let current = match self.content {
                        Content::Text => Current::Text(Lines::new(file.bytes.clone(), &self.reader.options)),
                        Content::Columns { .. } if file.size == 0 => {
                            Current::Text(Lines::new(file.bytes.clone(), &self.reader.options))
                        }
                        Content::Columns { orc, .. } => {
                            Current::Columns(Box::new(Columnar::new(around.extensions, &file, orc)))
                        }
                    };
                    self.current = Some((file, current));
                }
            }
            return Ok(CopyStep::Running(self.progress()));
        }
        if let Some((_, Current::Columns(_))) = &self.current {
            return self.read_columns();
        }
        self.read()?;
        if self.reader.rows() >= SEGMENT_ROWS {
            self.hand_out()
        } else {
            Ok(CopyStep::Running(self.progress()))
        }
    }

    /// The JSONPaths, one a column. A file that has none means 'auto'.
    fn read_paths(&mut self, around: &mut Surroundings<'_>, place: &str) -> SqlResult<()> {
        let (bucket, key) = location(place)?;
        let text = self.files.fetch(around.outside, &bucket, &key)?;
        let failure = self.files.failure;
        // unconfirmed: the sentence for a file that is no JSON.
        let form = || {
            failure.s3(
                "JSONPaths file is not in correct json format",
                &format!("JSONPath file location = {place}"),
            )
        };
        let document: serde_json::Value = serde_json::from_slice(&text.whole()).map_err(|_| form())?;
        let Some(written) = document.get("jsonpaths") else { return Ok(()) };
        let mut paths = Vec::new();
        for written in written.as_array().ok_or_else(form)? {
            let written = written.as_str().ok_or_else(form)?;
            paths.push(path(written).ok_or_else(|| {
                // unconfirmed: the tail.
                failure.s3(&format!("Invalid JSONPath format: {written} is not a valid path."), place)
            })?);
        }
        if paths.len() != self.reader.columns.len() {
            let text = format!(
                "Number of jsonpaths and the number of columns should match. JSONPath size: {}, Number of columns in table or column list: {}",
                paths.len(),
                self.reader.columns.len()
            );
            return Err(failure.s3(&text, ""));
        }
        self.reader.options.document = Document::Paths(paths);
        Ok(())
    }

    /// Reads on in the current file of lines.
    fn read(&mut self) -> SqlResult<()> {
        let Some((file, Current::Text(lines))) = &mut self.current else { return Ok(()) };
        let mut found = Vec::new();
        let room = self.most_errors.saturating_sub(self.errors.len()).max(1);
        self.reader.read(lines, SEGMENT_ROWS, STEP_LINES, &mut found, room);
        let (ended, scanned) = (lines.at_end(), lines.lines());
        for error in found {
            self.errors.push(record::logged(self.target, &self.reader.columns, &file.name, error));
        }
        for replaced in self.reader.replaced.drain(..) {
            let column = self.reader.columns.get(replaced.column);
            self.replacements.push(LoadReplacement {
                filename: file.name.clone(),
                line_number: replaced.line_number,
                column: column.map_or_else(String::new, |column| column.name.clone()),
                raw_line: replaced.raw_line,
            });
        }
        if ended || self.errors.len() >= self.most_errors {
            self.commit(scanned);
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

    /// Reads on in the current Parquet file.
    fn read_columns(&mut self) -> SqlResult<CopyStep> {
        let Some((_, Current::Columns(columnar))) = &mut self.current else {
            return Err(SqlError::bug("no columnar file is open"));
        };
        let taking = Taking {
            columns: &self.reader.columns,
            nested: matches!(self.content, Content::Columns { nested: true, .. }),
            fill: self.reader.options.fill_record,
            failure: self.files.failure,
        };
        match columnar.step(taking, SEGMENT_ROWS)? {
            Piece::Pending => Ok(CopyStep::Running(self.progress())),
            Piece::Rows(arrays, rows) => {
                self.rows += rows as u64;
                target::rows(&self.sources, &arrays, rows).map(CopyStep::Rows)
            }
            Piece::End => {
                let rows = columnar.rows;
                self.commit(rows);
                Ok(CopyStep::Running(self.progress()))
            }
        }
    }

    /// The current file is read.
    fn commit(&mut self, lines_scanned: u64) {
        let Some((file, _)) = self.current.take() else { return };
        let errors = self.errors.iter().filter(|error| error.filename == file.name).count() as u64;
        self.done_bytes += file.size;
        self.commits.push(LoadCommit { filename: file.name, lines_scanned, errors, bytes: file.size });
    }

    fn hand_out(&mut self) -> SqlResult<CopyStep> {
        let taken = self.reader.take();
        let (arrays, rows) = taken.ok_or_else(|| SqlError::bug("a loaded column does not make an array"))?;
        self.rows += rows as u64;
        if self.no_load {
            return Ok(CopyStep::Running(self.progress()));
        }
        target::rows(&self.sources, &arrays, rows).map(CopyStep::Rows)
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

    /// How far it is, as `stv_load_state` shows it from its bytes to load on.
    pub fn state(&self) -> Vec<Value> {
        let files = self.commits.len() + usize::from(self.current.is_some()) + self.files.left();
        let (total, read) = (self.files.total as i64, self.bytes_read() as i64);
        let plain = !self.files.is_compressed();
        let bytes = |counts: bool, amount: i64| Value::BigInt(if counts { amount } else { 0 });
        vec![
            bytes(plain, total),
            Value::BigInt(read),
            bytes(!plain, total),
            bytes(!plain, self.done_bytes as i64),
            Value::Integer((self.rows + self.reader.rows() as u64) as i32),
            Value::Integer(files as i32),
            Value::Integer(self.commits.len() as i32),
            Value::string(self.current.as_ref().map_or("", |(file, _)| file.name.as_str())),
            Value::Integer(if plain { read * 100 / total.max(1) } else { 0 }.clamp(0, 100) as i32),
        ]
    }

    fn bytes_read(&self) -> u64 {
        self.done_bytes
            + match &self.current {
                Some((_, Current::Text(lines))) => lines.position(),
                _ => 0,
            }
    }

    fn progress(&self) -> Progress {
        let rows = self.rows + self.reader.rows() as u64;
        let read = self.bytes_read();
        // How many rows there will be is not known; the share of bytes read tells.
        let total = (read > 0 && rows > 0)
            .then(|| (u128::from(rows) * u128::from(self.files.total) / u128::from(read)) as u64);
        Progress { rows, total: total.map(|total| total.max(rows)) }
    }
}
