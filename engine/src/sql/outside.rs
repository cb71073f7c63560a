//! Everything a statement may reach beyond its own warehouse.
//!
//! COPY, UNLOAD, external tables and model functions come here and nowhere else. Each call names the role
//! that the statement assumes, so the refusal a learner sees is the one S3 or Glue would have given it.

/// What lies beyond the warehouse.
pub trait Outside {
    /// The region of what is asked for from now on (COPY's REGION); the cluster's own when `None`.
    fn region(&mut self, _region: Option<&str>) {}

    /// The objects whose keys begin with `prefix`, as the role may list them. Keys in UTF-8 order.
    fn list(
        &mut self,
        credentials: &Credentials,
        bucket: &str,
        prefix: &str,
    ) -> Result<Vec<ObjectSummary>, OutsideError>;

    /// One object's bytes, as the role may read them.
    fn get(
        &mut self,
        credentials: &Credentials,
        bucket: &str,
        key: &str,
    ) -> Result<std::sync::Arc<[u8]>, OutsideError>;
}

/// Under whose rights the outside is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Credentials {
    /// One or more role ARNs, chained in order.
    IamRoles(Vec<String>),
    /// `IAM_ROLE default`.
    DefaultRole,
    AccessKey {
        id: String,
        secret: String,
        token: Option<String>,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectSummary {
    pub key: String,
    pub size: u64,
}

/// A refusal or failure from outside, in the words Redshift gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutsideError {
    /// The server's text, without `ERROR:`.
    pub message: String,
    /// Redshift's own number for the DETAIL block (8001, 30000, ...).
    pub code: u32,
    /// `Listing bucket=b prefix=p`, `IAM Role=arn...`; empty when there is none.
    pub context: String,
    /// What to try next.
    pub hint: Option<String>,
}
