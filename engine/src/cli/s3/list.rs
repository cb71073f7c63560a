//! `aws s3 ls`.

use super::{Flags, Uri, call, objects};
use crate::cli::{CliOutput, Terminal, refusal};

pub fn ls(terminal: &mut Terminal<'_>, flags: &Flags) -> CliOutput {
    let path = flags.paths.first().map(|path| path.strip_prefix("s3://").unwrap_or(path)).unwrap_or("");
    if path.is_empty() {
        return buckets(terminal);
    }
    let Some(uri) = Uri::parse(&format!("s3://{path}")) else { return CliOutput::default() };
    let delimiter = (!flags.recursive).then_some("/");
    let (listed, folders) = match objects(terminal, &uri, delimiter) {
        Ok(found) => found,
        Err(error) => return refusal(&error),
    };
    let mut out = String::new();
    for folder in &folders {
        let name = folder.trim_end_matches('/').rsplit('/').next().unwrap_or(folder);
        out.push_str(&format!("{:>30} {name}/\n", "PRE"));
    }
    for object in &listed {
        let size = if flags.human_readable { human(object.size) } else { object.size.to_string() };
        let name =
            if flags.recursive { object.key.as_str() } else { object.key.rsplit('/').next().unwrap_or("") };
        out.push_str(&format!("{} {size:>10} {name}\n", stamp(&object.modified)));
    }
    if flags.summarize {
        let total: u64 = listed.iter().map(|object| object.size).sum();
        let total = if flags.human_readable { human(total) } else { total.to_string() };
        out.push_str(&format!("\nTotal Objects: {}\n   Total Size: {total}\n", listed.len()));
    }
    // Asked for a key or prefix and found nothing: exit code 1, without a word.
    let nothing = listed.is_empty() && folders.is_empty() && !uri.key.is_empty();
    CliOutput { stdout: out, stderr: String::new(), code: i32::from(nothing) }
}

fn buckets(terminal: &mut Terminal<'_>) -> CliOutput {
    match call(terminal, "ListBuckets", serde_json::json!({}), None) {
        Ok(reply) => {
            let mut out = String::new();
            for bucket in reply.value["Buckets"].as_array().into_iter().flatten() {
                let created = bucket["CreationDate"].as_str().unwrap_or("");
                out.push_str(&format!("{} {}\n", stamp(created), bucket["Name"].as_str().unwrap_or("")));
            }
            CliOutput::done(out)
        }
        Err(error) => refusal(&error),
    }
}

/// ISO 8601 to `YYYY-MM-DD HH:MM:SS`.
fn stamp(iso: &str) -> String {
    iso.get(..19).unwrap_or(iso).replacen('T', " ", 1)
}

/// `1 Byte`, `10 Bytes`, `1.0 KiB`, `2.9 MiB`.
pub fn human(size: u64) -> String {
    if size < 1_024 {
        return if size == 1 { "1 Byte".to_owned() } else { format!("{size} Bytes") };
    }
    let mut value = size as f64;
    let mut unit = "Bytes";
    for next in ["KiB", "MiB", "GiB", "TiB"] {
        if (value * 10.0).round() / 10.0 < 1_024.0 && unit != "Bytes" {
            break;
        }
        value /= 1_024.0;
        unit = next;
    }
    format!("{value:.1} {unit}")
}

#[cfg(test)]
mod tests {
    use super::human;

    #[test]
    fn sizes() {
        for (size, expected) in [
            (1, "1 Byte"),
            (10, "10 Bytes"),
            (1_024, "1.0 KiB"),
            (3_040_870, "2.9 MiB"),
            (1_048_576, "1.0 MiB"),
        ] {
            assert_eq!(human(size), expected);
        }
    }
}
