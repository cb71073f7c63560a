//! Whole calls through the front door.

use serde_json::Value;

use super::warehouse_access::{Credentials, Reader, get, list};
use super::*;
use crate::clock::Clock;
use crate::json::json;

const ROLE: &str = "arn:aws:iam::123456789012:role/redshift.read.s3";
const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"redshift.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;

fn account() -> Account {
    Account::new(Beginning {
        id: "123456789012",
        region: "ap-northeast-2",
        cluster: "course-cluster",
        database: "dev",
        admin: "admin",
        seed: 7,
        now: Clock::COURSE_START,
    })
}

fn ask(
    account: &mut Account,
    who: &str,
    service: &str,
    operation: &str,
    parameters: Value,
) -> Result<Value, String> {
    call(account, &Caller::user(who), service, operation, parameters, Clock::COURSE_START)
        .map_err(|e| e.to_string())
}

fn bucket(account: &mut Account) {
    let location = json!({"LocationConstraint": "ap-northeast-2"});
    ask(
        account,
        "learner",
        "s3",
        "CreateBucket",
        json!({"Bucket": "course-bucket", "CreateBucketConfiguration": location}),
    )
    .unwrap();
    for (key, body) in [("usc/a.csv", "1,x\n"), ("usc/b.csv", "2,y\n"), ("readme", "hi")] {
        ask(
            account,
            "learner",
            "s3",
            "PutObject",
            json!({"Bucket": "course-bucket", "Key": key, "Body": body}),
        )
        .unwrap();
    }
}

#[test]
fn objects_are_listed_by_prefix_and_delimiter() {
    let mut account = account();
    bucket(&mut account);
    let all = ask(
        &mut account,
        "learner",
        "s3",
        "ListObjectsV2",
        json!({"Bucket": "course-bucket", "Delimiter": "/"}),
    )
    .unwrap();
    assert_eq!(all["CommonPrefixes"], json!([{"Prefix": "usc/"}]));
    assert_eq!(all["Contents"][0]["Key"], "readme");
    assert_eq!(all["Contents"][0]["ETag"], "\"49f68a5c8493ec2c0bf489821c21fc3b\"");
    let mut page =
        ask(&mut account, "learner", "s3", "ListObjectsV2", json!({"Bucket": "course-bucket", "MaxKeys": 2}))
            .unwrap();
    assert_eq!(page["Contents"].as_array().unwrap().len(), 2);
    page = ask(
        &mut account,
        "learner",
        "s3",
        "ListObjectsV2",
        json!({"Bucket": "course-bucket", "ContinuationToken": page["NextContinuationToken"]}),
    )
    .unwrap();
    assert_eq!(page["Contents"][0]["Key"], "usc/b.csv");
    assert_eq!(page["IsTruncated"], false);
}

#[test]
fn a_new_user_may_nothing_until_a_policy_says_so() {
    let mut account = account();
    bucket(&mut account);
    ask(&mut account, "learner", "iam", "CreateUser", json!({"UserName": "mina"})).unwrap();
    let get = json!({"Bucket": "course-bucket", "Key": "readme"});
    assert_eq!(
        ask(&mut account, "mina", "s3", "GetObject", get.clone()).unwrap_err(),
        "An error occurred (AccessDenied) when calling the GetObject operation: Access Denied"
    );
    assert_eq!(
        ask(&mut account, "mina", "iam", "ListRoles", json!({})).unwrap_err(),
        "An error occurred (AccessDenied) when calling the ListRoles operation: User: arn:aws:iam::123456789012:user/mina is not authorized to perform: iam:ListRoles on resource: arn:aws:iam::123456789012:role/ because no identity-based policy allows the iam:ListRoles action"
    );
    ask(
        &mut account,
        "learner",
        "iam",
        "AttachUserPolicy",
        json!({"UserName": "mina", "PolicyArn": "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"}),
    )
    .unwrap();
    assert!(ask(&mut account, "mina", "s3", "GetObject", get).is_ok());
    let events = account.events.events();
    assert!(
        matches!(events[events.len() - 1].outcome, event::Outcome::Done { by: Some(ref by) } if by.policy == "AmazonS3ReadOnlyAccess")
    );
    assert!(
        ask(&mut account, "nobody", "sts", "GetCallerIdentity", json!({}))
            .unwrap_err()
            .contains("InvalidClientTokenId")
    );
    let removed = ask(&mut account, "learner", "iam", "DeleteUser", json!({"UserName": "mina"})).unwrap_err();
    assert!(removed.ends_with("(DeleteConflict) when calling the DeleteUser operation: Cannot delete entity, must detach all policies first."));
}

