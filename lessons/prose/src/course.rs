//! The account in which the course's labs begin, as far as it is text.

/// The state with tables, a bucket and a role, in which an account begins when nobody says otherwise.
pub const WAREHOUSE: &str = "course-warehouse";

/// The course's bucket, and the role with which the cluster reads it.
pub const OUTSIDE: &str = r#"
aws learner> s3 mb s3://course-bucket
aws learner> iam create-role --role-name redshift.read.s3 --assume-role-policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"redshift.amazonaws.com"},"Action":"sts:AssumeRole"}]}'
aws learner> iam attach-role-policy --role-name redshift.read.s3 --policy-arn arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess
aws learner> redshift modify-cluster-iam-roles --cluster-identifier course-cluster --add-iam-roles arn:aws:iam::123456789012:role/redshift.read.s3
"#;
