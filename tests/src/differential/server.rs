//! A PostgreSQL of our own: made in a temporary folder, started on a free loopback port, stopped and removed at the
//! end.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::wire::Connection;

/// The superuser of the new cluster.
const USER: &str = "postgres";
/// Where Debian keeps version 15; elsewhere the PATH is asked.
const DEBIAN: &str = "/usr/lib/postgresql/15/bin";

pub struct Server {
    programs: PathBuf,
    folder: PathBuf,
    child: Child,
    port: u16,
}

/// The folder with `initdb`, `pg_ctl` and `postgres` of version 15, if it is installed.
pub fn programs() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    [PathBuf::from(DEBIAN)].into_iter().chain(std::env::split_paths(&path)).find(|folder| {
        let asked = Command::new(folder.join("postgres")).arg("--version").output();
        asked.is_ok_and(|output| String::from_utf8_lossy(&output.stdout).contains(") 15."))
            && folder.join("initdb").is_file()
    })
}

impl Server {
    /// # Errors
    /// What could not be made or started, with what it printed.
    pub fn start(programs: &Path) -> Result<Server, String> {
        let folder = std::env::temp_dir().join(format!("sandshift-postgres-{}", std::process::id()));
        let told = |error: std::io::Error| format!("{}: {error}", folder.display());
        fs::create_dir_all(&folder).map_err(told)?;
        hand_over(&folder).map_err(told)?;
        let data = folder.join("data");
        let mut initdb = program(programs, "initdb", &folder);
        initdb.arg("--pgdata").arg(&data).args(["--username", USER, "--auth=trust", "--encoding=UTF8"]);
        let made = initdb.args(["--locale=C", "--no-sync"]).output().map_err(told)?;
        if !made.status.success() {
            return Err(format!("initdb: {}", String::from_utf8_lossy(&made.stderr)));
        }
        // Free now; that it is taken before the server has it is a chance we accept.
        let port =
            TcpListener::bind(("127.0.0.1", 0)).and_then(|free| free.local_addr()).map_err(told)?.port();
        let mut postgres = program(programs, "postgres", &folder);
        postgres.arg("-D").arg(&data);
        for setting in [
            "listen_addresses=127.0.0.1",
            &format!("port={port}"),
            "unix_socket_directories=",
            "fsync=off",
            "jit=off",
            "autovacuum=off",
            "max_parallel_workers_per_gather=0",
            "logging_collector=off",
            "log_min_messages=panic",
        ] {
            postgres.args(["-c", setting]);
        }
        let child = postgres.stdout(Stdio::null()).stderr(Stdio::null()).spawn().map_err(told)?;
        let server = Server { programs: programs.to_owned(), folder, child, port };
        let begun = Instant::now();
        while Connection::open(port, USER).is_err() {
            if begun.elapsed() > Duration::from_secs(60) {
                return Err("postgres does not answer".to_owned());
            }
            sleep(Duration::from_millis(50));
        }
        Ok(server)
    }

    /// A folder whose files it can read.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// # Errors
    /// The server is gone.
    pub fn connect(&self) -> Result<Connection, String> {
        Connection::open(self.port, USER).map_err(|error| format!("postgres: {error}"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let mut stop = program(&self.programs, "pg_ctl", &self.folder);
        stop.arg("stop").arg("-D").arg(self.folder.join("data")).args(["-m", "immediate"]);
        let stopped = stop.stdout(Stdio::null()).stderr(Stdio::null()).status();
        if !stopped.is_ok_and(|status| status.success()) {
            // It is down already, or never came up.
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// A program of the server, run by somebody who is not root: it refuses root.
fn program(programs: &Path, name: &str, folder: &Path) -> Command {
    let mut command = Command::new(programs.join(name));
    command.current_dir(folder).stdin(Stdio::null()).env("LC_ALL", "C");
    #[cfg(unix)]
    if let Some((user, group)) = other_user() {
        use std::os::unix::process::CommandExt;
        command.uid(user).gid(group);
    }
    command
}

#[cfg(unix)]
fn hand_over(folder: &Path) -> std::io::Result<()> {
    match other_user() {
        Some((user, group)) => std::os::unix::fs::chown(folder, Some(user), Some(group)),
        None => Ok(()),
    }
}

#[cfg(not(unix))]
fn hand_over(_: &Path) -> std::io::Result<()> {
    Ok(())
}

/// For root: the user `postgres`, or `nobody`.
#[cfg(unix)]
fn other_user() -> Option<(u32, u32)> {
    use std::os::unix::fs::MetadataExt;
    // Our own process's folder belongs to whom we are; where there is none we are not on Linux, nor root.
    if fs::metadata("/proc/self").ok()?.uid() != 0 {
        return None;
    }
    let users = fs::read_to_string("/etc/passwd").ok()?;
    [USER, "nobody"].iter().find_map(|name| {
        let mut words = users.lines().find(|line| line.split(':').next() == Some(name))?.split(':').skip(2);
        Some((words.next()?.parse().ok()?, words.next()?.parse().ok()?))
    })
}
