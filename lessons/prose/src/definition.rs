//! `lab.toml`: what a lab does, in no language.
//!
//! ```toml
//! format = 1
//! id = "permissions"
//! order = 1                       # place in the course
//! minutes = 40
//! start = "course-warehouse"      # a named state, or a transcript in this folder
//! languages = ["ko", "en"]        # each has a file: ko.md, en.md
//! aws-price = 0.22                # US dollars the same time would cost on AWS
//!
//! [[step]]
//! id = "read-raw-data"
//! solution = """
//! sql admin> GRANT USAGE ON SCHEMA raw_data TO GROUP analytics_users;
//! """
//!
//! [[step.check]]                  # state, seen through a statement
//! id = "can-read"
//! as = "group analytics_users"    # a user; or somebody made for the check: `group NAME`, `role NAME`
//! sql = "SELECT COUNT(1) FROM raw_data.user_session_channel"
//! rows = [["101520"]]             # cells as text, NULL as "NULL", an empty string as "(empty)"; a multiset, unless:
//! ordered = true                  # every row in its place
//! ordered-by = ["sessions"]       # or in the order of these columns (names, or places from 1); ties are free
//! tolerance = 0.01                # cells that are numbers on both sides may differ by so much
//! columns = ["channel", "sessions"]  # what the columns are called; without it names are free
//! any-column-order = true         # columns may stand in another order
//!
//! [[step.check]]
//! id = "cannot-delete"
//! as = "jeeseok"
//! sql = "DELETE FROM raw_data.user_session_channel"
//! refused = "42501"               # with neither rows nor refused: it must succeed
//! message = "for relation"        # optional: the refusal's text contains this
//!
//! [[step.check]]                  # `given` runs first, on the same copy of the state
//! id = "inherits"
//! given = "sql admin> REVOKE SELECT ON t FROM ROLE a;"
//! as = "role b"
//! sql = "SELECT 1 FROM t"
//! refused = "42501"
//!
//! [[step.check]]                  # logging in with a password; with refused: it must fail
//! id = "new-password"
//! as = "jeeseok"
//! password = "Sandshift2023"
//!
//! [[step.check]]                  # state, seen through a line of the AWS CLI; `as` is an IAM user, or learner
//! id = "available"
//! aws = "redshift describe-clusters --query Clusters[0].ClusterStatus --output text"
//! prints = "available"            # without it and without refused: it must succeed
//!
//! [[step.check]]
//! id = "no-policy-yet"
//! as = "analyst"
//! aws = "glue get-databases"
//! refused = "AccessDeniedException"
//!
//! [[step.check]]                  # something that was done, not something that is
//! id = "saw-refusal"
//! did = "DELETE"                  # the statement's first word
//! on = "raw_data.user_session_channel"
//! as = "jeeseok"
//! refused = "42501"               # without it, it must have succeeded
//!
//! [[step.check]]                  # a query of the learner's own, however it is written: it must come to what this
//! id = "monthly-users"            # one comes to (tried as admin on a copy), or to `rows`
//! as = "admin"                    # whose query
//! result = "SELECT month, COUNT(DISTINCT userid) AS users FROM s GROUP BY 1 ORDER BY 1"
//! ordered-by = ["month"]          # as above; `same-names = true` asks for the names of this query's columns
//!
//! [[step.check]]
//! id = "which-wall"
//! question = ["usage", "select"]  # option ids, worded in the prose; `answer` is right
//! answer = "usage"
//!
//! [[step.check]]                  # asked before, compared after; any answer passes
//! id = "guess"
//! prediction = ["deleted", "refused"]
//! answer = "refused"
//!
//! [[step.wrong]]                  # foreseen: does this, must not pass, gets its own words
//! id = "usage-only"
//! does = "sql admin> GRANT USAGE ON SCHEMA raw_data TO GROUP analytics_users;"
//! choose = { which-wall = "select" }   # optional, instead of `does` or with it
//!
//! [[step.wrong.when]]             # how it is recognised: every condition holds; written like a check
//! as = "group analytics_users"
//! sql = "SELECT 1 FROM raw_data.user_session_channel"
//! refused = "42501"
//! message = "for relation"
//! ```
//!
//! A wrong answer with `choose` alone needs no `when`: the choice tells it.

