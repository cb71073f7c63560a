//! An object that came in pieces is the same object to every reader, to the last word of an error: COPY in each format,
//! external scans, ranges, copies, downloads, and an account that was stored and read back.

use std::sync::Arc;

use sandshift_engine::aws::Caller;
use sandshift_engine::pieces::{PIECE, Pieces};
use sandshift_engine::sandbox::Sandbox;
use serde_json::json;

use super::Lake;
use crate::choice::{Choices, case_seed};

const SCRAPS: [&str; 20] = [
    "1",
    "22",
    "abc",
    ",",
    ",",
    "|",
    "|",
    "\n",
    "\n",
    "\n",
    "\r\n",
    "\"",
    "\"\"",
    "\\",
    "\\N",
    " ",
    "가",
    "😀",
    "{\"a\":1,\"b\":\"x\"}",
    "{\"a\":",
];

/// COPY's words; the file's form is whatever it is.
const LOADS: [&str; 9] = [
    "CSV MAXERROR 1000",
    "CSV IGNOREHEADER 2 FILLRECORD",
    "CSV QUOTE '\"' ACCEPTINVCHARS MAXERROR 3",
    "DELIMITER ',' MAXERROR 1000",
    "DELIMITER '|' ESCAPE MAXERROR 1000 IGNOREBLANKLINES",
    "DELIMITER ',' REMOVEQUOTES MAXERROR 1000",
    "FIXEDWIDTH 'a:1,b:4' MAXERROR 1000",
    "JSON 'auto' MAXERROR 1000",
    "DELIMITER ',' ENCODING UTF16LE MAXERROR 1000",
];

const TABLES: [&str; 4] = [
    "ROW FORMAT DELIMITED FIELDS TERMINATED BY ','",
    "ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde'",
    "ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'",
    "ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.RegexSerDe' WITH SERDEPROPERTIES ('input.regex'='(\\\\d+).(.*)')",
];

fn cut(bytes: &[u8], longest: usize, choices: &mut Choices) -> Pieces {
    let mut pieces = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let (piece, behind) = rest.split_at((1 + choices.below(longest)).min(rest.len()));
        pieces.push(Arc::<[u8]>::from(piece).into());
        rest = behind;
    }
    Pieces::of(pieces)
}

fn call(
    sandbox: &mut Sandbox,
    operation: &str,
    key: &str,
    range: Option<&str>,
    body: Option<Pieces>,
) -> (String, Pieces) {
    let mut parameters = json!({"Bucket": "lake", "Key": key});
    if let Some(range) = range {
        parameters["Range"] = json!(range);
    }
    let reply = sandbox.call(&Caller::user("learner"), "s3api", operation, parameters, body).unwrap();
    (reply.value.to_string(), reply.body.unwrap_or_default())
}

/// The same done to both; it must come to the same.
struct Twins([Lake; 2]);

impl Twins {
    fn new() -> Twins {
        let lake = || {
            let mut lake = Lake::new().unwrap();
            let glue = "arn:aws:iam::aws:policy/AWSGlueConsoleFullAccess";
            lake.sandbox
                .aws("learner", &format!("iam attach-role-policy --role-name lake --policy-arn {glue}"));
            lake.sql(
                "CREATE TABLE t (a int, b varchar(9)); CREATE EXTERNAL SCHEMA s FROM DATA CATALOG DATABASE 'd' IAM_ROLE default CREATE EXTERNAL DATABASE IF NOT EXISTS",
            )
            .unwrap();
            lake
        };
        Twins([lake(), lake()])
    }

    /// Into the second in pieces.
    fn put(&mut self, key: &str, bytes: &[u8], longest: usize, choices: &mut Choices) {
        let [whole, apart] = &mut self.0;
        let one = call(&mut whole.sandbox, "PutObject", key, None, Some(bytes.into()));
        let other = call(&mut apart.sandbox, "PutObject", key, None, Some(cut(bytes, longest, choices)));
        assert_eq!(one.0, other.0, "the same ETag");
    }

