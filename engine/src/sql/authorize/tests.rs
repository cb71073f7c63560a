//! What a refusal says besides its sentence: the way to it, and the statement that helps.

use std::sync::Arc;

use crate::sandbox::Sandbox;
use crate::sql::error::{Refusal, SqlErrorKind};
use crate::sql::session::SessionId;
use crate::warehouse::access::UserId;
use crate::warehouse::data_type::DataType;
use crate::warehouse::identifier::Identifier;
use crate::warehouse::model::{Model, ModelOutcome, ModelSource};
use crate::warehouse::routine::{Argument, ArgumentMode, Routine, RoutineKind};

fn all(sandbox: &mut Sandbox, session: SessionId, text: &str) {
    for executed in sandbox.execute(session, text) {
        executed.result.unwrap_or_else(|error| panic!("{}: {error}", executed.text));
    }
}

/// An account with one of everything, and a user `u` who was granted nothing.
fn account() -> Sandbox {
    let mut sandbox = Sandbox::new(1);
    let admin = sandbox.connect("admin", None).unwrap();
    all(
        &mut sandbox,
        admin,
        "CREATE SCHEMA s; CREATE SCHEMA hidden; CREATE TABLE s.t (a int, b int); CREATE TABLE hidden.h (a int);
         INSERT INTO s.t VALUES (1, 2); CREATE USER u PASSWORD 'Password1'; CREATE USER \"Odd Name\" PASSWORD 'Password1';
         CREATE USER middle PASSWORD 'Password1'; GRANT ALL ON SCHEMA s, hidden TO middle; GRANT SELECT ON hidden.h TO middle;
         CREATE GROUP g; CREATE ROLE r; CREATE ROLE r2;
         CREATE FUNCTION s.f(int) RETURNS int STABLE AS $$ SELECT $1 $$ LANGUAGE sql;
         REVOKE EXECUTE ON FUNCTION s.f(int) FROM PUBLIC;
         CREATE PROCEDURE s.p(a int) AS $$ BEGIN DELETE FROM s.t; END $$ LANGUAGE plpgsql;
         CREATE PROCEDURE s.outer_of() AS $$ BEGIN CALL s.p(1); END $$ LANGUAGE plpgsql;
         CREATE TABLE s.t2 (a int, b int); CREATE DATABASE other;
         CREATE RLS POLICY pol USING (true); CREATE MASKING POLICY mask WITH (a int) USING (0);
         ATTACH MASKING POLICY mask ON s.t2 (b) TO PUBLIC; CREATE VIEW s.masked_view AS SELECT b FROM s.t2;
         CREATE VIEW s.v AS SELECT a FROM s.t; CREATE MATERIALIZED VIEW s.m AS SELECT a FROM s.t;
         REVOKE TEMP ON DATABASE dev FROM PUBLIC; REVOKE CREATE ON SCHEMA public FROM PUBLIC;
         REVOKE USAGE ON LANGUAGE plpgsql FROM PUBLIC; REVOKE ASSUMEROLE ON ALL FROM PUBLIC FOR ALL;
         SET SESSION AUTHORIZATION middle; CREATE VIEW s.through AS SELECT a FROM hidden.h;
         CREATE VIEW s.late AS SELECT a FROM hidden.h WITH NO SCHEMA BINDING;
         RESET SESSION AUTHORIZATION; REVOKE SELECT ON hidden.h FROM middle;",
    );
    add_model(&mut sandbox);
    sandbox
}

