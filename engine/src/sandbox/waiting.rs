//! `aws redshift wait ...`: looks again and again until something is as wanted, and lets time pass between.
//!
//! The clock stands still while nobody moves it; whoever waits moves it (botocore's waiters, "redshift", "sagemaker").
//! Time passes in steps here as everywhere, so that whoever waits can stop.

use serde_json::Value;

use super::{CliOutput, Passage, Sandbox};
use crate::cli::usage;

/// Service, name, seconds between two looks, how many looks; what is asked, and where in the answer states stand. Then,
/// of every state: `=` it is this; of any: `!` it ends the waiting in failure (`@` where else to look for those). Of
/// AWS's refusals: `done:` and `again:` are none, `fail:` is one. Nothing is wanted of what shall be gone.
const WAITERS: [&str; 9] = [
    "redshift cluster-available 60 30 describe-clusters Clusters[].ClusterStatus =available !deleting again:ClusterNotFound",
    "redshift cluster-deleted 60 30 describe-clusters Clusters[].ClusterStatus !creating !modifying done:ClusterNotFound",
    "redshift cluster-restored 60 30 describe-clusters Clusters[].RestoreStatus.Status =completed @Clusters[].ClusterStatus !deleting",
    "redshift snapshot-available 15 20 describe-cluster-snapshots Snapshots[].Status =available !failed !deleted",
    "sagemaker endpoint-deleted 30 60 describe-endpoint EndpointStatus !Failed done:ValidationException",
    "sagemaker endpoint-in-service 30 120 describe-endpoint EndpointStatus =InService !Failed fail:ValidationException",
    "sagemaker processing-job-completed-or-stopped 60 60 describe-processing-job ProcessingJobStatus =Completed =Stopped !Failed fail:ValidationException",
    "sagemaker training-job-completed-or-stopped 120 180 describe-training-job TrainingJobStatus =Completed =Stopped !Failed fail:ValidationException",
    "sagemaker transform-job-completed-or-stopped 60 60 describe-transform-job TransformJobStatus =Completed =Stopped !Failed fail:ValidationException",
];

fn field(row: &'static str, place: usize) -> &'static str {
    row.split(' ').nth(place).unwrap_or_default()
}

fn marked(row: &'static str, mark: &'static str) -> impl Iterator<Item = &'static str> + Clone {
    row.split(' ').skip(6).filter_map(move |word| word.strip_prefix(mark))
}

/// A line that waits, held by whoever waits.
pub struct Wait {
    row: &'static str,
    principal: String,
    /// What is asked each time.
    look: String,
    looks: u32,
    /// What it was that meant to look again.
    met: String,
    passage: Option<Passage>,
}

impl Wait {
    /// From one look to the next, and how many looks it may take.
    fn pace(&self) -> (i64, u32) {
        let number = |place| field(self.row, place).parse::<u32>().unwrap_or(1);
        (i64::from(number(2)) * 1_000_000, number(3))
    }

    fn failed(&self, reason: &str) -> CliOutput {
        let name: String = field(self.row, 1).split('-').map(usage::capital).collect();
        CliOutput::failed(255, format!("Waiter {name} failed: {reason}"))
    }

    /// What a look means; `None` is to look again.
    fn judge(&mut self, seen: CliOutput) -> Option<CliOutput> {
        if seen.code != 0 {
            let error = seen.stderr.trim().strip_prefix("An error occurred (");
            let Some((code, rest)) =
                error.filter(|_| seen.code == 254).and_then(|error| error.split_once(") "))
            else {
                return Some(seen);
            };
            let matched = format!("Matched expected service error code: {code}");
            let is = |mark| marked(self.row, mark).any(|one| one == code);
            if is("done:") {
                return Some(CliOutput::default());
            }
            if is("again:") {
                self.met = format!(". Previously accepted state: {matched}");
                return None;
            }
            return Some(if is("fail:") {
                self.failed(&format!("Waiter encountered a terminal failure state: {matched}"))
            } else {
                let text = rest.split_once("operation: ").map_or(rest, |(_, text)| text);
                self.failed(&format!("An error occurred ({code}): {text}"))
            });
        }
        let answer: Value = serde_json::from_str(&seen.stdout).unwrap_or_default();
        let states = |place: usize| answer[place].as_array().into_iter().flatten().filter_map(Value::as_str);
        if let Some(state) = states(1).find(|state| marked(self.row, "!").any(|ends| ends == *state)) {
            let place = marked(self.row, "@").next().unwrap_or(field(self.row, 5));
            let once = if place.contains("[]") { " at least once" } else { "" };
            return Some(self.failed(&format!(
                "Waiter encountered a terminal failure state: For expression \"{place}\" we matched expected path: \"{state}\"{once}"
            )));
        }
        let there = states(0).next().is_some();
        let all = states(0).all(|state| marked(self.row, "=").any(|wanted| wanted == state));
        (there && all).then(CliOutput::default)
    }
}

impl Sandbox {
    /// Begins a line that waits; `None` for any other.
    pub fn begin_wait(&self, principal: &str, line: &str) -> Option<Result<Wait, CliOutput>> {
        let (before, after) = line.split_once(" wait ")?;
        let service = before.split_whitespace().next_back()?;
        let own = WAITERS.iter().copied().filter(|row| field(row, 0) == service);
        own.clone().next()?;
        let after = after.trim_start();
        let command = after.split_whitespace().next().unwrap_or_default();
        let Some(row) = own.clone().find(|row| field(row, 1) == command) else {
            let names: Vec<String> = own.map(|row| field(row, 1).to_owned()).collect();
            return Some(Err(usage::invalid_choice("waiter", command, &names)));
        };
        let bracketed =
            |place: &str| if place.contains("[]") { place.to_owned() } else { format!("[{place}]") };
        let states = field(row, 5);
        let (states, ends) = (bracketed(states), bracketed(marked(row, "@").next().unwrap_or(states)));
        let look = format!(
            "{before} {}{} --query '[{states}, {ends}]' --output json",
            field(row, 4),
            &after[command.len()..]
        );
        let principal = principal.to_owned();
        Some(Ok(Wait { row, principal, look, looks: 0, met: String::new(), passage: None }))
    }

    /// One bounded piece of it: a look, or a piece of the time between two. What is printed when it is over.
    pub fn step_wait(&mut self, wait: &mut Wait) -> Option<CliOutput> {
        if let Some(passage) = &mut wait.passage {
            if !self.step_passage(passage) {
                wait.passage = None;
            }
            return None;
        }
        wait.looks += 1;
        let seen = self.aws(&wait.principal, &wait.look);
        let over = wait.judge(seen);
        let (micros, most) = wait.pace();
        if over.is_none() {
            if wait.looks >= most {
                return Some(wait.failed(&format!("Max attempts exceeded{}", wait.met)));
            }
            wait.passage = Some(self.begin_passage(Some(micros)));
        }
        over
    }

    /// Stops waiting, as Ctrl+C does; time stays where it is.
    pub fn stop_wait(&mut self, wait: Wait) -> CliOutput {
        if let Some(passage) = wait.passage {
            self.stop_passage(passage);
        }
        CliOutput { code: 130, ..CliOutput::default() }
    }

    /// Runs a line that waits to its end; `None` for any other.
    pub(super) fn wait(&mut self, principal: &str, line: &str) -> Option<CliOutput> {
        let mut wait = match self.begin_wait(principal, line)? {
            Ok(wait) => wait,
            Err(output) => return Some(output),
        };
        loop {
            if let Some(output) = self.step_wait(&mut wait) {
                return Some(output);
            }
        }
    }
}
