//! Redshift Serverless: namespaces (data) and workgroups (compute), recovery points, snapshots, restores.
//!
//! A namespace's rows are in its warehouse, as a cluster's are; clients come in by way of its workgroup.

pub mod chore;
mod credential;
mod fault;
mod namespace;
mod recovery_point;
mod restore;
pub mod snapshot;
mod table_restore;
pub mod usage;
mod workgroup;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::policy::Context;
use super::shape::operations;
use super::usage_limit;
use super::{Access, Account, Fault, Order, Reply};
pub use namespace::Namespace;
pub use recovery_point::RecoveryPoint;
pub use snapshot::Snapshot;
pub use workgroup::Workgroup;

operations! {
    CreateNamespace "adminUserPassword adminUsername dbName defaultIamRoleArn iamRoles:strings kmsKeyId logExports:strings namespaceName! tags:structures",
    GetNamespace "namespaceName!",
    ListNamespaces "maxResults:int nextToken",
    UpdateNamespace "adminUserPassword adminUsername defaultIamRoleArn iamRoles:strings kmsKeyId logExports:strings namespaceName!",
    DeleteNamespace "finalSnapshotName finalSnapshotRetentionPeriod:int namespaceName!",
    CreateWorkgroup "baseCapacity:int configParameters:structures enhancedVpcRouting:bool namespaceName! port:int publiclyAccessible:bool securityGroupIds:strings subnetIds:strings tags:structures workgroupName!",
    GetWorkgroup "workgroupName!",
    ListWorkgroups "maxResults:int nextToken",
    UpdateWorkgroup "baseCapacity:int configParameters:structures enhancedVpcRouting:bool port:int publiclyAccessible:bool securityGroupIds:strings subnetIds:strings workgroupName!",
    DeleteWorkgroup "workgroupName!",
    ListRecoveryPoints "endTime:time maxResults:int namespaceArn namespaceName nextToken startTime:time",
    GetRecoveryPoint "recoveryPointId!",
    ConvertRecoveryPointToSnapshot "recoveryPointId! retentionPeriod:int snapshotName! tags:structures",
    RestoreFromRecoveryPoint "namespaceName! recoveryPointId! workgroupName!",
    RestoreTableFromRecoveryPoint "activateCaseSensitiveIdentifier:bool namespaceName! newTableName! recoveryPointId! sourceDatabaseName! sourceSchemaName sourceTableName! targetDatabaseName targetSchemaName workgroupName!",
    CreateSnapshot "namespaceName! retentionPeriod:int snapshotName! tags:structures",
    GetSnapshot "ownerAccount snapshotArn snapshotName",
    ListSnapshots "endTime:time maxResults:int namespaceArn namespaceName nextToken ownerAccount startTime:time",
    UpdateSnapshot "retentionPeriod:int snapshotName!",
    DeleteSnapshot "snapshotName!",
    RestoreFromSnapshot "namespaceName! ownerAccount snapshotArn snapshotName workgroupName!",
    RestoreTableFromSnapshot "activateCaseSensitiveIdentifier:bool namespaceName! newTableName! snapshotName! sourceDatabaseName! sourceSchemaName sourceTableName! targetDatabaseName targetSchemaName workgroupName!",
    GetTableRestoreStatus "tableRestoreRequestId!",
    ListTableRestoreStatus "maxResults:int namespaceName nextToken workgroupName",
    CreateUsageLimit "amount!:int breachAction period resourceArn! usageType!",
    GetUsageLimit "usageLimitId!",
    ListUsageLimits "maxResults:int nextToken resourceArn usageType",
    UpdateUsageLimit "amount:int breachAction usageLimitId!",
    DeleteUsageLimit "usageLimitId!",
    GetCredentials "dbName durationSeconds:int workgroupName!",
}

/// Operations AWS has and the sandbox does not yet.
pub const NOT_SIMULATED: &str = "Create|Delete|Get|List|Update:EndpointAccess Tag|Untag:Resource \
Delete|Get|Put:ResourcePolicy Create|Delete|Get|List+|Update:ScheduledAction \
Create|Delete|List+:SnapshotCopyConfiguration Get|List+:Track CreateCustomDomainAssociation ListTagsForResource";

