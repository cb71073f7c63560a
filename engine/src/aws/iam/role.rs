//! Roles: identities that others assume, when the role's trust policy lets them.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::fault::IamFault;
use super::holder::{Holder, Policies};
use super::{Iam, boundary, check_name, check_path, document_value, policy_document, size, tagging};
use crate::aws::ident::Identifiers;
use crate::aws::parameters::Parameters;
use crate::aws::policy::Context;
use crate::aws::policy::decision::{Source, SourceKind};
use crate::aws::policy::document::{Policy, PrincipalEntry, Use};
use crate::aws::timestamp::iso;
use crate::clock::Instant;
use crate::json::json;
use crate::sorted::SortedMap;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Role {
    pub name: String,
    pub path: String,
    pub id: String,
    pub created: Instant,
    pub description: Option<String>,
    /// Seconds.
    pub max_session: i64,
    /// The trust policy, as it was put.
    pub trust: String,
    pub policies: Policies,
    pub boundary: Option<String>,
    pub tags: SortedMap<String, String>,
    /// When and from where it was last assumed.
    pub last_used: Option<(Instant, String)>,
}

impl Role {
    pub fn arn(&self, account: &str) -> String {
        format!("arn:aws:iam::{account}:role{}{}", self.path, self.name)
    }

    /// The trust policy as a source for a decision.
    pub fn trust_source(&self) -> Option<Source> {
        let policy = Policy::parse(&self.trust, Use::Trust).ok()?;
        Some(Source { name: self.name.clone(), kind: SourceKind::Trust, policy })
    }

    /// What policies can ask of the role as a resource.
    pub(crate) fn tag_context(&self, context: &mut Context) {
        for (key, value) in &self.tags {
            context.insert(&format!("aws:ResourceTag/{key}"), value.clone());
            context.insert(&format!("iam:ResourceTag/{key}"), value.clone());
        }
    }

    /// As CreateRole answers; GetRole and ListRoles add to it.
    pub(super) fn value(&self, account: &str) -> Value {
        json!({
            "Path": self.path,
            "RoleName": self.name,
            "RoleId": self.id,
            "Arn": self.arn(account),
            "CreateDate": iso(self.created),
            "AssumeRolePolicyDocument": document_value(&self.trust),
        })
    }

    fn full_value(&self, account: &str) -> Value {
        let mut value = self.value(account);
        if let Some(description) = &self.description {
            value["Description"] = json!(description);
        }
        value["MaxSessionDuration"] = json!(self.max_session);
        if let Some(arn) = &self.boundary {
            value["PermissionsBoundary"] = boundary::value(arn);
        }
        value
    }
}

fn missing(name: &str) -> IamFault {
    IamFault::NoSuchEntity { kind: Holder::Role, name: name.to_owned() }
}

impl Iam {
    /// The role with this ARN.
    pub fn role_by_arn(&self, arn: &str, account: &str) -> Option<&Role> {
        self.roles.values().find(|role| role.arn(account) == arn)
    }

    pub fn create_role(
        &mut self,
        parameters: Parameters<'_>,
        account: &str,
        identifiers: &mut Identifiers,
        now: Instant,
    ) -> Result<Value, IamFault> {
        let name = parameters.required("RoleName");
        check_name("roleName", name, 64)?;
        let path = parameters.text("Path").unwrap_or("/");
        check_path(path)?;
        let max_session = max_session(parameters)?.unwrap_or(3_600);
        let trust = parameters.required("AssumeRolePolicyDocument");
        self.check_trust(trust, account)?;
        if self.roles.keys().any(|other| other.eq_ignore_ascii_case(name)) {
            return Err(IamFault::EntityExists { kind: Holder::Role, name: name.to_owned() });
        }
        if self.roles.len() >= super::ROLES {
            return Err(IamFault::quota("RolesPerAccount", super::ROLES));
        }
        let role = Role {
            name: name.to_owned(),
            path: path.to_owned(),
            id: identifiers.unique_id("AROA"),
            created: now,
            description: parameters.text("Description").map(str::to_owned),
            max_session,
            trust: trust.to_owned(),
            policies: Policies::default(),
            boundary: self.boundary(parameters)?,
            tags: tagging::checked(parameters)?,
            last_used: None,
        };
        let mut value = role.value(account);
        if let Some(description) = &role.description {
            value["Description"] = json!(description);
        }
        if !role.tags.is_empty() {
            value["Tags"] = tagging::value(&role.tags);
        }
        self.roles.insert(name.to_owned(), role);
        Ok(json!({"Role": value}))
    }

