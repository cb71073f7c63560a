//! What a lab becomes for a real account, tried: both scripts run in bash, with the simulated account's own terminal in
//! place of `aws`, and a clock that moves when a script sleeps.
//!
//! Names are the lesson's, so that its checks say whether the scripts did what it teaches. After the clean-up nothing is left.

// A test gives up by panicking; outside of `#[test]` functions clippy has to be told.
#![allow(clippy::panic, clippy::unwrap_used)]

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use sandshift_engine::cli::Files;
use sandshift_engine::sandbox::Sandbox;
use sandshift_lessons::Record;
use sandshift_lessons::extensions::linked;
use sandshift_lessons::{Digest, Lab};
use sandshift_prose::definition::CheckKind;
use sandshift_protocol::{EventKind, LabSource, Message, Request};
use sandshift_tests::{files, grade, lab, takeout};
use sandshift_worker::workspace::{Found, Workspace};
use serde_json::Value;

const AWS: &str = r#"#!/usr/bin/env bash
call=$(mktemp "$SANDSHIFT_DOOR/call.XXXXXX")
printf '%s\0' "$(basename "$0")" "$PWD" "$@" > "$call"
mkfifo "$call.code"
echo "$call" > "$SANDSHIFT_DOOR/door"
read -r code < "$call.code"
cat "$call.out"
cat "$call.err" >&2
exit "$code"
"#;

#[test]
fn every_lab_goes_to_aws_and_comes_back() {
    let folders = lab::folders(&lab::course()).unwrap();
    let wrong: Vec<String> = folders.iter().filter_map(|folder| goes_and_comes_back(folder).err()).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

fn goes_and_comes_back(folder: &Path) -> Result<(), String> {
    let lab = lab::read(folder).unwrap();
    let name = lab.definition.id.clone();
    let place = std::env::temp_dir().join(format!("sandshift-takeout-{}-{name}", std::process::id()));
    let _ = fs::remove_dir_all(&place);
    let taken = place.join("taken");
    takeout::write(&lab, &taken).unwrap();

    let mut account = Account::open(&place);
    let (before, names) = account.make_room(&taken);
    let mut wrong = Vec::new();
    let (code, said) = account.run(&taken.join("run.sh"), &names);
    if code != 0 {
        wrong.push(format!("{name}: run.sh gives {code}\n{said}"));
    }

    if let Some(last) = lab.definition.steps.last() {
        let record = Record::default();
        let status = sandshift_lessons::check::evaluate(last, &account.sandbox, &record);
        for (check, found) in last.checks.iter().zip(&status.checks) {
            if matches!(check.kind, CheckKind::State(_)) && !found.passed {
                wrong.push(format!("{name}: {}: {:?}\n{said}", check.id, found.missing));
            }
        }
    }
    wrong.extend(account.cleaned(&name, &taken, &names, &before));
    let _ = fs::remove_dir_all(&place);
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n")) }
}

/// What must be the same here and there, as everybody can see it.
const SEEN: [&str; 6] = [
    "SELECT nspname FROM pg_namespace WHERE nspowner > 1 ORDER BY 1",
    "SELECT usename FROM pg_user ORDER BY 1",
    "SELECT groname FROM pg_group ORDER BY 1",
    "SELECT * FROM own.visits ORDER BY 1",
    "SELECT namespace_name, relation_name, privilege_type, identity_name FROM svv_relation_privileges ORDER BY 1, 2, 3, 4",
    "SELECT \"schema\", \"table\", tbl_rows FROM svv_table_info ORDER BY 1, 2",
];

#[test]
fn a_workspace_goes_to_aws_and_comes_back() {
    let lab = lab::read(&lab::course().join("01-permissions")).unwrap();
    let text = fs::read_to_string(files::root().join("tests/takeout/workspace.json")).unwrap();
    let journal: Vec<Value> = serde_json::from_str(&text).unwrap();
    let mut here = replayed(&lab, &journal);
    let place = std::env::temp_dir().join(format!("sandshift-takeout-{}-workspace", std::process::id()));
    let _ = fs::remove_dir_all(&place);
    let taken = place.join("taken");
    for (path, bytes) in takeout::of_journal(Some(&lab), &journal).unwrap() {
        let file = taken.join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, bytes).unwrap();
    }
    let mut account = Account::open(&place);
    let (before, names) = account.make_room(&taken);
    let (code, said) = account.run(&taken.join("run.sh"), &names);
    assert_eq!(code, 0, "{said}");
    for query in SEEN {
        let session = account.sandbox.connect("admin", None).unwrap();
        let answered = account.sandbox.execute(session, query).pop().unwrap().result;
        account.sandbox.disconnect(session);
        let there = answered.map(|answer| sandshift_lessons::transcript::rows(&answer).unwrap_or_default());
        assert_eq!(there.map_err(|error| error.to_string()), Ok(rows(&mut here, query)), "{query}\n{said}");
    }
    for line in [
        "s3api list-objects-v2 --bucket own-bucket --query Contents[].[Key,Size]",
        "iam list-attached-role-policies --role-name own.role --query AttachedPolicies[].PolicyArn",
        "redshift describe-cluster-snapshots --snapshot-type manual --query Snapshots[].SnapshotIdentifier",
    ] {
        let there = account.aws(line);
        here.take(Message {
            id: 1,
            request: Request::Aws { principal: "learner".to_owned(), line: line.to_owned() },
        });
        let told = here.events().into_iter().find_map(|event| match event.event {
            EventKind::AwsDone { stdout, .. } => Some(stdout),
            _ => None,
        });
        assert_eq!((there.code, Some(there.stdout)), (0, told), "{line}\n{said}");
    }
    let run = fs::read_to_string(taken.join("run.sh")).unwrap();
    assert!(run.contains("# Left out, because it was refused, stopped or rolled back: 7 "), "{run}");
    assert!(!run.contains("forgotten") && !said.contains("nothing to see"), "{said}");
    let wrong = account.cleaned("workspace", &taken, &names, &before);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let _ = fs::remove_dir_all(&place);
}

