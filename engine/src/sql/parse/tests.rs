//! Statements as text, and what they become or why they do not.

use super::{data_type, expression, script};
use crate::sql::statement::{AlterTable, CopyCredentials, CopyOption, InsertSource, Statement};
use crate::warehouse::data_type::DataType;

/// The statement's variant, or `state message [start..end]`.
fn summary(text: &str) -> Vec<String> {
    script(text)
        .into_iter()
        .map(|parsed| match parsed {
            Ok(parsed) => match parsed.statement {
                Statement::NotSimulated { feature, tag } => format!("{tag}: {feature:?}"),
                statement => {
                    let debug = format!("{statement:?}");
                    debug.split([' ', '(']).next().unwrap_or_default().to_owned()
                }
            },
            Err(error) => {
                let place =
                    error.span.map_or(String::new(), |span| format!(" [{}..{}]", span.start, span.end));
                format!("{} {}{place}", error.kind.state(), error.kind.message())
            }
        })
        .collect()
}

fn only(text: &str) -> Statement {
    let mut statements = script(text);
    assert_eq!(statements.len(), 1, "{text}");
    match statements.pop() {
        Some(Ok(parsed)) => parsed.statement,
        other => panic!("{text}: {other:?}"),
    }
}

/// The course's statements as its notes print them, elisions filled in, and the guide's own examples.
const STATEMENTS: &[(&str, &str)] = &[
    ("GRANT ALL ON SCHEMA adhoc to GROUP analytics_authors;", "Grant"),
    ("GRANT ALL ON ALL TABLES IN SCHEMA analytics TO GROUP analytics_authors", "Grant"),
    (
        "grant select(cust_name, cust_phone), update(cust_contact) on cust_profile to group sales_group",
        "Grant",
    ),
    ("GRANT EXECUTE ON FUNCTION f(int, x varchar), g() TO PUBLIC, ROLE r, u WITH GRANT OPTION", "Grant"),
    ("GRANT SELECT ON model TO u", "Grant"),
    ("GRANT ROLE sys:DBA TO user1 WITH ADMIN OPTION, ROLE r2", "GrantRole"),
    ("GRANT sample_role1 TO user1", "GrantRole"),
    ("REVOKE ADMIN OPTION FOR ROLE r FROM u", "RevokeRole"),
    ("REVOKE GRANT OPTION FOR SELECT ON TABLE t FROM u RESTRICT", "Revoke"),
    ("GRANT CREATE USER, DROP USER, VACUUM TO ROLE r", "SystemPermissions"),
    ("GRANT IGNORE RLS TO ROLE dbadmin", "SystemPermissions"),
    ("GRANT ALL PRIVILEGES TO ROLE r", "SystemPermissions"),
    ("GRANT ASSUMEROLE ON 'arn:a', 'arn:b' TO GROUP g FOR COPY, UNLOAD, CREATE MODEL", "AssumeRole"),
    ("revoke assumerole on all from public for all", "AssumeRole"),
    ("GRANT SELECT FOR TABLES IN SCHEMA s DATABASE d TO ROLE r", "Grant"),
    ("GRANT EXECUTE ON MODEL a.m TO GROUP g", "Grant"),
    ("GRANT SELECT ON TABLE lookup TO RLS POLICY p", "GrantToPolicy"),
    ("GRANT USAGE ON DATASHARE d TO NAMESPACE 'x'", "GRANT: Datashare"),
    (
        "ALTER DEFAULT PRIVILEGES FOR USER a IN SCHEMA s GRANT SELECT ON TABLES TO GROUP g",
        "AlterDefaultPrivileges",
    ),
    ("create user dbuser with password 'abcD1234' createdb connection limit 30", "CreateUser"),
    ("CREATE USER adminuser CREATEUSER PASSWORD '1234Admin'", "CreateUser"),
    ("CREATE USER myco_aad:bob EXTERNALID \"ABC123\" PASSWORD DISABLE", "CreateUser"),
    ("ALTER USER u SET search_path TO a, public", "AlterUser"),
    ("ALTER USER u VALID UNTIL 'infinity' NOCREATEDB", "AlterUser"),
    ("DROP USER IF EXISTS a, b", "DropUser"),
    ("CREATE GROUP g WITH USER u1, u2", "CreateGroup"),
    ("ALTER GROUP g ADD USER u1, u2", "AlterGroup"),
    ("DROP GROUP g", "DropGroup"),
    ("CREATE ROLE r EXTERNALID 'x'", "CreateRole"),
    ("ALTER ROLE r WITH RENAME TO s", "AlterRole"),
    ("DROP ROLE r FORCE", "DropRole"),
    ("CREATE SCHEMA IF NOT EXISTS s AUTHORIZATION u QUOTA 10 GB", "CreateSchema"),
    ("CREATE SCHEMA s QUOTA UNLIMITED", "CreateSchema"),
    ("DROP SCHEMA IF EXISTS a, b CASCADE", "DropSchema"),
    ("ALTER SCHEMA s OWNER TO u", "AlterSchema"),
    ("CREATE DATABASE d WITH OWNER = u CONNECTION LIMIT UNLIMITED", "CreateDatabase"),
    ("CREATE TABLE t (LIKE s.p INCLUDING DEFAULTS) DISTSTYLE ALL", "CreateTable"),
    (
        "CREATE LOCAL TEMP TABLE t (a int IDENTITY(0,1), b text COLLATE CASE_SENSITIVE) ENCODE AUTO",
        "CreateTable",
    ),
    (
        "CREATE TABLE t (a int REFERENCES p (x), CONSTRAINT k FOREIGN KEY (a) REFERENCES p) BACKUP NO",
        "CreateTable",
    ),
    (
        "CREATE TABLE raw_data.u DISTKEY(1) SORTKEY(a) AS SELECT userid FROM (SELECT DISTINCT userid FROM x)",
        "CreateTableAs",
    ),
    ("CREATE TABLE #t (a, b) AS (SELECT 1, 2)", "CreateTableAs"),
    ("SELECT a INTO TEMP TABLE n FROM t", "CreateTableAs"),
    ("ALTER TABLE t ADD COLUMN c int DEFAULT 0 NOT NULL", "AlterTable"),
    ("ALTER TABLE t ADD CONSTRAINT pk PRIMARY KEY (a)", "AlterTable"),
    ("ALTER TABLE t ALTER COLUMN c TYPE varchar(300)", "AlterTable"),
    ("ALTER TABLE t APPEND FROM s FILLTARGET", "AlterTable"),
    ("ALTER TABLE category ROW LEVEL SECURITY ON", "AlterTable"),
    ("ALTER TABLE s.t ADD IF NOT EXISTS PARTITION (d='2008-01') LOCATION 's3://b/'", "External"),
    ("CREATE OR REPLACE VIEW v (a) AS SELECT 1", "CreateView"),
    ("CREATE VIEW v AS SELECT * FROM s.t WITH NO SCHEMA BINDING", "CreateView"),
    ("CREATE MATERIALIZED VIEW m DISTSTYLE ALL AUTO REFRESH YES AS SELECT 1", "CreateMaterializedView"),
    ("COMMENT ON COLUMN s.t.c IS 'x'", "Comment"),
    ("COMMENT ON TABLE t IS NULL", "Comment"),
    ("INSERT INTO t DEFAULT VALUES", "Insert"),
    ("INSERT INTO t (a) SELECT 1", "Insert"),
    ("INSERT INTO t WITH x AS (SELECT 1) SELECT * FROM x", "Insert"),
    ("DELETE t", "Delete"),
    ("DELETE FROM t USING u WHERE t.a = u.a", "Delete"),
    ("WITH x AS (SELECT 1 a) UPDATE t SET b = x.a FROM x WHERE t.a = x.a", "Update"),
    ("TRUNCATE TABLE t", "Truncate"),
    (
        "MERGE INTO t USING s ON t.a = s.a WHEN MATCHED THEN UPDATE SET b = s.b WHEN NOT MATCHED THEN INSERT VALUES (1)",
        "Merge",
    ),
    ("START TRANSACTION ISOLATION LEVEL SERIALIZABLE, READ ONLY", "Begin"),
    ("END WORK", "Commit"),
    ("ABORT", "Rollback"),
    ("SET LOCAL x TO on", "Set"),
    ("SET SESSION AUTHORIZATION DEFAULT", "SetSessionAuthorization"),
    ("RESET SESSION AUTHORIZATION", "SetSessionAuthorization"),
    ("SET SEED TO .25", "Set"),
    ("SHOW search_path", "Show"),
    ("SHOW TABLE s.t", "ShowDefinition"),
    ("ANALYZE VERBOSE t (a, b) PREDICATE COLUMNS", "Analyze"),
    ("VACUUM DELETE ONLY t TO 75 PERCENT BOOST", "Vacuum"),
    ("EXPLAIN VERBOSE DELETE FROM t", "Explain"),
    ("PREPARE p (int) AS SELECT $1", "Prepare"),
    ("DECLARE c CURSOR FOR SELECT 1", "DeclareCursor"),
    ("FETCH FORWARD 5 FROM c", "Fetch"),
    ("CALL p(1, 'a')", "Call"),
    (
        "CREATE OR REPLACE PROCEDURE p(a IN int) AS $$ BEGIN; x := 'a;b'; END; $$ LANGUAGE plpgsql",
        "CreateRoutine",
    ),
    (
        "CREATE OR REPLACE PROCEDURE p(INOUT a int) AS $$ BEGIN; x := 'a;b'; END; $$ LANGUAGE plpgsql",
        "CreateRoutine",
    ),
    ("CREATE FUNCTION f(float, float) RETURNS float STABLE AS $$ SELECT $1 $$ LANGUAGE sql", "CreateRoutine"),
    ("CREATE RLS POLICY p WITH (catgroup VARCHAR(10)) AS c USING (c.catgroup = 'Concerts')", "CreatePolicy"),
    ("ATTACH RLS POLICY p ON category TO ROLE analyst, ROLE dbadmin", "AttachPolicy"),
    ("DETACH RLS POLICY p ON TABLE a, b FROM PUBLIC", "AttachPolicy"),
    ("ATTACH MASKING POLICY p ON t (a) USING (a, b) TO ROLE r PRIORITY 20", "AttachPolicy"),
    ("CREATE MASKING POLICY p WITH (c varchar(256)) USING ('000'::TEXT)", "CreatePolicy"),
    (
        "CREATE EXTERNAL SCHEMA external_schema\nfrom data catalog\ndatabase 'myspectrum_db' -- 외부 DB를 정의\niam_role 'arn:aws:iam::521227329883:role/redshift.read.s3'\ncreate external database if not exists; -- 생성된 적이 없으면",
        "External",
    ),
    (
        "CREATE EXTERNAL TABLE external_schema.usc (\n\tuserid integer ,\n\tchannel varchar(32)\n)\nrow format delimited -- 한줄이\nfields terminated by ','\nstored as textfile\nlocation 's3://jeeseok-test-bucket/usc/';",
        "External",
    ),
    (
        "UNLOAD ('select ''x''') TO 's3://b/p' IAM_ROLE default FORMAT AS PARQUET PARTITION BY (a) ALLOWOVERWRITE MAXFILESIZE 6.2 GB",
        "Unload",
    ),
    (
        "CREATE MODEL m \nFROM (SELECT state, churn FROM raw_data.c WHERE purpose = 'Train')\nTARGET churn -- 타겟(예측) 컬럼\nFUNCTION ml_fn IAM_ROLE 'arn:aws:iam::1:role/Redshift-ML' SETTINGS (\n S3_BUCKET 'b'\n);",
        "CreateModel",
    ),
    (
        "CREATE MODEL m FROM t TARGET y FUNCTION f IAM_ROLE default AUTO OFF MODEL_TYPE xgboost OBJECTIVE 'binary:logistic' PREPROCESSORS 'none' HYPERPARAMETERS default except (num_round '100') SETTINGS (s3_bucket 'b', s3_garbage_collect off, max_runtime 60)",
        "CreateModel",
    ),
    ("SHOW MODEL ALL", "ShowModel"),
    ("DROP MODEL IF EXISTS m", "DropModel"),
    ("SELECT TOP 5 DISTINCT a FROM t", "Query"),
    (
        "SELECT gender, COUNT(1) FROM e.usc usc JOIN raw_data.user_property up ON usc.userid = up.userid GROUP BY 1",
        "Query",
    ),
    (
        "SELECT CASE WHEN cast (random() * 2 as int) = 0 THEN 'male' ELSE 'female' END gender FROM (SELECT 1)",
        "Query",
    ),
    ("SELECT f(a, b -- purpose 컬럼 제외\n) AS \"prediction\" FROM t WHERE purpose = 'Test'", "Query"),
    ("SELECT EXTRACT(day FROM sysdate), TRIM(BOTH 'x' FROM current_user), user, LEFT('ab', 1)", "Query"),
    (
        "SELECT 1 ISNULL, 2 ^ 3, |/ 4, 'a' ~ 'b', x::int, a || b, interval '3 days', date '2020-01-01' FROM t",
        "Query",
    ),
    ("SELECT LISTAGG(a, ',') WITHIN GROUP (ORDER BY b) OVER (PARTITION BY c) FROM t", "Query"),
    (
        "SELECT SUM(x) OVER (PARTITION BY a ORDER BY b ROWS UNBOUNDED PRECEDING) FROM t s QUALIFY 1 = 1",
        "Query",
    ),
    ("SELECT a FROM x MINUS SELECT a FROM y ORDER BY 1 DESC NULLS LAST LIMIT ALL OFFSET 3", "Query"),
    ("SELECT * FROM 한글 WHERE 이름 = '김지석'", "Query"),
    ("(SELECT 1) UNION ALL (SELECT 2)", "Query"),
    ("select date, count(*) as \"user\" from t where x in (select top 1 y from z)", "Query"),
];

