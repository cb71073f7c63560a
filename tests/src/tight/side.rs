//! The engine's side of a history: sessions of its users, and whether a statement came out as the model says.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use sandshift_engine::sandbox::{Answer as Answered, PRINCIPAL, Sandbox};
use sandshift_engine::sql::session::SessionId;
use sandshift_lessons::extensions::linked;
use sandshift_lessons::transcript::rows;

use super::act::{ADMIN, Act, MODEL, Name, OUTSIDE, What};
use super::model::{Answer, Outcome, Refusal};
use crate::guarded::{self, Ended, Limits};
use crate::start::SEED;

/// Steps after which a statement over these tables has no end.
const STEPS: usize = 10_000;

pub struct Sides {
    sandbox: Sandbox,
    sessions: BTreeMap<Name, SessionId>,
}

/// The account that every history begins in: nothing in it but an external schema and a model.
///
/// # Errors
/// A line of its making that is refused.
pub fn ground() -> Result<&'static Sandbox, String> {
    static GROUND: OnceLock<Result<Sandbox, String>> = OnceLock::new();
    GROUND.get_or_init(prepared).as_ref().map_err(Clone::clone)
}

const ROLE: &str = "arn:aws:iam::123456789012:role/tight";

fn prepared() -> Result<Sandbox, String> {
    let mut sandbox = Sandbox::new(SEED);
    sandbox.extensions = linked();
    let policies = ["AmazonS3FullAccess", "AWSGlueConsoleFullAccess", "AmazonSageMakerFullAccess"];
    let attached = policies.map(|policy| {
        format!("iam attach-role-policy --role-name tight --policy-arn arn:aws:iam::aws:policy/{policy}")
    });
    // It is nobody's default, so that CREATE MODEL in a history finds none.
    let lines = [
        "s3 mb s3://tight".to_owned(),
        r#"iam create-role --role-name tight --assume-role-policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":["redshift.amazonaws.com","sagemaker.amazonaws.com"]},"Action":"sts:AssumeRole"}]}'"#.to_owned(),
        format!("redshift modify-cluster-iam-roles --cluster-identifier course-cluster --add-iam-roles {ROLE}"),
    ];
    for line in lines.iter().chain(&attached) {
        let output = sandbox.aws(PRINCIPAL, line);
        if output.code != 0 {
            return Err(format!("{line}: {}", output.stderr));
        }
    }
    let script = format!(
        "UNLOAD ('SELECT 1 AS id UNION ALL SELECT 2') TO 's3://tight/t/' IAM_ROLE '{ROLE}' PARALLEL OFF;
        CREATE EXTERNAL SCHEMA {OUTSIDE} FROM DATA CATALOG DATABASE 'tight' IAM_ROLE '{ROLE}' CREATE EXTERNAL DATABASE IF NOT EXISTS;
        CREATE EXTERNAL TABLE {OUTSIDE}.t (id int) ROW FORMAT DELIMITED FIELDS TERMINATED BY '|' STORED AS TEXTFILE LOCATION 's3://tight/t/';
        CREATE SCHEMA ml;
        GRANT USAGE ON SCHEMA ml TO PUBLIC;
        CREATE TABLE ml.points AS SELECT n % 10 AS a, n % 7 AS b, n % 2 AS c FROM generate_series(1, 600) AS s(n);
        CREATE MODEL {MODEL} FROM (SELECT a, b, c FROM ml.points) TARGET c FUNCTION guess IAM_ROLE '{ROLE}' AUTO OFF MODEL_TYPE XGBOOST OBJECTIVE 'binary:logistic' HYPERPARAMETERS DEFAULT EXCEPT (NUM_ROUND '1') SETTINGS (S3_BUCKET 'tight')"
    );
    let session = sandbox.connect(ADMIN, None).map_err(|error| error.to_string())?;
    for executed in sandbox.execute(session, &script) {
        executed.result.map_err(|error| format!("{error}: {}", executed.text))?;
    }
    sandbox.disconnect(session);
    // Until the model is trained.
    sandbox.advance(3_600_000_000);
    Ok(sandbox)
}

