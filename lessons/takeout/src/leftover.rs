//! What lines and statements make, and how it is removed: in the order AWS asks for, workgroups before namespaces,
//! clusters before their snapshots, roles and buckets last.

use crate::names::Names;
use crate::sql;

/// A kind of thing that somebody has to remove.
struct Kind {
    /// What makes it: service, operation, and the option (or, for `s3 mb`, none) with its name.
    made_by: &'static [(&'static str, &'static str, &'static str)],
    /// The variable for names of it.
    variable: &'static str,
    /// The line that removes `{}`, `aws` left off; several, one a line, with `|` between.
    removed_by: &'static str,
}

/// In the order in which things go.
const KINDS: [Kind; 18] = [
    Kind {
        made_by: &[("sagemaker", "create-endpoint", "--endpoint-name")],
        variable: "ENDPOINT",
        removed_by: "gone aws sagemaker delete-endpoint --endpoint-name {}",
    },
    Kind {
        made_by: &[("sagemaker", "create-endpoint-config", "--endpoint-config-name")],
        variable: "ENDPOINT_CONFIG",
        removed_by: "gone aws sagemaker delete-endpoint-config --endpoint-config-name {}",
    },
    Kind {
        made_by: &[("sagemaker", "create-model", "--model-name")],
        variable: "SAGEMAKER_MODEL",
        removed_by: "gone aws sagemaker delete-model --model-name {}",
    },
    Kind {
        made_by: &[
            ("redshift-serverless", "create-workgroup", "--workgroup-name"),
            ("redshift-serverless", "restore-from-snapshot", "--workgroup-name"),
        ],
        variable: "WORKGROUP",
        removed_by: "gone aws redshift-serverless delete-workgroup --workgroup-name {}|vanished aws redshift-serverless get-workgroup --workgroup-name {}",
    },
    Kind {
        made_by: &[("redshift-serverless", "create-namespace", "--namespace-name")],
        variable: "NAMESPACE",
        removed_by: "gone aws redshift-serverless delete-namespace --namespace-name {}|vanished aws redshift-serverless get-namespace --namespace-name {}",
    },
    Kind {
        made_by: &[
            ("redshift-serverless", "create-snapshot", "--snapshot-name"),
            ("redshift-serverless", "convert-recovery-point-to-snapshot", "--snapshot-name"),
        ],
        variable: "SERVERLESS_SNAPSHOT",
        removed_by: "gone aws redshift-serverless delete-snapshot --snapshot-name {}",
    },
    Kind {
        made_by: &[
            ("redshift", "create-cluster", "--cluster-identifier"),
            ("redshift", "restore-from-cluster-snapshot", "--cluster-identifier"),
            ("redshift", "modify-cluster", "--new-cluster-identifier"),
        ],
        variable: "CLUSTER",
        removed_by: "delete_cluster {}",
    },
    Kind {
        made_by: &[
            ("redshift", "create-cluster-snapshot", "--snapshot-identifier"),
            ("redshift", "copy-cluster-snapshot", "--target-snapshot-identifier"),
            ("redshift", "delete-cluster", "--final-cluster-snapshot-identifier"),
        ],
        variable: "SNAPSHOT",
        removed_by: "gone aws redshift delete-cluster-snapshot --snapshot-identifier {}",
    },
    Kind {
        made_by: &[("redshift", "create-cluster-parameter-group", "--parameter-group-name")],
        variable: "PARAMETER_GROUP",
        removed_by: "gone aws redshift delete-cluster-parameter-group --parameter-group-name {}",
    },
    Kind {
        made_by: &[("redshift", "create-snapshot-schedule", "--schedule-identifier")],
        variable: "SNAPSHOT_SCHEDULE",
        removed_by: "gone aws redshift delete-snapshot-schedule --schedule-identifier {}",
    },
    Kind {
        made_by: &[("glue", "create-crawler", "--name")],
        variable: "CRAWLER",
        removed_by: "gone aws glue delete-crawler --name {}",
    },
    Kind {
        made_by: &[("glue", "create-job", "--name")],
        variable: "GLUE_JOB",
        removed_by: "gone aws glue delete-job --job-name {}",
    },
    Kind {
        made_by: &[("glue", "create-database", "--database-input")],
        variable: "GLUE_DATABASE",
        removed_by: "gone aws glue delete-database --name {}",
    },
    Kind {
        made_by: &[("athena", "create-work-group", "--name")],
        variable: "ATHENA_WORKGROUP",
        removed_by: "gone aws athena delete-work-group --work-group {} --recursive-delete-option",
    },
    Kind {
        made_by: &[("s3", "mb", ""), ("s3api", "create-bucket", "--bucket")],
        variable: "BUCKET",
        removed_by: "gone aws s3 rb s3://{} --force",
    },
    Kind {
        made_by: &[("iam", "create-role", "--role-name")],
        variable: "ROLE",
        removed_by: "delete_role {}",
    },
    Kind {
        made_by: &[("iam", "create-user", "--user-name")],
        variable: "IAM_USER",
        removed_by: "delete_user {}",
    },
    Kind {
        made_by: &[("iam", "create-policy", "--policy-name")],
        variable: "POLICY",
        removed_by: "gone aws iam delete-policy --policy-arn \"arn:aws:iam::${ACCOUNT}:policy/\"{}",
    },
];

