//! What every kept file holds, a bit of everything that is stored, and what is asked of it later.
//!
//! All of it goes through the worker's door, so that it means the same to every version.

use sandshift_lessons::extensions::linked;
use sandshift_lessons::{Digest, scaffold};
use sandshift_protocol::{EventKind, LabSource, Message, Request};
use sandshift_worker::workspace::{Found, OpenError, Saved, Workspace};

/// Who types what, in order: a user of the warehouse, `aws`, or `time`.
const MADE: [(&str, &str); 20] = [
    ("aws", "aws s3 mb s3://kept-bucket"),
    ("aws", "aws s3 cp /data/kept.csv s3://kept-bucket/rows/kept.csv"),
    ("aws", r#"aws iam create-role --role-name kept --assume-role-policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":["redshift.amazonaws.com","sagemaker.amazonaws.com"]},"Action":"sts:AssumeRole"}]}'"#),
    ("aws", "aws iam attach-role-policy --role-name kept --policy-arn arn:aws:iam::aws:policy/AmazonSageMakerFullAccess"),
    ("aws", "aws iam attach-role-policy --role-name kept --policy-arn arn:aws:iam::aws:policy/AmazonS3FullAccess"),
    ("aws", "aws iam attach-role-policy --role-name kept --policy-arn arn:aws:iam::aws:policy/AWSGlueConsoleFullAccess"),
    ("aws", "aws redshift modify-cluster-iam-roles --cluster-identifier course-cluster --add-iam-roles arn:aws:iam::123456789012:role/kept --default-iam-role-arn arn:aws:iam::123456789012:role/kept"),
    ("admin", "CREATE SCHEMA kept;
CREATE TABLE kept.numbers (n INT, name VARCHAR(20), price DECIMAL(10,2), day DATE, at TIMESTAMP, more SUPER) DISTKEY(n) SORTKEY(day);
INSERT INTO kept.numbers SELECT n, 'name ' || n % 3, n / 4.0, DATE '2023-01-01' + n::int, TIMESTAMP '2023-01-01 10:00:00', JSON_PARSE('{\"a\":[1,2]}') FROM generate_series(1, 100) AS s(n);
DELETE FROM kept.numbers WHERE n > 90;
CREATE VIEW kept.few AS SELECT * FROM kept.numbers WHERE n < 5;
CREATE TABLE kept.others AS SELECT n, name FROM kept.numbers;
CREATE MATERIALIZED VIEW kept.names AS SELECT name, COUNT(*) AS times FROM kept.others GROUP BY name;
CREATE FUNCTION kept.doubled(INT) RETURNS INT STABLE AS $$ SELECT $1 * 2 $$ LANGUAGE sql;
CREATE PROCEDURE kept.nothing() AS $$ BEGIN NULL; END; $$ LANGUAGE plpgsql;"),
    ("admin", "CREATE GROUP kept_readers; CREATE USER kept_reader PASSWORD 'Reader123' IN GROUP kept_readers; CREATE ROLE kept_role;
GRANT USAGE ON SCHEMA kept TO GROUP kept_readers; GRANT SELECT (n, name) ON kept.numbers TO GROUP kept_readers;
ALTER DEFAULT PRIVILEGES IN SCHEMA kept GRANT SELECT ON TABLES TO GROUP kept_readers;
GRANT ROLE kept_role TO kept_reader;
CREATE RLS POLICY kept_rows WITH (n INT) USING (n <= 10);
ATTACH RLS POLICY kept_rows ON kept.numbers TO ROLE kept_role; ALTER TABLE kept.numbers ROW LEVEL SECURITY ON;
CREATE MASKING POLICY kept_mask WITH (name VARCHAR(20)) USING ('***'::VARCHAR(20));
ATTACH MASKING POLICY kept_mask ON kept.numbers (name) TO ROLE kept_role;"),
    ("admin", "CREATE EXTERNAL SCHEMA outside FROM DATA CATALOG DATABASE 'kept' IAM_ROLE default CREATE EXTERNAL DATABASE IF NOT EXISTS;
CREATE EXTERNAL TABLE outside.kept (n integer, name varchar(8)) ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' STORED AS TEXTFILE LOCATION 's3://kept-bucket/rows/';"),
    ("admin", "CREATE TABLE kept.points AS SELECT n, n % 10 AS a, (n * 7) % 13 AS b FROM generate_series(1, 500) AS s(n);
CREATE MODEL kept.groups FROM kept.points FUNCTION kept.group_of IAM_ROLE default AUTO OFF MODEL_TYPE KMEANS PREPROCESSORS 'none' HYPERPARAMETERS DEFAULT EXCEPT (K '3') SETTINGS (S3_BUCKET 'kept-bucket', S3_GARBAGE_COLLECT OFF);"),
    ("time", "14400000000"),
    ("aws", "aws redshift create-cluster-snapshot --cluster-identifier course-cluster --snapshot-identifier kept"),
    ("admin", "CREATE TABLE kept.after_snapshot (n INT);"),
    ("aws", "aws iam create-user --user-name kept-user"),
    ("aws", "aws redshift-serverless create-namespace --namespace-name kept --admin-username admin --admin-user-password Passw0rd1"),
    ("aws", "aws redshift-serverless create-workgroup --workgroup-name kept --namespace-name kept --base-capacity 8"),
    ("time", "3600000000"),
    ("admin", SOLVED),
    ("kept_reader", "SELECT COUNT(*) FROM kept.numbers;"),
];

/// Solves the step of the lab that is open.
const SOLVED: &str = "CREATE GROUP readers; GRANT USAGE ON SCHEMA raw_data TO GROUP readers; GRANT SELECT ON ALL TABLES IN SCHEMA raw_data TO GROUP readers;";

/// Who asks what of it, and the first cell of the answer, or what is printed.
const ASKED: [(&str, &str, &str); 18] = [
    ("admin", "SELECT COUNT(*) FROM kept.numbers", "90"),
    ("admin", "SELECT SUM(price) FROM kept.few", "2.50"),
    ("admin", "SELECT COUNT(*) FROM kept.numbers WHERE more.a[1] = 2 AND day > DATE '2023-03-01'", "31"),
    ("admin", "SELECT times FROM kept.names WHERE name = 'name 1'", "30"),
    ("admin", "SELECT kept.doubled(21)", "42"),
    ("admin", "SELECT COUNT(DISTINCT kept.group_of(n, a, b)) FROM kept.points", "3"),
    ("admin", "SELECT COUNT(*) FROM raw_data.user_session_channel", "101520"),
    ("admin", "SELECT COUNT(*) FROM outside.kept", "2"),
    ("kept_reader", "SELECT COUNT(n) FROM kept.numbers", "10"),
    ("kept_reader", "SELECT MAX(name) FROM kept.numbers", "***"),
    ("kept_reader", "SELECT COUNT(*) FROM kept.after_snapshot", "0"),
    ("admin", "SELECT COUNT(*) FROM svv_rls_attached_policy WHERE polname = 'kept_rows'", "1"),
    ("aws", "aws s3api head-object --bucket kept-bucket --key rows/kept.csv --query ContentLength", "8"),
    ("aws", "aws iam get-role --role-name kept --query Role.RoleName --output text", "kept"),
    ("aws", "aws iam get-user --user-name kept-user --query User.UserName --output text", "kept-user"),
    (
        "aws",
        "aws redshift describe-cluster-snapshots --snapshot-identifier kept --query Snapshots[].Status --output text",
        "available",
    ),
    (
        "aws",
        "aws glue get-table --database-name kept --name kept --query Table.StorageDescriptor.Location --output text",
        "s3://kept-bucket/rows/",
    ),
    (
        "aws",
        "aws redshift-serverless get-workgroup --workgroup-name kept --query workgroup.status --output text",
        "AVAILABLE",
    ),
];

/// The snapshot holds what was there when it was made.
const RESTORED: [(&str, &str, &str); 2] = [
    (
        "aws",
        "aws redshift restore-table-from-cluster-snapshot --cluster-identifier course-cluster --snapshot-identifier kept --source-database-name dev --source-schema-name kept --source-table-name points --target-schema-name kept --new-table-name points_then --query TableRestoreStatus.Status --output text",
        "PENDING",
    ),
    ("admin", "SELECT COUNT(*) FROM kept.points_then", "500"),
];

/// The account's manifest and blocks.
///
/// # Errors
/// What could not be done.
pub fn make() -> Result<Saved, String> {
    let mut workspace = open(Found::Nothing, &[]).map_err(|error| format!("{error:?}"))?;
    said(&mut workspace, Request::Upload { path: "/data/kept.csv".into(), text: "1,a\n2,b\n".into() });
    for (who, text) in MADE {
        for event in said(&mut workspace, typed(who, text)) {
            match event {
                EventKind::StatementFailed { error, .. } => return Err(format!("{text}: {error:?}")),
                EventKind::AwsDone { stderr, code, .. } if code != 0 => {
                    return Err(format!("{text}: {stderr}"));
                }
                EventKind::Failed { message, .. } => return Err(format!("{text}: {message}")),
                _ => {}
            }
        }
    }
    said(&mut workspace, Request::Check { step: "readers".into() });
    said(&mut workspace, Request::Keep { key: "user".into(), value: "kept".into() });
    workspace.write(&|_| false)
}

/// Asks for all of it.
///
/// # Errors
/// The first thing that is not there.
pub fn ask(workspace: &mut Workspace) -> Result<(), String> {
    answer(workspace, &ASKED)?;
    // The lab's step was passed; on an account that has forgotten the group it still is.
    said(
        workspace,
        Request::Run {
            user: "admin".into(),
            text: "REVOKE USAGE ON SCHEMA raw_data FROM GROUP readers".into(),
        },
    );
    let events = said(workspace, Request::Check { step: "readers".into() });
    let passed = |event: &EventKind| matches!(event, EventKind::Checks { steps } if steps.iter().all(|step| step.passed));
    if !events.iter().any(passed) {
        return Err(format!("the lab's progress: {events:?}"));
    }
    said(
        workspace,
        Request::Run { user: "admin".into(), text: "GRANT USAGE ON SCHEMA raw_data TO GROUP readers".into() },
    );
    workspace.opened(3, sandshift_protocol::StorageState::Kept);
    let kept = workspace.events().into_iter().any(|event| {
        matches!(event.event, EventKind::Opened { kept, .. } if kept.iter().any(|(key, value)| (&key[..], &value[..]) == ("user", "kept")))
    });
    kept.then_some(()).ok_or_else(|| "what the page keeps is gone".to_owned())
}

/// Has a table of the snapshot brought back.
///
/// # Errors
/// The snapshot is not what it was.
pub fn restore(workspace: &mut Workspace) -> Result<(), String> {
    answer(workspace, &RESTORED[..1])?;
    said(workspace, typed("time", "3600000000"));
    answer(workspace, &RESTORED[1..])
}

fn answer(workspace: &mut Workspace, asked: &[(&str, &str, &str)]) -> Result<(), String> {
    for &(who, text, wanted) in asked {
        let events = said(workspace, typed(who, text));
        let found = events.iter().find_map(|event| match event {
            EventKind::StatementDone { result, .. } => result.rows.as_ref()?.first.first()?.first()?.clone(),
            EventKind::AwsDone { stdout, .. } => Some(stdout.trim().to_owned()),
            _ => None,
        });
        if found.as_deref() != Some(wanted) {
            return Err(format!("{text}: {found:?} instead of {wanted}; {events:?}"));
        }
    }
    Ok(())
}

/// Opens a workspace of the lab that `labs new` makes.
///
/// # Errors
/// As the workspace.
pub fn open(found: Found<'_>, blocks: &[(u64, Vec<u8>)]) -> Result<Workspace, OpenError> {
    let files = scaffold::files("kept", 1).into_iter().map(|(name, text)| (name.to_owned(), text));
    let digest = Digest::read("kept", &files.collect::<Vec<_>>()).ok();
    let text = digest.and_then(|digest| serde_json::to_string(&digest).ok()).unwrap_or_default();
    let lab = LabSource { id: "kept".into(), files: vec![(Digest::FILE.to_owned(), text)] };
    Workspace::open(|| 0.0, linked(), Some(&lab), None, found, &mut |number| {
        blocks.iter().find(|(own, _)| *own == number).map(|(_, bytes)| bytes.clone())
    })
}

fn typed(who: &str, text: &str) -> Request {
    match who {
        "aws" => Request::Aws { principal: "learner".into(), line: text.into() },
        "time" => Request::Advance { micros: text.parse().ok() },
        user => Request::Run { user: user.into(), text: text.into() },
    }
}

fn said(workspace: &mut Workspace, request: Request) -> Vec<EventKind> {
    workspace.take(Message { id: 2, request });
    while workspace.is_running() {
        workspace.step(5.0);
    }
    workspace.events().into_iter().map(|event| event.event).collect()
}
