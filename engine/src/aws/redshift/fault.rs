//! What the Redshift API refuses: AWS's code with its HTTP status, and the sentence.
//!
//! Sentences without a source are marked where they are written.

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RedshiftFault {
    pub code: Code,
    pub message: String,
}

macro_rules! codes {
    ($($code:ident $name:literal $status:literal,)+) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Code { $($code),+ }

        impl Code {
            fn row(self) -> (&'static str, u16) {
                match self { $(Code::$code => ($name, $status)),+ }
            }
        }
    };
}

codes! {
    ClusterNotFound "ClusterNotFound" 404,
    ClusterAlreadyExists "ClusterAlreadyExists" 400,
    InvalidClusterState "InvalidClusterState" 400,
    InvalidClusterTrack "InvalidClusterTrack" 400,
    InvalidParameterValue "InvalidParameterValue" 400,
    InvalidParameterCombination "InvalidParameterCombination" 400,
    InvalidRetentionPeriod "InvalidRetentionPeriodFault" 400,
    UnsupportedOption "UnsupportedOptionFault" 400,
    UnsupportedOperation "UnsupportedOperation" 400,
    NodesPerClusterLimit "NumberOfNodesPerClusterLimitExceeded" 400,
    ParameterGroupNotFound "ClusterParameterGroupNotFound" 404,
    ParameterGroupExists "ClusterParameterGroupAlreadyExists" 400,
    ParameterGroupState "InvalidClusterParameterGroupState" 400,
    SubnetGroupNotFound "ClusterSubnetGroupNotFoundFault" 400,
    SubnetGroupExists "ClusterSubnetGroupAlreadyExists" 400,
    SubnetGroupState "InvalidClusterSubnetGroupStateFault" 400,
    InvalidSubnet "InvalidSubnet" 400,
    SnapshotNotFound "ClusterSnapshotNotFound" 404,
    SnapshotExists "ClusterSnapshotAlreadyExists" 400,
    SnapshotQuota "ClusterSnapshotQuotaExceeded" 400,
    SnapshotState "InvalidClusterSnapshotState" 400,
    SnapshotAccessDenied "AccessToSnapshotDenied" 400,
    AuthorizationNotFound "AuthorizationNotFound" 404,
    AuthorizationExists "AuthorizationAlreadyExists" 400,
    AuthorizationQuota "AuthorizationQuotaExceeded" 400,
    CopyEnabled "SnapshotCopyAlreadyEnabledFault" 400,
    CopyAlreadyDisabled "SnapshotCopyAlreadyDisabledFault" 400,
    CopyDisabled "SnapshotCopyDisabledFault" 400,
    UnknownCopyRegion "UnknownSnapshotCopyRegionFault" 404,
    ScheduleNotFound "SnapshotScheduleNotFound" 400,
    ScheduleExists "SnapshotScheduleAlreadyExists" 400,
    InvalidSchedule "InvalidSchedule" 400,
    ScheduleState "InvalidClusterSnapshotScheduleState" 400,
    TableRestoreNotFound "TableRestoreNotFoundFault" 400,
    InvalidTableRestore "InvalidTableRestoreArgument" 400,
    TableRestoreQuota "InProgressTableRestoreQuotaExceededFault" 400,
    BatchSize "BatchDeleteRequestSizeExceeded" 400,
    ResourceNotFound "ResourceNotFoundFault" 404,
    ResizeNotFound "ResizeNotFound" 404,
    InvalidUsageLimit "InvalidUsageLimit" 400,
    UsageLimitExists "UsageLimitAlreadyExists" 400,
    UsageLimitNotFound "UsageLimitNotFound" 404,
}

impl RedshiftFault {
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        RedshiftFault { code, message: message.into() }
    }

    pub fn value(message: impl Into<String>) -> Self {
        RedshiftFault::new(Code::InvalidParameterValue, message)
    }

    pub fn no_cluster(cluster: &str) -> Self {
        RedshiftFault::new(Code::ClusterNotFound, format!("Cluster {cluster} not found."))
    }

    pub fn no_snapshot(snapshot: &str) -> Self {
        RedshiftFault::new(Code::SnapshotNotFound, format!("Snapshot {snapshot} not found."))
    }

    pub fn busy() -> Self {
        RedshiftFault::new(
            Code::InvalidClusterState,
            "There is an operation running on the Cluster. Please try again at a later time.",
        )
    }

    pub fn retention() -> Self {
        RedshiftFault::new(
            Code::InvalidRetentionPeriod,
            "The retention period specified is either in the past or is not a valid value. The value must be either -1 or an integer between 1 and 3,653.",
        )
    }

    pub fn code(&self) -> &'static str {
        self.code.row().0
    }

    pub fn status(&self) -> u16 {
        self.code.row().1
    }

    pub fn message(&self) -> String {
        self.message.clone()
    }
}

impl From<RedshiftFault> for super::super::Fault {
    fn from(fault: RedshiftFault) -> Self {
        super::super::Fault::Redshift(fault)
    }
}