    fn sql(&mut self, text: &str) -> Result<Vec<Vec<String>>, String> {
        let [whole, apart] = &mut self.0;
        let wanted = whole.sql(text);
        assert_eq!(apart.sql(text), wanted, "{text}");
        wanted
    }

    fn aws(&mut self, line: &str) {
        let [whole, apart] = &mut self.0;
        let (wanted, found) = (whole.sandbox.aws("learner", line), apart.sandbox.aws("learner", line));
        assert_eq!((found.stdout, found.stderr, found.code), (wanted.stdout, wanted.stderr, 0), "{line}");
    }
}

fn drawn(choices: &mut Choices) -> Vec<u8> {
    let mut text = Vec::new();
    for _ in 0..choices.below(80) {
        text.extend_from_slice(choices.of(&SCRAPS).as_bytes());
        if choices.chance(1) {
            text.push(0xff);
        }
    }
    text
}

#[test]
fn no_reader_sees_where_an_object_was_cut() {
    let mut twins = Twins::new();
    let mut loaded = 0;
    for number in 0..24 {
        let mut choices = Choices::drawn(case_seed(0x51ece5, number));
        let text = drawn(&mut choices);
        let (longest, key) = (1 + choices.below(30), format!("f{number}/f"));
        twins.put(&key, &text, longest, &mut choices);
        for load in LOADS {
            let copy = format!("COPY t FROM 's3://lake/{key}' IAM_ROLE default {load}");
            loaded += usize::from(twins.sql(&format!("TRUNCATE t; {copy}")).is_ok());
            twins.sql("SELECT a, b FROM t ORDER BY 1, 2").unwrap();
        }
        let form = TABLES[number as usize % TABLES.len()];
        let table = format!("s.t{number}");
        twins
            .sql(&format!("CREATE EXTERNAL TABLE {table} (a int, b varchar(9)) {form} STORED AS TEXTFILE LOCATION 's3://lake/f{number}/'"))
            .unwrap();
        // What is no JSON is refused, and refused alike.
        let _ = twins.sql(&format!("SELECT a, b, \"$path\", \"$size\" FROM {table} ORDER BY 1, 2"));
        twins.aws(&format!("s3 cp s3://lake/{key} /data/{number}"));
        twins.aws(&format!("s3 cp s3://lake/{key} s3://lake/copy{number}"));
        if !text.is_empty() {
            let (from, many) = (choices.below(text.len()), 1 + choices.below(text.len()));
            let range = format!("bytes={from}-{}", from + many);
            let [whole, apart] = &mut twins.0;
            let wanted = call(&mut whole.sandbox, "GetObject", &key, Some(&range), None);
            let found = call(&mut apart.sandbox, "GetObject", &format!("copy{number}"), Some(&range), None);
            assert_eq!(found.1, wanted.1);
            assert_eq!(&*found.1.whole(), &text[from..(from + many + 1).min(text.len())]);
        }
    }
    twins.sql("SELECT filename, line_number, colname, position, raw_line, raw_field_value, err_code, err_reason FROM stl_load_errors ORDER BY query, line_number").unwrap();
    twins.sql("SELECT filename, lines_scanned, errors, bytes FROM stl_load_commits ORDER BY query").ok();
    assert!(loaded > 80, "{loaded} loads went through: the others tell little");
}

