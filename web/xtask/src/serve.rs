//! A small file server for one machine: right MIME types, nothing cached, nothing outside the site.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Component, Path, PathBuf};
use std::thread;

/// Serves until the process ends.
pub fn forever(site: &Path, port: u16) -> Result<(), String> {
    let (listener, port) = open(port)?;
    println!("http://127.0.0.1:{port}/");
    accept(&listener, site);
    Ok(())
}

/// Serves from another thread, for tests; gives the site's address. It lies below a path, as on many a static host,
/// so that an absolute address in it cannot hide.
pub fn aside(site: &Path) -> Result<String, String> {
    let (Some(above), Some(name)) = (site.parent().map(Path::to_owned), site.file_name()) else {
        return Err(format!("{} is in no folder", site.display()));
    };
    let (listener, port) = open(0)?;
    let address = format!("http://127.0.0.1:{port}/{}/", name.to_string_lossy());
    thread::spawn(move || accept(&listener, &above));
    Ok(address)
}

fn open(port: u16) -> Result<(TcpListener, u16), String> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .map_err(|error| format!("port {port} of 127.0.0.1: {error}; another one: --port N"))?;
    let port = listener.local_addr().map_err(|error| error.to_string())?.port();
    Ok((listener, port))
}

fn accept(listener: &TcpListener, site: &Path) {
    for stream in listener.incoming().flatten() {
        let site = site.to_owned();
        thread::spawn(move || {
            // A browser that hangs up in the middle is everyday life.
            let _ = answer_all(stream, &site);
        });
    }
}

/// Requests of one connection, one after another.
fn answer_all(stream: TcpStream, site: &Path) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut writer = stream;
    loop {
        let mut first = String::new();
        if reader.read_line(&mut first)? == 0 {
            return Ok(());
        }
        loop {
            let mut header = String::new();
            if reader.read_line(&mut header)? == 0 || header.trim().is_empty() {
                break;
            }
        }
        let mut words = first.split_whitespace();
        let (method, address) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let (status, kind, body) = answer(method, address, site);
        write!(
            writer,
            "HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {}\r\ncache-control: no-store\r\n\
             x-content-type-options: nosniff\r\n\r\n",
            body.len()
        )?;
        if method != "HEAD" {
            writer.write_all(&body)?;
        }
        writer.flush()?;
    }
}

fn answer(method: &str, address: &str, site: &Path) -> (&'static str, &'static str, Vec<u8>) {
    const TEXT: &str = "text/plain; charset=utf-8";
    if method != "GET" && method != "HEAD" {
        return ("405 Method Not Allowed", TEXT, b"only GET and HEAD\n".to_vec());
    }
    let Some(path) = inside(address) else {
        return ("400 Bad Request", TEXT, b"not an address of this site\n".to_vec());
    };
    let path = if address.split(['?', '#']).next().is_some_and(|path| path.ends_with('/')) {
        path.join("index.html")
    } else {
        path
    };
    match fs::read(site.join(&path)) {
        Ok(body) => ("200 OK", kind(&path), body),
        Err(_) => ("404 Not Found", TEXT, format!("{} is not there\n", path.display()).into_bytes()),
    }
}

/// The path an address names, if it stays inside the site.
fn inside(address: &str) -> Option<PathBuf> {
    let path = address.split(['?', '#']).next()?.strip_prefix('/')?;
    let path = PathBuf::from(decode(path)?);
    path.components().all(|part| matches!(part, Component::Normal(_))).then_some(path)
}

/// Percent-decoding; `None` when it is no text.
fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digits = [rest.next()?, rest.next()?];
        bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?);
    }
    String::from_utf8(bytes).ok()
}

fn kind(path: &Path) -> &'static str {
    match path.extension().and_then(|end| end.to_str()).unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "json" => "application/json",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "woff2" => "font/woff2",
        "md" | "toml" | "csv" | "txt" | "transcript" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_stay_inside_the_site() {
        assert_eq!(inside("/labs/a%20b.md?x=1"), Some(PathBuf::from("labs/a b.md")));
        assert_eq!(inside("/../Cargo.toml"), None);
        assert_eq!(inside("/%2e%2e/Cargo.toml"), None);
        assert_eq!(inside("//etc/passwd"), None);
        assert_eq!(inside("/%zz"), None);
    }

    #[test]
    fn wasm_has_its_type() {
        assert_eq!(kind(Path::new("engine_bg.wasm")), "application/wasm");
    }
}
