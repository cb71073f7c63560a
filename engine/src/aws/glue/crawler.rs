//! Crawlers: they look at objects and write tables of them into the catalog (Glue API reference, "Crawlers").

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::crawl::{Crawl, Outcome};
use super::schedule::Schedule;
use super::{fault, page, role};
use crate::aws::document::{Document, pick};
use crate::aws::parameters::Parameters;
use crate::aws::timestamp::iso;
use crate::aws::{Account, Fault, Order};
use crate::clock::Instant;
use crate::json::json;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Crawler {
    pub name: String,
    pub region: String,
    /// What it was made with, or last changed to.
    pub input: Document,
    created: Instant,
    updated: Instant,
    /// Since when it has not run: its schedule counts from there.
    pub ready: Instant,
    version: u64,
    /// Its schedule does not run.
    paused: bool,
    pub crawl: Option<Crawl>,
    /// `LastCrawl`, as answers show it.
    pub last: Document,
    /// Microseconds that crawls took.
    pub lasted: Vec<i64>,
    /// Tables made, changed and deleted.
    pub tables: [u64; 3],
}

impl Crawler {
    /// When its schedule starts it next.
    pub fn due(&self) -> Option<Instant> {
        let schedule = Some(self.input.text("Schedule")).filter(|text| !text.is_empty() && !self.paused)?;
        Schedule::parse(schedule)?.next(self.ready)
    }

    fn state(&self) -> &'static str {
        match &self.crawl {
            None => "READY",
            Some(crawl) if crawl.stopping => "STOPPING",
            Some(_) => "RUNNING",
        }
    }

    /// What it does about schemas that change and objects that go.
    pub fn policy(&self) -> Value {
        let mut policy =
            json!({"UpdateBehavior": "UPDATE_IN_DATABASE", "DeleteBehavior": "DEPRECATE_IN_DATABASE"});
        for (name, behavior) in self.input.0["SchemaChangePolicy"].as_object().into_iter().flatten() {
            policy[name] = behavior.clone();
        }
        policy
    }

    fn value(&self, now: Instant) -> Value {
        let mut value = Map::new();
        let input = &self.input.0;
        value.insert("Name".to_owned(), json!(self.name));
        let role = input["Role"].as_str().unwrap_or("");
        value.insert("Role".to_owned(), json!(role.rsplit("role/").next()));
        let targets = input["Targets"]["S3Targets"].as_array().into_iter().flatten();
        let targets: Vec<Value> = targets
            .map(|target| {
                let mut shown = Map::new();
                pick(&mut shown, target, "Path Exclusions=[] SampleSize");
                Value::Object(shown)
            })
            .collect();
        let none: Vec<Value> = Vec::new();
        value.insert(
            "Targets".to_owned(),
            json!({"S3Targets": targets, "JdbcTargets": none, "MongoDBTargets": none, "DynamoDBTargets": none, "CatalogTargets": none, "DeltaTargets": none}),
        );
        pick(
            &mut value,
            input,
            "DatabaseName Description Classifiers=[] RecrawlPolicy={\"RecrawlBehavior\":\"CRAWL_EVERYTHING\"}",
        );
        value.insert("SchemaChangePolicy".to_owned(), self.policy());
        value.insert("LineageConfiguration".to_owned(), json!({"CrawlerLineageSettings": "DISABLE"}));
        value.insert("State".to_owned(), json!(self.state()));
        pick(&mut value, input, "TablePrefix");
        if let Some(schedule) = input["Schedule"].as_str() {
            let state = if self.paused { "NOT_SCHEDULED" } else { "SCHEDULED" };
            value.insert("Schedule".to_owned(), json!({"ScheduleExpression": schedule, "State": state}));
        }
        let elapsed = self.crawl.as_ref().map_or(0, |crawl| (now.0 - crawl.started.0) / 1_000);
        value.insert("CrawlElapsedTime".to_owned(), json!(elapsed));
        value.insert("CreationTime".to_owned(), json!(iso(self.created)));
        value.insert("LastUpdated".to_owned(), json!(iso(self.updated)));
        if self.last.0.is_object() {
            value.insert("LastCrawl".to_owned(), self.last.0.clone());
        }
        value.insert("Version".to_owned(), json!(self.version));
        pick(&mut value, input, "Configuration CrawlerSecurityConfiguration");
        value.insert(
            "LakeFormationConfiguration".to_owned(),
            json!({"UseLakeFormationCredentials": false, "AccountId": ""}),
        );
        Value::Object(value)
    }

    fn metrics(&self, now: Instant) -> Value {
        let mut sorted = self.lasted.clone();
        sorted.sort_unstable();
        let seconds = |micros: Option<&i64>| micros.map_or(0.0, |micros| (*micros / 1_000) as f64 / 1_000.0);
        let left = self.crawl.as_ref().and_then(|crawl| crawl.stops).map(|stops| (stops.0 - now.0).max(0));
        json!({
            "CrawlerName": self.name,
            "TimeLeftSeconds": seconds(left.as_ref()),
            "StillEstimating": self.crawl.as_ref().is_some_and(|crawl| crawl.stops.is_none()),
            "LastRuntimeSeconds": seconds(self.lasted.last()),
            "MedianRuntimeSeconds": seconds(sorted.get(sorted.len() / 2)),
            "TablesCreated": self.tables[0],
            "TablesUpdated": self.tables[1],
            "TablesDeleted": self.tables[2],
        })
    }
}

