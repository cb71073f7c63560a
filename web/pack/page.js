// Stands before `boot.js` in the one-file page: what that one fetches lies in the page itself, and what it starts is
// made of it. `pack.mjs` puts these two in the place of the browser's own.

import { unpacked } from "./unpack.js";

/** What lies in the page under a name, each in a `<script type="text/plain">` of its own. */
const held = (name) => document.getElementById(`file:${name}`)?.textContent;

const KINDS = { wasm: "application/wasm", json: "application/json", css: "text/css" };
const kind = (name) => KINDS[name.split(".").at(-1)] ?? "text/plain";

/** All that is text, by name: together it packs better. */
const texts = unpacked(held("texts"), KINDS.json).json();
let loaded = {};
texts.then((all) => (loaded = all));

/** The name of a file of the site, for what boot.js calls its address. */
function nameOf(address) {
  const here = new URL("./", document.baseURI).href;
  const { href } = new URL(address, document.baseURI);
  return href.startsWith(here) ? decodeURIComponent(href.slice(here.length)) : href;
}

async function packedFetch(address) {
  const name = nameOf(address?.url ?? address);
  const text = (await texts)[name];
  if (text !== undefined) return new Response(text, { headers: { "content-type": kind(name) } });
  const packed = held(name);
  if (packed !== undefined) return unpacked(packed, kind(name));
  return new Response(null, { status: 404, statusText: `${name} is not in this file` });
}

let script;

/** The one worker there is, with the files that it may want. */
class PackedWorker {
  /** The page's bindings ask whether they were given a worker. */
  static [Symbol.hasInstance] = (value) => value instanceof globalThis.Worker;

  constructor(_, { name }) {
    script ??= URL.createObjectURL(new Blob([held("worker.js")], { type: "text/javascript" }));
    const worker = new globalThis.Worker(script, { name });
    const wanted = document.querySelectorAll('script[data-for="worker"]');
    worker.postMessage({ files: Object.fromEntries([...wanted].map((each) => [each.id.slice("file:".length), each.textContent])) });
    return worker;
  }
}

/** Where markup finds a file: a link cannot be given bytes. Asked for when the page is drawn, and so has the texts. */
globalThis.sandshiftAddress = (name) => URL.createObjectURL(new Blob([loaded[name] ?? ""], { type: kind(name) }));

export { packedFetch as fetch, PackedWorker as Worker };
