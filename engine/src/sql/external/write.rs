//! Rows into external tables: CREATE EXTERNAL TABLE AS and INSERT write files as UNLOAD does, then tell the catalog
//! (Developer Guide, "CREATE EXTERNAL TABLE AS" and "INSERT (external table)").

use serde_json::Value;

use super::create_table::table_input;
use super::{alter_table, ask, definition, owned_schema, refused};
use crate::json::json;
use crate::sorted::SortedSet;
use crate::sql::commands::CommandContext;
use crate::sql::commands::unload::{UnloadTask, Unloaded};
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::outcome::Completion;
use crate::sql::outside::{Asker, CatalogFault, CatalogQuestion, Outside};
use crate::sql::plan::Field;
use crate::sql::statement::{
    CopyCredentials, CreateExternalTable, RowFormat, StoredAs, Unload, UnloadOption,
};
use crate::warehouse::calendar::Moment;
use crate::warehouse::data_type::DataType;
use crate::warehouse::external::{ExternalColumn, ExternalSchema, ExternalTable, FileForm, Writing};
use crate::warehouse::identifier::{Identifier, QualifiedName};

/// What the catalog is told when the files are written.
pub struct Registration {
    external: ExternalSchema,
    /// The catalog's shape of the table.
    table: Value,
    /// Whether the table is new.
    new: bool,
    keys: usize,
}

/// Partitions that the catalog takes at once.
const AT_ONCE: usize = 100;

/// The files of a new table, whose columns are the query's.
pub fn create_as(
    create: &CreateExternalTable,
    fields: Vec<Field>,
    outside: &mut dyn Outside,
    asker: Asker,
    context: &CommandContext<'_>,
) -> SqlResult<(UnloadTask, Registration)> {
    let (_, external) = owned_schema(&create.name, context, "CREATE EXTERNAL TABLE AS")?;
    let parquet = match (&create.format, &create.row_format) {
        (StoredAs::Named("PARQUET"), _) => true,
        (StoredAs::Named("TEXTFILE"), RowFormat::Default | RowFormat::Delimited { lines: None, .. }) => false,
        // unconfirmed: the sentence for what only CREATE EXTERNAL TABLE takes.
        _ => {
            let message =
                "CREATE EXTERNAL TABLE AS supports only TEXTFILE with ROW FORMAT DELIMITED, and PARQUET";
            return Err(SqlError::product("0A000", message));
        }
    };
    let (mut columns, mut keys) = (Vec::new(), Vec::new());
    for field in &fields {
        let column = ExternalColumn::plain(Identifier::kept(&field.name), stored(field.data_type)?);
        let is_key = create.keys.iter().any(|(name, _)| *name == *field.name.as_str());
        let side = if is_key { &mut keys } else { &mut columns };
        side.push(column);
    }
    if let Some((missing, _)) = create.keys.iter().find(|(name, _)| !keys.iter().any(|key| key.name == *name))
    {
        return Err(SqlError::product("42703", format!("column \"{missing}\" does not exist")));
    }
    let name = create.name.name.as_str();
    let found = json!({"DatabaseName": external.database, "Name": name});
    match ask(outside, external, CatalogQuestion::GetTable, found) {
        Ok(_) => {
            return Err(SqlError::product("42P07", format!("relation \"{name}\" already exists")));
        }
        Err(error) if error.fault == CatalogFault::NotFound && error.error.message.starts_with("Table ") => {}
        Err(error) => return Err(refused(&error, asker)),
    }
    let mut options = vec![if parquet {
        UnloadOption::Parquet
    } else {
        let fields = match &create.row_format {
            RowFormat::Delimited { fields: Some(fields), .. } => fields.clone(),
            _ => "\\001".to_owned(),
        };
        UnloadOption::Delimiter(fields)
    }];
    if !parquet {
        options.push(UnloadOption::NullAs("\\N".to_owned()));
    }
    let property =
        |name: &str| create.properties.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    options.extend(asked(&definition::writing(&property)));
    let names = keys.iter().map(|key| key.name.clone()).collect();
    let table = table_input(create, &columns, &keys, context);
    let task = files(&create.location, external, options, names, fields, asker, context)?;
    let registration = Registration { external: external.clone(), table, new: true, keys: keys.len() };
    Ok((task, registration))
}

/// More files for a table that is there; `fields` are its columns.
pub fn insert(
    name: &QualifiedName,
    table: &ExternalTable,
    fields: Vec<Field>,
    asker: Asker,
    context: &CommandContext<'_>,
) -> SqlResult<(UnloadTask, Registration)> {
    let (_, external) = owned_schema(name, context, "INSERT into an external table")?;
    if table.columns.iter().any(|column| column.nested.is_some()) {
        // unconfirmed: the guide says that INSERT does not write nested types, not in which words.
        let message = "INSERT into external tables with nested columns is not supported";
        return Err(SqlError::product("0A000", message));
    }
    let mut options = match &table.form {
        FileForm::Parquet => vec![UnloadOption::Parquet],
        FileForm::Delimited { delimiter, escape, line: b'\n' } => {
            let mut options = vec![UnloadOption::Delimiter(format!("\\{delimiter:03o}"))];
            options.push(UnloadOption::NullAs(String::from_utf8_lossy(&table.null).into_owned()));
            options.extend(escape.then_some(UnloadOption::Escape));
            options
        }
        // unconfirmed: the sentence for other formats.
        other => {
            let message = format!("INSERT into external tables of format {} is not supported", other.name());
            return Err(SqlError::product("0A000", message));
        }
    };
    options.extend(asked(&table.writing));
    options.push(UnloadOption::AllowOverwrite);
    let keys: Vec<Identifier> = table.columns[table.stored..].iter().map(|key| key.name.clone()).collect();
    let count = keys.len();
    let task = files(&table.location, external, options, keys, fields, asker, context)?;
    let described = json!({"Name": table.name.as_str()});
    Ok((task, Registration { external: external.clone(), table: described, new: false, keys: count }))
}

