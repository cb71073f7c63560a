//! IAM: who there is, and what each may do (IAM API Reference).
//!
//! Users, groups and roles hold policies in the same way ([`holder`]); customer policies have versions
//! ([`customer_policy`]); AWS's own policies are data ([`managed`]).

pub mod customer_policy;
pub mod fault;
pub mod group;
pub mod holder;
pub mod managed;
pub mod role;
pub mod simulation;
pub mod user;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::caller::Identity;
use super::ident::Identifiers;
use super::parameters::Parameters;
use super::policy::Context;
use super::policy::decision::{Principal, Source, SourceKind};
use super::policy::document::{Policy, Use};
use super::shape::operations;
use super::{Access, Account, Fault, Order, Reply};
use crate::clock::Instant;
use crate::sorted::SortedMap;
use customer_policy::CustomerPolicy;
use fault::IamFault;
use group::Group;
use holder::Holder;
use role::Role;
use user::User;

operations! {
    CreateUser "Path UserName! PermissionsBoundary Tags:structures",
    GetUser "UserName",
    ListUsers "PathPrefix Marker MaxItems:int",
    DeleteUser "UserName!",
    CreateAccessKey "UserName",
    ListAccessKeys "UserName Marker MaxItems:int",
    DeleteAccessKey "UserName AccessKeyId!",
    CreateGroup "Path GroupName!",
    GetGroup "GroupName! Marker MaxItems:int",
    ListGroups "PathPrefix Marker MaxItems:int",
    DeleteGroup "GroupName!",
    AddUserToGroup "GroupName! UserName!",
    RemoveUserFromGroup "GroupName! UserName!",
    ListGroupsForUser "UserName! Marker MaxItems:int",
    CreateRole "Path RoleName! AssumeRolePolicyDocument! Description MaxSessionDuration:int PermissionsBoundary Tags:structures",
    GetRole "RoleName!",
    ListRoles "PathPrefix Marker MaxItems:int",
    DeleteRole "RoleName!",
    UpdateAssumeRolePolicy "RoleName! PolicyDocument!",
    AttachUserPolicy "UserName! PolicyArn!",
    AttachGroupPolicy "GroupName! PolicyArn!",
    AttachRolePolicy "RoleName! PolicyArn!",
    DetachUserPolicy "UserName! PolicyArn!",
    DetachGroupPolicy "GroupName! PolicyArn!",
    DetachRolePolicy "RoleName! PolicyArn!",
    ListAttachedUserPolicies "UserName! PathPrefix Marker MaxItems:int",
    ListAttachedGroupPolicies "GroupName! PathPrefix Marker MaxItems:int",
    ListAttachedRolePolicies "RoleName! PathPrefix Marker MaxItems:int",
    PutUserPolicy "UserName! PolicyName! PolicyDocument!",
    PutGroupPolicy "GroupName! PolicyName! PolicyDocument!",
    PutRolePolicy "RoleName! PolicyName! PolicyDocument!",
    GetUserPolicy "UserName! PolicyName!",
    GetGroupPolicy "GroupName! PolicyName!",
    GetRolePolicy "RoleName! PolicyName!",
    DeleteUserPolicy "UserName! PolicyName!",
    DeleteGroupPolicy "GroupName! PolicyName!",
    DeleteRolePolicy "RoleName! PolicyName!",
    ListUserPolicies "UserName! Marker MaxItems:int",
    ListGroupPolicies "GroupName! Marker MaxItems:int",
    ListRolePolicies "RoleName! Marker MaxItems:int",
    CreatePolicy "PolicyName! Path PolicyDocument! Description Tags:structures",
    GetPolicy "PolicyArn!",
    ListPolicies "Scope OnlyAttached:bool PathPrefix PolicyUsageFilter Marker MaxItems:int",
    DeletePolicy "PolicyArn!",
    CreatePolicyVersion "PolicyArn! PolicyDocument! SetAsDefault:bool",
    GetPolicyVersion "PolicyArn! VersionId!",
    ListPolicyVersions "PolicyArn! Marker MaxItems:int",
    DeletePolicyVersion "PolicyArn! VersionId!",
    SetDefaultPolicyVersion "PolicyArn! VersionId!",
    ListEntitiesForPolicy "PolicyArn! EntityFilter PathPrefix PolicyUsageFilter Marker MaxItems:int",
    SimulatePrincipalPolicy "PolicySourceArn! PolicyInputList:strings PermissionsBoundaryPolicyInputList:strings ActionNames!:strings ResourceArns:strings ResourcePolicy ResourceOwner CallerArn ContextEntries:structures ResourceHandlingOption MaxItems:int Marker",
}

