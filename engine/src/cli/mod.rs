//! `aws ...` text to a call, and its answer to text, as the AWS CLI v2 prints it.
