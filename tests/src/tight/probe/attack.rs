//! Statements that try to see more than is shown: predicates that fail on some values, copies, cursors, plans, the system's
//! own tables.

use sandshift_engine::sql::system::{self, SystemRelation};

use super::ground::Target;
use crate::choice::Choices;

/// One try at one of `targets`: a script, whose every statement is compared. `counters`: plans and the system's own
/// tables are asked, too, which tell how many rows and blocks were read.
pub fn attack(choices: &mut Choices, targets: &[&Target], counters: bool, number: usize) -> String {
    let target = targets[choices.below(targets.len())];
    let query = query(choices, targets, target);
    match choices.below(29) {
        0..=8 => query,
        9 | 10 if counters => format!("EXPLAIN {query}"),
        11 => format!("CREATE TABLE mine.copy{number} AS {query}; SELECT * FROM mine.copy{number}"),
        12 => {
            let predicate = predicate(choices, target, "x");
            format!(
                "INSERT INTO mine.sink SELECT x.id, x.val, x.txt FROM {} x WHERE {predicate}; SELECT * FROM mine.sink",
                target.name
            )
        }
        13 => {
            format!("BEGIN; DECLARE c CURSOR FOR {query}; FETCH 2 FROM c; FETCH ALL FROM c; CLOSE c; COMMIT")
        }
        14 => format!("PREPARE p AS {query}; EXECUTE p; DEALLOCATE p"),
        15 => format!("CREATE VIEW mine.view{number} AS {query}; SELECT * FROM mine.view{number}"),
        16 => {
            format!("CREATE MATERIALIZED VIEW mine.kept{number} AS {query}; SELECT * FROM mine.kept{number}")
        }
        17 => {
            let value = number_of(choices, "x");
            let body = format!(
                "DECLARE r record; BEGIN FOR r IN SELECT {value} AS n FROM {} x LOOP RAISE NOTICE 'n %', 10 / r.n; END LOOP; END",
                target.name
            );
            format!(
                "CREATE PROCEDURE mine.peek{number}() AS $$ {body} $$ LANGUAGE plpgsql; CALL mine.peek{number}()"
            )
        }
        18 => write(choices, target),
        19 | 20 => upkeep(choices, target, number),
        21 | 22 => {
            let (query, place) =
                (query.replace('\\', "\\\\").replace('\'', "''"), format!("s3://probe/{number}/"));
            format!(
                "UNLOAD ('{query}') TO '{place}' IAM_ROLE default; CREATE TABLE mine.line{number} (line varchar(4000)); COPY mine.line{number} FROM '{place}' IAM_ROLE default DELIMITER '\\001'; SELECT * FROM mine.line{number}; SELECT path, line_count, transfer_size FROM stl_unload_log; SELECT line_number, raw_line, err_reason FROM stl_load_errors"
            )
        }
        23 => {
            let (name, value) = (target.name, number_of(choices, "x"));
            format!(
                "CREATE MODEL mine.model{number} FROM (SELECT x.id, {value} AS val FROM {name} x) TARGET val FUNCTION guess{number} IAM_ROLE default AUTO OFF MODEL_TYPE XGBOOST OBJECTIVE 'reg:squarederror' HYPERPARAMETERS DEFAULT EXCEPT (NUM_ROUND '1') SETTINGS (S3_BUCKET 'probe'); SHOW MODEL mine.model{number}; SELECT EXPLAIN_MODEL('mine.model{number}')"
            )
        }
        _ if counters => system_relation(choices),
        _ => query,
    }
}