fn key(region: &str, name: &str) -> String {
    format!("{region}/{name}")
}

fn missing(name: &str) -> Fault {
    fault::not_found(format!("Crawler entry with name {name} does not exist"))
}

fn find<'a>(account: &'a mut Account, order: &Order<'_>, member: &str) -> Result<&'a mut Crawler, Fault> {
    let name = order.parameters.required(member);
    account.glue.crawlers.get_mut(&key(order.region, name)).ok_or_else(|| missing(name))
}

/// What was given, checked.
fn input(account: &Account, order: &Order<'_>, old: Value) -> Result<Document, Fault> {
    let mut input = if old.is_object() { old } else { json!({}) };
    for name in order.parameters.names().filter(|name| *name != "Name") {
        if let Some(value) = order.parameters.get(name) {
            input[name] = value.clone();
        }
    }
    let given = Parameters::new(&input);
    role::check(account, given.required("Role"), order.now)?;
    let targets = given.structure("Targets");
    for other in targets.names().filter(|name| *name != "S3Targets") {
        if !targets.structures(other).is_empty() {
            return Err(fault::not_simulated(&format!("a crawler's {other}")));
        }
    }
    if !given.texts("Classifiers").is_empty() {
        return Err(fault::not_simulated("a crawler's Classifiers"));
    }
    fault::plain(given, "Configuration CrawlerSecurityConfiguration Tags")?;
    for (member, inner, usual) in [
        ("RecrawlPolicy", "RecrawlBehavior", "CRAWL_EVERYTHING"),
        ("LineageConfiguration", "CrawlerLineageSettings", "DISABLE"),
    ] {
        if let Some(other) = given.structure(member).text(inner).filter(|asked| *asked != usual) {
            return Err(fault::not_simulated(&format!("a crawler's {member} {other}")));
        }
    }
    if given.structure("LakeFormationConfiguration").flag("UseLakeFormationCredentials") {
        return Err(fault::not_simulated("a crawler's LakeFormationConfiguration"));
    }
    if targets.structures("S3Targets").iter().any(|target| target.get("SampleSize").is_some()) {
        return Err(fault::not_simulated("a crawler's SampleSize"));
    }
    let paths = targets.structures("S3Targets");
    if paths.is_empty() {
        // unconfirmed: this sentence, and the two below.
        return Err(fault::invalid("At least one target must be specified"));
    }
    if let Some(path) =
        paths.iter().map(|target| target.required("Path")).find(|path| !path.starts_with("s3://"))
    {
        return Err(fault::invalid(format!("The S3 path '{path}' is not valid")));
    }
    match given.text("Schedule") {
        Some(text) if !text.is_empty() && Schedule::parse(text).is_none() => {
            Err(fault::invalid(format!("Invalid schedule expression: {text}")))
        }
        _ => Ok(Document(input)),
    }
}

