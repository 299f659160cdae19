// @ts-check

// One of no bytes takes no time, so that no timer would end a stream of them.
const MAX_CHUNKS = 4096;

/**
 * The front of a response's body as text, read off a copy: the caller's response stays unread. At most so many `bytes`, as far as
 * they come before the caller stops it. Undefined where there is no body to read, or one that was read already.
 *
 * `arm` is called with a function that stops the reading, and returns one that takes back its timers and listeners.
 * @param {Response} response
 * @param {number} bytes
 * @param {(stop: () => void) => () => void} arm
 * @param {TextDecoderOptions} [options]
 * @returns {Promise<string | undefined>}
 */
export async function front(response, bytes, arm, options) {
  /** @type {ReadableStreamDefaultReader<Uint8Array> | undefined} */
  let reader;
  /** @type {(() => void) | undefined} */
  let disarm;
  let text = "";
  try {
    // A mock's response may have no body to read.
    reader = response.bodyUsed ? undefined : response.clone().body?.getReader();
    if (reader === undefined) return undefined;
    /** @type {Promise<undefined>} */
    const late = new Promise((resolve) => (disarm = arm(() => resolve(undefined))));
    const decoder = new TextDecoder("utf-8", options);
    for (let chunk = 0; chunk < MAX_CHUNKS && bytes > 0; chunk++) {
      const step = await Promise.race([reader.read(), late]);
      if (step === undefined || step.done) break;
      text += decoder.decode(step.value.subarray(0, bytes), { stream: true });
      bytes -= step.value.length;
    }
  } catch {
    // A body that breaks off is judged as far as it came.
  } finally {
    disarm?.();
    letGo(reader);
  }
  return reader && text;
}

/**
 * Not awaited: the cancel of one half settles only when the caller's own half is read or cancelled.
 * @param {ReadableStreamDefaultReader<Uint8Array> | undefined} reader
 */
function letGo(reader) {
  try {
    reader?.cancel().catch(() => {});
  } catch {
    // A mock's reader.
  }
}
