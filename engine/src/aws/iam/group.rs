//! Groups: users who share policies. A group is no principal.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::fault::IamFault;
use super::holder::{Holder, Policies};
use super::{Iam, check_name, check_path};
use crate::aws::ident::Identifiers;
use crate::aws::parameters::Parameters;
use crate::aws::timestamp::iso;
use crate::clock::Instant;
use crate::json::json;
use crate::sorted::SortedSet;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Group {
    pub name: String,
    pub path: String,
    pub id: String,
    pub created: Instant,
    pub policies: Policies,
    /// User names.
    pub members: SortedSet<String>,
}

impl Group {
    fn value(&self, account: &str) -> Value {
        json!({
            "Path": self.path,
            "GroupName": self.name,
            "GroupId": self.id,
            "Arn": format!("arn:aws:iam::{account}:group{}{}", self.path, self.name),
            "CreateDate": iso(self.created),
        })
    }
}

fn missing(kind: Holder, name: &str) -> IamFault {
    IamFault::NoSuchEntity { kind, name: name.to_owned() }
}

impl Iam {
    pub fn create_group(
        &mut self,
        parameters: Parameters<'_>,
        account: &str,
        identifiers: &mut Identifiers,
        now: Instant,
    ) -> Result<Value, IamFault> {
        let name = parameters.required("GroupName");
        check_name("groupName", name, 128)?;
        let path = parameters.text("Path").unwrap_or("/");
        check_path(path)?;
        if self.groups.keys().any(|other| other.eq_ignore_ascii_case(name)) {
            return Err(IamFault::EntityExists { kind: Holder::Group, name: name.to_owned() });
        }
        if self.groups.len() >= super::GROUPS {
            return Err(IamFault::quota("GroupsPerAccount", super::GROUPS));
        }
        let group = Group {
            name: name.to_owned(),
            path: path.to_owned(),
            id: identifiers.unique_id("AGPA"),
            created: now,
            policies: Policies::default(),
            members: SortedSet::new(),
        };
        let value = json!({"Group": group.value(account)});
        self.groups.insert(name.to_owned(), group);
        Ok(value)
    }

    pub fn get_group(&self, parameters: Parameters<'_>, account: &str) -> Result<Value, IamFault> {
        let name = parameters.required("GroupName");
        let group = self.groups.get(name).ok_or_else(|| missing(Holder::Group, name))?;
        let users: Vec<Value> = group
            .members
            .iter()
            .filter_map(|member| self.users.get(member))
            .map(|user| {
                json!({
                    "Path": user.path,
                    "UserName": user.name,
                    "UserId": user.id,
                    "Arn": user.arn(account),
                    "CreateDate": iso(user.created),
                })
            })
            .collect();
        Ok(json!({"Users": users, "Group": group.value(account)}))
    }

    pub fn list_groups(&self, parameters: Parameters<'_>, account: &str) -> Value {
        let prefix = parameters.text("PathPrefix").unwrap_or("/");
        let groups: Vec<Value> = self
            .groups
            .values()
            .filter(|group| group.path.starts_with(prefix))
            .map(|group| group.value(account))
            .collect();
        json!({"Groups": groups})
    }

    pub fn delete_group(&mut self, parameters: Parameters<'_>) -> Result<Value, IamFault> {
        let name = parameters.required("GroupName");
        let group = self.groups.get(name).ok_or_else(|| missing(Holder::Group, name))?;
        group.policies.must_be_empty()?;
        if !group.members.is_empty() {
            return Err(IamFault::MustRemoveReferences);
        }
        self.groups.remove(name);
        Ok(Value::Null)
    }

    pub fn add_user_to_group(&mut self, parameters: Parameters<'_>) -> Result<Value, IamFault> {
        let (name, user) = (parameters.required("GroupName"), parameters.required("UserName"));
        if !self.groups.contains_key(name) {
            return Err(missing(Holder::Group, name));
        }
        if !self.users.contains_key(user) {
            return Err(missing(Holder::User, user));
        }
        let joined = self.groups.values().filter(|group| group.name != name && group.members.contains(user));
        if joined.count() >= super::GROUPS_PER_USER {
            return Err(IamFault::quota("GroupsPerUser", super::GROUPS_PER_USER));
        }
        if let Some(group) = self.groups.get_mut(name) {
            group.members.insert(user.to_owned());
        }
        Ok(Value::Null)
    }

    pub fn remove_user_from_group(&mut self, parameters: Parameters<'_>) -> Result<Value, IamFault> {
        let (name, user) = (parameters.required("GroupName"), parameters.required("UserName"));
        let group = self.groups.get_mut(name).ok_or_else(|| missing(Holder::Group, name))?;
        if !group.members.remove(user) {
            return Err(missing(Holder::User, user));
        }
        Ok(Value::Null)
    }

    pub fn list_groups_for_user(&self, parameters: Parameters<'_>, account: &str) -> Result<Value, IamFault> {
        let user = parameters.required("UserName");
        if !self.users.contains_key(user) {
            return Err(missing(Holder::User, user));
        }
        let groups: Vec<Value> = self
            .groups
            .values()
            .filter(|group| group.members.contains(user))
            .map(|group| group.value(account))
            .collect();
        Ok(json!({"Groups": groups}))
    }
    pub fn update_group(&mut self, parameters: Parameters<'_>) -> Result<Value, IamFault> {
        let name = parameters.required("GroupName");
        let new = parameters.text("NewGroupName").unwrap_or(name);
        check_name("newGroupName", new, 128)?;
        let path = parameters.text("NewPath");
        check_path(path.unwrap_or("/"))?;
        if self.groups.keys().any(|other| other != name && other.eq_ignore_ascii_case(new)) {
            return Err(IamFault::EntityExists { kind: Holder::Group, name: new.to_owned() });
        }
        let mut group = self.groups.remove(name).ok_or_else(|| missing(Holder::Group, name))?;
        group.name = new.to_owned();
        if let Some(path) = path {
            group.path = path.to_owned();
        }
        self.groups.insert(new.to_owned(), group);
        Ok(Value::Null)
    }
}
