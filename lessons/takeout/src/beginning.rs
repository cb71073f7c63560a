//! What is there before anything is done: read from the account itself, so that it is what a learner begins with.

use sandshift_prose::course;

/// An account that nobody has touched.
pub trait Account {
    /// The rows of a query, as admin; `None` is NULL.
    ///
    /// # Errors
    /// Why there are none.
    fn rows(&mut self, sql: &str) -> Result<Vec<Vec<Option<String>>>, String>;

    /// The learner's own files: `/data/train.csv`.
    fn files(&mut self) -> Vec<String>;
}

/// What is there before the first step.
#[derive(Clone, Debug, Default)]
pub struct Beginning {
    /// Lines of the terminal, as a transcript.
    pub outside: String,
    /// Statements that come before any table: schemas and users.
    pub statements: Vec<String>,
    pub tables: Vec<Table>,
    /// A bucket and a role of `outside` through which rows come.
    pub bucket: String,
    pub role: String,
    /// Rows that are no file of the learner's disk: path in the folder and text.
    pub rows: Vec<(String, String)>,
}

/// A table with rows, which are a file of the folder: CSV with a header.
#[derive(Clone, Debug)]
pub struct Table {
    /// `raw_data.channel`.
    pub name: String,
    pub definition: String,
    /// Where the rows are, below the folder's `data`.
    pub file: String,
}

const SCHEMAS: &str = "SELECT nspname FROM pg_namespace WHERE nspowner > 1 AND nspname NOT LIKE 'pg%' AND nspname <> 'public' ORDER BY 1";
const USERS: &str = "SELECT usename FROM pg_user WHERE NOT usesuper ORDER BY 1";
const TABLES: &str = "SELECT table_schema || '.' || table_name FROM information_schema.tables WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema') ORDER BY 1";

impl Beginning {
    /// Of the account that the state `start` makes. Any other state than the course's is `script`, a transcript.
    ///
    /// # Errors
    /// What could not be asked.
    pub fn read(start: &str, script: &str, account: &mut dyn Account) -> Result<Beginning, String> {
        if start != course::WAREHOUSE {
            return Ok(Beginning { outside: script.to_owned(), ..Beginning::default() });
        }
        let mut beginning = Beginning {
            outside: course::OUTSIDE.to_owned(),
            bucket: "course-bucket".to_owned(),
            role: "redshift.read.s3".to_owned(),
            ..Beginning::default()
        };
        let on_disk = account.files();
        for schema in names(account, SCHEMAS)? {
            beginning.statements.push(format!("CREATE SCHEMA {schema}"));
        }
        for user in names(account, USERS)? {
            beginning.statements.push(format!("CREATE USER {user} PASSWORD DISABLE"));
        }
        for name in names(account, TABLES)? {
            let definition = names(account, &format!("SHOW TABLE {name}"))?.join("\n");
            let definition = definition.trim_end().trim_end_matches(';').to_owned();
            // The course's great tables are files of the learner's disk, too.
            let whole = name.split_once('.').map(|(_, table)| format!("/data/{table}.csv"));
            let file = match whole.filter(|path| on_disk.contains(path)) {
                Some(path) => path.trim_start_matches("/data/").to_owned(),
                None => {
                    let file = format!("beginning/{name}.csv");
                    let mut text = String::from("rows\n");
                    for row in account.rows(&format!("SELECT * FROM {name}"))? {
                        let cells: Vec<String> = row.iter().map(cell).collect();
                        text.push_str(&cells.join(","));
                        text.push('\n');
                    }
                    beginning.rows.push((format!("data/{file}"), text));
                    file
                }
            };
            beginning.tables.push(Table { name, definition, file });
        }
        Ok(beginning)
    }
}

/// First column of a query.
fn names(account: &mut dyn Account, sql: &str) -> Result<Vec<String>, String> {
    Ok(account.rows(sql)?.into_iter().filter_map(|row| row.into_iter().flatten().next()).collect())
}

fn cell(cell: &Option<String>) -> String {
    match cell.as_deref() {
        None => String::new(),
        Some(cell) if cell.contains([',', '"', '\n']) => format!("\"{}\"", cell.replace('"', "\"\"")),
        Some(cell) => cell.to_owned(),
    }
}
