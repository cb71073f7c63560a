//! AWS's own policies that the labs use, as data: the statements of the real ones, state of 2023.

/// A policy that AWS maintains. Cannot be changed.
#[derive(Debug)]
pub struct ManagedPolicy {
    pub name: &'static str,
    /// `/`, or `/service-role/` for what services' roles are given.
    pub path: &'static str,
    pub id: &'static str,
    pub version: &'static str,
    /// As `GetPolicy` prints it.
    pub created: &'static str,
    pub document: &'static str,
}

pub const ADMINISTRATOR_ACCESS: &str = "arn:aws:iam::aws:policy/AdministratorAccess";

/// In the order `ListPolicies` shows them. Ids and dates are those of the real policies where they are
/// public; the others are unconfirmed and only have their shape.
pub static ALL: [ManagedPolicy; 10] = [
    ManagedPolicy {
        name: "AdministratorAccess",
        path: "/",
        id: "ANPAIWMBCKSKIEE64ZLYK",
        version: "v1",
        created: "2015-02-06T18:39:46+00:00",
        document: include_str!("managed/AdministratorAccess.json"),
    },
    ManagedPolicy {
        name: "AmazonRedshiftAllCommandsFullAccess",
        path: "/",
        id: "ANPAZKAPJZG4KD5YQ7X2N",
        version: "v2",
        created: "2021-11-04T00:48:26+00:00",
        document: include_str!("managed/AmazonRedshiftAllCommandsFullAccess.json"),
    },
    ManagedPolicy {
        name: "AmazonRedshiftFullAccess",
        path: "/",
        id: "ANPAISEKCHH4YDB46B5ZO",
        version: "v5",
        created: "2015-02-06T18:40:50+00:00",
        document: include_str!("managed/AmazonRedshiftFullAccess.json"),
    },
    ManagedPolicy {
        name: "AmazonS3FullAccess",
        path: "/",
        id: "ANPAIFIR6V6BVTRAHWINE",
        version: "v2",
        created: "2015-02-06T18:40:58+00:00",
        document: include_str!("managed/AmazonS3FullAccess.json"),
    },
    ManagedPolicy {
        name: "AmazonS3ReadOnlyAccess",
        path: "/",
        id: "ANPAIZTJ4DXE7G6AGAE6M",
        version: "v2",
        created: "2015-02-06T18:40:59+00:00",
        document: include_str!("managed/AmazonS3ReadOnlyAccess.json"),
    },
    ManagedPolicy {
        name: "AmazonSageMakerFullAccess",
        path: "/",
        id: "ANPAJZ5IWYMXO5QDB4QOG",
        version: "v23",
        created: "2017-11-29T13:07:59+00:00",
        document: include_str!("managed/AmazonSageMakerFullAccess.json"),
    },
    ManagedPolicy {
        name: "AWSGlueConsoleFullAccess",
        path: "/",
        id: "ANPAJNZGDEOD7MISOVSVI",
        version: "v14",
        created: "2017-08-14T13:37:39+00:00",
        document: include_str!("managed/AWSGlueConsoleFullAccess.json"),
    },
    ManagedPolicy {
        name: "AWSGlueServiceRole",
        path: "/service-role/",
        id: "ANPAIRUJCPEBPMEZFAS32",
        version: "v5",
        created: "2017-08-14T13:37:21+00:00",
        document: include_str!("managed/AWSGlueServiceRole.json"),
    },
    ManagedPolicy {
        name: "IAMFullAccess",
        path: "/",
        id: "ANPAI7XKCFMBPM3QQRRVQ",
        version: "v2",
        created: "2015-02-06T18:40:38+00:00",
        document: include_str!("managed/IAMFullAccess.json"),
    },
    ManagedPolicy {
        name: "PowerUserAccess",
        path: "/",
        id: "ANPAJYRXTHIB4FOVS3ZXS",
        version: "v5",
        created: "2015-02-06T18:39:47+00:00",
        document: include_str!("managed/PowerUserAccess.json"),
    },
];

impl ManagedPolicy {
    pub fn arn(&self) -> String {
        format!("arn:aws:iam::aws:policy{}{}", self.path, self.name)
    }
}

/// The policy with this ARN, when it is one of AWS's.
pub fn find(arn: &str) -> Option<&'static ManagedPolicy> {
    let place = arn.strip_prefix("arn:aws:iam::aws:policy")?;
    ALL.iter().find(|policy| place.strip_prefix(policy.path) == Some(policy.name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::policy::document::{Policy, Use};

    #[test]
    fn every_document_is_a_policy() {
        for policy in &ALL {
            Policy::parse(policy.document, Use::Identity)
                .unwrap_or_else(|e| panic!("{}: {}", policy.name, e.0));
        }
    }
}
