// Where a workspace outlives its tab: IndexedDB, one transaction per save, blocks first, the manifest last.
//
// Without IndexedDB (private mode, blocked storage) the same store works in memory and says so. A second tab
// on the same workspace may look and try, but does not write.

const DATABASE = "sandshift";
const VERSION = 1;

export class Store {
  #workspace;
  #database; // undefined: memory only
  #memory = { manifest: undefined, blocks: new Map() };
  #readOnly = false;
  /** Block numbers the store holds: a Map, because that is what the engine asks. */
  known = new Map();

  constructor(workspace, database, readOnly) {
    this.#workspace = workspace;
    this.#database = database;
    this.#readOnly = readOnly;
  }

  /** Opens the workspace's store and tells what kind it is, as the protocol's StorageState. */
  static async open(workspace) {
    let database;
    let storage = { type: "kept" };
    try {
      // Programs that want an account for once give it no name.
      if (workspace === "") throw new Error("nobody asked to keep it");
      database = await openDatabase();
    } catch (error) {
      storage = { type: "memoryOnly", reason: String(error?.message ?? error) };
    }
    const first = database === undefined || (await claim(workspace));
    if (!first) storage = { type: "secondTab" };
    return { store: new Store(workspace, database, !first), storage };
  }

  /** What is stored: `manifest` (undefined when there is nothing) and `blocks`, number to bytes. */
  async read() {
    if (!this.#database) return this.#memory;
    const transaction = this.#database.transaction(["manifests", "blocks"]);
    const range = this.#range();
    const [manifest, keys, values] = await Promise.all([
      result(transaction.objectStore("manifests").get(this.#workspace)),
      result(transaction.objectStore("blocks").getAllKeys(range)),
      result(transaction.objectStore("blocks").getAll(range)),
    ]);
    const blocks = new Map(keys.map(([, number], at) => [number, values[at]]));
    // What a second tab reads is the first one's; from here on it goes its own way, in memory.
    if (this.#readOnly) this.#memory = { manifest, blocks };
    return { manifest, blocks };
  }

  /** Remembers which blocks are stored; the bytes themselves stay where they are. */
  hold({ manifest, blocks }) {
    this.known = new Map([...blocks.keys()].map((number) => [number, true]));
    if (manifest === undefined) this.known.clear();
  }

  /** Stores `[manifest, [[number, bytes]], live]`: all of it, or nothing. */
  async write([manifest, blocks, live]) {
    const alive = new Set(live);
    const dead = [...this.known.keys()].filter((number) => !alive.has(number));
    if (!this.#database || this.#readOnly) {
      this.#memory.manifest = manifest;
      for (const [number, bytes] of blocks) this.#memory.blocks.set(number, bytes);
      for (const number of dead) this.#memory.blocks.delete(number);
    } else {
      const transaction = this.#database.transaction(["manifests", "blocks"], "readwrite");
      const shelf = transaction.objectStore("blocks");
      for (const [number, bytes] of blocks) shelf.put(bytes, [this.#workspace, number]);
      for (const number of dead) shelf.delete([this.#workspace, number]);
      transaction.objectStore("manifests").put(manifest, this.#workspace);
      await done(transaction);
    }
    for (const [number] of blocks) this.known.set(number, true);
    for (const number of dead) this.known.delete(number);
  }

  /** Puts a whole other workspace in this one's place. */
  async replace(manifest, blocks) {
    await this.clear();
    await this.write([manifest, [...blocks], [...blocks.keys()]]);
  }

  async clear() {
    this.known.clear();
    this.#memory = { manifest: undefined, blocks: new Map() };
    if (!this.#database || this.#readOnly) return;
    const transaction = this.#database.transaction(["manifests", "blocks"], "readwrite");
    transaction.objectStore("blocks").delete(this.#range());
    transaction.objectStore("manifests").delete(this.#workspace);
    await done(transaction);
  }

  /** The database can no longer be written (quota): what was read goes on in memory. */
  async leave() {
    this.#memory = await this.read().catch(() => this.#memory);
    this.#database = undefined;
    this.known = new Map([...this.#memory.blocks.keys()].map((number) => [number, true]));
  }

  #range() {
    return IDBKeyRange.bound([this.#workspace, 0], [this.#workspace, Number.MAX_VALUE]);
  }
}

function openDatabase() {
  if (typeof indexedDB === "undefined") return Promise.reject(new Error("this browser offers no IndexedDB"));
  const request = indexedDB.open(DATABASE, VERSION);
  request.onupgradeneeded = () => {
    request.result.createObjectStore("manifests");
    request.result.createObjectStore("blocks");
  };
  return new Promise((resolve, reject) => {
    request.onsuccess = () => {
      // A newer Sandshift in another tab may want to change the store: let it.
      request.result.onversionchange = () => request.result.close();
      resolve(request.result);
    };
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error("another tab keeps an old version of the store open"));
  });
}

/** True when this tab is the only one on the workspace; it stays so until it is closed. */
function claim(workspace) {
  if (!self.navigator?.locks) return Promise.resolve(true);
  return new Promise((resolve) => {
    const held = navigator.locks.request(`sandshift:${workspace}`, { ifAvailable: true }, (lock) => {
      resolve(lock !== null);
      // The lock is held until the worker ends.
      return lock === null ? undefined : new Promise(() => {});
    });
    held.catch(() => resolve(true));
  });
}

function result(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function done(transaction) {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onerror = () => reject(transaction.error);
    transaction.onabort = () => reject(transaction.error ?? new Error("the store was full"));
  });
}
