//! Tags of users, roles, customer policies and instance profiles.

use serde_json::Value;

use super::fault::IamFault;
use super::holder::Holder;
use super::{Iam, managed};
use crate::aws::parameters::Parameters;
use crate::json::json;
use crate::sorted::SortedMap;

pub type Tags = SortedMap<String, String>;

impl Iam {
    /// The tags of what the parameters name.
    fn tags_mut(&mut self, parameters: Parameters<'_>) -> Result<&mut Tags, IamFault> {
        let missing = |kind, name: &str| IamFault::NoSuchEntity { kind, name: name.to_owned() };
        if let Some(name) = parameters.text("InstanceProfileName") {
            return match self.instance_profiles.get_mut(name) {
                Some(profile) => Ok(&mut profile.tags),
                None => Err(IamFault::NoSuchInstanceProfile { name: name.to_owned() }),
            };
        }
        if let Some(name) = parameters.text("RoleName") {
            self.modifiable_role(name)?;
            return self
                .roles
                .get_mut(name)
                .map(|role| &mut role.tags)
                .ok_or_else(|| missing(Holder::Role, name));
        }
        if let Some(arn) = parameters.text("PolicyArn") {
            if managed::find(arn).is_some() {
                return Err(IamFault::Managed { arn: arn.to_owned() });
            }
            return match self.customer_policies.get_mut(arn) {
                Some(policy) => Ok(&mut policy.tags),
                None => Err(IamFault::NoSuchPolicy { arn: arn.to_owned() }),
            };
        }
        let name = parameters.required("UserName");
        self.users.get_mut(name).map(|user| &mut user.tags).ok_or_else(|| missing(Holder::User, name))
    }

    pub fn tag(&mut self, parameters: Parameters<'_>) -> Result<Value, IamFault> {
        let new = checked(parameters)?;
        let tags = self.tags_mut(parameters)?;
        let added = new.keys().filter(|key| !tags.contains_key(*key)).count();
        if tags.len() + added > 50 {
            return Err(too_many());
        }
        for (key, value) in new {
            tags.insert(key, value);
        }
        Ok(Value::Null)
    }

    pub fn untag(&mut self, parameters: Parameters<'_>) -> Result<Value, IamFault> {
        let tags = self.tags_mut(parameters)?;
        for key in parameters.texts("TagKeys") {
            tags.remove(key);
        }
        Ok(Value::Null)
    }

    pub fn list_tags(&mut self, parameters: Parameters<'_>) -> Result<Value, IamFault> {
        Ok(json!({"Tags": value(self.tags_mut(parameters)?)}))
    }
}

fn too_many() -> IamFault {
    IamFault::LimitExceeded { sentence: "The number of tags has reached the maximum limit.".to_owned() }
}

/// `Tags` of a call, when IAM takes them.
pub fn checked(parameters: Parameters<'_>) -> Result<Tags, IamFault> {
    let mut tags = Tags::new();
    for tag in parameters.structures("Tags") {
        let (key, value) = (tag.required("Key"), tag.required("Value"));
        for (field, text, longest) in [("tags.1.member.key", key, 128), ("tags.1.member.value", value, 256)] {
            if text.chars().count() > longest {
                let constraint = format!("have length less than or equal to {longest}");
                return Err(IamFault::Invalid { field, value: text.to_owned(), constraint });
            }
        }
        if key.is_empty() || key.to_ascii_lowercase().starts_with("aws:") {
            let constraint = "satisfy regular expression pattern: [\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+".to_owned();
            return Err(IamFault::Invalid { field: "tags.1.member.key", value: key.to_owned(), constraint });
        }
        if tags.keys().any(|other| other.eq_ignore_ascii_case(key)) {
            let sentence =
                "Duplicate tag keys found. Please note that Tag keys are case insensitive.".to_owned();
            return Err(IamFault::InvalidInput { sentence });
        }
        tags.insert(key.to_owned(), value.to_owned());
    }
    if tags.len() > 50 { Err(too_many()) } else { Ok(tags) }
}

pub fn value(tags: &Tags) -> Value {
    Value::Array(tags.iter().map(|(key, value)| json!({"Key": key, "Value": value})).collect())
}
