// Connections that a test can limit, count and close: Node's own fetch, over an agent of the test's.

/** @returns {any} the class of the agent that Node's fetch uses, which Node names nowhere */
async function agentClass() {
  // It is loaded with the first fetch.
  await fetch("data:,");
  const agent = globalThis[Symbol.for("undici.globalDispatcher.1")];
  if (agent === undefined) throw new Error("this Node keeps its agent elsewhere");
  return agent.constructor;
}

const Agent = await agentClass();

/** A fetch over connections of its own. Listeners that it leaves on a signal are not on the caller's. */
export function ownConnections(options = {}) {
  const agent = new Agent({ keepAliveTimeout: 1000, ...options });
  return {
    fetch: (input, init) => {
      const signal = init?.signal && AbortSignal.any([init.signal]);
      return fetch(input, { ...init, ...(signal && { signal }), dispatcher: agent });
    },
    close: () => agent.destroy(),
  };
}

/** A fetch that has one connection for all. */
export const oneConnection = () => ownConnections({ connections: 1 });
