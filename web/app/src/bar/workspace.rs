//! The workspace: going back, and moving it to another machine.

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{FileReader, HtmlInputElement};
use yew::prelude::*;

use super::menu::Menu;
use crate::console::half;
use crate::host;
use crate::icon::icon;
use crate::page::{Desk, use_page};
use crate::store::{Action, Question};

/// Without a lesson there is no lab to reset.
const RESET_ACCOUNT: &str = "이 계정 되돌리기|Reset this account";

/// What was done, in one file, for whoever grades it.
const SUBMIT: &str = "제출 파일 만들기|Make a submission";
const LEARNER: &str = "제출하는 사람의 이름|Name of whoever hands it in";

/// What was done, as scripts that do it in a real account.
const TAKE: &str = "여기서 한 일을 AWS 스크립트로|What you did here, as AWS scripts";

#[component]
pub fn WorkspaceMenu() -> Html {
    let page = use_page();
    let (state, words) = (&page.state, page.words());
    let input = use_node_ref();
    let reset_step = state.open_step.clone().map(|step| {
        page.desk.on(move |_: MouseEvent| Action::Asked(Question::ResetStep { step: step.clone() }))
    });
    let reset_lab = page.desk.on(|_: MouseEvent| Action::Asked(Question::ResetLab));
    let export = {
        let desk = page.desk.clone();
        Callback::from(move |_: MouseEvent| desk.export_workspace())
    };
    let take = {
        let desk = page.desk.clone();
        Callback::from(move |_: MouseEvent| desk.export_takeout())
    };
    let submit = {
        let (desk, language) = (page.desk.clone(), state.language);
        Callback::from(move |_: MouseEvent| {
            let named =
                host::window().and_then(|window| window.prompt_with_message(half(LEARNER, language)).ok());
            if let Some(Some(learner)) = named {
                desk.export_submission(learner);
            }
        })
    };
    let pick = {
        let input = input.clone();
        Callback::from(move |_: MouseEvent| {
            if let Some(input) = input.cast::<HtmlInputElement>() {
                input.click();
            }
        })
    };
    let picked = {
        let desk = page.desk.clone();
        Callback::from(move |event: Event| {
            if let Some(input) = event.target_dyn_into::<HtmlInputElement>() {
                read(&input, &desk);
            }
        })
    };
    let face = html! { <>{ icon("more") }<span class="sr">{ words.workspace }</span></> };
    html! {
        <>
            <Menu {face} class="btn btn-quiet btn-icon" id="menu-workspace">
                <p class="over">{ words.workspace }</p>
                <ul>
                    if let Some(onclick) = reset_step {
                        <li><button class="menu-item" type="button" {onclick}>{ words.reset_step }</button></li>
                    }
                    <li><button class="menu-item" type="button" onclick={reset_lab}>{ if state.route.is_sandbox() { half(RESET_ACCOUNT, state.language) } else { words.reset_lab } }</button></li>
                </ul>
                <p class="over">{ words.move_workspace }</p>
                <ul>
                    if !state.route.is_sandbox() {
                        <li><button class="menu-item" type="button" onclick={submit}>{ half(SUBMIT, state.language) }</button></li>
                    }
                    <li><button class="menu-item" type="button" onclick={take}>{ half(TAKE, state.language) }</button></li>
                    <li><button class="menu-item" type="button" onclick={export}>{ words.export_workspace }</button></li>
                    <li><button class="menu-item" type="button" onclick={pick}>{ words.import_workspace }</button></li>
                </ul>
            </Menu>
            <input ref={input} type="file" accept=".sandshift" hidden=true onchange={picked} aria-label={words.import_workspace} />
        </>
    }
}

/// Reads the picked file and asks before it replaces anything.
fn read(input: &HtmlInputElement, desk: &Desk) {
    let Some(file) = input.files().and_then(|files| files.get(0)) else { return };
    input.set_value("");
    let reader = match FileReader::new() {
        Ok(reader) => reader,
        Err(error) => return desk.fail(crate::host::said(error)),
    };
    let (name, own, answer) = (file.name(), reader.clone(), desk.clone());
    let done = Closure::once_into_js(move || {
        // A data URL: everything behind the comma is base64.
        let text = own.result().ok().and_then(|result| result.as_string());
        match text.as_deref().and_then(|text| text.split_once(',')) {
            Some((_, base64)) => answer.act(Action::Asked(Question::Import { name, base64: base64.into() })),
            None => answer.fail(name),
        }
    });
    reader.set_onload(Some(done.unchecked_ref()));
    if let Err(error) = reader.read_as_data_url(&file) {
        desk.fail(crate::host::said(error));
    }
}
