// Buckets by path: Discord gives all channels one bucket's name and counts each channel apart.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createPolicy } from "fetch-with-policy";
import { discord } from "fetch-with-policy/profiles";
import { virtualHost } from "./virtual.js";

const BUCKET = "80c17d2f203122d936070c88c8d10f33";

/** 5 messages in 5 s for each channel, with Discord's headers. */
function server(clock, { limit = 5, window = 5000, latency = 20 } = {}) {
  const used = new Map();
  const counts = { sends: 0, refused: 0 };
  const fetch = async (input) => {
    counts.sends++;
    await new Promise((resolve) => clock.host.setTimeout(resolve, latency));
    const [, channel] = /channels\/(\d+)/.exec(input);
    const now = clock.time;
    let entry = used.get(channel);
    if (entry === undefined || now >= entry.reset) used.set(channel, (entry = { reset: now + window, count: 0 }));
    entry.count++;
    const after = (entry.reset - now) / 1000;
    const headers = { "x-ratelimit-limit": `${limit}`, "x-ratelimit-remaining": `${Math.max(0, limit - entry.count)}`, "x-ratelimit-reset-after": after.toFixed(3), "x-ratelimit-bucket": BUCKET };
    if (entry.count <= limit) return new Response("{}", { headers });
    counts.refused++;
    return new Response(JSON.stringify({ retry_after: after, global: false }), { status: 429, headers: { ...headers, "retry-after": `${Math.ceil(after)}`, "content-type": "application/json" } });
  };
  return { fetch, counts };
}

const url = (channel) => `https://discord.com/api/v10/channels/${100_000_000_000 + channel}/messages`;

for (const idle of [20, 100]) {
  test(`an idle channel of ${idle} is served at once beside a busy one`, async () => {
    const clock = virtualHost();
    const { fetch, counts } = server(clock);
    const policy = createPolicy({ host: clock.host, fetch, profiles: [discord] });
    const send = (channel) => policy.fetch(url(channel), { method: "POST", body: "{}" });
    const busy = Array.from({ length: 100 }, () => send(1));
    await clock.pass(1000);
    const since = clock.time;
    const waits = [];
    const others = Array.from({ length: idle }, (_, n) => send(2 + n).then(() => waits.push(clock.time - since)));
    await clock.pass(200_000);
    await Promise.all([...busy, ...others]);
    assert.equal(waits.length, idle);
    // 50 a second are Discord's for all channels together.
    assert.ok(Math.max(...waits) < 1500 + (idle / 50) * 1000, `waited ${Math.max(...waits)} ms`);
    assert.ok(counts.refused <= 10, `${counts.refused} refused`);
  });
}

test("what one channel was told holds for no other, and comes back for itself", async () => {
  const clock = virtualHost();
  const { fetch, counts } = server(clock);
  const policy = createPolicy({ host: clock.host, fetch, profiles: [discord] });
  for (let round = 0; round < 3; round++) {
    const calls = Array.from({ length: 80 }, (_, n) => Array.from({ length: 5 }, () => policy.fetch(url(n)))).flat();
    await clock.pass(30_000);
    await Promise.all(calls);
  }
  assert.ok(counts.refused <= 80, `${counts.refused} of ${counts.sends} refused`);
});
