// An account in a worker of its own, asked by messages. One thing is done at a time, in the order in which it was asked.

import { ArrowStream } from "./arrow.js";
import { AwsError, EngineError, SqlError } from "./errors.js";
import { arrays, micros, objects } from "./values.js";

/** Rows that are fetched from the worker at once, and make one batch of an Arrow stream. */
const PIECE = 8192;

export class Sandbox {
  #worker;
  #last = 0;
  /** By a message's number: what hears its answers, and what is told that there will be none. */
  #waiting = new Map();
  #turn = Promise.resolve();
  #closed;
  #onEvent;
  #account;
  #storage;

  /** Opens an account: a new one, or the one kept in this browser under the name `keep`. */
  static async open({ keep, start = "course-warehouse", worker, onDownload, onEvent } = {}) {
    const sandbox = new Sandbox();
    sandbox.#onEvent = onEvent;
    sandbox.#listen(worker ?? new Worker(new URL("./worker.js", import.meta.url), { type: "module", name: "sandshift" }), onDownload);
    const workspace = keep === undefined ? "" : `api:${keep}`;
    try {
      await sandbox.#ask({ type: "open", workspace, lab: null, start }, (event) => event.type === "opened");
    } catch (error) {
      sandbox.close();
      throw error;
    }
    return sandbox;
  }

  /** Who there is, what time it is there, what everything would have cost: as of the last answer. */
  get account() {
    return this.#account;
  }

  /** Where the account is kept. */
  get storage() {
    return this.#storage;
  }

  /** Runs a script as a user of the warehouse. What the last statement answered, and what each did. */
  sql(text, { user = "admin", onProgress, signal, format = "objects", maxRows = Infinity } = {}) {
    if (!SHAPES[format]) return Promise.reject(new EngineError(`format is one of ${Object.keys(SHAPES).join(", ")}`, "NOT_KNOWN"));
    return this.#inTurn((letOthers) => this.#run(text, { user, onProgress, signal, format, maxRows }, letOthers));
  }

