//! Where the repository is.

use std::path::PathBuf;

/// The workspace's folder, found from this crate's own place in it: as cargo tells it when it runs us, because a `target`
/// that was copied from another working tree holds a program that was compiled there.
pub fn root() -> Result<PathBuf, String> {
    let told = std::env::var_os("CARGO_MANIFEST_DIR");
    let here = told.map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    here.ancestors()
        .nth(2)
        .map(PathBuf::from)
        .ok_or_else(|| "the crate sandshift-xtask is not in web/xtask".to_owned())
}

/// Cargo's output folder.
pub fn target() -> Result<PathBuf, String> {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(folder) => Ok(root()?.join(folder)),
        None => Ok(root()?.join("target")),
    }
}
