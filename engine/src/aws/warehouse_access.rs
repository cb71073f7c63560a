//! How a warehouse reads S3 under a role.
//!
//! Four gates, in the order a learner meets them: the role is attached to the cluster, it trusts
//! `redshift.amazonaws.com` (and this database user, when its trust asks for an external id), it may list the
//! bucket, it may read the object. The refusals are worded as Redshift words them.

use serde_json::Value;

use super::api_error::{ApiError, Fault};
use super::caller::Caller;
use super::event::{self, Event, Outcome};
use super::policy::Context;
use super::policy::decision::{Decision, Principal};
use super::s3::fault::S3Fault;
use super::sts::session::trust;
use super::{Account, call_with_body, request_context};
use crate::clock::Instant;
use crate::json::json;
use crate::pieces::Pieces;

/// The session name Redshift always uses.
const SESSION: &str = "RedshiftIamRoleSession";

/// Under whose rights the warehouse reads.
#[derive(Clone, Copy, Debug)]
pub enum Credentials<'a> {
    /// Role ARNs, chained in order.
    Roles(&'a [String]),
    /// The cluster's default role.
    DefaultRole,
    /// No role, but somebody who calls by itself.
    Identity(&'a Caller),
    AccessKey {
        id: &'a str,
        secret: &'a str,
        token: Option<&'a str>,
    },
}

/// Who reads: a database user on a cluster, at a moment.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    pub credentials: Credentials<'a>,
    pub cluster: &'a str,
    pub database_user: &'a str,
    /// `REGION '...'` of the statement; the cluster's own when `None`.
    pub region: Option<&'a str>,
    pub now: Instant,
}

/// A refusal in Redshift's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WarehouseError {
    /// The server's text, without `ERROR:`.
    pub message: String,
    /// Redshift's own number in the DETAIL block.
    pub code: u32,
    /// What was being done: `IAM Role=arn...`, `Listing bucket=b prefix=p`; empty when there is nothing to say.
    pub context: String,
    pub hint: Option<String>,
}

/// The objects whose keys begin with `prefix`: key and size, in UTF-8 order. That there is none is an error.
pub fn list(
    account: &mut Account,
    reader: &Reader<'_>,
    bucket: &str,
    prefix: &str,
) -> Result<Vec<(String, u64)>, WarehouseError> {
    let found = find(account, reader, bucket, prefix)?;
    if found.is_empty() {
        return Err(WarehouseError {
            message: format!("The specified S3 prefix '{prefix}' does not exist"),
            code: 8001,
            context: String::new(),
            hint: Some(format!("List what is there: aws s3 ls s3://{bucket}/ --recursive")),
        });
    }
    Ok(found)
}

/// The same, where finding none is no mistake.
pub fn find(
    account: &mut Account,
    reader: &Reader<'_>,
    bucket: &str,
    prefix: &str,
) -> Result<Vec<(String, u64)>, WarehouseError> {
    let caller = assume(account, reader, true)?;
    let context = format!("Listing bucket={bucket} prefix={prefix}");
    let mut found = Vec::new();
    let mut token: Option<String> = None;
    loop {
        let mut parameters = json!({"Bucket": bucket, "Prefix": prefix});
        if let Some(token) = &token {
            parameters["ContinuationToken"] = json!(token);
        }
        let page = call_with_body(account, &caller, "s3", "ListObjectsV2", parameters, None, reader.now)
            .map_err(|error| refused(account, &error, context.clone()))?
            .value;
        for object in page["Contents"].as_array().into_iter().flatten() {
            if let (Some(key), Some(size)) = (object["Key"].as_str(), object["Size"].as_u64()) {
                found.push((key.to_owned(), size));
            }
        }
        match page["NextContinuationToken"].as_str() {
            Some(next) => token = Some(next.to_owned()),
            None => break,
        }
    }
    Ok(found)
}

/// A question to the data catalog. Its refusals say `AWSGlue` where they come from.
pub fn catalog(
    account: &mut Account,
    reader: &Reader<'_>,
    operation: &str,
    parameters: Value,
) -> Result<Value, CatalogRefusal> {
    let caller =
        assume(account, reader, true).map_err(|error| CatalogRefusal { code: String::new(), error })?;
    super::call(account, &caller, "glue", operation, parameters, reader.now).map_err(|error| {
        let code = error.fault.code().to_owned();
        let (said, status) = (error.fault.message(), error.fault.status());
        let id = super::s3::object::md5_hex(format!("{operation} {said} {}", reader.now.0).as_bytes());
        let id = [&id[..8], &id[8..12], &id[12..16], &id[16..20], &id[20..]].join("-");
        let message =
            format!("{said} (Service: AWSGlue; Status Code: {status}; Error Code: {code}; Request ID: {id})");
        let hint = match &error.fault {
            Fault::Denied(denied) => Some(format!(
                "{} needs {} on {}. The managed policy AWSGlueConsoleFullAccess allows it.",
                denied.principal, denied.action, denied.resource
            )),
            _ => None,
        };
        CatalogRefusal { code, error: WarehouseError { message, code: 0, context: String::new(), hint } }
    })
}

