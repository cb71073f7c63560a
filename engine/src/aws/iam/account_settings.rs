//! The account's alias and its figures.

use serde_json::{Map, Value};

use super::Iam;
use super::fault::IamFault;
use crate::aws::parameters::Parameters;
use crate::json::json;

impl Iam {
    pub fn create_alias(&mut self, parameters: Parameters<'_>) -> Result<Value, IamFault> {
        let alias = parameters.required("AccountAlias");
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let valid = (3..=63).contains(&alias.len())
            && alias.chars().all(fits)
            && !alias.starts_with('-')
            && !alias.ends_with('-')
            && !alias.contains("--");
        if !valid {
            let constraint =
                "satisfy regular expression pattern: ^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$".to_owned();
            return Err(IamFault::Invalid { field: "accountAlias", value: alias.to_owned(), constraint });
        }
        if self.alias.as_deref() == Some(alias) {
            return Err(IamFault::AliasExists { alias: alias.to_owned() });
        }
        // There is one at most; a new one takes its place.
        self.alias = Some(alias.to_owned());
        Ok(Value::Null)
    }

    pub fn delete_alias(&mut self, parameters: Parameters<'_>) -> Result<Value, IamFault> {
        let alias = parameters.required("AccountAlias");
        if self.alias.as_deref() != Some(alias) {
            return Err(IamFault::NoSuchAlias { alias: alias.to_owned() });
        }
        self.alias = None;
        Ok(Value::Null)
    }

    /// What there is, and how much there may be.
    pub fn summary(&self) -> Value {
        let versions: usize = self.customer_policies.values().map(|policy| policy.versions.len()).sum();
        let figures: [(&str, usize); 25] = [
            ("Users", self.users.len()),
            ("UsersQuota", 5_000),
            ("Groups", self.groups.len()),
            ("GroupsQuota", super::GROUPS),
            ("Roles", self.roles.len()),
            ("RolesQuota", super::ROLES),
            ("Policies", self.customer_policies.len()),
            ("PoliciesQuota", super::POLICIES),
            ("PolicyVersionsInUse", versions),
            ("PolicyVersionsInUseQuota", 10_000),
            ("VersionsPerPolicyQuota", 5),
            ("PolicySizeQuota", 6_144),
            ("UserPolicySizeQuota", 2_048),
            ("GroupPolicySizeQuota", 5_120),
            ("RolePolicySizeQuota", 10_240),
            ("AssumeRolePolicySizeQuota", 2_048),
            ("AttachedPoliciesPerUserQuota", 10),
            ("AttachedPoliciesPerGroupQuota", 10),
            ("AttachedPoliciesPerRoleQuota", 10),
            ("GroupsPerUserQuota", super::GROUPS_PER_USER),
            ("AccessKeysPerUserQuota", 2),
            ("InstanceProfiles", self.instance_profiles.len()),
            ("InstanceProfilesQuota", 1_000),
            ("AccountMFAEnabled", 0),
            ("AccountAccessKeysPresent", 0),
        ];
        let map: Map<String, Value> =
            figures.iter().map(|(name, figure)| ((*name).to_owned(), json!(figure))).collect();
        json!({"SummaryMap": map})
    }
}