mod reader;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::problem::Problem;

/// The only format there is.
pub const FORMAT: u32 = 1;

/// A lab's logic.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Definition {
    pub id: String,
    pub order: u32,
    pub minutes: u32,
    pub start: String,
    pub languages: Vec<String>,
    /// US dollars.
    pub aws_price: Option<f64>,
    pub steps: Vec<Step>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    pub id: String,
    /// Line in lab.toml, from 1.
    pub line: u32,
    /// A transcript; its statements succeed, unless `!` stands before them.
    pub solution: String,
    /// Line in lab.toml that stands before the solution's first.
    pub solution_line: u32,
    pub checks: Vec<Check>,
    pub wrong: Vec<Wrong>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Check {
    pub id: String,
    pub line: u32,
    pub kind: CheckKind,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum CheckKind {
    State(Condition),
    Did(Deed),
    /// A query that `user` ran came to what `wanted` comes to.
    Result {
        user: String,
        wanted: Wanted,
        matching: Matching,
    },
    /// Passes when `answer` was chosen.
    Question {
        options: Vec<String>,
        answer: String,
    },
    /// Passes when anything was chosen; `answer` is what happens.
    Prediction {
        options: Vec<String>,
        answer: String,
    },
}

/// Something that must be so, found out on a copy of the state.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Condition {
    /// A transcript run first on the copy; empty for none.
    pub given: String,
    pub actor: Actor,
    pub attempt: Attempt,
    pub expect: Expect,
}

/// Who tries it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Actor {
    User(String),
    /// Somebody made on the copy who is in this group and nothing else.
    MemberOf(String),
    /// Somebody made on the copy who holds this role and nothing else.
    HolderOf(String),
    /// An IAM user.
    Principal(String),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Attempt {
    /// A script; what its last statement comes to is judged, those before must succeed.
    Sql(String),
    Login {
        password: String,
    },
    /// A line of the AWS CLI, without `aws`.
    Aws(String),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Expect {
    Success,
    Rows {
        wanted: Table,
        matching: Matching,
    },
    /// What the AWS CLI prints, without blanks around it.
    Prints(String),
    /// This SQLSTATE or error code of AWS, with a text that contains `message`.
    Refused {
        state: String,
        message: Option<String>,
    },
}

/// What a learner's query is held against.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Wanted {
    /// What this query comes to, tried as admin on a copy.
    Query(String),
    Table(Table),
}

/// Rows as text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// Empty where names do not matter.
    pub columns: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

/// When two results are the same.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Matching {
    /// Every row in its place.
    pub ordered: bool,
    /// In the order of these columns, by name or by place from 1; among rows that agree in them any order is right.
    pub keys: Vec<String>,
    /// By how much numbers may differ; `None`: cells agree as text.
    pub tolerance: Option<f64>,
    /// Columns are called as they are wanted.
    pub same_names: bool,
    pub any_column_order: bool,
}

/// A statement somebody ran.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deed {
    pub user: String,
    /// Its first word, upper case.
    pub verb: String,
    /// A name that occurs in it.
    pub on: Option<String>,
    /// SQLSTATE it failed with; `None`: it succeeded.
    pub refused: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Wrong {
    pub id: String,
    pub line: u32,
    /// A transcript; empty when only `choose` is wrong.
    pub does: String,
    /// Line in lab.toml that stands before the transcript's first.
    pub does_line: u32,
    /// Check id to option id.
    pub choose: BTreeMap<String, String>,
    pub when: Vec<Condition>,
}

impl CheckKind {
    /// How many cells it writes out.
    pub fn cells(&self) -> usize {
        let table = match self {
            CheckKind::State(Condition { expect: Expect::Rows { wanted, .. }, .. }) => wanted,
            CheckKind::Result { wanted: Wanted::Table(table), .. } => table,
            _ => return 0,
        };
        table.rows.iter().map(Vec::len).sum()
    }
}

impl Definition {
    /// Reads `lab.toml`. Every problem names the line and what is expected.
    pub fn parse(text: &str) -> Result<Definition, Vec<Problem>> {
        reader::read(text)
    }

    pub fn step(&self, id: &str) -> Option<&Step> {
        self.steps.iter().find(|step| step.id == id)
    }
}
