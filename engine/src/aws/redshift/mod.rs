//! Redshift's own API: clusters and what they do, their snapshots, the roles attached to them, temporary passwords.
//!
//! A cluster's rows are not here but in its warehouse, which the account is lent as [`crate::aws::Account::holdings`];
//! a snapshot keeps what the warehouse held in [`crate::aws::vault`]. What happens by itself is in [`chore`].

pub mod backup;
pub mod chore;
pub mod cluster;
pub mod copy;
pub mod credentials;
mod event;
pub mod fault;
mod identifier;
mod lifecycle;
mod maintenance;
mod modification;
mod node;
pub mod node_type;
mod parameter_group;
mod resize;
mod resize_progress;
mod restore;
pub(super) mod schedule;
mod sharing;
pub mod snapshot;
mod snapshot_call;
pub mod status;
mod subnet_group;
pub(super) mod table_restore;
pub mod tag;

use serde::{Deserialize, Serialize};

use super::ident::Identifiers;
use super::policy::Context;
use super::shape::operations;
use super::usage_limit;
use super::{Access, Account, Beginning, Fault, Order, Reply};
use cluster::Cluster;
use credentials::Credential;
use fault::RedshiftFault;
pub use modification::set_password;
use snapshot::Snapshot;
pub use subnet_group::SUBNETS;

