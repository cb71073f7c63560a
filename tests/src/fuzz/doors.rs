//! The doors by which something comes in, each with an account where it means something and whole examples of it.

use std::fs;

use sandshift_engine::cli::Files as _;
use sandshift_engine::sandbox::{ADMIN, Sandbox};
use sandshift_engine::sql::session::SessionId;
use sandshift_lessons::extensions::linked;
use sandshift_lessons::{Digest, Lab};
use sandshift_protocol::{LabSource, Message, StorageState, Unreadable};
use sandshift_takeout::{Beginning, History, Trip};
use sandshift_worker::workspace::{Found, OpenError, Workspace};

use crate::guarded::{self, Ended, Limits};
use crate::{files, kept, start};

/// By which something comes in that is not SQL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    Terminal,
    Policy,
    Lab,
    Digest,
    Copy,
    Account,
    Message,
    Journal,
}

/// A door with its account.
pub struct Ground {
    pub door: Door,
    pub examples: Vec<Vec<u8>>,
    sandbox: Sandbox,
    session: SessionId,
    workspace: Vec<u8>,
    blocks: Vec<(u64, Vec<u8>)>,
    lab: Option<LabSource>,
}

/// Every way in which a file's bytes are read: what stands behind COPY's role, and tables that read it in place.
const READERS: [&str; 14] = [
    "COPY t FROM 's3://inbox/x' IAM_ROLE default CSV",
    "COPY t FROM 's3://inbox/x' IAM_ROLE default CSV IGNOREHEADER 1 MAXERROR 100 NULL AS 'x' QUOTE '%' ACCEPTINVCHARS",
    "COPY t FROM 's3://inbox/x' IAM_ROLE default DELIMITER '|' ESCAPE REMOVEQUOTES TRIMBLANKS FILLRECORD",
    "COPY t FROM 's3://inbox/x' IAM_ROLE default FIXEDWIDTH 'a:3,b:8,c:5,d:10' ENCODING UTF16LE",
    "COPY t FROM 's3://inbox/x' IAM_ROLE default JSON 'auto ignorecase' TRUNCATECOLUMNS",
    "COPY t FROM 's3://inbox/x' IAM_ROLE default JSON 's3://inbox/paths'",
    "COPY t FROM 's3://inbox/x' IAM_ROLE default FORMAT PARQUET",
    "COPY t FROM 's3://inbox/x' IAM_ROLE default CSV GZIP",
    "COPY t FROM 's3://inbox/x' IAM_ROLE default CSV BZIP2",
    "COPY t FROM 's3://inbox/x' IAM_ROLE default CSV ZSTD",
    "COPY t FROM 's3://inbox/x' IAM_ROLE default CSV LZOP",
    "COPY t FROM 's3://inbox/x' IAM_ROLE default CSV MANIFEST",
    "SELECT COUNT(a), MIN(b), MAX(c), MAX(d) FROM lake.columns",
    "SELECT COUNT(a), MIN(b), MAX(c), MAX(d) FROM lake.lines",
];

impl Door {
    pub const ALL: [Door; 8] = [
        Door::Terminal,
        Door::Policy,
        Door::Lab,
        Door::Digest,
        Door::Copy,
        Door::Account,
        Door::Message,
        Door::Journal,
    ];

    /// Its folder in the corpus.
    pub fn folder(self) -> &'static str {
        match self {
            Door::Terminal => "terminal",
            Door::Policy => "policy",
            Door::Lab => "lab",
            Door::Digest => "digest",
            Door::Copy => "copy",
            Door::Account => "account",
            Door::Message => "message",
            Door::Journal => "journal",
        }
    }

    pub fn is_text(self) -> bool {
        !matches!(self, Door::Copy | Door::Account)
    }
}

