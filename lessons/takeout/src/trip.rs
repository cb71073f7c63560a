//! From a way through the simulation to the folder that goes it in AWS.

use sandshift_prose::transcript::{Door, Entry};
use sandshift_prose::{Definition, Problem, Transcript};

use crate::beginning::Beginning;
use crate::leftover::Leftovers;
use crate::names::Names;
use crate::shell;
use crate::sql::{self, Sent, Why};

const RUN: &str = include_str!("run.sh");
const CLEANUP: &str = include_str!("cleanup.sh");
const WAREHOUSE: &str = "course-cluster";
/// Where the beginning's rows lie in the bucket until they are copied.
const LOADING: &str = "sandshift-beginning";

/// Seconds for "until something happens".
const UNTIL_SOMETHING: i64 = 600;

/// A way that somebody took, ready to be taken elsewhere.
pub struct Trip<'a> {
    /// What new names begin with: letters, digits, `-`.
    pub name: String,
    pub beginning: &'a Beginning,
    /// By title: what was typed.
    pub parts: Vec<(String, Vec<Entry>)>,
    /// US dollars for the time it takes.
    pub price: Option<f64>,
    /// What had no effect, and so does not go along.
    pub left_out: usize,
}

/// A folder's files: those that are texts, and those that the caller takes from the learner's disk into `data`.
pub struct Whole {
    pub texts: Vec<(String, String)>,
    pub disk: Vec<String>,
}

const README: &str = include_str!("readme.md");

impl<'a> Trip<'a> {
    /// The solutions of a lab.
    ///
    /// # Errors
    /// A solution that is no transcript.
    pub fn of_lab(lab: &Definition, beginning: &'a Beginning) -> Result<Self, Vec<Problem>> {
        Ok(Trip {
            name: format!("sandshift-{}", lab.id),
            beginning,
            parts: solutions(lab, None)?,
            price: lab.aws_price,
            left_out: 0,
        })
    }

    /// The folder with the files that it needs: `texts` (path below `data`, and text) go along where a line names them,
    /// the beginning's rows, and what is named of the `disk`.
    ///
    /// # Errors
    /// As [`Trip::folder`].
    pub fn whole(&self, texts: &[(String, String)], disk: &[String]) -> Result<Whole, Vec<Problem>> {
        let mut folder = self.folder()?;
        let run = folder.iter().find(|(path, _)| path == "run.sh").map(|(_, text)| text.clone());
        let run = run.unwrap_or_default();
        let asked = |path: &str| run.contains(&format!("$DATA/{path}\""));
        let disk = disk.iter().map(|path| path.trim_start_matches("/data/"));
        let own = |path: &str| texts.iter().any(|(known, _)| known == path);
        let disk = disk.filter(|path| asked(path) && !own(path)).map(str::to_owned).collect();
        let taken = texts.iter().filter(|(path, _)| asked(path));
        folder.extend(taken.map(|(path, text)| (format!("data/{path}"), text.clone())));
        folder.extend(self.beginning.rows.iter().cloned());
        folder.push(("README.md".to_owned(), README.to_owned()));
        Ok(Whole { texts: folder, disk })
    }

    /// The folder's texts by path. The files below `data`, there or beside the folder, are the caller's: those of the
    /// tables, and what lines name of the learner's disk.
    ///
    /// # Errors
    /// A beginning that is no transcript.
    pub fn folder(&self) -> Result<Vec<(String, String)>, Vec<Problem>> {
        let outside = Transcript::parse("beginning", &self.beginning.outside)?.entries;
        let parts = &self.parts;

        let mut leftovers = Leftovers::default();
        leftovers.line(&shell::words(&format!("redshift create-cluster --cluster-identifier {WAREHOUSE}")));
        for entry in outside.iter().chain(parts.iter().flat_map(|(_, entries)| entries)) {
            match entry.door {
                Door::Aws { .. } => leftovers.line(&shell::words(&entry.input)),
                Door::Sql { .. } => leftovers.script(&entry.input),
                Door::Login { .. } | Door::Clock { .. } => {}
            }
        }
        let mut names = Names::new(&self.name);
        leftovers.name_all(&mut names);

        let mut folder = Folder {
            names: &names,
            texts: Vec::new(),
            run: String::new(),
            unsettled: false,
            training: false,
        };
        folder.begin(self, &leftovers, &outside);
        for (number, (title, entries)) in (1..).zip(parts) {
            folder.part(&format!("{number:02}-{}", shell::slug(title)), entries);
        }
        folder.run.push_str("\nsay 'Done. It costs money until cleanup.sh has run.'\n");
        let Folder { mut texts, run, .. } = folder;
        texts.push(("run.sh".to_owned(), run));
        texts.push(("cleanup.sh".to_owned(), self.cleanup(&leftovers, &names)));
        texts.push(("settings.sh".to_owned(), names.settings()));
        Ok(texts)
    }

