//! Parameter groups: settings that every session of a cluster begins with.
//!
//! A cluster has the values that its group had when it was last restarted; what changed since waits for a reboot.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::fault::{Code, RedshiftFault};
use super::tag::{self, Tag};
use super::{Redshift, identifier};
use crate::aws::{Account, Fault, Order};
use crate::json::json;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParameterGroup {
    name: String,
    region: String,
    description: String,
    tags: Vec<Tag>,
    /// What differs from the family.
    values: Vec<(String, String)>,
}

const FAMILY: &str = "redshift-1.0";
pub const DEFAULT: &str = "default.redshift-1.0";

/// Name, value, type and allowed values of the family's parameters (Management Guide, "Default parameter values").
const PARAMETERS: [(&str, &str, &str, &str); 13] = [
    ("auto_analyze", "true", "boolean", "true,false"),
    ("auto_mv", "true", "boolean", "true,false"),
    ("datestyle", "ISO, MDY", "string", ""),
    ("enable_case_sensitive_identifier", "false", "boolean", "true,false"),
    ("enable_user_activity_logging", "false", "boolean", "true,false"),
    ("extra_float_digits", "0", "integer", "-15-2"),
    ("max_concurrency_scaling_clusters", "1", "integer", "0-10"),
    ("max_cursor_result_set_size", "default", "integer", "0-14400000"),
    ("query_group", "default", "string", ""),
    ("require_ssl", "false", "boolean", "true,false"),
    ("search_path", "$user, public", "string", ""),
    ("statement_timeout", "0", "integer", "0,100-2147483647"),
    ("use_fips_ssl", "false", "boolean", "true,false"),
];

impl ParameterGroup {
    /// The default group of every region.
    fn default_of(region: &str) -> Self {
        ParameterGroup {
            name: DEFAULT.to_owned(),
            region: region.to_owned(),
            description: format!("Default parameter group for {FAMILY}"),
            tags: Vec::new(),
            values: Vec::new(),
        }
    }

    fn value(&self) -> Value {
        json!({
            "ParameterGroupName": self.name,
            "ParameterGroupFamily": FAMILY,
            "Description": self.description,
            "Tags": tag::values(&self.tags),
        })
    }
}

fn missing(name: &str) -> RedshiftFault {
    RedshiftFault::new(Code::ParameterGroupNotFound, format!("ClusterParameterGroup not found: {name}"))
}

impl Redshift {
    /// The values of a group that differ from the family's.
    pub(super) fn parameter_group(
        &self,
        region: &str,
        name: &str,
    ) -> Result<&[(String, String)], RedshiftFault> {
        if name == DEFAULT {
            return Ok(&[]);
        }
        let mut all = self.parameter_groups.iter();
        let found = all.find(|one| one.region == region && one.name == name);
        found.map(|group| group.values.as_slice()).ok_or_else(|| missing(name))
    }
}

pub fn create(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let parameters = order.parameters;
    let name = identifier::checked("ParameterGroupName", parameters.required("ParameterGroupName"), 255)?;
    let family = parameters.required("ParameterGroupFamily");
    if family != FAMILY {
        // unconfirmed: the sentence.
        return Err(RedshiftFault::value(format!("Invalid parameter group family: {family}")).into());
    }
    if account.redshift.parameter_group(order.region, &name).is_ok() {
        let sentence = format!("Parameter group {name} already exists");
        return Err(RedshiftFault::new(Code::ParameterGroupExists, sentence).into());
    }
    let group = ParameterGroup {
        name,
        region: order.region.to_owned(),
        description: parameters.required("Description").to_owned(),
        tags: tag::given(parameters),
        values: Vec::new(),
    };
    let value = group.value();
    account.redshift.parameter_groups.push(group);
    Ok(json!({"ClusterParameterGroup": value}))
}

/// Whether `value` may be given to the parameter.
fn check(name: &str, value: &str) -> Result<(), RedshiftFault> {
    let Some(row) = PARAMETERS.iter().find(|row| row.0 == name) else {
        // unconfirmed: this sentence and the next.
        return Err(RedshiftFault::value(format!("Could not find parameter with name: {name}")));
    };
    let fits = match row.2 {
        "boolean" => matches!(value, "true" | "false"),
        "integer" => {
            value == row.1
                || value.parse::<i64>().is_ok_and(|number| {
                    row.3.split(',').any(|span| match span.rsplit_once('-') {
                        Some((from, to)) if !from.is_empty() => {
                            let bounds = (from.parse::<i64>(), to.parse::<i64>());
                            matches!(bounds, (Ok(from), Ok(to)) if (from..=to).contains(&number))
                        }
                        _ => span.parse() == Ok(number),
                    })
                })
        }
        _ => true,
    };
    if fits {
        Ok(())
    } else {
        Err(RedshiftFault::value(format!("Value: {value} is invalid for parameter: {name}")))
    }
}

