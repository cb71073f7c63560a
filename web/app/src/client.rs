//! The page's end of the wire to the engine's worker.
//!
//! Messages go out numbered. An answer goes to whoever asked, if they left a callback, and to the page's state
//! otherwise. What the worker says before it is up (how much of the engine has arrived) is not an answer.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use js_sys::{Array, Uint8Array};
use sandshift_protocol::{Event, EventKind, Message, Request};
use serde_json::Value;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{MessageEvent, Worker};

use crate::host;

/// What comes from the worker.
// Taken apart at once, one at a time: a box would only cost.
#[allow(clippy::large_enum_variant)]
pub enum Heard {
    Event(Event),
    /// Bytes of the engine, as they arrive.
    Download {
        loaded: f64,
        total: f64,
    },
    /// The worker is gone or never came.
    Broken(String),
}

type Answer = Box<dyn FnOnce(EventKind)>;

#[derive(Clone)]
pub struct Client {
    line: Rc<Line>,
}

struct Line {
    worker: RefCell<Option<Worker>>,
    last: Cell<u32>,
    waiting: RefCell<BTreeMap<u32, Answer>>,
    hear: Box<dyn Fn(Heard)>,
    /// Bytes that came with the event being heard.
    bytes: RefCell<Option<Uint8Array>>,
}

impl Client {
    pub fn new(hear: impl Fn(Heard) + 'static) -> Self {
        let line = Line {
            worker: RefCell::default(),
            last: Cell::new(0),
            waiting: RefCell::default(),
            hear: Box::new(hear),
            bytes: RefCell::default(),
        };
        Self { line: Rc::new(line) }
    }

    /// Starts the worker unless it runs already.
    pub fn start(&self) {
        if self.line.worker.borrow().is_some() {
            return;
        }
        match host::start_worker() {
            Ok(worker) => {
                self.listen(&worker);
                *self.line.worker.borrow_mut() = Some(worker);
            }
            Err(reason) => (self.line.hear)(Heard::Broken(reason)),
        }
    }

    /// Ends the worker, so that [`Self::start`] starts a new one.
    pub fn stop(&self) {
        if let Some(worker) = self.line.worker.borrow_mut().take() {
            worker.terminate();
        }
        self.line.waiting.borrow_mut().clear();
    }

    /// Sends a request whose answers go to the page's state; gives its number.
    pub fn send(&self, request: Request) -> u32 {
        let id = self.line.last.get() + 1;
        self.line.last.set(id);
        self.post(&Message { id, request }, None);
        id
    }

    /// Sends a request whose first answer goes to `answer`.
    pub fn ask(&self, request: Request, answer: impl FnOnce(EventKind) + 'static) {
        self.ask_with(request, None, answer);
    }

    /// The same with bytes, which are the worker's from then on; gives the request's number.
    pub fn ask_with(
        &self,
        request: Request,
        bytes: Option<Uint8Array>,
        answer: impl FnOnce(EventKind) + 'static,
    ) -> u32 {
        let id = self.line.last.get() + 1;
        self.line.last.set(id);
        self.line.waiting.borrow_mut().insert(id, Box::new(answer));
        self.post(&Message { id, request }, bytes);
        id
    }

    /// The bytes that came with the event being heard.
    pub fn bytes(&self) -> Option<Uint8Array> {
        self.line.bytes.borrow_mut().take()
    }

    fn post(&self, message: &Message, bytes: Option<Uint8Array>) {
        let sent = match (serde_json::to_string(message), self.line.worker.borrow().as_ref()) {
            (Ok(text), Some(worker)) => match bytes {
                None => worker.post_message(&text.into()),
                Some(bytes) => {
                    let transferred = Array::of1(&bytes.buffer());
                    worker.post_message_with_transfer(&Array::of2(&text.into(), &bytes), &transferred)
                }
            }
            .map_err(host::said),
            (Err(error), _) => Err(error.to_string()),
            (Ok(_), None) => Err("the worker has not been started".to_owned()),
        };
        if let Err(reason) = sent {
            (self.line.hear)(Heard::Broken(reason));
        }
    }

    fn listen(&self, worker: &Worker) {
        let line = self.line.clone();
        let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            let data = event.data();
            match (data.as_string(), data.dyn_into::<Array>()) {
                (Some(text), _) => line.take(&text),
                (None, Ok(pair)) => {
                    *line.bytes.borrow_mut() = pair.get(1).dyn_into().ok();
                    line.take(&pair.get(0).as_string().unwrap_or_default());
                    line.bytes.borrow_mut().take();
                }
                (None, Err(_)) => {}
            }
        });
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        // The worker lives as long as the page does, and so do its two listeners.
        on_message.forget();
        let line = self.line.clone();
        let on_error = Closure::<dyn FnMut(web_sys::Event)>::new(move |event: web_sys::Event| {
            (line.hear)(Heard::Broken(host::said(event)));
        });
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        on_error.forget();
    }
}

impl Line {
    fn take(&self, text: &str) {
        let read = serde_json::from_str::<Value>(text).and_then(|value| {
            // `{"download":{"loaded":n,"total":n}}` is the script's word, before there is an engine to speak.
            if let Some(download) = value.get("download") {
                let number = |name| download.get(name).and_then(Value::as_f64).unwrap_or_default();
                (self.hear)(Heard::Download { loaded: number("loaded"), total: number("total") });
                return Ok(None);
            }
            sandshift_protocol::read_value::<Event>(value).map(Some)
        });
        let event = match read {
            Ok(Some(event)) => event,
            Ok(None) => return,
            Err(error) => return (self.hear)(Heard::Broken(error.to_string())),
        };
        let asked = self.waiting.borrow_mut().remove(&event.id);
        match asked {
            Some(answer) => answer(event.event),
            None => (self.hear)(Heard::Event(event)),
        }
    }
}
