//! Lines as learners type them.

use super::*;
use crate::aws::Beginning;
use crate::clock::Clock;
use crate::pieces::Pieces;
use crate::sorted::SortedMap;

#[derive(Default)]
struct Folder(SortedMap<String, Pieces>);

impl Files for Folder {
    fn read(&self, path: &str) -> Option<Pieces> {
        self.0.get(path).cloned()
    }
    fn write(&mut self, path: &str, bytes: Pieces) {
        self.0.insert(path.to_owned(), bytes);
    }
    fn remove(&mut self, path: &str) -> bool {
        self.0.remove(path).is_some()
    }
    fn paths(&self) -> Vec<String> {
        self.0.keys().cloned().collect()
    }
}

struct Desk {
    account: Account,
    files: Folder,
}

impl Desk {
    fn new() -> Self {
        let account = Account::new(Beginning {
            id: "123456789012",
            region: "ap-northeast-2",
            cluster: "course-cluster",
            database: "dev",
            admin: "admin",
            seed: 7,
            now: Clock::COURSE_START,
        });
        let mut files = Folder::default();
        files.write("/data/user_session_channel.csv", b"userid,sessionid,channel\n1,a,Naver\n"[..].into());
        Desk { account, files }
    }

    fn run(&mut self, line: &str) -> CliOutput {
        run(&mut self.account, "learner", line, &mut self.files, Clock::COURSE_START)
    }

    fn ok(&mut self, line: &str) -> String {
        let output = self.run(line);
        assert_eq!((output.code, output.stderr.as_str()), (0, ""), "{line}");
        output.stdout
    }

    fn no(&mut self, line: &str) -> (i32, String) {
        let output = self.run(line);
        assert_eq!(output.stdout, "", "{line}");
        (output.code, output.stderr)
    }
}

#[test]
fn s3_reads_like_the_real_thing() {
    let mut desk = Desk::new();
    assert_eq!(desk.ok("aws s3 mb s3://course-bucket"), "make_bucket: course-bucket\n");
    assert_eq!(
        desk.ok("aws s3 cp /data/user_session_channel.csv s3://course-bucket/usc/"),
        "upload: /data/user_session_channel.csv to s3://course-bucket/usc/user_session_channel.csv\n"
    );
    assert_eq!(desk.ok("s3 ls"), "2023-05-25 10:00:00 course-bucket\n");
    assert_eq!(desk.ok("s3 ls s3://course-bucket"), "                           PRE usc/\n");
    assert_eq!(
        desk.ok("s3 ls s3://course-bucket/usc/"),
        "2023-05-25 10:00:00         35 user_session_channel.csv\n"
    );
    assert_eq!(desk.no("s3 ls s3://course-bucket/none"), (1, String::new()));
    assert_eq!(
        desk.ok("s3 cp s3://course-bucket/usc/user_session_channel.csv . --dryrun"),
        "(dryrun) download: s3://course-bucket/usc/user_session_channel.csv to ./user_session_channel.csv\n"
    );
    assert_eq!(
        desk.no("s3 cp s3://course-bucket/x .").1,
        "\nfatal error: An error occurred (404) when calling the HeadObject operation: Key \"x\" does not exist\n"
    );
    assert_eq!(
        desk.no("s3 cp nothing s3://course-bucket/"),
        (255, "\nThe user-provided path nothing does not exist.\n".to_owned())
    );
    assert_eq!(
        desk.no("s3 rb s3://course-bucket"),
        (1, "remove_bucket failed: s3://course-bucket An error occurred (BucketNotEmpty) when calling the DeleteBucket operation: The bucket you tried to delete is not empty\n".to_owned())
    );
    assert_eq!(
        desk.ok("s3 sync /data s3://course-bucket/data"),
        "upload: /data/user_session_channel.csv to s3://course-bucket/data/user_session_channel.csv\n"
    );
    assert_eq!(desk.ok("s3 sync /data s3://course-bucket/data"), "");
    assert_eq!(
        desk.ok("s3 rm s3://course-bucket/ --recursive --exclude '*' --include 'usc/*'"),
        "delete: s3://course-bucket/usc/user_session_channel.csv\n"
    );
    assert_eq!(
        desk.ok("s3 rb s3://course-bucket --force"),
        "delete: s3://course-bucket/data/user_session_channel.csv\nremove_bucket: course-bucket\n"
    );
}