#[test]
fn a_warehouse_reads_through_four_gates() {
    let mut account = account();
    bucket(&mut account);
    let roles = [ROLE.to_owned()];
    let reader = Reader {
        credentials: Credentials::Roles(&roles),
        cluster: "course-cluster",
        database_user: "admin",
        region: None,
        now: Clock::COURSE_START,
    };
    let refusal = |account: &mut Account| list(account, &reader, "course-bucket", "usc/").unwrap_err();
    let not_assumable = "User arn:aws:redshift:ap-northeast-2:123456789012:dbuser:course-cluster/admin is not authorized to assume IAM Role arn:aws:iam::123456789012:role/redshift.read.s3";
    assert_eq!(refusal(&mut account).message, not_assumable);
    let distrust = TRUST.replace("redshift.", "sagemaker.");
    ask(
        &mut account,
        "learner",
        "iam",
        "CreateRole",
        json!({"RoleName": "redshift.read.s3", "AssumeRolePolicyDocument": distrust}),
    )
    .unwrap();
    ask(
        &mut account,
        "learner",
        "redshift",
        "ModifyClusterIamRoles",
        json!({"ClusterIdentifier": "course-cluster", "AddIamRoles": [ROLE]}),
    )
    .unwrap();
    assert_eq!(refusal(&mut account).message, not_assumable);
    ask(
        &mut account,
        "learner",
        "iam",
        "UpdateAssumeRolePolicy",
        json!({"RoleName": "redshift.read.s3", "PolicyDocument": TRUST}),
    )
    .unwrap();
    let denied = refusal(&mut account);
    assert!(
        denied.message.starts_with("S3ServiceException:Access Denied,Status 403,Error AccessDenied,Rid "),
        "{}",
        denied.message
    );
    assert_eq!(denied.context, "Listing bucket=course-bucket prefix=usc/");
    ask(&mut account, "learner", "iam", "AttachRolePolicy", json!({"RoleName": "redshift.read.s3", "PolicyArn": "arn:aws:iam::aws:policy/AWSGlueConsoleFullAccess"})).unwrap();
    assert_eq!(list(&mut account, &reader, "course-bucket", "usc/").unwrap().len(), 2);
    assert!(
        get(&mut account, &reader, "course-bucket", "usc/a.csv")
            .unwrap_err()
            .message
            .contains("Access Denied")
    );
    ask(&mut account, "learner", "iam", "AttachRolePolicy", json!({"RoleName": "redshift.read.s3", "PolicyArn": "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"})).unwrap();
    assert_eq!(&*get(&mut account, &reader, "course-bucket", "usc/a.csv").unwrap().whole(), b"1,x\n");
    assert_eq!(
        list(&mut account, &reader, "course-bucket", "no/").unwrap_err().message,
        "The specified S3 prefix 'no/' does not exist"
    );
    assert!(
        list(&mut account, &reader, "no-bucket", "x").unwrap_err().message.contains("Error NoSuchBucket")
    );
}