/// What the catalog or the role refused; the service's code, empty when it was not reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatalogRefusal {
    pub code: String,
    pub error: WarehouseError,
}

/// Writes or deletes an object: `operation` is S3's.
pub fn write(
    account: &mut Account,
    reader: &Reader<'_>,
    operation: &'static str,
    bucket: &str,
    key: &str,
    body: Option<Pieces>,
) -> Result<(), WarehouseError> {
    let caller = assume(account, reader, false)?;
    let parameters = json!({"Bucket": bucket, "Key": key});
    call_with_body(account, &caller, "s3", operation, parameters, body, reader.now)
        .map(|_| ())
        // unconfirmed: the context of a refused write.
        .map_err(|error| refused(account, &error, format!("S3 key being written : s3://{bucket}/{key}")))
}

/// One object's bytes.
pub fn get(
    account: &mut Account,
    reader: &Reader<'_>,
    bucket: &str,
    key: &str,
) -> Result<Pieces, WarehouseError> {
    let caller = assume(account, reader, false)?;
    let parameters = json!({"Bucket": bucket, "Key": key});
    let reply = call_with_body(account, &caller, "s3", "GetObject", parameters, None, reader.now)
        .map_err(|error| refused(account, &error, format!("S3 key being read : s3://{bucket}/{key}")))?;
    reply.body.ok_or_else(|| WarehouseError {
        message: "S3 object has no bytes".to_owned(),
        code: 8001,
        context: format!("S3 key being read : s3://{bucket}/{key}"),
        hint: None,
    })
}

/// The identity that the credentials stand for, for other services than S3; the assumption is logged.
pub fn assumed(account: &mut Account, reader: &Reader<'_>) -> Result<Caller, WarehouseError> {
    assume(account, reader, true)
}

/// The identity that the credentials stand for. `log` writes the assumption into the event log.
fn assume(account: &mut Account, reader: &Reader<'_>, log: bool) -> Result<Caller, WarehouseError> {
    let region = reader.region.map(str::to_owned);
    let (roles, attached) = match account.site_called(reader.cluster) {
        Some(site) => (site.default_iam_role.map(str::to_owned), site.iam_roles.to_vec()),
        None => (None, Vec::new()),
    };
    let chain: Vec<String> = match reader.credentials {
        Credentials::AccessKey { id, secret, token } => {
            return access_key(account, id, secret, token, reader.now).map(|caller| caller.in_region(region));
        }
        Credentials::Identity(caller) => return Ok(caller.clone()),
        Credentials::Roles(chain) => chain.to_vec(),
        Credentials::DefaultRole => match roles {
            Some(arn) => vec![arn],
            None => {
                return Err(WarehouseError {
                    // unconfirmed: the sentence for a cluster without a default role.
                    message: "No default IAM role is set for the cluster".to_owned(),
                    code: 8001,
                    context: "IAM Role=default".to_owned(),
                    hint: Some(format!(
                        "Attach a role and make it the default: aws redshift modify-cluster-iam-roles --cluster-identifier {} --add-iam-roles ARN --default-iam-role-arn ARN",
                        reader.cluster
                    )),
                });
            }
        },
    };
    let user_arn = format!(
        "arn:aws:redshift:{}:{}:dbuser:{}/{}",
        account.region, account.id, reader.cluster, reader.database_user
    );
    let not_authorized = |arn: &str, hint: String| WarehouseError {
        message: format!("User {user_arn} is not authorized to assume IAM Role {arn}"),
        code: 8001,
        context: format!("IAM Role={arn}"),
        hint: Some(hint),
    };
    let mut session: Option<String> = None;
    for arn in &chain {
        if session.is_none() && !attached.contains(arn) {
            return Err(not_authorized(
                arn,
                format!(
                    "The role is not attached to the cluster: aws redshift modify-cluster-iam-roles --cluster-identifier {} --add-iam-roles {arn}",
                    reader.cluster
                ),
            ));
        }
        let Some(role) = account.iam.role_by_arn(arn, &account.id).cloned() else {
            return Err(not_authorized(arn, "There is no such role in this account.".to_owned()));
        };
        let mut context = request_context(&account.region, reader.now);
        context.insert("sts:RoleSessionName", SESSION);
        let decision = match &session {
            None => {
                context.insert("sts:ExternalId", user_arn.clone());
                let service = Principal::Service(vec![
                    "redshift.amazonaws.com".to_owned(),
                    format!("redshift.{}.amazonaws.com", account.region),
                ]);
                trust(&role, arn, &service, &[], &context)
            }
            Some(previous) => chained(account, previous, &role, arn, context),
        };
        if log || !decision.allowed() {
            record_assumption(account, reader, session.as_deref(), arn, &decision);
        }
        if decision.allowed() {
            account.iam.assumed(&role.name, reader.now, &account.region);
        } else {
            let hint = match &session {
                None => format!(
                    "The trust policy of {} must let redshift.amazonaws.com assume it (aws iam update-assume-role-policy).",
                    role.name
                ),
                Some(previous) => format!(
                    "{previous} needs sts:AssumeRole on {arn}, and the trust policy of {} must name it.",
                    role.name
                ),
            };
            return Err(not_authorized(arn, hint));
        }
        session = Some(role.name);
    }
    match session {
        Some(role) => Ok(Caller::session(&role, SESSION).in_region(region)),
        None => Err(not_authorized("", "Name a role.".to_owned())),
    }
}

