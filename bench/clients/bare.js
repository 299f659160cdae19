// @ts-check

/**
 * No client at all: how many 429s there are to avoid.
 * @type {import("../run.js").Client}
 */
export const bare = { name: "bare", title: "bare fetch", create: async () => (url, init) => fetch(url, init) };
