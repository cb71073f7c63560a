// Proves a lab, in a worker of its own: the engine of the page, and beside it the module that reads and proves labs.
// Whoever wants it to stop ends the worker. Told as they come: scenes (JSON), then {over: true} or {failed: "..."}.

import { default as startEngine, Rehearsal } from "./engine.js";
import { default as startReader, digest, prove } from "./digest.js";
import { default as startFormats, begin as formats } from "./formats.js";
import { default as startLearning, begin as learning } from "./learning.js";

const beside = (file) => new URL(file, import.meta.url);

// A proof cannot wait for a module in the middle of a statement, so all of them are there before it begins.
self.sandshift = { begin: (name, task) => ({ formats, learning })[name](task) };

self.onmessage = async ({ data: { id, names, texts } }) => {
  try {
    await Promise.all([
      startEngine({ module_or_path: beside("./engine_bg.wasm") }),
      startReader({ module_or_path: beside("./digest_bg.wasm") }),
      startFormats({ module_or_path: beside("./formats_bg.wasm") }),
      startLearning({ module_or_path: beside("./learning_bg.wasm") }),
    ]);
    const others = names.map((name, at) => [name, texts[at]]).filter(([name]) => !/(\.md|^lab\.toml)$/.test(name));
    const files = [["lab.json", digest(id, names, texts)], ...others];
    const rehearsal = new Rehearsal(files.map(([name]) => name), files.map(([, text]) => text));
    prove(id, names, texts, rehearsal, (scene) => self.postMessage(scene));
    self.postMessage(JSON.stringify({ over: true }));
  } catch (error) {
    self.postMessage(JSON.stringify({ failed: self.sandshiftPanic ?? String(error?.message ?? error) }));
  }
};
