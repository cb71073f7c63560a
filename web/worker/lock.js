// Which tab has a workspace: the browser's own locks tell, and where there are none (a page of a plain `http` host is
// not given any) the tabs ask each other. Neither has to be believed: each save looks for the mark of the one before it
// (`store.js`), so a tab that took too long to answer gives way and nothing is written over.

/** Milliseconds that a worker which was just ended may still hold its workspace. */
const LINGERING = 1500;
/** Milliseconds in which a tab answers another that asks, and of silence after which it counts as gone. */
const ANSWER = 500;
const SILENCE = 5000;

/** What gives the workspace free again; undefined when another tab has it. */
export async function claim(workspace) {
  if (self.navigator?.locks) {
    // The worker of the page that was here before may not have ended yet.
    return (await lock(workspace, { ifAvailable: true })) ?? (await lock(workspace, { signal: AbortSignal.timeout(LINGERING) }));
  }
  // Nobody can be asked: who finds another's mark is the second.
  if (typeof BroadcastChannel === "undefined") return () => {};
  const talk = new Talk(workspace);
  if (await talk.take()) return () => talk.leave();
  talk.leave();
  return undefined;
}

/** What gives it free again, once it is this tab's; undefined when `signal` came first. */
export async function wait(workspace, signal) {
  if (self.navigator?.locks) return lock(workspace, { signal });
  if (typeof BroadcastChannel === "undefined") return undefined;
  const talk = new Talk(workspace);
  for (let silent = 0; !signal.aborted; ) {
    silent = (await talk.take(silent + ANSWER >= SILENCE)) ? silent + ANSWER : 0;
    if (talk.mine) return () => talk.leave();
    if (silent === 0) await talk.pause(SILENCE / 5);
  }
  talk.leave();
  return undefined;
}

function lock(workspace, options) {
  return new Promise((resolve) => {
    const held = self.navigator.locks.request(`sandshift:${workspace}`, options, (given) => {
      if (given === null) return resolve(undefined);
      // Held until the store is closed or the worker ends.
      return new Promise((leave) => resolve(leave));
    });
    held.catch((error) => resolve(error?.name === "TimeoutError" || error?.name === "AbortError" ? undefined : () => {}));
  });
}

/** A tab among those that have the same workspace open. */
class Talk {
  mine = false;
  #name = Math.random();
  #asking = false;
  #answered = false;
  #left = false; // somebody has said that it goes
  #wake = () => {};
  #channel;

  constructor(workspace) {
    this.#channel = new BroadcastChannel(`sandshift:${workspace}`);
    this.#channel.onmessage = ({ data: [what, who] }) => {
      // Of two that ask at once one is told that it is too late.
      if (what === "whose" && (this.mine || (this.#asking && this.#name < who))) this.#channel.postMessage(["mine", this.#name]);
      this.#answered ||= what === "mine";
      this.#left ||= what === "free";
      if (what === "free") this.#wake();
    };
  }

  /** Asks; true when nobody answered. It is this tab's then, unless one that is silent is to be given more time. */
  async take(surely = true) {
    const sure = surely || this.#left;
    [this.#asking, this.#answered, this.#left] = [true, false, false];
    this.#channel.postMessage(["whose", this.#name]);
    await new Promise((resolve) => setTimeout(resolve, ANSWER));
    this.#asking = false;
    this.mine = sure && !this.#answered;
    return !this.#answered;
  }

  /** Until somebody goes, or so many milliseconds. */
  pause(time) {
    return new Promise((resolve) => {
      this.#wake = resolve;
      setTimeout(resolve, time);
    });
  }

  leave() {
    if (this.mine) this.#channel.postMessage(["free", this.#name]);
    this.mine = false;
    this.#channel.close();
  }
}
