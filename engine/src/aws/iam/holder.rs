//! What policies hang on: users, groups and roles alike.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::fault::IamFault;
use super::policy_document;
use super::{Iam, managed};
use crate::aws::parameters::Parameters;
use crate::aws::policy::decision::{Source, SourceKind};
use crate::aws::policy::document::{Policy, Use};
use crate::json::json;
use crate::sorted::SortedMap;

/// The kinds of entities that hold policies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holder {
    User,
    Group,
    Role,
}

impl Holder {
    pub fn word(self) -> &'static str {
        match self {
            Holder::User => "user",
            Holder::Group => "group",
            Holder::Role => "role",
        }
    }

    pub fn title(self) -> &'static str {
        match self {
            Holder::User => "User",
            Holder::Group => "Group",
            Holder::Role => "Role",
        }
    }

    /// The member that names one: `RoleName`.
    pub fn member(self) -> &'static str {
        match self {
            Holder::User => "UserName",
            Holder::Group => "GroupName",
            Holder::Role => "RoleName",
        }
    }

    /// All inline policies of one together, white space not counted.
    fn inline_quota(self) -> usize {
        match self {
            Holder::User => 2_048,
            Holder::Group => 5_120,
            Holder::Role => 10_240,
        }
    }
}

/// The policies of one entity.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policies {
    /// ARNs, in the order they were attached.
    pub managed: Vec<String>,
    /// Documents as they were put, by policy name.
    pub inline: SortedMap<String, String>,
}

impl Policies {
    /// Refuses to let go of an entity that still has policies.
    pub fn must_be_empty(&self) -> Result<(), IamFault> {
        if !self.managed.is_empty() {
            return Err(IamFault::MustDetachPolicies);
        }
        if !self.inline.is_empty() {
            return Err(IamFault::MustDeletePolicies);
        }
        Ok(())
    }
}

impl Iam {
    pub fn policies(&self, kind: Holder, name: &str) -> Result<&Policies, IamFault> {
        match kind {
            Holder::User => self.users.get(name).map(|user| &user.policies),
            Holder::Group => self.groups.get(name).map(|group| &group.policies),
            Holder::Role => self.roles.get(name).map(|role| &role.policies),
        }
        .ok_or_else(|| IamFault::NoSuchEntity { kind, name: name.to_owned() })
    }

    fn policies_mut(&mut self, kind: Holder, name: &str) -> Result<&mut Policies, IamFault> {
        match kind {
            Holder::User => self.users.get_mut(name).map(|user| &mut user.policies),
            Holder::Group => self.groups.get_mut(name).map(|group| &mut group.policies),
            Holder::Role => self.roles.get_mut(name).map(|role| &mut role.policies),
        }
        .ok_or_else(|| IamFault::NoSuchEntity { kind, name: name.to_owned() })
    }

    fn modifiable(&self, kind: Holder, name: &str) -> Result<(), IamFault> {
        if kind == Holder::Role { self.modifiable_role(name) } else { Ok(()) }
    }

    /// Everything that hangs on one entity, ready to be weighed.
    pub fn sources(&self, policies: &Policies, kind: SourceKind) -> Vec<Source> {
        let managed = policies.managed.iter().filter_map(|arn| self.source(arn, kind));
        let inline = policies.inline.iter().filter_map(|(name, document)| {
            Some(Source { name: name.clone(), kind, policy: Policy::parse(document, Use::Identity).ok()? })
        });
        managed.chain(inline).collect()
    }

    /// A managed policy's default version as a source.
    pub fn source(&self, arn: &str, kind: SourceKind) -> Option<Source> {
        let (name, document) = match managed::find(arn) {
            Some(policy) => (policy.name, policy.document),
            None => {
                let policy = self.customer_policies.get(arn)?;
                (policy.name.as_str(), policy.default_document())
            }
        };
        Some(Source { name: name.to_owned(), kind, policy: Policy::parse(document, Use::Identity).ok()? })
    }

