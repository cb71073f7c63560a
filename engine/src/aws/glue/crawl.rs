//! One run of a crawler. Its objects are looked at by whoever holds the sandbox (`sandbox/crawl`), because reading them
//! is the work of a module beside the engine; what was found is written into the catalog when the run's time is over.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::crawler::Crawler;
use super::{found, role, sample};
use crate::aws::document::Document;
use crate::aws::meter::{Of, Usage};
use crate::aws::parameters::Parameters;
use crate::aws::timestamp::iso;
use crate::aws::{Account, Caller, logs};
use crate::clock::Instant;
use crate::extension::formats::Sample;
use crate::happening::{Happening, HappeningKind};
use crate::json::json;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Crawl {
    pub started: Instant,
    /// When its state changes; not known before the objects were looked at.
    pub stops: Option<Instant>,
    pub stopping: bool,
    /// What its lines in the log begin with, once it may write any.
    prefix: Option<String>,
    outcome: Outcome,
    /// Somebody looks at its objects. One that is read back was dropped half-way.
    #[serde(skip)]
    taken: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Outcome {
    /// A list of tables.
    Found(Document),
    Failed(String),
    Cancelled,
}

const SECOND: i64 = 1_000_000;
// unconfirmed: how long a crawl takes: to begin, for an object, to end; and how many DPUs it has.
const BEGIN: i64 = 40 * SECOND;
const OBJECT: i64 = SECOND / 10;
const END: i64 = 15 * SECOND;
const DPUS: u128 = 2;
const SESSION: &str = "AWS-Crawler";
const LOGS: &str = "/aws-glue/crawlers";
/// Ten minutes are paid for at least.
const LEAST: i64 = 600 * SECOND;

impl Crawl {
    pub fn starting(now: Instant) -> Self {
        let outcome = Outcome::Found(Document::default());
        Crawl { started: now, stops: None, stopping: false, prefix: None, outcome, taken: false }
    }

    pub fn stop(&mut self, outcome: Outcome, now: Instant) {
        (self.outcome, self.stopping, self.stops) = (outcome, true, Some(Instant(now.0 + END)));
    }
}

/// A crawl whose objects nobody looks at yet: its crawler.
pub fn waiting(account: &Account) -> Option<String> {
    let waits = |crawl: &Crawl| crawl.stops.is_none() && !crawl.taken;
    let mut crawlers = account.glue.crawlers.iter();
    crawlers.find(|(_, crawler)| crawler.crawl.as_ref().is_some_and(waits)).map(|(key, _)| key.clone())
}

fn assume(account: &mut Account, crawler: &Crawler, now: Instant) -> Result<Caller, String> {
    role::assume(account, crawler.input.text("Role"), SESSION, &crawler.region, now)
}

/// Lines of a crawl, written as the crawler's role.
fn log(account: &mut Account, crawler: &Crawler, prefix: Option<&str>, lines: &[String], at: Instant) {
    let Some(prefix) = prefix else { return };
    let role = crawler.input.text("Role").rsplit('/').next().unwrap_or("");
    let caller = Caller::session(role, SESSION).in_region(Some(crawler.region.clone()));
    let lines: Vec<(Instant, String)> = lines.iter().map(|line| (at, format!("[{prefix}] {line}"))).collect();
    logs::write(account, &caller, (LOGS, &crawler.name), &lines, at);
}

/// What the module beside the engine is to look at, one order a target; `None` when the crawl has ended with this.
pub fn begin(account: &mut Account, key: &str, now: Instant) -> Option<(Vec<Value>, Vec<Sample>)> {
    let crawler = account.glue.crawlers.get_mut(key)?;
    crawler.crawl.as_mut()?.taken = true;
    let crawler = crawler.clone();
    let mut look = || {
        let caller = assume(account, &crawler, now)?;
        let prefix = account.identifiers.uuid();
        let line = format!("BENCHMARK : Running Start Crawl for Crawler {}", crawler.name);
        log(account, &crawler, Some(&prefix), &[line], now);
        if let Some(crawl) = account.glue.crawlers.get_mut(key).and_then(|crawler| crawler.crawl.as_mut()) {
            crawl.prefix = Some(prefix);
        }
        let (mut paths, mut samples) = (Vec::new(), Vec::new());
        for target in Parameters::new(&crawler.input.0).structure("Targets").structures("S3Targets") {
            let (path, exclusions) = (target.required("Path"), target.texts("Exclusions"));
            sample::take(account, &caller, path, &exclusions, now, &mut samples)?;
            paths.push(json!(path));
        }
        Ok((paths, samples))
    };
    match look() {
        Ok(found) => Some(found),
        Err(why) => {
            end(account, key, Outcome::Failed(why), 0, now);
            None
        }
    }
}

/// Nobody looks at its objects any more.
pub fn leave(account: &mut Account, key: &str) {
    if let Some(crawl) = account.glue.crawlers.get_mut(key).and_then(|crawler| crawler.crawl.as_mut()) {
        crawl.taken = false;
    }
}

/// What came of looking at so many objects.
pub fn end(account: &mut Account, key: &str, outcome: Outcome, objects: usize, now: Instant) {
    let Some(crawl) = account.glue.crawlers.get_mut(key).and_then(|crawler| crawler.crawl.as_mut()) else {
        return;
    };
    if crawl.stops.is_none() {
        let over = crawl.started.0 + BEGIN + objects as i64 * OBJECT;
        (crawl.outcome, crawl.stops) = (outcome, Some(Instant(over.max(now.0))));
    }
}

/// When a crawl goes on or a schedule begins one.
pub fn next(account: &Account) -> Option<Instant> {
    let due = |crawler: &Crawler| match &crawler.crawl {
        Some(crawl) => crawl.stops,
        None => crawler.due(),
    };
    account.glue.crawlers.values().filter_map(due).min()
}

/// Whatever is due.
pub fn carry_out(account: &mut Account, at: Instant) -> Vec<Happening> {
    let keys: Vec<String> = account.glue.crawlers.keys().cloned().collect();
    keys.iter().filter_map(|key| go_on(account, key, at)).collect()
}

fn go_on(account: &mut Account, key: &str, at: Instant) -> Option<Happening> {
    let crawler = account.glue.crawlers.get(key)?.clone();
    let Some(mut crawl) = crawler.crawl.clone() else {
        if crawler.due().is_some_and(|due| due <= at) {
            account.glue.crawlers.get_mut(key)?.crawl = Some(Crawl::starting(at));
        }
        return None;
    };
    if crawl.stops.is_none_or(|stops| stops > at) {
        return None;
    }
    if crawl.stopping {
        return over(account, key, crawl, at);
    }
    let mut tables = [0; 3];
    let said = crawler.input.text("DatabaseName");
    let mut lines = vec![
        format!("BENCHMARK : Classification complete, writing results to database {said}"),
        format!("INFO : Crawler configured with SchemaChangePolicy {}.", crawler.policy()),
    ];
    let outcome = match crawl.outcome.clone() {
        Outcome::Found(list) => {
            let written = assume(account, &crawler, at).and_then(|caller| {
                found::write(account, &crawler.input.0, &crawler.name, list.0, &caller, at)
            });
            // The list is in the catalog now.
            written.map_or_else(Outcome::Failed, |counts| {
                tables = counts;
                lines.push("INFO : Run Summary For TABLE:".to_owned());
                let did = ["ADD", "UPDATE", "DELETE"].iter().zip(counts).filter(|(_, count)| *count > 0);
                lines.extend(did.map(|(did, count)| format!("INFO : {did}: {count}")));
                lines.push("BENCHMARK : Finished writing to Catalog".to_owned());
                Outcome::Found(Document::default())
            })
        }
        other => other,
    };
    if let Outcome::Failed(why) = &outcome {
        lines = vec![format!("ERROR : {why}")];
    }
    log(account, &crawler, crawl.prefix.as_deref(), &lines, at);
    crawl.stop(outcome, at);
    let crawler = account.glue.crawlers.get_mut(key)?;
    (crawler.tables, crawler.crawl) = (tables, Some(crawl));
    None
}

/// The crawler is ready again.
fn over(account: &mut Account, key: &str, crawl: Crawl, at: Instant) -> Option<Happening> {
    let prefix = crawl.prefix.clone().unwrap_or_else(|| account.identifiers.uuid());
    let crawler = account.glue.crawlers.get(key)?.clone();
    let mut lines = vec!["BENCHMARK : Crawler has finished running and is in state READY".to_owned()];
    if matches!(crawl.outcome, Outcome::Cancelled) {
        // unconfirmed: the sentence.
        lines.insert(0, "INFO : Crawler was stopped".to_owned());
    }
    log(account, &crawler, crawl.prefix.as_deref(), &lines, at);
    let crawler = account.glue.crawlers.get_mut(key)?;
    let mut last = json!({"Status": match &crawl.outcome {
        Outcome::Found(_) => "SUCCEEDED",
        Outcome::Failed(_) => "FAILED",
        Outcome::Cancelled => "CANCELLED",
    }});
    if let Outcome::Failed(why) = &crawl.outcome {
        last["ErrorMessage"] = json!(why);
    }
    last["LogGroup"] = json!(LOGS);
    last["LogStream"] = json!(crawler.name);
    last["MessagePrefix"] = json!(prefix);
    last["StartTime"] = json!(iso(crawl.started));
    let took = at.0 - crawl.started.0;
    crawler.lasted.push(took);
    (crawler.crawl, crawler.last, crawler.ready) = (None, Document(last), at);
    let (name, region) = (crawler.name.clone(), crawler.region.clone());
    let of = Of { usage: Usage::CrawlerTime, region: &region, resource: &name };
    account.meter.add(of, DPUS * took.max(LEAST).unsigned_abs() as u128, at);
    Some(Happening::new(at, HappeningKind::CrawlFinished, name))
}
