//! The guide for instructors, as pages beside the labs, and the format's JSON Schema.

use std::fs;
use std::path::Path;

use pulldown_cmark::{Options, Parser, html};

/// Self-contained: whoever writes a lab may keep it.
const HEAD: &str = "<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
    <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
    <meta name=\"color-scheme\" content=\"light dark\">\n<style>body{max-width:46rem;margin:2rem auto;padding:0 1rem;\
    font:1rem/1.7 system-ui,sans-serif;background:Canvas;color:CanvasText}pre{overflow:auto;padding:.75rem 1rem;border:1px solid GrayText;\
    border-radius:6px;font-size:.85rem;line-height:1.5}td,th{text-align:start;padding:.3rem .8rem .3rem 0;vertical-align:top}html:lang(ko){word-break:keep-all}</style>";

/// Writes `guide.en.html`, `guide.ko.html` and `lab.schema.json` into `out`.
pub fn publish(lessons: &Path, out: &Path) -> Result<(), String> {
    let told = |path: &Path, error: std::io::Error| format!("{}: {error}", path.display());
    for (language, file) in [("en", "README.md"), ("ko", "README.ko.md")] {
        let path = lessons.join(file);
        let text = fs::read_to_string(&path).map_err(|error| told(&path, error))?;
        let title = text.lines().next().unwrap_or_default().trim_start_matches("# ");
        let mut body = String::new();
        html::push_html(&mut body, Parser::new_ext(&text, Options::ENABLE_TABLES));
        let page = format!(
            "<!doctype html>\n<html lang=\"{language}\">\n<head>\n{HEAD}\n<title>{title}</title>\n</head>\n<body>\n<main>\n{body}</main>\n</body>\n</html>\n"
        );
        let to = out.join(format!("guide.{language}.html"));
        fs::write(&to, page).map_err(|error| told(&to, error))?;
    }
    let schema = lessons.join("lab.schema.json");
    fs::copy(&schema, out.join("lab.schema.json")).map(|_| ()).map_err(|error| told(&schema, error))
}