    /// A trust policy must be well formed, small, and name principals that exist.
    fn check_trust(&self, document: &str, account: &str) -> Result<(), IamFault> {
        let policy = policy_document(document, Use::Trust)?;
        if size(document) > 2_048 {
            return Err(IamFault::quota("ACLSizePerRole", 2_048));
        }
        for principals in policy.statements.iter().filter_map(|statement| statement.principal.as_ref()) {
            for entry in &principals.entries {
                if let PrincipalEntry::Aws(arn) = entry
                    && !self.names_someone(arn, account)
                {
                    return Err(IamFault::Malformed {
                        sentence: format!("Invalid principal in policy: \"AWS\":\"{arn}\""),
                    });
                }
            }
        }
        Ok(())
    }

    /// Whether an AWS principal exists; principals of other accounts are beyond the sandbox and taken as they are.
    pub(crate) fn names_someone(&self, arn: &str, account: &str) -> bool {
        let Some(rest) = arn.strip_prefix(&format!("arn:aws:iam::{account}:")) else { return true };
        rest == "root"
            || self.users.values().any(|user| user.arn(account) == arn)
            || self.roles.values().any(|role| role.arn(account) == arn)
    }

    pub fn get_role(&self, parameters: Parameters<'_>, account: &str) -> Result<Value, IamFault> {
        let name = parameters.required("RoleName");
        let role = self.roles.get(name).ok_or_else(|| missing(name))?;
        let mut value = role.full_value(account);
        if !role.tags.is_empty() {
            value["Tags"] = tagging::value(&role.tags);
        }
        value["RoleLastUsed"] = match &role.last_used {
            Some((at, region)) => json!({"LastUsedDate": iso(*at), "Region": region}),
            None => json!({}),
        };
        Ok(json!({"Role": value}))
    }

    pub fn list_roles(&self, parameters: Parameters<'_>, account: &str) -> Value {
        let prefix = parameters.text("PathPrefix").unwrap_or("/");
        let roles: Vec<Value> = self
            .roles
            .values()
            .filter(|role| role.path.starts_with(prefix))
            .map(|role| role.full_value(account))
            .collect();
        json!({"Roles": roles})
    }

    pub fn delete_role(&mut self, parameters: Parameters<'_>) -> Result<Value, IamFault> {
        let name = parameters.required("RoleName");
        let role = self.roles.get(name).ok_or_else(|| missing(name))?;
        self.modifiable_role(name)?;
        // unconfirmed: which of several reasons is told first.
        if self.instance_profiles.values().any(|profile| profile.role.as_deref() == Some(name)) {
            return Err(IamFault::MustRemoveRoles);
        }
        role.policies.must_be_empty()?;
        self.roles.remove(name);
        Ok(Value::Null)
    }

    pub fn update_assume_role_policy(
        &mut self,
        parameters: Parameters<'_>,
        account: &str,
    ) -> Result<Value, IamFault> {
        let name = parameters.required("RoleName");
        if !self.roles.contains_key(name) {
            return Err(missing(name));
        }
        self.modifiable_role(name)?;
        let document = parameters.required("PolicyDocument");
        self.check_trust(document, account)?;
        if let Some(role) = self.roles.get_mut(name) {
            role.trust = document.to_owned();
        }
        Ok(Value::Null)
    }
    /// UpdateRole answers with nothing, UpdateRoleDescription (`answers`) with the role.
    pub fn update_role(
        &mut self,
        parameters: Parameters<'_>,
        account: &str,
        answers: bool,
    ) -> Result<Value, IamFault> {
        let name = parameters.required("RoleName");
        self.modifiable_role(name)?;
        let longest = max_session(parameters)?;
        let role = self.roles.get_mut(name).ok_or_else(|| missing(name))?;
        if let Some(text) = parameters.text("Description") {
            role.description = Some(text.to_owned());
        }
        role.max_session = longest.unwrap_or(role.max_session);
        Ok(if answers { json!({"Role": role.full_value(account)}) } else { json!({}) })
    }

    /// Notes that somebody assumed the role.
    pub(crate) fn assumed(&mut self, name: &str, at: Instant, region: &str) {
        if let Some(role) = self.roles.get_mut(name) {
            role.last_used = Some((at, region.to_owned()));
        }
    }
}

/// The longest session asked for, when it is a possible one.
fn max_session(parameters: Parameters<'_>) -> Result<Option<i64>, IamFault> {
    match parameters.integer("MaxSessionDuration") {
        Some(seconds) if seconds > 43_200 => {
            let constraint = "have value less than or equal to 43200".to_owned();
            Err(IamFault::Invalid { field: "maxSessionDuration", value: seconds.to_string(), constraint })
        }
        seconds => Ok(seconds),
    }
}
