//! Models, as they were judged. A module of its own draws them (`web/chart/src/model`) and is fetched when one is looked
//! at; the page fetches what the engine tells of them and hands it over.

use js_sys::{Function, Reflect};
use sandshift_protocol::{MODELS, SANDBOX};
use serde_json::Value;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::Element;
use yew::prelude::*;

use super::handle::object;
use crate::console::Ready;
use crate::host;
use crate::page::use_page;
use crate::route::{Room, Route};

#[component]
pub fn Models() -> Html {
    let page = use_page();
    let (state, words) = (&page.state, page.words());
    let module = use_state(|| None::<Result<JsValue, String>>);
    let told = use_state(String::new);
    let place = use_node_ref();
    {
        let module = module.clone();
        use_effect_with((), move |()| {
            yew::platform::spawn_local(async move { module.set(Some(host::load_model().await)) });
        });
    }
    {
        let (desk, told) = (page.desk.clone(), told.clone());
        use_effect_with((state.is_ready(), state.moved, state.account.now), move |(ready, ..)| {
            if *ready {
                yew::platform::spawn_local(async move {
                    let call = Ready {
                        service: SANDBOX.to_owned(),
                        operation: MODELS.to_owned(),
                        parameters: Value::Null,
                        region: None,
                        upload: None,
                        quiet: true,
                        line: None,
                    };
                    if let Ok((models, _)) = desk.aws(&call, None).await {
                        told.set(models.to_string());
                    }
                });
            }
        });
    }
    let put = {
        let desk = page.desk.clone();
        use_memo((), move |()| {
            Closure::<dyn Fn(String)>::new(move |text| {
                let user = desk.state().user.clone();
                desk.put_in_editor(user, text);
            })
        })
    };
    {
        let (module, told, place) = (module.clone(), told.clone(), place.clone());
        let open = match &state.route {
            Route::Lab { room: Room::Models(open), .. } => open.clone(),
            _ => String::new(),
        };
        let address = state.route.in_room(Room::Models(String::new())).href();
        let look = (host::is_dark(state.theme), state.language, state.account.now);
        use_effect_with(
            (module.is_some(), told, open, look),
            move |(_, told, open, (dark, language, now))| {
                let (Some(Ok(module)), Some(element)) = (&*module, place.cast::<Element>()) else { return };
                if told.is_empty() {
                    return;
                }
                let open = js_sys::decode_uri_component(open).map(String::from).unwrap_or_default();
                let options = object(&[
                    ("language", language.code().into()),
                    ("dark", (*dark).into()),
                    ("place", open.into()),
                    ("address", address.into()),
                    ("now", (*now as f64).into()),
                    ("put", (*put).as_ref().clone()),
                ]);
                let show = Reflect::get(module, &"show".into())
                    .ok()
                    .and_then(|show| show.dyn_into::<Function>().ok());
                if let Some(show) = show {
                    // What it cannot draw it leaves out: there is nothing that a person could do about it.
                    let _ = show.call3(&JsValue::UNDEFINED, &element, &told.as_str().into(), &options);
                }
            },
        );
    }
    let failed = matches!(&*module, Some(Err(_)));
    html! {
        <div class="models room" tabindex="-1">
            if failed { <p class="meta chart-wait" role="alert">{ words.chart_failed }</p> }
            if module.is_none() || told.is_empty() { <p class="meta chart-wait" role="status">{ words.chart_loading }</p> }
            <div class="room-in" ref={place} />
        </div>
    }
}
