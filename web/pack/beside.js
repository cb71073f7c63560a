// What the worker of the one-file page needs: the page hands it over, because from `file:` nothing can be fetched.

import { make as engine } from "glue:engine";
import { make as formats } from "glue:formats";
import { make as learning } from "glue:learning";
import { make as digest } from "glue:digest";
import { unpacked } from "./unpack.js";

const GLUES = { engine, formats, learning, digest };

/** By name: the bytes as the page holds them, packed. Comes before the first message that the worker is meant to see. */
const files = new Promise((resolve) => {
  self.addEventListener("message", function take(event) {
    if (!event.data?.files) return;
    event.stopImmediatePropagation();
    self.removeEventListener("message", take);
    resolve(event.data.files);
  });
});

export async function glue(part) {
  return GLUES[part]();
}

export const wasm = (part) => file(`${part}_bg.wasm`);

export const state = (name) => file(`states/${name}.bin`);

async function file(name) {
  const held = (await files)[name];
  return held === undefined ? new Response(null, { status: 404 }) : unpacked(held, "application/wasm");
}