    fn heading(&self, does: &str) -> String {
        let price = match self.price {
            Some(price) => format!(
                "about {price:.2} US dollars, as Sandshift counts it, if cleanup.sh follows when it is done"
            ),
            None => "what Sandshift's bill says of it, if cleanup.sh follows at once".to_owned(),
        };
        format!(
            "#!/usr/bin/env bash\n# {does}\n#\n# Estimated cost: {price}.\n# Needs: the AWS CLI v2, signed in to an account of yours that may make all of this. Names and region: settings.sh.\n# Written by Sandshift, which is independent of AWS.\n"
        )
    }

    fn cleanup(&self, leftovers: &Leftovers, names: &Names) -> String {
        let mut text =
            self.heading(&format!("Removes everything that run.sh made ({}). Can be run again.", self.name));
        text.push_str(CLEANUP);
        text.push_str(&leftovers.removal(names));
        for line in &leftovers.unknown {
            text.push_str(&format!(
                "echo 'not removed, look yourself: '{}\n",
                shell::line(&format!("'{}'", line.replace('\'', " ")), names)
            ));
        }
        text.push_str("\nrm -f \"$problems\"\n[ -z \"$failed\" ] || { echo 'Something is left: see above.' >&2; exit 1; }\necho 'Everything that run.sh made is gone.'\n");
        text
    }
}

/// What solves the steps of a lab, up to one.
///
/// # Errors
/// A solution that is no transcript.
pub(crate) fn solutions(
    lab: &Definition,
    until: Option<&str>,
) -> Result<Vec<(String, Vec<Entry>)>, Vec<Problem>> {
    let steps = lab.steps.iter().take_while(|step| Some(step.id.as_str()) != until);
    steps.map(|step| Ok((step.id.clone(), Transcript::parse(&step.id, &step.solution)?.entries))).collect()
}

/// The folder while it is written.
struct Folder<'a> {
    names: &'a Names,
    texts: Vec<(String, String)>,
    run: String,
    /// Something may be on its way.
    unsettled: bool,
    /// A model may be in training.
    training: bool,
}

