//! A namespace: databases, users, roles, and what is saved of them.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::fault::{checked, conflict, not_found, validation};
use super::snapshot;
use super::{Serverless, workgroup};
use crate::aws::redshift;
use crate::aws::site::Site;
use crate::aws::timestamp::iso;
use crate::aws::{Account, Fault, Order};
use crate::clock::Instant;
use crate::json::json;
use crate::warehouse::identifier::Identifier;
use crate::warehouse::manifest::{Manifest, WarehouseId};
use crate::warehouse::password::Password;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Status {
    Available,
    Modifying,
    /// Its databases are being replaced.
    Restoring,
    Deleting,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Namespace {
    pub name: String,
    pub region: String,
    id: String,
    pub warehouse: WarehouseId,
    pub status: Status,
    pub until: Option<Instant>,
    pub cuts: u32,
    pub created: Instant,
    pub admin: String,
    pub database: String,
    pub iam_roles: Vec<String>,
    pub default_iam_role: Option<String>,
    kms_key: String,
    log_exports: Vec<String>,
    /// When the next recovery point is due.
    pub next_point: Instant,
    /// What a restore in progress puts here: the vault's number, admin and database.
    pub incoming: Option<(u64, String, String)>,
}

pub const MINUTE: i64 = 60_000_000;
/// How long changes and deletions take: ours, unconfirmed.
pub const CHANGE: i64 = MINUTE;
/// "Usable in minutes".
pub const RESTORE: i64 = 5 * MINUTE;

impl Namespace {
    pub fn arn(&self, account: &str) -> String {
        format!("arn:aws:redshift-serverless:{}:{account}:namespace/{}", self.region, self.id)
    }

    /// Begins a state that ends by itself.
    pub fn turn(&mut self, status: Status, span: i64, now: Instant) {
        self.status = status;
        self.until = Some(Instant(now.0 + span));
    }

    fn text(&self) -> &'static str {
        match self.status {
            Status::Available => "AVAILABLE",
            Status::Modifying | Status::Restoring => "MODIFYING",
            Status::Deleting => "DELETING",
        }
    }

    /// Where clients find it. Without a workgroup nobody does.
    pub fn site<'a>(&'a self, account: &'a Account) -> Site<'a> {
        let workgroup = account.serverless.workgroup_of(self);
        let answers = matches!(self.status, Status::Available | Status::Modifying)
            && workgroup.is_some_and(|one| one.status.answers());
        Site {
            warehouse: self.warehouse,
            name: workgroup.map_or(&self.name, |one| &one.name),
            serverless: true,
            // unconfirmed: what stands for the cluster in ARNs of a namespace's database users.
            cluster: match workgroup {
                Some(one) => format!("serverless-{}-{}", account.id, one.name),
                None => format!("serverless-{}", self.name),
            },
            address: workgroup.map_or_else(String::new, |one| one.address(&account.id)),
            port: workgroup.map_or(5_439, |one| one.port),
            answers,
            status: workgroup.map_or("DELETED", |one| one.status.text()),
            cuts: self.cuts,
            database: &self.database,
            iam_roles: &self.iam_roles,
            default_iam_role: self.default_iam_role.as_deref(),
            namespace: &self.id,
            parameters: workgroup.map_or(&[], |one| &one.parameters),
            reads_only: false,
        }
    }

    pub fn value(&self, account: &Account) -> Value {
        let role = |arn: &String| format!("IamRole(applyStatus=in-sync, iamRoleArn={arn})");
        let mut value = json!({});
        if !self.admin.is_empty() {
            value["adminUsername"] = json!(self.admin);
        }
        value["creationDate"] = json!(iso(self.created));
        value["dbName"] = json!(self.database);
        if let Some(arn) = &self.default_iam_role {
            value["defaultIamRoleArn"] = json!(arn);
        }
        value["iamRoles"] = self.iam_roles.iter().map(role).collect();
        value["kmsKeyId"] = json!(self.kms_key);
        value["logExports"] = json!(self.log_exports);
        value["namespaceArn"] = json!(self.arn(&account.id));
        value["namespaceId"] = json!(self.id);
        value["namespaceName"] = json!(self.name);
        value["status"] = json!(self.text());
        value
    }
}

