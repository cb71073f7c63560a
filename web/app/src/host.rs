//! What the page asks of the browser beyond markup: the two scripts beside it, storage, files, the clipboard.
//!
//! The scripts' addresses stand in `static/boot.js` alone, so that a build may rename files without
//! touching Rust.

use js_sys::{Array, Function, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, Storage, Url, Window, Worker};

use crate::store::Theme;
use crate::words::Language;

const LANGUAGE: &str = "sandshift.language";
const THEME: &str = "sandshift.theme";
const SPLIT: &str = "sandshift.split";
const WHY: &str = "sandshift.why";
const PROGRESS: &str = "sandshift.progress.";

pub fn window() -> Option<Window> {
    web_sys::window()
}

/// Whether the page is a file of its own, opened without a host.
pub fn is_alone() -> bool {
    window().is_some_and(|window| window.location().protocol().is_ok_and(|protocol| protocol == "file:"))
}

/// Starts the worker that `boot.js` names.
pub fn start_worker() -> Result<Worker, String> {
    call_boot("worker")?.dyn_into::<Worker>().map_err(|_| "boot.js made no worker".to_owned())
}

/// Fetches the editor's module.
pub async fn load_editor() -> Result<JsValue, String> {
    let promise: Promise =
        call_boot("editor")?.dyn_into().map_err(|_| "boot.js made no promise".to_owned())?;
    JsFuture::from(promise).await.map_err(said)
}

/// Fetches the module that draws charts.
pub async fn load_chart() -> Result<JsValue, String> {
    let promise: Promise =
        call_boot("chart")?.dyn_into().map_err(|_| "boot.js made no promise".to_owned())?;
    JsFuture::from(promise).await.map_err(said)
}

/// Fetches the module that draws models.
pub async fn load_model() -> Result<JsValue, String> {
    let promise: Promise =
        call_boot("model")?.dyn_into().map_err(|_| "boot.js made no promise".to_owned())?;
    JsFuture::from(promise).await.map_err(said)
}

/// The digest of a lab whose files are as its author wrote them, by the module that reads them.
///
/// # Errors
/// The author's mistakes, or why the module did not come.
pub async fn digest(id: &str, files: &[(String, String)]) -> Result<String, String> {
    let (names, texts): (Array, Array) =
        files.iter().map(|(name, text)| (JsValue::from(name), JsValue::from(text))).unzip();
    let arguments = Array::of3(&id.into(), &names, &texts);
    let promise: Promise =
        call_boot_with("digest", &arguments)?.dyn_into().map_err(|_| "boot.js made no promise".to_owned())?;
    let digest = JsFuture::from(promise).await.map_err(said)?;
    digest.as_string().ok_or_else(|| "no text".to_owned())
}

/// Where the markup finds a file of the site.
pub fn address(path: &str) -> String {
    let address = call_boot_with("address", &Array::of1(&path.into())).ok();
    address.and_then(|address| address.as_string()).unwrap_or_else(|| path.to_owned())
}

fn call_boot(name: &str) -> Result<JsValue, String> {
    call_boot_with(name, &Array::new())
}

fn call_boot_with(name: &str, arguments: &Array) -> Result<JsValue, String> {
    let boot = Reflect::get(&js_sys::global(), &"sandshift".into()).map_err(said)?;
    let function: Function = Reflect::get(&boot, &name.into())
        .map_err(said)?
        .dyn_into()
        .map_err(|_| format!("boot.js has no {name}"))?;
    function.apply(&boot, arguments).map_err(said)
}

/// An exception, in its own words.
pub fn said(error: impl Into<JsValue>) -> String {
    let error = error.into();
    let message = Reflect::get(&error, &"message".into()).ok().and_then(|message| message.as_string());
    message.or_else(|| error.as_string()).unwrap_or_else(|| format!("{error:?}"))
}

/// Fetches a text beside the page.
///
/// # Errors
/// The status or the browser's reason, short.
pub async fn fetch_text(address: &str) -> Result<String, String> {
    let promise: Promise = call_boot_with("text", &Array::of1(&address.into()))?
        .dyn_into()
        .map_err(|_| "boot.js made no promise".to_owned())?;
    let text = JsFuture::from(promise).await.map_err(said)?;
    text.as_string().ok_or_else(|| "no text".to_owned())
}

/// Offers a file to the person.
pub fn save_file(name: &str, kind: &str, parts: &Array) -> Result<(), String> {
    let options = BlobPropertyBag::new();
    options.set_type(kind);
    let blob = Blob::new_with_u8_array_sequence_and_options(parts, &options).map_err(said)?;
    let address = Url::create_object_url_with_blob(&blob).map_err(said)?;
    let document = window().and_then(|window| window.document()).ok_or_else(|| "no document".to_owned())?;
    let link: HtmlAnchorElement =
        document.create_element("a").map_err(said)?.dyn_into().map_err(|_| "no link".to_owned())?;
    link.set_href(&address);
    link.set_download(name);
    link.click();
    Url::revoke_object_url(&address).map_err(said)
}

/// Offers a text as a file.
pub fn save_text(name: &str, kind: &str, text: &str) -> Result<(), String> {
    let bytes = js_sys::Uint8Array::from(text.as_bytes());
    save_file(name, kind, &Array::of1(&bytes))
}

/// Puts text on the clipboard.
pub async fn copy(text: &str) -> Result<(), String> {
    let window = window().ok_or_else(|| "no window".to_owned())?;
    JsFuture::from(window.navigator().clipboard().write_text(text)).await.map_err(said).map(|_| ())
}

/// Storage is a comfort: where it is blocked, the choice lasts as long as the tab.
fn storage() -> Option<Storage> {
    window()?.local_storage().ok().flatten()
}

