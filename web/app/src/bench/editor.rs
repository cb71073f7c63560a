//! The query editor in the page: CodeMirror when it has arrived, a plain box when it cannot.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Object, Promise};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlTextAreaElement};
use yew::prelude::*;

use super::handle::{Handle, object};
use crate::host;
use crate::outcome::Status;
use crate::page::{Desk, use_page};
use crate::store::{Action, State};
use crate::words::Words;
use sandshift_protocol::HalfEnd;

/// The editor, for those who run what stands in it.
pub type Shared = Rc<RefCell<Option<Handle>>>;

#[derive(Properties, PartialEq)]
pub struct EditorProps {
    pub handle: Holder,
    pub on_run: Callback<()>,
    pub on_select: Callback<bool>,
}

/// Two holders are the same when they hold the same place.
#[derive(Clone, Default)]
pub struct Holder(pub Shared);

impl PartialEq for Holder {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Arrival {
    Coming,
    There,
    Failed,
}

#[component]
pub fn Editor(props: &EditorProps) -> Html {
    let page = use_page();
    let (state, words) = (&page.state, page.words());
    let node = use_node_ref();
    let arrival = use_state(|| Arrival::Coming);
    {
        let (node, arrival, desk) = (node.clone(), arrival.clone(), page.desk.clone());
        let (holder, on_run, on_select) =
            (props.handle.clone(), props.on_run.clone(), props.on_select.clone());
        use_effect_with((), move |()| {
            let gone = holder.clone();
            yew::platform::spawn_local(async move {
                let made = match (host::load_editor().await, node.cast::<Element>()) {
                    (Ok(module), Some(parent)) => {
                        Handle::create(&module, &parent, &options(&desk, on_run, on_select))
                    }
                    (Err(reason), _) => Err(reason),
                    // The lab was left while the editor was on its way.
                    (Ok(_), None) => return,
                };
                arrival.set(if made.is_ok() { Arrival::There } else { Arrival::Failed });
                *holder.0.borrow_mut() = made.ok();
            });
            move || {
                if let Some(handle) = gone.0.borrow_mut().take() {
                    handle.destroy();
                }
            }
        });
    }
    // Text that changed from outside: another user's editor is another document; the same user's is a change.
    {
        let holder = props.handle.clone();
        let before = use_mut_ref(String::new);
        let (user, text) = (state.user.clone(), state.text_of(&state.user).to_owned());
        use_effect_with((state.revision, user, *arrival), move |(_, user, _)| {
            if let Some(handle) = &*holder.0.borrow() {
                if *before.borrow() == *user {
                    handle.replace(&text)
                } else {
                    handle.set_doc(&text)
                }
                before.borrow_mut().clone_from(user);
            }
        });
    }
    {
        let holder = props.handle.clone();
        use_effect_with(state.puts, move |puts| {
            if let Some(handle) = holder.0.borrow().as_ref().filter(|_| *puts > 0) {
                handle.focus();
            }
        });
    }
    {
        let holder = props.handle.clone();
        let found = diagnostics(state);
        use_effect_with((found, *arrival), move |(found, _)| {
            if let Some(handle) = &*holder.0.borrow() {
                handle.set_diagnostics(found);
            }
        });
    }
    {
        let holder = props.handle.clone();
        let dark = host::is_dark(state.theme);
        use_effect_with((dark, state.language, *arrival), move |(dark, language, _)| {
            if let Some(handle) = &*holder.0.borrow() {
                handle.set_dark(*dark);
                let words = language.words();
                handle.set_words(words.editor, &phrases(words));
            }
        });
    }
    let oninput = {
        let (desk, on_select) = (page.desk.clone(), props.on_select.clone());
        Callback::from(move |event: InputEvent| {
            if let Some(area) = event.target_dyn_into::<HtmlTextAreaElement>() {
                on_select.emit(false);
                let user = desk.state().user.clone();
                desk.act(Action::Edited { user, text: area.value() });
            }
        })
    };
    let onkeydown = {
        let on_run = props.on_run.clone();
        Callback::from(move |event: KeyboardEvent| {
            if event.key() == "Enter" && (event.ctrl_key() || event.meta_key()) {
                event.prevent_default();
                on_run.emit(());
            }
        })
    };
    html! {
        <div class="editor">
            <div class="editor-box" ref={node} hidden={*arrival != Arrival::There} />
            {
                match *arrival {
                    Arrival::There => html! {},
                    Arrival::Coming => html! { <p class="meta editor-wait">{ words.editor_loading }</p> },
                    Arrival::Failed => html! {
                        <>
                            <p class="meta editor-wait">{ words.editor_failed }</p>
                            <textarea class="editor-plain code" aria-label={words.editor} spellcheck="false" value={state.text_of(&state.user).to_owned()} {oninput} {onkeydown} />
                        </>
                    },
                }
            }
        </div>
    }
}

/// What the editor calls back, and how it looks. Its closures live as long as the page.
fn options(desk: &Desk, on_run: Callback<()>, on_select: Callback<bool>) -> Object {
    let state = desk.state();
    let words = state.language.words();
    let edited = desk.clone();
    let on_change = Closure::<dyn FnMut(String)>::new(move |text: String| {
        let user = edited.state().user.clone();
        edited.act(Action::Edited { user, text });
    });
    let on_select = Closure::<dyn FnMut(bool)>::new(move |selected| on_select.emit(selected));
    let on_run = Closure::<dyn FnMut()>::new(move || on_run.emit(()));
    let asked = desk.clone();
    let complete = Closure::<dyn FnMut() -> Promise>::new(move || names(&asked));
    object(&[
        ("doc", state.text_of(&state.user).into()),
        ("dark", host::is_dark(state.theme).into()),
        ("label", words.editor.into()),
        ("phrases", phrases(words).into()),
        ("onChange", on_change.into_js_value()),
        ("onSelect", on_select.into_js_value()),
        ("onRun", on_run.into_js_value()),
        ("complete", complete.into_js_value()),
    ])
}

/// A promise of the names this user may see.
fn names(desk: &Desk) -> Promise {
    let desk = desk.clone();
    Promise::new(&mut move |resolve, _reject| {
        desk.names(move |json| {
            let names = js_sys::JSON::parse(&json).unwrap_or_else(|_| js_sys::Array::new().into());
            // A promise that nobody awaits any more resolves into nothing.
            let _ = resolve.call1(&JsValue::UNDEFINED, &names);
        });
    })
    .unchecked_into()
}

fn phrases(words: &Words) -> Object {
    let pairs: Vec<(&str, JsValue)> =
        words.editor_phrases.iter().map(|(english, own)| (*english, (*own).into())).collect();
    object(&pairs)
}

/// Where the run's errors are: shown when it is over, for the user whose editor it was.
fn diagnostics(state: &State) -> Vec<(u32, u32, String)> {
    let own = state.outcomes.iter().filter(|outcome| outcome.user == state.user && !outcome.past);
    let compared = state.compared.iter().flat_map(|compared| {
        let own = compared.halves.iter().filter(|half| half.user == state.user);
        own.filter_map(|half| match &half.end {
            HalfEnd::Failed { error } => {
                let (from, to) = error.span?;
                Some((
                    from + compared.offset,
                    to + compared.offset,
                    format!("{}: {}", error.state, error.message),
                ))
            }
            HalfEnd::Done { .. } => None,
        })
    });
    own.filter_map(|outcome| match &outcome.status {
        Status::Failed { error, offset } => {
            let (from, to) = error.span.map_or(outcome.span, |(from, to)| (from + offset, to + offset));
            Some((from, to.max(from + 1), format!("{}: {}", error.state, error.message)))
        }
        Status::Running { .. } | Status::Waiting(_) | Status::Done(_) | Status::Canceled => None,
    })
    .chain(compared)
    .collect()
}
