// Drives the engine: messages, steps, the store, and what no WebAssembly instance can do for itself, surviving
// its own trap. Everything that can be decided inside the engine is decided there.
//
// A page posts protocol messages (JSON text) and hears protocol events (JSON text), either one as [text, bytes] when an
// object's bytes travel with it; before the engine is up it hears {"download":{"loaded":n,"total":n}}.

import * as beside from "./beside.js";
import { NotAWorkspace, OfAnotherLab, fromBase64, pack, toBase64, unpack } from "./file.js";
import { Journal } from "./journal.js";
import { fetchBeside, fetchModule } from "./modules.js";
import { renewed } from "./renewal.js";
import { Store, release } from "./store.js";

/** Milliseconds of work between two looks at the mailbox. */
const SLICE = 12;

let glue; // the wasm-bindgen module of the running instance
let engine; // the workspace, once it is open
let opening; // the Open message it was opened with
let store; // where the workspace is kept
let told; // what the page knows of its state, as JSON
let compiled; // WebAssembly.Module: compiled once, instantiated again after a trap

const mailbox = [];
const journal = new Journal();
let working = false;
let acted = false; // something was done since the workspace was opened that another tab knows nothing of
let vacant = false; // the tab that had the workspace before this one is gone

self.onmessage = ({ data }) => {
  mailbox.push(data);
  if (!working) void work();
};

/** Takes messages one by one; between the slices of a running script, so that Cancel is heard. */
async function work() {
  working = true;
  try {
    for (;;) {
      while (mailbox.length > 0) await take(mailbox.shift());
      if (!engine?.isRunning()) break;
      await guarded(() => {
        engine.step(SLICE);
      });
      tell();
      if (!engine?.isRunning()) await keep();
      await breath();
    }
    if (vacant) await inherit();
  } finally {
    working = false;
  }
  if (mailbox.length > 0) void work();
  else wait();
}

let patience; // the timer of the statement that waits with a timeout

/** Simulated time stands still while nobody does anything; for a statement that waits and may not wait for ever, it goes on. */
function wait() {
  clearTimeout(patience);
  const micros = engine?.timeLeft();
  if (micros === undefined || micros > 2 ** 31 * 1000) return;
  patience = setTimeout(() => {
    mailbox.push(JSON.stringify({ id: 0, request: { type: "advance", micros } }));
    if (!working) void work();
  }, micros / 1000);
}

/** `message` is JSON text, or `[text, bytes]`. */
async function take(message) {
  const [text, bytes] = typeof message === "string" ? [message] : message;
  const { id, request } = JSON.parse(text);
  switch (request.type) {
    case "open":
      return open(text, id, request);
    case "exportSubmission":
      return ready(id) && exportSubmission(id, request.learner);
    case "exportTakeout":
      return ready(id) && exportTakeout(id);
    case "exportWorkspace":
      return (store || ready(id)) && exportWorkspace(id);
    case "importWorkspace":
      return (store || ready(id)) && importWorkspace(id, request.base64);
    case "resetStep":
      await fetchBeside(opening?.text ?? "");
      break;
    case "resetLab":
      if (!engine && store) return beginAgain(id);
      break;
    case "eraseAll":
      return eraseAll(id);
  }
  if (!ready(id)) return;
  journal.note(request, bytes, id);
  acted ||= acts(request);
  await guarded(() => engine.take(text, bytes));
  // They are the engine's now: there is no room for them here, too.
  if (bytes) release(bytes);
  // A script is stored when it is over; everything else before it is answered.
  if (engine && !engine.isRunning()) await keep();
  else tell();
}

function ready(id) {
  if (engine) return true;
  post({ id, event: { type: "failed", message: "no workspace is open", hint: null } });
  return false;
}

/** Whether it changes the account, so that two tabs that did such a thing each have gone two ways. */
function acts({ type, call }) {
  if (type === "call") return !(call.service === "sandbox" || /^(List|Get|Describe|Head|Lookup|Simulate|Search)/.test(call.operation));
  return ["run", "aws", "login", "advance", "upload", "answer", "resetStep", "resetLab"].includes(type);
}

/* ---------- opening ---------- */

// The engine comes while the page is still reading its lesson. A failure is told when somebody wants it.
let coming = instantiate();
coming.catch(() => {});

async function open(text, id, request) {
  // Nothing of the workspace before may be taken for this one's.
  leave();
  opening = { text, id, workspace: request.workspace };
  try {
    // What is stored is read while the engine is still being compiled, and the few KB that a new workspace begins with
    // come while a database is made for it.
    const begun = beginning();
    const found = Store.open(request.workspace, vacated).then((where) => {
      store = where;
      return holdings(begun);
    });
    const [held] = await Promise.all([found, coming]);
    await begin(id, held);
  } catch (error) {
    // Asked again, it is fetched again.
    if (!glue) (coming = instantiate()).catch(() => {});
    failed(id, error);
  }
}

function leave() {
  engine?.free();
  engine = undefined;
  store?.close();
  store = undefined;
  vacant = false;
}

