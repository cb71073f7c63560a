//! The engine of the page as the stage of a proof: the worker's `Rehearsal`, of another module, called by way of
//! JavaScript in the same thread.

use std::rc::Rc;

use sandshift_proof::{Seen, Stage, Typed, stage::Differs};
use sandshift_prose::transcript::Entry;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    pub type Engine;

    #[wasm_bindgen(method, structural, catch)]
    fn begin(this: &Engine) -> Result<u32, JsValue>;
    #[wasm_bindgen(method, structural)]
    fn copy(this: &Engine, account: u32) -> u32;
    #[wasm_bindgen(method, structural)]
    fn forget(this: &Engine, account: u32);
    #[wasm_bindgen(method, structural)]
    fn enter(this: &Engine, account: u32, entry: &str) -> Vec<String>;
    #[wasm_bindgen(method, structural)]
    fn leave(this: &Engine, account: u32);
    #[wasm_bindgen(method, structural)]
    fn choose(this: &Engine, account: u32, step: &str, check: &str, option: &str);
    #[wasm_bindgen(method, structural)]
    fn look(this: &Engine, account: u32, step: &str) -> Vec<String>;
}

pub struct Rehearsal {
    engine: Rc<Engine>,
}

impl Rehearsal {
    pub fn new(engine: Engine) -> Self {
        Rehearsal { engine: Rc::new(engine) }
    }

    fn held(&self, number: u32) -> Account {
        Account { engine: self.engine.clone(), number }
    }
}

/// An account's number; without anybody who has it, the account is gone.
pub struct Account {
    engine: Rc<Engine>,
    number: u32,
}

impl Drop for Account {
    fn drop(&mut self) {
        self.engine.forget(self.number);
    }
}

impl Stage for Rehearsal {
    type Account = Account;

    fn begin(&mut self) -> Result<Account, String> {
        let number = self.engine.begin().map_err(|thrown| thrown.as_string().unwrap_or_default())?;
        Ok(self.held(number))
    }

    fn copy(&mut self, account: &Account) -> Account {
        self.held(self.engine.copy(account.number))
    }

    fn enter(&mut self, account: &mut Account, entry: &Entry) -> Typed {
        let mut said = self.engine.enter(account.number, &entry.written()).into_iter();
        let refused = said.next().is_some_and(|word| word == "true");
        let output = said.next().unwrap_or_default();
        let differs = said.next().zip(said.next()).map(|(expected, actual)| Differs { expected, actual });
        Typed { differs, output, refused }
    }

    fn leave(&mut self, account: &mut Account) {
        self.engine.leave(account.number);
    }

    fn choose(&mut self, account: &mut Account, step: &str, check: &str, option: &str) {
        self.engine.choose(account.number, step, check, option);
    }

    fn look(&mut self, account: &mut Account, step: &str) -> Seen {
        let mut said = self.engine.look(account.number, step).into_iter();
        let wrong = said.next().filter(|id| !id.is_empty());
        let mut open = Vec::new();
        while let Some(pair) = said.next().zip(said.next()) {
            open.push(pair);
        }
        Seen { open, wrong }
    }
}
