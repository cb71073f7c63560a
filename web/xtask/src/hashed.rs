//! Files whose names carry a fingerprint of their content, so that a host may let browsers keep them for ever.
//!
//! What is asked for by a name that people or other files know (the page, the labs, the service worker) keeps it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// The list of them in the site, from plain name to the one in use.
pub const NAMES: &str = "names.json";

/// Renames the files of a site that nothing else asks for by name, and writes the new names wherever they stand.
pub fn rename(site: &Path, files: &[String]) -> Result<(), String> {
    let mut names: BTreeMap<&str, String> = BTreeMap::new();
    for at in 0..TURNS {
        for file in files.iter().filter(|file| order(file) == Some(at)) {
            let path = site.join(file);
            let mut bytes = read(&path)?;
            if !file.ends_with(".wasm") {
                bytes = renamed(bytes, &names);
            }
            let (stem, extension) = file.rsplit_once('.').unwrap_or((file, ""));
            let name = format!("{stem}.{:08x}.{extension}", fingerprint(&bytes) >> 32);
            write(&site.join(&name), &bytes)?;
            fs::remove_file(&path).map_err(|error| format!("{}: {error}", path.display()))?;
            names.insert(file, name);
        }
    }
    for page in ["index.html", "cells.html", "author.html"] {
        let page = site.join(page);
        write(&page, &renamed(read(&page)?, &names))?;
    }
    let list = serde_json::to_vec(&names).map_err(|error| error.to_string())?;
    write(&site.join(NAMES), &list)
}

/// Whoever names a file is renamed after it.
const TURNS: usize = 6;

/// Whose turn it is to be renamed, if at all.
fn order(file: &str) -> Option<usize> {
    if file.contains('/') && !file.starts_with("styles/") || matches!(file, "sw.js" | "embed.js") {
        return None;
    }
    match file {
        "beside.js" | "takeout.js" => Some(3),
        "worker.js" | "proof.js" => Some(4),
        "boot.js" | "cells.js" | "author.js" => Some(5),
        _ => match file.rsplit_once('.')?.1 {
            "wasm" => Some(0),
            "css" => Some(1),
            "js" => Some(2),
            _ => None,
        },
    }
}

/// `text` with every quoted name of a renamed file put right, with `./` before it or without.
fn renamed(text: Vec<u8>, names: &BTreeMap<&str, String>) -> Vec<u8> {
    let Ok(mut text) = String::from_utf8(text) else { return Vec::new() };
    for (old, new) in names {
        for quote in ["\"", "'", "`"] {
            for before in ["./", ""] {
                text = text.replace(
                    &format!("{quote}{before}{old}{quote}"),
                    &format!("{quote}{before}{new}{quote}"),
                );
            }
        }
    }
    text.into_bytes()
}

/// The plain name of a file: `engine_bg.wasm` for `engine_bg.0a1b2c3d.wasm`.
pub fn plain(file: &str) -> String {
    let mut parts: Vec<&str> = file.split('.').collect();
    if let [.., print, _] = parts[..]
        && print.len() == 8
        && print.bytes().all(|byte| byte.is_ascii_hexdigit())
    {
        parts.remove(parts.len() - 2);
    }
    parts.join(".")
}

/// FNV-1a: names need to differ, not to withstand anybody.
pub fn fingerprint(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    fs::read(path).map_err(|error| format!("{}: {error}", path.display()))
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), String> {
    fs::write(path, bytes).map_err(|error| format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_put_right_where_it_stands_whole() {
        let names = BTreeMap::from([("engine.js", "engine.0a1b2c3d.js".to_owned())]);
        let text = b"import \"./engine.js\"; see 'engine.js', my-engine.js and \"./engine.json\"".to_vec();
        let expected =
            "import \"./engine.0a1b2c3d.js\"; see 'engine.0a1b2c3d.js', my-engine.js and \"./engine.json\"";
        assert_eq!(String::from_utf8(renamed(text, &names)).unwrap(), expected);
    }

    #[test]
    fn a_plain_name_comes_back() {
        assert_eq!(plain("engine_bg.0a1b2c3d.wasm"), "engine_bg.wasm");
        assert_eq!(plain("styles/tokens.0a1b2c3d.css"), "styles/tokens.css");
        assert_eq!(plain("labs/01-permissions/ko.md"), "labs/01-permissions/ko.md");
    }

    #[test]
    fn whoever_names_a_file_is_renamed_after_it() {
        let site = std::env::temp_dir().join(format!("sandshift-hashed-{}", std::process::id()));
        fs::create_dir_all(&site).unwrap();
        let files = [
            ("engine_bg.wasm", ""),
            ("engine.js", ""),
            ("beside.js", "import(\"./engine.js\"); new URL(\"./engine_bg.wasm\")"),
            ("takeout.js", "import \"./zip.js\""),
            ("worker.js", "import \"./beside.js\"; import(\"./takeout.js\")"),
            ("embedded.js", ""),
            ("boot.js", "new Worker(\"./worker.js\"); import(\"./embedded.js\")"),
            ("cells.js", "new URL(\"./worker.js\")"),
            ("digest.js", ""),
            ("zip.js", ""),
            ("proof.js", "import(\"./digest.js\")"),
            ("author.js", "import \"./zip.js\"; new Worker(\"./worker.js\"); new Worker(\"./proof.js\")"),
            ("embed.js", "new URL(\"./cells.html\")"),
            ("index.html", "<script src=\"./boot.js\">"),
            ("cells.html", "<script src=\"./cells.js\">"),
            ("author.html", "<script src=\"./author.js\">"),
        ];
        for (name, text) in files {
            fs::write(site.join(name), text).unwrap();
        }
        rename(&site, &files.map(|(name, _)| name.to_owned())).unwrap();
        let names: BTreeMap<String, String> =
            serde_json::from_slice(&fs::read(site.join(NAMES)).unwrap()).unwrap();
        assert!(!names.contains_key("embed.js") && site.join("embed.js").is_file());
        for entry in fs::read_dir(&site).unwrap().flatten().filter(|entry| entry.file_name() != NAMES) {
            let text = fs::read_to_string(entry.path()).unwrap();
            let old = names.keys().find(|name| text.contains(&format!("./{name}\"")));
            assert_eq!(old, None, "{} asks for it", entry.path().display());
        }
        fs::remove_dir_all(&site).unwrap();
    }
}
