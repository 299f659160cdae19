// @ts-check

/** Settles in a task of its own, so that the page is not held up. Not by a timer: those of a hidden page fire once a second. */
export function turn() {
  return new Promise((resolve) => {
    if (typeof MessageChannel === "undefined") return resolve(undefined);
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => (port1.close(), resolve(undefined));
    port2.postMessage(0);
  });
}