fn query(choices: &mut Choices, targets: &[&Target], target: &Target) -> String {
    let name = target.name;
    match choices.below(19) {
        14 => {
            // The order of joins is the planner's to choose, by what it knows of each table.
            let other = targets[choices.below(targets.len())];
            let keys = choices.of(&[
                "x.id = h.id AND y.id = h.id",
                "x.val = h.val AND y.val = x.val",
                "x.txt = y.txt AND y.id = h.val",
            ]);
            let predicate = predicate(choices, target, "x");
            format!(
                "SELECT h.id, x.id, y.id FROM {name} x, {} y, mine.helper h WHERE {keys} AND {predicate} ORDER BY 1, 2, 3",
                other.name
            )
        }
        15 => {
            let (key, predicate) = (value(choices, "x"), predicate(choices, target, "x"));
            format!(
                "SELECT {key} AS k, COUNT(*), MIN(x.id) FROM {name} x WHERE {predicate} GROUP BY ALL ORDER BY ALL"
            )
        }
        16 => {
            let (value, predicate) = (value(choices, "x"), predicate(choices, target, "x"));
            format!(
                "SELECT x.id, {value} FROM {name} x WHERE x.id IS NOT NULL QUALIFY ROW_NUMBER() OVER (ORDER BY x.id) < 3 AND {predicate}"
            )
        }
        17 => format!("SELECT * EXCLUDE txt FROM {name} x WHERE {}", predicate(choices, target, "x")),
        18 => {
            let sets = choices.of(&["ROLLUP (x.id, x.val)", "CUBE (x.txt)", "GROUPING SETS ((x.val), ())"]);
            format!("SELECT COUNT(*), MAX(x.id) FROM {name} x GROUP BY {sets} ORDER BY 1, 2")
        }
        0..=3 => {
            let (value, predicate) = (value(choices, "x"), predicate(choices, target, "x"));
            format!("SELECT x.id, {value} FROM {name} x WHERE {predicate}")
        }
        4 => format!("SELECT * FROM {name} x WHERE {}", predicate(choices, target, "x")),
        5 => format!("SELECT COUNT(*), COUNT(id) FROM {name} x WHERE {}", predicate(choices, target, "x")),
        6 => {
            let aggregate = choices.of(&["MIN", "MAX", "SUM", "COUNT", "AVG", "MEDIAN"]);
            format!("SELECT {aggregate}({}) FROM {name} x", number_of(choices, "x"))
        }
        7 => {
            let (key, predicate) = (value(choices, "x"), predicate(choices, target, "x"));
            format!(
                "SELECT {key}, COUNT(*) FROM {name} x GROUP BY 1 HAVING COUNT(*) > 0 AND MAX(x.id) > -5 AND {predicate} IS NOT NULL ORDER BY 1"
            )
        }
        8 => format!("SELECT x.id FROM {name} x ORDER BY {} LIMIT 2", value(choices, "x")),
        9 => {
            let join = choices.of(&["JOIN", "LEFT JOIN", "FULL JOIN"]);
            let key = choices.of(&["x.id = h.id", "x.val = h.val", "x.txt = h.txt"]);
            format!(
                "SELECT h.id, x.id FROM mine.helper h {join} {name} x ON {key} WHERE {}",
                predicate(choices, target, "x")
            )
        }
        10 => {
            let (column, predicate) = (choices.of(&["id", "val"]), predicate(choices, target, "x"));
            format!(
                "SELECT id FROM mine.helper h WHERE {column} IN (SELECT {column} FROM {name} x WHERE {predicate})"
            )
        }
        11 => format!("SELECT h.id, (SELECT val FROM {name} x WHERE x.id = h.id) FROM mine.helper h"),
        12 => {
            let window = choices.of(&[
                "ROW_NUMBER() OVER (ORDER BY id)",
                "SUM(val) OVER (ORDER BY id ROWS UNBOUNDED PRECEDING)",
            ]);
            format!("SELECT id, {window} FROM {name} x WHERE {}", predicate(choices, target, "x"))
        }
        _ => {
            let other = targets[choices.below(targets.len())];
            let operator = choices.of(&["UNION", "INTERSECT", "EXCEPT", "UNION ALL"]);
            format!("SELECT val FROM {name} {operator} SELECT val FROM {}", other.name)
        }
    }
}

fn value(choices: &mut Choices, from: &str) -> String {
    if choices.chance(30) { text_of(choices, from) } else { number_of(choices, from) }
}