impl Serverless {
    pub fn namespace(&self, region: &str, name: &str) -> Result<&Namespace, Fault> {
        let found = self.namespaces.iter().find(|one| one.region == region && one.name == name);
        found.ok_or_else(|| not_found(format!("Serverless namespace {name} not found.")))
    }

    pub fn namespace_mut(&mut self, region: &str, name: &str) -> Result<&mut Namespace, Fault> {
        let found = self.namespaces.iter_mut().find(|one| one.region == region && one.name == name);
        found.ok_or_else(|| not_found(format!("Serverless namespace {name} not found.")))
    }

    /// The namespace, when nothing is being done with it.
    pub fn idle_namespace(&self, region: &str, name: &str) -> Result<&Namespace, Fault> {
        let found = self.namespace(region, name)?;
        if found.status == Status::Available { Ok(found) } else { Err(busy()) }
    }
}

/// unconfirmed: that the sentence is the same for all operations.
pub fn busy() -> Fault {
    conflict("There is an operation running on the namespace. Try again later.")
}

fn roles(account: &Account, order: &Order<'_>) -> Result<(Vec<String>, Option<String>), Fault> {
    let parameters = order.parameters;
    let roles: Vec<String> = parameters.texts("iamRoles").into_iter().map(str::to_owned).collect();
    let default = parameters.text("defaultIamRoleArn").filter(|arn| !arn.is_empty()).map(str::to_owned);
    if let Some(arn) = roles.iter().find(|arn| account.iam.role_by_arn(arn, &account.id).is_none()) {
        // unconfirmed: the sentence.
        return Err(validation(format!("The IAM role {arn} is not valid or does not exist.")));
    }
    if default.as_ref().is_some_and(|arn| !roles.contains(arn)) {
        return Err(validation(
            "To change the default IAM role, you must specify the entire list of IAM roles.",
        ));
    }
    Ok((roles, default))
}

fn exports(order: &Order<'_>) -> Result<Vec<String>, Fault> {
    let given = order.parameters.texts("logExports");
    match given.iter().find(|one| !matches!(**one, "useractivitylog" | "userlog" | "connectionlog")) {
        // unconfirmed: the sentence.
        Some(wrong) => Err(validation(format!("Invalid log export {wrong}"))),
        None => Ok(given.into_iter().map(str::to_owned).collect()),
    }
}

pub fn create(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let parameters = order.parameters;
    let name = checked("namespaceName", parameters.required("namespaceName"))?;
    if account.serverless.namespace(order.region, &name).is_ok() {
        // unconfirmed: the sentence.
        return Err(conflict(format!("Namespace {name} already exists.")));
    }
    let here = account.serverless.namespaces.iter().filter(|one| one.region == order.region).count();
    if here >= 25 {
        return Err(Fault::refused(
            "ServiceQuotaExceededException",
            402,
            "You have exceeded a service quota.",
        ));
    }
    let admin = parameters.text("adminUsername").unwrap_or("admin");
    let password = parameters.text("adminUserPassword");
    if parameters.text("adminUsername").is_some() != password.is_some() {
        // unconfirmed: the sentence.
        return Err(validation("adminUsername and adminUserPassword must be specified together."));
    }
    let database = parameters.text("dbName").unwrap_or("dev");
    let (iam_roles, default_iam_role) = roles(account, order)?;
    let log_exports = exports(order)?;
    let manifest = match password {
        Some(password) => Manifest::initial(database, admin, password, order.now)
            .map_err(|weak| validation(weak.to_string()))?,
        None => Manifest::with_admin(database, Identifier::fold(admin), Password::Disabled),
    };
    let namespace = Namespace {
        name,
        region: order.region.to_owned(),
        id: account.identifiers.uuid(),
        warehouse: account.open_warehouse(Arc::new(manifest)),
        status: Status::Available,
        until: None,
        cuts: 0,
        created: order.now,
        admin: admin.to_owned(),
        database: database.to_owned(),
        iam_roles,
        default_iam_role,
        kms_key: parameters.text("kmsKeyId").unwrap_or("AWS_OWNED_KMS_KEY").to_owned(),
        log_exports,
        next_point: Instant(order.now.0 + super::recovery_point::EVERY),
        incoming: None,
    };
    let value = namespace.value(account);
    account.serverless.namespaces.push(namespace);
    Ok(json!({"namespace": value}))
}