/// Longer than what is looked ahead at once, with records longer than a piece, and what a module has to expand or read.
#[test]
fn nor_of_a_long_one_or_a_compressed_one() {
    let mut twins = Twins::new();
    let mut choices = Choices::drawn(case_seed(0x51ece5, 1_000));
    twins.sql("CREATE TABLE l (a int, b varchar(65535))").unwrap();
    let mut csv = String::new();
    for number in 0..9_000 {
        let long = if number % 700 == 3 { "가\n\"\"".repeat(12_000) } else { format!("row {number}") };
        csv.push_str(&format!("{number},\"{long}\"\n"));
    }
    twins.put("csv/f", csv.as_bytes(), 50_000, &mut choices);
    let load = |from: &str, how: &str| {
        format!(
            "TRUNCATE l; COPY l FROM 's3://lake/{from}' IAM_ROLE default {how}; SELECT COUNT(*), SUM(a), SUM(LEN(b)), MAX(b) FROM l"
        )
    };
    let wanted = twins.sql(&load("csv/f", "CSV")).unwrap();
    assert_eq!(wanted[0][0], "9000");
    for (name, unload, copy) in [
        ("gz", "CSV GZIP PARALLEL OFF", "CSV GZIP"),
        ("zst", "DELIMITER ',' ESCAPE ZSTD PARALLEL OFF", "DELIMITER ',' ESCAPE ZSTD"),
        ("json", "JSON PARALLEL OFF", "JSON 'auto'"),
        ("parquet", "PARQUET PARALLEL OFF", "FORMAT PARQUET"),
    ] {
        let [whole, apart] = &mut twins.0;
        let unload = format!("UNLOAD ('SELECT * FROM l') TO 's3://lake/{name}/' IAM_ROLE default {unload}");
        whole.sql(&unload).unwrap();
        apart.sql(&unload).unwrap();
        let listed = whole.sandbox.aws("learner", &format!("s3 ls s3://lake/{name}/")).stdout;
        let key = format!("{name}/{}", listed.split_whitespace().last().unwrap());
        let (_, bytes) = call(&mut whole.sandbox, "GetObject", &key, None, None);
        twins.put(&key, &bytes.whole(), 9_000, &mut choices);
        assert_eq!(twins.sql(&load(&key, copy)).unwrap(), wanted, "{name}");
    }
}

/// A long object is stored in pieces of one length, a copy of it not once more, and comes back as it was.
#[test]
fn a_long_object_is_stored_in_pieces_once() {
    let mut lake = Lake::new().unwrap();
    let mut choices = Choices::drawn(case_seed(0x51ece5, 2_000));
    let before = lake.sandbox.save(&|_| false).unwrap().blocks.len();
    let bytes: Vec<u8> = (0..2 * PIECE + 77).map(|at| (at % 251) as u8).collect();
    let (put, _) = call(&mut lake.sandbox, "PutObject", "long", None, Some(cut(&bytes, PIECE, &mut choices)));
    lake.sandbox.aws("learner", "s3 cp s3://lake/long s3://lake/again");
    lake.sandbox.aws("learner", "s3 cp s3://lake/long /data/long");
    lake.sandbox.aws("learner", "s3 cp /data/long s3://lake/parts");
    lake.sandbox.aws("learner", "s3api put-object --bucket lake --key empty");
    let saved = lake.sandbox.save(&|_| false).unwrap();
    let mut lengths: Vec<usize> = saved.blocks[before..].iter().map(|(_, bytes)| bytes.len()).collect();
    lengths.sort_unstable();
    // The empty object; `long` with `again`, `parts`, and the file.
    assert_eq!(lengths, [0, 77, 77, 77, PIECE, PIECE, PIECE, PIECE, PIECE, PIECE]);
    let mut read =
        |number: u64| saved.blocks.iter().find(|(own, _)| *own == number).map(|(_, bytes)| bytes.clone());
    let mut back = Sandbox::load(&saved.manifest, &mut read, |_| None).unwrap();
    for key in ["long", "again", "parts", "empty"] {
        let wanted: &[u8] = if key == "empty" { &[] } else { &bytes };
        let (_, got) = call(&mut back, "GetObject", key, None, None);
        assert!(*got.whole() == *wanted, "{key}");
    }
    assert_eq!(back.aws("learner", "s3 cp /data/long s3://lake/third").code, 0);
    let (third, _) = call(&mut back, "HeadObject", "third", None, None);
    let (parts, _) = call(&mut back, "HeadObject", "parts", None, None);
    let tag = |text: &str| text.split("\"ETag\":").nth(1).map(|rest| rest[..40].to_owned());
    assert_eq!(tag(&third), tag(&parts));
    assert_ne!(tag(&third), tag(&put), "parts have a tag of their own");
    assert_eq!(back.save(&|_| false).unwrap().blocks.len(), saved.blocks.len() + 3);
}