#[test]
fn statements_are_understood() {
    for (text, expected) in STATEMENTS {
        assert_eq!(summary(text), [*expected], "{text}");
    }
}

#[test]
fn a_mistake_stands_at_its_token() {
    for (text, expected) in [
        ("SELEC 1", "42601 syntax error at or near \"SELEC\" [0..5]"),
        ("SELECT a, FROM t", "42601 syntax error at or near \"FROM\" [10..14]"),
        ("SELECT * FORM t", "42601 syntax error at or near \"FORM\" [9..13]"),
        ("SELECT * FROM", "42601 syntax error at end of input [13..13]"),
        ("SELECT * FROM ;", "42601 syntax error at end of input [13..13]"),
        ("SELECT * FROM WHERE x = 1", "42601 syntax error at or near \"WHERE\" [14..19]"),
        ("SELECT * FROM user", "42601 syntax error at or near \"user\" [14..18]"),
        ("SELECT * FROM a JOIN group ON true", "42601 syntax error at or near \"group\" [21..26]"),
        ("SELECT 1 tag", "42601 syntax error at or near \"tag\" [9..12]"),
        ("SELECT 1 AS tag", "42601 syntax error at or near \"tag\" [12..15]"),
        ("SELECT 1 'x'", "42601 syntax error at or near \"'x'\" [9..12]"),
        ("SELECT column FROM t", "42601 syntax error at or near \"column\" [7..13]"),
        ("SELECT (1 + )", "42601 syntax error at or near \")\" [12..13]"),
        ("SELECT (1", "42601 syntax error at end of input [9..9]"),
        ("SELECT {1}", "42601 syntax error at or near \"{\" [7..8]"),
        ("SELECT a FROM t WHERE", "42601 syntax error at end of input [21..21]"),
        ("SELECT a FROM t JOIN u", "42601 syntax error at end of input [22..22]"),
        ("SELECT a FROM t LEFT u", "42601 syntax error at or near \"u\" [21..22]"),
        ("SELECT f(a,) FROM t", "42601 syntax error at or near \")\" [11..12]"),
        ("SELECT CASE a END", "42601 syntax error at or near \"END\" [14..17]"),
        ("SELECT a[1 FROM t", "42601 syntax error at or near \"FROM\" [11..15]"),
        ("SELECT CAST(a AS) FROM t", "42601 syntax error at or near \")\" [16..17]"),
        ("SELECT a IN () FROM t", "42601 syntax error at or near \")\" [13..14]"),
        ("SELECT a BETWEEN 1 OR 2", "42601 syntax error at or near \"OR\" [19..21]"),
        ("SELECT a b c FROM t", "42601 syntax error at or near \"c\" [11..12]"),
        ("SELECT a FROM t ORDER a", "42601 syntax error at or near \"a\" [22..23]"),
        ("SELECT sum(a) OVER (ROWS 1) FROM t", "42601 syntax error at or near \")\" [26..27]"),
        ("WITH x AS SELECT 1 SELECT 2", "42601 syntax error at or near \"SELECT\" [10..16]"),
        ("CREATE TABLE user (a int)", "42601 syntax error at or near \"user\" [13..17]"),
        ("CREATE TABLE t (a int,)", "42601 syntax error at or near \")\" [22..23]"),
        ("CREATE TABLE t (a)", "42601 syntax error at end of input [18..18]"),
        ("CREATE TABLE t (a uuid)", "42704 type \"uuid\" does not exist [18..22]"),
        ("CREATE TABLE t (a decimal(40))", "22023 DECIMAL precision 40 must be between 1 and 38 [18..29]"),
        ("CREATE TABLE t (a varchar(70000))", "22023 length for type varchar cannot exceed 65535 [18..32]"),
        ("GRANT SELECT ON t TO GROUP", "42601 syntax error at end of input [26..26]"),
        ("GRANT SELECT t TO u", "42601 syntax error at or near \"t\" [13..14]"),
        (
            "GRANT SELECT ON t TO GROUP g WITH GRANT OPTION",
            "0LP01 grant options can only be granted to individual users [0..46]",
        ),
        ("COPY t FROM 's3://b' IAM_ROLE default FOO", "42601 syntax error at or near \"FOO\" [38..41]"),
        (
            "CREATE MODEL m FROM t FUNCTION f TARGET y IAM_ROLE default",
            "42601 syntax error at or near \"TARGET\" [33..39]",
        ),
        ("SELECT 'abc; SELECT 2", "42601 unterminated quoted string at or near \"'abc; SELECT 2\" [7..21]"),
        ("SELECT 1 /* a /* b */", "42601 unterminated /* comment at or near \"/* a /* b */\" [9..21]"),
        ("SELECT \"a", "42601 unterminated quoted identifier at or near \"\"a\" [7..9]"),
    ] {
        assert_eq!(summary(text), [expected], "{text}");
    }
}