pub fn get(account: &Account, order: &Order<'_>) -> Result<Value, Fault> {
    let found = account.serverless.namespace(order.region, order.parameters.required("namespaceName"))?;
    Ok(json!({"namespace": found.value(account)}))
}

pub fn list(account: &Account, order: &Order<'_>) -> Value {
    let here = account.serverless.namespaces.iter().filter(|one| one.region == order.region);
    json!({"namespaces": here.map(|one| one.value(account)).collect::<Vec<_>>()})
}

pub fn update(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let parameters = order.parameters;
    let name = parameters.required("namespaceName");
    let mut changed = account.serverless.idle_namespace(order.region, name)?.clone();
    if parameters.get("iamRoles").is_some() || parameters.text("defaultIamRoleArn").is_some() {
        (changed.iam_roles, changed.default_iam_role) = roles(account, order)?;
    }
    if parameters.get("logExports").is_some() {
        changed.log_exports = exports(order)?;
    }
    if let Some(key) = parameters.text("kmsKeyId") {
        key.clone_into(&mut changed.kms_key);
    }
    match (parameters.text("adminUsername"), parameters.text("adminUserPassword")) {
        (None, None) => {}
        (Some(admin), Some(password)) if admin == changed.admin => {
            redshift::set_password(account, changed.warehouse, admin, password)
                .map_err(|fault| validation(fault.message))?;
        }
        // unconfirmed: both sentences.
        (Some(_), Some(_)) => return Err(validation("The admin user name can not be changed.")),
        _ => return Err(validation("adminUsername and adminUserPassword must be specified together.")),
    }
    changed.turn(Status::Modifying, CHANGE, order.now);
    let value = changed.value(account);
    *account.serverless.namespace_mut(order.region, name)? = changed;
    Ok(json!({"namespace": value}))
}

/// Only without a workgroup; everything in it goes, snapshots stay.
pub fn delete(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let parameters = order.parameters;
    let name = parameters.required("namespaceName");
    let found = account.serverless.namespace(order.region, name)?;
    if found.status != Status::Available || account.serverless.workgroup_of(found).is_some() {
        return Err(conflict(
            "There is an operation running on the namespace. Try deleting the namespace again later.",
        ));
    }
    if let Some(last) = parameters.text("finalSnapshotName") {
        let found = found.clone();
        let last = snapshot::free_name(account, order.region, last)?;
        let days = super::fault::retention(parameters.integer("finalSnapshotRetentionPeriod"), -1)?;
        snapshot::take(account, &found, last, days, order.now);
    }
    let found = account.serverless.namespace_mut(order.region, name)?;
    found.turn(Status::Deleting, 2 * MINUTE, order.now);
    let value = account.serverless.namespace(order.region, name)?.value(account);
    Ok(json!({"namespace": value}))
}

/// Whether `namespace` has a workgroup that works: what snapshots and restores need.
pub fn must_have_workgroup<'a>(
    account: &'a Account,
    namespace: &Namespace,
) -> Result<&'a workgroup::Workgroup, Fault> {
    account.serverless.workgroup_of(namespace).ok_or_else(|| {
        conflict("You can't create a snapshot because there isn't a workgroup created for the namespace")
    })
}
