//! Objects to tables: folders whose objects are alike become one, the folders in it its partitions (Glue Developer
//! Guide, "How does a crawler determine when to create partitions?").

use serde_json::{Map, Value, json};

use super::sample::{Class, Found};
use super::shape::{Shape, merged};

pub struct Table<'a> {
    name: String,
    /// A folder, or one object.
    location: String,
    files: Vec<&'a Found>,
    columns: Vec<(String, Shape)>,
    keys: Vec<String>,
    /// Values of the keys, and the folder.
    partitions: Vec<(Vec<String>, String, Vec<&'a Found>)>,
}

/// The tables below a path.
pub fn tables<'a>(below: &str, found: &'a [Found]) -> Vec<Table<'a>> {
    let mut out = Vec::new();
    if let [file] = found
        && file.path == below
    {
        out.push(table(&file.path, vec![file]));
        return out;
    }
    let mut folder = format!("{}/", below.trim_end_matches('/'));
    let all: Vec<&Found> = found.iter().filter(|file| file.path.starts_with(&folder)).collect();
    // unconfirmed: a bucket with one folder is not a table with one partition.
    if folder.matches('/').count() == 3
        && let Some(first) = all.first().and_then(|file| child(&folder, file))
        && all.iter().all(|file| child(&folder, file) == Some(first))
        && !first.contains('=')
    {
        folder = format!("{folder}{first}/");
    }
    group(&folder, all, &mut out);
    out
}

/// The folder in `folder` that a file lies in.
fn child<'a>(folder: &str, file: &'a Found) -> Option<&'a str> {
    file.path[folder.len()..].split_once('/').map(|(child, _)| child)
}

fn group<'a>(folder: &str, files: Vec<&'a Found>, out: &mut Vec<Table<'a>>) {
    let Some(first) = files.first() else { return };
    let depth = |file: &Found| file.path[folder.len()..].matches('/').count();
    if files.iter().all(|file| alike(first, file) && depth(file) == depth(first)) {
        out.push(table(folder, files));
        return;
    }
    let mut folders: Vec<&str> = Vec::new();
    for file in &files {
        match child(folder, file) {
            None => out.push(table(&file.path, vec![*file])),
            Some(name) if !folders.contains(&name) => folders.push(name),
            Some(_) => {}
        }
    }
    for name in folders {
        let inner = format!("{folder}{name}/");
        let inside = files.iter().copied().filter(|file| file.path.starts_with(&inner)).collect();
        group(&inner, inside, out);
    }
}

/// Of one format, and seven of ten columns in common.
fn alike(one: &Found, other: &Found) -> bool {
    let common = one.columns.iter().filter(|(name, _)| other.columns.iter().any(|(known, _)| known == name));
    one.class.name() == other.class.name()
        && common.count() * 10 >= one.columns.len().max(other.columns.len()) * 7
}

/// A table over these objects.
pub fn table<'a>(location: &str, files: Vec<&'a Found>) -> Table<'a> {
    let mut columns = Vec::new();
    for file in &files {
        columns = merged(columns, file.columns.clone());
    }
    let last = location.trim_end_matches('/').rsplit('/').next().unwrap_or("");
    let plain = |letter: char| if letter.is_alphanumeric() || letter == '_' { letter } else { '_' };
    let mut table = Table {
        name: last.to_lowercase().chars().map(plain).collect(),
        location: location.to_owned(),
        columns,
        keys: Vec::new(),
        partitions: Vec::new(),
        files,
    };
    if location.ends_with('/') {
        table.divide();
    }
    table
}

impl<'a> Table<'a> {
    /// Folders below the table are its partitions.
    fn divide(&mut self) {
        for file in &self.files {
            let inner = &file.path[self.location.len()..];
            let Some((folders, _)) = inner.rsplit_once('/') else { return };
            let place = format!("{}{folders}/", self.location);
            if let Some((_, _, files)) = self.partitions.iter_mut().find(|(_, known, _)| *known == place) {
                files.push(file);
                continue;
            }
            let (mut keys, mut values) = (Vec::new(), Vec::new());
            for (at, folder) in folders.split('/').enumerate() {
                let (key, value) = match folder.split_once('=') {
                    Some((key, value)) => (key.to_lowercase(), value),
                    None => (format!("partition_{at}"), folder),
                };
                keys.push(key);
                values.push(decoded(value));
            }
            if self.partitions.is_empty() {
                self.keys = keys;
            } else if self.keys != keys {
                self.keys = (0..keys.len()).map(|at| format!("partition_{at}")).collect();
            }
            self.partitions.push((values, place, vec![file]));
        }
    }

