//! Lines of every form come out as rows, and what does not fit as its table says.

use arrow::array::{Array, AsArray};
use arrow::datatypes::Int32Type;

use super::*;
use crate::warehouse::external::{ExternalSchema, Writing};

fn table(form: FileForm, header: u64) -> ExternalTable {
    let column = |name: &str, data_type| ExternalColumn::plain(name.into(), data_type);
    ExternalTable {
        schema: "s".into(),
        name: "t".into(),
        source: ExternalSchema {
            database: "d".to_owned(),
            roles: Vec::new(),
            catalog_roles: Vec::new(),
            region: None,
        },
        columns: vec![
            column("a", DataType::Integer),
            column("b", DataType::Varchar(4)),
            column("c", DataType::Varchar(9)),
        ],
        stored: 3,
        location: String::new(),
        form,
        header,
        null: b"\\N".to_vec(),
        rows: None,
        compression: None,
        handling: None,
        parse_strings: true,
        writing: Writing::default(),
    }
}

fn read(table: &ExternalTable, text: &str) -> Vec<(Option<i32>, Option<String>)> {
    let mut reader = LineReader::new(table, &[0, 1]).unwrap();
    let mut file = LineFile::new(text.as_bytes().into(), table.header);
    while !file.at_end() {
        let full = reader.rows() + 1;
        reader.read(&mut file, full).unwrap();
    }
    let (columns, _) = reader.take().unwrap();
    let strings = columns[1].as_dictionary::<Int32Type>();
    let values = strings.values().as_string::<i32>().clone();
    let numbers = columns[0].as_primitive::<Int32Type>();
    let string = |row: usize| {
        strings.is_valid(row).then(|| values.value(strings.keys().value(row) as usize).to_owned())
    };
    numbers.iter().enumerate().map(|(row, number)| (number, string(row))).collect()
}

fn row(number: Option<i32>, text: &str) -> (Option<i32>, Option<String>) {
    (number, Some(text.to_owned()))
}

#[test]
fn no_line_is_bad() {
    let delimited = table(FileForm::Delimited { delimiter: b',', escape: false, line: b'\n' }, 0);
    let text = "a,b,c\n1,\"x,y\"\r\n2\n3,\\N,\n,longer than four,z,more\n5,";
    assert_eq!(
        read(&delimited, text),
        [
            row(None, "b"),
            row(Some(1), "\"x"),
            (Some(2), None),
            (Some(3), None),
            row(None, "long"),
            row(Some(5), "")
        ]
    );
    assert_eq!(read(&table(delimited.form.clone(), 1), "a,b\n1,x\n"), [row(Some(1), "x")]);
}

#[test]
fn quotes_patterns_and_objects() {
    let csv = table(FileForm::Csv { delimiter: b',', quote: b'"', escape: b'\\' }, 0);
    assert_eq!(read(&csv, "\"1\",\"a,b\"\n2,\"\"\"q\\\"\"\n"), [row(Some(1), "a,b"), row(Some(2), "\"q\"")]);
    let pattern = table(FileForm::Regex("(\\d+) (.*)".to_owned()), 0);
    assert_eq!(read(&pattern, "7 up\nno\n"), [row(Some(7), "up"), (None, None)]);
    let json = table(FileForm::Json { strip: false }, 0);
    assert_eq!(read(&json, "{\"A\":1,\"b\":\"x\"}\n{\"b\":[2]}\n"), [row(Some(1), "x"), row(None, "[2]")]);
    let array = table(FileForm::Json { strip: true }, 0);
    assert_eq!(
        read(&array, " [ {\"a\":1,\n\"b\":\"x\"},{\"a\":null} ]\n"),
        [row(Some(1), "x"), (None, None)]
    );
}

#[test]
fn what_does_not_fit_is_handled() {
    use Action::{Disabled, Drop, Fail, Mend, Null};
    let text = "1,long name,c;99999999999,b,c;3,b;4,\u{e4}bc,c,d;";
    let handled = |surplus, numbers, columns| {
        let mut table = table(FileForm::Delimited { delimiter: b',', escape: false, line: b';' }, 0);
        let handling =
            Handling { characters: Disabled, replacement: b'?', numbers, surplus, bytes: Disabled, columns };
        table.handling = Some(handling);
        table
    };
    let four = row(Some(4), "\u{e4}bc");
    assert_eq!(
        read(&handled(Null, Null, Disabled), text),
        [(Some(1), None), row(None, "b"), row(Some(3), "b"), four.clone()]
    );
    assert_eq!(read(&handled(Mend, Drop, Drop), text), [row(Some(1), "long")]);
    assert_eq!(read(&handled(Drop, Drop, Null), text), [row(Some(3), "b"), four]);
    let mut reader = LineReader::new(&handled(Fail, Null, Null), &[0, 1]).unwrap();
    let mut file = LineFile::new(text.as_bytes().into(), 0);
    let told = reader.read(&mut file, 9);
    assert_eq!(told, Err(Unreadable("Scan: Value \"long name\" does not fit its column".to_owned())));
}
