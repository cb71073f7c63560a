// Where the worker of a published site finds what is not in it: as `beside.js`, with the engine's script bundled in,
// because a learner waits for every file that another one has to name first.

import { make } from "glue:engine";

/** Whole names, because a build that renames files looks for them. */
const PLACES = {
  engine: ["", "./engine_bg.wasm"],
  formats: ["./formats.js", "./formats_bg.wasm"],
  learning: ["./learning.js", "./learning_bg.wasm"],
  digest: ["./digest.js", "./digest_bg.wasm"],
};
const copies = {};

/** As in `beside.js`: each call gives a copy of its own. */
export async function glue(part) {
  if (part === "engine") return make();
  const [place] = PLACES[part];
  copies[part] = (copies[part] ?? 0) + 1;
  return import(copies[part] === 1 ? place : `${place}?instance=${copies[part]}`);
}

export const wasm = (part) => fetch(new URL(PLACES[part][1], import.meta.url));

export const state = (name) => fetch(new URL(`./states/${name}.bin`, import.meta.url));