    /// As the catalog takes it, with what is not the table's own in `Partitions`.
    pub fn told(&self, crawler: &str) -> Value {
        let typed = |name: &str, shape: &Shape| json!({"Name": name, "Type": shape.to_string()});
        // Glue's own classifier takes an array for one record of one column; a job reads what is in it.
        let array = !crawler.is_empty() && self.class() == Class::Json { array: true };
        let columns: Vec<Value> = if array {
            let of = Shape::Array(Box::new(Shape::Struct(self.columns.clone())));
            vec![typed("array", &of)]
        } else {
            self.columns.iter().map(|(name, shape)| typed(name, shape)).collect()
        };
        let partition = |(values, place, files): &(Vec<String>, String, Vec<&Found>)| {
            let parameters = self.parameters(files, crawler);
            let stored = self.descriptor(place, &columns, &parameters);
            json!({"Values": values, "StorageDescriptor": stored, "Parameters": parameters})
        };
        let parameters = self.parameters(&self.files, crawler);
        json!({
            "Name": self.name,
            "Owner": "owner",
            "Retention": 0,
            "StorageDescriptor": self.descriptor(&self.location, &columns, &parameters),
            "PartitionKeys": self.keys.iter().map(|key| typed(key, &Shape::Text)).collect::<Vec<_>>(),
            "TableType": "EXTERNAL_TABLE",
            "Parameters": parameters,
            "Partitions": self.partitions.iter().map(partition).collect::<Vec<_>>(),
        })
    }

    fn class(&self) -> Class {
        let header =
            self.files.iter().find(|file| matches!(file.class, Class::Delimited { header: true, .. }));
        header.or(self.files.first()).map_or(Class::Unknown, |file| file.class)
    }

    fn parameters(&self, files: &[&Found], crawler: &str) -> Value {
        let (size, records) =
            files.iter().fold((0, 0), |(size, records), file| (size + file.size, records + file.records));
        let mut parameters = Map::new();
        let mut say = |name: &str, value: String| parameters.insert(name.to_owned(), Value::String(value));
        say("CrawlerSchemaDeserializerVersion", "1.0".to_owned());
        say("CrawlerSchemaSerializerVersion", "1.0".to_owned());
        if !crawler.is_empty() {
            say("UPDATED_BY_CRAWLER", crawler.to_owned());
        }
        let class = self.class();
        if let Class::Delimited { quoted, .. } = class {
            say("areColumnsQuoted", quoted.to_string());
        }
        say("averageRecordSize", size.checked_div(records).unwrap_or(0).to_string());
        say("classification", class.name().to_owned());
        if let Class::Delimited { .. } = class {
            say("columnsOrdered", "true".to_owned());
        }
        say("compressionType", files.first().map_or("none", |file| file.compression).to_owned());
        if let Class::Delimited { delimiter, .. } = class {
            say("delimiter", delimiter.to_string());
        }
        say("objectCount", files.len().to_string());
        say("recordCount", records.to_string());
        say("sizeKey", size.to_string());
        if let Class::Delimited { header: true, .. } = class {
            say("skip.header.line.count", "1".to_owned());
        }
        say("typeOfData", "file".to_owned());
        Value::Object(parameters)
    }

    fn descriptor(&self, place: &str, columns: &[Value], parameters: &Value) -> Value {
        const TEXT: [&str; 2] = [
            "org.apache.hadoop.mapred.TextInputFormat",
            "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
        ];
        let ([input, output], serde) = match self.class() {
            Class::Delimited { delimiter, .. } => (
                TEXT,
                json!({
                    "SerializationLibrary": "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe",
                    "Parameters": {"field.delim": delimiter.to_string()},
                }),
            ),
            Class::Json { .. } => {
                let mut paths: Vec<&str> = columns.iter().filter_map(|one| one["Name"].as_str()).collect();
                paths.sort_unstable();
                let serde = json!({
                    "SerializationLibrary": "org.openx.data.jsonserde.JsonSerDe",
                    "Parameters": {"paths": paths.join(",")},
                });
                (TEXT, serde)
            }
            Class::Parquet => (
                [
                    "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
                    "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
                ],
                json!({
                    "SerializationLibrary": "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
                    "Parameters": {"serialization.format": "1"},
                }),
            ),
            Class::Orc => (
                [
                    "org.apache.hadoop.hive.ql.io.orc.OrcInputFormat",
                    "org.apache.hadoop.hive.ql.io.orc.OrcOutputFormat",
                ],
                json!({"SerializationLibrary": "org.apache.hadoop.hive.ql.io.orc.OrcSerde", "Parameters": {}}),
            ),
            Class::Unknown => (["", ""], json!({"Parameters": {}})),
        };
        let compressed = self.files.first().is_some_and(|file| file.compression != "none");
        json!({
            "Columns": columns,
            "Location": place,
            "InputFormat": input,
            "OutputFormat": output,
            "Compressed": compressed,
            "NumberOfBuckets": -1,
            "SerdeInfo": serde,
            "BucketColumns": [],
            "SortColumns": [],
            "Parameters": parameters,
            "StoredAsSubDirectories": false,
        })
    }
}

/// `%3A` and the like, as writers of such folders put them.
fn decoded(value: &str) -> String {
    let mut out = Vec::new();
    let mut rest = value.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        let code = after.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        match code.and_then(|two| u8::from_str_radix(two, 16).ok()).filter(|_| *byte == b'%') {
            Some(code) => {
                out.push(code);
                rest = &after[2..];
            }
            None => {
                out.push(*byte);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}
