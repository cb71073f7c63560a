//! The page: a thin Yew application that draws lessons and results.
//!
//! It links neither the engine nor Arrow: those live in the worker behind [`client`]. Read in this order: `route`
//! and `store` (what there is), `page` (what is done about it), then the screens `home`, `bar`, `lab` with its
//! halves `guide` and `bench`; `console` draws the AWS account's pages from descriptions.

mod app;
mod bar;
mod bench;
mod client;
mod console;
mod course;
mod dialog;
mod guide;
mod home;
mod host;
mod icon;
mod ink;
mod keep;
mod lab;
mod line;
mod outcome;
mod page;
mod route;
mod store;
mod warehouse;
mod words;

fn main() {
    let document = web_sys::window().and_then(|window| window.document());
    // Beside the icons, which the body keeps.
    match document.and_then(|document| document.get_element_by_id("app")) {
        Some(root) => yew::Renderer::<app::App>::with_root(root).render(),
        None => yew::Renderer::<app::App>::new().render(),
    };
}
