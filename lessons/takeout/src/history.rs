//! What a learner did, read from the journal that the worker keeps (`web/worker/journal.js`), as a way to go again.
//!
//! Only what had an effect goes along: what was refused or stopped is left out, and of a transaction what was committed.
//! Going to a step by the menu is the solutions before it.

use sandshift_prose::definition::Definition;
use sandshift_prose::transcript::{Door, Entry};
use sandshift_protocol::line;
use serde_json::Value;

use crate::{sql, trip};

/// The first warehouse, at which nobody has to say where they are.
const WAREHOUSE: &str = "course-cluster";
/// Where files that the console sent lie in the folder.
const SENT: &str = "sent";

/// The way, part by part, and the files on it.
#[derive(Debug, Default)]
pub struct History {
    pub parts: Vec<(String, Vec<Entry>)>,
    /// Path below `data`, and the text.
    pub texts: Vec<(String, String)>,
    /// Path below `data`, and the journal's entry that has the bytes.
    pub sent: Vec<(String, usize)>,
    /// Statements and lines that are left out, because they had no effect.
    pub left_out: usize,
    warehouse: String,
    /// Transactions that are open, by user and warehouse.
    open: Vec<(String, Block)>,
}

/// A transaction that is not over.
#[derive(Debug, Default)]
struct Block {
    statements: Vec<String>,
    /// Nothing of it will be committed.
    failed: bool,
}

impl History {
    /// Reads a journal's entries; `lab` is the one that is walked in the workspace.
    ///
    /// # Errors
    /// An entry that cannot be read, in words.
    pub fn read(journal: &[Value], lab: Option<&Definition>) -> Result<History, String> {
        let mut history = History::default();
        for (at, entry) in journal.iter().enumerate() {
            history.entry(at, entry, lab)?;
        }
        history.abandon();
        history.parts.retain(|(_, entries)| !entries.is_empty());
        Ok(history)
    }

    fn entry(&mut self, at: usize, entry: &Value, lab: Option<&Definition>) -> Result<(), String> {
        if entry["reopened"] == true {
            self.abandon();
            return Ok(());
        }
        let request = &entry["request"];
        let text = |name: &str| request[name].as_str().unwrap_or_default();
        // How many of its statements came to something; all of them when nothing is said.
        let stopped = entry["failed"].as_u64().or_else(|| entry["canceled"].as_u64());
        match text("type") {
            "run" => self.run(text("user"), text("text"), stopped),
            "check" => self.part(text("step")),
            "choose" => self.warehouse = text("warehouse").to_owned(),
            "login" => {
                let done = self.door(text("user"));
                self.open.retain(|(door, _)| *door != done);
            }
            "advance" => {
                let micros = request["micros"].as_i64();
                self.put(Door::Clock { micros }, format!("advance {}", span(micros)));
            }
            "upload" => {
                let path = text("path").trim_start_matches("/data/").trim_start_matches('/').to_owned();
                self.texts.retain(|(known, _)| *known != path);
                // Nothing is to be unpacked beside the folder.
                if !path.split(['/', '\\']).any(|part| part.is_empty() || part == "..") {
                    self.texts.push((path, text("text").to_owned()));
                }
            }
            "aws" | "call" if stopped.is_some() => self.left_out += 1,
            "aws" => {
                let line = text("line").trim();
                let line = line.strip_prefix("aws ").unwrap_or(line).trim().to_owned();
                self.put(Door::Aws { principal: text("principal").to_owned() }, line);
            }
            "call" => self.call(at, &request["call"], entry["bytes"].is_string()),
            "resetStep" => {
                let lab = lab.ok_or("a step was reset where no lab is open")?;
                self.abandon();
                let solved = trip::solutions(lab, Some(text("step")));
                self.parts = solved.map_err(|problems| {
                    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
                })?;
            }
            // What is asked of the learner changes no account.
            _ => {}
        }
        Ok(())
    }