#[test]
fn a_script_is_cut_outside_of_quotes_and_comments() {
    let text = ";; SELECT ';' ; -- a; b\n/* ; /* ; */ */ SELECT \";\" /* x */ FROM t /* y */;\nNONSENSE; SELECT $$;$$ ;";
    let parsed = script(text);
    assert_eq!(parsed.len(), 4);
    let texts: Vec<&str> = parsed.iter().flatten().map(|parsed| parsed.text.as_str()).collect();
    assert_eq!(texts, ["SELECT ';'", "SELECT \";\" /* x */ FROM t", "SELECT $$;$$"]);
    for parsed in parsed.iter().flatten() {
        assert_eq!(&text[parsed.span.start..parsed.span.end], parsed.text);
    }
    assert_eq!(summary(text)[2], "42601 syntax error at or near \"NONSENSE\" [75..83]");
    assert!(script(" ; \n -- nothing\n").is_empty());
}

#[test]
fn backslashes_escape_in_ordinary_strings() {
    let Statement::Insert(insert) = only(
        r"INSERT INTO t VALUES ('a\n\\''\101\'', E'\t', 'x'
  'y', DEFAULT)",
    ) else {
        panic!("not an insert");
    };
    let InsertSource::Values(rows) = insert.source else { panic!("no values") };
    let shown: Vec<String> = rows[0]
        .iter()
        .map(|value| match value {
            Some(crate::sql::syntax::Expression::Value(value)) => format!("{:?}", value.value),
            other => format!("{other:?}"),
        })
        .collect();
    assert_eq!(shown, ["String(\"a\\n\\\\'A'\")", "String(\"\\t\")", "String(\"xy\")", "None"]);
}

