//! Crawls: the account says which objects are to be looked at, the module beside the engine what they are.

use super::Sandbox;
use crate::aws::document::Document;
use crate::aws::glue::crawl::{self, Outcome};
use crate::json::json;
use crate::load::asked::{self, Asked, Trouble};

/// A crawl whose objects are looked at.
pub(super) struct Look {
    crawler: String,
    objects: usize,
    asked: Asked<Vec<u8>>,
}

impl Look {
    pub(super) fn leave(&self, sandbox: &mut Sandbox) {
        sandbox.with_account(|account, _| crawl::leave(account, &self.crawler));
    }
}

/// One bounded piece of a crawl's work; `false` when there is nothing to do.
pub(super) fn work(current: &mut Option<Box<Look>>, sandbox: &mut Sandbox) -> bool {
    let now = sandbox.clock.now();
    let Some(mut look) = current.take() else {
        let Some(crawler) = crawl::waiting(&sandbox.account) else { return false };
        let begun = sandbox.with_account(|account, _| crawl::begin(account, &crawler, now));
        if let Some((paths, samples)) = begun {
            let name = crawler.split_once('/').map_or("", |(_, name)| name);
            let (order, objects) = (json!({"Crawl": paths, "Crawler": name}), samples.len());
            let asked = asked::glue(sandbox.extensions, order.to_string().into_bytes(), samples);
            *current = Some(Box::new(Look { crawler, objects, asked }));
        }
        return true;
    };
    let outcome = match look.asked.step() {
        Ok(None) => {
            *current = Some(look);
            return true;
        }
        Ok(Some(answer)) => match serde_json::from_slice(&answer) {
            Ok(tables) => Outcome::Found(Document(tables)),
            Err(error) => Outcome::Failed(error.to_string()),
        },
        Err(Trouble::Failed(why) | Trouble::Lost(why)) => Outcome::Failed(why),
    };
    sandbox.with_account(|account, _| crawl::end(account, &look.crawler, outcome, look.objects, now));
    true
}