/// The workspace in which the journal was written.
fn replayed(lab: &Lab, journal: &[Value]) -> Workspace {
    let files = vec![(Digest::FILE.to_owned(), serde_json::to_string(&lab.digest()).unwrap())];
    let source = LabSource { id: lab.definition.id.clone(), files };
    let open = |found: Found<'_>, block: &mut dyn FnMut(u64) -> Option<Vec<u8>>| {
        Workspace::open(|| 0.0, linked(), Some(&source), None, found, block).unwrap()
    };
    let mut workspace = open(Found::Nothing, &mut |_| None);
    for entry in journal {
        if entry["reopened"] == true {
            let saved = workspace.write(&|_| false).unwrap();
            let blocks = saved.blocks;
            workspace = open(Found::Saved(&saved.manifest), &mut |number| {
                blocks.iter().find(|(known, _)| *known == number).map(|(_, bytes)| bytes.clone())
            });
            continue;
        }
        if let Some(bytes) = entry["bytes"].as_str() {
            workspace.hand_over(grade::decoded(bytes).unwrap().into());
        }
        let request: Request = serde_json::from_value(entry["request"].clone()).unwrap();
        let events = told(&mut workspace, request);
        let failed = events.iter().any(|event| {
            matches!(
                event,
                EventKind::StatementFailed { .. } | EventKind::CallFailed { .. } | EventKind::Failed { .. }
            ) || matches!(event, EventKind::AwsDone { code, .. } if *code != 0)
        });
        assert_eq!(failed, entry["failed"].is_u64(), "{entry}: {events:?}");
    }
    // Whoever was in the middle of something has left.
    workspace.take(Message {
        id: 1,
        request: Request::Run { user: "admin".to_owned(), text: "ROLLBACK".to_owned() },
    });
    while workspace.is_running() {
        workspace.step(5.0);
    }
    workspace.events();
    workspace
}

