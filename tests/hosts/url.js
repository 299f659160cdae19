// @ts-check
// A user's lines over `/url`, wherever the module is a file on disk. Prints what became of them.
import { createPolicy, explain, fetchWithPolicy, initExplain, initPolicy } from "fetch-with-policy/url";

const answering = { fetch: async () => new Response("sent") };
const waited = await (await fetchWithPolicy("https://api.example.com/", undefined, answering)).text();
await Promise.all([initPolicy(), initExplain()]);
const policy = await (await createPolicy(answering).fetch("https://api.example.com/")).text();
console.log(JSON.stringify([waited, policy, explain({ status: 404 }).kind]));
