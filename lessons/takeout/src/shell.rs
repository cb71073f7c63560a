//! A line of the simulated terminal as bash reads it: the same words, with names replaced by parameters.
//!
//! The terminal knows quotes and backslashes and nothing else; to bash, brackets, semicolons and `$` mean something too.

use crate::names::Names;

/// Where in a line a character stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Quote {
    None,
    Single,
    Double,
}

/// The words of a line, as the terminal cuts it.
pub fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = Quote::None;
    let mut characters = line.chars();
    while let Some(c) = characters.next() {
        match (quote, c) {
            (Quote::None, '\'') => {
                quote = Quote::Single;
                word.get_or_insert_default();
            }
            (Quote::None, '"') => {
                quote = Quote::Double;
                word.get_or_insert_default();
            }
            (Quote::Single, '\'') | (Quote::Double, '"') => quote = Quote::None,
            (Quote::None | Quote::Double, '\\') => match characters.next() {
                Some('\n') | None => {}
                Some(next) if quote == Quote::None || matches!(next, '"' | '\\' | '$' | '`') => {
                    word.get_or_insert_default().push(next);
                }
                Some(next) => word.get_or_insert_default().extend(['\\', next]),
            },
            (Quote::None, c) if c.is_whitespace() => words.extend(word.take()),
            (_, c) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

/// The line for a script: each word quoted where bash would read it otherwise, each name a parameter.
/// `$(aws ...)` inside stays what it is.
pub fn line(line: &str, names: &Names) -> String {
    if let Some((before, rest)) = line.split_once("$(aws ")
        && let Some((inner, after)) = rest.rsplit_once(')')
    {
        let before = before.trim_end();
        let (inner, after) = (self::line(inner, names), self::line(after, names));
        return format!("{} \"$(aws {inner})\" {after}", self::line(before, names)).trim_end().to_owned();
    }
    words(line).iter().map(|word| quoted(word, names)).collect::<Vec<_>>().join(" ")
}

/// A word that comes to itself, but for its names.
fn quoted(word: &str, names: &Names) -> String {
    // The learner's own disk is the folder's.
    for scheme in ["", "file://", "fileb://"] {
        let file = word.strip_prefix(scheme).and_then(|path| path.strip_prefix("/data/"));
        if let Some(file) = file.filter(|file| !file.contains(['"', '\\', '$', '`', '\n'])) {
            return format!("\"{scheme}$DATA/{file}\"");
        }
    }
    let parts = names.cut(word);
    if parts.iter().any(|part| part.variable) {
        let inside = |text: &str| {
            let mut escaped = String::new();
            for c in text.chars() {
                if matches!(c, '"' | '\\' | '$' | '`') {
                    escaped.push('\\');
                }
                escaped.push(c);
            }
            escaped
        };
        let text: String = parts
            .iter()
            .map(|part| if part.variable { format!("${{{}}}", part.text) } else { inside(part.text) })
            .collect();
        return format!("\"{text}\"");
    }
    self::word(word)
}

/// One word to bash, whatever it is.
pub fn word(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,@%+".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// What stands behind `#`, or in the name of a file: nothing that ends the one or leads out of the other.
pub fn slug(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named() -> Names {
        let mut names = Names::new("lab");
        names.add("BUCKET", "course-bucket");
        names
    }

    #[test]
    fn words_that_bash_would_read_otherwise_are_quoted() {
        let said = line(
            "redshift describe-clusters --query Clusters[].[ClusterStatus] --filter 'it is' \"a'b\"",
            &named(),
        );
        assert_eq!(
            said,
            r"redshift describe-clusters --query 'Clusters[].[ClusterStatus]' --filter 'it is' 'a'\''b'"
        );
    }

    #[test]
    fn names_are_parameters_wherever_they_stand() {
        let said = line(
            r#"s3api put-bucket-policy --bucket course-bucket --policy '{"Resource":"arn:aws:s3:::course-bucket/*"}'"#,
            &named(),
        );
        assert_eq!(
            said,
            r#"s3api put-bucket-policy --bucket "${BUCKET}" --policy "{\"Resource\":\"arn:aws:s3:::${BUCKET}/*\"}""#
        );
        assert_eq!(line("s3 ls s3://course-bucket-2/", &named()), "s3 ls s3://course-bucket-2/");
    }

    #[test]
    fn files_are_the_folders_and_lines_inside_lines_stay() {
        assert_eq!(
            line("s3 cp /data/train.csv s3://course-bucket/", &named()),
            "s3 cp \"$DATA/train.csv\" \"s3://${BUCKET}/\""
        );
        assert_eq!(
            line(
                "athena get-query-results --query-execution-id $(aws athena list --query 'X[0]') --output text",
                &named()
            ),
            "athena get-query-results --query-execution-id \"$(aws athena list --query 'X[0]')\" --output text"
        );
    }
}
