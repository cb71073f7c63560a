//! Users and their access keys.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::fault::IamFault;
use super::holder::{Holder, Policies};
use super::{Iam, check_name, check_path, tags, tags_value};
use crate::aws::caller::Identity;
use crate::aws::ident::Identifiers;
use crate::aws::parameters::Parameters;
use crate::aws::timestamp::iso;
use crate::clock::Instant;
use crate::sorted::SortedMap;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct User {
    pub name: String,
    pub path: String,
    pub id: String,
    pub created: Instant,
    pub policies: Policies,
    /// ARN of the permissions boundary.
    pub boundary: Option<String>,
    pub tags: SortedMap<String, String>,
    pub keys: Vec<AccessKey>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AccessKey {
    pub id: String,
    pub secret: String,
    pub created: Instant,
}

impl User {
    pub fn new(name: &str, path: &str, id: String, created: Instant) -> Self {
        User {
            name: name.to_owned(),
            path: path.to_owned(),
            id,
            created,
            policies: Policies::default(),
            boundary: None,
            tags: SortedMap::new(),
            keys: Vec::new(),
        }
    }

    pub fn arn(&self, account: &str) -> String {
        format!("arn:aws:iam::{account}:user{}{}", self.path, self.name)
    }

    fn value(&self, account: &str) -> Value {
        let mut value = json!({
            "Path": self.path,
            "UserName": self.name,
            "UserId": self.id,
            "Arn": self.arn(account),
            "CreateDate": iso(self.created),
        });
        if let Some(arn) = &self.boundary {
            value["PermissionsBoundary"] =
                json!({"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": arn});
        }
        if !self.tags.is_empty() {
            value["Tags"] = tags_value(&self.tags);
        }
        value
    }
}

fn missing(name: &str) -> IamFault {
    IamFault::NoSuchEntity { kind: Holder::User, name: name.to_owned() }
}

/// The user named, or the caller where none is.
fn named_or_self<'a>(parameters: Parameters<'a>, identity: &'a Identity) -> Result<&'a str, IamFault> {
    match (parameters.text("UserName"), identity) {
        (Some(name), _) => Ok(name),
        (None, Identity::User(name)) => Ok(name),
        (None, Identity::Session { session, .. }) => Err(missing(session)),
    }
}

impl Iam {
    pub fn create_user(
        &mut self,
        parameters: Parameters<'_>,
        account: &str,
        identifiers: &mut Identifiers,
        now: Instant,
    ) -> Result<Value, IamFault> {
        let name = parameters.required("UserName");
        check_name("userName", name, 64)?;
        let path = parameters.text("Path").unwrap_or("/");
        check_path(path)?;
        if self.users.keys().any(|other| other.eq_ignore_ascii_case(name)) {
            return Err(IamFault::EntityExists { kind: Holder::User, name: name.to_owned() });
        }
        let boundary = self.boundary(parameters)?;
        let mut user = User::new(name, path, identifiers.unique_id("AIDA"), now);
        user.boundary = boundary;
        user.tags = tags(parameters);
        let value = json!({"User": user.value(account)});
        self.users.insert(name.to_owned(), user);
        Ok(value)
    }

    /// The boundary asked for, when it is a policy.
    pub(super) fn boundary(&self, parameters: Parameters<'_>) -> Result<Option<String>, IamFault> {
        match parameters.text("PermissionsBoundary") {
            Some(arn) if super::managed::find(arn).is_none() && !self.customer_policies.contains_key(arn) => {
                Err(IamFault::NoSuchPolicy { arn: arn.to_owned() })
            }
            other => Ok(other.map(str::to_owned)),
        }
    }

    pub fn get_user(
        &self,
        parameters: Parameters<'_>,
        account: &str,
        identity: &Identity,
    ) -> Result<Value, IamFault> {
        let name = named_or_self(parameters, identity)?;
        let user = self.users.get(name).ok_or_else(|| missing(name))?;
        Ok(json!({"User": user.value(account)}))
    }

    pub fn list_users(&self, parameters: Parameters<'_>, account: &str) -> Value {
        let prefix = parameters.text("PathPrefix").unwrap_or("/");
        let users: Vec<Value> = self
            .users
            .values()
            .filter(|user| user.path.starts_with(prefix))
            .map(|user| user.value(account))
            .collect();
        json!({"Users": users})
    }

    pub fn delete_user(&mut self, parameters: Parameters<'_>) -> Result<Value, IamFault> {
        let name = parameters.required("UserName");
        let user = self.users.get(name).ok_or_else(|| missing(name))?;
        user.policies.must_be_empty()?;
        if !user.keys.is_empty() || self.groups.values().any(|group| group.members.contains(name)) {
            return Err(IamFault::MustRemoveReferences);
        }
        self.users.remove(name);
        Ok(Value::Null)
    }

    pub fn create_access_key(
        &mut self,
        parameters: Parameters<'_>,
        identity: &Identity,
        identifiers: &mut Identifiers,
        now: Instant,
    ) -> Result<Value, IamFault> {
        let name = named_or_self(parameters, identity)?;
        let user = self.users.get_mut(name).ok_or_else(|| missing(name))?;
        if user.keys.len() >= 2 {
            return Err(IamFault::TooManyAccessKeys);
        }
        let key =
            AccessKey { id: identifiers.access_key("AKIA"), secret: identifiers.secret(40), created: now };
        let value = json!({"AccessKey": {
            "UserName": name,
            "AccessKeyId": key.id,
            "Status": "Active",
            "SecretAccessKey": key.secret,
            "CreateDate": iso(now),
        }});
        user.keys.push(key);
        Ok(value)
    }

    pub fn list_access_keys(
        &self,
        parameters: Parameters<'_>,
        identity: &Identity,
    ) -> Result<Value, IamFault> {
        let name = named_or_self(parameters, identity)?;
        let user = self.users.get(name).ok_or_else(|| missing(name))?;
        let keys: Vec<Value> = user
            .keys
            .iter()
            .map(|key| {
                json!({"UserName": name, "AccessKeyId": key.id, "Status": "Active", "CreateDate": iso(key.created)})
            })
            .collect();
        Ok(json!({"AccessKeyMetadata": keys}))
    }

    pub fn delete_access_key(
        &mut self,
        parameters: Parameters<'_>,
        identity: &Identity,
    ) -> Result<Value, IamFault> {
        let name = named_or_self(parameters, identity)?;
        let id = parameters.required("AccessKeyId");
        let user = self.users.get_mut(name).ok_or_else(|| missing(name))?;
        let Some(at) = user.keys.iter().position(|key| key.id == id) else {
            return Err(IamFault::NoSuchAccessKey { id: id.to_owned() });
        };
        user.keys.remove(at);
        Ok(Value::Null)
    }
}
