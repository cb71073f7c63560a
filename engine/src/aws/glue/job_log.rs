//! What a job's run writes into CloudWatch Logs, as the job's role: the driver's log into the group of errors, as Glue
//! does, and how many rows each node had into the group of output. Where the role may not write, the run goes on.
//!
//! The form of a line is log4j's, as Spark sets it. unconfirmed: the sentences. The facts in them are the run's own.

use super::job::Job;
use super::job_run::{Place, Run, SESSION, State};
use crate::aws::timestamp::plain;
use crate::aws::{Account, Caller, logs};
use crate::clock::Instant;
use crate::json::json;

const OUTPUT: &str = "/aws-glue/jobs/output";
const ERROR: &str = "/aws-glue/jobs/error";
/// Where the driver's log also goes, as it is written, for a job with `--enable-continuous-cloudwatch-log`.
const CONTINUOUS: &str = "/aws-glue/jobs/logs-v2";

fn known<'a>(account: &'a Account, place: &Place) -> Option<(&'a Job, &'a Run)> {
    let job = account.glue.jobs.get(&place.job)?;
    Some((job, job.runs.iter().find(|run| run.id == place.run)?))
}

/// Lines of the driver: a level, a class and what is said.
pub fn driver(account: &mut Account, place: &Place, caller: &Caller, lines: &[String], now: Instant) {
    let Some((job, run)) = known(account, place) else { return };
    let told = |name: &str, usual: &str| match run.argument(job, name) {
        "" => usual.to_owned(),
        given => given.to_owned(),
    };
    let continuous = run.argument(job, "--enable-continuous-cloudwatch-log") == "true";
    let live = (
        told("--continuous-log-logGroup", CONTINUOUS),
        told("--continuous-log-logStreamPrefix", &run.id) + "-driver",
    );
    // `23/05/25 10:02:40`.
    let time = plain(now)[2..].replace('-', "/");
    let lines: Vec<(Instant, String)> = lines.iter().map(|line| (now, format!("{time} {line}"))).collect();
    logs::write(account, caller, (ERROR, &place.run), &lines, now);
    if continuous {
        logs::write(account, caller, (&live.0, &live.1), &lines, now);
    }
}

/// Lines of what the job's script prints.
pub fn output(account: &mut Account, place: &Place, caller: &Caller, lines: Vec<String>, now: Instant) {
    let lines: Vec<(Instant, String)> = lines.into_iter().map(|line| (now, line)).collect();
    logs::write(account, caller, (OUTPUT, &place.run), &lines, now);
}

pub(super) fn begun(account: &mut Account, place: &Place, caller: &Caller, now: Instant) {
    let Some((job, run)) = known(account, place) else { return };
    let (name, attempt, dpus, role) = (&job.name, run.attempt().1, run.dpus, job.input.text("Role"));
    let line = format!(
        "INFO PrepareLauncher: job {name}, run {}, attempt {attempt}: {dpus} DPU, role {role}",
        run.id
    );
    driver(account, place, caller, &[line], now);
}

/// The last lines of a run that has ended.
pub(super) fn ended(account: &mut Account, place: &Place, now: Instant) {
    let Some((job, run)) = known(account, place) else { return };
    // Where nothing could be written when it began, its role may not, or does not trust Glue.
    if !logs::has(account, &job.region, (ERROR, &run.id)) {
        return;
    }
    // Its session of the role has not ended, whatever the role trusts now.
    let role = job.input.text("Role").rsplit('/').next().unwrap_or("");
    let caller = Caller::session(role, SESSION).in_region(Some(job.region.clone()));
    let lines = match run.end() {
        (State::Succeeded, _) => {
            let kept = job.bookmark.as_ref().filter(|kept| kept.text("RunId") == run.id);
            let version =
                kept.map(|kept| format!("INFO JobBookmark: committed, version {}", kept.0["Version"]));
            version.into_iter().chain(["INFO ProcessLauncher: job succeeded".to_owned()]).collect()
        }
        (State::Failed | State::Timeout, why) => {
            let event = json!({
                "Event": "GlueETLJobExceptionEvent", "Timestamp": now.0 / 1_000, "Failure Reason": why,
            });
            vec![
                format!("ERROR GlueExceptionAnalysisListener: [Glue Exception Analysis] {event}"),
                format!("ERROR ProcessLauncher: {why}"),
            ]
        }
        _ => vec!["WARN ProcessLauncher: job stopped".to_owned()],
    };
    driver(account, place, &caller, &lines, now);
}