#[test]
fn copy_takes_its_options_in_any_order() {
    let Statement::Copy(copy) = only(
        "COPY raw_data.t (a, b) FROM 's3://b/k' delimiter ',' dateformat 'auto' IGNOREHEADER 1 removequotes \
         WITH CREDENTIALS AS 'aws_iam_role=arn:x' NULL AS '\\N' CSV QUOTE '''' REGION 'us-west-2' statupdate off maxerror as 3",
    ) else {
        panic!("not a copy");
    };
    assert_eq!(copy.credentials, Some(CopyCredentials::Text("aws_iam_role=arn:x".to_owned())));
    assert_eq!(
        copy.options,
        [
            CopyOption::Delimiter(",".to_owned()),
            CopyOption::DateFormat("auto".to_owned()),
            CopyOption::IgnoreHeader(1),
            CopyOption::RemoveQuotes,
            CopyOption::NullAs("\\N".to_owned()),
            CopyOption::Csv { quote: Some("'".to_owned()) },
            CopyOption::Region("us-west-2".to_owned()),
            CopyOption::StatisticsUpdate(false),
            CopyOption::MaxError(3),
        ]
    );
}

#[test]
fn types_have_their_defaults() {
    let Statement::CreateTable(table) = only(
        "CREATE TABLE t (a varchar, b char, c decimal, d text, e bpchar, f varchar(max), g float(24), h float8, \
         i timestamp with time zone, j numeric(10,2), k int2, l super, m nvarchar(3))",
    ) else {
        panic!("not a table");
    };
    let types: Vec<DataType> = table.columns.iter().map(|column| column.data_type).collect();
    assert_eq!(
        types,
        [
            DataType::Varchar(256),
            DataType::Char(1),
            DataType::Decimal { precision: 18, scale: 0 },
            DataType::Varchar(256),
            DataType::Char(256),
            DataType::Varchar(65_535),
            DataType::Real,
            DataType::Double,
            DataType::TimestampTz,
            DataType::Decimal { precision: 10, scale: 2 },
            DataType::SmallInt,
            DataType::Super,
            DataType::Varchar(3),
        ]
    );
    let Ok(crate::sql::syntax::Expression::Cast { data_type: cast, .. }) = expression("x::varchar") else {
        panic!("not a cast");
    };
    assert_eq!(data_type(&cast), Ok(DataType::Varchar(65_535)));
}