/// What is made along a way, in the order of [`KINDS`].
#[derive(Default)]
pub struct Leftovers {
    made: Vec<(usize, String)>,
    /// Lines that make something of which it is not known how it goes.
    pub unknown: Vec<String>,
}

impl Leftovers {
    /// Notes what a line of the terminal makes.
    pub fn line(&mut self, words: &[String]) {
        let [service, operation, rest @ ..] = words else { return };
        let mut known = false;
        for (at, kind) in KINDS.iter().enumerate() {
            for (_, _, option) in
                kind.made_by.iter().filter(|(its, makes, _)| its == service && makes == operation)
            {
                known = true;
                let name = match *option {
                    "" => rest
                        .iter()
                        .find_map(|word| word.strip_prefix("s3://"))
                        .map(|name| name.trim_end_matches('/')),
                    option => value(rest, option).map(inner_name),
                };
                self.note(at, name.unwrap_or_default());
            }
        }
        let makes = operation.starts_with("create-") || operation == "restore-from-cluster-snapshot";
        let passing = [
            "create-access-key",
            "create-login-profile",
            "create-partition",
            "create-table",
            "create-group",
            "create-policy-version",
            "create-tags",
            "create-multipart-upload",
        ];
        if makes && !known && !passing.contains(&operation.as_str()) {
            self.unknown.push(words.join(" "));
        }
    }

    /// Notes what a statement makes outside the warehouse.
    pub fn script(&mut self, script: &str) {
        for statement in sql::statements(script) {
            let upper = statement.to_ascii_uppercase();
            if upper.starts_with("CREATE EXTERNAL SCHEMA")
                && upper.contains("CREATE EXTERNAL DATABASE")
                && let Some(at) = upper.find(" DATABASE '").or_else(|| upper.find("\nDATABASE '"))
                && let Some(name) = statement.get(at..).and_then(|rest| rest.split('\'').nth(1))
                && let Some(kind) = KINDS.iter().position(|kind| kind.variable == "GLUE_DATABASE")
            {
                self.note(kind, name);
            }
        }
    }

    fn note(&mut self, kind: usize, name: &str) {
        // A name is a word of a script from here on; AWS's own have no other letters.
        let fine = |c: char| c.is_ascii_alphanumeric() || "-_.+=,@".contains(c);
        if !name.chars().all(fine) {
            self.unknown.push(name.to_owned());
        } else if !name.is_empty()
            && !self.made.iter().any(|(known, called)| *known == kind && called == name)
        {
            self.made.push((kind, name.to_owned()));
        }
    }

    pub fn name_all(&self, names: &mut Names) {
        for (kind, name) in &self.made {
            names.add(KINDS[*kind].variable, name);
        }
    }

    /// Names of the kinds with that variable.
    pub fn named(&self, variable: &str) -> impl Iterator<Item = &str> {
        self.made
            .iter()
            .filter(move |(kind, _)| KINDS[*kind].variable == variable)
            .map(|(_, name)| name.as_str())
    }

    /// The lines that remove everything.
    pub fn removal(&self, names: &Names) -> String {
        let mut text = String::new();
        for (at, kind) in KINDS.iter().enumerate() {
            for (_, name) in self.made.iter().filter(|(made, _)| *made == at) {
                let said = names.variable(name).map_or_else(|| name.clone(), |it| format!("\"${{{it}}}\""));
                for line in kind.removed_by.split('|') {
                    text.push_str(&line.replace("s3://{}", "\"s3://\"{}").replace("{}", &said));
                    text.push('\n');
                }
            }
        }
        text
    }
}

fn value<'a>(words: &'a [String], option: &str) -> Option<&'a str> {
    words.windows(2).find(|pair| pair[0] == option).map(|pair| pair[1].as_str())
}

/// `Name=lake,...` and `{"Name":"lake"}` carry the name inside.
fn inner_name(given: &str) -> &str {
    if let Some(rest) = given.split_once("Name=").map(|(_, rest)| rest) {
        return rest.split(',').next().unwrap_or(rest);
    }
    match given.split_once("\"Name\"") {
        Some((_, rest)) => rest.split('"').nth(1).unwrap_or(given),
        None => given,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shell::words;

    #[test]
    fn things_go_in_the_order_that_aws_asks_for() {
        let mut left = Leftovers::default();
        for line in [
            "iam create-role --role-name r",
            "s3 mb s3://b",
            "redshift-serverless create-namespace --namespace-name n",
            "redshift-serverless create-workgroup --workgroup-name w --namespace-name n",
            "glue create-database --database-input Name=lake,Description=x",
        ] {
            left.line(&words(line));
        }
        left.script("CREATE EXTERNAL SCHEMA e FROM DATA CATALOG DATABASE 'spec' IAM_ROLE default CREATE EXTERNAL DATABASE IF NOT EXISTS;");
        let mut names = Names::new("lab");
        left.name_all(&mut names);
        let removal = left.removal(&names);
        let order: Vec<usize> = [
            "delete-workgroup",
            "delete-namespace",
            "delete-database --name \"${GLUE_DATABASE}\"",
            "s3 rb",
            "delete_role",
        ]
        .iter()
        .map(|what| removal.find(what).unwrap_or_else(|| panic!("{what}: {removal}")))
        .collect();
        assert!(order.is_sorted(), "{removal}");
        assert!(removal.contains("${GLUE_DATABASE_SPEC}"), "{removal}");
        assert!(left.unknown.is_empty());
    }
}