/// The admin's `s.model` and its function `s.predict(int)`, without what it would have learned.
fn add_model(sandbox: &mut Sandbox) {
    let (now, nothing) = (sandbox.clock.now(), String::new);
    let manifest = Arc::make_mut(&mut sandbox.warehouse.committed);
    let (id, function) = (manifest.catalog.allocate(), manifest.catalog.allocate());
    let (schema, owner) = (Identifier::fold("s"), UserId::ADMIN);
    let model = Model {
        id,
        schema: schema.clone(),
        name: Identifier::fold("model"),
        owner,
        acl: Default::default(),
        created: now,
        function: Identifier::fold("predict"),
        returns: DataType::Integer,
        features: vec![("a".to_owned(), DataType::Integer)],
        source: ModelSource::Table("s.t".to_owned()),
        target: "b".to_owned(),
        role: nothing(),
        bucket: nothing(),
        kms_key: None,
        max_runtime: 5_400,
        auto: true,
        asked: Default::default(),
        job: nothing(),
        hyperparameters: Vec::new(),
        cost: 0.0,
        ends: now,
        explained: now,
        outcome: ModelOutcome::Failed(nothing()),
        silent: None,
    };
    let argument =
        Argument { mode: ArgumentMode::In, name: None, data_type: DataType::Integer, cursor: false };
    let routine = Routine {
        id: function,
        schema,
        name: model.function.clone(),
        owner,
        acl: Default::default(),
        arguments: vec![argument],
        body: nothing(),
        created: now,
        kind: RoutineKind::Prediction { model: id, returns: DataType::Integer, probability: false },
    };
    let database = manifest.catalog.database_mut(&Identifier::fold("dev")).unwrap();
    database.models.insert(id, Arc::new(model));
    database.routines.insert(function, Arc::new(routine));
}

fn refusal(sandbox: &mut Sandbox, session: SessionId, text: &str) -> Option<Refusal> {
    let executed = sandbox.execute(session, text).pop()?;
    match executed.result.err().map(|error| *error.kind) {
        Some(SqlErrorKind::Refused(refusal)) => Some(refusal),
        _ => None,
    }
}