fn told(workspace: &mut Workspace, request: Request) -> Vec<EventKind> {
    workspace.take(Message { id: 1, request });
    while workspace.is_running() {
        workspace.step(5.0);
    }
    let events = workspace.events().into_iter().chain(workspace.events_when_stored());
    events.map(|event| event.event).collect()
}

fn rows(workspace: &mut Workspace, query: &str) -> Vec<Vec<String>> {
    let run = Request::Run { user: "admin".to_owned(), text: query.to_owned() };
    let result = told(workspace, run).into_iter().find_map(|event| match event {
        EventKind::StatementDone { result, .. } => result.rows,
        _ => None,
    });
    let result = result.unwrap_or_else(|| panic!("no answer to {query}"));
    let all = Request::Rows { result: result.result, from: 0, count: result.count as u32 };
    let rows = told(workspace, all).into_iter().find_map(|event| match event {
        EventKind::Rows { rows, .. } => Some(rows),
        _ => None,
    });
    let cell = |cell: Option<String>| cell.unwrap_or_else(|| "NULL".to_owned());
    rows.unwrap().into_iter().map(|row| row.into_iter().map(cell).collect()).collect()
}

/// A simulated account behind programs called `aws` and `sleep`.
struct Account {
    sandbox: Sandbox,
    door: PathBuf,
    programs: PathBuf,
}

impl Account {
    fn open(place: &Path) -> Account {
        let (door, programs) = (place.join("door"), place.join("bin"));
        fs::create_dir_all(&door).unwrap();
        fs::create_dir_all(&programs).unwrap();
        for program in ["aws", "sleep"] {
            let file = programs.join(program);
            fs::write(&file, AWS).unwrap();
            fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
        }
        assert!(Command::new("mkfifo").arg(door.join("door")).status().unwrap().success());
        let mut sandbox = Sandbox::new(sandshift_tests::start::SEED);
        sandbox.extensions = linked();
        Account { sandbox, door, programs }
    }

    /// Makes room for the lesson's own names, which the scripts would otherwise make new ones of; gives what is there then,
    /// and those names.
    fn make_room(&mut self, taken: &Path) -> (Vec<String>, Vec<(String, String)>) {
        self.aws("redshift delete-cluster --cluster-identifier course-cluster --skip-final-cluster-snapshot");
        self.sandbox.advance(3_600_000_000);
        let settings = fs::read_to_string(taken.join("settings.sh")).unwrap();
        let mut names: Vec<(String, String)> = settings
            .lines()
            .filter_map(|line| {
                let (line, name) = line.strip_suffix(" in the lesson")?.split_once(" # ")?;
                Some((line.split_once('=')?.0.to_owned(), name.to_owned()))
            })
            .collect();
        names.push(("WAIT_AT_MOST".to_owned(), "99999999".to_owned()));
        // What is simulated is the year 2023.
        names.push(("NODE_TYPE".to_owned(), "ra3.xlplus".to_owned()));
        (self.inventory(), names)
    }

    /// Cleans up, twice; gives what is wrong then.
    fn cleaned(
        &mut self,
        name: &str,
        taken: &Path,
        names: &[(String, String)],
        before: &[String],
    ) -> Vec<String> {
        let mut wrong = Vec::new();
        for time in ["first", "second"] {
            let (code, said) = self.run(&taken.join("cleanup.sh"), names);
            if code != 0 {
                wrong.push(format!("{name}: cleanup.sh gives {code} the {time} time\n{said}"));
            }
            let after = self.inventory();
            for (left, was) in after.iter().zip(before).filter(|(left, was)| left != was) {
                wrong.push(format!("{name}: left is {left}, where there was {was}\n{said}"));
            }
        }
        wrong
    }