/** Told by the store of a second tab: what it wants is nobody's any more. */
function vacated(where) {
  if (where !== store) return where.close();
  vacant = true;
  if (!working) void work();
}

/**
 * The tab that had this workspace is gone. Nothing stored since this one read it: its state is stored. Nothing done here:
 * what is stored is opened. Both: this one goes on unsaved, and says why.
 */
async function inherit() {
  vacant = false;
  try {
    const unchanged = await store.inherit(acted);
    if (unchanged) await keepAll();
    else if (store.state.type === "kept") {
      const [held, before] = [await holdings(), engine];
      await begin(opening.id, held);
      before?.free();
    }
  } catch (error) {
    failed(0, error);
  }
  tellWhere();
}

/** What the store holds; with a new workspace, the state in which its lab begins. */
async function holdings(begun = beginning()) {
  const held = await store.read();
  if (held.manifest === undefined) held.beginning = await begun;
  return held;
}

/** Opens the workspace in the running instance. */
async function begin(id, held) {
  told = JSON.stringify(store.state);
  acted = false;
  [engine, held] = await made(id, held);
  store.hold(held);
  tell(true);
}

/** An engine with what is held, and that itself: what a former version stored is renewed first. */
async function made(id, held) {
  const message = JSON.stringify({ id, request: JSON.parse(opening.text).request });
  const make = ({ manifest, blocks, beginning }) =>
    new glue.Engine(message, manifest, beginning?.blocks ?? blocks, JSON.stringify(store.state), beginning?.manifest);
  try {
    return [make(held), held];
  } catch (error) {
    held = await renewed(held, error);
    return [make(held), held];
  }
}

/** The account that the opened lab begins with, as the build has made it; undefined when it has not. */
async function beginning() {
  // Who opens no lab may name it (`start`), and then wants that one.
  const { lab, start } = JSON.parse(opening.text).request;
  try {
    const digest = lab?.files.find(([name]) => name === "lab.json");
    const name = start ?? (digest ? JSON.parse(digest[1]).definition.start : "course-warehouse");
    if (!/^[a-z-]+$/.test(name)) throw new Error("this is no state's name");
    const response = await beside.state(name);
    if (!response.ok) throw new Error(`${response.status}`);
    return unpack(new Uint8Array(await response.arrayBuffer()));
  } catch {
    // The engine makes it then, as it does everywhere else, or says that there is no such state.
    return undefined;
  }
}

async function instantiate() {
  const [next, module] = await Promise.all([beside.glue("engine"), compiled ?? download()]);
  compiled = module;
  next.initSync({ module });
  glue = next;
}

async function download() {
  let response = await beside.wasm("engine");
  if (!response.ok) throw new Error(`the engine could not be fetched: ${response.status} ${response.statusText}`);
  // Counted on a copy: what the browser has fetched itself it compiles sooner, and may keep compiled.
  const counted = count(response.clone());
  if (response.headers.get("content-type") !== "application/wasm") {
    response = new Response(response.body, { headers: { "content-type": "application/wasm" } });
  }
  const [module] = await Promise.all([WebAssembly.compileStreaming(response), counted]);
  return module;
}

/** Tells how much of a response is here. */
async function count({ headers, body }) {
  // With Content-Encoding the length is that of the compressed bytes: a wrong total is worse than none.
  const total = headers.has("content-encoding") ? 0 : Number(headers.get("content-length") ?? 0);
  const reader = body.getReader();
  let loaded = 0;
  let told = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    loaded += value.byteLength;
    if (performance.now() - told > 50) {
      told = performance.now();
      post({ download: { loaded, total } });
    }
  }
  post({ download: { loaded, total: loaded } });
}

/* ---------- keeping ---------- */

/** Stores what changed; then tells what waited for it: when a page hears "finished", it is kept. */
async function keep() {
  if (!engine) return;
  let saved;
  // What came of it belongs to what was done, and both are kept together.
  const [running, events] = [engine, engine.events()];
  for (const event of events) journal.hear(event);
  journal.over();
  await guarded(() => {
    const message = journal.message();
    if (message) engine.take(message);
    saved = engine.save(store.known);
  });
  if (saved !== undefined && !(await stored(([manifest, live]) => store.write(manifest, blocks(), live), saved))) await keepAll();
  tellWhere();
  if (engine === running) send(events);
  tell();
  for (const event of engine?.eventsWhenStored() ?? []) self.postMessage(event);
}

/** What is stored is another's, or gone: the whole workspace is written. */
async function keepAll() {
  let whole;
  await guarded(() => {
    whole = engine.whole();
  });
  if (whole !== undefined) await stored(([manifest]) => store.replace(manifest, blocks()), whole);
}

/** What the engine has to store, block by block; each is made when it is asked for. */
function blocks() {
  const from = engine;
  return {
    *[Symbol.iterator]() {
      for (let at = 0, block; (block = from.block(at)); at += 1) yield block;
    },
  };
}

/** Has what was saved stored; a trap meanwhile is the engine's. */
async function stored(store, saved) {
  const from = engine;
  try {
    return await store(saved);
  } catch (error) {
    if (!(error instanceof WebAssembly.RuntimeError)) throw error;
    await recover(error);
    return true;
  } finally {
    if (engine === from) engine.stored();
  }
}