operations! {
    GetClusterCredentials "DbUser! DbName ClusterIdentifier! DurationSeconds:int AutoCreate:bool DbGroups:strings",
    GetClusterCredentialsWithIAM "DbName ClusterIdentifier! DurationSeconds:int",
    CreateCluster "DBName ClusterIdentifier! ClusterType NodeType! MasterUsername! MasterUserPassword! ClusterSubnetGroupName AvailabilityZone PreferredMaintenanceWindow ClusterParameterGroupName AutomatedSnapshotRetentionPeriod:int ManualSnapshotRetentionPeriod:int Port:int ClusterVersion AllowVersionUpgrade:bool NumberOfNodes:int PubliclyAccessible:bool Encrypted:bool Tags:structures EnhancedVpcRouting:bool IamRoles:strings MaintenanceTrackName SnapshotScheduleIdentifier DefaultIamRoleArn",
    DescribeClusters "ClusterIdentifier MaxRecords:int Marker TagKeys:strings TagValues:strings",
    ModifyCluster "ClusterIdentifier! ClusterType NodeType NumberOfNodes:int MasterUserPassword ClusterParameterGroupName AutomatedSnapshotRetentionPeriod:int ManualSnapshotRetentionPeriod:int PreferredMaintenanceWindow ClusterVersion AllowVersionUpgrade:bool NewClusterIdentifier PubliclyAccessible:bool EnhancedVpcRouting:bool MaintenanceTrackName Encrypted:bool Port:int",
    ModifyClusterIamRoles "ClusterIdentifier! AddIamRoles:strings RemoveIamRoles:strings DefaultIamRoleArn",
    ModifyClusterMaintenance "ClusterIdentifier! DeferMaintenance:bool DeferMaintenanceIdentifier DeferMaintenanceStartTime:time DeferMaintenanceEndTime:time DeferMaintenanceDuration:int",
    PauseCluster "ClusterIdentifier!",
    ResumeCluster "ClusterIdentifier!",
    RebootCluster "ClusterIdentifier!",
    ResizeCluster "ClusterIdentifier! ClusterType NodeType NumberOfNodes:int Classic:bool",
    DescribeResize "ClusterIdentifier!",
    CancelResize "ClusterIdentifier!",
    DeleteCluster "ClusterIdentifier! SkipFinalClusterSnapshot:bool FinalClusterSnapshotIdentifier FinalClusterSnapshotRetentionPeriod:int",
    CreateClusterSnapshot "SnapshotIdentifier! ClusterIdentifier! ManualSnapshotRetentionPeriod:int Tags:structures",
    CopyClusterSnapshot "SourceSnapshotIdentifier! SourceSnapshotClusterIdentifier TargetSnapshotIdentifier! ManualSnapshotRetentionPeriod:int",
    DescribeClusterSnapshots "ClusterIdentifier SnapshotIdentifier SnapshotArn SnapshotType StartTime:time EndTime:time MaxRecords:int Marker OwnerAccount TagKeys:strings TagValues:strings ClusterExists:bool SortingEntities:structures",
    ModifyClusterSnapshot "SnapshotIdentifier! ManualSnapshotRetentionPeriod:int Force:bool",
    BatchModifyClusterSnapshots "SnapshotIdentifierList!:strings ManualSnapshotRetentionPeriod:int Force:bool",
    DeleteClusterSnapshot "SnapshotIdentifier! SnapshotClusterIdentifier",
    BatchDeleteClusterSnapshots "Identifiers!:structures",
    AuthorizeSnapshotAccess "SnapshotIdentifier SnapshotArn SnapshotClusterIdentifier AccountWithRestoreAccess!",
    RevokeSnapshotAccess "SnapshotIdentifier SnapshotArn SnapshotClusterIdentifier AccountWithRestoreAccess!",
    EnableSnapshotCopy "ClusterIdentifier! DestinationRegion! RetentionPeriod:int ManualSnapshotRetentionPeriod:int",
    DisableSnapshotCopy "ClusterIdentifier!",
    ModifySnapshotCopyRetentionPeriod "ClusterIdentifier! RetentionPeriod!:int Manual:bool",
    CreateSnapshotSchedule "ScheduleDefinitions:strings ScheduleIdentifier ScheduleDescription Tags:structures DryRun:bool NextInvocations:int",
    ModifySnapshotSchedule "ScheduleIdentifier! ScheduleDefinitions!:strings",
    DeleteSnapshotSchedule "ScheduleIdentifier!",
    DescribeSnapshotSchedules "ClusterIdentifier ScheduleIdentifier TagKeys:strings TagValues:strings Marker MaxRecords:int",
    ModifyClusterSnapshotSchedule "ClusterIdentifier! ScheduleIdentifier DisassociateSchedule:bool",
    RestoreFromClusterSnapshot "ClusterIdentifier! SnapshotIdentifier SnapshotArn SnapshotClusterIdentifier Port:int AvailabilityZone AllowVersionUpgrade:bool ClusterSubnetGroupName PubliclyAccessible:bool OwnerAccount ClusterParameterGroupName PreferredMaintenanceWindow AutomatedSnapshotRetentionPeriod:int ManualSnapshotRetentionPeriod:int NodeType EnhancedVpcRouting:bool IamRoles:strings MaintenanceTrackName SnapshotScheduleIdentifier NumberOfNodes:int DefaultIamRoleArn Encrypted:bool",
    RestoreTableFromClusterSnapshot "ClusterIdentifier! SnapshotIdentifier! SourceDatabaseName! SourceSchemaName SourceTableName! TargetDatabaseName TargetSchemaName NewTableName! EnableCaseSensitiveIdentifier:bool",
    DescribeTableRestoreStatus "ClusterIdentifier TableRestoreRequestId MaxRecords:int Marker",
    DescribeStorage "",
    DescribeEvents "SourceIdentifier SourceType StartTime:time EndTime:time Duration:int MaxRecords:int Marker",
    DescribeEventCategories "SourceType",
    CreateClusterParameterGroup "ParameterGroupName! ParameterGroupFamily! Description! Tags:structures",
    ModifyClusterParameterGroup "ParameterGroupName! Parameters!:structures",
    ResetClusterParameterGroup "ParameterGroupName! ResetAllParameters:bool Parameters:structures",
    DeleteClusterParameterGroup "ParameterGroupName!",
    DescribeClusterParameterGroups "ParameterGroupName MaxRecords:int Marker TagKeys:strings TagValues:strings",
    DescribeClusterParameters "ParameterGroupName! Source MaxRecords:int Marker",
    CreateClusterSubnetGroup "ClusterSubnetGroupName! Description! SubnetIds!:strings Tags:structures",
    ModifyClusterSubnetGroup "ClusterSubnetGroupName! Description SubnetIds!:strings",
    DeleteClusterSubnetGroup "ClusterSubnetGroupName!",
    DescribeClusterSubnetGroups "ClusterSubnetGroupName MaxRecords:int Marker TagKeys:strings TagValues:strings",
    CreateUsageLimit "ClusterIdentifier! FeatureType! LimitType! Amount!:int Period BreachAction Tags:structures",
    ModifyUsageLimit "UsageLimitId! Amount:int BreachAction",
    DeleteUsageLimit "UsageLimitId!",
    DescribeUsageLimits "UsageLimitId ClusterIdentifier FeatureType MaxRecords:int Marker TagKeys:strings TagValues:strings",
    CreateTags "ResourceName! Tags!:structures",
    DeleteTags "ResourceName! TagKeys!:strings",
    DescribeTags "ResourceName ResourceType MaxRecords:int Marker TagKeys:strings TagValues:strings",
}

