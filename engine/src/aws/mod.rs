//! The simulated AWS: request -> authorize -> operation -> response, one folder a service, all alike.
//!
//! There is one front door, [`call`]. It finds the operation, checks its parameters, lets IAM decide, runs the
//! service's one exhaustive match, and writes the event log and the usage meter, so that no service can
//! forget them. Read [`policy`] for how a decision is made, [`iam`] for where policies hang, and
//! [`warehouse_access`] for how a warehouse reads S3 under a role.

pub mod agenda;
pub mod api_error;
pub mod athena;
pub mod budgets;
pub mod caller;
pub mod ce;
pub mod cloudtrail;
pub mod document;
pub mod event;
pub mod glue;
pub mod iam;
pub mod ident;
pub mod logs;
pub mod meter;
pub mod paging;
pub mod parameters;
pub mod policy;
pub mod pricing;
pub mod redshift;
pub mod redshift_data;
pub mod s3;
pub mod sagemaker;
pub mod serverless;
pub mod service;
pub mod shape;
pub mod site;
pub mod sts;
pub mod table_copy;
#[cfg(test)]
mod tests;
pub mod timestamp;
pub mod usage_limit;
pub mod vault;
pub mod warehouse_access;

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use api_error::{ApiError, Fault};
pub use caller::{Caller, Identity};
pub use service::{Operation, Service};

use crate::clock::Instant;
use crate::pieces::Pieces;
use crate::sorted::SortedMap;
use crate::warehouse::manifest::{Holdings, WarehouseId};
use api_error::{Denied, DeniedManner};
use event::{Event, EventLog, Outcome};
use ident::Identifiers;
use meter::{Meter, Of, Usage};
use parameters::Parameters;
use policy::Context;
use policy::decision::{self, Decision, Request};

/// Everything of one AWS account, except what runs inside its clusters.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Account {
    /// Twelve digits.
    pub id: String,
    pub region: String,
    pub iam: iam::Iam,
    pub s3: s3::S3,
    pub sts: sts::Sts,
    pub redshift: redshift::Redshift,
    pub sagemaker: sagemaker::SageMaker,
    pub glue: glue::Glue,
    pub athena: athena::Athena,
    /// Log groups, by region and name.
    pub logs: Vec<document::Document>,
    pub events: EventLog,
    pub meter: Meter,
    pub budgets: budgets::Budgets,
    #[serde(deserialize_with = "crate::apart::list")]
    pub usage_limits: Vec<usage_limit::UsageLimit>,
    pub redshift_data: redshift_data::RedshiftData,
    pub serverless: serverless::Serverless,
    pub vault: vault::Vault,
    /// What the account's warehouses hold, while it is lent for a call.
    #[serde(skip)]
    pub holdings: Holdings,
    /// Bytes that each warehouse stores, as of the last reckoning.
    #[serde(skip)]
    pub stored: SortedMap<WarehouseId, u64>,
    pub(crate) identifiers: Identifiers,
    next_blob: u64,
    last_warehouse: u32,
}

/// What an account begins with.
#[derive(Clone, Copy, Debug)]
pub struct Beginning<'a> {
    pub id: &'a str,
    pub region: &'a str,
    /// The one cluster, its database and its admin user.
    pub cluster: &'a str,
    pub database: &'a str,
    pub admin: &'a str,
    pub seed: u64,
    pub now: Instant,
}

/// One right that a call needs.
#[derive(Clone, Debug)]
pub struct Access {
    /// `s3:GetObject`.
    pub action: String,
    pub resource: String,
    pub context: Context,
}

/// A successful answer. `body` carries an object's bytes; everything else is in `value`.
#[derive(Clone, Debug, Default)]
pub struct Reply {
    pub value: Value,
    pub body: Option<Pieces>,
}

/// A checked call on its way through a service.
pub struct Order<'a> {
    pub parameters: Parameters<'a>,
    pub body: Option<Pieces>,
    pub caller: &'a iam::Authenticated,
    pub region: &'a str,
    pub now: Instant,
}

impl Order<'_> {
    /// How many bytes it brings.
    fn brought(&self) -> usize {
        self.body.as_ref().map_or(0, Pieces::len)
    }
}

