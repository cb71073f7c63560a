//! Roles: identities that others assume, when the role's trust policy lets them.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::fault::IamFault;
use super::holder::{Holder, Policies};
use super::{Iam, check_name, check_path, document_value, policy_document, size, tags, tags_value};
use crate::aws::ident::Identifiers;
use crate::aws::parameters::Parameters;
use crate::aws::policy::decision::{Source, SourceKind};
use crate::aws::policy::document::{Policy, PrincipalEntry, Use};
use crate::aws::timestamp::iso;
use crate::clock::Instant;
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

    /// As CreateRole answers; GetRole and ListRoles add to it.
    fn value(&self, account: &str) -> Value {
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
            value["PermissionsBoundary"] =
                json!({"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": arn});
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
        let max_session = parameters.integer("MaxSessionDuration").unwrap_or(3_600);
        if !(3_600..=43_200).contains(&max_session) {
            let constraint = if max_session < 3_600 {
                "have value greater than or equal to 3600"
            } else {
                "have value less than or equal to 43200"
            };
            return Err(IamFault::Invalid {
                field: "maxSessionDuration",
                value: max_session.to_string(),
                constraint: constraint.to_owned(),
            });
        }
        let trust = parameters.required("AssumeRolePolicyDocument");
        self.check_trust(trust, account)?;
        if self.roles.keys().any(|other| other.eq_ignore_ascii_case(name)) {
            return Err(IamFault::EntityExists { kind: Holder::Role, name: name.to_owned() });
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
            tags: tags(parameters),
        };
        let mut value = role.value(account);
        if let Some(description) = &role.description {
            value["Description"] = json!(description);
        }
        if !role.tags.is_empty() {
            value["Tags"] = tags_value(&role.tags);
        }
        self.roles.insert(name.to_owned(), role);
        Ok(json!({"Role": value}))
    }

    /// A trust policy must be well formed, small, and name principals that exist.
    fn check_trust(&self, document: &str, account: &str) -> Result<(), IamFault> {
        let policy = policy_document(document, Use::Trust)?;
        if size(document) > 2_048 {
            return Err(IamFault::TooLarge { quota: "ACLSizePerRole: 2048".to_owned() });
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
    fn names_someone(&self, arn: &str, account: &str) -> bool {
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
            value["Tags"] = tags_value(&role.tags);
        }
        value["RoleLastUsed"] = json!({});
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
        self.roles.get(name).ok_or_else(|| missing(name))?.policies.must_be_empty()?;
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
        let document = parameters.required("PolicyDocument");
        self.check_trust(document, account)?;
        if let Some(role) = self.roles.get_mut(name) {
            role.trust = document.to_owned();
        }
        Ok(Value::Null)
    }
}