#[test]
fn a_default_keeps_its_text() {
    let Statement::CreateTable(table) =
        only("CREATE TABLE t (a int DEFAULT 1 + 2 NOT NULL ENCODE az64 UNIQUE)")
    else {
        panic!("not a table");
    };
    let column = &table.columns[0];
    assert_eq!(column.default.as_ref().map(|(_, text)| text.as_str()), Some("1 + 2"));
    assert!(column.not_null && column.unique && column.encoding.as_deref() == Some("az64"));
    let Statement::AlterTable { action: AlterTable::DropColumn { cascade, .. }, .. } =
        only("ALTER TABLE db.s.t DROP COLUMN c CASCADE")
    else {
        panic!("not a drop");
    };
    assert!(cascade);
}

#[test]
fn depth_is_an_error_and_not_a_crash() {
    let nested = |n| format!("SELECT {}1{}", "(".repeat(n), ")".repeat(n));
    assert_eq!(summary(&nested(20)), ["Query"]);
    for text in [
        nested(5_000),
        format!("SELECT 1{}", " + 1".repeat(100_000)),
        format!("SELECT 1{}", " UNION SELECT 1".repeat(100_000)),
        format!("SELECT x{}", "::int".repeat(100_000)),
        format!("SELECT {}1", "NOT ".repeat(100_000)),
        format!("SELECT {}1", "- ".repeat(100_000)),
        format!("SELECT {}", "CASE WHEN ".repeat(5_000)),
        format!("SELECT * FROM {}t", "(".repeat(5_000)),
        format!("SELECT * FROM {}", "(SELECT * FROM ".repeat(5_000)),
    ] {
        let found = summary(&text);
        assert!(found.len() == 1 && !found[0].contains("XX000"), "{} {found:?}", &text[..40]);
    }
    let wide = format!("INSERT INTO t VALUES {}", vec!["(1, -2 + 3)"; 20_000].join(","));
    assert_eq!(summary(&wide), ["Insert"]);
}

