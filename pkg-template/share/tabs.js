// @ts-check
/**
 * Quotas shared by the windows, workers and service workers of one origin: the ledger is a record in IndexedDB, stepped in one
 * transaction, and news goes by BroadcastChannel. No leader, no lock, and nothing held between two steps: a page that is hidden,
 * frozen or in the back-forward cache holds nobody up for longer than a transaction of its own.
 */
import { PolicyError, PolicyOptionError } from "../src/errors.js";
import { createListeners } from "./listeners.js";
import { advance } from "./record.js";

const STORE = "scopes";
/** Under load, and with ten tabs at once, a transaction takes some hundred ms. */
const PATIENCE = 1000;

/**
 * @param {import("../share-tabs.js").TabsOptions} [options]
 * @returns {import("../share.js").Coordinator}
 */
export function tabs(options) {
  const { name = "fetch-with-policy" } = options ?? {};
  if (typeof name !== "string" || name === "") throw new PolicyOptionError("name", "a string that is not empty");
  if (typeof document === "undefined" && typeof indexedDB === "undefined") {
    throw new PolicyOptionError(
      "coordinator",
      "tabs() only in a browser's window, worker or service worker",
      "tabs() shares quotas by IndexedDB and BroadcastChannel, which this host does not have. Call it in a browser only; on servers use fetch-with-policy/share/redis or fetch-with-policy/share/durable-object",
    );
  }
  const database = openDatabase(name);
  const channel = openChannel(name);
  return {
    patience: PATIENCE,
    async exchange(message, signal) {
      signal.throwIfAborted();
      const { reply, news } = await step(await database.open(), message, signal);
      if (news) channel.post(message.scope, message.client);
      return reply;
    },
    subscribe: channel.subscribe,
  };
}

/**
 * One step of the ledger, in one transaction. It counts only once the transaction is complete.
 * @param {IDBDatabase} database
 * @param {import("../share.js").ShareMessage} message
 * @param {AbortSignal} signal
 * @returns {Promise<ReturnType<typeof advance>>}
 */
function step(database, message, signal) {
  return new Promise((resolve, reject) => {
    // Durability costs a flush of the disk, and after a crash an empty ledger is as good.
    const transaction = database.transaction(STORE, "readwrite", { durability: "relaxed" });
    const stop = () => {
      reject(signal.reason);
      try {
        transaction.abort();
      } catch {
        // It is complete already.
      }
    };
    signal.addEventListener("abort", stop, { once: true });
    const end = () => signal.removeEventListener("abort", stop);
    const store = transaction.objectStore(STORE);
    const read = store.get(message.scope);
    /** @type {ReturnType<typeof advance> | undefined} */
    let result;
    read.onsuccess = () => {
      const now = Date.now();
      result = advance(read.result, message, now);
      store.put(result.record, message.scope);
      // Whoever is the first to use a scope again for long clears away what ended.
      if (read.result === undefined) sweep(store, now);
    };
    transaction.oncomplete = () => (end(), result === undefined ? reject(failed(undefined)) : resolve(result));
    transaction.onabort = transaction.onerror = () => (end(), reject(failed(transaction.error)));
  });
}

/** @param {IDBObjectStore} store @param {number} now */
function sweep(store, now) {
  const walk = store.openCursor();
  walk.onsuccess = () => {
    const cursor = walk.result;
    if (cursor === null) return;
    if (!(cursor.value?.until > now)) cursor.delete();
    cursor.continue();
  };
}

/** @param {unknown} cause */
const failed = (cause) => new PolicyError("share-failed", "IndexedDB did not keep the step", { cause });

/**
 * Opens the database at the first step, and again where the browser closed it: its data were cleared, or another version came.
 * @param {string} name
 */
function openDatabase(name) {
  /** @type {Promise<IDBDatabase> | undefined} */
  let opened;
  return {
    open() {
      opened ??= new Promise((resolve, reject) => {
        // An opaque origin refuses by a throw, a private window of some browsers by an error.
        const request = indexedDB.open(name, 1);
        request.onupgradeneeded = () => void request.result.createObjectStore(STORE);
        request.onsuccess = () => {
          const database = request.result;
          const forget = () => void (opened = undefined);
          database.onclose = forget;
          database.onversionchange = () => (database.close(), forget());
          resolve(database);
        };
        request.onerror = () => reject(failed(request.error));
        request.onblocked = () => reject(failed(undefined));
      });
      opened.catch(() => (opened = undefined));
      return opened;
    },
  };
}

/**
 * The channel is open while somebody listens. What it posts does not come back to it, so listeners here are told as well. A page
 * that goes into the back-forward cache closes it: browsers drop such a page as soon as a message comes.
 * @param {string} name
 */
function openChannel(name) {
  const listeners = createListeners();
  /** @type {BroadcastChannel | undefined} */
  let channel;
  const open = () => {
    try {
      channel = new BroadcastChannel(name);
      channel.onmessage = ({ data }) => {
        if (typeof data?.scope === "string" && typeof data.client === "string") listeners.tell(data.scope, data.client);
      };
    } catch {
      // Without news a realm asks again by itself.
    }
  };
  const close = () => {
    channel?.close();
    channel = undefined;
  };
  const isPage = typeof document !== "undefined";
  const begin = () => {
    open();
    if (!isPage) return;
    addEventListener("pagehide", close);
    addEventListener("pageshow", show);
  };
  const end = () => {
    close();
    if (!isPage) return;
    removeEventListener("pagehide", close);
    removeEventListener("pageshow", show);
  };
  const show = () => channel ?? open();
  return {
    /** @param {(scope: string, client: string) => void} news */
    subscribe(news) {
      const remove = listeners.add(news);
      if (listeners.size() === 1) begin();
      return () => {
        const had = listeners.size();
        remove();
        if (had > 0 && listeners.size() === 0) end();
      };
    },
    /** @param {string} scope @param {string} client */
    post(scope, client) {
      listeners.tell(scope, client);
      try {
        if (channel !== undefined) return void channel.postMessage({ scope, client });
        const once = new BroadcastChannel(name);
        once.postMessage({ scope, client });
        once.close();
      } catch {
        // The same.
      }
    },
  };
}
