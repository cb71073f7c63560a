// Brings what a former version stored into the present form. The module `formats` knows every form that there was; it
// is fetched when the engine refuses one as too old. What is stored stays as it is until the next save has written the
// new form in its place, in one transaction.

import { fetchModule } from "./modules.js";

/** Where columns end and what has a form of its own (objects, files, snapshots) begins, as `engine/src/sandbox/save.rs` numbers it. */
const APART = 2 ** 50;
const FILES = 2 * APART;
const SNAPSHOTS = 3 * APART;
/** What a trained model in S3 begins with; other objects are their owner's, as they are. */
const MODEL = new TextEncoder().encode("sandshift-model\n");

/** `held` in the present form. Throws what the engine has thrown when it is not that it is old, or cannot be renewed. */
export async function renewed(held, thrown) {
  const format = former(thrown);
  if (format === undefined) throw thrown;
  const module = await fetchModule("formats");
  const renew = (number, bytes) => {
    const job = module.begin(task(format, number, bytes));
    try {
      if (job.step(Infinity) !== -1) throw thrown;
      return job.take();
    } finally {
      job.free();
    }
  };
  const manifest = renew(0, held.manifest);
  const [blocks, known] = [new Map(held.blocks), new Map(held.known)];
  for (const [number, bytes] of held.blocks) {
    const isModel = number >= APART && number < FILES && MODEL.every((byte, at) => bytes[at] === byte);
    if (number < SNAPSHOTS && !isModel) continue;
    blocks.set(number, renew(number, bytes));
    // What the store has under this number is the former form's: to be written anew.
    known.set(number, false);
  }
  return { manifest, blocks, known };
}

/** The number of the form, when it is a former one that was refused. */
function former(thrown) {
  const event = typeof thrown === "string" && thrown.startsWith("{") ? JSON.parse(thrown) : {};
  return event.why?.type === "older" ? event.why.format : undefined;
}

/** As `Task::Renew` is written (`engine/extension/src/formats.rs`). */
function task(format, number, bytes) {
  const task = new Uint8Array(25 + bytes.length);
  const view = new DataView(task.buffer);
  view.setUint8(0, 7);
  [format, number, bytes.length].forEach((value, at) => view.setBigUint64(1 + 8 * at, BigInt(value), true));
  task.set(bytes, 25);
  return task;
}
