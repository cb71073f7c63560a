//! How a load or unload fails: the DETAIL block that learners search for.

use crate::load::asked::Trouble;
use crate::sql::error::{SqlError, SqlErrorKind};
use crate::sql::outside::OutsideError;

/// Which statement it is, for the block.
#[derive(Clone, Copy, Debug)]
pub struct Failure {
    pub query: u64,
    pub process: u32,
}

/// Where in the product's source it fails.
const S3: &str = "s3_utility.cpp:539";

impl Failure {
    pub fn error(
        self,
        message: &str,
        code: u32,
        context: &str,
        place: &str,
        hint: Option<String>,
    ) -> SqlError {
        let rule = "-----------------------------------------------";
        let detail = format!(
            "\n  {rule}\n  error:  {message}\n  code:      {code}\n  context:   {context}\n  query:     {}\n  location:  {place}\n  process:   padbmaster [pid={}]\n  {rule}",
            self.query, self.process
        );
        SqlError::new(SqlErrorKind::Product {
            state: "XX000",
            message: message.to_owned(),
            detail: Some(detail),
            hint,
        })
    }

    /// What the outside refused.
    pub fn refused(self, error: &OutsideError) -> SqlError {
        let place =
            if error.context.starts_with("IAM Role") { "xen_aws_credentials_mgr.cpp:450" } else { S3 };
        self.error(&error.message, error.code, &error.context, place, error.hint.clone())
    }

    /// What the statement asks of S3 cannot be.
    pub fn s3(self, message: &str, context: &str) -> SqlError {
        self.error(message, 8001, context, S3, None)
    }

    /// A Parquet file that cannot be read as the table wants it. That the code is the same for all is unconfirmed.
    pub fn scan(self, message: &str, context: &str) -> SqlError {
        self.error(message, 15_001, context, "dory_util.cpp:1226", None)
    }

    /// There is no module for the format.
    pub fn lost(self, trouble: &Trouble) -> SqlError {
        let (Trouble::Lost(why) | Trouble::Failed(why)) = trouble;
        SqlError::new(SqlErrorKind::Product {
            state: "XX000",
            message: format!("the part of the sandbox that knows this format could not be fetched: {why}"),
            detail: None,
            hint: Some("Run the statement again when the network is there.".to_owned()),
        })
    }
}