impl Folder<'_> {
    fn begin(&mut self, trip: &Trip, leftovers: &Leftovers, outside: &[Entry]) {
        self.run = trip.heading(&format!("Does in AWS what the lesson does in Sandshift ({}).", trip.name));
        if trip.left_out > 0 {
            let left = trip.left_out;
            self.run.push_str(&format!(
                "# Left out, because it was refused, stopped or rolled back: {left} statements and lines.\n"
            ));
        }
        self.run.push_str(RUN);
        for (list, variable) in
            [("CLUSTERS", "CLUSTER"), ("WORKGROUPS", "WORKGROUP"), ("NAMESPACES", "NAMESPACE")]
        {
            let all = leftovers.named(variable).filter_map(|name| self.names.variable(name));
            let all: Vec<String> = all.map(|it| format!("${{{it}}}")).collect();
            self.run.push_str(&format!("{list}=\"{}\"\n", all.join(" ")));
        }
        self.texts.push((
            "sql/models-in-training.sql".to_owned(),
            "SELECT COUNT(1) FROM svv_ml_model_info WHERE model_state LIKE '%raining%'\n".to_owned(),
        ));
        self.run.push_str(
            "\nsay 'The warehouse'\naws redshift create-cluster --cluster-identifier \"${CLUSTER}\" --node-type \"$NODE_TYPE\" --cluster-type single-node \\\n  --master-username admin --master-user-password \"Sandshift$RANDOM$RANDOM\" --db-name \"$DATABASE\" --no-publicly-accessible >/dev/null\n",
        );
        self.unsettled = true;
        self.settle();
        self.entries("00-beginning", outside);
        self.settle();
        let mut number = 100;
        let mut file = |folder: &mut Self, statement: &str| {
            number += 1;
            folder.send("00-beginning", &format!("{number}"), "\"${CLUSTER}\" admin", statement);
        };
        for statement in &trip.beginning.statements {
            file(self, statement);
        }
        let variable = |name: &str| self.names.variable(name).unwrap_or("BUCKET").to_owned();
        let (bucket, role) = (variable(&trip.beginning.bucket), variable(&trip.beginning.role));
        for table in &trip.beginning.tables {
            file(self, &table.definition);
            self.run.push_str(&format!(
                "aws s3 cp \"$DATA/{}\" \"s3://${{{bucket}}}/{LOADING}/{}.csv\" >/dev/null\n",
                table.file, table.name
            ));
            let copy = format!(
                "COPY {} FROM 's3://@{bucket}@/{LOADING}/{}.csv' IAM_ROLE 'arn:aws:iam::@ACCOUNT@:role/@{role}@' CSV IGNOREHEADER 1 EMPTYASNULL",
                table.name, table.name
            );
            file(self, &copy);
        }
        if !trip.beginning.tables.is_empty() {
            self.run
                .push_str(&format!("aws s3 rm \"s3://${{{bucket}}}/{LOADING}/\" --recursive >/dev/null\n"));
        }
    }

    fn part(&mut self, title: &str, entries: &[Entry]) {
        self.run.push_str(&format!("\nsay {title}\n"));
        self.entries(title, entries);
    }

    fn entries(&mut self, part: &str, entries: &[Entry]) {
        for (at, entry) in entries.iter().enumerate() {
            let refused = if entry.refusal { "refused " } else { "" };
            if !entry.refusal {
                self.settle();
            }
            match &entry.door {
                Door::Aws { .. } => {
                    let said = shell::line(&entry.input, self.names);
                    let mut words = entry.input.split_whitespace();
                    let (service, operation) =
                        (words.next().unwrap_or_default(), words.next().unwrap_or_default());
                    let looks = ["describe-", "get-", "list-"].iter().any(|word| operation.starts_with(word));
                    let manner = match (entry.refusal, looks) {
                        (true, _) => "refused ",
                        (false, true) => "look ",
                        (false, false) => "",
                    };
                    self.run.push_str(&format!("{manner}aws {said}\n"));
                    self.unsettled |= service.starts_with("redshift") && service != "redshift-data" && !looks;
                }
                Door::Sql { user } => self.script(part, at + 1, user, refused, &entry.input),
                Door::Login { user } => {
                    let user = shell::slug(user);
                    self.run.push_str(&format!("# {user} signs in: the Data API needs no password.\n"));
                }
                Door::Clock { micros } => {
                    let span = entry.input.trim().trim_start_matches("advance ");
                    let seconds = micros.map_or(UNTIL_SOMETHING, |micros| micros / 1_000_000);
                    self.run.push_str(&format!("passes {seconds} {}\n", shell::word(span)));
                    if std::mem::take(&mut self.training) {
                        self.run.push_str("trained \"${CLUSTER}\" admin\n");
                    }
                    self.unsettled = false;
                }
            }
        }
    }

    fn settle(&mut self) {
        if std::mem::take(&mut self.unsettled) {
            self.run.push_str("settle\n");
        }
    }

    fn script(&mut self, part: &str, at: usize, user: &str, refused: &str, script: &str) {
        let (user, place) = match user.rsplit_once('@') {
            Some((user, place)) => (user, self.names.variable(place).unwrap_or("CLUSTER")),
            None => (user, "CLUSTER"),
        };
        let serverless = place.starts_with("WORKGROUP");
        let door = if serverless {
            format!("\"${{{place}}}\"")
        } else {
            format!("\"${{{place}}}\" {}", shell::word(user))
        };
        let command = if serverless { "sql_serverless" } else { "sql" };
        for (number, sent) in (1..).zip(sql::sent(script)) {
            let called = format!("{at:02}-{number}");
            match sent {
                Sent::Alone(statement) => {
                    let path = self.file(part, &called, &statement);
                    self.run.push_str(&format!("{refused}{command} {door} {path}\n"));
                    self.training |=
                        refused.is_empty() && statement.to_ascii_uppercase().starts_with("CREATE MODEL");
                }
                Sent::Together(statements) => {
                    let paths: Vec<String> = (1..)
                        .zip(&statements)
                        .map(|(each, statement): (u32, _)| {
                            self.file(part, &format!("{called}-{each}"), statement)
                        })
                        .collect();
                    self.run.push_str(&format!("{refused}together {door} {}\n", paths.join(" ")));
                }
                Sent::Left(statement, why) => {
                    let why = match why {
                        Why::RolledBack => "is rolled back",
                        Why::OfASession => "lasts as long as a session, and here each statement has its own",
                    };
                    let first: String = statement.chars().take_while(|c| !c.is_control()).collect();
                    self.run.push_str(&format!("# left out, because it {why}: {first}\n"));
                }
            }
        }
    }

    fn send(&mut self, part: &str, called: &str, door: &str, statement: &str) {
        let path = self.file(part, called, statement);
        self.run.push_str(&format!("sql {door} {path} >/dev/null\n"));
    }

    fn file(&mut self, part: &str, called: &str, statement: &str) -> String {
        let path = format!("sql/{part}/{called}.sql");
        self.texts.push((path.clone(), format!("{}\n", self.names.marked(statement))));
        path
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scripts are run where they cost money and may do much: no word of a lab or a journal is a command in them.
    #[test]
    fn names_are_words_whatever_they_are() {
        let sql = |user: &str| Entry::typed(Door::Sql { user: user.to_owned() }, "SELECT 1".to_owned());
        let aws = |line: &str| Entry::typed(Door::Aws { principal: "learner".to_owned() }, line.to_owned());
        let evil = "$(touch evil);`touch evil`\n touch evil #";
        let trip = Trip {
            name: "sandshift-x".to_owned(),
            beginning: &Beginning::default(),
            parts: vec![(
                evil.to_owned(),
                vec![
                    sql(evil),
                    Entry::typed(Door::Login { user: evil.to_owned() }, String::new()),
                    Entry::typed(Door::Sql { user: "a".to_owned() }, format!("SET x TO 1 {evil}")),
                    aws(&format!("s3 mb 's3://{evil}'")),
                    aws("iam create-role --role-name '$(touch evil)' --path \"`touch evil`\""),
                    aws("sagemaker create-anything --name ';touch evil'"),
                    Entry::typed(Door::Clock { micros: Some(1) }, format!("advance {evil}")),
                ],
            )],
            price: None,
            left_out: 0,
        };
        let place = std::env::temp_dir().join(format!("sandshift-words-{}", std::process::id()));
        for (path, text) in trip.folder().unwrap() {
            let file = place.join(path);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, text).unwrap();
        }
        std::fs::create_dir_all(place.join("bin")).unwrap();
        for program in ["aws", "sleep"] {
            let file = place.join("bin").join(program);
            std::fs::write(
                &file,
                "#!/bin/sh\n[ \"$1 $2\" = 'redshift describe-clusters' ] && exit 1\necho FINISHED\n",
            )
            .unwrap();
            let mode = <std::fs::Permissions as std::os::unix::fs::PermissionsExt>::from_mode(0o755);
            std::fs::set_permissions(&file, mode).unwrap();
        }
        let path = format!("{}:{}", place.join("bin").display(), std::env::var("PATH").unwrap());
        for script in ["run.sh", "cleanup.sh"] {
            let ran = std::process::Command::new("bash")
                .arg(place.join(script))
                .env("PATH", &path)
                .output()
                .unwrap();
            let said = String::from_utf8_lossy(&ran.stderr).into_owned();
            assert!(!place.join("evil").exists(), "{script}: {said}");
            assert!(script != "run.sh" || ran.status.success(), "{said}");
        }
        std::fs::remove_dir_all(place).unwrap();
    }
}
