// What was done in a workspace, so that it can be done again: the messages that change something, in order. It is kept
// by the workspace itself (under KEY, beside what the page keeps), so it is stored, exported and taken back with it.

import { toBase64 } from "./file.js";

const KEY = " journal";
const NOTED = new Set(["run", "login", "choose", "aws", "call", "answer", "check", "advance", "upload", "resetStep"]);
/** Characters that a journal may have; a longer one is not handed in. */
const MOST = 2_000_000;

export class Journal {
  #entries = [];
  #size = 0;
  #told = true; // the workspace knows what stands here
  #open; // the step that was checked last
  #running; // the entry of the script that runs
  #waiting = new Map(); // entries of scripts that wait for a lock, by the message's number
  #asked = new Map(); // entries that have no answer yet, by the message's number

  /** From what an opened workspace tells it has kept. */
  read(event) {
    const found = JSON.parse(event).event.kept?.find(([key]) => key === KEY)?.[1];
    this.clear();
    this.#told = true;
    if (found === undefined) return;
    ({ entries: this.#entries, size: this.#size } = JSON.parse(found));
    // Whoever had a transaction open has it no longer.
    if (this.#entries.length > 0 && !this.#entries.at(-1).reopened) this.#entries.push({ reopened: true });
    this.#open = this.#entries.findLast(({ request }) => request?.type === "check")?.request.step;
  }

  clear() {
    this.#entries = [];
    this.#size = 0;
    this.#told = false;
    this.#open = this.#running = undefined;
    this.#asked.clear();
    this.#waiting.clear();
  }

  /** Before the engine takes a message. */
  note(request, bytes, id) {
    if (request.type === "resetLab") return this.clear();
    const waits = request.type === "cancel" && this.#entries.indexOf(this.#waiting.get(request.run));
    if (waits >= 0 && waits !== false) {
      // Whoever does it again numbers messages as the entries stand here.
      this.#entries.push({ request: { type: "cancel", run: waits + 1 } });
      this.#told = false;
    } else if (request.type === "cancel" && this.#running) {
      this.#running.canceled = this.#running.done;
      this.#told = false;
    }
    if (!NOTED.has(request.type) || (request.type === "check" && request.step === this.#open)) return;
    if (request.type === "check") this.#open = request.step;
    this.#told = false;
    // A long file is told by its length alone before it is written down a second and a third time.
    this.#size += ((bytes?.length ?? 0) * 4) / 3 + (request.text?.length ?? 0);
    // What came in pieces is longer than that.
    if (request.call?.upload != null) this.#size += MOST + 1;
    const entry = { request };
    if (this.#size <= MOST) {
      if (bytes) entry.bytes = toBase64(new Uint8Array(bytes));
      this.#size += JSON.stringify({ ...request, text: "" }).length;
    }
    if (this.#size > MOST) return void (this.#entries = []);
    this.#entries.push(entry);
    if (["run", "aws", "call"].includes(request.type)) this.#asked.set(id, entry);
    if (request.type === "run") {
      this.#running = entry;
      Object.defineProperty(entry, "done", { value: 0, writable: true }); // not written down
    }
  }

  /** Hears what the engine tells: how far a script came, and what had no effect. */
  hear(event) {
    const text = typeof event === "string" ? event : event[0];
    const [, id, type] = /^\{"id":(\d+),"event":\{"type":"(\w+)"/.exec(text) ?? [];
    const entry = this.#asked.get(Number(id));
    if (!entry) return;
    if (type === "waiting") this.#waiting.set(Number(id), entry);
    else this.#waiting.delete(Number(id));
    if (type === "statementDone") entry.done += 1;
    const failed = type === "statementFailed" || type === "callFailed" || (type === "awsDone" && !/"code":0\b/.test(text));
    if (failed) {
      entry.failed = entry.done ?? 0;
      this.#told = false;
    }
    if (["statementFailed", "awsDone", "called", "callFailed"].includes(type)) this.#asked.delete(Number(id));
  }

  over() {
    this.#running = undefined;
  }

  /** The message that keeps it, where the workspace does not know it yet. */
  message() {
    if (this.#told) return undefined;
    this.#told = true;
    const value = JSON.stringify({ entries: this.#entries, size: this.#size });
    return JSON.stringify({ id: 0, request: { type: "keep", key: KEY, value } });
  }

  /** What was done; throws when it was too much to keep. */
  entries() {
    if (this.#size > MOST) throw new Error("More was done here than fits into a file; reset the lab and walk it once more.");
    return this.#entries;
  }

  /** The file that a learner hands in. */
  submission(learner, testimony) {
    const body = JSON.stringify({ learner, testimony, journal: this.entries() });
    return JSON.stringify({ sandshift: "submission", version: 1, seal: fingerprint(body), body });
  }
}

/** FNV-1a over the text's bytes and a zero: tells that a file was changed, as the grader reckons it. */
function fingerprint(text) {
  let hash = 0xcbf29ce484222325n;
  const add = (byte) => (hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n));
  for (const byte of new TextEncoder().encode(text)) add(byte);
  add(0);
  return hash.toString(16).padStart(16, "0");
}