#[test]
fn iam_takes_json_files_and_shorthand() {
    let mut desk = Desk::new();
    let trust = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"redshift.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;
    desk.files.write("/home/learner/trust.json", trust.as_bytes().into());
    let text = desk.ok("aws iam create-role --role-name r \\\n --assume-role-policy-document file://trust.json --tags Key=team,Value=data");
    assert!(
        text.starts_with("{\n    \"Role\": {\n        \"Path\": \"/\",\n        \"RoleName\": \"r\",\n"),
        "{text}"
    );
    assert_eq!(
        desk.ok(
            "iam attach-role-policy --role-name r --policy-arn arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"
        ),
        ""
    );
    assert_eq!(
        desk.ok("iam list-attached-role-policies --role-name r --output text"),
        "ATTACHEDPOLICIES\tarn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess\tAmazonS3ReadOnlyAccess\n"
    );
    assert_eq!(
        desk.ok("iam get-role --role-name r --query Role.Arn"),
        "\"arn:aws:iam::123456789012:role/r\"\n"
    );
    assert_eq!(
        desk.ok("iam get-role --role-name r --query 'Role.{Name:RoleName,Age:MaxSessionDuration}'"),
        "{\n    \"Name\": \"r\",\n    \"Age\": 3600\n}\n"
    );
    assert_eq!(desk.ok("sts get-caller-identity --query Account --output text"), "123456789012\n");
    let table = desk.ok("iam list-attached-role-policies --role-name r --output table");
    assert!(
        table.contains("||  arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess |  AmazonS3ReadOnlyAccess  ||\n"),
        "{table}"
    );
    assert_eq!(
        desk.no("iam get-role --role-name x"),
        (254, "\nAn error occurred (NoSuchEntity) when calling the GetRole operation: The role with name x cannot be found.\n".to_owned())
    );
}

#[test]
fn lines_that_cannot_be_read() {
    let mut desk = Desk::new();
    let (code, text) = desk.no("iam get-role");
    assert_eq!(code, 252);
    assert!(text.ends_with("aws: error: the following arguments are required: --role-name\n"), "{text}");
    assert!(
        desk.no("iam get-roles --role-name x")
            .1
            .contains("Invalid choice: 'get-roles', maybe you meant:\n\n  * get-role\n")
    );
    assert!(desk.no("iam get-role --role-name x --foo").1.contains("Unknown options: --foo"));
    assert_eq!(
        desk.no("redshift create-scheduled-action --x y"),
        (254, "\nnot simulated yet: this AWS operation (aws redshift create-scheduled-action)\n".to_owned())
    );
    assert_eq!(desk.no("kms create-key").0, 254);
    assert_eq!(
        desk.no("iam create-role --role-name r --assume-role-policy-document file://no.json"),
        (
            252,
            "\nError parsing parameter '--assume-role-policy-document': Unable to load paramfile file://no.json: [Errno 2] No such file or directory: 'no.json'\n"
                .to_owned()
        )
    );
    assert!(desk.ok("redshift describe-clusters --query 'Clusters[0].ClusterStatus'").contains("available"));
}

#[test]
fn keys_sign_for_their_user() {
    let mut desk = Desk::new();
    desk.ok("iam create-user --user-name mina");
    let key: serde_json::Value =
        serde_json::from_str(&desk.ok("iam create-access-key --user-name mina --query AccessKey")).unwrap();
    let (id, secret) = (key["AccessKeyId"].as_str().unwrap(), key["SecretAccessKey"].as_str().unwrap());
    desk.ok(&format!("configure set aws_access_key_id {id} --profile mina"));
    desk.ok(&format!("configure set aws_secret_access_key {secret} --profile mina"));
    desk.ok("configure set output text --profile mina");
    let arn = "arn:aws:iam::123456789012:user/mina\n";
    assert_eq!(desk.ok("sts get-caller-identity --query Arn --profile mina"), arn);
    let line = format!("AWS_ACCESS_KEY_ID={id} AWS_SECRET_ACCESS_KEY={secret} aws sts get-caller-identity");
    assert_eq!(desk.ok(&format!("{line} --query Arn --output text")), arn);
    let used = desk.ok(&format!("iam get-access-key-last-used --access-key-id {id} --output text"));
    assert_eq!(used, "mina\nACCESSKEYLASTUSED\t2023-05-25T10:00:00+00:00\tap-northeast-2\tsts\n");
    // A forged signature, a key that is switched off.
    let forged = format!("AWS_ACCESS_KEY_ID={id} AWS_SECRET_ACCESS_KEY=x aws");
    assert!(desk.no(&format!("{forged} sts get-caller-identity")).1.contains("(SignatureDoesNotMatch)"));
    assert!(desk.no(&format!("{forged} s3 ls")).1.contains("Check your key and signing method."));
    desk.ok(&format!("iam update-access-key --user-name mina --access-key-id {id} --status Inactive"));
    assert!(desk.no(&line).1.contains("(InvalidClientTokenId)"));
}

