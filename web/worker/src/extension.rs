//! The modules beside the engine, as the browser has them: `worker.js` fetches one when it is first asked
//! for a job, and gives it to the engine as an object with two methods.

use sandshift_engine::extension::{Extension, Extensions, Progress, Work};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// A job of `sandshift-job`.
    type Job;

    /// Parts of a thousand, -1 for an answer, -2 for none.
    #[wasm_bindgen(method, structural, catch)]
    fn step(this: &Job, budget: f64) -> Result<f64, JsValue>;
    #[wasm_bindgen(method, structural, catch)]
    fn take(this: &Job) -> Result<Vec<u8>, JsValue>;
    #[wasm_bindgen(method, structural, catch)]
    fn free(this: &Job) -> Result<(), JsValue>;

    /// Nothing while the module is being fetched; throws when it cannot be.
    #[wasm_bindgen(js_namespace = sandshift, js_name = begin, catch)]
    fn begin_job(module: &str, task: &[u8]) -> Result<Option<Job>, JsValue>;
}

/// What fetches modules when work is given to them.
pub fn fetched() -> Extensions {
    Extensions::new(|extension, task| Box::new(Errand { extension, state: State::Waiting(task) }))
}

struct Errand {
    extension: Extension,
    state: State,
}

enum State {
    Waiting(Vec<u8>),
    Working(Job),
    Over,
}

impl Work for Errand {
    fn step(&mut self, budget: u64) -> Progress {
        match self.advance(budget) {
            Ok(progress) => progress,
            Err(thrown) => {
                self.state = State::Over;
                Progress::Lost(said(&thrown))
            }
        }
    }
}

impl Errand {
    fn advance(&mut self, budget: u64) -> Result<Progress, JsValue> {
        if let State::Waiting(task) = &self.state {
            match begin_job(self.extension.name(), task)? {
                None => return Ok(Progress::Fetching),
                Some(job) => self.state = State::Working(job),
            }
        }
        let State::Working(job) = &self.state else {
            return Ok(Progress::Lost("the work is over".to_owned()));
        };
        let parts = job.step(budget as f64)?;
        if parts >= 0.0 {
            return Ok(Progress::Working(parts as u16));
        }
        let answer = job.take()?;
        job.free()?;
        self.state = State::Over;
        Ok(match parts {
            -1.0 => Progress::Done(answer),
            _ => Progress::Failed(String::from_utf8_lossy(&answer).into_owned()),
        })
    }
}

impl Drop for Errand {
    fn drop(&mut self) {
        if let State::Working(job) = &self.state {
            // A module that trapped throws here once more; there is nothing left to give back.
            let _ = job.free();
        }
    }
}

fn said(thrown: &JsValue) -> String {
    let message =
        js_sys::Reflect::get(thrown, &"message".into()).ok().and_then(|message| message.as_string());
    message.or_else(|| thrown.as_string()).unwrap_or_default()
}
