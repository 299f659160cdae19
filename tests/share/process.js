// @ts-check
// One of several processes that share a quota: it says when it is ready, begins when it is told to, and ends with what it prints.
import { once } from "node:events";
import * as api from "fetch-with-policy";
import { redis } from "fetch-with-policy/share/redis";
import { CLIENTS } from "./clients.js";
import { join } from "./load.js";

const [library = "", port = "", url = "", calls = "", key = "", patience = ""] = process.argv.slice(2);
// Without a port it shares nothing.
const opened = port === "" ? undefined : await CLIENTS[library]?.(Number(port));
const coordinator = opened && { ...redis(opened.client, { secret: "a secret of the tests" }), patience: Number(patience) };
process.send?.("ready");
await once(process, "message");
process.send?.(await join(api, { coordinator, url, key })(Number(calls)), () => process.exit(0));
