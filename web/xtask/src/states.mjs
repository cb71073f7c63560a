// Makes the named states in which labs begin, with the engine that will read them: an account is read in less time
// than it is made. Arguments: the folder with engine.js and engine_bg.wasm, and where to write.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [bound, out] = process.argv.slice(2).map((path) => resolve(path));
const engine = await import(pathToFileURL(join(bound, "engine.js")));
engine.initSync({ module: readFileSync(join(bound, "engine_bg.wasm")) });
mkdirSync(out, { recursive: true });
for (const name of engine.stateNames()) {
  const [manifest, blocks] = engine.state(name);
  writeFileSync(join(out, `${name}.bin`), pack(manifest, blocks));
}

/** As `worker.js` packs a workspace: "SANDSHIFT1", then manifest and blocks, each with its number and length. */
function pack(manifest, blocks) {
  const parts = [Buffer.from("SANDSHIFT1")];
  for (const [number, bytes] of [[0, manifest], ...blocks]) {
    const head = Buffer.alloc(12);
    head.writeDoubleLE(number, 0);
    head.writeUInt32LE(bytes.length, 8);
    parts.push(head, bytes);
  }
  return Buffer.concat(parts);
}
