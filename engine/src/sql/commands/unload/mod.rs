//! UNLOAD: a query's rows into objects of S3.
//!
//! Rows are dealt to the slices, each of which writes files of its own; what is full is compressed, or made a row
//! group, by the module beside the engine, and put as the role is allowed. [`line`] is text, [`part`] a file on its
//! way, [`manifest`] the list of files.

mod line;
mod manifest;
mod part;
mod settings;

use std::collections::VecDeque;

use crate::extension::formats::{self, MAGIC, Written};
use crate::load::asked::{Asked, Trouble, compress, write_footer, write_group};
use crate::load::plain::kind;
use crate::sorted::{SortedMap, SortedSet};
use crate::sql::authorize::rights::Rights;
use crate::sql::commands::copy::Surroundings;
use crate::sql::commands::copy::failure::Failure;
use crate::sql::commands::copy::settings::{credentials, location, role};
use crate::sql::error::{SqlError, SqlErrorKind, SqlResult};
use crate::sql::execute::Context;
use crate::sql::execute::array::value_at;
use crate::sql::execute::memory::Held;
use crate::sql::external::write::Registration;
use crate::sql::outcome::Batch;
use crate::sql::outside::Credentials;
use crate::sql::plan::Field;
use crate::sql::session::Session;
use crate::sql::statement::Unload;
use crate::warehouse::assume_role::RoleCommand;
use crate::warehouse::manifest::Manifest;
use crate::warehouse::storage::slices::SLICES;
use line::Lines;
use part::Part;
use settings::{Settings, Shape};

/// A file that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unloaded {
    /// `s3://bucket/key`.
    pub path: String,
    pub slice: usize,
    pub rows: u64,
    pub bytes: u64,
}

/// An unload on its way.
pub struct UnloadTask {
    settings: Settings,
    fields: Vec<Field>,
    /// Numbers of the columns that stand in the files.
    columns: Vec<usize>,
    bucket: String,
    prefix: String,
    credentials: Credentials,
    failure: Failure,
    /// The destination has been looked at.
    checked: bool,
    open: SortedMap<(String, usize), Part>,
    /// Numbers of the next files, by folder and slice.
    next: SortedMap<(String, usize), u32>,
    /// Files that are to be written on, and whether to their end.
    closing: VecDeque<(Part, bool)>,
    errand: Option<(Part, bool, Errand)>,
    cleaned: SortedSet<String>,
    ended: bool,
    rows: u64,
    files: Vec<Unloaded>,
    held: Held,
    /// Files of an external table: what the catalog is told at the end.
    pub registration: Option<Box<Registration>>,
}

/// What the module is asked for.
enum Errand {
    Compress(Asked<Vec<u8>>),
    Group(Asked<Written>),
    Footer(Asked<Vec<u8>>),
}

pub enum UnloadStep {
    Running,
    Done { rows: u64, notice: String },
}

impl UnloadTask {
    /// Checks the parameters and the right to the role; `fields` are the query's columns.
    pub fn start(
        unload: &Unload,
        fields: Vec<Field>,
        manifest: &Manifest,
        session: &Session,
        query: u64,
    ) -> SqlResult<UnloadTask> {
        let settings = Settings::read(unload, &fields)?;
        let credentials = credentials(unload.credentials.as_ref())?;
        if let Some(role) = role(&credentials) {
            Rights::new(manifest, session.user).may_assume(&role, RoleCommand::Unload)?;
        }
        let (bucket, prefix) = location(&unload.destination)?;
        let inside = |number: &usize| settings.include || !settings.partition.contains(number);
        let columns = (0..fields.len()).filter(inside).collect();
        Ok(UnloadTask {
            settings,
            fields,
            columns,
            bucket,
            prefix,
            credentials,
            failure: Failure { query, process: session.id.0 },
            checked: false,
            open: SortedMap::new(),
            next: SortedMap::new(),
            closing: VecDeque::new(),
            errand: None,
            cleaned: SortedSet::new(),
            ended: false,
            rows: 0,
            files: Vec::new(),
            held: Held::default(),
            registration: None,
        })
    }

    /// The same, with files whose names begin so.
    pub fn named(mut self, stem: String) -> Self {
        self.name(stem);
        self
    }

    pub fn name(&mut self, stem: String) {
        self.settings.stem = stem;
    }

    pub fn files(&self) -> &[Unloaded] {
        &self.files
    }

    pub fn rows(&self) -> u64 {
        self.rows
    }

    pub fn destination(&self) -> String {
        format!("s3://{}/{}", self.bucket, self.prefix)
    }

