// Where the worker finds what is not in it. On a site each is a file beside this one; the one-file page and the npm
// package are bundled with a module of this shape in its place (web/pack/beside.js, web/npm/src/beside.js).

/** Whole names, because a build that renames files looks for them. */
const PLACES = {
  engine: ["./engine.js", "./engine_bg.wasm"],
  formats: ["./formats.js", "./formats_bg.wasm"],
  learning: ["./learning.js", "./learning_bg.wasm"],
  digest: ["./digest.js", "./digest_bg.wasm"],
};
const copies = {};

/** The wasm-bindgen module of a part. Each call gives a copy of its own, because it keeps its instance in a variable. */
export function glue(part) {
  const [place] = PLACES[part];
  copies[part] = (copies[part] ?? 0) + 1;
  return import(copies[part] === 1 ? place : `${place}?instance=${copies[part]}`);
}

/** A part's WebAssembly, as a response. */
export function wasm(part) {
  return fetch(new URL(PLACES[part][1], import.meta.url));
}

/** The account in which labs begin under this name, as a response. */
export function state(name) {
  return fetch(new URL(`./states/${name}.bin`, import.meta.url));
}
