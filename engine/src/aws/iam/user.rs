//! Users and their access keys.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::fault::IamFault;
use super::holder::{Holder, Policies};
use super::login::Login;
use super::{Iam, boundary, check_name, check_path, tagging};
use crate::aws::caller::Identity;
use crate::aws::ident::Identifiers;
use crate::aws::parameters::Parameters;
use crate::aws::timestamp::iso;
use crate::clock::Instant;
use crate::json::json;
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
    pub login: Option<Login>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AccessKey {
    pub id: String,
    pub secret: String,
    pub created: Instant,
    pub active: bool,
    last_used: Option<Used>,
}

/// When, where and for what a key was last used.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Used {
    at: Instant,
    region: String,
    service: String,
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
            login: None,
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
            value["PermissionsBoundary"] = boundary::value(arn);
        }
        if !self.tags.is_empty() {
            value["Tags"] = tagging::value(&self.tags);
        }
        value
    }
}

fn missing(name: &str) -> IamFault {
    IamFault::NoSuchEntity { kind: Holder::User, name: name.to_owned() }
}

/// The user named, or the caller where none is.
pub(super) fn named_or_self<'a>(
    parameters: Parameters<'a>,
    identity: &'a Identity,
) -> Result<&'a str, IamFault> {
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
        if self.users.len() >= 5_000 {
            return Err(IamFault::quota("UsersPerAccount", 5_000));
        }
        let boundary = self.boundary(parameters)?;
        let mut user = User::new(name, path, identifiers.unique_id("AIDA"), now);
        user.boundary = boundary;
        user.tags = tagging::checked(parameters)?;
        let value = json!({"User": user.value(account)});
        self.users.insert(name.to_owned(), user);
        Ok(value)
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
        if user.login.is_some()
            || !user.keys.is_empty()
            || self.groups.values().any(|group| group.members.contains(name))
        {
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
            return Err(IamFault::quota("AccessKeysPerUser", 2));
        }
        let key = AccessKey {
            id: identifiers.access_key("AKIA"),
            secret: identifiers.secret(40),
            created: now,
            active: true,
            last_used: None,
        };
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
                json!({
                    "UserName": name,
                    "AccessKeyId": key.id,
                    "Status": if key.active { "Active" } else { "Inactive" },
                    "CreateDate": iso(key.created),
                })
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
    pub fn update_access_key(
        &mut self,
        parameters: Parameters<'_>,
        identity: &Identity,
    ) -> Result<Value, IamFault> {
        let name = named_or_self(parameters, identity)?;
        let (id, status) = (parameters.required("AccessKeyId"), parameters.required("Status"));
        let active = match status {
            "Active" => true,
            "Inactive" => false,
            other => {
                let constraint = "satisfy enum value set: [Active, Inactive]".to_owned();
                return Err(IamFault::Invalid { field: "status", value: other.to_owned(), constraint });
            }
        };
        let user = self.users.get_mut(name).ok_or_else(|| missing(name))?;
        let key = user.keys.iter_mut().find(|key| key.id == id);
        key.ok_or_else(|| IamFault::NoSuchAccessKey { id: id.to_owned() })?.active = active;
        Ok(Value::Null)
    }

    /// Notes that a long-lived key signed a call.
    pub(crate) fn key_used(&mut self, id: &str, at: Instant, region: &str, service: &str) {
        let keys = self.users.values_mut().flat_map(|user| &mut user.keys);
        if let Some(key) = keys.into_iter().find(|key| key.id == id) {
            let service = service.trim_end_matches("api").to_owned();
            key.last_used = Some(Used { at, region: region.to_owned(), service });
        }
    }

    pub fn access_key_last_used(&self, parameters: Parameters<'_>) -> Result<Value, IamFault> {
        let id = parameters.required("AccessKeyId");
        let found =
            self.users.values().find_map(|user| Some((user, user.keys.iter().find(|key| key.id == id)?)));
        let Some((user, key)) = found else { return Err(IamFault::NoSuchAccessKey { id: id.to_owned() }) };
        let used = match &key.last_used {
            Some(used) => {
                json!({"LastUsedDate": iso(used.at), "ServiceName": used.service, "Region": used.region})
            }
            None => json!({"ServiceName": "N/A", "Region": "N/A"}),
        };
        Ok(json!({"UserName": user.name, "AccessKeyLastUsed": used}))
    }

    pub fn update_user(&mut self, parameters: Parameters<'_>) -> Result<Value, IamFault> {
        let name = parameters.required("UserName");
        let new = parameters.text("NewUserName").unwrap_or(name);
        check_name("newUserName", new, 64)?;
        let path = parameters.text("NewPath");
        check_path(path.unwrap_or("/"))?;
        if self.users.keys().any(|other| other != name && other.eq_ignore_ascii_case(new)) {
            return Err(IamFault::EntityExists { kind: Holder::User, name: new.to_owned() });
        }
        let mut user = self.users.remove(name).ok_or_else(|| missing(name))?;
        user.name = new.to_owned();
        if let Some(path) = path {
            user.path = path.to_owned();
        }
        self.users.insert(new.to_owned(), user);
        for group in self.groups.values_mut() {
            if group.members.remove(name) {
                group.members.insert(new.to_owned());
            }
        }
        Ok(Value::Null)
    }
}
