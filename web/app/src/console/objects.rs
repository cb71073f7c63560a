//! A bucket as folders and objects, and the learner's own files on their way into it.

use std::cell::Cell;
use std::rc::Rc;

use js_sys::Uint8Array;
use sandshift_protocol::CallFailure;
use sandshift_protocol::line::quoted;
use serde_json::{Value, json};
use wasm_bindgen_futures::JsFuture;
use web_sys::{File, FileList, HtmlInputElement};
use yew::prelude::*;

use super::book::{Book, plain};
use super::calls::{Answers, Ready, with};
use super::cell::size;
use super::command;
use super::failure::failure;
use super::path::{find, rows, text};
use super::table::{Table, Wish};
use crate::host::said;
use crate::icon::small_icon;
use crate::page::{Desk, Page, lost, use_page};

/// How much of a file is read and sent at a time: what the account stores in one place.
const PIECE: f64 = 8_388_608.0;

#[derive(Properties, PartialEq)]
pub struct ObjectsProps {
    pub section: Rc<Value>,
    pub answers: Answers,
    pub wish: Callback<Wish>,
}

/// A file on its way.
#[derive(Clone, PartialEq)]
struct Upload {
    name: String,
    read: f64,
    size: f64,
    canceled: Rc<Cell<bool>>,
    end: Option<End>,
}

#[derive(Clone, PartialEq)]
enum End {
    /// The line that does the same.
    Done(String),
    Canceled,
    Failed(Box<CallFailure>),
}

#[component]
pub fn Objects(props: &ObjectsProps) -> Html {
    let page = use_page();
    let book = Book::here(&page);
    let uploads = use_state(Vec::<Upload>::new);
    let over = use_state(|| false);
    let known = &props.answers.known;
    let answers = Answers { known: Rc::new(with(known, "listing", listing(known))), ..props.answers.clone() };
    let take = {
        let (desk, book, uploads, known) = (page.desk.clone(), book.clone(), uploads.clone(), known.clone());
        move |files: FileList| {
            let files: Vec<File> = (0..files.length()).filter_map(|at| files.get(at)).collect();
            let (desk, book, known) = (desk.clone(), book.clone(), known.clone());
            let tell = {
                let uploads = uploads.clone();
                Callback::from(move |now: Vec<Upload>| uploads.set(now))
            };
            yew::platform::spawn_local(async move { upload(&desk, &book, &known, files, &tell).await });
        }
    };
    let onchange = {
        let take = take.clone();
        Callback::from(move |event: Event| {
            if let Some(input) = event.target_dyn_into::<HtmlInputElement>() {
                if let Some(files) = input.files() {
                    take(files);
                }
                // The same file may be chosen again.
                input.set_value("");
            }
        })
    };
    let dragged = |on: bool| {
        let over = over.clone();
        Callback::from(move |event: DragEvent| {
            event.prevent_default();
            over.set(on);
        })
    };
    let ondrop = {
        let over = over.clone();
        Callback::from(move |event: DragEvent| {
            event.prevent_default();
            over.set(false);
            if let Some(files) = event.data_transfer().and_then(|data| data.files()) {
                take(files);
            }
        })
    };
    html! {
        <div class={classes!("drop", over.then_some("is-over"))} ondragover={dragged(true)} ondragleave={dragged(false)} {ondrop}>
            <div class="btn-row drop-row">
                <label class="btn btn-primary upload"><input class="sr" type="file" multiple=true {onchange} disabled={!page.state.is_ready()} />{ book.word("upload").to_owned() }</label>
                <span class="meta">{ book.word("drop_here").to_owned() }</span>
            </div>
            <div role="status" class="uploads">
                { for uploads.iter().map(|upload| progress(&page, &book, upload)) }
            </div>
            { for uploads.iter().filter_map(|upload| match &upload.end {
                Some(End::Done(line)) => Some(command::lines(&page, &book, std::slice::from_ref(line))),
                Some(End::Failed(refused)) => Some(failure(&page, &book, refused)),
                Some(End::Canceled) | None => None,
            }) }
            <Table section={props.section.clone()} {answers} wish={props.wish.clone()} />
        </div>
    }
}

fn progress(page: &Page, book: &Book, upload: &Upload) -> Html {
    let share = if upload.size > 0.0 { upload.read / upload.size * 100.0 } else { 100.0 };
    let told = format!("{} / {}", size(upload.read), size(upload.size));
    let cancel = {
        let canceled = upload.canceled.clone();
        Callback::from(move |_: MouseEvent| canceled.set(true))
    };
    html! {
        <div class="progress-line">
            <span class="mono">{ &upload.name }</span>
            { match &upload.end {
                None => html! {
                    <>
                        <div class="bar" role="progressbar" aria-label={upload.name.clone()} aria-valuemin="0" aria-valuemax="100" aria-valuenow={format!("{share:.0}")}><i style={format!("inline-size:{share:.1}%")} /></div>
                        <span class="num">{ told }</span>
                        if upload.read < upload.size {
                            <button class="btn btn-quiet btn-sm" type="button" onclick={cancel}>{ page.words().cancel }</button>
                        } else {
                            <span class="meta">{ book.word("storing").to_owned() }</span>
                        }
                    </>
                },
                Some(End::Done(_)) => html! {
                    <span class="pill pill-ok">{ small_icon("check") }{ book.say("uploaded", &size(upload.size)) }</span>
                },
                Some(End::Canceled) => html! { <span class="pill">{ page.words().canceled }</span> },
                Some(End::Failed(_)) => html! {},
            } }
        </div>
    }
}