impl Ground {
    pub fn of(door: Door) -> Result<Ground, String> {
        let mut sandbox = start::named("empty")?;
        sandbox.extensions = linked();
        let session = sandbox.connect(ADMIN, None).map_err(|error| error.to_string())?;
        let mut ground = Ground {
            door,
            examples: Vec::new(),
            sandbox,
            session,
            workspace: Vec::new(),
            blocks: Vec::new(),
            lab: None,
        };
        ground.examples = match door {
            Door::Terminal => prompts()?,
            Door::Policy => policies()?,
            Door::Lab => labs()?.into_iter().map(|(_, files)| joined(&files)).collect(),
            Door::Digest => digests()?.into_iter().map(|(_, text)| text.into_bytes()).collect(),
            Door::Journal => {
                let file = files::root().join("tests/takeout/workspace.json");
                vec![fs::read(&file).map_err(|error| format!("{}: {error}", file.display()))?]
            }
            Door::Copy => ground.filled()?,
            Door::Account => ground.stored()?,
            Door::Message => {
                let (id, digest) = digests()?.swap_remove(0);
                ground.lab = Some(LabSource { id, files: vec![(Digest::FILE.to_owned(), digest)] });
                ground.stored()?;
                MESSAGES.map(|text| text.as_bytes().to_vec()).to_vec()
            }
        };
        if ground.examples.is_empty() { Err(format!("{door:?} has no examples")) } else { Ok(ground) }
    }

    /// Lets bytes in, on a copy; whether they were accepted. What is wrong with the engine itself is an error.
    pub fn take(&self, bytes: &[u8]) -> Result<bool, String> {
        let text = || String::from_utf8_lossy(bytes).into_owned();
        match self.door {
            Door::Terminal => {
                let printed = self.sandbox.clone().aws("learner", &text());
                Ok(printed.code == 0)
            }
            Door::Policy => {
                let mut sandbox = self.sandbox.clone();
                sandbox.disk.write("/data/p.json", text().into_bytes().into());
                let made = sandbox.aws(
                    "learner",
                    "aws iam create-policy --policy-name p --policy-document file:///data/p.json",
                );
                for line in [
                    "aws iam simulate-custom-policy --policy-input-list file:///data/p.json --action-names s3:GetObject iam:PassRole --resource-arns arn:aws:s3:::b/k",
                    "aws iam create-role --role-name r --assume-role-policy-document file:///data/p.json",
                    "aws s3api put-bucket-policy --bucket inbox --policy file:///data/p.json",
                    "aws iam put-user-policy --user-name learner --policy-name q --policy-document file:///data/p.json",
                    "aws s3api list-objects-v2 --bucket inbox",
                ] {
                    sandbox.aws("learner", line);
                }
                Ok(made.code == 0)
            }
            Door::Lab => {
                let files = parted(&text());
                Ok(Digest::read("bent", &files).is_ok() && Lab::from_files("bent", &files).is_ok())
            }
            Door::Digest => {
                let lab = LabSource { id: "bent".to_owned(), files: vec![(Digest::FILE.to_owned(), text())] };
                let opened =
                    Workspace::open(ticking, linked(), Some(&lab), None, Found::Nothing, &mut |_| None);
                Ok(opened.is_ok())
            }
            Door::Journal => {
                let Ok(journal) = serde_json::from_slice::<Vec<serde_json::Value>>(bytes) else {
                    return Ok(false);
                };
                let Ok(history) = History::read(&journal, None) else { return Ok(false) };
                let trip = Trip {
                    name: "sandshift-bent".to_owned(),
                    beginning: &Beginning::default(),
                    parts: history.parts,
                    price: None,
                    left_out: history.left_out,
                };
                Ok(trip.whole(&history.texts, &[]).is_ok())
            }
            Door::Copy => self.read_everywhere(bytes),
            Door::Account => {
                let (mut manifest, mut blocks) = apart(bytes);
                let refused =
                    Workspace::open(ticking, linked(), None, None, Found::Saved(&manifest), &mut |_| None);
                // What a former version stored takes the road that the worker sends it.
                if let Err(OpenError::Stored { why: Unreadable::Older { format }, .. }) = refused
                    && kept::renew(format, &mut manifest, &mut blocks).is_err()
                {
                    return Ok(false);
                }
                let mut block = |number: u64| {
                    blocks.iter().find(|(own, _)| *own == number).map(|(_, bytes)| bytes.clone())
                };
                let opened =
                    Workspace::open(ticking, linked(), None, None, Found::Saved(&manifest), &mut block);
                let Ok(mut workspace) = opened else { return Ok(false) };
                // What opens must also be able to be worked in and stored again.
                said(
                    &mut workspace,
                    r#"{"id":1,"request":{"type":"run","user":"admin","text":"SELECT * FROM t; INSERT INTO t VALUES (1, 'x', 2.5, NULL); SELECT COUNT(*) FROM svv_tables;"}}"#,
                )?;
                said(
                    &mut workspace,
                    r#"{"id":2,"request":{"type":"aws","principal":"learner","line":"aws s3 ls s3://inbox"}}"#,
                )?;
                workspace.save(&|_| false).map(|_| true)
            }
            Door::Message => {
                let blocks = &self.blocks;
                let mut block = |number: u64| {
                    blocks.iter().find(|(own, _)| *own == number).map(|(_, bytes)| bytes.clone())
                };
                let found = Found::Saved(&self.workspace);
                let opened = Workspace::open(ticking, linked(), self.lab.as_ref(), None, found, &mut block);
                let mut workspace = opened.map_err(|error| format!("{error:?}"))?;
                workspace.opened(1, StorageState::Kept);
                said(&mut workspace, &text())
            }
        }
    }

