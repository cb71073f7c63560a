//! What costs by standing there: read from the account as it is, so that nothing has to be switched on or off.

use super::{Instance, Meter, Of, Usage};
use crate::aws::redshift::backup;
use crate::aws::redshift::node_type::NodeType;
use crate::aws::s3::lifecycle;
use crate::aws::{Account, budgets, serverless};
use crate::clock::Instant;

/// One thing that is used as long as it is there.
pub struct Standing {
    pub usage: Usage,
    pub region: String,
    pub resource: String,
    /// What a microsecond of it counts: nodes, bytes, instances, objects.
    pub rate: u128,
}

/// Everything in the account that is being used just by being there. A new kind of thing gets its lines here.
pub fn standing(account: &Account) -> Vec<Standing> {
    let mut all = Vec::new();
    for cluster in &account.redshift.clusters {
        let Some(node) = NodeType::parse(&cluster.node_type) else { continue };
        let (region, resource) = (cluster.region.clone(), cluster.identifier.clone());
        if node.managed() {
            let rate = account.stored.get(&cluster.warehouse).copied().unwrap_or(0).into();
            let (region, resource) = (region.clone(), resource.clone());
            all.push(Standing { usage: Usage::ManagedStorage(node), region, resource, rate });
        }
        if cluster.status.computes() {
            let rate = u128::from(cluster.nodes);
            all.push(Standing { usage: Usage::Nodes(node), region, resource, rate });
        }
    }
    all.extend(backup::standing(account));
    all.extend(serverless::usage::standing(account));
    for (name, bucket) in account.s3.buckets.iter() {
        let bytes = bucket.bodies().map(|body| u128::from(body.size)).sum();
        let (region, resource) = (bucket.region.clone(), name.clone());
        all.push(Standing { usage: Usage::S3Storage, region, resource, rate: bytes });
    }
    for (name, endpoint) in account.sagemaker.endpoints.iter() {
        if let Some(instance) = Instance::parse(&endpoint.instance) {
            all.push(Standing {
                usage: Usage::HostingTime(instance),
                region: endpoint.region.clone(),
                resource: name.clone(),
                rate: u128::from(endpoint.count),
            });
        }
    }
    all
}

impl Meter {
    /// Writes down what stands for the time since it was last written down.
    pub fn stand(&mut self, all: &[Standing], until: Instant) {
        let since = self.reckoned;
        if until <= since {
            return;
        }
        for Standing { usage, region, resource, rate } in all {
            self.span(Of { usage: *usage, region, resource }, *rate, since, until);
        }
        self.reckoned = until;
    }
}

impl Account {
    /// Writes down what stood in the account until `now`. To be called before the clock goes on and before
    /// anything is made, changed or deleted that stands; calling it once too often is harmless.
    pub fn reckon(&mut self, now: Instant) {
        // Lifecycle rules change what lies in S3 while nobody looks.
        while let Some(at) = lifecycle::next_wake(self, self.meter.reckoned).filter(|at| *at <= now) {
            self.stand(at);
            lifecycle::expire(self, at);
        }
        self.stand(now);
    }

    fn stand(&mut self, until: Instant) {
        if until > self.meter.reckoned {
            let all = standing(self);
            budgets::watch(self, &all, until);
            self.meter.stand(&all, until);
        }
    }
}
