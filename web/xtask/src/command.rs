//! Running other programs, and saying what they said when they fail.

use std::ffi::OsStr;
use std::io::IsTerminal;
use std::path::Path;
use std::process::{Command, Stdio};

/// A program with its words, to run in the repository's root.
pub fn program(name: impl AsRef<OsStr>, words: &[&str], folder: &Path) -> Command {
    let mut command = Command::new(name);
    command.args(words).current_dir(folder);
    command
}

/// The cargo that runs us.
pub fn cargo(words: &[&str], folder: &Path) -> Command {
    let mut command = program(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()), words, folder);
    // Set by `cargo run` for this program alone; left in place, build scripts would see them as changed.
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        if name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST") {
            command.env_remove(name.as_ref());
        }
    }
    command
}

/// Runs to the end. On a terminal its output is shown as it comes; elsewhere only when it fails.
///
/// # Errors
/// The program cannot be started or does not succeed; with what it printed.
pub fn run(mut command: Command) -> Result<(), String> {
    let shown = describe(&command);
    if std::io::stderr().is_terminal() {
        let status = command.stdout(Stdio::null()).status().map_err(|error| format!("{shown}: {error}"))?;
        return if status.success() { Ok(()) } else { Err(format!("{shown}: {status}")) };
    }
    let output = command.output().map_err(|error| format!("{shown}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let said =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    Err(format!("{}\n{shown}: {}", said.trim_end(), output.status))
}

/// Runs to the end and gives its standard output.
pub fn read(mut command: Command) -> Result<String, String> {
    let shown = describe(&command);
    let output = command.stderr(Stdio::inherit()).output().map_err(|error| format!("{shown}: {error}"))?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() { Ok(said) } else { Err(format!("{said}{shown}: {}", output.status)) }
}

/// Whether a program can be started at all.
pub fn exists(name: &str) -> bool {
    Command::new(name)
        .arg("--version")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

fn describe(command: &Command) -> String {
    let words: Vec<_> = command.get_args().map(|word| word.to_string_lossy()).collect();
    let name = Path::new(command.get_program()).file_name().unwrap_or_default().to_string_lossy();
    format!("{name} {}", words.join(" "))
}
