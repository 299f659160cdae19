// @ts-check
// A Worker before the one with the policy. It leaves one of two calls that wait, as a client does that disconnects.

export default {
  /** What the other one knows when both calls wait, and when one of them was left. `?upstream=…` */
  async fetch(/** @type {Request} */ request, /** @type {{ BACK: { fetch: typeof fetch } }} */ { BACK }) {
    const { search } = new URL(request.url);
    const call = (/** @type {string} */ name, signal = new AbortController().signal) => BACK.fetch(`http://back/call/${name}${search}`, { signal }).catch(() => undefined);
    const until = async (/** @type {(seen: any) => boolean} */ isSo) => {
      for (;;) {
        const seen = await (await BACK.fetch("http://back/state")).json();
        if (isSo(seen)) return seen;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    };
    await call("first");
    const leaves = new AbortController();
    call("leaves", leaves.signal);
    call("stays");
    const before = await until(({ waiting }) => waiting === 2);
    leaves.abort();
    return Response.json({ before, after: await until(({ pending }) => pending < 2) });
  },
};
