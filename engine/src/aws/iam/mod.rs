//! IAM: who there is, and what each may do (IAM API Reference).
//!
//! Users, groups and roles hold policies in the same way ([`holder`]); customer policies have versions
//! ([`customer_policy`]); AWS's own policies are data ([`managed`]).

mod access;
mod account_settings;
mod boundary;
pub mod customer_policy;
pub mod fault;
pub mod group;
pub mod holder;
mod instance_profile;
mod login;
pub mod managed;
pub mod role;
mod service_linked_role;
pub mod simulation;
mod tagging;
pub mod user;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::caller::Identity;
use super::ident::Identifiers;
use super::policy::Context;
use super::policy::decision::{Principal, Source, SourceKind};
use super::policy::document::{Policy, Use};
use super::shape::operations;
use super::{Account, Fault, Order, Reply};
use crate::clock::Instant;
use crate::sorted::SortedMap;
pub use access::access;
use customer_policy::CustomerPolicy;
use fault::IamFault;
use group::Group;
use holder::Holder;
use instance_profile::InstanceProfile;
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
    UpdateUser "UserName! NewPath NewUserName",
    UpdateGroup "GroupName! NewPath NewGroupName",
    UpdateRole "RoleName! Description MaxSessionDuration:int",
    UpdateRoleDescription "RoleName! Description!",
    UpdateAccessKey "UserName AccessKeyId! Status!",
    GetAccessKeyLastUsed "AccessKeyId!",
    TagUser "UserName! Tags!:structures",
    TagRole "RoleName! Tags!:structures",
    TagPolicy "PolicyArn! Tags!:structures",
    TagInstanceProfile "InstanceProfileName! Tags!:structures",
    UntagUser "UserName! TagKeys!:strings",
    UntagRole "RoleName! TagKeys!:strings",
    UntagPolicy "PolicyArn! TagKeys!:strings",
    UntagInstanceProfile "InstanceProfileName! TagKeys!:strings",
    ListUserTags "UserName! Marker MaxItems:int",
    ListRoleTags "RoleName! Marker MaxItems:int",
    ListPolicyTags "PolicyArn! Marker MaxItems:int",
    ListInstanceProfileTags "InstanceProfileName! Marker MaxItems:int",
    PutUserPermissionsBoundary "UserName! PermissionsBoundary!",
    PutRolePermissionsBoundary "RoleName! PermissionsBoundary!",
    DeleteUserPermissionsBoundary "UserName!",
    DeleteRolePermissionsBoundary "RoleName!",
    CreateLoginProfile "UserName! Password! PasswordResetRequired:bool",
    GetLoginProfile "UserName",
    UpdateLoginProfile "UserName! Password PasswordResetRequired:bool",
    DeleteLoginProfile "UserName!",
    ChangePassword "OldPassword! NewPassword!",
    GetAccountPasswordPolicy "",
    UpdateAccountPasswordPolicy "MinimumPasswordLength:int RequireSymbols:bool RequireNumbers:bool RequireUppercaseCharacters:bool RequireLowercaseCharacters:bool AllowUsersToChangePassword:bool MaxPasswordAge:int PasswordReusePrevention:int HardExpiry:bool",
    DeleteAccountPasswordPolicy "",
    CreateServiceLinkedRole "AWSServiceName! Description CustomSuffix",
    DeleteServiceLinkedRole "RoleName!",
    GetServiceLinkedRoleDeletionStatus "DeletionTaskId!",
    CreateInstanceProfile "InstanceProfileName! Path Tags:structures",
    GetInstanceProfile "InstanceProfileName!",
    DeleteInstanceProfile "InstanceProfileName!",
    ListInstanceProfiles "PathPrefix Marker MaxItems:int",
    ListInstanceProfilesForRole "RoleName! Marker MaxItems:int",
    AddRoleToInstanceProfile "InstanceProfileName! RoleName!",
    RemoveRoleFromInstanceProfile "InstanceProfileName! RoleName!",
    CreateAccountAlias "AccountAlias!",
    DeleteAccountAlias "AccountAlias!",
    ListAccountAliases "Marker MaxItems:int",
    GetAccountSummary "",
    GetContextKeysForCustomPolicy "PolicyInputList!:strings",
    GetContextKeysForPrincipalPolicy "PolicySourceArn! PolicyInputList:strings",
    SimulateCustomPolicy "PolicyInputList!:strings PermissionsBoundaryPolicyInputList:strings ActionNames!:strings ResourceArns:strings ResourcePolicy ResourceOwner CallerArn ContextEntries:structures ResourceHandlingOption MaxItems:int Marker",
    SimulatePrincipalPolicy "PolicySourceArn! PolicyInputList:strings PermissionsBoundaryPolicyInputList:strings ActionNames!:strings ResourceArns:strings ResourcePolicy ResourceOwner CallerArn ContextEntries:structures ResourceHandlingOption MaxItems:int Marker",
}

/// Operations AWS has and the sandbox does not.
pub const NOT_SIMULATED: &str = "Generate|Get:CredentialReport Deactivate|Enable|List+|Resync:MFADevice \
Create|Delete|Get|List+:OpenIDConnectProvider Generate|Get:OrganizationsAccessReport \
Create|Delete|Get|List+|Update:SAMLProvider Delete|Get|List+|Upload:SSHPublicKey \
Delete|Get|List+|Upload:ServerCertificate Generate|Get:ServiceLastAccessedDetails \
Create|Delete|List+:ServiceSpecificCredential Delete|List+|Upload:SigningCertificate \
Create|Delete|List+:VirtualMFADevice GetAccountAuthorizationDetails AddClientIDToOpenIDConnectProvider \
UpdateOpenIDConnectProviderThumbprint ListPoliciesGrantingServiceAccess SetSecurityTokenServicePreferences";

