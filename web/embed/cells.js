// The engine of all cells of somebody's page, in a frame that nobody sees: the page needs neither a worker nor WebAssembly of
// its own, whatever host and policy it has.

import { Sandbox, SqlError } from "../npm/src/index.js";
import { parent } from "./parents.js";

/** By the account's beginning, for the cells of one page share an engine. */
const opened = new Map();
/** Scripts that have prepared an account, each once. */
const prepared = new Map();
const running = new Map();

const say = parent(hear);
say("ready", {});

function sandbox(start) {
  if (!opened.has(start)) {
    const opening = Sandbox.open({ start, onDownload: ({ loaded, total }) => say("download", { loaded, total }) });
    opened.set(start, opening);
    // Asked again, it is tried again.
    opening.catch(() => opened.delete(start));
  }
  return opened.get(start);
}

/** Runs a cell's preparation unless another cell has. */
function prepare(engine, start, setup) {
  const name = `${start}\n${setup}`;
  if (!prepared.has(name)) {
    const done = engine.sql(setup, { format: "text", maxRows: 0 });
    prepared.set(name, done);
    done.catch(() => prepared.delete(name));
  }
  return prepared.get(name);
}

async function hear(type, { id, text = "", user = "admin", start = "course-warehouse", setup = "", most = 200 }) {
  switch (type) {
    case "hello":
      return;
    case "cancel":
      return running.get(id)?.abort(new Error("canceled"));
    case "sql":
      break;
    default:
      return say("failed", { id, error: { message: `${type} is no message of this protocol` } });
  }
  const stop = new AbortController();
  running.set(id, stop);
  try {
    const engine = await sandbox(start);
    if (setup.trim() !== "") await prepare(engine, start, setup);
    const result = await engine.sql(text, {
      user,
      format: "text",
      maxRows: most,
      signal: stop.signal,
      onProgress: ({ rows, total, elapsedMs }) => say("progress", { id, rows, total, elapsedMs }),
    });
    say("result", { id, statements: result.statements });
  } catch (error) {
    const statements = error instanceof SqlError ? error.statements : [];
    const { message, code, sqlstate, detail, hint, line } = error;
    say("failed", { id, statements, canceled: stop.signal.aborted, error: { message, code, sqlstate, detail, hint, line } });
  } finally {
    running.delete(id);
  }
}
