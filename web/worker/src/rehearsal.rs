//! Accounts on which an author's lab is tried out, as JavaScript sees them. The proof itself is in a module that is
//! fetched by an author's page (`web/digest`) and asks for each thing here; numbers stand for accounts.

use sandshift_engine::sorted::SortedMap;
use sandshift_lessons::Lab;
use sandshift_lessons::state::SEED;
use sandshift_lessons::theatre::{Acted, Theatre};
use sandshift_lessons::transcript::Transcript;
use sandshift_proof::Stage;
use wasm_bindgen::prelude::*;

use crate::extension::fetched;

#[wasm_bindgen]
pub struct Rehearsal {
    theatre: Theatre,
    accounts: SortedMap<u32, Acted>,
    next: u32,
}

#[wasm_bindgen]
impl Rehearsal {
    /// Of a lab's digest and its other files, `names` and `texts` in the same order.
    #[wasm_bindgen(constructor)]
    pub fn new(names: Vec<String>, texts: Vec<String>) -> Result<Rehearsal, JsValue> {
        let files: Vec<(String, String)> = names.into_iter().zip(texts).collect();
        let lab = Lab::digested(&files).map_err(|problem| problem.to_string())?;
        let theatre = Theatre { lab, seed: SEED, extensions: fetched() };
        Ok(Rehearsal { theatre, accounts: SortedMap::new(), next: 0 })
    }

    pub fn begin(&mut self) -> Result<u32, JsValue> {
        let account = self.theatre.begin()?;
        Ok(self.put(account))
    }

    pub fn copy(&mut self, account: u32) -> u32 {
        let Some(copy) = self.accounts.get(&account).map(|account| self.theatre.copy(account)) else {
            return account;
        };
        self.put(copy)
    }

    pub fn forget(&mut self, account: u32) {
        self.accounts.remove(&account);
    }

    /// Types one entry of a transcript. Answers `[refused, output]`, and `expected, actual` where it differs.
    pub fn enter(&mut self, account: u32, entry: &str) -> Vec<String> {
        let transcript = Transcript::parse("", entry).map(|found| found.entries).unwrap_or_default();
        let (Some(account), Some(entry)) = (self.accounts.get_mut(&account), transcript.first()) else {
            return Vec::new();
        };
        let typed = self.theatre.enter(account, entry);
        let mut said = vec![typed.refused.to_string(), typed.output];
        if let Some(differs) = typed.differs {
            said.extend([differs.expected, differs.actual]);
        }
        said
    }

    pub fn leave(&mut self, account: u32) {
        if let Some(account) = self.accounts.get_mut(&account) {
            self.theatre.leave(account);
        }
    }

    pub fn choose(&mut self, account: u32, step: &str, check: &str, option: &str) {
        if let Some(account) = self.accounts.get_mut(&account) {
            self.theatre.choose(account, step, check, option);
        }
    }

    /// The wrong answer that is recognised or nothing, then each open check and what it misses.
    pub fn look(&mut self, account: u32, step: &str) -> Vec<String> {
        let Some(account) = self.accounts.get_mut(&account) else { return Vec::new() };
        let seen = self.theatre.look(account, step);
        let mut said = vec![seen.wrong.unwrap_or_default()];
        seen.open.into_iter().for_each(|(check, missing)| said.extend([check, missing]));
        said
    }

    fn put(&mut self, account: Acted) -> u32 {
        self.next += 1;
        self.accounts.insert(self.next, account);
        self.next
    }
}
