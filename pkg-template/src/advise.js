// @ts-check
import { emit } from "./emit.js";

// What was said in this realm: each policy has a core of its own, and one line is enough. Few origins ever hide their headers.
/** @type {Set<string>} */
const said = new Set();
const MOST = 100;

/**
 * Reports what the core noticed about a call's API, once for each origin: to the listener, and in development to the console.
 * @param {import("./run.js").Run} run
 */
export function advise(run) {
  const [kind, text] = run.engine.notice(run.id).split("\n");
  if (!kind) return;
  if (kind === "credential-header") emit(run, kind, run.attempt, { header: text, origin: run.origin });
  try {
    // Bundlers put the mode in place of this, and drop what follows from it. Nobody's environment is read before there is something to say.
    if (process.env.NODE_ENV !== "production") warn(run.origin, kind, text);
  } catch {
    // A page without a build has no `process`.
    warn(run.origin, kind, text);
  }
}

/**
 * @param {string} origin
 * @param {string} kind
 * @param {string} text
 */
function warn(origin, kind, text) {
  const what =
    kind === "credential-header"
      ? `the request header "${text}" seems to hold credentials, but all its values share one quota; name it in rateLimit.credentials`
      : `its rate-limit headers cannot be read from this page; its responses should send "${text}"`;
  const line = `fetch-with-policy: ${origin}: ${what}`;
  if (said.has(line) || said.size >= MOST) return;
  said.add(line);
  console.warn(line);
}