/// Folders first, then objects, both by the name they have in this folder.
fn listing(known: &Value) -> Value {
    let member = |name: &str| find(known, name).map(|value| text(&value)).unwrap_or_default();
    let (bucket, prefix) = (member("Bucket"), member("Prefix"));
    let short = |key: &str| key.strip_prefix(prefix.as_str()).unwrap_or(key).to_owned();
    let folders = rows(known, "list.CommonPrefixes").into_iter().map(|folder| {
        let key = plain(&folder, "Prefix").to_owned();
        json!({"Name": short(&key), "Folder": key, "Open": format!("s3/bucket/{bucket}/{key}")})
    });
    let objects = rows(known, "list.Contents").into_iter().filter(|object| plain(object, "Key") != prefix);
    let objects = objects.map(|object| {
        let key = plain(&object, "Key").to_owned();
        let object = with(&object, "Name", short(&key).into());
        with(&object, "Open", format!("s3/object/{bucket}/{key}").into())
    });
    folders.chain(objects).collect()
}

/// The region of the bucket, where it is not the account's own; us-east-1 has no name in S3.
pub fn region(known: &Value) -> Option<String> {
    let location = known.get("location")?;
    let region = location.get("LocationConstraint").and_then(Value::as_str).unwrap_or("us-east-1");
    (region != plain(known, "region")).then(|| region.to_owned())
}

/// Puts the files into the bucket, one after the other.
async fn upload(desk: &Desk, book: &Book, known: &Value, files: Vec<File>, tell: &Callback<Vec<Upload>>) {
    let begun = |file: &File| Upload {
        name: file.name(),
        read: 0.0,
        size: file.size(),
        canceled: Rc::default(),
        end: None,
    };
    let mut uploads: Vec<Upload> = files.iter().map(begun).collect();
    for (at, file) in files.iter().enumerate() {
        let member = |name: &str| find(known, name).map(|value| text(&value)).unwrap_or_default();
        let (bucket, key) = (member("Bucket"), format!("{}{}", member("Prefix"), file.name()));
        let mut parameters = json!({"Bucket": bucket, "Key": key});
        if !file.type_().is_empty() {
            parameters["ContentType"] = file.type_().into();
        }
        let line = format!("aws s3 cp {} {}", quoted(&file.name()), quoted(&format!("s3://{bucket}/{key}")));
        let call = Ready {
            service: "s3api".to_owned(),
            operation: "PutObject".to_owned(),
            parameters,
            region: region(known),
            quiet: false,
            upload: None,
            line: Some(line.clone()),
        };
        let canceled = uploads[at].canceled.clone();
        let mut read = |now: f64| {
            uploads[at].read = now;
            tell.emit(uploads.clone());
        };
        let done = put(desk, book, file, call, &canceled, &mut read).await;
        uploads[at].end = Some(match done {
            Ok(true) => End::Done(line),
            Ok(false) => End::Canceled,
            Err(refused) => End::Failed(Box::new(refused)),
        });
        tell.emit(uploads.clone());
    }
}

/// Carries a file over, piece by piece, and then makes the call; `false` when it was canceled before that. Until the call
/// is done there is no object, and nothing of it is stored.
async fn put(
    desk: &Desk,
    book: &Book,
    file: &File,
    mut call: Ready,
    canceled: &Cell<bool>,
    read: &mut dyn FnMut(f64),
) -> Result<bool, CallFailure> {
    let (number, total) = ((js_sys::Math::random() * f64::from(u32::MAX)) as u32, file.size());
    let (mut at, mut with) = (0.0, None);
    loop {
        read(at);
        if canceled.get() {
            // Nothing is there to be given up where the worker has no answer.
            let _ = desk.carry(number, at, total, None).await;
            return Ok(false);
        }
        let to = (at + PIECE).min(total);
        let bytes = match piece(file, at, to).await {
            Ok(bytes) => bytes,
            Err(reason) => {
                let _ = desk.carry(number, at, total, None).await;
                return Err(lost(&call, "File", reason));
            }
        };
        if at == 0.0 && to >= total {
            with = Some(bytes);
        } else {
            let sent = desk.carry(number, at, total, Some(bytes)).await;
            let word = if at == 0.0 { "too_long" } else { "broken_off" };
            sent.map_err(|reason| lost(&call, "File", format!("{} ({reason})", book.word(word))))?;
            call.upload = Some(number);
        }
        at = to;
        if at >= total {
            break;
        }
    }
    read(total);
    desk.aws(&call, with).await.map(|_| true)
}

async fn piece(file: &File, from: f64, to: f64) -> Result<Uint8Array, String> {
    let slice = file.slice_with_f64_and_f64(from, to).map_err(said)?;
    let buffer = JsFuture::from(slice.array_buffer()).await.map_err(said)?;
    Ok(Uint8Array::new(&buffer))
}
