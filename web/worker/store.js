// Where a workspace outlives its tab: IndexedDB, one transaction per save, blocks first, the manifest last.
//
// Without IndexedDB (private mode, blocked storage) the same store works in memory and says so. A second tab
// on the same workspace may look and try, but does not write. What the browser refuses to write (its storage is
// full) waits in memory and is offered again with the next save: a save is written whole or not at all, so what
// is stored is an older state and never half of one.

import { claim, wait } from "./lock.js";

const DATABASE = "sandshift";
const VERSION = 1;
/** Milliseconds after which a database that does not answer counts as one that cannot be had. */
const PATIENCE = 10_000;
/** Bytes that are given to the browser at once. */
const BATCH = 8 << 20;

export class Store {
  /** The protocol's StorageState. */
  state = { type: "kept" };
  /** Block numbers the database holds, true where they are as the engine would write them: a Map, as the engine asks. */
  known = new Map();
  #workspace;
  #database; // undefined: memory only
  #memory = { manifest: undefined, blocks: new Map() };
  // What the database refused: the newest manifest, and every block it speaks of that is not stored.
  #pending;
  // Who wrote last: where two tabs cannot see each other's locks, the one who finds another's mark gives way.
  #turn;
  #leave = () => {};
  #vacated; // told when the tab that had the workspace is gone

  constructor(workspace) {
    this.#workspace = workspace;
  }

  /** `vacated(store)` is called when a second tab may have the workspace for itself; then `inherit` is to be asked. */
  static async open(workspace, vacated = () => {}) {
    const store = new Store(workspace);
    try {
      // Programs that want an account for once give it no name.
      if (workspace === "") throw new Error("nobody asked to keep it");
      store.#database = await openDatabase();
    } catch (error) {
      // What is nowhere but here is nobody else's.
      store.state = { type: "memoryOnly", reason: said(error) };
      return store;
    }
    store.#vacated = vacated;
    const leave = await claim(workspace);
    if (leave) store.#leave = leave;
    else store.#wait();
    return store;
  }

