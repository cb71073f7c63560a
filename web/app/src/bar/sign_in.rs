//! The warehouse's door: a user name, a password, and the server's own words when it stays shut.

use web_sys::{HtmlDialogElement, HtmlInputElement};
use yew::prelude::*;

use crate::host;
use crate::icon::icon;
use crate::page::use_page;
use crate::store::{Action, SignIn};

#[component]
pub fn SignInDialog() -> Html {
    let page = use_page();
    let (state, words) = (&page.state, page.words());
    let node = use_node_ref();
    let (name, password) = (use_node_ref(), use_node_ref());
    let open = state.sign_in.is_some();
    {
        let (name, password) = (name.clone(), password.clone());
        let user = state.sign_in.as_ref().map(|sign_in| sign_in.user.clone()).unwrap_or_default();
        use_effect_with((open, node.clone()), move |(open, node)| {
            let Some(dialog) = node.cast::<HtmlDialogElement>() else { return };
            if *open && !dialog.open() {
                for (field, value) in [(name, user.as_str()), (password, "")] {
                    if let Some(field) = field.cast::<HtmlInputElement>() {
                        field.set_value(value);
                    }
                }
                // Fails only for a dialog that is not in the document, and this one is.
                let _ = dialog.show_modal();
            } else if !*open && dialog.open() {
                dialog.close();
            }
        });
    }
    // The button that opened it lies in a menu that is closed by now.
    let onclose = Callback::from(|_: Event| host::focus("menu-user-face"));
    let close = page.desk.on(|_: MouseEvent| Action::SignInAsked(None));
    let oncancel = page.desk.on(|event: Event| {
        event.prevent_default();
        Action::SignInAsked(None)
    });
    let onsubmit = {
        let (desk, name, password) = (page.desk.clone(), name.clone(), password.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let read = |node: &NodeRef| node.cast::<HtmlInputElement>().map(|input| input.value());
            let user = read(&name).unwrap_or_default().trim().to_owned();
            if !user.is_empty() {
                desk.sign_in(user, read(&password).unwrap_or_default());
            }
        })
    };
    let SignIn { waiting, refused, .. } = state.sign_in.clone().unwrap_or_default();
    html! {
        <dialog class="dialog" ref={node} aria-labelledby="sign-in-t" {oncancel} {onclose}>
            <form method="dialog" {onsubmit}>
                <div class="dialog-head">
                    <h2 id="sign-in-t">{ words.sign_in_title }</h2>
                    <button class="btn btn-quiet btn-icon" type="button" onclick={close.clone()}>{ icon("cross") }<span class="sr">{ words.close }</span></button>
                </div>
                <div class="dialog-body">
                    <p class="soft">{ words.sign_in_note }</p>
                    <div class="field">
                        <label for="sign-in-user">{ words.user_name }</label>
                        <input class="input mono" id="sign-in-user" ref={name} type="text" required=true autocomplete="off" autocapitalize="off" spellcheck="false" aria-invalid={refused.is_some().then_some("true")} />
                    </div>
                    <div class="field">
                        <label for="sign-in-password">{ words.password }</label>
                        <input class="input mono" id="sign-in-password" ref={password} type="password" autocomplete="off" aria-describedby="sign-in-help" aria-invalid={refused.is_some().then_some("true")} />
                        <p class="help" id="sign-in-help">{ words.password_help }</p>
                    </div>
                    <div role="alert">
                        // unconfirmed: psql puts FATAL before what ends a connection; drivers differ.
                        if let Some(error) = refused {
                            <div class="callout callout-bad">{ icon("stop") }<div><b class="mono">{ format!("FATAL: {}", error.message) }</b><span class="meta">{ format!("SQLSTATE {}", error.state) }</span>{ " " }{ words.sign_in_refused }</div></div>
                        }
                    </div>
                </div>
                <div class="dialog-foot">
                    <button class="btn" type="button" onclick={close}>{ words.cancel }</button>
                    <button class="btn btn-primary" type="submit" disabled={waiting}>{ words.sign_in }</button>
                </div>
            </form>
        </dialog>
    }
}
