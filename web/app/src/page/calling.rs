//! Calls to AWS as the principal of the bar, for the console. What is longer than a message goes in pieces, each answered
//! before the next is sent.

use futures_channel::oneshot;
use js_sys::{Array, Uint8Array};
use sandshift_protocol::{CallFailure, EventKind, FailureKind, Request};
use serde_json::Value;
use web_sys::Blob;

use super::Desk;
use crate::console::Ready;

/// An answer: the number of what was asked, the answer itself, its bytes.
type Answered = (u32, EventKind, Option<Uint8Array>);

impl Desk {
    async fn answer(&self, request: Request, bytes: Option<Uint8Array>) -> Result<Answered, String> {
        let state = self.state();
        let Some(client) = self.client().filter(|_| state.is_ready()) else {
            return Err("the engine is not ready".to_owned());
        };
        let (sender, receiver) = oneshot::channel();
        let ear = client.clone();
        let id = client.ask_with(request, bytes, move |answer| {
            // Nobody waits any more when the page was left in the meantime.
            let _ = sender.send((answer, ear.bytes()));
        });
        match receiver.await {
            Ok((EventKind::Failed { message, .. } | EventKind::Recovered { message }, _)) => Err(message),
            Ok((event, bytes)) => Ok((id, event, bytes)),
            Err(_) => Err("no answer".to_owned()),
        }
    }

    async fn asked(
        &self,
        call: &Ready,
        bytes: Option<Uint8Array>,
    ) -> Result<(u32, Value, Option<Uint8Array>), CallFailure> {
        let principal = self.state().principal.clone();
        match self.answer(Request::Call { call: call.message(&principal) }, bytes).await {
            Ok((id, EventKind::Called { value }, bytes)) => Ok((id, value, bytes)),
            Ok((_, EventKind::CallFailed { failure }, _)) => Err(failure),
            Ok(_) => Err(lost(call, "Unavailable", "no answer".to_owned())),
            Err(message) => Err(lost(call, "Unavailable", message)),
        }
    }

    /// Makes one call; `bytes` go with it, and an object's bytes come with the answer.
    ///
    /// # Errors
    /// AWS's refusal, or why the engine could not be asked.
    pub async fn aws(
        &self,
        call: &Ready,
        bytes: Option<Uint8Array>,
    ) -> Result<(Value, Option<Uint8Array>), CallFailure> {
        self.asked(call, bytes).await.map(|(_, value, bytes)| (value, bytes))
    }

    /// Makes a call that answers with an object, and fetches all of that: blobs, which the browser keeps outside of the
    /// page's memory.
    ///
    /// # Errors
    /// As [`Desk::aws`].
    pub async fn object(&self, call: &Ready) -> Result<(Value, Array), CallFailure> {
        let (mut of, value, mut bytes) = self.asked(call, None).await?;
        let length = value["ContentLength"].as_f64().unwrap_or_default();
        let (parts, mut got) = (Array::new(), 0.0);
        while let Some(piece) = bytes.take() {
            got += f64::from(piece.length());
            if let Ok(blob) = Blob::new_with_u8_array_sequence(&Array::of1(&piece)) {
                parts.push(&blob);
            }
            if got < length {
                let more = self.answer(Request::More { of }, None).await;
                (of, _, bytes) = more.map_err(|message| lost(call, "Unavailable", message))?;
            }
        }
        Ok((value, parts))
    }

    /// Sends what lies at `at` of an upload ahead of its call; without bytes the upload is given up.
    ///
    /// # Errors
    /// Why the worker does not take it.
    pub async fn carry(
        &self,
        upload: u32,
        at: f64,
        total: f64,
        bytes: Option<Uint8Array>,
    ) -> Result<(), String> {
        let request = Request::Piece { upload, at: at as u64, total: total as u64 };
        self.answer(request, bytes).await.map(|_| ())
    }
}

/// A failure that is not AWS's.
pub fn lost(call: &Ready, code: &str, message: String) -> CallFailure {
    let operation = call.operation.clone();
    CallFailure { operation, code: code.to_owned(), message, kind: FailureKind::Refused, denial: None }
}
