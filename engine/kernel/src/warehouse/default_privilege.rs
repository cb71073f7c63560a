//! Default privileges: what others get on an object in the moment its owner makes it (Developer Guide,
//! "ALTER DEFAULT PRIVILEGES").

use serde::{Deserialize, Serialize};

use super::access::{Acl, Grant, Grantee, Privilege, UserId};
use super::catalog::{Database, ObjectId};
use super::identifier::Identifier;

/// Kinds of objects that have default privileges.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum DefaultKind {
    Tables,
    Functions,
    Procedures,
}

/// Whose new objects, where and of what kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct DefaultKey {
    pub owner: UserId,
    /// `None` is every schema.
    pub schema: Option<ObjectId>,
    pub kind: DefaultKind,
}

impl DefaultKey {
    /// What holds where nothing was altered: new functions are everybody's to run. An entry for one schema
    /// begins empty, because it only adds to the one for all.
    pub fn built_in(self) -> Acl {
        let mut acl = Acl::default();
        if self.kind == DefaultKind::Functions && self.schema.is_none() {
            acl.grants.insert(Grant::new(Grantee::Public, Privilege::Execute, self.owner));
        }
        acl
    }
}

impl Database {
    /// The grants that a new object of `owner` begins with.
    pub fn initial_acl(&self, owner: UserId, schema: &Identifier, kind: DefaultKind) -> Acl {
        let key = DefaultKey { owner, schema: None, kind };
        let mut acl = self.defaults.get(&key).map_or_else(|| key.built_in(), |acl| (**acl).clone());
        let schema = self.schema(schema).map(|schema| schema.id);
        if let Some(added) = schema.and_then(|id| self.defaults.get(&DefaultKey { schema: Some(id), ..key }))
        {
            acl.grants.extend(added.grants.iter().cloned());
        }
        acl
    }
}