/// Operations AWS has and the sandbox does not yet.
pub const NOT_SIMULATED: &str = "Authorize|Describe+:DataShare Disable|Enable:Logging \
Create|Delete|Describe+|Modify:ScheduledAction DescribeAccountAttributes ModifyClusterDbRevision \
CreateClusterSecurityGroup AuthorizeClusterSecurityGroupIngress DescribeClusterTracks DescribeClusterVersions \
AssociateDataShareConsumer RotateEncryptionKey CreateEventSubscription DescribeLoggingStatus \
DescribeNodeConfigurationOptions DescribeOrderableClusterOptions AddPartner AcceptReservedNodeExchange \
CreateSnapshotCopyGrant";

/// The clusters of the account, in every region, and what belongs to them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Redshift {
    /// By name.
    pub clusters: Vec<Cluster>,
    /// In the order they were taken.
    #[serde(deserialize_with = "crate::apart::list")]
    pub snapshots: Vec<Snapshot>,
    #[serde(deserialize_with = "crate::apart::list")]
    pub table_restores: Vec<table_restore::TableRestore>,
    #[serde(deserialize_with = "crate::apart::list")]
    pub schedules: Vec<schedule::Schedule>,
    pub parameter_groups: Vec<parameter_group::ParameterGroup>,
    #[serde(deserialize_with = "crate::apart::list")]
    pub subnet_groups: Vec<subnet_group::SubnetGroup>,
    /// Temporary passwords that were handed out.
    #[serde(deserialize_with = "crate::apart::list")]
    pub credentials: Vec<Credential>,
    /// Of the last 14 days.
    #[serde(deserialize_with = "crate::apart::list")]
    events: Vec<event::Event>,
    /// The last number given to a snapshot.
    serial: u64,
}

impl Redshift {
    pub fn new(beginning: &Beginning<'_>, identifiers: &mut Identifiers) -> Self {
        Redshift {
            clusters: vec![Cluster::new(beginning, identifiers)],
            snapshots: Vec::new(),
            table_restores: Vec::new(),
            schedules: Vec::new(),
            parameter_groups: Vec::new(),
            subnet_groups: Vec::new(),
            credentials: Vec::new(),
            events: Vec::new(),
            serial: 0,
        }
    }

    /// A cluster as seen from `region`: from its own only.
    pub fn cluster(&self, region: &str, name: &str) -> Option<&Cluster> {
        self.clusters
            .iter()
            .find(|cluster| cluster.region == region && cluster.identifier.eq_ignore_ascii_case(name))
    }

