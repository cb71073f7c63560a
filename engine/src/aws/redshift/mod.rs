//! Redshift's own API, as far as loads and logins need it: clusters, the roles attached to them, temporary passwords.

pub mod cluster;
pub mod credentials;
pub mod fault;
pub mod node_type;

use serde::{Deserialize, Serialize};

use super::ident::Identifiers;
use super::policy::Context;
use super::shape::operations;
use super::{Access, Account, Beginning, Fault, Order, Reply};
use crate::sorted::SortedMap;
use cluster::Cluster;
use credentials::Credential;

operations! {
    GetClusterCredentials "DbUser! DbName ClusterIdentifier! DurationSeconds:int AutoCreate:bool DbGroups:strings",
    GetClusterCredentialsWithIAM "DbName ClusterIdentifier! DurationSeconds:int",
    DescribeClusters "ClusterIdentifier MaxRecords:int Marker TagKeys:strings TagValues:strings",
    ModifyClusterIamRoles "ClusterIdentifier! AddIamRoles:strings RemoveIamRoles:strings DefaultIamRoleArn",
}

/// Operations AWS has and the sandbox does not yet.
pub const NOT_SIMULATED: &str = "AcceptReservedNodeExchange AddPartner AssociateDataShareConsumer \
AuthorizeClusterSecurityGroupIngress AuthorizeDataShare AuthorizeSnapshotAccess BatchDeleteClusterSnapshots \
BatchModifyClusterSnapshots CancelResize CopyClusterSnapshot CreateCluster CreateClusterParameterGroup \
CreateClusterSecurityGroup CreateClusterSnapshot CreateClusterSubnetGroup CreateEventSubscription \
CreateScheduledAction CreateSnapshotCopyGrant CreateSnapshotSchedule CreateTags CreateUsageLimit DeleteCluster \
DeleteClusterParameterGroup DeleteClusterSnapshot DeleteClusterSubnetGroup DeleteScheduledAction \
DeleteSnapshotSchedule DeleteTags DeleteUsageLimit DescribeAccountAttributes DescribeClusterParameterGroups \
DescribeClusterParameters DescribeClusterSnapshots DescribeClusterSubnetGroups DescribeClusterTracks \
DescribeClusterVersions DescribeDataShares DescribeEvents DescribeLoggingStatus \
DescribeOrderableClusterOptions DescribeResize DescribeScheduledActions DescribeSnapshotSchedules DescribeStorage \
DescribeTableRestoreStatus DescribeTags DescribeUsageLimits DisableLogging DisableSnapshotCopy EnableLogging \
EnableSnapshotCopy ModifyCluster ModifyClusterDbRevision \
ModifyClusterMaintenance ModifyClusterParameterGroup ModifyClusterSnapshot ModifyClusterSnapshotSchedule \
ModifyClusterSubnetGroup ModifyScheduledAction ModifySnapshotCopyRetentionPeriod ModifySnapshotSchedule \
ModifyUsageLimit PauseCluster RebootCluster ResetClusterParameterGroup ResizeCluster RestoreFromClusterSnapshot \
RestoreTableFromClusterSnapshot ResumeCluster RevokeSnapshotAccess RotateEncryptionKey";

/// The clusters of the account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Redshift {
    pub clusters: SortedMap<String, Cluster>,
    /// Temporary passwords that were handed out.
    #[serde(default)]
    pub credentials: Vec<Credential>,
}

impl Redshift {
    pub fn new(beginning: &Beginning<'_>, identifiers: &mut Identifiers) -> Self {
        let cluster = Cluster::new(beginning, identifiers);
        let clusters = SortedMap::from([(beginning.cluster.to_owned(), cluster)]);
        Redshift { clusters, credentials: Vec::new() }
    }
}

/// The rights an operation needs; attaching a role also needs `iam:PassRole` on it.
pub fn access(operation: Operation, account: &Account, order: &Order<'_>) -> Vec<Access> {
    let parameters = order.parameters;
    let cluster = parameters.text("ClusterIdentifier").unwrap_or("*");
    let resource = format!("arn:aws:redshift:{}:{}:cluster:{cluster}", order.region, account.id);
    let action = format!("redshift:{}", operation.name());
    let mut accesses = vec![Access { action, resource, context: Context::default() }];
    match operation {
        Operation::GetClusterCredentials => return credentials::access(account, order, false),
        Operation::GetClusterCredentialsWithIAM => return credentials::access(account, order, true),
        Operation::DescribeClusters => {}
        Operation::ModifyClusterIamRoles => {
            let passed =
                parameters.texts("AddIamRoles").into_iter().chain(parameters.text("DefaultIamRoleArn"));
            accesses.extend(passed.filter(|arn| !arn.is_empty()).map(|arn| Access {
                action: "iam:PassRole".to_owned(),
                resource: arn.to_owned(),
                context: Context::default().with("iam:PassedToService", "redshift.amazonaws.com"),
            }));
        }
    }
    accesses
}

pub fn run(operation: Operation, account: &mut Account, order: &Order<'_>) -> Result<Reply, Fault> {
    let value = match operation {
        Operation::GetClusterCredentials => credentials::hand_out(account, order, false)?,
        Operation::GetClusterCredentialsWithIAM => credentials::hand_out(account, order, true)?,
        Operation::DescribeClusters => cluster::describe(account, order)?,
        Operation::ModifyClusterIamRoles => cluster::modify_iam_roles(account, order)?,
    };
    Ok(Reply { value, body: None })
}