    pub fn file_format(&self) -> &'static str {
        self.settings.file_format()
    }

    pub fn compression(&self) -> &'static str {
        self.settings.compression()
    }

    /// Whether it can take rows now; else it is to be stepped.
    pub fn wants_rows(&self) -> bool {
        self.checked && !self.ended && self.errand.is_none() && self.closing.is_empty()
    }

    /// Counts what it holds.
    pub fn count(&mut self, context: &mut Context) -> SqlResult<()> {
        let parts = self.open.values().chain(self.closing.iter().map(|(part, _)| part));
        let bytes = parts.chain(self.errand.iter().map(|(part, ..)| part)).map(Part::held).sum();
        self.held.set(bytes, context)
    }

    /// Deals the rows of a batch to the files.
    pub fn take(&mut self, batch: &Batch) {
        let slices = if self.settings.parallel { SLICES } else { 1 };
        let mut dealt: SortedMap<(String, usize), Vec<u32>> = SortedMap::new();
        for row in 0..batch.rows {
            let mut folder = String::new();
            for number in &self.settings.partition {
                let field = &self.fields[*number];
                let value = value_at(&batch.columns[*number], field.data_type, row);
                folder.push_str(&format!("{}={}/", field.name, line::folder(&value, field.data_type)));
            }
            let slice = ((self.rows + row as u64) % slices as u64) as usize;
            dealt.entry((folder, slice)).or_default().push(row as u32);
        }
        self.rows += batch.rows as u64;
        for (key, rows) in dealt.iter() {
            let mut part = match self.open.remove(key) {
                Some(part) => part,
                None => self.begun(key),
            };
            if self.settings.shape == Shape::Parquet {
                part.keep(batch, rows, &self.columns);
                if part.is_full(&self.settings) {
                    self.closing.push_back((part, true));
                } else if part.waiting_bytes >= self.settings.group_bytes {
                    self.closing.push_back((part, false));
                } else {
                    self.open.insert(key.clone(), part);
                }
                continue;
            }
            for row in rows {
                self.lines().row(batch, *row as usize, &mut part.bytes);
                part.rows += 1;
                if part.is_full(&self.settings) {
                    let next = self.begun(key);
                    self.closing.push_back((std::mem::replace(&mut part, next), true));
                }
            }
            self.open.insert(key.clone(), part);
        }
    }

    /// There are no more rows.
    pub fn end(&mut self) {
        if Part::stands_empty(&self.settings) {
            for slice in 0..if self.settings.parallel { SLICES } else { 1 } {
                let key = (String::new(), slice);
                if !self.open.contains_key(&key) && !self.next.contains_key(&key) {
                    let part = self.begun(&key);
                    self.open.insert(key, part);
                }
            }
        }
        let open = std::mem::replace(&mut self.open, SortedMap::new());
        let keep = Part::stands_empty(&self.settings);
        // A file that was just begun behind a full one has no rows and is none.
        let last =
            open.into_iter().map(|(_, part)| part).filter(|part| part.rows > 0 || (keep && part.number == 0));
        self.closing.extend(last.map(|part| (part, true)));
        self.ended = true;
    }

    fn lines(&self) -> Lines<'_> {
        Lines {
            shape: &self.settings.shape,
            null_as: &self.settings.null_as,
            fields: &self.fields,
            columns: &self.columns,
        }
    }

    /// The next file of a folder and slice.
    fn begun(&mut self, key: &(String, usize)) -> Part {
        let next = self.next.entry(key.clone()).or_insert(0);
        let number = *next;
        *next += 1;
        let mut part = Part::new(key.0.clone(), key.1, number);
        if self.settings.shape == Shape::Parquet {
            part.bytes.extend_from_slice(MAGIC);
        }
        if self.settings.header {
            self.lines().header(&mut part.bytes);
        }
        part
    }

    /// One bounded piece of work, while no rows are wanted.
    ///
    /// # Errors
    /// The destination is not empty; what the outside refuses.
    pub fn step(&mut self, around: &mut Surroundings<'_>) -> SqlResult<UnloadStep> {
        around.outside.region(self.settings.region.as_deref());
        if !self.checked {
            self.check(around)?;
            self.checked = true;
            return Ok(UnloadStep::Running);
        }
        if let Some((part, last, errand)) = self.errand.take() {
            self.go_on(part, last, errand, around)?;
            return Ok(UnloadStep::Running);
        }
        if let Some((part, last)) = self.closing.pop_front() {
            self.begin(part, last, around)?;
            return Ok(UnloadStep::Running);
        }
        if let Some(verbose) = self.settings.manifest.take() {
            let key = format!("{}manifest", self.prefix);
            let fields: Vec<&Field> = self.columns.iter().map(|number| &self.fields[*number]).collect();
            let columnar = self.settings.shape == Shape::Parquet;
            let text = manifest::text(&self.files, &fields, verbose, columnar);
            self.put(&key, text, around)?;
            return Ok(UnloadStep::Running);
        }
        let notice = format!("INFO:  UNLOAD completed, {} record(s) unloaded successfully.", self.rows);
        Ok(UnloadStep::Done { rows: self.rows, notice })
    }

    /// Looks at what lies at the destination already.
    fn check(&mut self, around: &mut Surroundings<'_>) -> SqlResult<()> {
        if self.settings.overwrite || (self.settings.clean && !self.settings.partition.is_empty()) {
            return Ok(());
        }
        let found = around.outside.find(&self.credentials, &self.bucket, &self.prefix);
        let found = found.map_err(|error| self.failure.refused(&error))?;
        if self.settings.clean {
            for object in found {
                self.delete(&object.key, around)?;
            }
        } else if !found.is_empty() {
            return Err(SqlError::new(SqlErrorKind::Product {
                state: "XX000",
                message: "Specified unload destination on S3 is not empty. Consider using a different bucket / prefix, manually removing the target files in S3, or using the ALLOWOVERWRITE option.".to_owned(),
                detail: None,
                hint: None,
            }));
        }
        Ok(())
    }

    fn delete(&self, key: &str, around: &mut Surroundings<'_>) -> SqlResult<()> {
        let done = around.outside.delete(&self.credentials, &self.bucket, key);
        done.map_err(|error| self.failure.refused(&error))
    }

    /// Begins to write on a file.
    fn begin(&mut self, mut part: Part, last: bool, around: &mut Surroundings<'_>) -> SqlResult<()> {
        if self.settings.shape == Shape::Parquet {
            let errand = match part.waiting_rows {
                0 => self.footer(&mut part, around),
                _ => {
                    let at = part.bytes.len() as u64;
                    let columns = part.group(&self.columns, &self.fields);
                    let columns =
                        columns.ok_or_else(|| SqlError::bug("pieces of a column differ in layout"))?;
                    Errand::Group(write_group(around.extensions, at, &self.described(), columns))
                }
            };
            self.errand = Some((part, last, errand));
            return Ok(());
        }
        match self.settings.codec {
            Some(codec) => {
                let bytes = std::mem::take(&mut part.bytes);
                self.errand = Some((part, last, Errand::Compress(compress(around.extensions, codec, bytes))));
                Ok(())
            }
            None => {
                let bytes = std::mem::take(&mut part.bytes);
                self.written(&part, bytes, around)
            }
        }
    }

    /// Works on what the module was asked for.
    fn go_on(
        &mut self,
        mut part: Part,
        last: bool,
        mut errand: Errand,
        around: &mut Surroundings<'_>,
    ) -> SqlResult<()> {
        let answered = match &mut errand {
            Errand::Compress(asked) | Errand::Footer(asked) => {
                asked.step().map(|bytes| bytes.map(|b| (b, None)))
            }
            Errand::Group(asked) => asked.step().map(|written| written.map(|w| (w.bytes, Some(w.group)))),
        };
        let failure = self.failure;
        let answered = answered.map_err(|trouble| match &trouble {
            Trouble::Lost(_) => failure.lost(&trouble),
            Trouble::Failed(why) => SqlError::bug(format!("the module refused what UNLOAD wrote: {why}")),
        })?;
        let Some((bytes, group)) = answered else {
            self.errand = Some((part, last, errand));
            return Ok(());
        };
        match (errand, group) {
            (Errand::Compress(_), _) => self.written(&part, bytes, around),
            (Errand::Footer(_), _) => {
                part.bytes.extend_from_slice(&bytes);
                let bytes = std::mem::take(&mut part.bytes);
                self.written(&part, bytes, around)
            }
            (Errand::Group(_), group) => {
                part.bytes.extend_from_slice(&bytes);
                part.groups.extend(group);
                if last {
                    let errand = self.footer(&mut part, around);
                    self.errand = Some((part, last, errand));
                } else {
                    self.open.insert((part.folder.clone(), part.slice), part);
                }
                Ok(())
            }
        }
    }

    fn footer(&self, part: &mut Part, around: &Surroundings<'_>) -> Errand {
        let groups = std::mem::take(&mut part.groups);
        Errand::Footer(write_footer(around.extensions, &self.described(), part.rows, groups))
    }

    /// The files' columns as the module knows them.
    fn described(&self) -> Vec<formats::Field> {
        let field = |number: &usize| {
            let field = &self.fields[*number];
            formats::Field {
                name: field.name.clone(),
                kind: kind(field.data_type),
                optional: true,
                printed: String::new(),
            }
        };
        self.columns.iter().map(field).collect()
    }

    /// A file is whole: it goes to S3.
    fn written(&mut self, part: &Part, bytes: Vec<u8>, around: &mut Surroundings<'_>) -> SqlResult<()> {
        let key = part.key(&self.prefix, &self.settings);
        // CLEANPATH empties the folders that files go to.
        if self.settings.clean && !part.folder.is_empty() && self.cleaned.insert(part.folder.clone()) {
            let folder = &key[..key.rfind('/').map_or(0, |at| at + 1)];
            let found = around.outside.find(&self.credentials, &self.bucket, folder);
            for object in found.map_err(|error| self.failure.refused(&error))? {
                self.delete(&object.key, around)?;
            }
        }
        let size = bytes.len() as u64;
        self.put(&key, bytes, around)?;
        let path = format!("s3://{}/{key}", self.bucket);
        self.files.push(Unloaded { path, slice: part.slice, rows: part.rows, bytes: size });
        Ok(())
    }

    fn put(&self, key: &str, bytes: Vec<u8>, around: &mut Surroundings<'_>) -> SqlResult<()> {
        let put = around.outside.put(&self.credentials, &self.bucket, key, bytes.into());
        put.map_err(|error| self.failure.refused(&error))
    }
}
