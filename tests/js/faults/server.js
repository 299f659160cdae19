// A server that misbehaves on purpose, byte by byte: no HTTP library would write what it writes.
import { createServer } from "node:net";

/**
 * Each request is answered by the next of `behaviours`, a function of (socket, number); the last one answers for ever.
 * Whole requests are counted in `requests`, open connections are in `sockets`.
 */
export async function faulty(...behaviours) {
  const sockets = new Set();
  const requests = [];
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket)).on("error", () => {});
    let read = "";
    socket.on("data", (bytes) => {
      read += bytes.toString("latin1");
      for (let end; (end = endOf(read)) > 0; read = read.slice(end)) {
        const number = requests.push(read.slice(0, end));
        behaviours[Math.min(number, behaviours.length) - 1](socket, number);
      }
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    sockets,
    requests,
    url: `http://127.0.0.1:${server.address().port}/`,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Where the first whole request in `text` ends; 0 where it is not whole yet. */
function endOf(text) {
  const head = text.indexOf("\r\n\r\n") + 4;
  if (head < 4) return 0;
  const [, length] = /\r\ncontent-length: (\d+)/i.exec(text.slice(0, head)) ?? [0, 0];
  return text.length >= head + Number(length) ? head + Number(length) : 0;
}

/** An address that nobody listens on. */
export async function nobody() {
  const server = await faulty();
  await server.close();
  return server.url;
}

const REASONS = { 200: "OK", 302: "Found", 503: "Service Unavailable" };

export const head = (status, ...lines) => [`HTTP/1.1 ${status} ${REASONS[status] ?? "Status"}`, ...lines, "", ""].join("\r\n");
export const answer = (status, body = "", ...lines) => (socket) => socket.write(head(status, `content-length: ${body.length}`, ...lines) + body);
/** Writes `parts`, `gap` ms after one another. */
export const slowly = (gap, ...parts) => async (socket) => {
  for (const part of parts) {
    socket.write(part);
    await new Promise((resolve) => setTimeout(resolve, gap));
  }
};
export const raw = (...parts) => (socket) => parts.forEach((part) => socket.write(part));
/** The same, and then the end of the connection. */
export const cut = (...parts) => (socket) => socket.end(parts.join(""));
/** The same, and then a reset, once what came before is out. */
export const reset = (...parts) => (socket) => {
  if (parts.length === 0) socket.resetAndDestroy();
  else socket.write(parts.join(""), () => setTimeout(() => socket.resetAndDestroy(), 20));
};
export const silence = () => {};
/** A body that never ends, as fast as it is taken. */
export const endless = (status, ...lines) => (socket) => {
  socket.write(head(status, "transfer-encoding: chunked", ...lines));
  const chunk = `10000\r\n${"x".repeat(0x10000)}\r\n`;
  const more = () => {
    while (!socket.destroyed && socket.write(chunk)) continue;
  };
  socket.on("drain", more);
  more();
};
