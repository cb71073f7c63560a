//! What JavaScript sees: one object, text and bytes in, text and bytes out.

use std::sync::Arc;

use js_sys::{Array, Map, Reflect, Uint8Array};
use sandshift_engine::sandbox::{ToStore, Unwritten};
use sandshift_lessons::state;
use sandshift_protocol::{EventKind, Message, Request, StorageState};
use wasm_bindgen::prelude::*;

use crate::extension::fetched;
use crate::workspace::{Found, Workspace};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = performance)]
    fn now() -> f64;
}

/// The engine with one workspace open.
#[wasm_bindgen]
pub struct Engine {
    workspace: Workspace,
    /// What is being stored.
    unwritten: Vec<(u64, Unwritten)>,
}

/// Leaves the panic's words where `worker.js` finds them after the trap.
#[wasm_bindgen(start)]
fn begin() {
    std::panic::set_hook(Box::new(|info| {
        let _ = Reflect::set(&js_sys::global(), &"sandshiftPanic".into(), &info.to_string().into());
    }));
}

#[wasm_bindgen]
impl Engine {
    /// `message` is an `Open` message; `saved` and `blocks` (number to bytes) are what the store holds;
    /// `storage` is a `StorageState`; `beginning` is the account of a new workspace where the site has it. Throws an
    /// `EventKind` as text when the workspace cannot be opened.
    #[wasm_bindgen(constructor)]
    pub fn new(
        message: &str,
        saved: Option<Vec<u8>>,
        blocks: &Map,
        storage: &str,
        beginning: Option<Vec<u8>>,
    ) -> Result<Engine, JsValue> {
        let message: Message = sandshift_protocol::read(message).map_err(|error| error.to_string())?;
        let Request::Open { lab, start, .. } = message.request else {
            return Err("the first message must be Open".into());
        };
        let storage: StorageState = sandshift_protocol::read(storage).map_err(|error| error.to_string())?;
        let mut read = |number: u64| {
            let bytes = blocks.get(&JsValue::from_f64(number as f64));
            bytes.dyn_into::<Uint8Array>().ok().map(|bytes| bytes.to_vec())
        };
        let found = match (&saved, &beginning) {
            (Some(saved), _) => Found::Saved(saved),
            (None, Some(beginning)) => Found::Beginning(beginning),
            (None, None) => Found::Nothing,
        };
        let mut workspace = Workspace::open(now, fetched(), lab.as_ref(), start.as_deref(), found, &mut read)
            .map_err(|error| serde_json::to_string(&error.told()).unwrap_or_default())?;
        workspace.opened(message.id, storage);
        Ok(Engine { workspace, unwritten: Vec::new() })
    }

    /// Takes one message, and the bytes that came with it.
    pub fn take(&mut self, message: &str, bytes: Option<Uint8Array>) -> Result<(), JsValue> {
        let message: Message = sandshift_protocol::read(message).map_err(|error| error.to_string())?;
        if let Some(bytes) = bytes {
            // Copied once, to where it stays: a large file has no room to be here twice.
            let mut held: Arc<[u8]> = std::iter::repeat_n(0, bytes.length() as usize).collect();
            if let Some(place) = Arc::get_mut(&mut held) {
                bytes.copy_to(place);
            }
            self.workspace.hand_over(held);
        }
        self.workspace.take(message);
        Ok(())
    }

    /// Works for about `budget` milliseconds; true while there is more to do.
    pub fn step(&mut self, budget: f64) -> bool {
        self.workspace.step(budget);
        self.workspace.is_running()
    }

    #[wasm_bindgen(js_name = isRunning)]
    pub fn is_running(&self) -> bool {
        self.workspace.is_running()
    }

    /// Simulated microseconds after which `statement_timeout` ends a statement that waits.
    #[wasm_bindgen(js_name = timeLeft)]
    pub fn time_left(&mut self) -> Option<f64> {
        self.workspace.time_left().map(|left| left as f64)
    }

