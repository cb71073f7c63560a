//! A table of random rows, unloaded in one format and loaded again, is the same table.

use super::Lake;
use crate::choice::{Choices, case_seed};

const DDL: &str = "id int, s smallint, b bigint, d decimal(12,3), w decimal(38,9), r real, f float8, o boolean, c char(9), v varchar(300), dt date, ts timestamp, tz timestamptz, t time, sp super, vb varbyte(8)";

/// What stands between fields, means something to some reader, or takes several bytes.
const PIECES: [&str; 22] = [
    "", "a", " ", "  ", "|", ",", "\t", "\"", "'", "\\", "\n", "\r", "\r\n", "NULL", "\\N", "한글", "é",
    "😀", "{", "\"\"", "\\n", ";",
];

/// One case of a run.
///
/// # Errors
/// What came out otherwise, with what it takes to see it again.
pub fn case(seed: u64, number: u64) -> Result<(), String> {
    let mut choices = Choices::drawn(case_seed(seed, number));
    let mut lake = Lake::new()?;
    let rows = choices.below(40);
    lake.sql(&format!("CREATE TABLE t ({DDL}); CREATE TABLE again (LIKE t)"))?;
    if rows > 0 {
        let all: Vec<String> = (0..rows).map(|id| row(&mut choices, id)).collect();
        lake.sql(&format!("INSERT INTO t VALUES {}", all.join(", ")))?;
    }
    let (unload, copy) = format(&mut choices);
    let parallel = choices.of(&["", " PARALLEL OFF"]);
    let unload = format!("UNLOAD ('SELECT * FROM t') TO 's3://lake/f_' IAM_ROLE default {unload}{parallel}");
    let copy = format!("COPY again FROM 's3://lake/f_' IAM_ROLE default {copy}");
    let told = |why: &str| format!("{unload}\n{copy}\n{why}");
    lake.sql(&unload).map_err(|why| told(&why))?;
    let files = lake.sandbox.aws("learner", "s3 ls s3://lake/").stdout;
    if !files.is_empty() {
        lake.sql(&copy).map_err(|why| {
            let errors = lake.sql("SELECT line_number, colname, raw_line, err_reason FROM stl_load_errors");
            told(&format!("{why}\n{errors:?}"))
        })?;
    }
    let wanted = lake.sql("SELECT * FROM t ORDER BY id")?;
    let found = lake.sql("SELECT * FROM again ORDER BY id")?;
    let odd = wanted.iter().zip(&found).find(|(wanted, found)| wanted != found);
    match odd {
        Some((wanted, found)) => Err(told(&format!("{found:?}\n{wanted:?} was wanted"))),
        None if wanted.len() != found.len() => {
            Err(told(&format!("{} rows of {}", found.len(), wanted.len())))
        }
        None => Ok(()),
    }
}

/// What UNLOAD and COPY say.
fn format(choices: &mut Choices) -> (String, String) {
    const NULL: &str = "NULL AS '@NULL@'";
    let codec = choices.of(&["", "", " GZIP", " BZIP2", " ZSTD"]);
    let delimiter = choices.of(&["|", ",", "\\t", ";", "~"]);
    match choices.below(6) {
        0 => (format!("CSV {NULL}{codec}"), format!("CSV {NULL}{codec}")),
        1 => {
            let both = format!("CSV DELIMITER '{delimiter}' {NULL}{codec}");
            (format!("{both} HEADER"), format!("{both} IGNOREHEADER 1"))
        }
        2 => {
            let both = format!("DELIMITER '{delimiter}' ESCAPE {NULL}{codec}");
            (both.clone(), both)
        }
        3 => {
            let both = format!("DELIMITER '{delimiter}' ESCAPE {NULL}{codec}");
            (format!("{both} ADDQUOTES"), format!("{both} REMOVEQUOTES"))
        }
        4 => (format!("JSON{codec}"), format!("JSON 'auto'{codec}")),
        _ => ("PARQUET".to_owned(), "FORMAT PARQUET SERIALIZETOJSON".to_owned()),
    }
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
}

fn row(choices: &mut Choices, id: usize) -> String {
    let text: String = (0..choices.below(6)).map(|_| choices.of(&PIECES)).collect();
    let short = choices.of(&["", "ab", " x", "\"q\"", "a|b,c", "\\", "'", "a\tb"]);
    let document = choices.of(&[
        "{\"a\":[1,null,\"x|,\\\"\"]}",
        "[]",
        "\"text\"",
        "12.50",
        "true",
        "{\"\":{\"b\":\"\\n\"}}",
    ]);
    let cells = [
        choices.of(&["0", "-32768", "32767", "12"]).to_owned(),
        choices.of(&["0", "-9223372036854775808", "9223372036854775807", "1000000"]).to_owned(),
        choices.of(&["0", "-999999999.999", "0.001", "12.5"]).to_owned(),
        choices.of(&["0", "-12345678901234567890123456789.123456789", "0.000000001"]).to_owned(),
        choices.of(&["0", "0.1", "-1.5", "3e30", "1e-30"]).to_owned(),
        choices.of(&["0", "0.1", "1e300", "-2.5e-300", "123456789.123456789"]).to_owned(),
        choices.of(&["true", "false"]).to_owned(),
        quoted(short),
        quoted(&text),
        choices.of(&["'1900-01-01'", "'2024-02-29'", "'9999-12-31'", "'1969-12-31'"]).to_owned(),
        choices.of(&["'2023-05-25 10:11:12.000001'", "'1969-12-31 23:59:59'", "'2000-01-01'"]).to_owned(),
        choices.of(&["'2023-05-25 10:11:12.5+09'", "'1969-12-31 23:59:59+00'"]).to_owned(),
        choices.of(&["'00:00'", "'23:59:59.999999'"]).to_owned(),
        format!("json_parse({})", quoted(document)),
        choices.of(&["'beef'::varbyte", "''::varbyte", "from_hex('00ff')"]).to_owned(),
    ];
    let mut out = format!("({id}");
    for cell in cells {
        out.push_str(", ");
        out.push_str(if choices.chance(15) { "NULL" } else { &cell });
    }
    out + ")"
}
