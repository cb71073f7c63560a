//! `aws s3 mb` and `rb`.

use super::{Flags, Uri, call, objects};
use crate::cli::{CliOutput, Terminal};
use crate::json::json;

fn target(flags: &Flags) -> Result<(&str, Uri), CliOutput> {
    match flags.paths.first().and_then(|path| Some((path.as_str(), Uri::parse(path)?))) {
        Some(found) => Ok(found),
        None => Err(CliOutput::failed(252, "<S3Uri>\nError: Invalid argument type")),
    }
}

pub fn mb(terminal: &mut Terminal<'_>, flags: &Flags) -> CliOutput {
    let (path, uri) = match target(flags) {
        Ok(found) => found,
        Err(output) => return output,
    };
    let region = terminal.caller.region.clone().unwrap_or_else(|| terminal.account.region.clone());
    let mut parameters = json!({"Bucket": uri.bucket});
    if region != "us-east-1" {
        parameters["CreateBucketConfiguration"] = json!({"LocationConstraint": region});
    }
    match call(terminal, "CreateBucket", parameters, None) {
        Ok(_) => CliOutput::done(format!("make_bucket: {}\n", uri.bucket)),
        Err(error) => CliOutput {
            stderr: format!("make_bucket failed: {path} {error}\n"),
            code: 1,
            ..CliOutput::default()
        },
    }
}

pub fn rb(terminal: &mut Terminal<'_>, flags: &Flags) -> CliOutput {
    let (path, uri) = match target(flags) {
        Ok(found) => found,
        Err(output) => return output,
    };
    if !uri.key.is_empty() {
        let sentence = format!("Please specify a valid bucket name only. E.g. s3://{}", uri.bucket);
        return CliOutput::failed(252, sentence);
    }
    let mut stdout = String::new();
    let unable =
        "remove_bucket failed: Unable to delete all objects in the bucket, bucket will not be deleted.";
    if flags.force {
        let whole = Uri { bucket: uri.bucket.clone(), key: String::new() };
        let listed = match objects(terminal, &whole, None) {
            Ok((listed, _)) => listed,
            Err(error) => {
                return CliOutput {
                    stderr: format!("\nfatal error: {error}\n\n{unable}\n"),
                    code: 255,
                    ..CliOutput::default()
                };
            }
        };
        for object in listed {
            let name = format!("s3://{}/{}", uri.bucket, object.key);
            match call(terminal, "DeleteObject", json!({"Bucket": uri.bucket, "Key": object.key}), None) {
                Ok(_) => stdout.push_str(&format!("delete: {name}\n")),
                Err(error) => {
                    let stderr = format!("delete failed: {name} {error}\n\n{unable}\n");
                    return CliOutput { stdout, stderr, code: 255 };
                }
            }
        }
    }
    match call(terminal, "DeleteBucket", json!({"Bucket": uri.bucket}), None) {
        Ok(_) => CliOutput::done(format!("{stdout}remove_bucket: {}\n", uri.bucket)),
        Err(error) => {
            CliOutput { stdout, stderr: format!("remove_bucket failed: {path} {error}\n"), code: 1 }
        }
    }
}