    /// Events since the last call, each as JSON text, or `[text, bytes]`.
    pub fn events(&mut self) -> Vec<JsValue> {
        let mut told = Vec::new();
        for event in self.workspace.events() {
            let Ok(text) = serde_json::to_string(&event) else { continue };
            let answers = matches!(event.event, EventKind::Called { .. } | EventKind::Kept);
            told.push(match answers.then(|| self.workspace.bytes_of(event.id)).flatten() {
                Some(bytes) => Array::of2(&text.into(), &Uint8Array::from(&*bytes.whole())).into(),
                None => text.into(),
            });
        }
        told
    }

    /// Events that may be told once what `save` gave is stored.
    #[wasm_bindgen(js_name = eventsWhenStored)]
    pub fn events_when_stored(&mut self) -> Vec<String> {
        self.workspace
            .events_when_stored()
            .iter()
            .filter_map(|event| serde_json::to_string(event).ok())
            .collect()
    }

    /// `[manifest, [live numbers]]` when something changed, else undefined; `block` gives the blocks, until `stored`. `known`
    /// are the numbers of the blocks that the store holds, as a map in which they are true.
    pub fn save(&mut self, known: &Map) -> Result<JsValue, JsValue> {
        let has = |number| known.get(&JsValue::from_f64(number as f64)).is_truthy();
        let saved = self.workspace.changes(&has)?;
        Ok(saved.map_or(JsValue::UNDEFINED, |saved| self.begun(saved)))
    }

    /// The block at this place of what was saved last, `[number, bytes]`; undefined behind the last one.
    pub fn block(&self, at: usize) -> Result<JsValue, JsValue> {
        let found = self.unwritten.get(at);
        found.map_or(Ok(JsValue::UNDEFINED), |(number, block)| pair(*number, block))
    }

    /// Nobody asks for blocks any more.
    pub fn stored(&mut self) {
        self.unwritten.clear();
    }

    fn begun(&mut self, saved: ToStore) -> JsValue {
        self.unwritten = saved.blocks;
        Array::of2(&Uint8Array::from(saved.manifest.as_slice()), &numbers(&saved.live)).into()
    }

    /// What a submission claims.
    pub fn testimony(&self) -> String {
        self.workspace.testimony()
    }

    /// As `save`, with every block, whatever changed.
    pub fn whole(&mut self) -> Result<JsValue, JsValue> {
        let saved = self.workspace.all(&|_| false)?;
        Ok(self.begun(saved))
    }
}

/// The lab whose workspace `saved` is; empty when it is an account without one, `undefined` when nobody can say.
#[wasm_bindgen(js_name = labOf)]
pub fn lab_of(saved: &[u8]) -> Option<String> {
    Workspace::lab_of(saved)
}

/// The names of the states in which labs begin.
#[wasm_bindgen(js_name = stateNames)]
pub fn state_names() -> Vec<String> {
    state::NAMES.map(str::to_owned).to_vec()
}

/// The account of a named state, `[manifest, [[number, bytes], ...], [live numbers]]`; for the site's build.
#[wasm_bindgen]
pub fn state(name: &str) -> Result<JsValue, JsValue> {
    let make = state::named(name).ok_or("there is no such state")?;
    let sandbox = make(state::SEED).map_err(|error| error.to_string())?;
    let saved = sandbox.to_store(&|_| false).map_err(|error| error.to_string())?;
    let blocks = saved.blocks.iter().map(|(number, block)| pair(*number, block));
    let blocks = blocks.collect::<Result<Array, JsValue>>()?;
    Ok(Array::of3(&Uint8Array::from(saved.manifest.as_slice()), &blocks, &numbers(&saved.live)).into())
}

fn pair(number: u64, block: &Unwritten) -> Result<JsValue, JsValue> {
    let bytes = block.bytes().map_err(|error| error.to_string())?;
    Ok(Array::of2(&JsValue::from_f64(number as f64), &Uint8Array::from(&*bytes)).into())
}

fn numbers(live: &[u64]) -> Array {
    live.iter().map(|number| JsValue::from_f64(*number as f64)).collect()
}