/** Says where the workspace is kept, when that has changed. */
function tellWhere() {
  const storage = JSON.stringify(store.state);
  if (storage === told) return;
  told = storage;
  post({ id: 0, event: { type: "storage", storage: store.state } });
}

async function exportWorkspace(id) {
  try {
    let held;
    if (engine) {
      await guarded(() => {
        const [manifest] = engine.whole();
        held = { manifest, blocks: [...blocks()] };
        engine.stored();
      });
    } else {
      // An account that cannot be opened is given as it is stored: another version may read it.
      held = await store.read();
    }
    if (held?.manifest === undefined) throw new Error("there is nothing to export");
    post({ id, event: { type: "workspaceExported", base64: toBase64(pack(held.manifest, held.blocks)) } });
  } catch (error) {
    failed(id, error);
  }
}

async function exportSubmission(id, learner) {
  try {
    const file = journal.submission(learner, engine.testimony());
    post({ id, event: { type: "workspaceExported", base64: toBase64(new TextEncoder().encode(file)) } });
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError) return recover(error);
    failed(id, error);
  }
}

async function exportTakeout(id) {
  try {
    if (engine.isRunning()) throw new Error("Something is still running here; wait until it is done.");
    const [{ takeOut }, reader, untouched] = await Promise.all([import("./takeout.js"), fetchModule("digest"), beginning()]);
    const bytes = await takeOut({ glue, reader, engine, untouched, request: JSON.parse(opening.text).request, journal: journal.entries() });
    post({ id, event: { type: "workspaceExported", base64: toBase64(bytes) } });
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError) await recover(error);
    failed(id, error);
  }
}

async function importWorkspace(id, base64) {
  try {
    await coming;
    const { request } = JSON.parse(opening.text);
    // What is damaged says so here, whosever it was.
    const [next, { manifest, blocks }] = await made(id, unpack(fromBase64(base64)));
    const lab = glue.labOf(manifest);
    // Checks and progress are a lab's: an account without one takes whatever account it is given.
    if (request.lab && request.lab.id !== lab) {
      next.free();
      throw new OfAnotherLab(lab ?? "");
    }
    engine?.free();
    engine = next;
    acted = true;
    await store.replace(manifest, blocks);
    tell(true);
    tellWhere();
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError) await recover(error);
    failed(id, error);
  }
}

/** Every workspace of this site goes, and with them the one that is open. */
async function eraseAll(id) {
  try {
    leave();
    await Store.eraseAll();
    post({ id, event: { type: "erased" } });
  } catch (error) {
    failed(id, error);
  }
}

/** The stored account could not be read: the lab begins again and the unreadable one is gone. */
async function beginAgain(id) {
  try {
    await store.clear();
    await begin(opening.id, await holdings());
    post({ id, event: { type: "reset" } });
  } catch (error) {
    failed(id, error);
  }
}

/* ---------- surviving ---------- */

/** Runs `action` in the engine; a trap restarts the engine from what was stored. */
async function guarded(action) {
  try {
    action();
  } catch (error) {
    if (!(error instanceof WebAssembly.RuntimeError)) throw error;
    await recover(error);
  }
}

async function recover(error) {
  const message = self.sandshiftPanic ?? String(error?.message ?? error);
  self.sandshiftPanic = undefined;
  engine = undefined;
  try {
    await instantiate();
    await begin(opening.id, await holdings());
    post({ id: 0, event: { type: "recovered", message } });
  } catch (second) {
    failed(0, second);
  }
}

function failed(id, error) {
  post({ id, event: failure(error) });
}

/** As the protocol has it; what the engine refuses to open comes as such an event. */
function failure(error) {
  if (error instanceof NotAWorkspace) {
    const why = error.foreign ? { type: "foreign" } : { type: "broken", what: error.message };
    return { type: "unreadable", why, message: `This file is not a Sandshift workspace: ${error.message}` };
  }
  if (error instanceof OfAnotherLab) {
    const { lab, message } = error;
    return { type: "unreadable", why: { type: "otherLab", lab }, message };
  }
  const text = String(error?.message ?? error);
  return text.startsWith("{") ? JSON.parse(text) : { type: "failed", message: text, hint: null };
}

/* ---------- small things ---------- */

function tell(opened = false) {
  if (!engine) return;
  const events = engine.events();
  if (opened) journal.read(events[0]);
  for (const event of events) journal.hear(event);
  send(events);
}

function send(events) {
  for (const event of events) self.postMessage(event, typeof event === "string" ? [] : [event[1].buffer]);
}

function post(message) {
  self.postMessage(JSON.stringify(message));
}

/** Lets messages in: a task, not a microtask, and without the delay that timers have. */
const channel = new MessageChannel();
let breathing = [];
channel.port1.onmessage = () => {
  const waiting = breathing;
  breathing = [];
  for (const resolve of waiting) resolve();
};

function breath() {
  return new Promise((resolve) => {
    breathing.push(resolve);
    channel.port2.postMessage(null);
  });
}