impl Sides {
    pub fn new() -> Self {
        let sandbox = ground().cloned().unwrap_or_else(|_| Sandbox::new(SEED));
        Sides { sandbox, sessions: BTreeMap::new() }
    }

    fn session(&mut self, user: Name) -> Result<SessionId, String> {
        if let Some(session) = self.sessions.get(user) {
            return Ok(*session);
        }
        let session = self.sandbox.connect(user, None).map_err(|error| format!("no session: {error}"))?;
        self.sessions.insert(user, session);
        Ok(session)
    }

    /// Runs the statement; how it came out otherwise than expected.
    pub fn differ(&mut self, act: &Act, expected: &Outcome) -> Option<String> {
        let speaker = if act.lent { ADMIN } else { act.by };
        let ended = match self.session(speaker) {
            Ok(session) => {
                let mut run =
                    |text: &str| guarded::run(&mut self.sandbox, session, text, &Limits::steps(STEPS)).pop();
                if act.lent {
                    run(&format!("SET SESSION AUTHORIZATION {}", act.by));
                }
                let ended = run(&act.what.to_string());
                if act.lent {
                    run("RESET SESSION AUTHORIZATION");
                }
                ended
            }
            Err(reason) => return Some(format!("  {reason}\n")),
        };
        // Whoever is gone has no session; a new user of the same name is another.
        if let (What::DropUser(name), Ok(_)) = (&act.what, expected)
            && let Some(session) = self.sessions.remove(name)
        {
            self.sandbox.disconnect(session);
        }
        let ended = ended?;
        if agree(expected, &ended) {
            return None;
        }
        Some(format!("  expected: {}  got:      {}", told(expected), shown(&ended)))
    }
}

fn agree(expected: &Outcome, ended: &Ended) -> bool {
    match (expected, ended) {
        (Ok(Answer::Done), Ended::Answered(_)) => true,
        (Ok(Answer::Count(count)), Ended::Answered(answer)) => {
            answer.completion.rows_affected == Some(*count)
        }
        (Ok(Answer::Rows { names, rows }), Ended::Answered(answer)) => {
            let (our_names, our_rows) = table(answer);
            *names == our_names && *rows == our_rows
        }
        (Err(Refusal(reasons)), Ended::Refused(error)) => reasons.iter().any(|reason| {
            reason.state == error.kind.state()
                && reason.text.as_ref().is_none_or(|text| *text == error.kind.message())
        }),
        _ => false,
    }
}

fn table(answer: &Answered) -> (Vec<String>, Vec<Vec<String>>) {
    let fields = answer.completion.fields.iter().flatten();
    let mut rows = rows(answer).unwrap_or_default();
    rows.sort();
    (fields.map(|field| field.name.clone()).collect(), rows)
}

fn told(expected: &Outcome) -> String {
    match expected {
        Ok(Answer::Done) => "it is done\n".to_owned(),
        Ok(Answer::Count(count)) => format!("{count} rows written\n"),
        Ok(Answer::Rows { names, rows }) => listed(names, rows),
        Err(Refusal(reasons)) => {
            let reasons: Vec<String> = reasons
                .iter()
                .map(|reason| format!("{} {}", reason.state, reason.text.as_deref().unwrap_or("(any text)")))
                .collect();
            format!("ERROR {}\n", reasons.join(" or "))
        }
    }
}

fn shown(ended: &Ended) -> String {
    match ended {
        Ended::Answered(answer) if answer.completion.fields.is_some() => {
            let (names, rows) = table(answer);
            listed(&names, &rows)
        }
        Ended::Answered(answer) => {
            format!("{} ({} rows)\n", answer.completion.tag, answer.completion.rows_affected.unwrap_or(0))
        }
        Ended::Refused(error) => format!("ERROR {} {}\n", error.kind.state(), error.kind.message()),
        other => format!("{}\n", other.defect().unwrap_or_else(|| "it takes too long".to_owned())),
    }
}

fn listed(names: &[String], rows: &[Vec<String>]) -> String {
    let mut text = format!("{}\n", names.join(" | "));
    for row in rows {
        text += &format!("              {}\n", row.join(" | "));
    }
    text
}
