//! Statements in, CSV out: the door for scripts and for people with a shell.

use std::io::Write;

use sandshift_engine::sandbox::{ADMIN, Answer, Executed, Sandbox};

use crate::{files, start};

/// How the account is opened, and what it is set up with.
#[derive(Debug, Default)]
pub struct Options {
    pub user: Option<String>,
    /// Scripts that the admin runs first; each must succeed.
    pub setup: Vec<String>,
}

/// Runs a script and writes each result: a header line and rows, or `ERROR <sqlstate> <message>`; one blank line
/// between. Goes on after errors.
///
/// # Errors
/// A setup file that cannot be read or fails, a user who does not exist, an output that is closed.
pub fn run(options: &Options, script: &str, out: &mut dyn Write) -> Result<(), String> {
    let mut sandbox = start::named("empty")?;
    for file in &options.setup {
        set_up(&mut sandbox, file)?;
    }
    let user = options.user.as_deref().unwrap_or(ADMIN);
    let session = sandbox.connect(user, None).map_err(|error| format!("--user {user}: {error}"))?;
    for (at, executed) in sandbox.execute(session, script).iter().enumerate() {
        let between = if at == 0 { "" } else { "\n" };
        write!(out, "{between}{}", text(executed)).map_err(|error| format!("standard output: {error}"))?;
    }
    Ok(())
}

fn set_up(sandbox: &mut Sandbox, file: &str) -> Result<(), String> {
    let script = files::read(file.as_ref())?;
    let session = sandbox.connect(ADMIN, None).map_err(|error| error.to_string())?;
    for executed in sandbox.execute(session, &script) {
        if let Err(error) = executed.result {
            return Err(format!("--setup {file}: ERROR {}: {error}\n{}", error.kind.state(), executed.text));
        }
    }
    sandbox.disconnect(session);
    Ok(())
}

/// One statement's result, closed by a line end.
fn text(executed: &Executed) -> String {
    match &executed.result {
        Ok(answer) => csv(answer),
        Err(error) => format!("ERROR {} {}\n", error.kind.state(), error.kind.message()),
    }
}

/// Header and rows; for a statement that answers with no rows its tag. NULL is an empty cell, an empty string `""`.
fn csv(answer: &Answer) -> String {
    let Some(fields) = &answer.completion.fields else { return format!("{}\n", answer.completion.tag) };
    let header: Vec<String> = fields.iter().map(|field| cell(Some(field.name.clone()))).collect();
    let mut text = header.join(",") + "\n";
    for batch in &answer.batches {
        for row in 0..batch.rows {
            let cells = batch.columns.iter().zip(fields);
            let cells: Vec<String> = cells
                .map(|(column, field)| cell(answer.completion.printing.display(column, field.data_type, row)))
                .collect();
            text.push_str(&cells.join(","));
            text.push('\n');
        }
    }
    text
}

fn cell(value: Option<String>) -> String {
    match value {
        None => String::new(),
        Some(text) if text.is_empty() || text.contains([',', '"', '\n', '\r']) => {
            format!("\"{}\"", text.replace('"', "\"\""))
        }
        Some(text) => text,
    }
}