/// Namespaces and workgroups of every region, and what belongs to them.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Serverless {
    #[serde(deserialize_with = "crate::apart::list")]
    pub namespaces: Vec<Namespace>,
    #[serde(deserialize_with = "crate::apart::list")]
    pub workgroups: Vec<Workgroup>,
    #[serde(deserialize_with = "crate::apart::list")]
    pub points: Vec<RecoveryPoint>,
    #[serde(deserialize_with = "crate::apart::list")]
    pub snapshots: Vec<Snapshot>,
    #[serde(deserialize_with = "crate::apart::list")]
    table_restores: Vec<table_restore::TableRestore>,
}

/// The rights an operation needs. Resources carry ids, not names.
pub fn access(operation: Operation, account: &Account, order: &Order<'_>) -> Vec<Access> {
    let parameters = order.parameters;
    let serverless = &account.serverless;
    let workgroup =
        parameters.text("workgroupName").and_then(|name| serverless.workgroup(order.region, name).ok());
    let namespace =
        parameters.text("namespaceName").and_then(|name| serverless.namespace(order.region, name).ok());
    let snapshot =
        parameters.text("snapshotName").and_then(|name| snapshot::named(account, order.region, name).ok());
    let resource = match (workgroup, namespace, snapshot) {
        (Some(workgroup), ..) => workgroup.arn(&account.id),
        (None, Some(namespace), _) => namespace.arn(&account.id),
        (None, None, Some(snapshot)) => snapshot.arn(&account.id),
        (None, None, None) => "*".to_owned(),
    };
    let action = format!("redshift-serverless:{}", operation.name());
    let mut accesses = vec![Access { action, resource, context: Context::default() }];
    let passed = parameters.texts("iamRoles").into_iter().chain(parameters.text("defaultIamRoleArn"));
    accesses.extend(passed.filter(|arn| !arn.is_empty()).map(|arn| Access {
        action: "iam:PassRole".to_owned(),
        resource: arn.to_owned(),
        context: Context::default().with("iam:PassedToService", "redshift-serverless.amazonaws.com"),
    }));
    accesses
}

pub fn run(operation: Operation, account: &mut Account, order: &Order<'_>) -> Result<Reply, Fault> {
    use Operation as O;
    let value: Value = match operation {
        O::CreateNamespace => namespace::create(account, order)?,
        O::GetNamespace => namespace::get(account, order)?,
        O::ListNamespaces => namespace::list(account, order),
        O::UpdateNamespace => namespace::update(account, order)?,
        O::DeleteNamespace => namespace::delete(account, order)?,
        O::CreateWorkgroup => workgroup::create(account, order)?,
        O::GetWorkgroup => workgroup::get(account, order)?,
        O::ListWorkgroups => workgroup::list(account, order),
        O::UpdateWorkgroup => workgroup::update(account, order)?,
        O::DeleteWorkgroup => workgroup::delete(account, order)?,
        O::ListRecoveryPoints => recovery_point::list(account, order),
        O::GetRecoveryPoint => recovery_point::get(account, order)?,
        O::ConvertRecoveryPointToSnapshot => recovery_point::convert(account, order)?,
        O::RestoreFromRecoveryPoint => restore::from_point(account, order)?,
        O::RestoreTableFromRecoveryPoint => table_restore::restore(account, order, true)?,
        O::CreateSnapshot => snapshot::create(account, order)?,
        O::GetSnapshot => snapshot::get(account, order)?,
        O::ListSnapshots => snapshot::list(account, order),
        O::UpdateSnapshot => snapshot::update(account, order)?,
        O::DeleteSnapshot => snapshot::delete(account, order)?,
        O::RestoreFromSnapshot => restore::from_snapshot(account, order)?,
        O::RestoreTableFromSnapshot => table_restore::restore(account, order, false)?,
        O::GetTableRestoreStatus => table_restore::get(account, order)?,
        O::ListTableRestoreStatus => table_restore::list(account, order),
        O::CreateUsageLimit => usage_limit::create(account, order, true)?,
        O::GetUsageLimit => usage_limit::get(account, order)?,
        O::ListUsageLimits => usage_limit::list(account, order, true),
        O::UpdateUsageLimit => usage_limit::modify(account, order, true)?,
        O::DeleteUsageLimit => usage_limit::delete(account, order, true)?,
        O::GetCredentials => credential::hand_out(account, order)?,
    };
    Ok(Reply { value, body: None })
}