    fn cluster_mut(&mut self, region: &str, name: &str) -> Result<&mut Cluster, RedshiftFault> {
        let found = self
            .clusters
            .iter_mut()
            .find(|cluster| cluster.region == region && cluster.identifier.eq_ignore_ascii_case(name));
        found.ok_or_else(|| RedshiftFault::no_cluster(name))
    }

    /// The cluster, when it is free for another operation.
    fn idle(&self, region: &str, name: &str) -> Result<&Cluster, RedshiftFault> {
        let cluster = self.cluster(region, name).ok_or_else(|| RedshiftFault::no_cluster(name))?;
        if cluster.status == status::Status::Available && !self.is_being_saved(cluster) {
            Ok(cluster)
        } else {
            Err(RedshiftFault::busy())
        }
    }

    /// A cluster is busy while a snapshot that somebody asked for is written; those that it takes by itself are in
    /// nobody's way (unconfirmed).
    fn is_being_saved(&self, cluster: &Cluster) -> bool {
        self.snapshots.iter().any(|one| {
            !one.finished
                && one.kind == snapshot::Kind::Manual
                && one.warehouse == cluster.warehouse
                && one.copied.is_none()
        })
    }

    fn add(&mut self, cluster: Cluster) {
        self.clusters.push(cluster);
        crate::sorted::sort_by(&mut self.clusters, |one, other| {
            (&one.identifier, &one.region).cmp(&(&other.identifier, &other.region))
        });
    }
}

/// The rights an operation needs; attaching a role also needs `iam:PassRole` on it.
pub fn access(operation: Operation, account: &Account, order: &Order<'_>) -> Vec<Access> {
    let parameters = order.parameters;
    let arn =
        |kind: &str, name: &str| format!("arn:aws:redshift:{}:{}:{kind}:{name}", order.region, account.id);
    let action = format!("redshift:{}", operation.name());
    let resource = match operation {
        Operation::GetClusterCredentials => return credentials::access(account, order, false),
        Operation::GetClusterCredentialsWithIAM => return credentials::access(account, order, true),
        Operation::CreateTags | Operation::DeleteTags => parameters.required("ResourceName").to_owned(),
        _ => match (parameters.text("SnapshotIdentifier"), parameters.text("ClusterIdentifier")) {
            (_, Some(cluster)) => arn("cluster", cluster),
            (Some(snapshot), None) => {
                let cluster = snapshot::find(account, order.region, snapshot, None);
                arn("snapshot", &format!("{}/{snapshot}", cluster.map_or("*", |found| &found.cluster)))
            }
            (None, None) => match parameters.text("ParameterGroupName") {
                Some(group) => arn("parametergroup", group),
                None => match parameters.text("ClusterSubnetGroupName") {
                    Some(group) => arn("subnetgroup", group),
                    None => match parameters.text("ScheduleIdentifier") {
                        Some(schedule) => arn("snapshotschedule", schedule),
                        None => "*".to_owned(),
                    },
                },
            },
        },
    };
    let mut accesses = vec![Access { action, resource, context: Context::default() }];
    let roles = parameters.texts("AddIamRoles").into_iter().chain(parameters.texts("IamRoles"));
    let passed = roles.chain(parameters.text("DefaultIamRoleArn"));
    accesses.extend(passed.filter(|arn| !arn.is_empty()).map(|arn| Access {
        action: "iam:PassRole".to_owned(),
        resource: arn.to_owned(),
        context: Context::default().with("iam:PassedToService", "redshift.amazonaws.com"),
    }));
    accesses
}

