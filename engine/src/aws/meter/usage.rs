//! What can be used, and how each kind is counted, named and billed.

use serde::{Deserialize, Serialize};

use crate::aws::redshift::node_type::NodeType;

/// Microseconds of an hour.
pub const HOUR: u128 = 3_600_000_000;
/// Bytes kept for a month of 730 hours, in byte-microseconds: the GB-month of the price lists.
pub const GB_MONTH: u128 = GB * 730 * HOUR;
pub const MB: u128 = 1 << 20;
pub const GB: u128 = 1 << 30;
pub const TB: u128 = 1 << 40;

/// A kind of usage. What a quantity of it is counted in stands with each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Usage {
    /// Nodes of a provisioned cluster: node-microseconds while the cluster is neither paused nor gone.
    Nodes(NodeType),
    /// Managed storage of an RA3 cluster: byte-microseconds.
    ManagedStorage(NodeType),
    /// Managed storage of a namespace: byte-microseconds.
    ServerlessStorage,
    /// Snapshots beyond the free part: byte-microseconds.
    SnapshotStorage,
    /// A workgroup at work: RPU-microseconds; see [`Meter::compute`](super::Meter::compute).
    ServerlessCompute,
    /// Read by Spectrum for a provisioned cluster: bytes; see [`Meter::scan`](super::Meter::scan).
    SpectrumScan,
    /// A snapshot on its way to another region: bytes.
    SnapshotCopy,
    /// Kept in S3: byte-microseconds.
    S3Storage,
    /// PUT, COPY, POST and LIST requests to S3.
    S3RequestsTier1,
    /// GET and all other requests to S3.
    S3RequestsTier2,
    /// Bytes written into S3 from outside AWS.
    S3BytesIn,
    /// Bytes read out of S3 to outside AWS.
    S3BytesOut,
    /// Calls of the data catalog's API.
    GlueRequests,
    /// Databases, tables and partitions of the data catalog: object-microseconds.
    GlueObjects,
    /// A crawler: DPU-microseconds, ten minutes at least (the caller sees to that).
    CrawlerTime,
    /// A job: DPU-microseconds.
    JobTime,
    /// Read by Athena: bytes; see [`Meter::scan`](super::Meter::scan).
    AthenaScan,
    /// CREATE MODEL with AUTO ON: cells of its training query, the target counted. This is all such a model costs.
    ModelCells,
    /// Training instances of SageMaker, for jobs that are not CREATE MODEL's: microseconds.
    TrainingTime(Instance),
    /// Processing and transform instances: microseconds.
    ProcessingTime(Instance),
    /// An endpoint's instances, while it stands: microseconds.
    HostingTime(Instance),
    /// Requests to the Cost Explorer API; what the page shows is free, as the console is.
    CostExplorerRequests,
    /// Lines written into CloudWatch Logs: bytes. Keeping them is free below 5 GB, which no lab comes near.
    LogBytes,
    /// Calls that are free of charge (IAM, STS, Redshift's own API).
    FreeCalls,
}

/// Instances of SageMaker that the sandbox bills.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Instance {
    M5Large,
    M5Xlarge,
    M54xlarge,
}

/// Services as the bill names them: Cost Explorer's dimension SERVICE.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum BilledService {
    Redshift,
    S3,
    SageMaker,
    Glue,
    Athena,
    CostExplorer,
    CloudWatch,
    /// Nothing that it does is ever billed.
    Free,
}

impl Instance {
    pub fn name(self) -> &'static str {
        match self {
            Instance::M5Large => "ml.m5.large",
            Instance::M5Xlarge => "ml.m5.xlarge",
            Instance::M54xlarge => "ml.m5.4xlarge",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        [Instance::M5Large, Instance::M5Xlarge, Instance::M54xlarge]
            .into_iter()
            .find(|known| known.name() == name)
    }
}

impl BilledService {
    pub fn name(self) -> &'static str {
        match self {
            BilledService::Redshift => "Amazon Redshift",
            BilledService::S3 => "Amazon Simple Storage Service",
            BilledService::SageMaker => "Amazon SageMaker",
            BilledService::Glue => "AWS Glue",
            BilledService::Athena => "Amazon Athena",
            BilledService::CostExplorer => "AWS Cost Explorer",
            BilledService::CloudWatch => "AmazonCloudWatch",
            BilledService::Free => "AWS",
        }
    }
}