impl Account {
    /// An account with the IAM user `learner` (AdministratorAccess), one cluster, no roles and no buckets.
    pub fn new(beginning: Beginning<'_>) -> Self {
        let mut identifiers = Identifiers::seeded(beginning.seed);
        let iam = iam::Iam::new(beginning.now, &mut identifiers);
        let redshift = redshift::Redshift::new(&beginning, &mut identifiers);
        Account {
            id: beginning.id.to_owned(),
            region: beginning.region.to_owned(),
            iam,
            s3: s3::S3::default(),
            sts: sts::Sts::default(),
            redshift,
            sagemaker: sagemaker::SageMaker::default(),
            glue: glue::Glue::default(),
            athena: athena::Athena::default(),
            logs: Vec::new(),
            events: EventLog::default(),
            meter: Meter::new(beginning.now),
            budgets: budgets::Budgets::default(),
            usage_limits: Vec::new(),
            redshift_data: Default::default(),
            identifiers,
            next_blob: 1,
            serverless: Default::default(),
            vault: vault::Vault::default(),
            holdings: Holdings::default(),
            stored: SortedMap::new(),
            last_warehouse: WarehouseId::FIRST.0,
        }
    }

    /// Who calls, with everything that decides what it may do.
    pub(crate) fn authenticate(&self, caller: &Caller, now: Instant) -> Result<iam::Authenticated, Fault> {
        let mut found = self.iam.authenticate(&caller.identity, &self.id).ok_or(Fault::InvalidToken)?;
        let Some(key) = &caller.key else { return Ok(found) };
        if caller.forged {
            return Err(Fault::ForgedSignature);
        }
        match self.sts.session(key) {
            Some(session) if session.expires <= now => return Err(Fault::ExpiredToken),
            Some(session) => session.narrow(&mut found, &self.iam),
            None if self.iam.access_key(key).is_none() => return Err(Fault::InvalidToken),
            None => {}
        }
        Ok(found)
    }

    /// A number for new bytes and those that follow it for its further pieces, never used before.
    pub(crate) fn body(&mut self, bytes: Pieces) -> s3::object::Body {
        let body = s3::object::Body::new(self.next_blob, bytes);
        self.next_blob += body.places();
        body
    }

    /// Of objects that are there, and of those that a job is still to write.
    fn bodies(&self) -> impl Iterator<Item = &s3::object::Body> {
        self.s3.bodies().chain(self.sagemaker.bodies())
    }

    /// What all objects consist of, by the number that it is stored under; what copies of an object share stands here
    /// more than once. Bodies that were never filled in after reading are left out.
    pub fn blobs(&self) -> Vec<(u64, Pieces)> {
        self.bodies().flat_map(s3::object::Body::stored).collect()
    }

    /// Fills bodies in after the account was read back; `false` when one is missing.
    pub fn fill(&mut self, bytes: &mut dyn FnMut(u64) -> Option<Arc<[u8]>>) -> bool {
        let mut read: SortedMap<u64, Pieces> = SortedMap::new();
        let mut complete = true;
        for body in self.s3.bodies_mut().chain(self.sagemaker.bodies_mut()) {
            let known = read.get(&body.blob).cloned();
            match known.or_else(|| body.read(bytes)) {
                Some(data) => {
                    read.insert(body.blob, data.clone());
                    body.fill(data);
                }
                None => complete = false,
            }
        }
        complete
    }
}

/// Calls an operation as `caller`; answers with the fields of AWS's own response.
pub fn call(
    account: &mut Account,
    caller: &Caller,
    service: &str,
    operation: &str,
    parameters: Value,
    now: Instant,
) -> Result<Value, ApiError> {
    call_with_body(account, caller, service, operation, parameters, None, now).map(|reply| reply.value)
}

/// The same for operations that carry bytes: `PutObject` takes `body`, `GetObject` answers with one.
pub fn call_with_body(
    account: &mut Account,
    caller: &Caller,
    service: &str,
    operation: &str,
    parameters: Value,
    body: Option<Pieces>,
    now: Instant,
) -> Result<Reply, ApiError> {
    let failed = |fault| ApiError { operation: operation.to_owned(), fault };
    let Some(found) = Service::parse(service) else {
        return Err(failed(Fault::UnknownOperation { service: service.to_owned() }));
    };
    let Some(known) = found.operation(operation) else {
        let service = service.to_owned();
        return Err(failed(if found.gaps().any(|name| name == operation) {
            Fault::NotSimulated { service }
        } else {
            Fault::UnknownOperation { service }
        }));
    };
    shape::check(&parameters, found.command(), known.name(), &known.members(), body.is_some())
        .map_err(failed)?;
    let unknown = |fault| failed(found.manner().identity(fault));
    let authenticated = account.authenticate(caller, now).map_err(unknown)?;
    shape::words(&parameters, found.command()).map_err(failed)?;
    // Temporary credentials of a user open no door of IAM without MFA, which the sandbox does not have.
    let temporary = caller.key.as_ref().is_some_and(|key| account.sts.session(key).is_some());
    if found == Service::Iam && temporary && matches!(caller.identity, Identity::User(_)) {
        return Err(failed(Fault::InvalidToken));
    }
    if let Some(bucket) = parameters.get("Bucket").and_then(Value::as_str).filter(|_| found == Service::S3) {
        s3::bucket::check_name(bucket).map_err(failed)?;
    }
    let region = caller.region.clone().unwrap_or_else(|| account.region.clone());
    if let Some(key) = &caller.key {
        account.iam.key_used(key, now, &region, found.command());
    }
    let order = Order {
        parameters: Parameters::new(&parameters),
        body,
        caller: &authenticated,
        region: &region,
        now,
    };
    sagemaker::due::settle(account, now);
    let (resource, outcome, result) = carry_out(account, known, &order);
    meter(account, known, &order, caller.within, result.as_ref().ok());
    account.events.record(Event {
        time: now,
        principal: authenticated.principal.arn().to_owned(),
        source: found.source().to_owned(),
        name: operation.to_owned(),
        region: region.clone(),
        resource,
        outcome,
        request: event::request(&parameters),
        message: result.as_ref().err().map_or_else(String::new, Fault::message),
    });
    result.map_err(failed)
}

