// @ts-check
import { idOf } from "./dom.mjs";
import { createElement } from "react";
import { SWRConfig } from "swr";
import { swrConfig, useItem } from "../../swr.ts";
import { serveThread } from "../thread.mjs";

await serveThread(async (url) => (id) => idOf(() => useItem(`${url}/items/${id}`), (child) => createElement(SWRConfig, { value: swrConfig }, child)));