/// Operations AWS has and the sandbox does not.
pub const NOT_SIMULATED: &str = "AddRoleToInstanceProfile ChangePassword CreateAccountAlias CreateInstanceProfile CreateLoginProfile \
CreateOpenIDConnectProvider CreateSAMLProvider CreateServiceLinkedRole CreateVirtualMFADevice DeleteAccountAlias \
DeleteInstanceProfile DeleteLoginProfile DeleteRolePermissionsBoundary DeleteServiceLinkedRole \
DeleteUserPermissionsBoundary EnableMFADevice GenerateCredentialReport GetAccessKeyLastUsed \
GetAccountAuthorizationDetails GetAccountPasswordPolicy GetAccountSummary GetContextKeysForCustomPolicy \
GetContextKeysForPrincipalPolicy GetCredentialReport GetInstanceProfile GetLoginProfile ListAccountAliases \
ListInstanceProfiles ListInstanceProfilesForRole ListMFADevices ListPoliciesGrantingServiceAccess ListPolicyTags \
ListRoleTags ListUserTags PutRolePermissionsBoundary PutUserPermissionsBoundary RemoveRoleFromInstanceProfile \
SimulateCustomPolicy TagPolicy TagRole TagUser UntagPolicy UntagRole UntagUser UpdateAccessKey \
UpdateAccountPasswordPolicy UpdateGroup UpdateLoginProfile UpdateRole UpdateRoleDescription UpdateUser";

/// All identities and customer policies of the account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Iam {
    pub users: SortedMap<String, User>,
    pub groups: SortedMap<String, Group>,
    pub roles: SortedMap<String, Role>,
    /// By ARN.
    pub customer_policies: SortedMap<String, CustomerPolicy>,
}

/// A caller whose identity exists, with everything that decides what it may do.
#[derive(Clone, Debug)]
pub struct Authenticated {
    pub principal: Principal,
    /// `AIDA...`, or `AROA...:session`.
    pub user_id: String,
    pub sources: Vec<Source>,
    pub context: Context,
    pub identity: Identity,
}

impl Iam {
    /// The user `learner`, who may do everything.
    pub fn new(now: Instant, identifiers: &mut Identifiers) -> Self {
        let mut learner = User::new("learner", "/", identifiers.unique_id("AIDA"), now);
        learner.policies.managed.push(managed::ADMINISTRATOR_ACCESS.to_owned());
        Iam {
            users: SortedMap::from([("learner".to_owned(), learner)]),
            groups: SortedMap::new(),
            roles: SortedMap::new(),
            customer_policies: SortedMap::new(),
        }
    }

    /// The identity with its policies; `None` when there is no such user or role.
    pub fn authenticate(&self, identity: &Identity, account: &str) -> Option<Authenticated> {
        let context = Context::default().with("aws:PrincipalAccount", account);
        match identity {
            Identity::User(name) => {
                let user = self.users.get(name)?;
                let arn = user.arn(account);
                let mut sources = self.sources(&user.policies, SourceKind::Identity);
                for group in self.groups.values().filter(|group| group.members.contains(name)) {
                    sources.extend(self.sources(&group.policies, SourceKind::Identity));
                }
                sources.extend(user.boundary.as_ref().and_then(|arn| self.source(arn, SourceKind::Boundary)));
                let mut context = context
                    .with("aws:username", name.clone())
                    .with("aws:userid", user.id.clone())
                    .with("aws:PrincipalArn", arn.clone())
                    .with("aws:PrincipalType", "User");
                for (key, value) in &user.tags {
                    context.insert(&format!("aws:PrincipalTag/{key}"), value.clone());
                }
                Some(Authenticated {
                    principal: Principal::User { arn, account: account.to_owned() },
                    user_id: user.id.clone(),
                    sources,
                    context,
                    identity: identity.clone(),
                })
            }
            Identity::Session { role: name, session } => {
                let role = self.roles.get(name)?;
                let user_id = format!("{}:{session}", role.id);
                let mut sources = self.sources(&role.policies, SourceKind::Identity);
                sources.extend(role.boundary.as_ref().and_then(|arn| self.source(arn, SourceKind::Boundary)));
                let mut context = context
                    .with("aws:userid", user_id.clone())
                    .with("aws:PrincipalArn", role.arn(account))
                    .with("aws:PrincipalType", "AssumedRole");
                for (key, value) in &role.tags {
                    context.insert(&format!("aws:PrincipalTag/{key}"), value.clone());
                }
                Some(Authenticated {
                    principal: Principal::Session {
                        arn: format!("arn:aws:sts::{account}:assumed-role/{name}/{session}"),
                        role: role.arn(account),
                        account: account.to_owned(),
                    },
                    user_id,
                    sources,
                    context,
                    identity: identity.clone(),
                })
            }
        }
    }

    /// The user who holds an access key, with the key's secret.
    pub fn access_key(&self, id: &str) -> Option<(&User, &str)> {
        self.users
            .values()
            .find_map(|user| user.keys.iter().find(|key| key.id == id).map(|key| (user, key.secret.as_str())))
    }
}