/// What the table's properties ask of its files.
fn asked(writing: &Writing) -> impl Iterator<Item = UnloadOption> {
    let megabytes = writing.most_megabytes.map(|most| UnloadOption::MaxFileSize(most << 20));
    let key = writing.key.clone();
    // `auto` is the bucket's own key.
    let sealed = key.as_deref().map(|key| UnloadOption::Encrypted { auto: key.eq_ignore_ascii_case("auto") });
    let key = key.filter(|key| !key.eq_ignore_ascii_case("auto")).map(UnloadOption::KmsKey);
    let serial = writing.serial.then_some(UnloadOption::Parallel(false));
    serial.into_iter().chain(megabytes).chain(sealed).chain(key)
}

/// What a column of the files is.
fn stored(data_type: DataType) -> SqlResult<DataType> {
    Ok(match data_type {
        DataType::Unknown => DataType::TEXT,
        DataType::Caseless { .. } => data_type.text(),
        DataType::TimestampTz
        | DataType::Time
        | DataType::TimeTz
        | DataType::Interval
        | DataType::IntervalTo(_)
        | DataType::Super
        | DataType::HllSketch => {
            let message = format!("Unsupported data type \"{data_type}\" for external table");
            return Err(SqlError::product("0A000", message));
        }
        other => other,
    })
}

fn files(
    location: &str,
    external: &ExternalSchema,
    mut options: Vec<UnloadOption>,
    keys: Vec<Identifier>,
    fields: Vec<Field>,
    asker: Asker,
    context: &CommandContext<'_>,
) -> SqlResult<UnloadTask> {
    if !keys.is_empty() {
        options.push(UnloadOption::PartitionBy { columns: keys, include: false });
    }
    let credentials = match external.roles.as_slice() {
        [] => CopyCredentials::DefaultRole,
        roles => CopyCredentials::IamRoles(roles.to_vec()),
    };
    let unload = Unload {
        query: String::new(),
        destination: format!("{}/", location.trim_end_matches('/')),
        credentials: Some(credentials),
        options,
    };
    let Moment { date, hour, minute, second, micros, .. } = Moment::from_micros(context.now.0);
    let stem = format!(
        "{:04}{:02}{:02}_{hour:02}{minute:02}{second:02}_{micros:06}_{}_",
        date.year, date.month, date.day, asker.query
    );
    Ok(UnloadTask::start(&unload, fields, context.manifest, context.session, asker.query)?.named(stem))
}

impl Registration {
    /// Tells the catalog of the table and of its new partitions.
    pub fn finish(
        &mut self,
        files: &[Unloaded],
        rows: u64,
        outside: &mut dyn Outside,
        asker: Asker,
    ) -> SqlResult<Completion> {
        let database = self.external.database.clone();
        let mut told = |question, parameters| {
            ask(outside, &self.external, question, parameters).map_err(|error| refused(&error, asker))
        };
        if self.new {
            self.table["Parameters"]["numRows"] = json!(rows.to_string());
            let input = json!({"DatabaseName": database, "TableInput": self.table});
            told(CatalogQuestion::CreateTable, input)?;
        } else {
            let of = json!({"DatabaseName": database, "Name": self.table["Name"]});
            self.table = told(CatalogQuestion::GetTable, of)?["Table"].take();
        }
        let mut folders = SortedSet::new();
        let location = self.table["StorageDescriptor"]["Location"].as_str().unwrap_or("");
        let location = location.trim_end_matches('/').to_owned();
        for file in files.iter().filter(|_| self.keys > 0) {
            let folder = file.path.rsplit_once('/').map_or("", |(folder, _)| folder);
            folders.insert(folder.to_owned());
        }
        let inputs: Vec<Value> = folders
            .iter()
            .filter_map(|folder| {
                let values = folder.get(location.len() + 1..)?.split('/');
                let values =
                    values.filter_map(|part| part.split_once('=')).map(|(_, value)| unescaped(value));
                Some(alter_table::partition(&self.table, values.collect(), &format!("{folder}/")))
            })
            .collect();
        for some in inputs.chunks(AT_ONCE) {
            let input = json!({
                "DatabaseName": database,
                "TableName": self.table["Name"],
                "PartitionInputList": some,
            });
            // Those that are there already stay.
            told(CatalogQuestion::BatchCreatePartition, input)?;
        }
        let tag = if self.new { "SELECT".to_owned() } else { format!("INSERT 0 {rows}") };
        Ok(Completion { tag, rows_affected: Some(rows), ..Completion::default() })
    }
}

/// A folder's value with its `%xx` undone.
fn unescaped(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let hex = (*first == b'%').then(|| std::str::from_utf8(tail.get(..2)?).ok()).flatten();
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            None => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
