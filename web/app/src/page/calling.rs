//! Calls to AWS as the principal of the bar, for the console.

use futures_channel::oneshot;
use js_sys::Uint8Array;
use sandshift_protocol::{CallFailure, EventKind, FailureKind, Request};
use serde_json::Value;

use super::Desk;
use crate::console::Ready;

impl Desk {
    /// Makes one call; `bytes` go with it, and an object's bytes come with the answer.
    ///
    /// # Errors
    /// AWS's refusal, or why the engine could not be asked.
    pub async fn aws(
        &self,
        call: &Ready,
        bytes: Option<Uint8Array>,
    ) -> Result<(Value, Option<Uint8Array>), CallFailure> {
        let lost = |message: &str| CallFailure {
            operation: call.operation.clone(),
            code: "Unavailable".to_owned(),
            message: message.to_owned(),
            kind: FailureKind::Refused,
            denial: None,
        };
        let state = self.state();
        let Some(client) = self.client().filter(|_| state.is_ready()) else {
            return Err(lost("the engine is not ready"));
        };
        let (sender, receiver) = oneshot::channel();
        let ear = client.clone();
        client.ask_with(Request::Call { call: call.message(&state.principal) }, bytes, move |answer| {
            // Nobody waits any more when the page was left in the meantime.
            let _ = sender.send((answer, ear.bytes()));
        });
        match receiver.await {
            Ok((EventKind::Called { value }, bytes)) => Ok((value, bytes)),
            Ok((EventKind::CallFailed { failure }, _)) => Err(failure),
            Ok((EventKind::Failed { message, .. } | EventKind::Recovered { message }, _)) => {
                Err(lost(&message))
            }
            Ok(_) | Err(_) => Err(lost("no answer")),
        }
    }
}
