//! Instance profiles: the wrapping in which EC2 takes a role. They matter here because a role cannot go while it lies
//! in one.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::fault::IamFault;
use super::holder::Holder;
use super::tagging::{self, Tags};
use super::{Iam, check_name, check_path};
use crate::aws::ident::Identifiers;
use crate::aws::parameters::Parameters;
use crate::aws::timestamp::iso;
use crate::clock::Instant;
use crate::json::json;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InstanceProfile {
    pub path: String,
    id: String,
    created: Instant,
    /// One at most.
    pub role: Option<String>,
    pub tags: Tags,
}

impl Iam {
    fn instance_profile_value(&self, name: &str, profile: &InstanceProfile, account: &str) -> Value {
        let role = profile.role.as_ref().and_then(|role| self.roles.get(role));
        let mut value = json!({
            "Path": profile.path,
            "InstanceProfileName": name,
            "InstanceProfileId": profile.id,
            "Arn": format!("arn:aws:iam::{account}:instance-profile{}{name}", profile.path),
            "CreateDate": iso(profile.created),
            "Roles": role.iter().map(|role| role.value(account)).collect::<Vec<Value>>(),
        });
        if !profile.tags.is_empty() {
            value["Tags"] = tagging::value(&profile.tags);
        }
        value
    }

    pub fn create_instance_profile(
        &mut self,
        parameters: Parameters<'_>,
        account: &str,
        identifiers: &mut Identifiers,
        now: Instant,
    ) -> Result<Value, IamFault> {
        let name = parameters.required("InstanceProfileName");
        check_name("instanceProfileName", name, 128)?;
        let path = parameters.text("Path").unwrap_or("/");
        check_path(path)?;
        if self.instance_profiles.keys().any(|other| other.eq_ignore_ascii_case(name)) {
            return Err(IamFault::InstanceProfileExists { name: name.to_owned() });
        }
        let profile = InstanceProfile {
            path: path.to_owned(),
            id: identifiers.unique_id("AIPA"),
            created: now,
            role: None,
            tags: tagging::checked(parameters)?,
        };
        let value = self.instance_profile_value(name, &profile, account);
        self.instance_profiles.insert(name.to_owned(), profile);
        Ok(json!({"InstanceProfile": value}))
    }

    fn instance_profile(&self, name: &str) -> Result<&InstanceProfile, IamFault> {
        self.instance_profiles
            .get(name)
            .ok_or_else(|| IamFault::NoSuchInstanceProfile { name: name.to_owned() })
    }

    pub fn get_instance_profile(&self, parameters: Parameters<'_>, account: &str) -> Result<Value, IamFault> {
        let name = parameters.required("InstanceProfileName");
        let value = self.instance_profile_value(name, self.instance_profile(name)?, account);
        Ok(json!({"InstanceProfile": value}))
    }

    /// All, or those with the role that is named.
    pub fn list_instance_profiles(
        &self,
        parameters: Parameters<'_>,
        account: &str,
    ) -> Result<Value, IamFault> {
        let role = parameters.text("RoleName");
        if let Some(role) = role {
            self.policies(Holder::Role, role)?;
        }
        let prefix = parameters.text("PathPrefix").unwrap_or("/");
        let profiles: Vec<Value> = self
            .instance_profiles
            .iter()
            .filter(|(_, profile)| profile.path.starts_with(prefix))
            .filter(|(_, profile)| role.is_none() || profile.role.as_deref() == role)
            .map(|(name, profile)| self.instance_profile_value(name, profile, account))
            .collect();
        Ok(json!({"InstanceProfiles": profiles}))
    }

    pub fn delete_instance_profile(&mut self, parameters: Parameters<'_>) -> Result<Value, IamFault> {
        let name = parameters.required("InstanceProfileName");
        if self.instance_profile(name)?.role.is_some() {
            return Err(IamFault::MustRemoveRoles);
        }
        self.instance_profiles.remove(name);
        Ok(Value::Null)
    }

    pub fn add_role_to_instance_profile(&mut self, parameters: Parameters<'_>) -> Result<Value, IamFault> {
        let (name, role) = (parameters.required("InstanceProfileName"), parameters.required("RoleName"));
        let full = self.instance_profile(name)?.role.is_some();
        self.policies(Holder::Role, role)?;
        self.modifiable_role(role)?;
        if full {
            return Err(IamFault::quota("InstanceSessionsPerInstanceProfile", 1));
        }
        if let Some(profile) = self.instance_profiles.get_mut(name) {
            profile.role = Some(role.to_owned());
        }
        Ok(Value::Null)
    }

    pub fn remove_role_from_instance_profile(
        &mut self,
        parameters: Parameters<'_>,
    ) -> Result<Value, IamFault> {
        let (name, role) = (parameters.required("InstanceProfileName"), parameters.required("RoleName"));
        self.instance_profile(name)?;
        match self.instance_profiles.get_mut(name) {
            Some(profile) if profile.role.as_deref() == Some(role) => profile.role = None,
            _ => return Err(IamFault::NoSuchEntity { kind: Holder::Role, name: role.to_owned() }),
        }
        Ok(Value::Null)
    }
}
