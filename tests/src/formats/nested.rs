//! Nested columns of Parquet and ORC, and Avro, as pyarrow and fastavro wrote them (`tests/formats/samples.py`): read
//! where they lie, and Avro loaded, too.

use sandshift_engine::cli::Files;

use super::Lake;

const COLUMNS: &str = "id int, name struct<given:varchar(20),family:varchar(20)>, phones array<varchar(20)>, \
    orders array<struct<shipdate:timestamp,price:double precision>>, tags map<varchar(9),int>, total decimal(9,2)";

fn lake() -> Lake {
    let mut lake = Lake::new().unwrap();
    let files: [(&str, &[u8]); 3] = [
        ("nested.parquet", include_bytes!("../../formats/nested.parquet")),
        ("nested.orc", include_bytes!("../../formats/nested.orc")),
        ("sample.avro", include_bytes!("../../formats/sample.avro")),
    ];
    for (name, bytes) in files {
        lake.sandbox.disk.write(&format!("/data/{name}"), bytes.into());
        let line = format!("s3 cp /data/{name} s3://lake/{name}/{name}");
        assert_eq!(lake.sandbox.aws("learner", &line).code, 0);
    }
    let line = "iam attach-role-policy --role-name lake --policy-arn arn:aws:iam::aws:policy/AWSGlueConsoleFullAccess";
    assert_eq!(lake.sandbox.aws("learner", line).code, 0);
    let schema = "CREATE EXTERNAL SCHEMA x FROM DATA CATALOG DATABASE 'x' IAM_ROLE default CREATE EXTERNAL DATABASE IF NOT EXISTS";
    lake.sql(schema).unwrap();
    for (name, format) in [("p", "parquet"), ("o", "orc")] {
        let table = format!(
            "CREATE EXTERNAL TABLE x.{name} ({COLUMNS}) STORED AS {format} LOCATION 's3://lake/nested.{format}/'"
        );
        lake.sql(&table).unwrap();
    }
    lake
}

fn one(lake: &mut Lake, sql: &str) -> String {
    lake.sql(sql).unwrap().iter().map(|row| row.join(" | ")).collect::<Vec<_>>().join("\n")
}

#[test]
fn nested_columns_are_what_was_written() {
    let mut lake = lake();
    for table in ["x.p", "x.o"] {
        let mut asked = |sql: &str| one(&mut lake, &sql.replace("FROM t ", &format!("FROM {table} ")));
        assert_eq!(
            asked("SELECT COUNT(*), COUNT(c.name.given), COUNT(c.name.family), MAX(c.total) FROM t c"),
            "100 | 91 | 78 | 24.75"
        );
        assert_eq!(
            asked(
                "SELECT c.id, c.name.family, p FROM t c LEFT JOIN c.phones p ON true WHERE c.id BETWEEN 2 AND 5 ORDER BY 1, 3"
            ),
            "2 | 가족 2 | 2-0\n2 | 가족 2 | 2-1\n3 | 가족 3 | NULL\n4 | 가족 4 | NULL\n5 | 가족 0 | 5-0\n5 | 가족 0 | 5-1"
        );
        assert_eq!(
            asked(
                "SELECT c.id, o.shipdate, o.price FROM t c, c.orders o WHERE c.id IN (3, 90) ORDER BY 1, 3"
            ),
            "3 | 2018-03-01 12:10:00 | 0.75\n3 | 2018-03-01 12:10:00 | 1.75\n3 | 2018-03-01 12:10:00 | 2.75\n\
             90 | 2018-03-05 03:10:00 | 22.5\n90 | 2018-03-05 03:10:00 | 23.5"
        );
        assert_eq!(asked("SELECT SUM(g.value), COUNT(*) FROM t c, c.tags g WHERE g.key = 'a'"), "3267 | 66");
        // Only what is asked for is read.
        assert_eq!(
            asked("SELECT (SELECT COUNT(*) FROM c.orders o) AS n, COUNT(*) FROM t c GROUP BY 1 ORDER BY 1"),
            "0 | 25\n1 | 25\n2 | 25\n3 | 25"
        );
        let shown = "SET json_serialization_enable TO true; SELECT id, name, phones, orders, tags FROM t WHERE id IN (2, 10) ORDER BY id";
        assert_eq!(
            asked(shown),
            "2 | {\"given\": \"given 2\", \"family\": \"가족 2\"} | [\"2-0\", \"2-1\"] | \
             [{\"shipdate\": \"2018-03-01 11:10:00\", \"price\": 0.5}, {\"shipdate\": \"2018-03-01 11:10:00\", \"price\": 1.5}] | \
             {\"a\": 2, \"b\": null}\n\
             10 | NULL | [\"10-0\"] | \
             [{\"shipdate\": \"2018-03-01 19:10:00\", \"price\": 2.5}, {\"shipdate\": \"2018-03-01 19:10:00\", \"price\": 3.5}] | {\"a\": 10}"
        );
        asked("RESET json_serialization_enable");
    }
    let wrong = "CREATE EXTERNAL TABLE x.w (id array<int>, name varchar(20)) STORED AS PARQUET LOCATION 's3://lake/nested.parquet/'; SELECT i FROM x.w w, w.id i";
    let why = lake.sql(wrong).unwrap_err();
    assert!(why.contains("has an incompatible Parquet schema for column"), "{why}");
}

#[test]
fn avro_is_loaded_and_queried() {
    let mut lake = lake();
    let told = one(
        &mut lake,
        "CREATE TABLE a (id int, channel varchar(20), amount float8, paid boolean, at timestamp, kind varchar(3), phones varchar(40));
         COPY a FROM 's3://lake/sample.avro/' IAM_ROLE default FORMAT AS AVRO 'auto' TIMEFORMAT 'epochmillisecs';
         SELECT COUNT(*), COUNT(channel), SUM(amount), SUM(paid::int), MIN(at), MAX(at), MIN(phones) FROM a",
    );
    assert_eq!(told, "200 | 180 | 1875 | 100 | 2023-05-25 00:00:00 | 2023-05-25 03:19:00 | [\"0\",\"1\"]");
    let told = one(
        &mut lake,
        "CREATE TABLE b (id int, place varchar(20)); COPY b FROM 's3://lake/sample.avro/' IAM_ROLE default AVRO 'auto ignorecase'; SELECT MIN(place), MAX(place) FROM b",
    );
    assert_eq!(told, "{\"city\":\"c0\"} | {\"city\":\"c3\"}");
    // The same rows where they lie; a logical type is what it is stored as.
    let told = one(
        &mut lake,
        "CREATE EXTERNAL TABLE x.a (id int, channel varchar(20), amount double precision, at bigint, kind varchar(9)) STORED AS AVRO LOCATION 's3://lake/sample.avro/';
         SELECT COUNT(*), COUNT(channel), SUM(amount), MIN(at), MAX(kind) FROM x.a WHERE id < 100",
    );
    assert_eq!(told, "100 | 90 | 468.75 | 1684972800000 | WEB");
    let wrong = "COPY b FROM 's3://lake/nested.orc/' IAM_ROLE default AVRO 'auto'";
    let why = lake.sql(wrong).unwrap_err();
    assert!(why.contains("Cannot init avro reader from s3 file"), "{why}");
}
