// What was done in a workspace, as a folder of scripts for a real account. The journal says what was done; an account
// that nobody has touched says what it began with; the module that knows labs (`web/digest`) writes the scripts. Fetched
// when somebody asks for it, like that module.

import { fromBase64 } from "./file.js";
import { zipPacked } from "./zip.js";

/**
 * The folder as the bytes of a zip file. `glue` makes engines, `engine` has the workspace that was opened with `request`,
 * `untouched` is the state it began in, where the site has it; `reader` is the module that writes.
 */
export async function takeOut({ glue, reader, engine, untouched, request: { lab, start }, journal }) {
  const message = JSON.stringify({ id: 0, request: { type: "open", workspace: "", lab, start } });
  const storage = JSON.stringify({ type: "kept" });
  const account = new Account(new glue.Engine(message, undefined, untouched?.blocks ?? new Map(), storage, untouched?.manifest));
  try {
    const { value } = new Account(engine).call("sandbox", "Bill", {});
    const order = { lab, start, journal, price: value.Micros / 1_000_000 };
    const { name, texts, sent, disk } = JSON.parse(reader.takeOut(JSON.stringify(order), account));
    const inside = (path) => `${name}/${path}`;
    const files = new Map(texts.map(([path, text]) => [inside(path), new TextEncoder().encode(text)]));
    for (const [path, at] of sent) files.set(inside(`data/${path}`), fromBase64(journal[at].bytes));
    for (const path of disk) files.set(inside(`data/${path}`), account.file(`/data/${path}`));
    return new Uint8Array(await (await zipPacked(files, /\.sh$/)).arrayBuffer());
  } finally {
    account.free();
  }
}

/** An account that is asked in passing. */
class Account {
  #engine;

  constructor(engine) {
    this.#engine = engine;
    engine.events();
  }

  /** The rows of a query, as JSON; throws what the engine says of it. */
  rows(text) {
    const events = this.#ask({ type: "run", user: "admin", text });
    const failed = events.find(({ type }) => type === "statementFailed");
    if (failed) throw new Error(`${text}: ${failed.error.message}`);
    const { rows } = events.findLast(({ type }) => type === "statementDone").result;
    if (!rows) return "[]";
    const [all] = this.#ask({ type: "rows", result: rows.result, from: 0, count: rows.count });
    return JSON.stringify(all.rows);
  }

  /** The learner's own files, by path. */
  files() {
    const { value } = this.call("sandbox", "Files", {});
    return value.Files.map(({ Path }) => Path);
  }

  /** The bytes of one, by way of a bucket: nothing else in an account reads bytes. */
  file(path) {
    const Bucket = "sandshift-takeout";
    this.#ask({ type: "aws", principal: "learner", line: `aws s3 mb s3://${Bucket}` });
    this.call("s3api", "PutObject", { Bucket, Key: "file", Body: path });
    return this.call("s3api", "GetObject", { Bucket, Key: "file" }).bytes;
  }

  free() {
    this.#engine.free();
  }

  /** A call as the console makes it. */
  call(service, operation, parameters) {
    const call = { principal: "learner", service, operation, parameters, region: null };
    const answer = this.#ask({ type: "call", call }).find(({ type }) => type === "called" || type === "callFailed");
    if (answer.type === "callFailed") throw new Error(answer.failure.message);
    return answer;
  }

  #ask(request) {
    this.#engine.take(JSON.stringify({ id: 1, request }));
    while (this.#engine.isRunning()) this.#engine.step(1000);
    return this.#engine.events().map((event) => {
      const [text, bytes] = typeof event === "string" ? [event] : event;
      return { ...JSON.parse(text).event, bytes };
    });
  }
}
