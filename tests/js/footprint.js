// What memory is in use, for scripts that run with --expose-gc. To be imported before the package makes its modules.

const memories = [];
WebAssembly.Instance = new Proxy(WebAssembly.Instance, {
  construct(target, args) {
    const instance = new target(...args);
    if (instance.exports.memory !== undefined) memories.push(instance.exports.memory);
    return instance;
  },
});

/** Bytes of the memories of all modules. */
export const linear = () => memories.reduce((sum, memory) => sum + memory.buffer.byteLength, 0);

/** Bytes of V8's heap that are held. */
export async function heap() {
  for (let n = 0; n < 4; n++) {
    globalThis.gc();
    await new Promise((resolve) => setImmediate(resolve));
  }
  return process.memoryUsage().heapUsed;
}