/// Whatever is typed, an answer comes back: statements cut, spliced and scrambled by a fixed sequence.
#[test]
fn no_text_panics() {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = move |bound: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % bound.max(1) as u64) as usize
    };
    let noise = [
        "(", ")", "'", "\"", ",", ";", "$$", "/*", "--", "\\", ".", "::", "SELECT", "FROM", "가", "\0", "0x",
        "1e", "{", "[",
    ];
    for round in 0..4_000 {
        let mut words: Vec<&str> =
            STATEMENTS[next(STATEMENTS.len())].0.split_inclusive([' ', '(', ',']).collect();
        for _ in 0..=next(3) {
            let at = next(words.len());
            match next(4) {
                0 => drop(words.remove(at.min(words.len().saturating_sub(1)))),
                1 => words.insert(at, noise[next(noise.len())]),
                2 => words.truncate(at + 1),
                _ => {
                    let other = next(words.len());
                    words.swap(at, other);
                }
            }
            if words.is_empty() {
                break;
            }
        }
        let text = words.concat();
        for parsed in script(&text) {
            if let Err(error) = parsed {
                assert_ne!(error.kind.state(), "XX000", "round {round}: {text}");
                assert!(
                    error.span.is_none_or(|span| span.start <= span.end && span.end <= text.len()),
                    "{text}"
                );
            }
        }
    }
}