#[test]
fn a_session_may_be_less_than_its_role() {
    let mut desk = Desk::new();
    let trust = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"123456789012"},"Action":"sts:AssumeRole"}]}"#;
    desk.ok(&format!("iam create-role --role-name r --assume-role-policy-document '{trust}'"));
    desk.ok("iam attach-role-policy --role-name r --policy-arn arn:aws:iam::aws:policy/AmazonS3FullAccess");
    let policy = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:ListAllMyBuckets","Resource":"*"}]}"#;
    let line = format!(
        "sts assume-role --role-arn arn:aws:iam::123456789012:role/r --role-session-name s1 --policy '{policy}' --query Credentials"
    );
    let key: serde_json::Value = serde_json::from_str(&desk.ok(&line)).unwrap();
    let of = |member: &str| key[member].as_str().unwrap().to_owned();
    let (id, secret, token) = (of("AccessKeyId"), of("SecretAccessKey"), of("SessionToken"));
    let session =
        format!("AWS_ACCESS_KEY_ID={id} AWS_SECRET_ACCESS_KEY={secret} AWS_SESSION_TOKEN={token} aws");
    assert_eq!(desk.ok(&format!("{session} s3 ls")), "");
    assert!(desk.no(&format!("{session} s3 mb s3://course-bucket")).1.contains("Access Denied"));
    let chained = format!(
        "{session} sts assume-role --role-arn arn:aws:iam::123456789012:role/r --role-session-name s2"
    );
    assert!(
        desk.no(&chained).1.contains("because no identity-based policy allows the sts:AssumeRole action")
    );
    // Without its token the key is nobody's; after an hour it is over.
    let bare = format!("AWS_ACCESS_KEY_ID={id} AWS_SECRET_ACCESS_KEY={secret} aws sts get-caller-identity");
    assert!(desk.no(&bare).1.contains("(InvalidClientTokenId)"));
    let later = crate::clock::Instant(Clock::COURSE_START.0 + 3_601_000_000);
    let over = format!("{session} sts get-caller-identity");
    let output = run(&mut desk.account, "learner", &over, &mut desk.files, later);
    assert!(output.stderr.contains("(ExpiredToken)"), "{}", output.stderr);
}

#[test]
fn a_large_file_goes_up_in_parts_and_is_not_copied() {
    let mut desk = Desk::new();
    desk.ok("s3 mb s3://course-bucket");
    let bytes: std::sync::Arc<[u8]> = (0..17 * 1_024 * 1_024).map(|at| (at % 251) as u8).collect();
    desk.files.write("/data/large.bin", bytes.clone().into());
    desk.ok("s3 cp /data/large.bin s3://course-bucket/");
    let etag = desk.ok("s3api head-object --bucket course-bucket --key large.bin --query ETag");
    assert!(etag.ends_with("-3\\\"\"\n"), "{etag}");
    let stored = &desk.account.s3.buckets["course-bucket"].objects["large.bin"];
    assert!(std::sync::Arc::ptr_eq(&stored.body.data().unwrap().joined(), &bytes));
    let names: Vec<&str> = desk.account.events.events().iter().map(|event| event.name.as_str()).collect();
    assert_eq!(names.iter().filter(|name| **name == "UploadPart").count(), 3);
    assert_eq!(desk.ok("s3api list-multipart-uploads --bucket course-bucket"), "");
}
