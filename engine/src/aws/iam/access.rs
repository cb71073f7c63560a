//! The rights an operation of IAM needs: the action of its own name on what its members name.

use super::holder::Holder;
use super::{Iam, Operation};
use crate::aws::caller::Identity;
use crate::aws::policy::Context;
use crate::aws::{Access, Account, Order};
use crate::sorted::SortedMap;

/// What a member names, as the word of its ARN; the first that an operation has is what it is about.
const NAMES: [(&str, &str); 4] = [
    ("InstanceProfileName", "instance-profile"),
    ("GroupName", "group"),
    ("RoleName", "role"),
    ("UserName", "user"),
];

pub fn access(operation: Operation, account: &Account, order: &Order<'_>) -> Vec<Access> {
    use Operation::*;
    let (parameters, iam) = (order.parameters, &account.iam);
    let arn = |word: &str, path: &str, name: &str| format!("arn:aws:iam::{}:{word}{path}{name}", account.id);
    let takes = |member: &str| operation.members().split([' ', '!', ':']).any(|word| word == member);
    let mut context = Context::default();
    let resource = match operation {
        ListUsers => arn("user", "/", ""),
        ListGroups => arn("group", "/", ""),
        ListRoles => arn("role", "/", ""),
        ListPolicies => arn("policy", "/", ""),
        ListInstanceProfiles => arn("instance-profile", "/", ""),
        ChangePassword => match &order.caller.identity {
            Identity::User(own) => named(iam, "user", own, None, &arn, &mut context),
            Identity::Session { .. } => "*".to_owned(),
        },
        CreatePolicy => {
            arn("policy", parameters.text("Path").unwrap_or("/"), parameters.required("PolicyName"))
        }
        CreateServiceLinkedRole => {
            let service = parameters.required("AWSServiceName");
            context.insert("iam:AWSServiceName", service);
            arn("role", &format!("/aws-service-role/{service}/"), "*")
        }
        _ => match NAMES.iter().find(|(member, _)| takes(member)) {
            Some((member, word)) => {
                let name = match (parameters.text(member), &order.caller.identity) {
                    (None, Identity::User(own)) => own,
                    (name, _) => name.unwrap_or(""),
                };
                named(iam, word, name, parameters.text("Path"), &arn, &mut context)
            }
            None => {
                let other = parameters.text("PolicyArn").or(parameters.text("PolicySourceArn"));
                if let Some(policy) = other.and_then(|arn| iam.customer_policies.get(arn)) {
                    tags(&policy.tags, &mut context);
                }
                other.unwrap_or("*").to_owned()
            }
        },
    };
    let name = operation.name();
    if let Some(arn) =
        parameters.text("PolicyArn").filter(|_| name.starts_with("Attach") || name.starts_with("Detach"))
    {
        context.insert("iam:PolicyARN", arn);
    }
    if let Some(arn) = parameters.text("PermissionsBoundary") {
        context.replace("iam:PermissionsBoundary", arn);
    }
    for tag in parameters.structures("Tags") {
        context.insert(&format!("aws:RequestTag/{}", tag.required("Key")), tag.required("Value"));
        context.insert("aws:TagKeys", tag.required("Key"));
    }
    for key in parameters.texts("TagKeys") {
        context.insert("aws:TagKeys", key);
    }
    let mut accesses = vec![Access { action: format!("iam:{name}"), resource, context }];
    if operation == AddRoleToInstanceProfile {
        let role = parameters.required("RoleName");
        let resource = named(iam, Holder::Role.word(), role, None, &arn, &mut Context::default());
        let context = Context::default().with("iam:PassedToService", "ec2.amazonaws.com");
        accesses.push(Access { action: "iam:PassRole".to_owned(), resource, context });
    }
    accesses
}

/// The ARN of somebody who may not exist yet; what policies can ask of him goes into the context.
fn named(
    iam: &Iam,
    word: &str,
    name: &str,
    path: Option<&str>,
    arn: &dyn Fn(&str, &str, &str) -> String,
    context: &mut Context,
) -> String {
    let (own, tagged, boundary) = match word {
        "user" => match iam.users.get(name) {
            Some(user) => (Some(user.path.as_str()), Some(&user.tags), user.boundary.as_ref()),
            None => (None, None, None),
        },
        "role" => match iam.roles.get(name) {
            Some(role) => (Some(role.path.as_str()), Some(&role.tags), role.boundary.as_ref()),
            None => (None, None, None),
        },
        "group" => (iam.groups.get(name).map(|group| group.path.as_str()), None, None),
        _ => match iam.instance_profiles.get(name) {
            Some(profile) => (Some(profile.path.as_str()), Some(&profile.tags), None),
            None => (None, None, None),
        },
    };
    if let Some(found) = tagged {
        tags(found, context);
    }
    if let Some(arn) = boundary {
        context.insert("iam:PermissionsBoundary", arn.clone());
    }
    arn(word, own.or(path).unwrap_or("/"), name)
}

fn tags(tags: &SortedMap<String, String>, context: &mut Context) {
    for (key, value) in tags {
        context.insert(&format!("aws:ResourceTag/{key}"), value.clone());
        context.insert(&format!("iam:ResourceTag/{key}"), value.clone());
    }
}