/// How many there may be in an account.
pub(super) const GROUPS: usize = 300;
pub(super) const ROLES: usize = 1_000;
pub(super) const POLICIES: usize = 1_500;
pub(super) const GROUPS_PER_USER: usize = 10;

/// All identities and customer policies of the account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Iam {
    pub users: SortedMap<String, User>,
    pub groups: SortedMap<String, Group>,
    pub roles: SortedMap<String, Role>,
    /// By ARN.
    pub customer_policies: SortedMap<String, CustomerPolicy>,
    pub instance_profiles: SortedMap<String, InstanceProfile>,
    pub alias: Option<String>,
    /// The account's password policy, as JSON.
    password_policy: Option<String>,
    /// Deletions of service-linked roles: task, and why it failed.
    deletions: Vec<(String, Option<String>)>,
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
            instance_profiles: SortedMap::new(),
            alias: None,
            password_policy: None,
            deletions: Vec::new(),
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

    /// The user who holds an active access key, with the key's secret.
    pub fn access_key(&self, id: &str) -> Option<(&User, &str)> {
        self.users.values().find_map(|user| {
            let key = user.keys.iter().find(|key| key.id == id && key.active)?;
            Some((user, key.secret.as_str()))
        })
    }
}

pub fn run(operation: Operation, account: &mut Account, order: &Order<'_>) -> Result<Reply, Fault> {
    use Operation::*;
    let (parameters, now) = (order.parameters, order.now);
    // These look beyond IAM.
    match operation {
        SimulatePrincipalPolicy | SimulateCustomPolicy => {
            let value = simulation::simulate(account, order)?;
            return Ok(Reply { value, body: None });
        }
        DeleteServiceLinkedRole => {
            let value = service_linked_role::delete(account, order)?;
            return Ok(Reply { value, body: None });
        }
        _ => {}
    }
    let Account { id, iam, identifiers, .. } = account;
    let own = &order.caller.identity;
    let value = match operation {
        CreateUser => iam.create_user(parameters, id, identifiers, now),
        GetUser => iam.get_user(parameters, id, &order.caller.identity),
        ListUsers => Ok(iam.list_users(parameters, id)),
        DeleteUser => iam.delete_user(parameters),
        CreateAccessKey => iam.create_access_key(parameters, own, identifiers, now),
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
        UpdateUser => iam.update_user(parameters),
        UpdateGroup => iam.update_group(parameters),
        UpdateRole | UpdateRoleDescription => {
            iam.update_role(parameters, id, operation == UpdateRoleDescription)
        }
        UpdateAccessKey => iam.update_access_key(parameters, own),
        GetAccessKeyLastUsed => iam.access_key_last_used(parameters),
        TagUser | TagRole | TagPolicy | TagInstanceProfile => iam.tag(parameters),
        UntagUser | UntagRole | UntagPolicy | UntagInstanceProfile => iam.untag(parameters),
        ListUserTags | ListRoleTags | ListPolicyTags | ListInstanceProfileTags => iam.list_tags(parameters),
        PutUserPermissionsBoundary => iam.put_boundary(Holder::User, parameters),
        PutRolePermissionsBoundary => iam.put_boundary(Holder::Role, parameters),
        DeleteUserPermissionsBoundary => iam.delete_boundary(Holder::User, parameters),
        DeleteRolePermissionsBoundary => iam.delete_boundary(Holder::Role, parameters),
        CreateLoginProfile => iam.create_login(parameters, now),
        GetLoginProfile => iam.get_login(parameters, own),
        UpdateLoginProfile => iam.update_login(parameters),
        DeleteLoginProfile => iam.delete_login(parameters),
        ChangePassword => iam.change_password(parameters, own),
        GetAccountPasswordPolicy => iam.get_password_policy(id),
        UpdateAccountPasswordPolicy => iam.update_password_policy(parameters),
        DeleteAccountPasswordPolicy => iam.delete_password_policy(id),
        CreateServiceLinkedRole => iam.create_service_linked_role(parameters, id, identifiers, now),
        GetServiceLinkedRoleDeletionStatus => iam.deletion_status(parameters),
        CreateInstanceProfile => iam.create_instance_profile(parameters, id, identifiers, now),
        GetInstanceProfile => iam.get_instance_profile(parameters, id),
        DeleteInstanceProfile => iam.delete_instance_profile(parameters),
        ListInstanceProfiles | ListInstanceProfilesForRole => iam.list_instance_profiles(parameters, id),
        AddRoleToInstanceProfile => iam.add_role_to_instance_profile(parameters),
        RemoveRoleFromInstanceProfile => iam.remove_role_from_instance_profile(parameters),
        CreateAccountAlias => iam.create_alias(parameters),
        DeleteAccountAlias => iam.delete_alias(parameters),
        ListAccountAliases => Ok(serde_json::json!({"AccountAliases": iam.alias.iter().collect::<Vec<_>>()})),
        GetAccountSummary => Ok(iam.summary()),
        GetContextKeysForCustomPolicy | GetContextKeysForPrincipalPolicy => {
            simulation::context_keys(iam, parameters, id)
        }
        SimulatePrincipalPolicy | SimulateCustomPolicy | DeleteServiceLinkedRole => Ok(Value::Null),
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