/// How a kind is told: its name in the Cost and Usage Report without the region, the unit of that report, how
/// much of our count makes one such unit, and whose it is.
pub struct Telling {
    pub name: String,
    pub unit: &'static str,
    pub per: u128,
    pub service: BilledService,
}

impl Usage {
    /// The names of S3, Glue, Athena, SageMaker and Cost Explorer are unconfirmed (fact sheet, section 10.3).
    pub fn telling(self) -> Telling {
        use BilledService::*;
        let (name, detail, unit, per, service) = match self {
            Usage::Nodes(node) => ("Node:", node.name(), "Hrs", HOUR, Redshift),
            Usage::ManagedStorage(node) => ("RMS:", node.name(), "GB-Mo", GB_MONTH, Redshift),
            Usage::ServerlessStorage => ("RMS:Serverless", "", "GB-Mo", GB_MONTH, Redshift),
            Usage::SnapshotStorage => ("Redshift:PaidSnapshots", "", "GB-Mo", GB_MONTH, Redshift),
            Usage::ServerlessCompute => ("Redshift:ServerlessUsage", "", "RPU-Hr", HOUR, Redshift),
            Usage::SpectrumScan => ("DataScanned", "", "TB", TB, Redshift),
            Usage::SnapshotCopy => ("InterRegionSnapshotCopy", "", "GB", GB, Redshift),
            Usage::S3Storage => ("TimedStorage-ByteHrs", "", "GB-Mo", GB_MONTH, S3),
            Usage::S3RequestsTier1 => ("Requests-Tier1", "", "Requests", 1, S3),
            Usage::S3RequestsTier2 => ("Requests-Tier2", "", "Requests", 1, S3),
            Usage::S3BytesIn => ("DataTransfer-In-Bytes", "", "GB", GB, S3),
            Usage::S3BytesOut => ("DataTransfer-Out-Bytes", "", "GB", GB, S3),
            Usage::GlueRequests => ("Catalog-Request", "", "Request", 1, Glue),
            Usage::GlueObjects => ("Catalog-Storage", "", "Obj-Month", 730 * HOUR, Glue),
            Usage::CrawlerTime => ("Crawler-DPU-Hour", "", "DPU-Hour", HOUR, Glue),
            Usage::JobTime => ("ETL-DPU-Hour", "", "DPU-Hour", HOUR, Glue),
            Usage::AthenaScan => ("DataScannedInTB", "", "Terabytes", TB, Athena),
            Usage::ModelCells => ("CreateModel-Cells", "", "Cells", 1, SageMaker),
            Usage::TrainingTime(instance) => ("Train:", instance.name(), "Hrs", HOUR, SageMaker),
            Usage::ProcessingTime(instance) => ("Processing:", instance.name(), "Hrs", HOUR, SageMaker),
            Usage::HostingTime(instance) => ("Host:", instance.name(), "Hrs", HOUR, SageMaker),
            Usage::CostExplorerRequests => ("APIRequest", "", "Request", 1, CostExplorer),
            Usage::LogBytes => ("DataProcessing-Bytes", "", "GB", GB, CloudWatch),
            Usage::FreeCalls => ("Request", "", "Request", 1, Free),
        };
        Telling { name: format!("{name}{detail}"), unit, per, service }
    }

    /// `APN2-Node:dc2.large`: the name with the region's letters before it.
    pub fn name_in(self, region: &str) -> String {
        let letters = match region {
            "us-east-1" => "",
            "us-east-2" => "USE2-",
            "us-west-1" => "USW1-",
            "us-west-2" => "USW2-",
            "ap-northeast-1" => "APN1-",
            "ap-northeast-2" => "APN2-",
            "ap-northeast-3" => "APN3-",
            "ap-southeast-1" => "APS1-",
            "ap-southeast-2" => "APS2-",
            "ap-south-1" => "APS3-",
            "ca-central-1" => "CAN1-",
            "sa-east-1" => "SAE1-",
            "eu-west-1" => "EU-",
            "eu-west-2" => "EUW2-",
            "eu-west-3" => "EUW3-",
            "eu-central-1" => "EUC1-",
            "eu-north-1" => "EUN1-",
            _ => return format!("{region}-{}", self.telling().name),
        };
        format!("{letters}{}", self.telling().name)
    }
}
