//! A workspace as this version stores it, for the versions to come: `tests/kept/format-N.sandshift`.
//!
//! The rule: an account's written form has a number, and what this version and the one before it wrote is read. Whoever
//! changes a stored shape after a release gives the form its next number, keeps the old file, writes the road from it
//! (`engine/src/sandbox/save.rs`), and records the new one with `cargo xtask kept`. Older forms than that are refused
//! by name, and the page offers what is stored as a file all the same.

use std::fs;
use std::path::PathBuf;

use sandshift_engine::sandbox::{ADMIN, Sandbox};
use sandshift_lessons::extensions::linked;
use sandshift_protocol::{EventKind, Message, Request};
use sandshift_worker::workspace::{Found, OpenError, Workspace};

use crate::{files, start};

/// What the recorded account holds, a bit of everything that is stored.
const SQL: &str = "CREATE SCHEMA kept;
CREATE TABLE kept.numbers (n INT, name VARCHAR(20), price DECIMAL(10,2), day DATE, at TIMESTAMP, more SUPER) DISTKEY(n) SORTKEY(day);
INSERT INTO kept.numbers SELECT n, 'name ' || n % 3, n / 4.0, DATE '2023-01-01' + n::int, TIMESTAMP '2023-01-01 10:00:00', JSON_PARSE('{\"a\":[1,2]}') FROM generate_series(1, 100) AS s(n);
DELETE FROM kept.numbers WHERE n > 90;
CREATE VIEW kept.few AS SELECT * FROM kept.numbers WHERE n < 5;
CREATE TABLE kept.others AS SELECT n, name FROM kept.numbers;
CREATE MATERIALIZED VIEW kept.names AS SELECT name, COUNT(*) AS times FROM kept.others GROUP BY name;
CREATE FUNCTION kept.doubled(INT) RETURNS INT STABLE AS $$ SELECT $1 * 2 $$ LANGUAGE sql;
CREATE PROCEDURE kept.nothing() AS $$ BEGIN NULL; END; $$ LANGUAGE plpgsql;
CREATE GROUP kept_readers; CREATE USER kept_reader PASSWORD 'Reader123' IN GROUP kept_readers; CREATE ROLE kept_role;
GRANT USAGE ON SCHEMA kept TO GROUP kept_readers; GRANT SELECT (n, name) ON kept.numbers TO GROUP kept_readers;
GRANT ROLE kept_role TO kept_reader;
CREATE RLS POLICY kept_rows WITH (n INT) USING (n <= 10);
ATTACH RLS POLICY kept_rows ON kept.numbers TO ROLE kept_role; ALTER TABLE kept.numbers ROW LEVEL SECURITY ON;
CREATE MASKING POLICY kept_mask WITH (name VARCHAR(20)) USING ('***'::VARCHAR(20));
ATTACH MASKING POLICY kept_mask ON kept.numbers (name) TO ROLE kept_role;";

const AWS: [&str; 5] = [
    "aws s3 mb s3://kept-bucket",
    "aws s3 cp /data/kept.csv s3://kept-bucket/kept.csv",
    r#"aws iam create-role --role-name kept --assume-role-policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"redshift.amazonaws.com"},"Action":"sts:AssumeRole"}]}'"#,
    "aws redshift create-cluster-snapshot --cluster-identifier course-cluster --snapshot-identifier kept",
    "aws glue create-database --database-input Name=kept",
];

/// Who asks what of it, and the first cell of the answer.
const ANSWERS: [(&str, &str, &str); 8] = [
    (ADMIN, "SELECT COUNT(*) FROM kept.numbers", "90"),
    (ADMIN, "SELECT SUM(price) FROM kept.few", "2.50"),
    (ADMIN, "SELECT COUNT(*) FROM kept.numbers WHERE more.a[1] = 2 AND day > DATE '2023-03-01'", "31"),
    (ADMIN, "SELECT times FROM kept.names WHERE name = 'name 1'", "30"),
    (ADMIN, "SELECT kept.doubled(21)", "42"),
    ("kept_reader", "SELECT COUNT(n) FROM kept.numbers", "10"),
    ("kept_reader", "SELECT MAX(name) FROM kept.numbers", "***"),
    (ADMIN, "SELECT COUNT(*) FROM svv_rls_attached_policy WHERE polname = 'kept_rows'", "1"),
];

const LINES: [(&str, &str); 4] = [
    ("aws s3api head-object --bucket kept-bucket --key kept.csv --query ContentLength", "8"),
    ("aws iam get-role --role-name kept --query Role.RoleName --output text", "kept"),
    (
        "aws redshift describe-cluster-snapshots --snapshot-identifier kept --query Snapshots[].SnapshotIdentifier --output text",
        "kept",
    ),
    ("aws glue get-database --name kept --query Database.Name --output text", "kept"),
];

fn folder() -> PathBuf {
    files::root().join("tests/kept")
}

