//! The handle of an editor, as `editor.js` gives it. The one place that knows its methods' names.

use js_sys::{Array, Function, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};

use crate::host;

/// A selection in the editor, UTF-16.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Selection {
    pub from: u32,
    pub text: String,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Handle {
    object: JsValue,
}

impl Handle {
    /// `create(parent, options)` of the editor's module.
    pub fn create(module: &JsValue, parent: &web_sys::Element, options: &Object) -> Result<Self, String> {
        let create: Function = Reflect::get(module, &"create".into())
            .map_err(host::said)?
            .dyn_into()
            .map_err(|_| "editor.js has no create".to_owned())?;
        let object = create.call2(&JsValue::UNDEFINED, parent, options).map_err(host::said)?;
        Ok(Self { object })
    }

    pub fn set_doc(&self, text: &str) {
        self.call("setDoc", &[text.into()]);
    }

    pub fn replace(&self, text: &str) {
        self.call("replace", &[text.into()]);
    }

    pub fn set_dark(&self, dark: bool) {
        self.call("setDark", &[dark.into()]);
    }

    pub fn set_words(&self, label: &str, phrases: &Object) {
        self.call("setWords", &[label.into(), phrases.into()]);
    }

    /// Underlines `(from, to, message)`, UTF-16.
    pub fn set_diagnostics(&self, found: &[(u32, u32, String)]) {
        let list: Array = found
            .iter()
            .map(|(from, to, message)| {
                object(&[("from", (*from).into()), ("to", (*to).into()), ("message", message.into())])
            })
            .collect();
        self.call("setDiagnostics", &[list.into()]);
    }

    pub fn selection(&self) -> Selection {
        let found = self.call("selection", &[]);
        let get = |name: &str| Reflect::get(&found, &name.into()).ok();
        Selection {
            from: get("from").and_then(|from| from.as_f64()).unwrap_or(0.0) as u32,
            text: get("text").and_then(|text| text.as_string()).unwrap_or_default(),
        }
    }

    pub fn focus(&self) {
        self.call("focus", &[]);
    }

    pub fn destroy(&self) {
        self.call("destroy", &[]);
    }

    /// A method that is missing or throws is a defect of ours, and none that a person could do anything about.
    fn call(&self, method: &str, arguments: &[JsValue]) -> JsValue {
        let arguments: Array = arguments.iter().collect();
        Reflect::get(&self.object, &method.into())
            .and_then(|function| function.dyn_into::<Function>())
            .and_then(|function| function.apply(&self.object, &arguments))
            .unwrap_or(JsValue::UNDEFINED)
    }
}

/// A JavaScript object from its fields.
pub fn object(fields: &[(&str, JsValue)]) -> Object {
    let object = Object::new();
    for (name, value) in fields {
        // Setting a field of a fresh object does not fail.
        let _ = Reflect::set(&object, &(*name).into(), value);
    }
    object
}