  /** Talks to the cluster or workgroup of this name from now on. */
  choose(warehouse) {
    return this.#inTurn(async () => {
      await this.#ask({ type: "choose", warehouse }, (event) => event.type === "account");
      const known = this.#account.warehouses.find(({ name }) => name === warehouse);
      if (!known) throw new EngineError(`there is no cluster or workgroup ${warehouse}`, "NOT_KNOWN");
      return known;
    });
  }

  /** Calls an operation of AWS as an IAM user; `Body` travels as bytes, both ways. */
  aws(service, operation, params = {}, { principal = "learner", region = null } = {}) {
    return this.#inTurn(async () => {
      const { Body, ...parameters } = params;
      const body = Body === undefined ? undefined : typeof Body === "string" ? new TextEncoder().encode(Body) : Uint8Array.from(Body);
      const call = { principal, service, operation, parameters, region };
      const called = this.#ask({ type: "call", call }, (event, bytes) => {
        if (event.type === "callFailed") throw new AwsError(event.failure);
        return event.type === "called" && { value: event.value, bytes };
      }, body);
      const id = this.#last;
      const { value, bytes } = await called;
      return bytes === undefined ? value : { ...value, Body: await this.#whole(id, bytes, value.ContentLength) };
    });
  }

  /** All bytes of an object: the first came with the answer to message `of`, what follows is asked for piece by piece. */
  async #whole(of, first, length = first.length) {
    if (first.length >= length) return first;
    const all = new Uint8Array(length);
    all.set(first);
    for (let got = first.length; got < length; ) {
      const more = this.#ask({ type: "more", of }, (event, bytes) => event.type === "kept" && { bytes });
      of = this.#last;
      const { bytes } = await more;
      all.set(bytes, got);
      got += bytes.length;
    }
    return all;
  }

  /** One line of the terminal, as an IAM user: what it printed. */
  cli(line, { principal = "learner" } = {}) {
    return this.#inTurn(async () => {
      const words = line.trim().replace(/^aws\s+/, "");
      const { stdout, stderr, code } = await this.#ask({ type: "aws", principal, line: words }, (event) => event.type === "awsDone" && event);
      return { stdout, stderr, code };
    });
  }

  /** Puts a file on the learner's machine, where the terminal finds it. */
  upload(path, text) {
    return this.#inTurn(async () => void (await this.#ask({ type: "upload", path, text }, (event) => event.type === "kept")));
  }

  /** Lets simulated time pass: `"8h"`, milliseconds, or until something happens by itself. */
  advance(duration) {
    const length = duration === undefined ? null : micros(duration);
    if (length === undefined) return Promise.reject(new EngineError(`${duration} is no duration; "8h", "1d 12h" and milliseconds are`, "NOT_KNOWN"));
    return this.#inTurn(async () => {
      let passed;
      await this.#ask({ type: "advance", micros: length }, (event) => {
        if (event.type === "timePassed") passed = event;
        // The new time is told next.
        return event.type === "account";
      });
      const { happenings, earlier } = passed;
      return { now: this.#account.now, happenings: happenings.map(({ at, ...rest }) => ({ at: instant(at), ...rest })), earlier };
    });
  }

  /** The whole account as one file's bytes. */
  export() {
    return this.#inTurn(async () => {
      const { base64 } = await this.#ask({ type: "exportWorkspace" }, (event) => event.type === "workspaceExported" && event);
      return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    });
  }

  /** Puts an exported account in this one's place. */
  import(bytes) {
    return this.#inTurn(async () => {
      const all = new Uint8Array(bytes);
      let text = "";
      for (let at = 0; at < all.length; at += 0x8000) text += String.fromCharCode(...all.subarray(at, at + 0x8000));
      await this.#ask({ type: "importWorkspace", base64: btoa(text) }, (event) => event.type === "opened");
    });
  }

  /** Ends the worker. What is kept stays kept. */
  close() {
    this.#end(new EngineError("this sandbox is closed", "CLOSED"));
  }

  /* ---------- a script ---------- */

  async #run(text, { user, onProgress, signal, format, maxRows }, letOthers) {
    signal?.throwIfAborted();
    const statements = [];
    const fetched = [];
    let failure;
    let running = "";
    let run;
    const cancel = () => this.#post({ type: "cancel", run });
    signal?.addEventListener("abort", cancel, { once: true });
    try {
      run = this.#last + 1;
      await this.#ask({ type: "run", user, text }, (event) => {
        switch (event.type) {
          case "statementStarted":
            running = event.text;
            return;
          case "progress":
            return void onProgress?.({ statement: event.index, rows: event.rows, total: event.total ?? undefined, elapsedMs: event.elapsedMs });
          case "waiting":
            // Whoever is waited for must be able to let go.
            letOthers();
            return void onProgress?.({ statement: event.index, rows: 0, elapsedMs: 0, waiting: event.on });
          case "statementDone": {
            const statement = done(running, event.result);
            statements.push(statement);
            // Fetched while the script goes on: the worker keeps the newest results only.
            const rows = this.#rows(statement, event.result.rows, format, maxRows);
            rows.catch(() => {});
            return void fetched.push(rows);
          }
          case "statementFailed":
            failure = event.error;
            return;
          case "finished":
            return true;
        }
      });
      await Promise.all(fetched);
    } finally {
      signal?.removeEventListener("abort", cancel);
    }
    if (signal?.aborted) throw signal.reason;
    if (failure) throw new SqlError(failure, running, statements);
    const last = statements.at(-1) ?? done("", { tag: "", notices: [] });
    return { ...last, statements };
  }

  async #rows(statement, rows, format, most) {
    const [begin, add, finish] = SHAPES[format];
    let made = begin(statement.columns);
    if (rows) {
      const end = Math.min(rows.count, most);
      made = add(made, statement.columns, rows.first.slice(0, end));
      for (let from = rows.first.length; from < end; from += PIECE) {
        const count = Math.min(PIECE, end - from);
        const piece = await this.#ask({ type: "rows", result: rows.result, from, count }, (event) => event.type === "rows" && event.rows);
        made = add(made, statement.columns, piece);
      }
    }
    Object.assign(statement, finish(made));
  }

  /* ---------- messages ---------- */

  #inTurn(act) {
    let letOthers;
    const early = new Promise((resolve) => (letOthers = resolve));
    const done = this.#turn.then(() => act(letOthers));
    this.#turn = Promise.race([early, done.catch(() => {})]);
    return done;
  }

  /** Sends a request; `hear` is given each event that answers it until it gives something, or throws. */
  #ask(request, hear, bytes) {
    return new Promise((resolve, reject) => {
      if (this.#closed) return reject(this.#closed);
      const id = this.#post(request, bytes);
      this.#waiting.set(id, {
        reject,
        hear: (event, bytes) => {
          try {
            if (event.type === "unreadable") throw new EngineError(event.message, "UNREADABLE");
            if (event.type === "failed") throw new EngineError(event.message, "REFUSED", event.hint);
            const answer = hear(event, bytes);
            if (!answer) return;
            resolve(answer);
          } catch (error) {
            reject(error);
          }
          this.#waiting.delete(id);
        },
      });
    });
  }

  #post(request, bytes) {
    this.#last += 1;
    const text = JSON.stringify({ id: this.#last, request });
    if (bytes) this.#worker.postMessage([text, bytes], [bytes.buffer]);
    else this.#worker?.postMessage(text);
    return this.#last;
  }

  #listen(worker, onDownload) {
    this.#worker = worker;
    worker.onmessage = ({ data }) => {
      const [text, bytes] = typeof data === "string" ? [data] : data;
      const { id, event, download } = JSON.parse(text);
      if (download) return onDownload?.(download);
      if (event.account) this.#account = told(event.account);
      if (event.storage) this.#storage = event.storage;
      this.#waiting.get(id)?.hear(event, bytes);
      if (event.type === "recovered") this.#lost(new EngineError(event.message, "RESTARTED", "The engine goes on from what was committed."));
      // Either something could not be done in passing, or the engine could not be restarted: then it answers nothing more.
      if (id === 0 && (event.type === "failed" || event.type === "unreadable")) {
        this.#ask({ type: "names", user: "admin" }, (answer) => answer.type === "names").catch(() => {
          this.#lost(new EngineError(event.message, "RESTARTED", event.hint));
        });
      }
      if (id === 0 || event.type === "checks") this.#onEvent?.(event);
    };
    worker.onerror = (event) => this.#end(new EngineError(event.message || "the worker could not be loaded", "NO_WORKER"));
  }

  /** Nobody answers what has been asked so far. */
  #lost(error) {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }

  #end(error) {
    this.#closed ??= error;
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#lost(this.#closed);
  }
}