/// What `u` may not do at first, one for each kind of right.
const STATEMENTS: &[&str] = &[
    "SELECT * FROM s.t",
    "SELECT count(*) FROM s.t",
    "SELECT b FROM s.t WHERE a = 1",
    "INSERT INTO s.t VALUES (1, 2)",
    "INSERT INTO s.t SELECT a, b FROM s.t",
    "UPDATE s.t SET a = b",
    "DELETE FROM s.t WHERE a = 1",
    "MERGE INTO s.t USING s.v ON s.t.a = s.v.a WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT VALUES (1, 1)",
    "SELECT * FROM s.v",
    "SELECT * FROM s.m",
    "REFRESH MATERIALIZED VIEW s.m",
    "SELECT s.f(1)",
    "CALL s.p(1)",
    "CREATE TABLE s.x (a int)",
    "CREATE TABLE s.x AS SELECT * FROM s.t",
    "CREATE TABLE s.x (LIKE s.t)",
    "CREATE TEMP TABLE x (a int)",
    "CREATE VIEW s.x AS SELECT * FROM s.t",
    "CREATE OR REPLACE VIEW s.v AS SELECT a FROM s.t",
    "CREATE MATERIALIZED VIEW s.x AS SELECT a FROM s.t",
    "CREATE SCHEMA x",
    "CREATE DATABASE x",
    "CREATE FUNCTION s.x() RETURNS int STABLE AS $$ SELECT 1 $$ LANGUAGE sql",
    "CREATE PROCEDURE s.x() AS $$ BEGIN RETURN; END $$ LANGUAGE plpgsql",
    "CREATE OR REPLACE FUNCTION s.f(int) RETURNS int STABLE AS $$ SELECT 2 $$ LANGUAGE sql",
    "CREATE USER x PASSWORD 'Password1'",
    "CREATE USER x PASSWORD 'Password1' CREATEUSER",
    "ALTER USER middle CREATEDB",
    "ALTER USER middle CREATEUSER",
    "ALTER USER admin PASSWORD 'Password2'",
    "DROP USER \"Odd Name\"",
    "CREATE GROUP x",
    "ALTER GROUP g ADD USER u",
    "DROP GROUP g",
    "CREATE ROLE x",
    "ALTER ROLE r RENAME TO x",
    "DROP ROLE r",
    "GRANT ROLE r TO u",
    "GRANT SELECT ON s.t TO middle",
    "GRANT USAGE ON SCHEMA s TO middle",
    "GRANT CREATE ON DATABASE dev TO middle",
    "GRANT EXECUTE ON PROCEDURE s.p(int) TO middle",
    "GRANT USAGE ON LANGUAGE plpgsql TO middle",
    "GRANT SELECT ON pg_user_info TO middle",
    "GRANT VACUUM TO ROLE r",
    "GRANT IGNORE RLS TO ROLE r",
    "GRANT ASSUMEROLE ON ALL TO u FOR COPY",
    "ALTER DEFAULT PRIVILEGES FOR USER middle GRANT SELECT ON TABLES TO u",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA s GRANT SELECT ON TABLES TO middle",
    "ALTER TABLE s.t ADD COLUMN c int",
    "ALTER TABLE s.t RENAME TO x",
    "ALTER TABLE s.t OWNER TO u",
    "ALTER TABLE s.x ADD FOREIGN KEY (a) REFERENCES s.t (a)",
    "ALTER SCHEMA s RENAME TO x",
    "ALTER SCHEMA s OWNER TO u",
    "ALTER DATABASE dev OWNER TO u",
    "ALTER PROCEDURE s.p(int) RENAME TO x",
    "ALTER FUNCTION s.f(int) OWNER TO u",
    "DROP TABLE s.t CASCADE",
    "DROP VIEW s.v",
    "DROP MATERIALIZED VIEW s.m",
    "DROP SCHEMA hidden CASCADE",
    "DROP FUNCTION s.f(int)",
    "DROP PROCEDURE s.p(int)",
    "TRUNCATE s.t",
    "VACUUM s.t",
    "ANALYZE s.t",
    "LOCK s.t",
    "COMMENT ON TABLE s.t IS 'x'",
    "SHOW TABLE s.t",
    "SELECT * FROM pg_user_info",
    "SELECT * FROM stl_userlog",
    "SET SESSION AUTHORIZATION middle",
    "COPY s.t FROM 's3://b/k' IAM_ROLE 'arn:aws:iam::123456789012:role/r'",
    "SELECT * FROM s.through",
    "SELECT * FROM s.late",
    "SELECT s.predict(1)",
    "SHOW MODEL s.model",
    "SELECT EXPLAIN_MODEL('s.model')",
    "DROP MODEL s.model",
    "GRANT EXECUTE ON MODEL s.model TO middle",
    "GRANT CREATE MODEL TO middle",
    "CREATE MODEL s.x FROM s.t TARGET a FUNCTION fx IAM_ROLE default SETTINGS (S3_BUCKET 'b')",
    "UNLOAD ('SELECT * FROM s.t') TO 's3://b/k' IAM_ROLE 'arn:aws:iam::123456789012:role/r'",
    "ALTER TABLE s.t APPEND FROM s.t2",
    "ROLLBACK; BEGIN; DECLARE c CURSOR FOR SELECT * FROM s.t; FETCH 1 FROM c",
    "DEALLOCATE ALL; PREPARE q AS SELECT * FROM s.t; EXECUTE q",
    "EXPLAIN SELECT * FROM s.t",
    "EXPLAIN DELETE FROM s.t",
    "DELETE FROM s.t USING s.v WHERE s.t.a = s.v.a",
    "UPDATE s.t SET b = 1 FROM s.v WHERE s.t.a = s.v.a",
    "SELECT * FROM s.t NATURAL JOIN s.v",
    "SELECT (SELECT max(b) FROM s.t)",
    "SELECT a INTO s.x FROM s.t",
    "CREATE TEMP TABLE x AS SELECT * FROM s.t",
    "CALL s.outer_of()",
    "CREATE RLS POLICY x USING (true)",
    "ALTER RLS POLICY pol USING (false)",
    "DROP RLS POLICY pol",
    "ATTACH RLS POLICY pol ON s.t TO PUBLIC",
    "ALTER TABLE s.t ROW LEVEL SECURITY ON",
    "CREATE MASKING POLICY x WITH (a int) USING (1)",
    "ATTACH MASKING POLICY mask ON s.t (a) TO PUBLIC",
    "DETACH MASKING POLICY mask ON s.t (b) FROM PUBLIC",
    "DROP MASKING POLICY mask",
    "GRANT SELECT ON s.t TO RLS POLICY pol",
    "GRANT EXPLAIN MASKING TO ROLE r",
    "SELECT * FROM svv_table_info",
    "SELECT * FROM stv_blocklist",
    "ANALYZE COMPRESSION s.t",
    "ALTER TABLE s.v OWNER TO u",
    "ALTER MATERIALIZED VIEW s.m AUTO REFRESH YES",
    "ALTER TABLE s.t ALTER SORTKEY (a)",
    "COMMENT ON SCHEMA s IS 'x'",
    "COMMENT ON COLUMN s.t.a IS 'x'",
    "ALTER SCHEMA s QUOTA 1 GB",
    "DROP DATABASE other",
    "ALTER USER middle RENAME TO x",
    "ALTER USER middle CONNECTION LIMIT 1",
    "REVOKE SELECT ON s.t FROM middle",
    "REVOKE ROLE r FROM middle",
    "ALTER ROLE r OWNER TO u",
    "ALTER DEFAULT PRIVILEGES FOR USER middle REVOKE SELECT ON TABLES FROM u",
    "GRANT SELECT FOR TABLES IN SCHEMA s TO middle",
    "GRANT SELECT FOR TABLES IN DATABASE dev TO middle",
    "GRANT SELECT (a) ON s.t TO middle",
    "GRANT EXECUTE ON ALL PROCEDURES IN SCHEMA s TO middle",
    "SHOW VIEW s.v",
    "SHOW PROCEDURE s.p(int)",
    "SHOW GRANTS ON TABLE s.t",
    "SELECT * FROM s.masked_view",
    "INSERT INTO s.t SELECT * FROM hidden.h, s.v",
];

