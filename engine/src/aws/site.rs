//! Where clients find a warehouse: the cluster or workgroup before it, as SQL and other services see it.

use super::Account;
use crate::warehouse::manifest::WarehouseId;

/// A cluster or workgroup that stands before a warehouse.
#[derive(Clone, Debug)]
pub struct Site<'a> {
    pub warehouse: WarehouseId,
    /// A cluster's identifier, a workgroup's name.
    pub name: &'a str,
    /// A workgroup's, or a namespace's without one.
    pub serverless: bool,
    /// The name in ARNs of database users.
    pub cluster: String,
    pub address: String,
    pub port: u16,
    /// Whether clients get through.
    pub answers: bool,
    /// `ClusterStatus`, or the workgroup's.
    pub status: &'static str,
    /// How often connections to it were cut.
    pub cuts: u32,
    /// The database that was made with it.
    pub database: &'a str,
    pub iam_roles: &'a [String],
    pub default_iam_role: Option<&'a str>,
    /// Its number, as `CURRENT_NAMESPACE` tells it.
    pub namespace: &'a str,
    /// What sessions begin with, where it differs from the product's own.
    pub parameters: &'a [(String, String)],
    /// A classic resize lets nobody write.
    pub reads_only: bool,
}

impl Account {
    /// What stands before a warehouse; `None` when nothing does.
    pub fn site(&self, id: WarehouseId) -> Option<Site<'_>> {
        self.sites().find(|site| site.warehouse == id)
    }

    /// The same by name. A cluster of the account's own region comes first.
    pub fn site_called(&self, name: &str) -> Option<Site<'_>> {
        self.sites().find(|site| site.name == name || site.cluster == name)
    }

    /// The name that a warehouse's clients use, and how often they were cut off.
    pub fn connection(&self, id: WarehouseId) -> Option<(String, u32)> {
        self.site(id).map(|site| (site.cluster, site.cuts))
    }

    /// Everything that clients could connect to, the account's own region first.
    pub fn sites(&self) -> impl Iterator<Item = Site<'_>> {
        let clusters = &self.redshift.clusters;
        let (here, away): (Vec<_>, Vec<_>) =
            clusters.iter().partition(|cluster| cluster.region == self.region);
        let namespaces = self.serverless.namespaces.iter().map(|namespace| namespace.site(self));
        here.into_iter().chain(away).map(|cluster| cluster.site()).chain(namespaces)
    }
}
