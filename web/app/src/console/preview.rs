//! An object's bytes: the beginning of a text on the page, or the whole as a file of the learner's own.

use std::rc::Rc;

use js_sys::{Function, Reflect};
use sandshift_protocol::CallFailure;
use serde_json::{Value, json};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::Element;
use yew::prelude::*;

use super::book::Book;
use super::calls::Ready;
use super::failure::failure;
use super::objects::region;
use super::path::{find, text};
use crate::host;
use crate::page::{Desk, use_page};

/// What is looked at of a large object.
const BEGINNING: u32 = 65_535;

#[derive(Properties, PartialEq)]
pub struct PreviewProps {
    pub known: Rc<Value>,
}

#[component]
pub fn Preview(props: &PreviewProps) -> Html {
    let page = use_page();
    let book = Book::here(&page);
    let seen = use_state(|| None::<Result<Vec<u8>, CallFailure>>);
    {
        let (desk, seen, known) = (page.desk.clone(), seen.clone(), props.known.clone());
        use_effect_with(object(&known), move |_| {
            yew::platform::spawn_local(async move {
                let whole = find(&known, "head.ContentLength").and_then(|size| size.as_f64());
                if whole == Some(0.0) {
                    return seen.set(Some(Ok(Vec::new())));
                }
                let range = format!("bytes=0-{BEGINNING}");
                let bytes = desk.aws(&get(&known, Some(range)), None).await;
                seen.set(Some(bytes.map(|(_, bytes)| bytes.map(|bytes| bytes.to_vec()).unwrap_or_default())));
            });
        });
    }
    match &*seen {
        None => html! {},
        Some(Err(refused)) => failure(&page, &book, refused),
        Some(Ok(bytes))
            if bytes.contains(&0) || bytes.starts_with(b"PAR1") || bytes.starts_with(&[0x1f, 0x8b]) =>
        {
            html! { <p class="soft">{ book.word("no_text").to_owned() }</p> }
        }
        Some(Ok(bytes))
            if object(&props.known).1.ends_with(".ipynb") && bytes.len() <= BEGINNING as usize =>
        {
            html! { <Notebook text={String::from_utf8_lossy(bytes).into_owned()} /> }
        }
        Some(Ok(bytes)) => html! {
            <>
                <pre class="code doc" tabindex="0">{ String::from_utf8_lossy(bytes).into_owned() }</pre>
                if bytes.len() > BEGINNING as usize { <p class="meta">{ book.word("beginning").to_owned() }</p> }
            </>
        },
    }
}

#[derive(Properties, PartialEq)]
struct NotebookProps {
    text: String,
}

/// A notebook as its reader would see it in Jupyter: drawn by the module that draws models.
#[component]
fn Notebook(props: &NotebookProps) -> Html {
    let place = use_node_ref();
    {
        let place = place.clone();
        use_effect_with(props.text.clone(), move |text| {
            let text = text.clone();
            yew::platform::spawn_local(async move {
                let (Ok(module), Some(element)) = (host::load_model().await, place.cast::<Element>()) else {
                    return;
                };
                let draw = Reflect::get(&module, &"notebook".into()).ok();
                if let Some(draw) = draw.and_then(|draw| draw.dyn_into::<Function>().ok()) {
                    // What is no notebook it shows as the text that it is.
                    let _ = draw.call2(&JsValue::UNDEFINED, &element, &text.into());
                }
            });
        });
    }
    html! { <div class="notebook" ref={place} /> }
}

fn object(known: &Value) -> (String, String) {
    let member = |name: &str| find(known, name).map(|value| text(&value)).unwrap_or_default();
    (member("Bucket"), member("Key"))
}

fn get(known: &Value, range: Option<String>) -> Ready {
    let (bucket, key) = object(known);
    let mut parameters = json!({"Bucket": bucket, "Key": key});
    if let Some(range) = range {
        parameters["Range"] = range.into();
    }
    Ready {
        service: "s3api".to_owned(),
        operation: "GetObject".to_owned(),
        parameters,
        region: region(known),
        quiet: false,
        upload: None,
        line: None,
    }
}

/// Offers the object as a file; a refusal goes to the line under the bar, because the button is everywhere.
pub fn download(desk: &Desk, known: &Value) {
    let (desk, row) = (desk.clone(), find(known, "row.Key").map(|key| text(&key)));
    let known = match row {
        Some(key) => super::calls::with(known, "Key", key.into()),
        None => known.clone(),
    };
    yew::platform::spawn_local(async move {
        let (_, key) = object(&known);
        let name = key.rsplit('/').next().unwrap_or(&key).to_owned();
        match desk.object(&get(&known, None)).await {
            Ok((value, parts)) => {
                let kind = find(&value, "ContentType").map(|kind| text(&kind)).unwrap_or_default();
                desk.saved(&name, host::save_file(&name, &kind, &parts));
            }
            Err(refused) => desk.fail(format!("{}: {}", refused.code, refused.message)),
        }
    });
}