/// The admin runs what is suggested, and the statement passes, fails for another reason, or misses another right.
#[test]
fn what_is_suggested_helps() {
    for user in ["u", "Odd Name"] {
        let written = if user == "u" { "u" } else { "\"Odd Name\"" };
        for statement in STATEMENTS {
            let statement = &statement.replace(" u", &format!(" {written}"));
            let mut sandbox = account();
            let admin = sandbox.connect("admin", None).unwrap();
            let session = sandbox.connect(user, None).unwrap();
            let mut last = None;
            for _ in 0..8 {
                let Some(found) = refusal(&mut sandbox, session, statement) else { break };
                let missing = found.chain.last().cloned().unwrap();
                assert!(missing.held.is_none(), "{statement}: {missing:?}");
                let held = &found.chain[..found.chain.len() - 1];
                assert!(held.iter().all(|link| link.held.is_some()), "{statement}: {held:?}");
                assert!(!found.grantors.is_empty(), "{statement}");
                assert_ne!(last.as_ref(), Some(&missing), "{statement}: nothing moved");
                let Some(grant) = found.smallest_grant else {
                    // Only what lies behind a view has no statement that may be told.
                    assert!(missing.object.starts_with("behind "), "{statement}: {missing:?}");
                    break;
                };
                all(&mut sandbox, admin, &grant);
                last = Some(missing);
            }
            let stuck = refusal(&mut sandbox, session, statement);
            assert!(
                stuck.as_ref().is_none_or(|refusal| refusal.smallest_grant.is_none()),
                "{statement}: {stuck:?}"
            );
        }
    }
}