#[test]
fn trust_may_ask_for_the_database_user() {
    let mut account = account();
    bucket(&mut account);
    let trust = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"redshift.amazonaws.com"},"Action":"sts:AssumeRole","Condition":{"StringEquals":{"sts:ExternalId":"arn:aws:redshift:ap-northeast-2:123456789012:dbuser:course-cluster/etl"}}}}"#;
    ask(
        &mut account,
        "learner",
        "iam",
        "CreateRole",
        json!({"RoleName": "redshift.read.s3", "AssumeRolePolicyDocument": trust}),
    )
    .unwrap();
    ask(&mut account, "learner", "iam", "AttachRolePolicy", json!({"RoleName": "redshift.read.s3", "PolicyArn": "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"})).unwrap();
    ask(
        &mut account,
        "learner",
        "redshift",
        "ModifyClusterIamRoles",
        json!({"ClusterIdentifier": "course-cluster", "AddIamRoles": [ROLE], "DefaultIamRoleArn": ROLE}),
    )
    .unwrap();
    let as_user = |user| Reader {
        credentials: Credentials::DefaultRole,
        cluster: "course-cluster",
        database_user: user,
        region: None,
        now: Clock::COURSE_START,
    };
    assert!(list(&mut account, &as_user("etl"), "course-bucket", "").is_ok());
    assert!(list(&mut account, &as_user("admin"), "course-bucket", "").is_err());
}

#[test]
fn simulation_names_the_statement() {
    let mut account = account();
    ask(
        &mut account,
        "learner",
        "iam",
        "CreateRole",
        json!({"RoleName": "r", "AssumeRolePolicyDocument": TRUST}),
    )
    .unwrap();
    ask(
        &mut account,
        "learner",
        "iam",
        "AttachRolePolicy",
        json!({"RoleName": "r", "PolicyArn": "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"}),
    )
    .unwrap();
    let answer = ask(
        &mut account,
        "learner",
        "iam",
        "SimulatePrincipalPolicy",
        json!({
            "PolicySourceArn": "arn:aws:iam::123456789012:role/r",
            "ActionNames": ["s3:GetObject", "s3:PutObject"],
            "ResourceArns": ["arn:aws:s3:::b/*"],
        }),
    )
    .unwrap();
    let results = &answer["EvaluationResults"];
    assert_eq!(results[0]["EvalDecision"], "allowed");
    assert_eq!(results[0]["MatchedStatements"][0]["SourcePolicyId"], "AmazonS3ReadOnlyAccess");
    assert_eq!(results[0]["MatchedStatements"][0]["StartPosition"]["Line"], 4);
    assert_eq!(results[1]["EvalDecision"], "implicitDeny");
}

#[test]
fn an_account_comes_back_from_bytes() {
    let mut account = account();
    bucket(&mut account);
    let bytes = postcard::to_allocvec(&account).unwrap();
    let mut back: Account = postcard::from_bytes(&bytes).unwrap();
    assert_eq!(back.blobs().len(), 0);
    let blobs: crate::sorted::SortedMap<u64, Arc<[u8]>> =
        account.blobs().into_iter().map(|(number, bytes)| (number, bytes.joined())).collect();
    assert_eq!(blobs.len(), 3);
    assert!(back.fill(&mut |id| blobs.get(&id).cloned()));
    assert_eq!(back.blobs(), account.blobs());
    assert_eq!(back.s3, account.s3);
}

/// Statements that nobody has run yet are counted by cluster: the 201st is refused.
#[test]
fn two_hundred_statements_may_wait() {
    let mut account = account();
    let mut submit = || {
        let parameters = json!({
            "ClusterIdentifier": "course-cluster", "Database": "dev", "DbUser": "admin", "Sql": "SELECT 1",
        });
        ask(&mut account, "learner", "redshift-data", "ExecuteStatement", parameters)
    };
    let ids: Vec<_> = (0..200).map(|_| submit().unwrap()["Id"].clone()).collect();
    assert!(ids[0].as_str().is_some_and(|id| id.len() == 36) && ids[0] != ids[1]);
    assert!(submit().unwrap_err().contains("(ActiveStatementsExceededException)"));
}
