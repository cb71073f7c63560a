//! Workgroups: where results go, and what a query costs whom.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{PRIMARY, invalid, page};
use crate::aws::document::Document;
use crate::aws::timestamp::iso;
use crate::aws::{Account, Fault, Order};
use crate::clock::Instant;
use crate::json::json;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WorkGroup {
    pub enabled: bool,
    description: String,
    configuration: Document,
    created: Option<Instant>,
}

impl Default for WorkGroup {
    /// As `primary` begins: without a place for results.
    fn default() -> Self {
        WorkGroup {
            enabled: true,
            description: String::new(),
            configuration: Document(json!({})),
            created: None,
        }
    }
}

impl WorkGroup {
    /// Where results go when the caller does not say.
    pub fn output(&self) -> Option<&str> {
        self.configuration.0["ResultConfiguration"]["OutputLocation"].as_str()
    }

    /// Whether the caller's own wish counts for nothing.
    pub fn enforced(&self) -> bool {
        self.configuration.0["EnforceWorkGroupConfiguration"].as_bool().unwrap_or(false)
    }

    /// How many bytes a query may scan.
    pub fn most(&self) -> Option<u64> {
        self.configuration.0["BytesScannedCutoffPerQuery"].as_u64()
    }

    fn state(&self) -> &'static str {
        if self.enabled { "ENABLED" } else { "DISABLED" }
    }

    fn value(&self, name: &str) -> Value {
        let mut configuration = json!({
            "ResultConfiguration": {},
            "EnforceWorkGroupConfiguration": false,
            "PublishCloudWatchMetricsEnabled": false,
            "RequesterPaysEnabled": false,
            "EngineVersion": engine(),
        });
        if let (Some(given), Some(shown)) = (self.configuration.0.as_object(), configuration.as_object_mut())
        {
            shown.extend(given.iter().map(|(key, value)| (key.clone(), value.clone())));
        }
        let mut value = json!({"Name": name, "State": self.state(), "Configuration": configuration});
        value["Description"] = json!(self.description);
        if let Some(created) = self.created {
            value["CreationTime"] = json!(iso(created));
        }
        value
    }
}

pub(super) fn engine() -> Value {
    json!({"SelectedEngineVersion": "AUTO", "EffectiveEngineVersion": "Athena engine version 3"})
}

fn missing(name: &str) -> Fault {
    invalid(format!("WorkGroup {name} is not found."))
}

pub fn create(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let parameters = order.parameters;
    let name = parameters.required("Name");
    if account.athena.workgroups.contains_key(name) {
        return Err(invalid("WorkGroup is already created"));
    }
    must_be_enough(parameters.get("Configuration"))?;
    let workgroup = WorkGroup {
        enabled: true,
        description: parameters.text("Description").unwrap_or("").to_owned(),
        configuration: Document(parameters.get("Configuration").cloned().unwrap_or_else(|| json!({}))),
        created: Some(order.now),
    };
    account.athena.workgroups.insert(name.to_owned(), workgroup);
    Ok(Value::Null)
}

/// 10 MB is the least that a query is charged for.
fn must_be_enough(configuration: Option<&Value>) -> Result<(), Fault> {
    let most = configuration.and_then(|given| given["BytesScannedCutoffPerQuery"].as_i64());
    if most.is_some_and(|most| most < 10_000_000) {
        // unconfirmed: the words around the bound.
        return Err(invalid("BytesScannedCutoffPerQuery must be greater than or equal to 10000000"));
    }
    Ok(())
}

pub fn get(account: &Account, order: &Order<'_>) -> Result<Value, Fault> {
    let name = order.parameters.required("WorkGroup");
    let workgroup = account.athena.workgroups.get(name).ok_or_else(|| missing(name))?;
    Ok(json!({"WorkGroup": workgroup.value(name)}))
}

pub fn list(account: &Account, order: &Order<'_>) -> Result<Value, Fault> {
    let summary = |(name, workgroup): (&String, &WorkGroup)| {
        let mut value =
            json!({"Name": name, "State": workgroup.state(), "Description": workgroup.description});
        if let Some(created) = workgroup.created {
            value["CreationTime"] = json!(iso(created));
        }
        value["EngineVersion"] = engine();
        value
    };
    page(order, "WorkGroups", account.athena.workgroups.iter().map(summary).collect())
}

/// Only what is named changes.
pub fn update(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let parameters = order.parameters;
    let name = parameters.required("WorkGroup");
    let workgroup = account.athena.workgroups.get_mut(name).ok_or_else(|| missing(name))?;
    if let Some(description) = parameters.text("Description") {
        workgroup.description = description.to_owned();
    }
    if let Some(state) = parameters.text("State") {
        workgroup.enabled = state == "ENABLED";
    }
    let updates = parameters.get("ConfigurationUpdates");
    must_be_enough(updates)?;
    let updates = updates.and_then(Value::as_object);
    for (key, value) in updates.into_iter().flatten() {
        let configuration = &mut workgroup.configuration.0;
        if !configuration.is_object() {
            *configuration = json!({});
        }
        match key.as_str() {
            "ResultConfigurationUpdates" => {
                for (key, value) in value.as_object().into_iter().flatten() {
                    if key == "RemoveOutputLocation" {
                        configuration["ResultConfiguration"]["OutputLocation"] = Value::Null;
                    } else {
                        configuration["ResultConfiguration"][key] = value.clone();
                    }
                }
            }
            "RemoveBytesScannedCutoffPerQuery" => configuration["BytesScannedCutoffPerQuery"] = Value::Null,
            key => configuration[key] = value.clone(),
        }
    }
    Ok(Value::Null)
}

pub fn delete(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let name = order.parameters.required("WorkGroup");
    if name == PRIMARY {
        return Err(invalid("WorkGroup primary cannot be deleted."));
    }
    let used = account.athena.executions.iter().any(|execution| execution.workgroup == name);
    if used && !order.parameters.flag("RecursiveDeleteOption") {
        return Err(invalid(format!("WorkGroup {name} is not empty")));
    }
    account.athena.workgroups.remove(name).ok_or_else(|| missing(name))?;
    account.athena.executions.retain(|execution| execution.workgroup != name);
    Ok(Value::Null)
}
