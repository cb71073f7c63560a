//! Handing statements in: where to, as whom, and whether IAM lets it.

use serde_json::Value;

use super::invalid;
use super::parameter::bound;
use super::statement::{Part, Statement, Status};
use crate::aws::policy::Context;
use crate::aws::redshift::credentials;
use crate::aws::timestamp::iso;
use crate::aws::{Access, Account, Fault, Order};
use crate::json::json;
use crate::warehouse::manifest::Manifest;

/// Statements that have not ended, at most, on one cluster (2023).
const ACTIVE: usize = 200;
const SQL: usize = 100_000;

/// The right to hand in, and to the temporary password that is fetched for it.
pub fn access(account: &Account, order: &Order<'_>, action: String) -> Vec<Access> {
    let parameters = order.parameters;
    let (region, id) = (order.region, &account.id);
    let cluster = parameters.text("ClusterIdentifier");
    let workgroup = parameters.text("WorkgroupName").unwrap_or("*");
    let resource = match cluster {
        Some(cluster) => format!("arn:aws:redshift:{region}:{id}:cluster:{cluster}"),
        None => format!("arn:aws:redshift-serverless:{region}:{id}:workgroup/{workgroup}"),
    };
    let mut accesses = vec![Access { action, resource: resource.clone(), context: Context::default() }];
    let mut also = |action: &str, resource: String| {
        accesses.push(Access { action: action.to_owned(), resource, context: Context::default() });
    };
    let database = parameters.text("Database").unwrap_or("*");
    let arn = |kind: &str, cluster: &str, name: &str| {
        format!("arn:aws:redshift:{region}:{id}:{kind}:{cluster}/{name}")
    };
    match (cluster, parameters.text("DbUser")) {
        (None, _) => also("redshift-serverless:GetCredentials", resource),
        (Some(cluster), Some(user)) => {
            also("redshift:GetClusterCredentials", arn("dbuser", cluster, user));
            also("redshift:GetClusterCredentials", arn("dbname", cluster, database));
        }
        (Some(cluster), None) => {
            also("redshift:GetClusterCredentialsWithIAM", arn("dbname", cluster, database));
        }
    }
    accesses
}

/// The name of the cluster or workgroup that is asked.
///
/// # Errors
/// None, both, one that does not exist, or a way to log in that is not simulated.
fn target(account: &Account, order: &Order<'_>) -> Result<String, Fault> {
    let parameters = order.parameters;
    let (cluster, workgroup) = (parameters.text("ClusterIdentifier"), parameters.text("WorkgroupName"));
    let missing = |what: &str| Err(Fault::NotSimulated { service: format!("redshift-data with {what}") });
    if parameters.text("SecretArn").is_some() {
        return missing("a secret of AWS Secrets Manager");
    }
    if parameters.flag("WithEvent") {
        return missing("events of Amazon EventBridge");
    }
    let name = match (cluster, workgroup) {
        (Some(_), Some(_)) => {
            return Err(invalid("Only one of ClusterIdentifier and WorkgroupName can be provided."));
        }
        (Some(name), None) | (None, Some(name)) => name,
        (None, None) => {
            return Err(invalid("Either ClusterIdentifier, WorkgroupName or SessionId must be provided."));
        }
    };
    if !exists(account, order.region, cluster, workgroup) {
        return Err(invalid("Redshift endpoint doesn't exist in this region."));
    }
    Ok(name.to_owned())
}

/// What the warehouse holds that is asked.
///
/// # Errors
/// As [`target`], or that it does not answer.
pub fn manifest<'a>(account: &'a Account, order: &Order<'_>) -> Result<&'a Manifest, Fault> {
    let name = target(account, order)?;
    let site = account.site_called(&name).filter(|site| site.answers);
    let held = site.and_then(|site| account.holdings.get(&site.warehouse));
    held.map(AsRef::as_ref).ok_or_else(|| {
        // Unconfirmed wording.
        let message = format!("Cannot connect to {name}: it is not available.");
        Fault::refused("DatabaseConnectionException", 500, message)
    })
}

pub fn submit(account: &mut Account, order: &Order<'_>, batch: bool) -> Result<Value, Fault> {
    let parameters = order.parameters;
    let text = |name: &str| parameters.text(name).map(str::to_owned);
    let (cluster, workgroup) = (text("ClusterIdentifier"), text("WorkgroupName"));
    let target = target(account, order)?;
    let Some(database) = text("Database") else {
        return Err(invalid("Database must be provided."));
    };
    let token = text("ClientToken");
    let known = account.redshift_data.statements.iter().find(|one| token.is_some() && one.token == token);
    if let Some(known) = known.filter(|one| order.now.0 - one.created.0 <= 8 * 3_600_000_000) {
        return Ok(shown(known));
    }
    let given: Vec<(String, String)> = parameters
        .structures("Parameters")
        .into_iter()
        .map(|one| (one.required("name").to_owned(), one.required("value").to_owned()))
        .collect();
    let texts = if batch { parameters.texts("Sqls") } else { vec![parameters.required("Sql")] };
    if texts.is_empty() || texts.len() > 40 {
        return Err(invalid("Sqls must have 1 to 40 statements"));
    }
    let mut parts = Vec::with_capacity(texts.len());
    for sql in texts {
        if sql.trim().is_empty() || sql.len() > SQL {
            return Err(invalid("A statement must have 1 to 100000 bytes"));
        }
        bound(sql, &given).map_err(invalid)?;
        parts.push(Part::new(sql.to_owned(), order.now));
    }
    let statements = &account.redshift_data.statements;
    if statements.iter().filter(|one| one.target() == target && !one.status.is_over()).count() >= ACTIVE {
        let message = "Active statements exceeded the allowed quota (200).";
        return Err(Fault::refused("ActiveStatementsExceededException", 400, message));
    }
    let db_user = text("DbUser").filter(|_| cluster.is_some());
    let place = account.site_called(&target).map_or_else(|| target.clone(), |site| site.name.to_owned());
    let (login, password) = credentials::lend(account, order, &place, db_user.as_deref());
    let statement = Statement {
        id: account.identifiers.uuid(),
        name: text("StatementName"),
        owner: order.caller.user_id.clone(),
        cluster,
        workgroup,
        database,
        db_user,
        login,
        password,
        batch,
        parameters: given,
        parts,
        status: Status::Submitted,
        error: None,
        created: order.now,
        updated: order.now,
        token,
        process: 0,
    };
    let value = shown(&statement);
    account.redshift_data.statements.push(statement);
    Ok(value)
}

/// Whether there is such a cluster or workgroup.
fn exists(account: &Account, region: &str, cluster: Option<&str>, workgroup: Option<&str>) -> bool {
    cluster.is_some_and(|name| account.redshift.cluster(region, name).is_some())
        || workgroup.is_some_and(|name| account.serverless.workgroup(region, name).is_ok())
}

fn shown(statement: &Statement) -> Value {
    let mut value = json!({});
    let mut put = |name: &str, text: &Option<String>| {
        if let Some(text) = text {
            value[name] = json!(text);
        }
    };
    put("ClusterIdentifier", &statement.cluster);
    put("CreatedAt", &Some(iso(statement.created)));
    put("Database", &Some(statement.database.clone()));
    put("DbUser", &statement.db_user);
    put("Id", &Some(statement.id.clone()));
    put("WorkgroupName", &statement.workgroup);
    value
}
