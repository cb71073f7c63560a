//! Loads from a bucket that is a list of files.

use arrow::array::{Array, AsArray};
use arrow::datatypes::{Int32Type, Int64Type};

use super::*;
use crate::extension::Extensions;
use crate::load::column::LoadColumn;
use crate::load::options::Options;
use crate::pieces::Pieces;
use crate::sql::outside::{Credentials, ObjectSummary, Outside, OutsideError};
use crate::warehouse::identifier::QualifiedName;

struct Bucket(Vec<(&'static str, String)>);

impl Outside for Bucket {
    fn list(&mut self, _: &Credentials, _: &str, prefix: &str) -> Result<Vec<ObjectSummary>, OutsideError> {
        let found = self.0.iter().filter(|(key, _)| key.starts_with(prefix));
        Ok(found
            .map(|(key, text)| ObjectSummary { key: (*key).to_owned(), size: text.len() as u64 })
            .collect())
    }

    fn find(
        &mut self,
        at: &Credentials,
        bucket: &str,
        prefix: &str,
    ) -> Result<Vec<ObjectSummary>, OutsideError> {
        self.list(at, bucket, prefix)
    }

    fn put(&mut self, _: &Credentials, _: &str, _: &str, _: Pieces) -> Result<(), OutsideError> {
        Ok(())
    }

    fn delete(&mut self, _: &Credentials, _: &str, _: &str) -> Result<(), OutsideError> {
        Ok(())
    }

    fn get(&mut self, _: &Credentials, _: &str, key: &str) -> Result<Pieces, OutsideError> {
        match self.0.iter().find(|(name, _)| *name == key) {
            Some((_, text)) => Ok(text.as_bytes().into()),
            None => {
                Err(OutsideError { message: "gone".into(), code: 8001, context: String::new(), hint: None })
            }
        }
    }
}

/// A task for `(id integer, name varchar(8), amount bigint default 7)`, of which the file fills the first two.
fn task(most_errors: usize) -> CopyTask {
    let column = |name: &str, data_type| LoadColumn {
        name: name.into(),
        data_type,
        nullable: true,
        has_default: false,
    };
    let columns = vec![column("id", DataType::Integer), column("name", DataType::Varchar(8))];
    let options = Options {
        format: Format::Csv { delimiter: b',', quote: b'"' },
        ignore_header: 1,
        ..Options::default()
    };
    let copy = Copy {
        table: QualifiedName { database: None, schema: None, name: Identifier::fold("part") },
        columns: Vec::new(),
        source: "s3://b/usc/".into(),
        credentials: None,
        options: Vec::new(),
    };
    CopyTask {
        target: ObjectId(100_001),
        table: "part".into(),
        reader: Reader::new(options, columns).unwrap(),
        sources: vec![
            ColumnSource::File { column: 0, default: None },
            ColumnSource::File { column: 1, default: Some(Value::string("none")) },
            ColumnSource::Constant { value: Value::BigInt(7), data_type: DataType::BigInt },
        ],
        most_errors,
        no_load: false,
        content: Content::Text,
        json_paths: None,
        analyze: None,
        files: Files::new(
            ("b".into(), "usc/".into()),
            Credentials::DefaultRole,
            &Settings::read(&copy).unwrap(),
            Failure { query: 12, process: 3 },
        ),
        opened: false,
        current: None,
        done_bytes: 0,
        rows: 0,
        errors: Vec::new(),
        replacements: Vec::new(),
        commits: Vec::new(),
        held: Held::default(),
        finished: false,
    }
}

fn run(task: &mut CopyTask, outside: &mut Bucket) -> SqlResult<(Vec<Batch>, u64, Vec<String>)> {
    let mut batches = Vec::new();
    loop {
        match task.step(&mut Surroundings { outside, extensions: Extensions::default(), room: u64::MAX })? {
            CopyStep::Running(_) => {}
            CopyStep::Rows(batch) => batches.push(batch),
            CopyStep::Done { rows, notices } => return Ok((batches, rows, notices)),
        }
    }
}

#[test]
fn several_files_are_one_load() {
    let long: String = (0..100_000).map(|n| format!("{n},x\n")).collect();
    let mut bucket = Bucket(vec![
        ("usc/a", format!("id,name\n{long}")),
        ("usc/b", "id,name\n5,\n".into()),
        ("zzz", "?".into()),
    ]);
    let mut task = task(1);
    let (batches, rows, notices) = run(&mut task, &mut bucket).unwrap();
    assert_eq!(rows, 100_001);
    assert_eq!(batches.iter().map(|batch| batch.rows).sum::<usize>(), 100_001);
    assert_eq!(batches[0].rows, SEGMENT_ROWS);
    let last = &batches[batches.len() - 1];
    assert_eq!(last.columns[0].as_primitive::<Int32Type>().value(last.rows - 1), 5);
    assert_eq!(last.columns[2].as_primitive::<Int64Type>().value(0), 7);
    assert_eq!(last.columns[1].null_count(), 0);
    assert_eq!(notices, ["INFO:  Load into table 'part' completed, 100001 record(s) loaded successfully."]);
    assert_eq!(task.commits().iter().map(|commit| commit.lines_scanned).collect::<Vec<_>>(), [100_001, 2]);
}

#[test]
fn a_failed_load_keeps_its_errors() {
    let mut bucket = Bucket(vec![("usc/a", "id,name\n1,x\ny,z\n".into())]);
    let mut failed = task(1);
    let error = run(&mut failed, &mut bucket).unwrap_err();
    assert_eq!(
        error.kind.message(),
        "Load into table 'part' failed.  Check 'stl_load_errors' system table for details."
    );
    let logged = &failed.errors()[0];
    assert_eq!(
        (logged.line_number, logged.column.as_str(), logged.data_type.as_str(), logged.code),
        (3, "id", "int4", 1207)
    );
    assert_eq!(
        (logged.filename.as_str(), logged.raw_line.as_str(), logged.raw_field_value.as_str()),
        ("s3://b/usc/a", "y,z", "y")
    );
    let (_, rows, notices) = run(&mut task(2), &mut bucket).unwrap();
    assert_eq!((rows, notices.len()), (1, 2));
}
