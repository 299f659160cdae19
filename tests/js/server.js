// A real server on loopback, scripted by each test.
import { createServer } from "node:http";

/** Fixed windows, aligned to the clock, told like Clever's. */
export function fixedWindows({ limit, window }) {
  let current = -1;
  let used = 0;
  return (_, response, stats) => {
    const now = Math.floor(Date.now() / window);
    if (now !== current) [current, used] = [now, 0];
    const admitted = used < limit;
    if (admitted) used++;
    else stats.limited++;
    response.writeHead(admitted ? 200 : 429, {
      "x-ratelimit-limit": limit,
      "x-ratelimit-remaining": limit - used,
      "x-ratelimit-reset": Math.ceil(((now + 1) * window) / 1000),
      "x-ratelimit-bucket": "all",
    });
    response.end();
  };
}

/**
 * `answer(request, response, stats, body, number)` answers each request; what came is kept in `requests`.
 */
export async function serve(answer) {
  const stats = { limited: 0, requests: [] };
  const server = createServer(async (request, response) => {
    const at = Date.now();
    const parts = [];
    for await (const part of request) parts.push(part);
    const body = Buffer.concat(parts);
    stats.requests.push({ at, method: request.method, url: request.url, headers: request.headers, body });
    answer(request, response, stats, body, stats.requests.length);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    stats,
    url: `http://127.0.0.1:${server.address().port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
    close() {
      return this[Symbol.asyncDispose]();
    },
  };
}

/** Answers in turn: [status, headers?, body?]; the last one for ever. */
export function script(...answers) {
  return (_, response, stats) => {
    const [status, headers = {}, body = ""] = answers[Math.min(stats.requests.length, answers.length) - 1];
    response.writeHead(status, headers);
    response.end(body);
  };
}

/** A policy host on real clocks that counts the timers that are set and not yet cleared or fired. */
export function countingHost() {
  const timers = new Set();
  const host = {
    timers,
    /** How many timers ended, uncleared. */
    fired: 0,
    setTimeout(callback, ms) {
      const timer = setTimeout(() => {
        host.fired++;
        timers.delete(timer);
        callback();
      }, ms);
      timers.add(timer);
      return timer;
    },
    clearTimeout(timer) {
      timers.delete(timer);
      clearTimeout(timer);
    },
  };
  return host;
}

/** `body` with a server that lasts as long. */
export async function withServer(answer, body) {
  const server = await serve(answer);
  try {
    return await body(server);
  } finally {
    await server.close();
  }
}