/// Writes the file of this version's form.
///
/// # Errors
/// An account that cannot be made or written.
pub fn write() -> Result<(), String> {
    let mut sandbox = start::named("empty")?;
    sandbox.extensions = linked();
    let session = sandbox.connect(ADMIN, None).map_err(|error| error.to_string())?;
    for executed in sandbox.execute(session, SQL) {
        executed.result.map_err(|error| format!("{error}: {}", executed.text))?;
    }
    sandshift_engine::cli::Files::write(&mut sandbox.disk, "/data/kept.csv", b"1,a\n2,b\n".to_vec().into());
    for line in AWS {
        let printed = sandbox.aws("learner", line);
        if printed.code != 0 {
            return Err(format!("{line}: {}", printed.stderr));
        }
    }
    let saved = sandbox.save(&|_| false).map_err(|error| error.to_string())?;
    let mut workspace =
        open(Found::Beginning(&saved.manifest), &saved.blocks).map_err(|error| format!("{error:?}"))?;
    workspace.take(Message { id: 1, request: Request::Keep { key: "user".into(), value: "kept".into() } });
    let whole = workspace.write(&|_| false)?;
    let path = folder().join(format!("format-{}.sandshift", Sandbox::FORMAT));
    fs::create_dir_all(folder()).map_err(|error| error.to_string())?;
    fs::write(&path, pack(&whole.manifest, &whole.blocks)).map_err(|error| error.to_string())?;
    println!("{}", path.display());
    Ok(())
}

/// Opens every file: those of forms that are read answer as they did, older ones are refused by name.
///
/// # Errors
/// What became of which.
pub fn check() -> Result<usize, String> {
    let paths = files::find(&[folder().to_string_lossy().into_owned()], "sandshift")?;
    let own = folder().join(format!("format-{}.sandshift", Sandbox::FORMAT));
    if !paths.contains(&own) {
        return Err(format!("{} is not there; `cargo xtask kept` records it", own.display()));
    }
    for path in &paths {
        let bytes = fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let format: u32 =
            name.trim_start_matches("format-").parse().map_err(|_| format!("{name} has no number"))?;
        opened(format, &bytes).map_err(|what| {
            format!("{name}: {what}\nA stored shape has changed. Before a release: `cargo xtask kept`. After one: the next FORMAT, and a road from this one.")
        })?;
    }
    Ok(paths.len())
}

fn opened(format: u32, bytes: &[u8]) -> Result<(), String> {
    let (manifest, blocks) = unpack(bytes).ok_or("it is no file of a workspace")?;
    let mut workspace = match open(Found::Saved(&manifest), &blocks) {
        Err(OpenError::Stored { .. }) if format < Sandbox::OLDEST => return Ok(()),
        Err(error) => return Err(format!("{error:?}")),
        Ok(_) if format < Sandbox::OLDEST => return Err("it should be refused".to_owned()),
        Ok(workspace) => workspace,
    };
    for (user, text, wanted) in ANSWERS {
        let events = said(&mut workspace, Request::Run { user: user.to_owned(), text: text.to_owned() });
        let cell = events.iter().find_map(|event| match event {
            EventKind::StatementDone { result, .. } => result.rows.as_ref()?.first.first()?.first()?.clone(),
            _ => None,
        });
        if cell.as_deref() != Some(wanted) {
            return Err(format!("{text}: {cell:?} instead of {wanted}; {events:?}"));
        }
    }
    for (line, wanted) in LINES {
        let events =
            said(&mut workspace, Request::Aws { principal: "learner".into(), line: line.to_owned() });
        let printed = events.iter().find_map(|event| match event {
            EventKind::AwsDone { stdout, .. } => Some(stdout.trim()),
            _ => None,
        });
        if printed != Some(wanted) {
            return Err(format!("{line}: {printed:?} instead of {wanted}"));
        }
    }
    Ok(())
}

fn open(found: Found<'_>, blocks: &[(u64, Vec<u8>)]) -> Result<Workspace, OpenError> {
    Workspace::open(|| 0.0, linked(), None, None, found, &mut |number| {
        blocks.iter().find(|(own, _)| *own == number).map(|(_, bytes)| bytes.clone())
    })
}

fn said(workspace: &mut Workspace, request: Request) -> Vec<EventKind> {
    workspace.take(Message { id: 2, request });
    while workspace.is_running() {
        workspace.step(5.0);
    }
    workspace.events().into_iter().map(|event| event.event).collect()
}

/// As `worker/file.js` has it, without a sum.
fn pack(manifest: &[u8], blocks: &[(u64, Vec<u8>)]) -> Vec<u8> {
    let mut bytes = MAGIC.to_vec();
    for (number, part) in
        [(0, manifest)].into_iter().chain(blocks.iter().map(|(number, part)| (*number, &part[..])))
    {
        bytes.extend((number as f64).to_le_bytes());
        bytes.extend((part.len() as u32).to_le_bytes());
        bytes.extend(part);
    }
    bytes
}

const MAGIC: &[u8] = b"SANDSHIFT1";

type Parts = (Vec<u8>, Vec<(u64, Vec<u8>)>);

fn unpack(bytes: &[u8]) -> Option<Parts> {
    let mut rest = bytes.strip_prefix(MAGIC)?;
    let mut parts = Vec::new();
    while !rest.is_empty() {
        let (number, after) = rest.split_first_chunk::<8>()?;
        let (length, after) = after.split_first_chunk::<4>()?;
        let (part, after) = after.split_at_checked(u32::from_le_bytes(*length) as usize)?;
        parts.push((f64::from_le_bytes(*number) as u64, part.to_vec()));
        rest = after;
    }
    let manifest = (!parts.is_empty()).then(|| parts.remove(0).1)?;
    Some((manifest, parts))
}