  /** Looks on in memory, until the tab that has the workspace is gone. */
  #wait() {
    this.state = { type: "secondTab", gone: false };
    const given = new AbortController();
    this.#leave = () => given.abort();
    void wait(this.#workspace, given.signal).then((leave) => {
      if (!leave) return;
      this.#leave = leave;
      this.#vacated(this);
    });
  }

  /**
   * The workspace is this tab's now. True when nothing was stored since it was read: what is here is wanted whole
   * (`replace`). Else what is stored is to be read, unless something was done here (`acted`), for that would be lost.
   */
  async inherit(acted) {
    const seen = this.#turn;
    this.#database = await openDatabase();
    const { manifest, blocks } = await this.#stored();
    const unchanged = this.#turn === seen;
    if (!unchanged && acted) {
      this.#give({ type: "secondTab", gone: true });
      // Whoever opens it anew goes on with it.
      this.#leave();
      return false;
    }
    this.known = manifest === undefined ? new Map() : new Map([...blocks.keys()].map((number) => [number, true]));
    this.#memory = { manifest: undefined, blocks: new Map() };
    this.state = { type: "kept" };
    return unchanged;
  }

  /** Lets others have the workspace. */
  close() {
    this.#leave();
    this.#database?.close();
  }

  /** What is stored: `manifest` (undefined when there is nothing), `blocks`, number to bytes, and what is `known`. */
  async read() {
    let held = this.#memory;
    if (this.#database) {
      try {
        held = await this.#stored();
      } catch (error) {
        // What cannot even be read must not be written over.
        this.#give({ type: "memoryOnly", reason: said(error) });
        held = this.#memory;
      }
    }
    // What a second tab reads is the first one's; from here on it goes its own way, in memory.
    if (this.state.type === "secondTab" && this.#database) {
      this.#give(this.state);
      this.#memory = held;
    }
    const known = new Map([...held.blocks.keys()].map((number) => [number, true]));
    if (!this.#pending) return { ...held, known };
    return { manifest: this.#pending.manifest, blocks: new Map([...held.blocks, ...this.#pending.blocks]), known };
  }

  /** Remembers which blocks are stored; the bytes themselves stay where they are. */
  hold({ manifest, known }) {
    this.known = manifest === undefined ? new Map() : known;
  }

  /**
   * Stores the manifest and blocks (`[number, bytes]`, made as they are asked for, and more than once if need be): all of
   * it, or nothing. False when that cannot be put upon what is stored, because another took its place: then the whole
   * workspace is wanted (`replace`).
   */
  async write(manifest, blocks, live) {
    const alive = new Set(live);
    const dead = [...this.known.keys()].filter((number) => !alive.has(number));
    if (!this.#database) {
      this.#memory.manifest = manifest;
      for (const [number, bytes] of blocks) this.#memory.blocks.set(number, bytes);
      for (const number of dead) this.#memory.blocks.delete(number);
    } else {
      try {
        await this.#commit((manifests, shelf, fail) => {
          this.#shelve(shelf, blocks, fail);
          for (const number of dead) shelf.delete([this.#workspace, number]);
          manifests.put(manifest, this.#workspace);
        });
      } catch (error) {
        if (await this.#lost(error)) return false;
        this.#pending = { manifest, blocks: new Map(blocks) };
        return true;
      }
    }
    for (const number of live) this.known.set(number, true);
    for (const number of dead) this.known.delete(number);
    return true;
  }

  /** Puts a whole other workspace in this one's place, in one transaction. */
  async replace(manifest, blocks) {
    this.known.clear();
    const numbers = [];
    if (this.#database) {
      try {
        await this.#commit((manifests, shelf, fail) => {
          shelf.delete(this.#range());
          this.#shelve(shelf, blocks, fail, numbers);
          manifests.put(manifest, this.#workspace);
        });
      } catch (error) {
        if (await this.#lost(error)) return this.replace(manifest, blocks);
        this.#pending = { manifest, blocks: new Map(blocks) };
        return;
      }
    } else {
      this.#memory = { manifest, blocks: new Map(blocks) };
      numbers.push(...this.#memory.blocks.keys());
    }
    for (const number of numbers) this.known.set(number, true);
  }

  /** Puts blocks on the shelf, some megabytes at a time: the next are made when those before are with the browser. */
  #shelve(shelf, blocks, fail, numbers = []) {
    const own = blocks instanceof Map;
    const rest = blocks[Symbol.iterator]();
    const go = () => {
      let request;
      for (let size = 0; size < BATCH; ) {
        const { done, value } = rest.next();
        if (done) return;
        const [number, bytes] = value;
        request = shelf.put(bytes, [this.#workspace, number]);
        size += bytes.length;
        numbers.push(number);
        if (!own) release(bytes);
      }
      request.onsuccess = () => {
        try {
          go();
        } catch (error) {
          fail(error);
        }
      };
    };
    go();
  }

  async clear() {
    this.known.clear();
    this.#pending = undefined;
    this.#memory = { manifest: undefined, blocks: new Map() };
    if (!this.#database) return;
    await this.#commit((manifests, shelf) => {
      shelf.delete(this.#range());
      manifests.delete(this.#workspace);
    });
  }

  /** Deletes every workspace of this site. */
  static async eraseAll() {
    const request = indexedDB.deleteDatabase(DATABASE);
    await inTime(new Promise((resolve, reject) => {
      request.onsuccess = () => resolve();
      request.onerror = () => reject(request.error);
    }));
  }

  async #stored() {
    const transaction = this.#database.transaction(["manifests", "blocks"]);
    const range = this.#range();
    const manifests = transaction.objectStore("manifests");
    const [manifest, turn, keys, values] = await Promise.all([
      result(manifests.get(this.#workspace)),
      result(manifests.get(this.#mark())),
      result(transaction.objectStore("blocks").getAllKeys(range)),
      result(transaction.objectStore("blocks").getAll(range)),
    ]);
    this.#turn = turn;
    return { manifest, blocks: new Map(keys.map(([, number], at) => [number, values[at]])) };
  }

  /** One transaction, on the disk before it is told, and only while nobody else has written since. */
  async #commit(change) {
    const transaction = this.#database.transaction(["manifests", "blocks"], "readwrite", { durability: "strict" });
    const manifests = transaction.objectStore("manifests");
    const next = `${performance.timeOrigin}.${performance.now()}.${Math.random()}`;
    let reason; // why it was ended from here
    const fail = (error) => {
      reason = error;
      transaction.abort();
    };
    const last = manifests.get(this.#mark());
    last.onsuccess = () => {
      try {
        if (last.result !== this.#turn) throw new Overtaken();
        change(manifests, transaction.objectStore("blocks"), fail);
        manifests.put(next, this.#mark());
      } catch (error) {
        fail(error);
      }
    };
    await new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(reason ?? transaction.error ?? new Error("the store was full"));
    });
    this.#turn = next;
    this.#pending = undefined;
    this.state = { type: "kept" };
  }

  /** Looks what a failed write means; true when there is another place now, in which nothing of the workspace is. */
  async #lost(error) {
    // Who makes the blocks is broken, not what keeps them.
    if (error instanceof WebAssembly.RuntimeError) throw error;
    if (error instanceof Overtaken) {
      this.#give({ type: "secondTab", gone: false });
      this.#leave();
      this.#wait();
      return true;
    }
    if (error?.name === "InvalidStateError") {
      // The connection was closed under us: the person deleted the site's data, or another tab did.
      try {
        this.#database = await openDatabase();
        await this.#stored();
        return true;
      } catch (second) {
        error = second;
      }
    }
    const full = error?.name === "QuotaExceededError";
    this.state = { type: "notSaved", full, reason: said(error) };
    return false;
  }

  /** Goes on in memory alone. */
  #give(state) {
    this.state = state;
    this.#database?.close();
    this.#database = undefined;
    this.known = new Map();
  }

  #mark() {
    return [this.#workspace, "turn"];
  }

  #range() {
    return IDBKeyRange.bound([this.#workspace, 0], [this.#workspace, Number.MAX_VALUE]);
  }
}

class Overtaken extends Error {}

/** Gives the memory of bytes back that nobody reads any more; a browser that cannot does so later. */
export function release(bytes) {
  bytes.buffer.transfer?.(0);
}

function openDatabase() {
  if (typeof indexedDB === "undefined" || indexedDB === null) {
    return Promise.reject(new Error("this browser offers no IndexedDB"));
  }
  const request = indexedDB.open(DATABASE, VERSION);
  request.onupgradeneeded = () => {
    request.result.createObjectStore("manifests");
    request.result.createObjectStore("blocks");
  };
  return inTime(new Promise((resolve, reject) => {
    request.onsuccess = () => {
      // A newer Sandshift in another tab may want to change the store, or somebody to delete it: let them.
      request.result.onversionchange = () => request.result.close();
      resolve(request.result);
    };
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error("another tab keeps an old version of the store open"));
  }));
}

function inTime(promise) {
  return Promise.race([
    promise,
    new Promise((_, reject) => setTimeout(() => reject(new Error("the browser's storage does not answer")), PATIENCE)),
  ]);
}

function said(error) {
  return String(error?.message || error?.name || error);
}

function result(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
