//! Subnet groups. There is no VPC here that one could change: three subnets, one a zone, are all there is.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::fault::{Code, RedshiftFault};
use super::identifier;
use super::tag::{self, Tag};
use crate::aws::{Account, Fault, Order};
use crate::json::json;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubnetGroup {
    name: String,
    region: String,
    description: String,
    subnets: Vec<String>,
    tags: Vec<Tag>,
}

/// The subnets of the account's default VPC, in zones a, b and c.
pub const SUBNETS: [&str; 3] = ["subnet-0a1b2c3d", "subnet-1b2c3d4e", "subnet-2c3d4e5f"];

impl SubnetGroup {
    /// The group `default`, which every region has.
    fn default_of(region: &str) -> Self {
        SubnetGroup {
            name: "default".to_owned(),
            region: region.to_owned(),
            description: "default".to_owned(),
            subnets: SUBNETS.map(str::to_owned).into(),
            tags: Vec::new(),
        }
    }

    fn value(&self) -> Value {
        let subnet = |name: &String| {
            let at = SUBNETS.iter().position(|known| known == name).unwrap_or(0);
            json!({
                "SubnetIdentifier": name,
                "SubnetAvailabilityZone": {"Name": format!("{}{}", self.region, ["a", "b", "c"][at % 3])},
                "SubnetStatus": "Active",
            })
        };
        json!({
            "ClusterSubnetGroupName": self.name,
            "Description": self.description,
            "VpcId": "vpc-0123abcd",
            "SubnetGroupStatus": "Complete",
            "Subnets": self.subnets.iter().map(subnet).collect::<Vec<_>>(),
            "Tags": tag::values(&self.tags),
        })
    }
}

fn missing(name: &str) -> RedshiftFault {
    RedshiftFault::new(Code::SubnetGroupNotFound, format!("Subnet group {name} not found."))
}

pub fn must_exist(account: &Account, region: &str, name: &str) -> Result<(), RedshiftFault> {
    let known = |one: &SubnetGroup| one.region == region && one.name == name;
    if name == "default" || account.redshift.subnet_groups.iter().any(known) {
        Ok(())
    } else {
        Err(missing(name))
    }
}

/// # Errors
/// unconfirmed: the sentence.
fn subnets(order: &Order<'_>) -> Result<Vec<String>, RedshiftFault> {
    let given = order.parameters.texts("SubnetIds");
    if given.is_empty() || given.iter().any(|one| !SUBNETS.contains(one)) {
        let sentence = format!("Some input subnets in :[{}] are invalid.", given.join(", "));
        return Err(RedshiftFault::new(Code::InvalidSubnet, sentence));
    }
    Ok(given.into_iter().map(str::to_owned).collect())
}

pub fn create(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let parameters = order.parameters;
    let member = "ClusterSubnetGroupName";
    let name = identifier::checked(member, parameters.required(member), 255)?;
    if must_exist(account, order.region, &name).is_ok() {
        // unconfirmed: the sentence.
        let sentence = format!("Subnet group {name} already exists.");
        return Err(RedshiftFault::new(Code::SubnetGroupExists, sentence).into());
    }
    let group = SubnetGroup {
        name,
        region: order.region.to_owned(),
        description: parameters.required("Description").to_owned(),
        subnets: subnets(order)?,
        tags: tag::given(parameters),
    };
    let value = group.value();
    account.redshift.subnet_groups.push(group);
    Ok(json!({"ClusterSubnetGroup": value}))
}

pub fn modify(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let name = order.parameters.required("ClusterSubnetGroupName");
    let subnets = subnets(order)?;
    let mut all = account.redshift.subnet_groups.iter_mut();
    let Some(group) = all.find(|one| one.region == order.region && one.name == name) else {
        return Err(missing(name).into());
    };
    group.subnets = subnets;
    if let Some(description) = order.parameters.text("Description") {
        description.clone_into(&mut group.description);
    }
    Ok(json!({"ClusterSubnetGroup": group.value()}))
}

pub fn delete(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let name = order.parameters.required("ClusterSubnetGroupName");
    must_exist(account, order.region, name)?;
    let used = |one: &super::cluster::Cluster| one.region == order.region && one.subnet_group == name;
    if name == "default" || account.redshift.clusters.iter().any(used) {
        // unconfirmed: the sentence.
        let sentence = "The cluster subnet group cannot be deleted because it is in use.";
        return Err(RedshiftFault::new(Code::SubnetGroupState, sentence).into());
    }
    account.redshift.subnet_groups.retain(|one| one.region != order.region || one.name != name);
    Ok(Value::Null)
}

pub fn describe(account: &Account, order: &Order<'_>) -> Result<Value, Fault> {
    let name = order.parameters.text("ClusterSubnetGroupName");
    if let Some(name) = name {
        must_exist(account, order.region, name)?;
    }
    let default = SubnetGroup::default_of(order.region);
    let own = account.redshift.subnet_groups.iter().filter(|one| one.region == order.region);
    let groups = std::iter::once(&default)
        .chain(own)
        .filter(|one| name.is_none_or(|name| one.name == name) && tag::wanted(&one.tags, order.parameters));
    let values: Vec<Value> = groups.map(SubnetGroup::value).collect();
    Ok(json!({"ClusterSubnetGroups": values}))
}
