//! The price list: what the fact sheet gives (section 10.1; AWS's on-demand prices as of spring 2023), in US dollars.
//!
//! Prices are ten-billionths of a dollar for one unit of [`Usage::telling`], for Oregon, Virginia and Seoul. A region
//! that the fact sheet has no prices for (a snapshot's copy may lie there) is billed as Virginia: unconfirmed.

use crate::aws::meter::Usage;
use crate::aws::meter::usage::Instance;
use crate::aws::redshift::node_type::NodeType;

/// What the list is of.
pub const AS_OF: &str = "2023-05";

/// `(units up to which this price holds within a month, price in Oregon, Virginia, Seoul)`.
pub type Tier = (u128, [u64; 3]);

const fn flat(oregon: u64, virginia: u64, seoul: u64) -> [Tier; 1] {
    [(u128::MAX, [oregon, virginia, seoul])]
}

/// The same price everywhere.
const fn same(price: u64) -> [Tier; 1] {
    flat(price, price, price)
}

const FREE: [Tier; 1] = same(0);
/// Seoul's rates for nodes are unconfirmed. Of those that the fact sheet has none for, Virginia's stands there.
const NODES: [[Tier; 1]; 8] = [
    flat(2_500_000_000, 2_500_000_000, 3_000_000_000),
    flat(48_000_000_000, 48_000_000_000, 58_000_000_000),
    same(5_430_000_000),
    flat(10_860_000_000, 10_860_000_000, 12_780_000_000),
    flat(32_600_000_000, 32_600_000_000, 38_360_000_000),
    flat(130_400_000_000, 130_400_000_000, 153_470_000_000),
    same(8_500_000_000),
    same(68_000_000_000),
];
const MANAGED_STORAGE: [Tier; 1] = flat(240_000_000, 240_000_000, 261_000_000);
/// Oregon's is unconfirmed.
const RPU_HOUR: [Tier; 1] = flat(3_600_000_000, 3_750_000_000, 4_380_000_000);
/// S3's standard rate, which snapshots cost too: both unconfirmed.
const S3_STORAGE: [Tier; 1] = flat(230_000_000, 230_000_000, 250_000_000);
/// Seoul's is unconfirmed.
const SCANNED_TB: [Tier; 1] = same(50_000_000_000);
/// Unconfirmed, as all that follow.
const SNAPSHOT_COPY: [Tier; 1] = flat(200_000_000, 200_000_000, 800_000_000);
const REQUESTS_TIER_1: [Tier; 1] = flat(50_000, 50_000, 45_000);
const REQUESTS_TIER_2: [Tier; 1] = flat(4_000, 4_000, 3_500);
const OUT: [Tier; 2] = [(100, [0; 3]), (u128::MAX, [900_000_000, 900_000_000, 1_260_000_000])];
/// The first million is free, of requests and of objects alike; a dollar buys the next million requests or the
/// next 100,000 objects for a month.
const CATALOG_REQUESTS: [Tier; 2] = [(1_000_000, [0; 3]), (u128::MAX, [10_000; 3])];
const CATALOG_OBJECTS: [Tier; 2] = [(1_000_000, [0; 3]), (u128::MAX, [100_000; 3])];
const DPU_HOUR: [Tier; 1] = same(4_400_000_000);
/// $20, $15 and $7 a million cells, from a textbook of 2023.
const CELLS: [Tier; 3] = [(10_000_000, [200_000; 3]), (100_000_000, [150_000; 3]), (u128::MAX, [70_000; 3])];
const M5_LARGE: [Tier; 1] = flat(1_150_000_000, 1_150_000_000, 1_420_000_000);
const M5_XLARGE: [Tier; 1] = flat(2_300_000_000, 2_300_000_000, 2_830_000_000);
const M5_4XLARGE: [Tier; 1] = flat(9_220_000_000, 9_220_000_000, 11_330_000_000);
const COST_EXPLORER: [Tier; 1] = same(100_000_000);
/// Five gigabytes a month are free.
const LOG_BYTES: [Tier; 2] = [(5, [0; 3]), (u128::MAX, [5_000_000_000, 5_000_000_000, 7_600_000_000])];

/// The tiers of a kind, bounds in units.
fn listed(usage: Usage) -> &'static [Tier] {
    match usage {
        Usage::Nodes(node) => &NODES[node as usize],
        Usage::ManagedStorage(NodeType::Dc2Large | NodeType::Dc28xlarge) => &FREE,
        Usage::ManagedStorage(NodeType::Ds2Xlarge | NodeType::Ds28xlarge) => &FREE,
        Usage::ManagedStorage(_) | Usage::ServerlessStorage => &MANAGED_STORAGE,
        Usage::SnapshotStorage | Usage::S3Storage => &S3_STORAGE,
        Usage::ServerlessCompute => &RPU_HOUR,
        Usage::SpectrumScan | Usage::AthenaScan => &SCANNED_TB,
        Usage::SnapshotCopy => &SNAPSHOT_COPY,
        Usage::S3RequestsTier1 => &REQUESTS_TIER_1,
        Usage::S3RequestsTier2 => &REQUESTS_TIER_2,
        Usage::S3BytesOut => &OUT,
        Usage::S3BytesIn | Usage::FreeCalls => &FREE,
        Usage::GlueRequests => &CATALOG_REQUESTS,
        Usage::GlueObjects => &CATALOG_OBJECTS,
        Usage::CrawlerTime | Usage::JobTime => &DPU_HOUR,
        Usage::ModelCells => &CELLS,
        Usage::TrainingTime(instance) | Usage::ProcessingTime(instance) | Usage::HostingTime(instance) => {
            match instance {
                Instance::M5Large => &M5_LARGE,
                Instance::M5Xlarge => &M5_XLARGE,
                Instance::M54xlarge => &M5_4XLARGE,
            }
        }
        Usage::CostExplorerRequests => &COST_EXPLORER,
        Usage::LogBytes => &LOG_BYTES,
    }
}

/// The tiers of a kind in a region: up to how much of our count, and the price of a unit.
pub fn tiers(usage: Usage, region: &str) -> impl Iterator<Item = (u128, u64)> {
    let column = match region {
        "us-west-2" => 0,
        "ap-northeast-2" => 2,
        _ => 1,
    };
    let per = usage.telling().per;
    listed(usage).iter().map(move |(bound, prices)| (bound.saturating_mul(per), prices[column]))
}
