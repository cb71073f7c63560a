//! Service-linked roles: those that a service makes for itself, and that nobody else may change.

use serde_json::Value;

use super::fault::IamFault;
use super::holder::{Holder, Policies};
use super::role::Role;
use super::{Iam, tagging};
use crate::aws::ident::Identifiers;
use crate::aws::parameters::Parameters;
use crate::aws::{Account, Fault, Order};
use crate::clock::Instant;
use crate::json::json;

/// The services that the sandbox knows, with the last part of their role's name.
const SERVICES: [(&str, &str); 4] = [
    ("redshift.amazonaws.com", "Redshift"),
    ("sagemaker.application-autoscaling.amazonaws.com", "ApplicationAutoScaling_SageMakerEndpoint"),
    ("support.amazonaws.com", "Support"),
    ("trustedadvisor.amazonaws.com", "TrustedAdvisor"),
];

const PATH: &str = "/aws-service-role/";

impl Iam {
    /// Refuses to change a role that is a service's own.
    pub(super) fn modifiable_role(&self, name: &str) -> Result<(), IamFault> {
        match self.roles.get(name) {
            Some(role) if role.path.starts_with(PATH) => {
                Err(IamFault::Unmodifiable { name: name.to_owned() })
            }
            _ => Ok(()),
        }
    }

    pub fn create_service_linked_role(
        &mut self,
        parameters: Parameters<'_>,
        account: &str,
        identifiers: &mut Identifiers,
        now: Instant,
    ) -> Result<Value, IamFault> {
        let service = parameters.required("AWSServiceName");
        let Some((_, title)) = SERVICES.iter().find(|(name, _)| *name == service) else {
            return Err(IamFault::NotSimulatedService { service: service.to_owned() });
        };
        if parameters.text("CustomSuffix").is_some() {
            return Err(IamFault::InvalidInput {
                sentence: format!("Custom suffix is not allowed for {service}"),
            });
        }
        let name = format!("AWSServiceRoleFor{title}");
        if self.roles.contains_key(&name) {
            return Err(IamFault::InvalidInput {
                sentence: format!(
                    "Service role name {name} has been taken in this account, please try a different suffix."
                ),
            });
        }
        let trust = json!({
            "Version": "2012-10-17",
            "Statement": [{
                "Action": ["sts:AssumeRole"],
                "Effect": "Allow",
                "Principal": {"Service": [service]},
            }],
        });
        let role = Role {
            name: name.clone(),
            path: format!("{PATH}{service}/"),
            id: identifiers.unique_id("AROA"),
            created: now,
            description: parameters.text("Description").map(str::to_owned),
            max_session: 3_600,
            trust: trust.to_string(),
            policies: Policies::default(),
            boundary: None,
            tags: tagging::Tags::new(),
            last_used: None,
        };
        let mut value = role.value(account);
        if let Some(description) = &role.description {
            value["Description"] = json!(description);
        }
        self.roles.insert(name, role);
        Ok(json!({"Role": value}))
    }

    pub fn deletion_status(&self, parameters: Parameters<'_>) -> Result<Value, IamFault> {
        let task = parameters.required("DeletionTaskId");
        match self.deletions.iter().find(|(known, _)| known == task) {
            Some((_, None)) => Ok(json!({"Status": "SUCCEEDED"})),
            Some((_, Some(reason))) => Ok(json!({"Status": "FAILED", "Reason": {"Reason": reason}})),
            // unconfirmed: the sentence.
            None => Err(IamFault::NoSuchDeletion { task: task.to_owned() }),
        }
    }
}

/// The service says whether it still uses the role; either way the call itself succeeds.
pub(super) fn delete(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let name = order.parameters.required("RoleName");
    let missing = || IamFault::NoSuchEntity { kind: Holder::Role, name: name.to_owned() };
    let role = account.iam.roles.get(name).ok_or_else(missing)?;
    let Some(service) = role.path.strip_prefix(PATH).map(|rest| rest.trim_end_matches('/')) else {
        return Err(IamFault::InvalidInput {
            // unconfirmed: the sentence.
            sentence: format!("The role with name {name} is not a service-linked role."),
        }
        .into());
    };
    let task = format!("task{PATH}{service}/{name}/{}", account.identifiers.request_id().to_lowercase());
    let used = service == "redshift.amazonaws.com" && !account.redshift.clusters.is_empty();
    // unconfirmed: the reason's words.
    let reason = used.then(|| "A resource of this service still uses the role.".to_owned());
    if !used {
        account.iam.roles.remove(name);
    }
    account.iam.deletions.push((task.clone(), reason));
    Ok(json!({"DeletionTaskId": task}))
}