    /// What follows belongs to this step.
    fn part(&mut self, title: &str) {
        if self.parts.last().is_none_or(|(last, _)| last != title) {
            self.parts.push((title.to_owned(), Vec::new()));
        }
    }

    fn put(&mut self, door: Door, input: String) {
        if self.parts.is_empty() {
            self.part("history");
        }
        if let Some((_, entries)) = self.parts.last_mut() {
            entries.push(Entry::typed(door, input));
        }
    }

    fn door(&self, user: &str) -> String {
        match self.warehouse.as_str() {
            "" | WAREHOUSE => user.to_owned(),
            elsewhere => format!("{user}@{elsewhere}"),
        }
    }

    fn run(&mut self, user: &str, script: &str, stopped: Option<u64>) {
        let user = self.door(user);
        let mut statements = sql::statements(script);
        if let Some(done) = stopped {
            let done = usize::try_from(done).unwrap_or(usize::MAX).min(statements.len());
            self.left_out += statements.len() - done;
            statements.truncate(done);
        }
        let mut block = self.open.iter().position(|(of, _)| *of == user).map(|at| self.open.remove(at).1);
        let mut out = Vec::new();
        for statement in statements {
            match (sql::bounds(&statement), &mut block) {
                (sql::Bound::Begins, None) => block = Some(Block::default()),
                (sql::Bound::Commits, open) => {
                    let held = open.take().unwrap_or_default();
                    if held.failed {
                        self.left_out += held.statements.len();
                    } else if !held.statements.is_empty() {
                        out.push("BEGIN".to_owned());
                        out.extend(held.statements);
                        out.push("COMMIT".to_owned());
                    }
                }
                (sql::Bound::RollsBack, open) => {
                    self.left_out += open.take().map_or(0, |held| held.statements.len());
                }
                (_, Some(open)) => open.statements.push(statement),
                (_, None) => out.push(statement),
            }
        }
        if let Some(mut open) = block {
            // A statement that fails in a transaction takes all of it with it.
            open.failed |= stopped.is_some();
            self.open.push((user.clone(), open));
        }
        if !out.is_empty() {
            self.put(Door::Sql { user }, out.join(";\n") + ";");
        }
    }

    fn call(&mut self, at: usize, call: &Value, has_bytes: bool) {
        let text = |name: &str| call[name].as_str().unwrap_or_default();
        let (service, operation) = (text("service"), text("operation"));
        let looks = ["List", "Get", "Describe", "Head", "Lookup", "Simulate", "Search"];
        if service == sandshift_protocol::SANDBOX || looks.iter().any(|word| operation.starts_with(word)) {
            return;
        }
        let mut parameters = call["parameters"].clone();
        if has_bytes {
            let key = parameters["Key"].as_str().or(parameters["Bucket"].as_str()).unwrap_or("file");
            let name: String =
                key.chars().map(|c| if c.is_alphanumeric() || c == '.' { c } else { '-' }).collect();
            let path = format!("{SENT}/{at}-{name}");
            if let Some(parameters) = parameters.as_object_mut() {
                parameters.insert("Body".to_owned(), format!("/data/{path}").into());
            }
            self.sent.push((path, at));
        }
        let mut line = line::line(service, operation, &parameters);
        if let Some(region) = call["region"].as_str() {
            line.push_str(&format!(" --region {}", line::quoted(region)));
        }
        let line = line.trim_start_matches("aws ").to_owned();
        self.put(Door::Aws { principal: text("principal").to_owned() }, line);
    }

    /// Everybody has left: what was not committed is gone.
    fn abandon(&mut self) {
        self.left_out += self.open.drain(..).map(|(_, block)| block.statements.len()).sum::<usize>();
    }
}