/// A role that another role assumes: trust must name it, and its own policies allow it.
fn chained(
    account: &Account,
    previous: &str,
    role: &super::iam::role::Role,
    arn: &str,
    mut context: Context,
) -> Decision {
    let caller = Caller::session(previous, SESSION);
    let authenticated = account.iam.authenticate(&caller.identity, &account.id);
    let (principal, sources) = match &authenticated {
        Some(who) => {
            context.complete(&who.context);
            (who.principal.clone(), who.sources.as_slice())
        }
        None => (Principal::Service(Vec::new()), &[][..]),
    };
    trust(role, arn, &principal, sources, &context)
}

fn record_assumption(
    account: &mut Account,
    reader: &Reader<'_>,
    by: Option<&str>,
    arn: &str,
    decision: &Decision,
) {
    let principal = match by {
        None => "redshift.amazonaws.com".to_owned(),
        Some(role) => format!("arn:aws:sts::{}:assumed-role/{role}/{SESSION}", account.id),
    };
    let by = decision.deciding.clone();
    account.events.record(Event {
        time: reader.now,
        principal,
        source: "sts.amazonaws.com".to_owned(),
        name: "AssumeRole".to_owned(),
        region: account.region.clone(),
        resource: arn.to_owned(),
        outcome: if decision.allowed() { Outcome::Done { by } } else { Outcome::Denied { by } },
        request: event::request(&json!({"RoleArn": arn, "RoleSessionName": SESSION})),
        message: String::new(),
    });
}

/// A user's long-lived key, or a session's temporary one.
fn access_key(
    account: &mut Account,
    id: &str,
    secret: &str,
    token: Option<&str>,
    now: Instant,
) -> Result<Caller, WarehouseError> {
    let found = match account.iam.access_key(id) {
        Some((user, own)) => Some((Caller::key(&user.name, id), own == secret)),
        None => account.sts.session(id).filter(|session| session.expires > now).map(|session| {
            let right = session.secret == secret && token == Some(session.token.as_str());
            (Caller::temporary(session), right)
        }),
    };
    match found {
        Some((caller, true)) => Ok(caller),
        Some((_, false)) => Err(s3_exception(
            account,
            "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
            403,
            "SignatureDoesNotMatch",
            String::new(),
            None,
        )),
        None => Err(s3_exception(
            account,
            "The AWS Access Key Id you provided does not exist in our records.",
            403,
            "InvalidAccessKeyId",
            String::new(),
            None,
        )),
    }
}

/// An S3 error as Redshift passes it on.
pub(super) fn refused(account: &mut Account, error: &ApiError, context: String) -> WarehouseError {
    let hint = match &error.fault {
        Fault::Denied(denied) => {
            Some(format!("{} {}.", denied.principal, denied.decision.reason(&denied.action)).replacen(
                " because no",
                &format!(" may not {} on {}: no", denied.action, denied.resource),
                1,
            ))
        }
        Fault::S3(S3Fault::NoSuchBucket) => Some("List your buckets: aws s3 ls".to_owned()),
        Fault::S3(S3Fault::WrongRegion) => {
            Some("Add REGION 'region' to name the bucket's region.".to_owned())
        }
        _ => None,
    };
    let message = match &error.fault {
        Fault::S3(S3Fault::WrongRegion) => {
            "The S3 bucket addressed by the query is in a different region from this cluster.".to_owned()
        }
        fault => fault.message(),
    };
    s3_exception(account, &message, error.fault.status(), error.fault.code(), context, hint)
}

fn s3_exception(
    account: &mut Account,
    message: &str,
    status: u16,
    code: &str,
    context: String,
    hint: Option<String>,
) -> WarehouseError {
    let (request, extended) = (account.identifiers.request_id(), account.identifiers.secret(75));
    WarehouseError {
        message: format!(
            "S3ServiceException:{message},Status {status},Error {code},Rid {request},ExtRid {extended}=,CanRetry 1"
        ),
        code: 8001,
        context,
        hint,
    }
}
