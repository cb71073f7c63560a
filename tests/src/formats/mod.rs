//! Files that COPY and UNLOAD exchange with the world: what is unloaded is loaded again ([`round_trip`]), and files of
//! pyarrow and DuckDB hold for us what they hold for those who wrote them, and ours for them ([`others`]).

#[cfg(test)]
mod nested;
#[cfg(test)]
mod orc;
mod others;
#[cfg(test)]
mod pieces;
mod round_trip;

use std::path::Path;
use std::time::Instant;

use sandshift_engine::sandbox::{ADMIN, Sandbox};
use sandshift_engine::sql::session::SessionId;
use sandshift_lessons::transcript::rows;

use crate::start;

/// # Errors
/// Empty (everything is printed) where something came out otherwise; else why it could not run.
pub fn run(root: &Path, cases: u64) -> Result<(), String> {
    let begun = Instant::now();
    let mut failed = 0;
    for number in 0..cases {
        if let Err(why) = round_trip::case(start::SEED, number) {
            println!("round trip {number}: {why}");
            failed += 1;
        }
    }
    println!("{cases} round trips, {failed} otherwise");
    match others::environment(root) {
        Ok(python) => failed += others::compare(&python, root)?,
        Err(reason) => println!("SKIPPED: no pyarrow and DuckDB to read and write files: {reason}"),
    }
    println!("{failed} otherwise, {:.1} s", begun.elapsed().as_secs_f64());
    if failed == 0 { Ok(()) } else { Err(String::new()) }
}

/// An account with a bucket, `s3://lake`, and a default role that may do everything with it.
struct Lake {
    sandbox: Sandbox,
    session: SessionId,
}

const SETTING: [&str; 4] = [
    "s3 mb s3://lake",
    r#"iam create-role --role-name lake --assume-role-policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"redshift.amazonaws.com"},"Action":"sts:AssumeRole"}]}'"#,
    "iam attach-role-policy --role-name lake --policy-arn arn:aws:iam::aws:policy/AmazonS3FullAccess",
    "redshift modify-cluster-iam-roles --cluster-identifier course-cluster --add-iam-roles arn:aws:iam::123456789012:role/lake --default-iam-role-arn arn:aws:iam::123456789012:role/lake",
];

impl Lake {
    fn new() -> Result<Lake, String> {
        let mut sandbox = start::named("empty")?;
        for line in SETTING {
            let output = sandbox.aws("learner", line);
            if output.code != 0 {
                return Err(format!("{line}: {}", output.stderr));
            }
        }
        let session = sandbox.connect(ADMIN, None).map_err(|error| error.to_string())?;
        Ok(Lake { sandbox, session })
    }

    /// Runs a script; its last answer's rows.
    fn sql(&mut self, text: &str) -> Result<Vec<Vec<String>>, String> {
        let mut last = Vec::new();
        for executed in self.sandbox.execute(self.session, text) {
            let answer = executed.result.map_err(|error| {
                format!("{error} {}\n{}", error.detail().unwrap_or_default(), executed.text)
            })?;
            last = rows(&answer).unwrap_or_default();
        }
        Ok(last)
    }
}
