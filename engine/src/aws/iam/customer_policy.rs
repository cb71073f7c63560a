//! Managed policies: the customer's own with their versions, and AWS's as they are read.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::fault::IamFault;
use super::{Iam, check_name, check_path, document_value, managed, policy_document, size, tagging};
use crate::aws::ident::Identifiers;
use crate::aws::parameters::Parameters;
use crate::aws::policy::document::{Use, Version as Language};
use crate::aws::timestamp::iso;
use crate::clock::Instant;
use crate::json::json;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CustomerPolicy {
    pub name: String,
    pub path: String,
    pub id: String,
    pub arn: String,
    pub description: Option<String>,
    pub created: Instant,
    pub updated: Instant,
    pub versions: Vec<Version>,
    /// The number of the version in force.
    pub default_version: u32,
    next_version: u32,
    pub tags: tagging::Tags,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Version {
    pub number: u32,
    pub document: String,
    pub created: Instant,
}

impl CustomerPolicy {
    /// The document in force.
    pub fn default_document(&self) -> &str {
        self.version(self.default_version).map_or("", |version| &version.document)
    }

    fn version(&self, number: u32) -> Option<&Version> {
        self.versions.iter().find(|version| version.number == number)
    }

    fn version_value(&self, version: &Version, with_document: bool) -> Value {
        let mut value = json!({});
        if with_document {
            value["Document"] = document_value(&version.document);
        }
        value["VersionId"] = json!(format!("v{}", version.number));
        value["IsDefaultVersion"] = json!(version.number == self.default_version);
        value["CreateDate"] = json!(iso(version.created));
        value
    }
}

/// `v3` as 3.
fn version_number(text: &str) -> Option<u32> {
    text.strip_prefix('v')?.parse().ok()
}

impl Iam {
    /// How many users, groups and roles a policy is attached to.
    fn attachments(&self, arn: &str) -> usize {
        let users = self.users.values().map(|user| &user.policies);
        let groups = self.groups.values().map(|group| &group.policies);
        let roles = self.roles.values().map(|role| &role.policies);
        users
            .chain(groups)
            .chain(roles)
            .filter(|policies| policies.managed.iter().any(|other| other == arn))
            .count()
    }

    fn customer_policy(&self, arn: &str) -> Result<&CustomerPolicy, IamFault> {
        self.customer_policies.get(arn).ok_or_else(|| IamFault::NoSuchPolicy { arn: arn.to_owned() })
    }

    /// The policy for writing; AWS's own cannot be written.
    fn customer_policy_mut(&mut self, arn: &str) -> Result<&mut CustomerPolicy, IamFault> {
        if managed::find(arn).is_some() {
            return Err(IamFault::Managed { arn: arn.to_owned() });
        }
        self.customer_policies.get_mut(arn).ok_or_else(|| IamFault::NoSuchPolicy { arn: arn.to_owned() })
    }

    fn customer_policy_value(&self, policy: &CustomerPolicy) -> Value {
        json!({
            "PolicyName": policy.name,
            "PolicyId": policy.id,
            "Arn": policy.arn,
            "Path": policy.path,
            "DefaultVersionId": format!("v{}", policy.default_version),
            "AttachmentCount": self.attachments(&policy.arn),
            "PermissionsBoundaryUsageCount": self.bounded_by(&policy.arn),
            "IsAttachable": true,
            "CreateDate": iso(policy.created),
            "UpdateDate": iso(policy.updated),
        })
    }

    fn managed_policy_value(&self, policy: &managed::ManagedPolicy) -> Value {
        json!({
            "PolicyName": policy.name,
            "PolicyId": policy.id,
            "Arn": policy.arn(),
            "Path": policy.path,
            "DefaultVersionId": policy.version,
            "AttachmentCount": self.attachments(&policy.arn()),
            "PermissionsBoundaryUsageCount": self.bounded_by(&policy.arn()),
            "IsAttachable": true,
            "CreateDate": policy.created,
            "UpdateDate": policy.created,
        })
    }

    pub fn create_policy(
        &mut self,
        parameters: Parameters<'_>,
        account: &str,
        identifiers: &mut Identifiers,
        now: Instant,
    ) -> Result<Value, IamFault> {
        let name = parameters.required("PolicyName");
        check_name("policyName", name, 128)?;
        let path = parameters.text("Path").unwrap_or("/");
        check_path(path)?;
        let document = checked_document(parameters)?;
        if self.customer_policies.values().any(|policy| policy.name.eq_ignore_ascii_case(name)) {
            return Err(IamFault::PolicyExists { name: name.to_owned() });
        }
        if self.customer_policies.len() >= super::POLICIES {
            return Err(IamFault::quota("PoliciesPerAccount", super::POLICIES));
        }
        let policy = CustomerPolicy {
            name: name.to_owned(),
            path: path.to_owned(),
            id: identifiers.unique_id("ANPA"),
            arn: format!("arn:aws:iam::{account}:policy{path}{name}"),
            description: parameters.text("Description").map(str::to_owned),
            created: now,
            updated: now,
            versions: vec![Version { number: 1, document, created: now }],
            default_version: 1,
            next_version: 2,
            tags: tagging::checked(parameters)?,
        };
        let mut value = self.customer_policy_value(&policy);
        if !policy.tags.is_empty() {
            value["Tags"] = tagging::value(&policy.tags);
        }
        self.customer_policies.insert(policy.arn.clone(), policy);
        Ok(json!({"Policy": value}))
    }

    pub fn get_policy(&self, parameters: Parameters<'_>) -> Result<Value, IamFault> {
        let arn = parameters.required("PolicyArn");
        let value = match managed::find(arn) {
            Some(policy) => self.managed_policy_value(policy),
            None => {
                let policy = self.customer_policy(arn)?;
                let mut value = self.customer_policy_value(policy);
                if let Some(description) = &policy.description {
                    value["Description"] = json!(description);
                }
                value["Tags"] = tagging::value(&policy.tags);
                value
            }
        };
        Ok(json!({"Policy": value}))
    }

    pub fn list_policies(&self, parameters: Parameters<'_>) -> Value {
        let scope = parameters.text("Scope").unwrap_or("All");
        let mut policies = Vec::new();
        if scope != "AWS" {
            policies.extend(self.customer_policies.values().map(|policy| self.customer_policy_value(policy)));
        }
        if scope != "Local" {
            policies.extend(managed::ALL.iter().map(|policy| self.managed_policy_value(policy)));
        }
        if parameters.flag("OnlyAttached") {
            policies.retain(|policy| policy["AttachmentCount"].as_u64() > Some(0));
        }
        let prefix = parameters.text("PathPrefix").unwrap_or("/");
        policies.retain(|policy| policy["Path"].as_str().is_some_and(|path| path.starts_with(prefix)));
        if let Some(usage) = parameters.text("PolicyUsageFilter") {
            let count = if usage == "PermissionsBoundary" {
                "PermissionsBoundaryUsageCount"
            } else {
                "AttachmentCount"
            };
            policies.retain(|policy| policy[count].as_u64() > Some(0));
        }
        json!({"Policies": policies})
    }

    pub fn delete_policy(&mut self, parameters: Parameters<'_>) -> Result<Value, IamFault> {
        let arn = parameters.required("PolicyArn");
        let (attached, bounding) = (self.attachments(arn), self.bounded_by(arn));
        let policy = self.customer_policy_mut(arn)?;
        if attached > 0 || bounding > 0 {
            return Err(IamFault::PolicyAttached);
        }
        if policy.versions.len() > 1 {
            return Err(IamFault::MustDeleteVersions);
        }
        self.customer_policies.remove(arn);
        Ok(Value::Null)
    }

    pub fn create_policy_version(
        &mut self,
        parameters: Parameters<'_>,
        now: Instant,
    ) -> Result<Value, IamFault> {
        let document = checked_document(parameters)?;
        let policy = self.customer_policy_mut(parameters.required("PolicyArn"))?;
        if policy.versions.len() >= 5 {
            return Err(IamFault::TooManyVersions);
        }
        let version = Version { number: policy.next_version, document, created: now };
        policy.next_version += 1;
        policy.updated = now;
        if parameters.flag("SetAsDefault") {
            policy.default_version = version.number;
        }
        let value = policy.version_value(&version, false);
        policy.versions.push(version);
        Ok(json!({"PolicyVersion": value}))
    }

    pub fn get_policy_version(&self, parameters: Parameters<'_>) -> Result<Value, IamFault> {
        let (arn, id) = (parameters.required("PolicyArn"), parameters.required("VersionId"));
        let missing = || IamFault::NoSuchVersion { arn: arn.to_owned(), version: id.to_owned() };
        let value = match managed::find(arn) {
            Some(policy) if policy.version == id => json!({
                "Document": document_value(policy.document),
                "VersionId": policy.version,
                "IsDefaultVersion": true,
                "CreateDate": policy.created,
            }),
            Some(_) => return Err(missing()),
            None => {
                let policy = self.customer_policy(arn)?;
                let version =
                    version_number(id).and_then(|number| policy.version(number)).ok_or_else(missing)?;
                policy.version_value(version, true)
            }
        };
        Ok(json!({"PolicyVersion": value}))
    }

    pub fn list_policy_versions(&self, parameters: Parameters<'_>) -> Result<Value, IamFault> {
        let arn = parameters.required("PolicyArn");
        let versions: Vec<Value> = match managed::find(arn) {
            Some(policy) => {
                vec![
                    json!({"VersionId": policy.version, "IsDefaultVersion": true, "CreateDate": policy.created}),
                ]
            }
            None => {
                let policy = self.customer_policy(arn)?;
                policy.versions.iter().rev().map(|version| policy.version_value(version, false)).collect()
            }
        };
        Ok(json!({"Versions": versions}))
    }

    pub fn delete_policy_version(&mut self, parameters: Parameters<'_>) -> Result<Value, IamFault> {
        let (arn, id) = (parameters.required("PolicyArn"), parameters.required("VersionId"));
        let policy = self.customer_policy_mut(arn)?;
        let at =
            version_number(id).and_then(|n| policy.versions.iter().position(|version| version.number == n));
        let Some(at) = at else {
            return Err(IamFault::NoSuchVersion { arn: arn.to_owned(), version: id.to_owned() });
        };
        if policy.versions[at].number == policy.default_version {
            return Err(IamFault::DefaultVersion);
        }
        policy.versions.remove(at);
        Ok(Value::Null)
    }

    pub fn set_default_policy_version(&mut self, parameters: Parameters<'_>) -> Result<Value, IamFault> {
        let (arn, id) = (parameters.required("PolicyArn"), parameters.required("VersionId"));
        let policy = self.customer_policy_mut(arn)?;
        match version_number(id).filter(|number| policy.version(*number).is_some()) {
            Some(number) => policy.default_version = number,
            None => return Err(IamFault::NoSuchVersion { arn: arn.to_owned(), version: id.to_owned() }),
        }
        Ok(Value::Null)
    }

    pub fn list_entities_for_policy(&self, parameters: Parameters<'_>) -> Result<Value, IamFault> {
        let arn = parameters.required("PolicyArn");
        if managed::find(arn).is_none() {
            self.customer_policy(arn)?;
        }
        let filter = parameters.text("EntityFilter");
        // What bounds somebody is told with what is attached, unless only one of them is asked for.
        let usage = parameters.text("PolicyUsageFilter");
        let holds = |managed: &[String], boundary: Option<&String>| {
            usage != Some("PermissionsBoundary") && managed.iter().any(|other| other == arn)
                || usage != Some("PermissionsPolicy") && boundary.is_some_and(|other| other == arn)
        };
        let wanted = |kind: &str| filter.is_none_or(|filter| filter == kind);
        let groups: Vec<Value> = self
            .groups
            .values()
            .filter(|group| wanted("Group") && holds(&group.policies.managed, None))
            .map(|group| json!({"GroupName": group.name, "GroupId": group.id}))
            .collect();
        let users: Vec<Value> = self
            .users
            .values()
            .filter(|user| wanted("User") && holds(&user.policies.managed, user.boundary.as_ref()))
            .map(|user| json!({"UserName": user.name, "UserId": user.id}))
            .collect();
        let roles: Vec<Value> = self
            .roles
            .values()
            .filter(|role| wanted("Role") && holds(&role.policies.managed, role.boundary.as_ref()))
            .map(|role| json!({"RoleName": role.name, "RoleId": role.id}))
            .collect();
        Ok(json!({"PolicyGroups": groups, "PolicyUsers": users, "PolicyRoles": roles}))
    }
}

fn checked_document(parameters: Parameters<'_>) -> Result<String, IamFault> {
    let document = parameters.required("PolicyDocument");
    // Managed policies, unlike inline ones, must be of the new version.
    if policy_document(document, Use::Identity)?.version == Language::V2008 {
        let sentence = "Policy document must be version 2012-10-17 or greater.".to_owned();
        return Err(IamFault::Malformed { sentence });
    }
    if size(document) > 6_144 {
        return Err(IamFault::quota("PolicySize", 6_144));
    }
    Ok(document.to_owned())
}