/// As a transcript says it.
fn span(micros: Option<i64>) -> String {
    let Some(seconds) = micros.map(|micros| micros / 1_000_000) else { return "next".to_owned() };
    for (unit, name) in [(86_400, "d"), (3_600, "h"), (60, "m")] {
        if seconds >= unit && seconds % unit == 0 {
            return format!("{}{name}", seconds / unit);
        }
    }
    format!("{seconds}s")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(journal: &str) -> History {
        let journal: Vec<Value> = serde_json::from_str(journal).unwrap();
        History::read(&journal, None).unwrap()
    }

    fn said(history: &History) -> String {
        let entries = history.parts.iter().flat_map(|(_, entries)| entries);
        entries.map(|entry| entry.written().replace('\n', " ")).collect()
    }

    #[test]
    fn what_was_refused_or_rolled_back_is_left_out() {
        let history = read(
            r#"[
            {"request": {"type": "run", "user": "admin", "text": "CREATE TABLE t (n INT); SELEC 1; SELECT 2"}, "failed": 1},
            {"request": {"type": "run", "user": "admin", "text": "BEGIN; INSERT INTO t VALUES (1)"}},
            {"request": {"type": "run", "user": "kim", "text": "INSERT INTO t VALUES (2)"}, "failed": 0},
            {"request": {"type": "run", "user": "admin", "text": "INSERT INTO t VALUES (3); COMMIT; DROP TABLE x"}, "failed": 2},
            {"request": {"type": "run", "user": "admin", "text": "BEGIN; DELETE FROM t; SELEC"}, "failed": 2},
            {"request": {"type": "run", "user": "admin", "text": "COMMIT; INSERT INTO t VALUES (4)"}},
            {"request": {"type": "run", "user": "admin", "text": "BEGIN; INSERT INTO t VALUES (5)"}},
            {"reopened": true},
            {"request": {"type": "run", "user": "admin", "text": "COMMIT"}},
            {"request": {"type": "aws", "principal": "learner", "line": "aws s3 mb s3://b"}},
            {"request": {"type": "aws", "principal": "learner", "line": "s3 mb s3://b"}, "failed": 0}
            ]"#,
        );
        let expected = "sql admin> CREATE TABLE t (n INT); \
             sql admin> BEGIN; INSERT INTO t VALUES (1); INSERT INTO t VALUES (3); COMMIT; \
             sql admin> INSERT INTO t VALUES (4); aws learner> s3 mb s3://b ";
        assert_eq!(said(&history), expected);
        assert_eq!(history.left_out, 2 + 1 + 1 + 1 + 1 + 1 + 1);
    }

    #[test]
    fn calls_are_lines_and_files_go_along() {
        let history = read(
            r#"[
            {"request": {"type": "upload", "path": "/data/a.csv", "text": "1"}},
            {"request": {"type": "upload", "path": "/data/a.csv", "text": "2"}},
            {"request": {"type": "choose", "warehouse": "other"}},
            {"request": {"type": "run", "user": "admin", "text": "SELECT 1"}},
            {"request": {"type": "advance", "micros": 129600000000}},
            {"request": {"type": "call", "call": {"principal": "learner", "service": "s3api", "operation": "PutObject", "parameters": {"Bucket": "b", "Key": "x/y z.csv"}, "region": "us-east-1"}}, "bytes": "MQ=="},
            {"request": {"type": "call", "call": {"principal": "learner", "service": "s3api", "operation": "ListBuckets", "parameters": {}}}},
            {"request": {"type": "call", "call": {"principal": "learner", "service": "iam", "operation": "DeleteRole", "parameters": {"RoleName": "r"}}}, "failed": 0}
            ]"#,
        );
        let expected = "sql admin@other> SELECT 1; clock> advance 36h \
             aws learner> s3api put-object --bucket b --key 'x/y z.csv' --body /data/sent/5-x-y-z.csv --region us-east-1 ";
        assert_eq!(said(&history), expected);
        assert_eq!(history.texts, [("a.csv".to_owned(), "2".to_owned())]);
        assert_eq!(history.sent, [("sent/5-x-y-z.csv".to_owned(), 5)]);
    }
}
