// The modules beside the engine: fetched when the engine, or the worker itself, first has work for one.

import * as beside from "./beside.js";

// By name: a module that is there, {} while it is fetched, or {error} until somebody has been told.
const modules = new Map();

/** What `extension.rs` calls, in the middle of the engine's work: nothing here may wait. */
self.sandshift = {
  begin(name, task) {
    const held = modules.get(name);
    if (held?.begin) return new GuardedJob(name, held.begin(task));
    if (held?.error) {
      modules.delete(name);
      throw held.error;
    }
    if (!held) {
      modules.set(name, {});
      fetchModule(name).then(
        (module) => modules.set(name, module),
        (error) => modules.set(name, { error }),
      );
    }
    return undefined;
  },
};

/** Going to a later step solves those before it at once, which cannot wait for a module in the middle. `text` names them. */
export async function fetchBeside(text) {
  if (!/\b(MODEL|COPY|UNLOAD|EXTERNAL)\b/i.test(text)) return;
  const missing = ["formats", "learning"].filter((name) => !modules.get(name)?.begin);
  await Promise.all(missing.map((name) => fetchModule(name).then((module) => modules.set(name, module), (error) => modules.set(name, { error }))));
}

export async function fetchModule(name) {
  const [module, response] = await Promise.all([beside.glue(name), beside.wasm(name)]);
  await module.default({ module_or_path: response });
  return module;
}

/** A job whose module is fetched anew by the next one if it traps. */
class GuardedJob {
  constructor(name, job) {
    this.name = name;
    this.job = job;
  }

  step(budget) {
    try {
      return this.job.step(budget);
    } catch (error) {
      modules.delete(this.name);
      throw error;
    }
  }

  take() {
    return this.job.take();
  }

  free() {
    this.job.free();
  }
}