/// The rights an operation needs: the action of its own name on what it is about.
pub fn access(operation: Operation, account: &Account, order: &Order<'_>) -> Vec<Access> {
    use Operation::*;
    let parameters = order.parameters;
    let named = |kind: Holder, path: Option<&str>| {
        let name = parameters.text(kind.member()).unwrap_or("");
        let path = match kind {
            Holder::User => account.iam.users.get(name).map(|user| user.path.as_str()),
            Holder::Group => account.iam.groups.get(name).map(|group| group.path.as_str()),
            Holder::Role => account.iam.roles.get(name).map(|role| role.path.as_str()),
        }
        .or(path)
        .unwrap_or("/");
        let name = match (kind, name, &order.caller.identity) {
            (Holder::User, "", Identity::User(own)) => own,
            _ => name,
        };
        format!("arn:aws:iam::{}:{}{path}{name}", account.id, kind.word())
    };
    let all = |word: &str| format!("arn:aws:iam::{}:{word}/", account.id);
    let resource = match operation {
        CreateUser
        | GetUser
        | DeleteUser
        | CreateAccessKey
        | ListAccessKeys
        | DeleteAccessKey
        | ListGroupsForUser
        | AttachUserPolicy
        | DetachUserPolicy
        | ListAttachedUserPolicies
        | PutUserPolicy
        | GetUserPolicy
        | DeleteUserPolicy
        | ListUserPolicies => named(Holder::User, parameters.text("Path")),
        CreateGroup
        | GetGroup
        | DeleteGroup
        | AddUserToGroup
        | RemoveUserFromGroup
        | AttachGroupPolicy
        | DetachGroupPolicy
        | ListAttachedGroupPolicies
        | PutGroupPolicy
        | GetGroupPolicy
        | DeleteGroupPolicy
        | ListGroupPolicies => named(Holder::Group, parameters.text("Path")),
        CreateRole
        | GetRole
        | DeleteRole
        | UpdateAssumeRolePolicy
        | AttachRolePolicy
        | DetachRolePolicy
        | ListAttachedRolePolicies
        | PutRolePolicy
        | GetRolePolicy
        | DeleteRolePolicy
        | ListRolePolicies => named(Holder::Role, parameters.text("Path")),
        ListUsers => all("user"),
        ListGroups => all("group"),
        ListRoles => all("role"),
        ListPolicies => all("policy"),
        CreatePolicy => format!(
            "arn:aws:iam::{}:policy{}{}",
            account.id,
            parameters.text("Path").unwrap_or("/"),
            parameters.required("PolicyName")
        ),
        GetPolicy
        | DeletePolicy
        | CreatePolicyVersion
        | GetPolicyVersion
        | ListPolicyVersions
        | DeletePolicyVersion
        | SetDefaultPolicyVersion
        | ListEntitiesForPolicy => parameters.required("PolicyArn").to_owned(),
        SimulatePrincipalPolicy => parameters.required("PolicySourceArn").to_owned(),
    };
    let mut context = Context::default();
    if let (
        AttachUserPolicy | AttachGroupPolicy | AttachRolePolicy | DetachUserPolicy | DetachGroupPolicy
        | DetachRolePolicy,
        Some(arn),
    ) = (operation, parameters.text("PolicyArn"))
    {
        context.insert("iam:PolicyARN", arn);
    }
    for tag in parameters.structures("Tags") {
        context.insert(&format!("aws:RequestTag/{}", tag.required("Key")), tag.required("Value"));
        context.insert("aws:TagKeys", tag.required("Key"));
    }
    vec![Access { action: format!("iam:{}", operation.name()), resource, context }]
}