fn constant(choices: &mut Choices) -> &'static str {
    choices.of(&["0", "1", "-1", "7", "42", "100", "300", "40000", "9223372036854775807"])
}

/// Many of these fail for one value or another.
fn number_of(choices: &mut Choices, x: &str) -> String {
    let k = constant(choices);
    match choices.below(20) {
        0 => format!("{x}.val"),
        1 => format!("{x}.id"),
        2 | 3 => format!("(1 / ({x}.val - {k}))"),
        4 => format!("CAST({x}.txt AS bigint)"),
        5 => format!("SQRT({x}.val)"),
        6 => format!("LN({x}.val)"),
        7 => format!("({x}.val * {k})"),
        8 => format!("CASE WHEN {x}.val > {k} THEN 1 / ({x}.val - {x}.val) ELSE 1 END"),
        9 => format!("CAST({x}.val AS smallint)"),
        10 => format!("STRTOL({x}.txt, 10)"),
        11 => format!("REGEXP_COUNT('abc', {x}.txt)"),
        12 => format!("mine.div({x}.val)"),
        13 => format!("mine.num({x}.txt)"),
        14 => format!("DATEDIFF(day, CAST({x}.txt AS date), '2024-01-01')"),
        15 => format!("JSON_ARRAY_LENGTH({x}.txt)"),
        16 => format!("MOD(5, {x}.val)"),
        17 => format!("(10 / LEN({x}.txt))"),
        18 => format!("(10 / COALESCE({x}.val, 0))"),
        _ => format!("({x}.id + 1 / ({x}.id - {k}))"),
    }
}

fn text_of(choices: &mut Choices, x: &str) -> String {
    match choices.below(6) {
        0 => format!("{x}.txt"),
        1 => format!("CHR(CAST({x}.val AS int))"),
        2 => format!("TO_CHAR({x}.val, '999')"),
        3 => format!("CAST({x}.val AS varchar(3))"),
        4 => format!("JSON_EXTRACT_PATH_TEXT({x}.txt, 'a')"),
        _ => format!("REGEXP_REPLACE('abc', {x}.txt, 'd')"),
    }
}

fn predicate(choices: &mut Choices, target: &Target, x: &str) -> String {
    match choices.below(12) {
        0 if !target.readable.is_empty() => format!("{x}.{} IS NOT NULL", choices.of(target.readable)),
        0..=3 => format!("{} = {}", number_of(choices, x), constant(choices)),
        4 | 5 => format!("{} > {}", number_of(choices, x), constant(choices)),
        6 => format!("{x}.val BETWEEN {} AND {}", constant(choices), constant(choices)),
        7 => format!("{} LIKE '%a%'", text_of(choices, x)),
        8 => format!("'abc' ~ {x}.txt"),
        9 => format!("EXISTS (SELECT 1 FROM mine.helper h WHERE h.val = {})", number_of(choices, x)),
        10 => format!("({x}.id > 1 AND {} < {})", number_of(choices, x), constant(choices)),
        _ => "random() < 2".to_owned(),
    }
}

fn write(choices: &mut Choices, target: &Target) -> String {
    let name = target.name;
    let predicate = predicate(choices, target, name.rsplit('.').next().unwrap_or(name));
    let bare = predicate.replace(&format!("{}.", name.rsplit('.').next().unwrap_or(name)), "");
    match choices.below(5) {
        0 => format!("UPDATE {name} SET id = id WHERE {bare}"),
        1 => format!("DELETE FROM {name} WHERE {bare}"),
        2 => format!("UPDATE {name} SET val = val WHERE {bare}"),
        3 => format!("UPDATE mine.helper SET val = 1 FROM {name} x WHERE x.id = mine.helper.id"),
        _ => format!(
            "MERGE INTO mine.sink USING {name} x ON mine.sink.id = x.id WHEN MATCHED THEN UPDATE SET val = x.val WHEN NOT MATCHED THEN INSERT VALUES (x.id, x.val, x.txt)"
        ),
    }
}