fn remembered(key: &str) -> Option<String> {
    storage()?.get_item(key).ok().flatten()
}

fn remember(key: &str, value: &str) {
    if let Some(storage) = storage() {
        // A full or forbidden storage is no reason to stop anybody.
        let _ = storage.set_item(key, value);
    }
}

/// Forgets all that this page remembers; what others of the same host remember stays.
pub fn forget() {
    let Some(storage) = storage() else { return };
    let keys = (0..storage.length().unwrap_or(0)).filter_map(|at| storage.key(at).ok().flatten());
    // Gathered first: places move when one is taken away.
    for key in keys.collect::<Vec<_>>().iter().filter(|key| key.starts_with("sandshift.")) {
        let _ = storage.remove_item(key);
    }
}

pub fn reload() {
    if let Some(window) = window() {
        // What cannot be reloaded is no page any more.
        let _ = window.location().reload();
    }
}

/// The language asked for in the address, else the remembered one, else the browser's.
pub fn language() -> Language {
    let asked = in_address("lang").and_then(|code| Language::from_code(&code));
    if let Some(language) = asked {
        remember(LANGUAGE, language.code());
        return language;
    }
    let navigator = window().and_then(|window| window.navigator().language());
    remembered(LANGUAGE)
        .and_then(|code| Language::from_code(&code))
        .or_else(|| navigator.and_then(|code| Language::from_code(&code)))
        .unwrap_or(Language::En)
}

pub fn remember_language(language: Language) {
    remember(LANGUAGE, language.code());
}

pub fn theme() -> Theme {
    let asked = in_address("theme");
    if let Some(theme) = &asked {
        remember(THEME, theme);
    }
    match asked.or_else(|| remembered(THEME)).as_deref() {
        Some("light") => Theme::Light,
        Some("dark") => Theme::Dark,
        _ => Theme::System,
    }
}

pub fn remember_theme(theme: Theme) {
    remember(
        THEME,
        match theme {
            Theme::System => "system",
            Theme::Light => "light",
            Theme::Dark => "dark",
        },
    );
}

/// Whether the page is dark now, whoever decided it.
pub fn is_dark(theme: Theme) -> bool {
    match theme {
        Theme::Light => false,
        Theme::Dark => true,
        Theme::System => window()
            .and_then(|window| window.match_media("(prefers-color-scheme: dark)").ok().flatten())
            .is_some_and(|query| query.matches()),
    }
}

/// The guide's share of the width, percent.
pub fn split() -> f64 {
    remembered(SPLIT)
        .and_then(|text| text.parse().ok())
        .filter(|split| (28.0..=60.0).contains(split))
        .unwrap_or(40.0)
}

pub fn remember_split(split: f64) {
    remember(SPLIT, &format!("{split:.1}"));
}

/// How far a lab was walked, for the list of labs: which steps are passed and which one is open.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Progress {
    pub passed: Vec<bool>,
    pub open: usize,
}

pub fn progress(lab: &str) -> Option<Progress> {
    sandshift_protocol::read(&remembered(&format!("{PROGRESS}{lab}"))?).ok()
}

pub fn remember_progress(lab: &str, progress: &Progress) {
    if let Ok(text) = serde_json::to_string(progress) {
        remember(&format!("{PROGRESS}{lab}"), &text);
    }
}

/// Whether refusals are shown with their reasons at once, as was last chosen.
pub fn why_shown() -> bool {
    remembered(WHY).as_deref() == Some("shown")
}

pub fn remember_why(shown: bool) {
    remember(WHY, if shown { "shown" } else { "asked for" });
}

/// The window's width, px.
pub fn width() -> f64 {
    window().and_then(|window| window.inner_width().ok()).and_then(|width| width.as_f64()).unwrap_or_default()
}

/// The window's height, px.
pub fn height() -> f64 {
    window()
        .and_then(|window| window.inner_height().ok())
        .and_then(|height| height.as_f64())
        .unwrap_or_default()
}

/// A parameter of the address.
fn in_address(name: &str) -> Option<String> {
    let search = window()?.location().search().ok()?;
    web_sys::UrlSearchParams::new_with_str(&search).ok()?.get(name)
}

/// What the address says behind its `#`.
pub fn hash() -> String {
    window().and_then(|window| window.location().hash().ok()).unwrap_or_default()
}

/// Goes to an address behind the `#`, as a link would.
pub fn go(address: &str) {
    if let Some(window) = window() {
        // Setting a hash of our own cannot fail; the listener draws the new place.
        let _ = window.location().set_hash(address);
    }
}

/// Sets what `<html>` says about language, theme and title.
pub fn dress(language: Language, theme: Theme, title: &str) {
    let Some(document) = window().and_then(|window| window.document()) else { return };
    document.set_title(title);
    let Some(root) = document.document_element() else { return };
    // Attributes of <html> cannot fail to be set.
    let _ = root.set_attribute("lang", language.code());
    let _ = match theme {
        Theme::System => root.remove_attribute("data-theme"),
        Theme::Light => root.set_attribute("data-theme", "light"),
        Theme::Dark => root.set_attribute("data-theme", "dark"),
    };
}

/// Moves the keyboard to an element when it is nowhere, because what had it is gone.
pub fn refocus(id: &str) {
    let document = window().and_then(|window| window.document());
    let active = document.and_then(|document| document.active_element());
    if active.is_none_or(|active| active.tag_name() == "BODY") {
        focus(id);
    }
}

/// Moves the keyboard to an element.
pub fn focus(id: &str) {
    let found =
        window().and_then(|window| window.document()).and_then(|document| document.get_element_by_id(id));
    if let Some(element) = found.and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok()) {
        let _ = element.focus();
    }
}
