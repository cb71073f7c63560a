// What the worker of the npm package needs. Every address stands whole in `new URL(..., import.meta.url)`, which is the
// form that Vite, webpack and the browser itself all know.

import { make as engine } from "glue:engine";
import { make as formats } from "glue:formats";
import { make as learning } from "glue:learning";

const GLUES = { engine, formats, learning };

const PLACES = {
  engine: new URL("./engine_bg.wasm", import.meta.url),
  formats: new URL("./formats_bg.wasm", import.meta.url),
  learning: new URL("./learning_bg.wasm", import.meta.url),
};

const STATES = {
  "course-warehouse": new URL("./course-warehouse.bin", import.meta.url),
  empty: new URL("./empty.bin", import.meta.url),
};

export const glue = async (part) => GLUES[part]();

export const wasm = (part) => fetch(PLACES[part]);

export const state = (name) => (STATES[name] ? fetch(STATES[name]) : new Response(null, { status: 404 }));