/** How rows are handed out: begin, add cells, end. */
const SHAPES = {
  objects: [() => [], (rows, columns, cells) => rows.concat(objects(columns, cells)), (rows) => ({ rows })],
  arrays: [() => [], (rows, columns, cells) => rows.concat(arrays(columns, cells)), (rows) => ({ rows })],
  text: [() => [], (rows, _, cells) => rows.concat(cells), (rows) => ({ rows })],
  arrow: [
    (columns) => new ArrowStream(columns),
    (stream, _, cells) => {
      stream.add(cells);
      return stream;
    },
    (stream) => ({ rows: [], arrow: stream.end() }),
  ],
};

/** What a statement did, without its rows. */
function done(text, result) {
  return {
    text,
    tag: result.tag,
    notices: result.notices,
    columns: (result.rows?.columns ?? []).map(({ name, dataType }) => ({ name, type: dataType })),
    rows: [],
    rowCount: result.rows?.count ?? result.rowsAffected ?? 0,
    elapsedMs: result.elapsedMs ?? 0,
    blocksRead: result.blocksRead ?? 0,
    blocksSkipped: result.blocksSkipped ?? 0,
  };
}

const instant = (at) => new Date(at / 1000);

function told({ now, users, principals, clusterStatus, region, billMicros, warehouse, warehouses }) {
  return { now: instant(now), users, principals, clusterStatus, region, warehouse, warehouses, bill: billMicros / 1_000_000 };
}