    /// Runs a script to its end; gives its code and all that it said.
    fn run(&mut self, script: &Path, names: &[(String, String)]) -> (i32, String) {
        let path = format!("{}:{}", self.programs.display(), std::env::var("PATH").unwrap());
        let log = self.door.join("log");
        let out = fs::File::create(&log).unwrap();
        let mut child = Command::new("bash")
            .arg(script)
            .env("PATH", path)
            .env("SANDSHIFT_DOOR", &self.door)
            .envs(names.iter().map(|(variable, name)| (variable, name)))
            .stdin(Stdio::null())
            .stderr(out.try_clone().unwrap())
            .stdout(out)
            .spawn()
            .unwrap();
        let door = self.door.join("door");
        // Held open, so that reading does not end between two calls.
        let held = fs::OpenOptions::new().read(true).write(true).open(&door).unwrap();
        let knocks = BufReader::new(fs::File::open(&door).unwrap());
        let waiting = thread::spawn(move || {
            let code = child.wait().unwrap().code().unwrap_or(-1);
            fs::write(door, "end\n").unwrap();
            code
        });
        for knock in knocks.lines() {
            let knock = knock.unwrap();
            if knock == "end" {
                break;
            }
            self.answer(Path::new(&knock));
        }
        drop(held);
        (waiting.join().unwrap(), fs::read_to_string(log).unwrap())
    }

    fn answer(&mut self, call: &Path) {
        let given = fs::read(call).unwrap();
        let words: Vec<String> =
            given.split(|byte| *byte == 0).map(|word| String::from_utf8_lossy(word).into_owned()).collect();
        let [program, directory, arguments @ .., _] = &words[..] else { panic!("{words:?}") };
        let (code, out, err) = if program == "sleep" {
            self.sandbox.advance(arguments[0].parse::<i64>().unwrap() * 1_000_000);
            (0, String::new(), String::new())
        } else {
            let mut line = Vec::new();
            for word in arguments {
                let file = Path::new(directory).join(word);
                let path = format!("/{word}");
                if word.starts_with("data/") && file.is_file() {
                    self.sandbox.disk.write(&path, fs::read(file).unwrap().into());
                    line.push(path);
                } else {
                    line.push(format!("'{}'", word.replace('\'', r"'\''")));
                }
            }
            let printed = self.aws(&line.join(" "));
            (printed.code, printed.stdout, printed.stderr)
        };
        let beside = |end: &str| PathBuf::from(format!("{}.{end}", call.display()));
        fs::write(beside("out"), ended(out)).unwrap();
        fs::write(beside("err"), ended(err)).unwrap();
        fs::write(beside("code"), format!("{code}\n")).unwrap();
    }

    fn aws(&mut self, line: &str) -> sandshift_engine::cli::CliOutput {
        self.sandbox.finish_background();
        let printed = self.sandbox.aws("learner", line);
        self.sandbox.finish_background();
        printed
    }

    /// Everything that costs money or stands in somebody's way.
    fn inventory(&mut self) -> Vec<String> {
        [
            "redshift describe-clusters --query Clusters[].ClusterIdentifier",
            "redshift describe-cluster-snapshots --snapshot-type manual --query Snapshots[].SnapshotIdentifier",
            "redshift-serverless list-workgroups --query workgroups[].workgroupName",
            "redshift-serverless list-namespaces --query namespaces[].namespaceName",
            "redshift-serverless list-snapshots --query snapshots[].snapshotName",
            "glue get-databases --query DatabaseList[].Name",
            "athena list-work-groups --query WorkGroups[].Name",
            "sagemaker list-endpoints --query Endpoints[].EndpointName",
            "s3 ls",
            "iam list-roles --query Roles[].RoleName",
            "iam list-users --query Users[].UserName",
        ]
        .map(|line| format!("{line}: {}", self.aws(line).stdout))
        .to_vec()
    }
}

fn ended(mut text: String) -> String {
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

#[test]
fn the_scripts_are_good_bash() {
    let place = std::env::temp_dir().join(format!("sandshift-takeout-bash-{}", std::process::id()));
    for folder in lab::folders(&files::root().join("lessons/labs")).unwrap() {
        let taken = place.join(folder.file_name().unwrap());
        takeout::write(&lab::read(&folder).unwrap(), &taken).unwrap();
        for script in ["run.sh", "cleanup.sh", "settings.sh"] {
            let checked = Command::new("bash").arg("-n").arg(taken.join(script)).output().unwrap();
            assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
        }
    }
    let _ = fs::remove_dir_all(&place);
}
