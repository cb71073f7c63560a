//! An ORC file that pyarrow wrote (`tests/formats/sample.orc`: two stripes of 1,000 rows, zlib, a dictionary): loaded,
//! queried where it lies, crawled, and refused where it does not fit.

use sandshift_engine::cli::Files;
use sandshift_engine::sandbox::Background;

use super::Lake;

const COLUMNS: &str =
    "id int, channel varchar(20), amount decimal(10,2), day date, paid boolean, at timestamp";

fn lake() -> Lake {
    let mut lake = Lake::new().unwrap();
    let bytes: &[u8] = include_bytes!("../../formats/sample.orc");
    lake.sandbox.disk.write("/data/sample.orc", bytes.into());
    for line in [
        "s3 cp /data/sample.orc s3://lake/orc/sample.orc",
        "iam attach-role-policy --role-name lake --policy-arn arn:aws:iam::aws:policy/AWSGlueConsoleFullAccess",
    ] {
        let output = lake.sandbox.aws("learner", line);
        assert_eq!(output.code, 0, "{line}: {}", output.stderr);
    }
    lake.sql("CREATE EXTERNAL SCHEMA x FROM DATA CATALOG DATABASE 'x' IAM_ROLE default CREATE EXTERNAL DATABASE IF NOT EXISTS").unwrap();
    let table = format!("CREATE EXTERNAL TABLE x.t ({COLUMNS}) STORED AS ORC LOCATION 's3://lake/orc/'");
    lake.sql(&table).unwrap();
    lake
}

fn one(lake: &mut Lake, sql: &str) -> String {
    lake.sql(sql).unwrap().iter().map(|row| row.join(" | ")).collect::<Vec<_>>().join("\n")
}

#[test]
fn its_rows_are_those_that_were_written() {
    let mut lake = lake();
    // Without the nested column, and COPY takes columns by their places.
    let told = lake.sql(&format!(
        "CREATE TABLE t ({COLUMNS}); COPY t FROM 's3://lake/orc/' IAM_ROLE default FORMAT ORC"
    ));
    let why = told.unwrap_err();
    assert!(why.contains("Table columns: 6, Data columns: 7"), "{why}");
    let sums = "SELECT COUNT(*), COUNT(channel), SUM(amount), MIN(day), MAX(day), SUM(paid::int), MIN(at), MAX(at) FROM x.t";
    assert_eq!(
        one(&mut lake, sums),
        "2000 | 1960 | 115461.15 | 2023-05-01 | 2023-05-02 | 461 | 1969-12-31 12:00:00 | 1970-01-01 21:19:00"
    );
    let row = "SELECT * FROM x.t WHERE id IN (0, 49, 727) ORDER BY id";
    assert_eq!(
        one(&mut lake, row),
        "0 | Google | -5.00 | 2023-05-01 | true | 1969-12-31 12:00:00\n\
         49 | NULL | -1.57 | 2023-05-01 | false | 1969-12-31 12:49:00\n\
         727 | Naver | 45.89 | 2023-05-01 | NULL | 1970-01-01 00:07:00"
    );
    assert_eq!(one(&mut lake, "SELECT COUNT(*) FROM x.t WHERE channel = '유튜브'"), "653");
}

#[test]
fn columns_and_stripes_that_nobody_wants_cost_nothing() {
    let mut lake = lake();
    let mut bytes = |sql: &str| -> u64 {
        lake.sql(sql).unwrap();
        let found =
            "SELECT s3_scanned_bytes, TRIM(file_format) FROM svl_s3query_summary ORDER BY query DESC LIMIT 1";
        let row = lake.sql(found).unwrap();
        assert_eq!(row[0][1], "ORC");
        row[0][0].parse().unwrap()
    };
    let all = bytes("SELECT * FROM x.t");
    let narrow = bytes("SELECT SUM(id) FROM x.t");
    let pruned = bytes("SELECT * FROM x.t WHERE id < 500");
    assert!(narrow < pruned && pruned < all, "{narrow} {pruned} {all}");
}

#[test]
fn what_does_not_fit_is_told() {
    let mut lake = lake();
    let table = |columns: &str, more: &str| {
        format!(
            "DROP TABLE x.t; CREATE EXTERNAL TABLE x.t ({columns}) STORED AS ORC LOCATION 's3://lake/orc/' {more}; SELECT * FROM x.t LIMIT 1"
        )
    };
    let why = lake.sql(&table("channel int", "")).unwrap_err();
    assert!(why.contains("has an incompatible ORC schema for column"), "{why}");
    // By its place instead of its name.
    let places = "TABLE PROPERTIES ('orc.schema.resolution'='position')";
    assert_eq!(one(&mut lake, &table("number int", places)), "0");
    assert_eq!(one(&mut lake, &table("number int", "")), "NULL");
    let why = lake.sql(&table("tags varchar(100)", "")).unwrap_err();
    assert!(why.contains("has an incompatible ORC schema for column"), "{why}");
    let why =
        lake.sql("CREATE TABLE t (a int); COPY t FROM 's3://lake/orc/' IAM_ROLE default FORMAT PARQUET");
    let why = why.unwrap_err();
    assert!(why.contains("has an invalid version number"), "{why}");
}

#[test]
fn a_crawler_knows_it() {
    let mut lake = lake();
    for line in [
        r#"iam create-role --role-name crawl --assume-role-policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"glue.amazonaws.com"},"Action":"sts:AssumeRole"}]}'"#,
        "iam attach-role-policy --role-name crawl --policy-arn arn:aws:iam::aws:policy/service-role/AWSGlueServiceRole",
        "iam attach-role-policy --role-name crawl --policy-arn arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess",
        r#"glue create-crawler --name c --role crawl --database-name x --targets '{"S3Targets":[{"Path":"s3://lake/orc/"}]}'"#,
        "glue start-crawler --name c",
    ] {
        let output = lake.sandbox.aws("learner", line);
        assert_eq!(output.code, 0, "{line}: {}", output.stderr);
    }
    let mut background = Background::default();
    while background.work(&mut lake.sandbox) {}
    lake.sandbox.advance(600_000_000);
    // The table of that place is there already, and is brought up to date.
    let line = "glue get-table --database-name x --name t --query 'Table.[Parameters.classification,Parameters.recordCount,StorageDescriptor.Columns[].Type]' --output json";
    let output = lake.sandbox.aws("learner", line);
    let words: Vec<&str> = output.stdout.split('"').skip(1).step_by(2).collect();
    let wanted =
        ["orc", "2000", "int", "string", "decimal(10,2)", "date", "boolean", "timestamp", "array<string>"];
    assert_eq!(words, wanted, "{}", output.stderr);
    assert_eq!(one(&mut lake, "SELECT COUNT(*) FROM x.t t, t.tags g"), "2000");
}