    pub fn attach(&mut self, kind: Holder, parameters: Parameters<'_>) -> Result<Value, IamFault> {
        let arn = parameters.required("PolicyArn").to_owned();
        let name = parameters.required(kind.member());
        self.policies(kind, name)?;
        if !arn.starts_with("arn:aws:iam::") {
            return Err(IamFault::InvalidArn);
        }
        if managed::find(&arn).is_none() && !self.customer_policies.contains_key(&arn) {
            return Err(IamFault::NotAttachable { arn });
        }
        self.modifiable(kind, name)?;
        let policies = self.policies_mut(kind, name)?;
        if policies.managed.contains(&arn) {
            return Ok(Value::Null);
        }
        if policies.managed.len() >= 10 {
            return Err(IamFault::quota(&format!("PoliciesPer{}", kind.title()), 10));
        }
        policies.managed.push(arn);
        Ok(Value::Null)
    }

    pub fn detach(&mut self, kind: Holder, parameters: Parameters<'_>) -> Result<Value, IamFault> {
        let arn = parameters.required("PolicyArn");
        self.modifiable(kind, parameters.required(kind.member()))?;
        let policies = self.policies_mut(kind, parameters.required(kind.member()))?;
        let Some(at) = policies.managed.iter().position(|attached| attached == arn) else {
            return Err(IamFault::NotAttached { arn: arn.to_owned() });
        };
        policies.managed.remove(at);
        Ok(Value::Null)
    }

    pub fn list_attached(&self, kind: Holder, parameters: Parameters<'_>) -> Result<Value, IamFault> {
        let policies = self.policies(kind, parameters.required(kind.member()))?;
        let prefix = parameters.text("PathPrefix").unwrap_or("/");
        let path = |arn: &str| arn.split_once(":policy").is_some_and(|(_, path)| path.starts_with(prefix));
        let attached: Vec<Value> = policies
            .managed
            .iter()
            .filter(|arn| path(arn))
            .map(|arn| {
                let name = arn.rsplit('/').next().unwrap_or(arn);
                json!({"PolicyName": name, "PolicyArn": arn})
            })
            .collect();
        Ok(json!({"AttachedPolicies": attached}))
    }

    pub fn put_inline(&mut self, kind: Holder, parameters: Parameters<'_>) -> Result<Value, IamFault> {
        let holder = parameters.required(kind.member());
        self.policies(kind, holder)?;
        self.modifiable(kind, holder)?;
        let policy = parameters.required("PolicyName");
        super::check_name("policyName", policy, 128)?;
        let document = parameters.required("PolicyDocument");
        policy_document(document, Use::Identity)?;
        let policies = self.policies_mut(kind, holder)?;
        let others: usize = policies
            .inline
            .iter()
            .filter(|(name, _)| *name != policy)
            .map(|(_, text)| super::size(text))
            .sum();
        if others + super::size(document) > kind.inline_quota() {
            let sentence = format!(
                "Maximum policy size of {} bytes exceeded for {} {holder}",
                kind.inline_quota(),
                kind.word()
            );
            return Err(IamFault::LimitExceeded { sentence });
        }
        policies.inline.insert(policy.to_owned(), document.to_owned());
        Ok(Value::Null)
    }

    pub fn get_inline(&self, kind: Holder, parameters: Parameters<'_>) -> Result<Value, IamFault> {
        let holder = parameters.required(kind.member());
        let name = parameters.required("PolicyName");
        let Some(document) = self.policies(kind, holder)?.inline.get(name) else {
            return Err(IamFault::NoSuchInlinePolicy { kind, name: name.to_owned() });
        };
        let mut answer = Map::new();
        answer.insert(kind.member().to_owned(), json!(holder));
        answer.insert("PolicyName".to_owned(), json!(name));
        answer.insert("PolicyDocument".to_owned(), super::document_value(document));
        Ok(Value::Object(answer))
    }

    pub fn delete_inline(&mut self, kind: Holder, parameters: Parameters<'_>) -> Result<Value, IamFault> {
        let name = parameters.required("PolicyName");
        match self.policies_mut(kind, parameters.required(kind.member()))?.inline.remove(name) {
            Some(_) => Ok(Value::Null),
            None => Err(IamFault::NoSuchInlinePolicy { kind, name: name.to_owned() }),
        }
    }

    pub fn list_inline(&self, kind: Holder, parameters: Parameters<'_>) -> Result<Value, IamFault> {
        let policies = self.policies(kind, parameters.required(kind.member()))?;
        Ok(json!({"PolicyNames": policies.inline.keys().collect::<Vec<&String>>()}))
    }
}