/// Nobody learns a name from a refusal that the catalog's own rules would not let the asker look up.
#[test]
fn what_lies_behind_a_view_is_not_named() {
    let mut sandbox = account();
    let admin = sandbox.connect("admin", None).unwrap();
    all(&mut sandbox, admin, "GRANT USAGE ON SCHEMA s TO u; GRANT SELECT ON s.through, s.late TO u;");
    let session = sandbox.connect("u", None).unwrap();
    for view in ["through", "late"] {
        let found = refusal(&mut sandbox, session, &format!("SELECT * FROM s.{view}")).unwrap();
        assert!(!format!("{found:?}").contains("hidden"), "{found:?}");
        assert_eq!(found.message, format!("permission denied for relation {view}"));
        assert_eq!(found.user, "middle");
    }
    // Who may name it is told.
    all(&mut sandbox, admin, "GRANT USAGE ON SCHEMA hidden TO u;");
    let found = refusal(&mut sandbox, session, "SELECT * FROM s.through").unwrap();
    assert_eq!(found.smallest_grant.as_deref(), Some("GRANT SELECT ON hidden.h TO middle;"));
}

/// A role that is held through another says so, and so does a scoped permission.
#[test]
fn the_way_names_roles_and_scopes() {
    let mut sandbox = account();
    let admin = sandbox.connect("admin", None).unwrap();
    all(
        &mut sandbox,
        admin,
        "GRANT ROLE r TO ROLE r2; GRANT ROLE r2 TO u; GRANT USAGE ON SCHEMA s TO ROLE r;
         GRANT SELECT FOR TABLES IN SCHEMA s TO ROLE r;",
    );
    let session = sandbox.connect("u", None).unwrap();
    let found = refusal(&mut sandbox, session, "DELETE FROM s.t WHERE a = 1").unwrap();
    let chain: Vec<String> = found
        .chain
        .iter()
        .map(|link| format!("{} {}: {}", link.right, link.object, link.held.as_deref().unwrap_or("missing")))
        .collect();
    let through = "role r through role r2";
    assert_eq!(chain[0], format!("USAGE s: {through}"));
    assert!(chain.contains(&"DELETE s.t: missing".to_owned()), "{chain:?}");
    let select = format!("SELECT s.t: {through}, for all TABLES IN SCHEMA s");
    assert!(chain.iter().all(|link| !link.starts_with("SELECT") || *link == select), "{chain:?}");
}

/// Inside a SECURITY DEFINER procedure its owner is asked, outside of it the caller.
#[test]
fn a_definer_is_told_apart_from_the_caller() {
    let mut sandbox = account();
    let admin = sandbox.connect("admin", None).unwrap();
    all(
        &mut sandbox,
        admin,
        "GRANT USAGE ON LANGUAGE plpgsql TO middle; SET SESSION AUTHORIZATION middle;
         CREATE PROCEDURE s.lent() AS $$ BEGIN DELETE FROM s.t; END $$ LANGUAGE plpgsql SECURITY DEFINER;
         CREATE PROCEDURE s.own() AS $$ BEGIN DELETE FROM s.t; END $$ LANGUAGE plpgsql;
         RESET SESSION AUTHORIZATION; GRANT USAGE ON SCHEMA s TO u;",
    );
    let session = sandbox.connect("u", None).unwrap();
    let found = refusal(&mut sandbox, session, "CALL s.lent()").unwrap();
    assert_eq!(found.message, "permission denied for procedure lent");
    assert_eq!(found.smallest_grant.as_deref(), Some("GRANT EXECUTE ON PROCEDURE s.lent() TO u;"));
    all(
        &mut sandbox,
        admin,
        "GRANT EXECUTE ON PROCEDURE s.lent() TO u; GRANT EXECUTE ON PROCEDURE s.own() TO u;",
    );
    for (call, asked) in [("CALL s.lent()", "middle"), ("CALL s.own()", "u")] {
        let found = refusal(&mut sandbox, session, call).unwrap();
        assert_eq!(
            (found.message.as_str(), found.user.as_str()),
            ("permission denied for relation t", asked)
        );
        let grant = found.smallest_grant.unwrap();
        assert_eq!(grant, format!("GRANT DELETE ON s.t TO {asked};"));
        all(&mut sandbox, admin, &grant);
        assert!(refusal(&mut sandbox, session, call).is_none(), "{call}");
    }
}