pub fn run(operation: Operation, account: &mut Account, order: &Order<'_>) -> Result<Reply, Fault> {
    use Operation as O;
    let value = match operation {
        O::GetClusterCredentials => credentials::hand_out(account, order, false)?,
        O::GetClusterCredentialsWithIAM => credentials::hand_out(account, order, true)?,
        O::CreateCluster => lifecycle::create(account, order)?,
        O::DescribeClusters => cluster::describe(account, order)?,
        O::ModifyCluster => modification::modify(account, order)?,
        O::ModifyClusterIamRoles => cluster::modify_iam_roles(account, order)?,
        O::ModifyClusterMaintenance => maintenance::modify(account, order)?,
        O::PauseCluster => lifecycle::pause(account, order)?,
        O::ResumeCluster => lifecycle::resume(account, order)?,
        O::RebootCluster => lifecycle::reboot(account, order)?,
        O::ResizeCluster => resize::resize(account, order)?,
        O::DescribeResize => resize_progress::describe(account, order)?,
        O::CancelResize => resize_progress::cancel(account, order)?,
        O::DescribeEvents => event::describe(account, order)?,
        O::DescribeEventCategories => event::categories(order)?,
        O::DeleteCluster => lifecycle::delete(account, order)?,
        O::CreateClusterSnapshot => snapshot_call::create(account, order)?,
        O::CopyClusterSnapshot => snapshot_call::copy(account, order)?,
        O::DescribeClusterSnapshots => snapshot_call::describe(account, order)?,
        O::ModifyClusterSnapshot => snapshot_call::modify(account, order)?,
        O::BatchModifyClusterSnapshots => snapshot_call::modify_many(account, order)?,
        O::DeleteClusterSnapshot => snapshot_call::delete(account, order)?,
        O::BatchDeleteClusterSnapshots => snapshot_call::delete_many(account, order)?,
        O::AuthorizeSnapshotAccess => sharing::authorize(account, order)?,
        O::RevokeSnapshotAccess => sharing::revoke(account, order)?,
        O::EnableSnapshotCopy => copy::enable(account, order)?,
        O::DisableSnapshotCopy => copy::disable(account, order)?,
        O::ModifySnapshotCopyRetentionPeriod => copy::modify_retention(account, order)?,
        O::CreateSnapshotSchedule => schedule::create(account, order)?,
        O::ModifySnapshotSchedule => schedule::modify(account, order)?,
        O::DeleteSnapshotSchedule => schedule::delete(account, order)?,
        O::DescribeSnapshotSchedules => schedule::describe(account, order)?,
        O::ModifyClusterSnapshotSchedule => schedule::associate(account, order)?,
        O::RestoreFromClusterSnapshot => restore::restore(account, order)?,
        O::RestoreTableFromClusterSnapshot => table_restore::restore(account, order)?,
        O::DescribeTableRestoreStatus => table_restore::describe(account, order)?,
        O::DescribeStorage => snapshot_call::storage(account, order),
        O::CreateClusterParameterGroup => parameter_group::create(account, order)?,
        O::ModifyClusterParameterGroup => parameter_group::modify(account, order, false)?,
        O::ResetClusterParameterGroup => parameter_group::modify(account, order, true)?,
        O::DeleteClusterParameterGroup => parameter_group::delete(account, order)?,
        O::DescribeClusterParameterGroups => parameter_group::describe(account, order)?,
        O::DescribeClusterParameters => parameter_group::describe_parameters(account, order)?,
        O::CreateClusterSubnetGroup => subnet_group::create(account, order)?,
        O::ModifyClusterSubnetGroup => subnet_group::modify(account, order)?,
        O::DeleteClusterSubnetGroup => subnet_group::delete(account, order)?,
        O::DescribeClusterSubnetGroups => subnet_group::describe(account, order)?,
        O::CreateUsageLimit => usage_limit::create(account, order, false)?,
        O::ModifyUsageLimit => usage_limit::modify(account, order, false)?,
        O::DeleteUsageLimit => usage_limit::delete(account, order, false)?,
        O::DescribeUsageLimits => usage_limit::list(account, order, false),
        O::CreateTags => tag::create(account, order)?,
        O::DeleteTags => tag::delete(account, order)?,
        O::DescribeTags => tag::describe(account, order)?,
    };
    event::note_call(account, operation, order);
    Ok(Reply { value, body: None })
}
