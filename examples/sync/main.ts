// `node main.ts https://api.example.com/records records.db`. Ctrl+C or SIGTERM stops it; the next run goes on.
import { argv, exit, stderr } from "node:process";
import { explain, formatExplanation } from "fetch-with-policy";
import { Store } from "./store.ts";
import { type Progress, sync } from "./sync.ts";

const [url, file] = argv.slice(2);
if (url === undefined || file === undefined) {
  stderr.write("usage: node main.ts URL FILE\n");
  exit(64);
}

const stopping = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stopping.abort(new Error(`stopped by ${signal}`)));

const store = new Store(file);
const line = ({ done, pages, sends, limited }: Progress) => `${done} of ${pages} pages, ${sends} sends, ${limited} of them refused by a 429\n`;
try {
  const result = await sync({ url, store, signal: stopping.signal, onProgress: (progress) => stderr.write(line(progress)) });
  stderr.write(`done: ${store.count()} records, ${line(result)}`);
} catch (error) {
  if (stopping.signal.aborted) stderr.write(`${stopping.signal.reason.message}; run it again to go on\n`);
  else stderr.write(formatExplanation(explain(error)));
  process.exitCode = 1;
} finally {
  store.close();
}
