// @ts-check

/** @type {import("../run.js").Client} */
export const discord = {
  name: "discord",
  title: "@discordjs/rest (decimal reset-after)",
  // It reads no other reset than this.
  dialects: { clever: "discord" },
  async create({ origin }) {
    const { REST } = await import("@discordjs/rest");
    const rest = new REST({
      api: origin,
      retries: 10,
      globalRequestsPerSecond: Infinity,
      hashSweepInterval: 0,
      handlerSweepInterval: 0,
      makeRequest: /** @type {any} */ ((/** @type {string} */ url, /** @type {any} */ init) => fetch(url, init)),
    });
    // A route is a bucket, so all calls go to one, and what is asked for into the query.
    return async (url) => {
      await rest.get("/items", { query: new URLSearchParams({ of: url }), auth: false });
      return { status: 200 };
    };
  },
};