/// Changes values, or puts them back.
pub fn modify(account: &mut Account, order: &Order<'_>, reset: bool) -> Result<Value, Fault> {
    let parameters = order.parameters;
    let name = parameters.required("ParameterGroupName");
    if name == DEFAULT {
        // unconfirmed: the sentence.
        let sentence = "The default parameter group can not be modified.";
        return Err(RedshiftFault::new(Code::ParameterGroupState, sentence).into());
    }
    let given = parameters.structures("Parameters");
    for one in &given {
        let parameter = one.required("ParameterName");
        if reset {
            check(parameter, PARAMETERS.iter().find(|row| row.0 == parameter).map_or("", |row| row.1))?;
        } else {
            check(parameter, one.required("ParameterValue"))?;
        }
    }
    let redshift = &mut account.redshift;
    let mut all = redshift.parameter_groups.iter_mut();
    let Some(group) = all.find(|one| one.region == order.region && one.name == name) else {
        return Err(missing(name).into());
    };
    if reset && parameters.flag("ResetAllParameters") {
        group.values.clear();
    }
    for one in &given {
        let parameter = one.required("ParameterName");
        group.values.retain(|(name, _)| name != parameter);
        if !reset {
            group.values.push((parameter.to_owned(), one.required("ParameterValue").to_owned()));
        }
    }
    for cluster in &mut redshift.clusters {
        if cluster.region == order.region && cluster.parameter_group == name {
            cluster.parameters_pending = true;
        }
    }
    Ok(json!({
        "ParameterGroupName": name,
        "ParameterGroupStatus": "Your parameter group has been updated but changes won't get applied until you reboot the associated Clusters.",
    }))
}

pub fn delete(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let name = order.parameters.required("ParameterGroupName");
    account.redshift.parameter_group(order.region, name)?;
    let used = |one: &super::cluster::Cluster| one.region == order.region && one.parameter_group == name;
    if name == DEFAULT || account.redshift.clusters.iter().any(used) {
        // unconfirmed: the sentence.
        let sentence = "The cluster parameter group action can not be completed because another task is in progress that involves the parameter group. Wait a few moments and try the operation again.";
        return Err(RedshiftFault::new(Code::ParameterGroupState, sentence).into());
    }
    account.redshift.parameter_groups.retain(|one| one.region != order.region || one.name != name);
    Ok(Value::Null)
}

pub fn describe(account: &Account, order: &Order<'_>) -> Result<Value, Fault> {
    let name = order.parameters.text("ParameterGroupName");
    if let Some(name) = name {
        account.redshift.parameter_group(order.region, name)?;
    }
    let default = ParameterGroup::default_of(order.region);
    let own = account.redshift.parameter_groups.iter().filter(|one| one.region == order.region);
    let groups = std::iter::once(&default)
        .chain(own)
        .filter(|one| name.is_none_or(|name| one.name == name) && tag::wanted(&one.tags, order.parameters));
    let values: Vec<Value> = groups.map(ParameterGroup::value).collect();
    Ok(json!({"ParameterGroups": values}))
}

pub fn describe_parameters(account: &Account, order: &Order<'_>) -> Result<Value, Fault> {
    let own =
        account.redshift.parameter_group(order.region, order.parameters.required("ParameterGroupName"))?;
    let source = order.parameters.text("Source");
    let mut values = Vec::new();
    for (name, default, data_type, allowed) in PARAMETERS {
        let set = own.iter().find(|(own, _)| own == name).map(|(_, value)| value);
        let from = if set.is_some() { "user" } else { "engine-default" };
        if source.is_some_and(|source| source != from) {
            continue;
        }
        let mut value = json!({
            "ParameterName": name,
            "ParameterValue": set.map_or(default, String::as_str),
            "Source": from,
            "DataType": data_type,
        });
        if !allowed.is_empty() {
            value["AllowedValues"] = json!(allowed);
        }
        value["ApplyType"] = json!("static");
        value["IsModifiable"] = json!(true);
        values.push(value);
    }
    Ok(json!({"Parameters": values}))
}