/// What is done to a table, more than with what is in it.
fn upkeep(choices: &mut Choices, target: &Target, number: usize) -> String {
    let name = target.name;
    match choices.below(26) {
        0 => format!("ANALYZE {name}"),
        1 => format!("VACUUM {name}"),
        2 => format!("TRUNCATE {name}"),
        3 => format!("ALTER TABLE mine.sink APPEND FROM {name}"),
        4 => format!("CREATE TABLE mine.like{number} (LIKE {name})"),
        5 => format!("ALTER TABLE {name} ALTER COLUMN txt TYPE varchar(60)"),
        6 => format!("SHOW TABLE {name}"),
        7 => format!("REFRESH MATERIALIZED VIEW {name}"),
        8 => format!(
            "UNLOAD ('SELECT * FROM {name}') TO 's3://bucket/' IAM_ROLE 'arn:aws:iam::123456789012:role/x'"
        ),
        9 => format!("SELECT has_table_privilege('{name}', 'SELECT')"),
        10 => format!("ANALYZE COMPRESSION {name}"),
        11 => format!("CREATE TABLE {name} (id int)"),
        12 => format!("GRANT SELECT ON {name} TO PUBLIC"),
        13 => format!("REVOKE SELECT ON {name} FROM eve"),
        14 => format!("COMMENT ON TABLE {name} IS 'mine'"),
        15 => format!("ALTER TABLE {name} OWNER TO eve"),
        16 => format!("ALTER TABLE {name} RENAME TO other"),
        // As the product prints it: the number, which `pg_class` tells everybody, counts what was ever made.
        17 => format!("SELECT '{name}'::regclass::regclass"),
        18 => format!(
            "CREATE VIEW mine.late{number} AS SELECT * FROM {name} WITH NO SCHEMA BINDING; SELECT * FROM mine.late{number}"
        ),
        19 => format!("DROP TABLE {name}"),
        20 => format!("ALTER TABLE {name} ALTER COLUMN txt TYPE varchar(12)"),
        21 => format!(
            "CREATE VIEW mine.given{number} AS SELECT * FROM {name} WITH NO SCHEMA BINDING; GRANT SELECT ON mine.given{number} TO PUBLIC; ALTER TABLE mine.given{number} OWNER TO admin; SELECT * FROM mine.given{number}"
        ),
        22 => format!(
            "CREATE PROCEDURE mine.take{number}() AS $$ BEGIN CREATE TABLE mine.taken{number} AS SELECT * FROM {name}; END $$ LANGUAGE plpgsql SECURITY DEFINER; GRANT EXECUTE ON PROCEDURE mine.take{number}() TO PUBLIC; ALTER PROCEDURE mine.take{number}() OWNER TO admin; CALL mine.take{number}(); SELECT * FROM mine.taken{number}"
        ),
        23 => format!(
            "CREATE TABLE mine.moved{number} (id bigint, vis int, val bigint, txt varchar(40)); ALTER TABLE mine.moved{number} APPEND FROM {name}; SELECT * FROM mine.moved{number}"
        ),
        24 => format!("ALTER TABLE {name} ALTER SORTKEY (val); ALTER TABLE {name} ALTER DISTKEY id"),
        _ => format!("LOCK TABLE {name}"),
    }
}

/// All rows of one of the system's relations, or what the session's functions say.
fn system_relation(choices: &mut Choices) -> String {
    let relations = (0..).map(SystemRelation).take_while(|relation| !system::name(*relation).is_empty());
    let names: Vec<&'static str> = relations.map(system::name).collect();
    if names.is_empty() || choices.chance(10) {
        return choices
            .of(&["SELECT random()", "SELECT pg_last_query_id(), pg_backend_pid()", "SELECT getdate()"])
            .to_owned();
    }
    let name = names[choices.below(names.len())];
    let schema = if system::find(None, name).is_some() { "" } else { "information_schema." };
    format!("SELECT * FROM {schema}{name}")
}