pub fn run(operation: Operation, account: &mut Account, order: &Order<'_>) -> Result<Reply, Fault> {
    use Operation::*;
    let (parameters, now) = (order.parameters, order.now);
    let Account { id, iam, identifiers, .. } = account;
    let value = match operation {
        CreateUser => iam.create_user(parameters, id, identifiers, now),
        GetUser => iam.get_user(parameters, id, &order.caller.identity),
        ListUsers => Ok(iam.list_users(parameters, id)),
        DeleteUser => iam.delete_user(parameters),
        CreateAccessKey => iam.create_access_key(parameters, &order.caller.identity, identifiers, now),
        ListAccessKeys => iam.list_access_keys(parameters, &order.caller.identity),
        DeleteAccessKey => iam.delete_access_key(parameters, &order.caller.identity),
        CreateGroup => iam.create_group(parameters, id, identifiers, now),
        GetGroup => iam.get_group(parameters, id),
        ListGroups => Ok(iam.list_groups(parameters, id)),
        DeleteGroup => iam.delete_group(parameters),
        AddUserToGroup => iam.add_user_to_group(parameters),
        RemoveUserFromGroup => iam.remove_user_from_group(parameters),
        ListGroupsForUser => iam.list_groups_for_user(parameters, id),
        CreateRole => iam.create_role(parameters, id, identifiers, now),
        GetRole => iam.get_role(parameters, id),
        ListRoles => Ok(iam.list_roles(parameters, id)),
        DeleteRole => iam.delete_role(parameters),
        UpdateAssumeRolePolicy => iam.update_assume_role_policy(parameters, id),
        AttachUserPolicy => iam.attach(Holder::User, parameters),
        AttachGroupPolicy => iam.attach(Holder::Group, parameters),
        AttachRolePolicy => iam.attach(Holder::Role, parameters),
        DetachUserPolicy => iam.detach(Holder::User, parameters),
        DetachGroupPolicy => iam.detach(Holder::Group, parameters),
        DetachRolePolicy => iam.detach(Holder::Role, parameters),
        ListAttachedUserPolicies => iam.list_attached(Holder::User, parameters),
        ListAttachedGroupPolicies => iam.list_attached(Holder::Group, parameters),
        ListAttachedRolePolicies => iam.list_attached(Holder::Role, parameters),
        PutUserPolicy => iam.put_inline(Holder::User, parameters),
        PutGroupPolicy => iam.put_inline(Holder::Group, parameters),
        PutRolePolicy => iam.put_inline(Holder::Role, parameters),
        GetUserPolicy => iam.get_inline(Holder::User, parameters),
        GetGroupPolicy => iam.get_inline(Holder::Group, parameters),
        GetRolePolicy => iam.get_inline(Holder::Role, parameters),
        DeleteUserPolicy => iam.delete_inline(Holder::User, parameters),
        DeleteGroupPolicy => iam.delete_inline(Holder::Group, parameters),
        DeleteRolePolicy => iam.delete_inline(Holder::Role, parameters),
        ListUserPolicies => iam.list_inline(Holder::User, parameters),
        ListGroupPolicies => iam.list_inline(Holder::Group, parameters),
        ListRolePolicies => iam.list_inline(Holder::Role, parameters),
        CreatePolicy => iam.create_policy(parameters, id, identifiers, now),
        GetPolicy => iam.get_policy(parameters),
        ListPolicies => Ok(iam.list_policies(parameters)),
        DeletePolicy => iam.delete_policy(parameters),
        CreatePolicyVersion => iam.create_policy_version(parameters, now),
        GetPolicyVersion => iam.get_policy_version(parameters),
        ListPolicyVersions => iam.list_policy_versions(parameters),
        DeletePolicyVersion => iam.delete_policy_version(parameters),
        SetDefaultPolicyVersion => iam.set_default_policy_version(parameters),
        ListEntitiesForPolicy => iam.list_entities_for_policy(parameters),
        SimulatePrincipalPolicy => simulation::simulate(account, order),
    }?;
    Ok(Reply { value, body: None })
}

/// Names are letters, digits and `_+=,.@-`, at most `longest` of them.
fn check_name(field: &'static str, name: &str, longest: usize) -> Result<(), IamFault> {
    let invalid = |constraint: String| IamFault::Invalid { field, value: name.to_owned(), constraint };
    if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c)) {
        return Err(invalid("satisfy regular expression pattern: [\\w+=,.@-]+".to_owned()));
    }
    if name.len() > longest {
        return Err(invalid(format!("have length less than or equal to {longest}")));
    }
    Ok(())
}

fn check_path(path: &str) -> Result<(), IamFault> {
    if path.starts_with('/') && path.ends_with('/') {
        return Ok(());
    }
    Err(IamFault::Invalid {
        field: "path",
        value: path.to_owned(),
        constraint: "satisfy regular expression pattern: (\\u002F)|(\\u002F[\\u0021-\\u007E]+\\u002F)"
            .to_owned(),
    })
}

/// Reads a document as IAM does when it is handed in.
fn policy_document(text: &str, used: Use) -> Result<Policy, IamFault> {
    Policy::parse(text, used).map_err(|malformed| IamFault::Malformed { sentence: malformed.0 })
}

/// Quotas count no white space.
fn size(document: &str) -> usize {
    document.chars().filter(|c| !c.is_whitespace()).count()
}

/// A stored document as the CLI shows it.
fn document_value(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned()))
}

/// `Tags` as a map.
fn tags(parameters: Parameters<'_>) -> SortedMap<String, String> {
    parameters
        .structures("Tags")
        .into_iter()
        .map(|tag| (tag.required("Key").to_owned(), tag.required("Value").to_owned()))
        .collect()
}

fn tags_value(tags: &SortedMap<String, String>) -> Value {
    Value::Array(tags.iter().map(|(key, value)| serde_json::json!({"Key": key, "Value": value})).collect())
}
