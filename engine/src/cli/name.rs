//! AWS's names to the CLI's: `ClusterIdentifier` to `cluster-identifier`.

/// The CLI's name of an operation or member.
pub fn kebab(name: &str) -> String {
    let characters: Vec<char> = name.chars().collect();
    let mut text = String::with_capacity(name.len() + 4);
    for (at, c) in characters.iter().enumerate() {
        if at > 0 && c.is_ascii_uppercase() {
            let after_lower = !characters[at - 1].is_ascii_uppercase();
            let before_lower = characters.get(at + 1).is_some_and(char::is_ascii_lowercase);
            // `ACLs` and the like do not occur; `DBName` is `db-name`.
            if after_lower || before_lower {
                text.push('-');
            }
        }
        text.push(c.to_ascii_lowercase());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for (name, expected) in [
            ("ClusterIdentifier", "cluster-identifier"),
            ("ListObjectsV2", "list-objects-v2"),
            ("DBName", "db-name"),
            ("ACL", "acl"),
            ("GetClusterCredentialsWithIAM", "get-cluster-credentials-with-iam"),
        ] {
            assert_eq!(kebab(name), expected);
        }
    }
}
