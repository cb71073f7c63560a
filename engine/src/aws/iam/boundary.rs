//! Permissions boundaries: the most that a user or role can be allowed.

use serde_json::Value;

use super::Iam;
use super::fault::IamFault;
use super::holder::Holder;
use crate::aws::parameters::Parameters;
use crate::json::json;

impl Iam {
    /// The boundary asked for, when it is a policy.
    pub(super) fn boundary(&self, parameters: Parameters<'_>) -> Result<Option<String>, IamFault> {
        match parameters.text("PermissionsBoundary") {
            Some(arn) if !arn.starts_with("arn:aws:iam::") => Err(IamFault::InvalidArn),
            Some(arn) if super::managed::find(arn).is_none() && !self.customer_policies.contains_key(arn) => {
                Err(IamFault::NoSuchPolicy { arn: arn.to_owned() })
            }
            other => Ok(other.map(str::to_owned)),
        }
    }

    fn boundary_mut(&mut self, kind: Holder, name: &str) -> Result<&mut Option<String>, IamFault> {
        if kind == Holder::Role {
            self.modifiable_role(name)?;
        }
        match kind {
            Holder::User => self.users.get_mut(name).map(|user| &mut user.boundary),
            Holder::Role => self.roles.get_mut(name).map(|role| &mut role.boundary),
            Holder::Group => None,
        }
        .ok_or_else(|| IamFault::NoSuchEntity { kind, name: name.to_owned() })
    }

    pub fn put_boundary(&mut self, kind: Holder, parameters: Parameters<'_>) -> Result<Value, IamFault> {
        let boundary = self.boundary(parameters)?;
        *self.boundary_mut(kind, parameters.required(kind.member()))? = boundary;
        Ok(Value::Null)
    }

    pub fn delete_boundary(&mut self, kind: Holder, parameters: Parameters<'_>) -> Result<Value, IamFault> {
        let name = parameters.required(kind.member());
        match self.boundary_mut(kind, name)?.take() {
            Some(_) => Ok(Value::Null),
            // unconfirmed: the sentence.
            None => Err(IamFault::NoBoundary { kind, name: name.to_owned() }),
        }
    }

    /// How many users and roles a policy bounds.
    pub(super) fn bounded_by(&self, arn: &str) -> usize {
        let users = self.users.values().map(|user| &user.boundary);
        let roles = self.roles.values().map(|role| &role.boundary);
        users.chain(roles).filter(|boundary| boundary.as_deref() == Some(arn)).count()
    }
}

/// As GetUser and GetRole show it.
pub(super) fn value(arn: &str) -> Value {
    json!({"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": arn})
}
