//! A provisioned cluster, as its API shows it.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::fault::RedshiftFault;
use crate::aws::ident::Identifiers;
use crate::aws::timestamp::iso;
use crate::aws::{Account, Beginning, Fault, Order};
use crate::clock::Instant;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cluster {
    pub identifier: String,
    pub node_type: String,
    pub nodes: u32,
    pub database: String,
    pub admin: String,
    pub created: Instant,
    /// ARNs of the attached roles, in the order they were attached.
    pub iam_roles: Vec<String>,
    pub default_iam_role: Option<String>,
    /// The middle of the endpoint's name: twelve lower-case letters and digits.
    endpoint: String,
    namespace: String,
}

impl Cluster {
    pub fn new(beginning: &Beginning<'_>, identifiers: &mut Identifiers) -> Self {
        let hex = |text: String| -> String {
            text.bytes().map(|byte| char::from(b"0123456789abcdef"[usize::from(byte % 16)])).collect()
        };
        let digits = hex(identifiers.secret(32));
        let namespace = format!(
            "{}-{}-{}-{}-{}",
            &digits[..8],
            &digits[8..12],
            &digits[12..16],
            &digits[16..20],
            &digits[20..]
        );
        Cluster {
            identifier: beginning.cluster.to_owned(),
            node_type: "dc2.large".to_owned(),
            nodes: 1,
            database: beginning.database.to_owned(),
            admin: beginning.admin.to_owned(),
            created: beginning.now,
            iam_roles: Vec::new(),
            default_iam_role: None,
            endpoint: identifiers.request_id()[..12].to_ascii_lowercase(),
            namespace,
        }
    }

    /// Members in model order. `adding` are roles whose attachment has just been asked for.
    fn value(&self, account: &Account, adding: &[&str]) -> Value {
        let (id, region) = (&account.id, &account.region);
        let roles: Vec<Value> = self
            .iam_roles
            .iter()
            .map(|arn| {
                let status = if adding.contains(&arn.as_str()) { "adding" } else { "in-sync" };
                json!({"IamRoleArn": arn, "ApplyStatus": status})
            })
            .collect();
        let mut value = json!({
            "ClusterIdentifier": self.identifier,
            "NodeType": self.node_type,
            "ClusterStatus": "available",
            "ClusterAvailabilityStatus": "Available",
            "MasterUsername": self.admin,
            "DBName": self.database,
            "Endpoint": {
                "Address": format!("{}.{}.{region}.redshift.amazonaws.com", self.identifier, self.endpoint),
                "Port": 5439,
            },
            "ClusterCreateTime": iso(self.created),
            "AutomatedSnapshotRetentionPeriod": 1,
            "ManualSnapshotRetentionPeriod": -1,
            "ClusterSecurityGroups": [],
            "VpcSecurityGroups": [{"VpcSecurityGroupId": "sg-0a1b2c3d", "Status": "active"}],
            "ClusterParameterGroups": [
                {"ParameterGroupName": "default.redshift-1.0", "ParameterApplyStatus": "in-sync"},
            ],
            "ClusterSubnetGroupName": "default",
            "VpcId": "vpc-0123abcd",
            "AvailabilityZone": format!("{region}a"),
            "PreferredMaintenanceWindow": "sat:16:00-sat:16:30",
            "PendingModifiedValues": {},
            "ClusterVersion": "1.0",
            "AllowVersionUpgrade": true,
            "NumberOfNodes": self.nodes,
            "PubliclyAccessible": false,
            "Encrypted": false,
            "ClusterNodes": [
                {"NodeRole": "SHARED", "PrivateIPAddress": "172.31.1.5", "PublicIPAddress": "203.0.113.5"},
            ],
            "Tags": [],
            "EnhancedVpcRouting": false,
            "IamRoles": roles,
            "MaintenanceTrackName": "current",
            "DeferredMaintenanceWindows": [],
            "ClusterNamespaceArn": format!("arn:aws:redshift:{region}:{id}:namespace:{}", self.namespace),
        });
        if let Some(arn) = &self.default_iam_role {
            value["DefaultIamRoleArn"] = json!(arn);
        }
        value
    }
}

fn missing(cluster: &str) -> RedshiftFault {
    RedshiftFault::ClusterNotFound { cluster: cluster.to_owned() }
}

pub fn describe(account: &Account, order: &Order<'_>) -> Result<Value, Fault> {
    // A cluster is seen from its own region only.
    let here = order.region == account.region;
    let clusters: Vec<Value> = match order.parameters.text("ClusterIdentifier") {
        Some(name) => match account.redshift.clusters.get(name) {
            Some(cluster) if here => vec![cluster.value(account, &[])],
            _ => return Err(missing(name).into()),
        },
        None if here => {
            account.redshift.clusters.values().map(|cluster| cluster.value(account, &[])).collect()
        }
        None => Vec::new(),
    };
    Ok(json!({"Clusters": clusters}))
}

/// Attaches and detaches roles. The answer says `adding`; the next look says `in-sync`, because simulated
/// time does not pass by itself.
pub fn modify_iam_roles(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let parameters = order.parameters;
    let name = parameters.required("ClusterIdentifier");
    let (add, remove) = (parameters.texts("AddIamRoles"), parameters.texts("RemoveIamRoles"));
    let default = parameters.text("DefaultIamRoleArn");
    let Some(cluster) = account.redshift.clusters.get(name).filter(|_| order.region == account.region) else {
        return Err(missing(name).into());
    };
    for arn in &add {
        if account.iam.role_by_arn(arn, &account.id).is_none() {
            return Err(RedshiftFault::InvalidRole { arn: (*arn).to_owned() }.into());
        }
    }
    for arn in &remove {
        if !cluster.iam_roles.iter().any(|attached| attached == arn) {
            return Err(RedshiftFault::RoleNotAssociated { arn: (*arn).to_owned() }.into());
        }
    }
    let mut roles: Vec<String> =
        cluster.iam_roles.iter().filter(|arn| !remove.contains(&arn.as_str())).cloned().collect();
    for arn in add.iter().filter(|arn| !cluster.iam_roles.iter().any(|attached| attached == *arn)) {
        roles.push((*arn).to_owned());
    }
    if roles.len() > 50 {
        return Err(RedshiftFault::TooManyRoles.into());
    }
    if let Some(arn) = default.filter(|arn| !arn.is_empty())
        && !roles.iter().any(|attached| attached == arn)
    {
        return Err(RedshiftFault::RoleNotAssociated { arn: arn.to_owned() }.into());
    }
    let mut changed = cluster.clone();
    changed.iam_roles = roles;
    if let Some(arn) = default {
        changed.default_iam_role = (!arn.is_empty()).then(|| arn.to_owned());
    }
    if changed.default_iam_role.as_ref().is_some_and(|arn| !changed.iam_roles.contains(arn)) {
        changed.default_iam_role = None;
    }
    let value = changed.value(account, &add);
    account.redshift.clusters.insert(name.to_owned(), changed);
    Ok(json!({"Cluster": value}))
}