pub fn create(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let name = order.parameters.required("Name");
    let key = key(order.region, name);
    if account.glue.crawlers.contains_key(&key) {
        // unconfirmed: the sentence.
        return Err(fault::exists(format!("Crawler entry with name {name} already exists")));
    }
    let crawler = Crawler {
        name: name.to_owned(),
        region: order.region.to_owned(),
        input: input(account, order, Value::Null)?,
        created: order.now,
        updated: order.now,
        ready: order.now,
        version: 1,
        paused: false,
        crawl: None,
        last: Document::default(),
        lasted: Vec::new(),
        tables: [0; 3],
    };
    account.glue.crawlers.insert(key, crawler);
    Ok(Value::Null)
}

pub fn get(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    Ok(json!({"Crawler": find(account, order, "Name")?.value(order.now)}))
}

fn here<'a>(account: &'a Account, order: &Order<'_>) -> impl Iterator<Item = &'a Crawler> {
    account.glue.crawlers.values().filter(|crawler| crawler.region == order.region)
}

pub fn list(account: &Account, order: &Order<'_>) -> Result<Value, Fault> {
    page(here(account, order).map(|crawler| crawler.value(order.now)).collect(), order, "Crawlers")
}

pub fn names(account: &Account, order: &Order<'_>) -> Result<Value, Fault> {
    fault::plain(order.parameters, "Tags")?;
    page(here(account, order).map(|crawler| json!(crawler.name)).collect(), order, "CrawlerNames")
}

pub fn metrics(account: &Account, order: &Order<'_>) -> Result<Value, Fault> {
    let wanted = order.parameters.texts("CrawlerNameList");
    let asked = here(account, order)
        .filter(|crawler| wanted.is_empty() || wanted.contains(&crawler.name.as_str()))
        .map(|crawler| crawler.metrics(order.now));
    page(asked.collect(), order, "CrawlerMetricsList")
}

fn running(name: &str) -> Fault {
    fault::refused("CrawlerRunningException", format!("Crawler with name {name} has already started"))
}

pub fn update(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let crawler = find(account, order, "Name")?;
    if crawler.crawl.is_some() {
        return Err(running(&crawler.name));
    }
    let old = crawler.input.0.clone();
    let input = input(account, order, old)?;
    let crawler = find(account, order, "Name")?;
    (crawler.input, crawler.updated, crawler.ready) = (input, order.now, order.now);
    crawler.version += 1;
    Ok(Value::Null)
}

pub fn delete(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let crawler = find(account, order, "Name")?;
    if crawler.crawl.is_some() {
        return Err(running(&crawler.name));
    }
    account.glue.crawlers.remove(&key(order.region, order.parameters.required("Name")));
    Ok(Value::Null)
}

pub fn start(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let crawler = find(account, order, "Name")?;
    if crawler.crawl.is_some() {
        return Err(running(&crawler.name));
    }
    crawler.crawl = Some(Crawl::starting(order.now));
    Ok(Value::Null)
}

pub fn stop(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let crawler = find(account, order, "Name")?;
    let name = &crawler.name;
    match &mut crawler.crawl {
        // unconfirmed: both sentences.
        None => Err(fault::refused(
            "CrawlerNotRunningException",
            format!("Crawler with name {name} is not running"),
        )),
        Some(crawl) if crawl.stopping => {
            Err(fault::refused("CrawlerStoppingException", format!("Crawler with name {name} is stopping")))
        }
        Some(crawl) => {
            crawl.stop(Outcome::Cancelled, order.now);
            Ok(Value::Null)
        }
    }
}

/// Lets the schedule run, or not.
pub fn pause(account: &mut Account, order: &Order<'_>, paused: bool) -> Result<Value, Fault> {
    let crawler = find(account, order, "CrawlerName")?;
    if crawler.input.text("Schedule").is_empty() {
        // unconfirmed: the sentence.
        return Err(fault::refused(
            "NoScheduleException",
            format!("Crawler {} has no schedule", crawler.name),
        ));
    }
    (crawler.paused, crawler.ready) = (paused, order.now);
    Ok(Value::Null)
}
