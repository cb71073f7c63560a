//! The terminal: `aws ...` lines and their answers, with history on the arrow keys.

use serde::Deserialize;
use web_sys::{Element, HtmlInputElement};
use yew::prelude::*;

use crate::icon::small_icon;
use crate::page::{Page, use_page};
use crate::store::Action;

/// What `aws redshift get-cluster-credentials` lends: the way from an AWS identity to a warehouse user.
#[derive(Deserialize)]
struct Credentials {
    #[serde(alias = "DbUser")]
    #[serde(rename = "dbUser")]
    user: String,
    #[serde(alias = "DbPassword")]
    #[serde(rename = "dbPassword")]
    password: String,
}

fn credentials(stdout: &str) -> Option<Credentials> {
    serde_json::from_str(stdout).ok()
}

fn sign_in(page: &Page, lent: Credentials) -> Html {
    let label = (page.words().sign_in_with)(&lent.user);
    let desk = page.desk.clone();
    let onclick = Callback::from(move |_: MouseEvent| desk.sign_in(lent.user.clone(), lent.password.clone()));
    html! { <p class="call-next"><button class="btn btn-sm" type="button" {onclick}>{ small_icon("key") }{ label }</button></p> }
}

#[component]
pub fn Terminal() -> Html {
    let page = use_page();
    let (state, words) = (&page.state, page.words());
    // How many lines back the arrows have gone; 0 is the line being typed.
    let back = use_state(|| 0_usize);
    let scroll = use_node_ref();
    let busy = state.calls.iter().any(|call| call.answer.is_none());
    use_effect_with((state.calls.len(), busy, scroll.clone()), |(_, _, scroll)| {
        if let Some(out) = scroll.cast::<Element>() {
            out.set_scroll_top(out.scroll_height());
        }
    });
    let oninput = {
        let back = back.clone();
        let typed = page.desk.clone();
        Callback::from(move |event: InputEvent| {
            if let Some(input) = event.target_dyn_into::<HtmlInputElement>() {
                back.set(0);
                typed.act(Action::TerminalTyped(input.value()));
            }
        })
    };
    let onsubmit = {
        let (desk, back) = (page.desk.clone(), back.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            back.set(0);
            desk.call();
        })
    };
    let onkeydown = {
        let (desk, back) = (page.desk.clone(), back.clone());
        Callback::from(move |event: KeyboardEvent| {
            let calls = &desk.state().calls;
            let next = match event.key().as_str() {
                // Enter of an unfinished Korean syllable belongs to the input method, and so do its arrows.
                _ if event.is_composing() => return,
                "c" | "C" | "ㅊ" if event.ctrl_key() && calls.iter().any(|call| call.answer.is_none()) => {
                    event.prevent_default();
                    return desk.cancel();
                }
                "ArrowUp" => (*back + 1).min(calls.len()),
                "ArrowDown" => back.saturating_sub(1),
                _ => return,
            };
            event.prevent_default();
            back.set(next);
            let line = if next == 0 { String::new() } else { calls[calls.len() - next].line.clone() };
            desk.act(Action::TerminalTyped(line));
        })
    };
    html! {
        <div class="terminal">
            <h2 class="sr">{ words.terminal_title }</h2>
            <div class="terminal-out" role="log" aria-label={words.terminal_title} tabindex="0" ref={scroll}>
                if state.calls.is_empty() {
                    <div class="blank"><b>{ words.terminal_empty.0 }</b><span>{ words.terminal_empty.1 }</span></div>
                }
                { for state.calls.iter().map(|call| html! {
                    <div class="call">
                        <p class="code"><span class="prompt">{ format!("{} $ ", call.principal) }</span>{ &call.line }</p>
                        if let Some(answer) = &call.answer {
                            if !answer.stdout.is_empty() { <pre class="code">{ &answer.stdout }</pre> }
                            if !answer.stderr.is_empty() { <pre class="code call-bad">{ &answer.stderr }</pre> }
                            if let Some(lent) = credentials(&answer.stdout) { { sign_in(&page, lent) } }
                            if answer.code != 0 { <p class="meta num">{ (words.exit_code)(answer.code) }</p> }
                        } else {
                            <span class="dot dot-busy" />
                        }
                    </div>
                }) }
            </div>
            <form class="terminal-line" {onsubmit}>
                <span class="meta"><span class="who-tag">{ "AWS" }</span>{ " " }{ &state.principal }</span>
                <input class="input mono" type="text" aria-label={words.terminal_line} placeholder="aws s3 ls" autocomplete="off" autocapitalize="off" spellcheck="false" value={state.terminal_line.clone()} {oninput} {onkeydown} />
                <button class="btn btn-primary" type="submit" disabled={!state.is_ready() || busy || state.terminal_line.trim().is_empty()}>{ words.terminal_run }</button>
            </form>
        </div>
    }
}
