//! How far the engine is on its way: stands where the account's figures will be, so that nothing moves when it is here.

use yew::prelude::*;

use crate::page::Page;
use crate::store::Engine;
use crate::words::bytes;

pub fn engine(page: &Page) -> Html {
    let words = page.words();
    match &page.state.engine {
        Engine::Starting => html! {
            <div class="coming" role="status"><span class="dot dot-busy" />{ words.engine_starting }</div>
        },
        Engine::Downloading { loaded, total } => {
            let share = (loaded / total.max(1.0) * 100.0).clamp(0.0, 100.0);
            let of = (words.engine_of)(&bytes(*loaded), &bytes(*total));
            html! {
                <div class="coming">
                    <span>{ words.engine_download }</span>
                    <div class="bar" role="progressbar" aria-label={words.engine_download} aria-valuemin="0" aria-valuemax="100" aria-valuenow={format!("{share:.0}")} aria-valuetext={of.clone()}><i style={format!("inline-size:{share:.1}%")} /></div>
                    <span class="num">{ of }</span>
                </div>
            }
        }
        // What went wrong has a line of its own.
        Engine::Absent | Engine::Ready | Engine::Unreadable(_) | Engine::Failed(_) => html! {},
    }
}