/// Decides and runs. Answers with the resource that was acted on, how it ended, and the result.
fn carry_out(
    account: &mut Account,
    operation: Operation,
    order: &Order<'_>,
) -> (String, Outcome, Result<Reply, Fault>) {
    let accesses = operation.access(account, order);
    let resource = accesses.first().map_or_else(|| "*".to_owned(), |access| access.resource.clone());
    let mut deciding = None;
    for access in accesses {
        let decision = decide(account, order, &access);
        if !decision.allowed() {
            let outcome = Outcome::Denied { by: decision.deciding.clone() };
            let manner = match operation {
                Operation::S3(s3::Operation::HeadObject | s3::Operation::HeadBucket) => DeniedManner::Head,
                other => other.service().manner(),
            };
            let denied = Denied {
                principal: order.caller.principal.arn().to_owned(),
                action: access.action,
                resource: access.resource.clone(),
                decision,
                manner,
            };
            return (access.resource, outcome, Err(Fault::Denied(Box::new(denied))));
        }
        deciding = deciding.or(decision.deciding);
    }
    let result = operation.run(account, order).and_then(|mut reply| {
        paging::cut(operation, order, &mut reply.value)?;
        Ok(reply)
    });
    let outcome = match &result {
        Ok(_) => Outcome::Done { by: deciding },
        Err(Fault::Denied(denied)) => Outcome::Denied { by: denied.decision.deciding.clone() },
        Err(fault) => Outcome::Failed { code: fault.code().to_owned() },
    };
    (resource, outcome, result)
}

/// What IAM says to one access: the caller's policies and, for S3, the bucket's.
pub(crate) fn decide(account: &Account, order: &Order<'_>, access: &Access) -> Decision {
    let mut context = access.context.clone();
    context.complete(&order.caller.context);
    context.complete(&request_context(order.region, order.now));
    let mut sources = order.caller.sources.clone();
    sources.extend(account.s3.policy_source(&access.resource));
    let request = Request {
        principal: &order.caller.principal,
        action: &access.action,
        resource: &access.resource,
        owner: None,
        context: &context,
    };
    decision::decide(&request, &sources)
}

/// Condition keys that every request carries.
pub(crate) fn request_context(region: &str, now: Instant) -> Context {
    Context::default()
        .with("aws:RequestedRegion", region)
        .with("aws:CurrentTime", timestamp::iso(now))
        .with("aws:EpochTime", (now.0 / 1_000_000).to_string())
        .with("aws:SecureTransport", "true")
        .with("aws:ViaAWSService", "false")
        .with("aws:PrincipalIsAWSService", "false")
        // An address of the documentation range (RFC 5737): the sandbox has no network.
        .with("aws:SourceIp", "203.0.113.10")
}

fn meter(
    account: &mut Account,
    operation: Operation,
    order: &Order<'_>,
    within: bool,
    reply: Option<&Reply>,
) {
    let (region, now) = (order.region, order.now);
    let meter = &mut account.meter;
    match operation {
        Operation::S3(operation) => {
            let of = |usage| Of { usage, region, resource: order.parameters.required("Bucket") };
            meter.add(of(operation.usage()), 1, now);
            if within {
                return;
            }
            meter.add(of(Usage::S3BytesIn), order.brought() as u128, now);
            let out = reply.and_then(|reply| reply.body.as_ref()).map_or(0, |body| body.len() as u128);
            meter.add(of(Usage::S3BytesOut), out, now);
        }
        Operation::CostExplorer(_) => {
            // Cost Explorer's only endpoint.
            let of = Of { usage: Usage::CostExplorerRequests, region: "us-east-1", resource: "" };
            meter.add(of, 1, now);
        }
        // A service whose calls cost something has its own arm above.
        _ => meter.add(Of { usage: Usage::FreeCalls, region, resource: "" }, 1, now),
    }
}