    /// A table, a bucket, a role that may do it all, tables in the lake; gives files of every form.
    fn filled(&mut self) -> Result<Vec<Vec<u8>>, String> {
        self.prepare()?;
        let rows = "SELECT * FROM t";
        let mut examples = Vec::new();
        for how in [
            "CSV",
            "CSV HEADER",
            "DELIMITER '|' ADDQUOTES ESCAPE",
            "FIXEDWIDTH 'a:6,b:12,c:8,d:12'",
            "JSON",
            "PARQUET",
            "CSV GZIP",
            "CSV BZIP2",
            "CSV ZSTD",
        ] {
            let how =
                if how == "JSON" || how == "PARQUET" { format!("FORMAT {how}") } else { how.to_owned() };
            self.sql(&format!(
                "UNLOAD ('{rows}') TO 's3://inbox/out_' IAM_ROLE default {how} PARALLEL OFF ALLOWOVERWRITE"
            ))?;
            let listed = self.sandbox.aws(
                "learner",
                "aws s3api list-objects-v2 --bucket inbox --prefix out_ --query Contents[].Key --output text",
            );
            for key in listed.stdout.split_whitespace() {
                self.aws(&format!("aws s3 cp s3://inbox/{key} /data/out"))?;
                let bytes = self
                    .sandbox
                    .disk
                    .written()
                    .find(|(path, _)| *path == "/data/out")
                    .map(|(_, bytes)| bytes.whole().into_owned());
                examples.extend(bytes);
                self.aws(&format!("aws s3 rm s3://inbox/{key}"))?;
            }
        }
        examples.push(br#"{"entries":[{"url":"s3://inbox/paths","mandatory":true}]}"#.to_vec());
        Ok(examples)
    }

    fn prepare(&mut self) -> Result<(), String> {
        let trust = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"redshift.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;
        let role = "arn:aws:iam::123456789012:role/all";
        self.sandbox
            .disk
            .write("/data/paths", br#"{"jsonpaths":["$.a","$.b","$.c","$['d']"]}"#.to_vec().into());
        for line in [
            "aws s3 mb s3://inbox".to_owned(),
            format!("aws iam create-role --role-name all --assume-role-policy-document '{trust}'"),
            "aws iam attach-role-policy --role-name all --policy-arn arn:aws:iam::aws:policy/AdministratorAccess".to_owned(),
            format!("aws redshift modify-cluster-iam-roles --cluster-identifier course-cluster --add-iam-roles {role} --default-iam-role-arn {role}"),
            "aws s3 cp /data/paths s3://inbox/paths".to_owned(),
        ] {
            self.aws(&line)?;
        }
        self.sql("CREATE TABLE t (a INT, b VARCHAR(12), c DECIMAL(8,3), d DATE);
INSERT INTO t SELECT n, 'row ' || n, n / 7.0, DATE '2023-01-01' + n::int FROM generate_series(1, 60) AS s(n);
INSERT INTO t VALUES (NULL, NULL, NULL, NULL), (7, '서울', -1.5, '1999-12-31');
CREATE EXTERNAL SCHEMA lake FROM DATA CATALOG DATABASE 'lake' IAM_ROLE default CREATE EXTERNAL DATABASE IF NOT EXISTS;
CREATE EXTERNAL TABLE lake.columns (a INT, b VARCHAR(12), c DECIMAL(8,3), d DATE) STORED AS PARQUET LOCATION 's3://inbox/x';
CREATE EXTERNAL TABLE lake.lines (a INT, b VARCHAR(12), c DECIMAL(8,3), d DATE) ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' STORED AS TEXTFILE LOCATION 's3://inbox/x';")
    }

    /// Runs every reader over the bytes.
    fn read_everywhere(&self, bytes: &[u8]) -> Result<bool, String> {
        let mut sandbox = self.sandbox.clone();
        sandbox.disk.write("/data/x", bytes.into());
        sandbox.aws("learner", "aws s3 cp /data/x s3://inbox/x");
        let mut accepted = false;
        for statement in READERS {
            for ended in guarded::run(&mut sandbox, self.session, statement, &Limits::steps(5_000)) {
                if let Some(defect) = ended.defect() {
                    return Err(defect);
                }
                accepted |= matches!(ended, Ended::Answered(_));
            }
        }
        Ok(accepted)
    }

    /// A small workspace as it is stored.
    fn stored(&mut self) -> Result<Vec<Vec<u8>>, String> {
        self.prepare()?;
        let account = self.sandbox.save(&|_| false).map_err(|error| error.to_string())?;
        // As the worker writes it: lab, account, record and page, of which a new one has nothing.
        let mut opened = Workspace::open(
            ticking,
            linked(),
            None,
            None,
            Found::Beginning(&account.manifest),
            &mut |number| {
                account.blocks.iter().find(|(own, _)| *own == number).map(|(_, bytes)| bytes.clone())
            },
        )
        .map_err(|error| format!("{error:?}"))?;
        said(&mut opened, r#"{"id":1,"request":{"type":"keep","key":"user","value":"admin"}}"#)?;
        let saved = opened.write(&|_| false)?;
        let example = together(&saved.manifest, &saved.blocks);
        (self.workspace, self.blocks) = (saved.manifest, saved.blocks);
        let (former, blocks) = kept::former()?;
        Ok(vec![example, together(&former, &blocks)])
    }

    fn aws(&mut self, line: &str) -> Result<(), String> {
        let printed = self.sandbox.aws("learner", line);
        if printed.code == 0 { Ok(()) } else { Err(format!("{line}: {}", printed.stderr)) }
    }

    fn sql(&mut self, text: &str) -> Result<(), String> {
        for ended in guarded::run(&mut self.sandbox, self.session, text, &Limits::steps(20_000)) {
            if !matches!(ended, Ended::Answered(_)) {
                return Err(format!("{text}: {ended:?}"));
            }
        }
        Ok(())
    }
}

/// Messages of every kind, as the page sends them.
const MESSAGES: [&str; 19] = [
    r#"{"id":2,"request":{"type":"run","user":"admin","text":"BEGIN; SELECT 1; INSERT INTO t VALUES (1); ROLLBACK"}}"#,
    r#"{"id":3,"request":{"type":"compare","users":["admin","admin"],"text":"SELECT * FROM t"}}"#,
    r#"{"id":4,"request":{"type":"login","user":"admin","password":"x"}}"#,
    r#"{"id":5,"request":{"type":"access","user":"admin"}}"#,
    r#"{"id":6,"request":{"type":"cancel"}}"#,
    r#"{"id":7,"request":{"type":"rows","result":1,"from":0,"count":100}}"#,
    r#"{"id":8,"request":{"type":"export","result":1,"format":"csv"}}"#,
    r#"{"id":9,"request":{"type":"aws","principal":"learner","line":"aws s3 ls"}}"#,
    r#"{"id":10,"request":{"type":"call","call":{"principal":"learner","service":"s3api","operation":"PutObject","parameters":{"Bucket":"inbox","Key":"k"},"region":null,"quiet":false}}}"#,
    r#"{"id":11,"request":{"type":"call","call":{"principal":"learner","service":"redshift","operation":"DescribeClusters","parameters":{},"region":"us-east-1"}}}"#,
    r#"{"id":12,"request":{"type":"names","user":"admin"}}"#,
    r#"{"id":13,"request":{"type":"check","step":"groups"}}"#,
    r#"{"id":14,"request":{"type":"answer","step":"groups","check":"busiest","option":"a"}}"#,
    r#"{"id":15,"request":{"type":"resetStep","step":"groups"}}"#,
    r#"{"id":16,"request":{"type":"resetLab"}}"#,
    r#"{"id":17,"request":{"type":"keep","key":"k","value":"v"}}"#,
    r#"{"id":18,"request":{"type":"advance","micros":3600000000}}"#,
    r#"{"id":19,"request":{"type":"upload","path":"/data/y","text":"1,2"}}"#,
    r#"{"id":20,"request":{"type":"call","call":{"principal":"learner","service":"sandbox","operation":"Bill","parameters":{},"region":null}}}"#,
];

/// Hands a message over and works until it is done; whether it was one.
fn said(workspace: &mut Workspace, text: &str) -> Result<bool, String> {
    let Ok(message) = serde_json::from_str::<Message>(text) else { return Ok(false) };
    // That one is meant to panic.
    if matches!(message.request, sandshift_protocol::Request::Fail) {
        return Ok(false);
    }
    workspace.take(message);
    for _ in 0..5_000 {
        if !workspace.is_running() {
            break;
        }
        workspace.step(5.0);
    }
    for event in workspace.events() {
        serde_json::to_string(&event).map_err(|error| format!("an event cannot be told: {error}"))?;
    }
    Ok(true)
}

fn ticking() -> f64 {
    use std::sync::atomic::{AtomicU64, Ordering};
    static TICKS: AtomicU64 = AtomicU64::new(0);
    TICKS.fetch_add(1, Ordering::Relaxed) as f64
}

/// Every line of the terminal in the transcripts.
fn prompts() -> Result<Vec<Vec<u8>>, String> {
    let mut lines = Vec::new();
    for path in files::find(&[files::root().join("tests/aws").to_string_lossy().into_owned()], "transcript")?
    {
        for line in files::read(&path)?.lines() {
            let line = line.trim_start_matches('!');
            if let Some((_, command)) = line.strip_prefix("aws ").and_then(|rest| rest.split_once("> ")) {
                lines.push(format!("aws {command}").into_bytes());
            }
        }
    }
    Ok(lines)
}

/// Every policy that stands in a transcript, and some with what those lack.
fn policies() -> Result<Vec<Vec<u8>>, String> {
    let mut found: Vec<Vec<u8>> = [
        r#"{"Version":"2012-10-17","Id":"x","Statement":[{"Sid":"A","Effect":"Deny","NotAction":["s3:Get*","iam:*"],"NotResource":"arn:aws:s3:::b/*","Condition":{"StringLikeIfExists":{"aws:PrincipalTag/team":["a*","?"]},"ForAllValues:StringEquals":{"aws:TagKeys":["x"]},"NumericLessThan":{"s3:max-keys":"10"},"DateGreaterThan":{"aws:CurrentTime":"2023-01-01T00:00:00Z"},"IpAddress":{"aws:SourceIp":["10.0.0.0/8","::1/128"]},"Bool":{"aws:SecureTransport":"true"},"Null":{"aws:userid":"false"}}}]}"#,
        r#"{"Version":"2008-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":["123456789012","arn:aws:iam::123456789012:root"],"Service":"redshift.amazonaws.com"},"Action":"sts:AssumeRole","Resource":"arn:aws:s3:::in/${aws:username}/*"}}"#,
    ]
    .map(|text| text.as_bytes().to_vec())
    .to_vec();
    for path in files::find(&[files::root().join("tests/aws").to_string_lossy().into_owned()], "transcript")?
    {
        let text = files::read(&path)?;
        let documents =
            text.split('\'').filter(|part| part.starts_with('{') && part.contains("\"Statement\""));
        found.extend(documents.map(|part| part.as_bytes().to_vec()));
    }
    Ok(found)
}

type Files = Vec<(String, String)>;

/// The labs of the course, as their authors wrote them.
fn labs() -> Result<Vec<(String, Files)>, String> {
    let mut labs = Vec::new();
    let folder = files::root().join("lessons/labs");
    for entry in fs::read_dir(&folder).map_err(|error| error.to_string())?.flatten() {
        let read = |name: &str| Some((name.to_owned(), fs::read_to_string(entry.path().join(name)).ok()?));
        let texts: Option<Files> = ["lab.toml", "ko.md", "en.md"].iter().map(|name| read(name)).collect();
        labs.extend(texts.map(|texts| (entry.file_name().to_string_lossy().into_owned(), texts)));
    }
    labs.sort();
    Ok(labs)
}

fn digests() -> Result<Vec<(String, String)>, String> {
    let mut digests = Vec::new();
    for (name, files) in labs()? {
        let digest = Digest::read(&name, &files).map_err(|problems| format!("{name}: {problems:?}"))?;
        digests.push((name, serde_json::to_string(&digest).map_err(|error| error.to_string())?));
    }
    Ok(digests)
}

/// Between the files of a lab in one case: a letter of nobody's alphabet.
const BETWEEN: char = '\u{e000}';

fn joined(files: &[(String, String)]) -> Vec<u8> {
    let texts: Vec<&str> = files.iter().map(|(_, text)| text.as_str()).collect();
    texts.join(&BETWEEN.to_string()).into_bytes()
}

fn parted(text: &str) -> Files {
    let names = ["lab.toml", "ko.md", "en.md"];
    names.iter().zip(text.split(BETWEEN)).map(|(name, text)| ((*name).to_owned(), text.to_owned())).collect()
}

/// Manifest and blocks in one row of bytes, each with its number and length.
fn together(manifest: &[u8], blocks: &[(u64, Vec<u8>)]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (number, part) in
        [(0, manifest)].into_iter().chain(blocks.iter().map(|(number, part)| (*number, &part[..])))
    {
        bytes.extend(number.to_le_bytes());
        bytes.extend((part.len() as u32).to_le_bytes());
        bytes.extend(part);
    }
    bytes
}

/// What of that is still to be made out.
fn apart(bytes: &[u8]) -> (Vec<u8>, Vec<(u64, Vec<u8>)>) {
    let mut parts = Vec::new();
    let mut rest = bytes;
    while let Some((number, after)) = rest.split_first_chunk::<8>() {
        let Some((length, after)) = after.split_first_chunk::<4>() else { break };
        let length = (u32::from_le_bytes(*length) as usize).min(after.len());
        parts.push((u64::from_le_bytes(*number), after[..length].to_vec()));
        rest = &after[length..];
    }
    let manifest = if parts.is_empty() { Vec::new() } else { parts.remove(0).1 };
    (manifest, parts)
}
