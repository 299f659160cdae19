// @ts-check
/**
 * The ledger of shared quotas: what all clients of one scope use, want and know, and what part of each quota each of them gets.
 *
 * It is one pure step: a state, a message from one client and the time in, the new state and the reply out. It knows
 * nothing of HTTP: what a client knows of a quota ("know") is passed on as it is. Times in a state are the ledger's own;
 * only durations cross, so no client's clock matters. A store keeps the state as JSON and runs the step for one message
 * at a time.
 *
 * - Windows and sliding logs are shared as *units a window*: as much for each as it wants, and where there is too little,
 *   equal parts (max-min fairness), rounded so that whoever waits longest gets one more.
 * - Of a bucket the ledger gives out *tokens by time*: so many, the last of them in so many ms.
 * - Where nobody knows when a window ends, one client stands alone for a second and tries; the others wait for its news.
 *
 * A share holds until its lease ends, so a client that is gone takes nothing for longer than that. A state that was lost
 * (a flush, a failover) is made up from the next messages, which say what each client holds.
 *
 * @typedef {object} State
 * @property {number} held until when the server asked all to wait
 * @property {Record<string, Client>} clients
 * @property {Record<string, Shared>} quotas by id and limit
 *
 * @typedef {{ sent: number, want: number, until: number }} Client
 *
 * @typedef {object} Shared one quota
 * @property {number} window its length, or how long an empty bucket takes to fill, ms
 * @property {number} mode
 * @property {number} revision
 * @property {number[]} know
 * @property {number} at when that was reported
 * @property {number} end when the window ends that it is about
 * @property {{ client: string, until: number } | null} alone who tries whether a window is over
 * @property {number} taken units of the open window that are gone, whoever took them, as the server told a client, and what was granted since
 * @property {number} till until then
 * @property {number} full of a bucket: when it is full, all tokens that were given out taken off
 * @property {number} settled until then what clients saw of a bucket may be older than what was given out
 * @property {number} learning until then the state may be one that was lost
 * @property {Record<string, Part>} parts by client
 *
 * @typedef {object} Part what one client has of one quota
 * @property {number} used units of this window
 * @property {number} back when those are available again
 * @property {number} want
 * @property {number} units granted: of this window, those that are used included; of a bucket, tokens not yet taken
 * @property {number} next granted of the next window
 * @property {number} lease until when the grants hold
 * @property {number} got when the newest grant is for
 * @property {number} at when it last sent a message
 *
 * @typedef {import("../share.d.ts").ShareMessage} ShareMessage
 * @typedef {import("../share.d.ts").ShareReply} ShareReply
 */

export const BUCKET = 0;
export const LOG = 1;
export const WINDOW = 2;

/** How long a client that says nothing is remembered, and a grant holds at most, ms. */
export const LEASE = 10_000;
/** How long one may try alone, ms. */
const ALONE = 1000;
/** The shortest time after which asking again may help, and the longest, ms. */
const SOON = 40;
/** Where many wait for the news of one, each of them asks so much more seldom, ms. */
const EACH = 3;
const LATE = 5000;
/** How long a request may be on its way before the server counts it, ms. */
const UNDER_WAY = 100;
/** Clients and quotas that one state holds. Further clients learn how many there are, and keep to a small part of what is left. */
const MOST_CLIENTS = 256;
const MOST_QUOTAS = 64;

/**
 * Takes one message.
 * @param {State | null | undefined} state what the step before gave; it may be changed
 * @param {ShareMessage} message
 * @param {number} now the ledger's own clock, ms
 * @returns {{ state: State, reply: ShareReply, news: boolean }} `news`: others should ask now, because more is known or free
 */
export function step(state, message, now) {
  state ??= { held: 0, clients: {}, quotas: {} };
  const { clients } = state;
  state.held = Math.max(state.held, now + message.held);
  for (const [client, { until }] of Object.entries(clients)) if (now >= until) delete clients[client];
  const others = Object.keys(clients).length - (message.client in clients ? 1 : 0);
  /** @type {ShareReply} */
  const reply = { members: others + 1, retry: LATE, held: Math.max(0, state.held - now), quotas: [] };
  let news = message.held > 0;
  if (others >= MOST_CLIENTS) {
    for (const asked of message.quotas) {
      const { id, limit } = asked;
      reply.quotas.push({ id, limit, units: 0, next: 0, lease: LEASE, scarce: false, alone: 0, revision: 0, age: 0, know: [] });
    }
    return { state, reply, news };
  }
  clients[message.client] = { sent: message.sent, want: message.want, until: now + LEASE };
  for (const [key, quota] of Object.entries(state.quotas)) {
    if (now - quota.at > 2 * quota.window + LEASE && Object.keys(quota.parts).length === 0) delete state.quotas[key];
  }
  const waits = { all: 0, any: LATE };
  for (const asked of message.quotas.slice(0, MOST_QUOTAS)) {
    const key = `${asked.id}.${asked.limit}`;
    if (!(key in state.quotas) && Object.keys(state.quotas).length >= MOST_QUOTAS) continue;
    const quota = (state.quotas[key] ??= open(asked, now));
    if (asked.window > 0 && (asked.mode !== WINDOW || asked.back > 0)) {
      // So many tokens are missing, whatever the rate turns out to be.
      quota.full = now + (quota.full - now) * (asked.window / quota.window);
      quota.window = asked.window;
    }
    news = learn(quota, asked, now) || news;
    countTaken(quota, asked, now);
    news = share(state, quota, asked, message, now, reply, waits) || news;
  }
  reply.retry = Math.ceil(waits.all || waits.any);
  return { state, reply, news };
}

/**
 * A quota that no state knows. Who holds units of it shows that there was one, and that others may hold some.
 * @param {ShareMessage["quotas"][number]} asked
 * @param {number} now
 * @returns {Shared}
 */
function open({ window, mode, units, revision }, now) {
  // A client that has just begun holds nothing that another state gave.
  const learning = units > 0 && revision > 0 ? now + Math.min(window, LEASE) : 0;
  return { window: Math.max(window, ALONE), mode, revision: -1, know: [], at: now, end: 0, alone: null, taken: 0, till: 0, full: 0, settled: 0, learning, parts: {} };
}

/**
 * Keeps what a client knows where that is newer. True if others should have it.
 * @param {Shared} quota
 * @param {ShareMessage["quotas"][number]} asked
 * @param {number} now
 */
function learn(quota, { limit, mode, window, revision, know, back }, now) {
  const isNext = mode === WINDOW && now + back > quota.end + window / 2;
  if (mode === WINDOW && quota.mode === WINDOW && back === 0 && now < quota.end) {
    // It knows of no open window, and others do.
    quota.revision = Math.max(quota.revision, revision);
    return false;
  }
  if (know.length === 0 || revision < quota.revision || (revision === quota.revision && !isNext)) return false;
  if (mode !== quota.mode) {
    // What was granted was granted by another measure.
    const parts = Object.values(quota.parts);
    const taken = parts.reduce((sum, part) => sum + charge(part, now), 0);
    for (const part of parts) Object.assign(part, { units: mode === BUCKET ? 0 : part.used, next: 0 });
    quota.full = now + Math.min(taken, limit) * (window / limit);
    quota.settled = now + ALONE / 4;
  }
  Object.assign(quota, { revision, know, mode, window, at: now, end: now + back });
  return true;
}

/**
 * Keeps how much of a window is gone, which shows what clients took that have not told of it yet.
 * @param {Shared} quota
 * @param {ShareMessage["quotas"][number]} asked
 * @param {number} now
 */
function countTaken(quota, { mode, back, used, taken = used }, now) {
  if (now >= quota.till || quota.mode !== WINDOW) quota.taken = 0;
  if (mode !== quota.mode || mode !== WINDOW || back === 0) return;
  const late = now + back - quota.till;
  if (late > quota.window / 2) Object.assign(quota, { taken, till: now + back });
  else if (late > -quota.window / 2) quota.taken = Math.max(quota.taken, taken);
}

/**
 * The part of one client, as a line of the reply. True if others may have more now.
 * @param {State} state
 * @param {Shared} quota
 * @param {ShareMessage["quotas"][number]} asked
 * @param {ShareMessage} message
 * @param {number} now
 * @param {ShareReply} reply
 * @param {{ all: number, any: number }} waits when asking again may help: of quotas that it has none left of, and of others, ms
 */
function share(state, quota, asked, { client }, now, reply, waits) {
  const { id, limit } = asked;
  // Who does not know yet that a window is open learns it by this reply: its part is of that window, too.
  const open = quota.mode === WINDOW && quota.end > now + quota.window / 2 ? quota.end : 0;
  const back = asked.back > 0 ? now + asked.back : open;
  const before = quota.parts[client];
  // It may find its window over a little sooner than was reckoned.
  if (before !== undefined && quota.mode === WINDOW && (back === 0 || back > before.back + quota.window / 2)) before.back = Math.min(before.back, now);
  renew(state, quota, now);
  const old = quota.parts[client];
  /** @type {Part} */
  const part = { used: asked.used, back, want: asked.want, units: asked.used, next: 0, lease: now, got: old?.got ?? 0, at: now };
  quota.parts[client] = part;
  // Who has not seen this quota yet wants its part of it all the same.
  for (const [other, { sent, want }] of Object.entries(state.clients)) {
    quota.parts[other] ??= { used: sent, back, want, units: sent, next: 0, lease: now + ALONE, got: 0, at: 0 };
  }
  const others = Object.entries(quota.parts).flatMap(([other, part]) => (other === client ? [] : [part]));
  const isBucket = quota.mode === BUCKET;
  const wanted = [part, ...others].reduce((sum, { used, want }) => sum + want + (isBucket ? 0 : used), isBucket ? asked.used : 0);
  const line = { id, limit, units: 0, next: 0, lease: 0, scarce: now < quota.learning || 4 * Math.max(wanted, quota.taken + asked.want) > 3 * limit, alone: 0, revision: quota.revision, age: now - quota.at, know: quota.know };
  let isFreed = false;
  if (isBucket) {
    line.units = giveTokens(quota, part, others, asked, now);
    line.next = part.next;
    if (part.units < part.want) waits.any = Math.min(waits.any, Math.max(SOON, part.next / 2));
  } else {
    giveUnits(quota, part, others, asked, old, now);
    line.units = part.units;
    line.next = part.next;
    const wait = part.units < part.used + part.want ? Math.max(SOON, again(quota, part, others, now)) : 0;
    // Who has none of one quota left waits for that, whatever it has of others.
    if (part.units <= part.used) waits.all = Math.max(waits.all, wait);
    else if (wait > 0) waits.any = Math.min(waits.any, wait);
    isFreed = old !== undefined && part.units < charge(old, now) && others.some(({ want }) => want > 0);
  }
  line.lease = Math.ceil(part.lease - now);
  if (quota.alone !== null && (now >= quota.alone.until || (quota.alone.client === client && !asked.alone))) {
    quota.alone = null;
    isFreed = true;
  }
  // Who has not heard the newest yet hears that first: perhaps there is nothing to try.
  const hasHeard = quota.at === now || (old !== undefined && old.at >= quota.at);
  // And who has nothing to try with would only keep the others waiting.
  const isAble = isBucket || part.units > part.used;
  if (asked.alone && hasHeard && isAble && asked.revision >= quota.revision && (quota.alone === null || quota.alone.client === client)) {
    quota.alone = { client, until: now + ALONE };
    line.alone = ALONE;
  } else if (asked.alone) waits.all = Math.max(waits.all, SOON, EACH * reply.members);
  reply.quotas.push(line);
  return isFreed;
}

/**
 * Ends what is over: windows, grants, clients that are gone.
 * @param {State} state
 * @param {Shared} quota
 * @param {number} now
 */
function renew({ clients }, quota, now) {
  for (const [client, part] of Object.entries(quota.parts)) {
    // Clients reckon the same window's end a little differently: one that saw the next window open speaks for all.
    const isOver = part.back > 0 && (now >= part.back || part.back < quota.end - quota.window / 2);
    if (quota.mode === WINDOW && isOver) {
      // What was granted it has used, or wants no more.
      const want = Math.max(0, part.want - Math.max(0, part.units - part.used));
      Object.assign(part, { used: 0, want, units: part.next, next: 0, back: 0 });
    }
    // What left a log is free again where nobody waits for it.
    if (quota.mode === LOG && part.want === 0 && part.back > 0 && now >= part.back) part.used = part.units = 0;
    if (now < part.lease) continue;
    // A client that wants units again sends a message.
    const known = clients[client];
    if (known !== undefined) known.sent = known.want = 0;
    if (part.back === 0 || now >= part.back || part.used === 0) delete quota.parts[client];
    else Object.assign(part, { units: part.used, next: 0, want: 0 });
  }
}

/** Units of this window that are gone for others. @param {Part} part @param {number} now */
const charge = ({ used, back, units, lease }, now) => Math.max(now < (back || lease) ? used : 0, now < lease ? units : 0);

/**
 * The client's units of this window, and of the next one, which it takes at the reset without asking.
 * @param {Shared} quota
 * @param {Part} part
 * @param {Part[]} others
 * @param {ShareMessage["quotas"][number]} asked
 * @param {Part | undefined} old
 * @param {number} now
 */
function giveUnits(quota, part, others, { limit, units: held }, old, now) {
  const { mode, window, learning } = quota;
  part.lease = Math.min(Math.max(part.back, now) + window + ALONE, now + LEASE);
  if (now < learning) {
    // The state was lost: each keeps what it holds, and gets no more until the others have told what they hold.
    part.units = Math.max(part.used, Math.min(held, limit));
    return;
  }
  const isLog = mode === LOG;
  /** @type {(other: Part) => Claim} */
  const claim = (other) => {
    // Whose window is over asks for the next one, of which others may have got some already.
    const floor = Math.max(charge(other, now), part.back === 0 ? other.next : 0);
    return { floor, most: Math.max(floor, other.used + other.want), got: other.got };
  };
  // What leaves a log does so bit by bit: who has more than its part is not to send until enough of it has.
  // Who was given one by turns keeps it.
  const kept = Math.max(part.used, Math.min(1, old?.units ?? 0, part.used + part.want));
  const mine = { floor: isLog ? 0 : kept, most: part.used + part.want, got: part.got };
  const claims = others.map(claim);
  // What others took without having told of it is nobody's to give.
  quota.taken -= Math.max(0, (old?.units ?? 0) - part.used);
  const unseen = Math.max(0, Math.min(quota.taken, limit) - claims.reduce((sum, { floor }) => sum + floor, part.used));
  part.units = fair(limit - unseen, mine, claims, window / 2);
  quota.taken += part.units - part.used;
  if (part.units > Math.max(part.used, old?.units ?? 0)) part.got = now;
  if (isLog) return;
  /** @type {(other: Part) => number} */
  const rest = ({ used, want, units }) => Math.max(0, want - Math.max(0, units - used));
  const later = others.map((other) => ({ floor: other.next, most: Math.max(other.next, rest(other)), got: other.got }));
  const floor = Math.min(1, old?.next ?? 0, rest(part));
  part.next = fair(limit, { floor, most: rest(part), got: part.got }, later, window / 2);
  if (part.next > 0) part.got = Math.max(part.back, now);
}

/**
 * In how many ms a client that wants more should ask again, though nothing happened to it.
 * @param {Shared} quota
 * @param {Part} part
 * @param {Part[]} others
 * @param {number} now
 */
function again({ mode, window, learning, end }, part, others, now) {
  if (now < learning) return learning - now;
  const isSpare = others.some((other) => charge(other, now) > other.used && other.want === 0);
  // Somebody may know soon when the window ends.
  if (mode === WINDOW && part.back === 0) return end > now ? Math.min(end - now, window / 16) : window / 16;
  if (isSpare) return window / 16;
  // The end of the window may be news to it.
  if (mode !== LOG) return end > now ? end - now + SOON : LATE;
  // Others may be done within this window, and what they used leaves the log.
  const isNear = others.some(({ want, units }) => want > 0 && want <= units);
  const leaves = (/** @type {Part} */ { want, used, units, back }) => (back > now && (want === 0 || used > units) ? back - now : Infinity);
  return Math.min(isNear ? window / 8 : window / 2, ...others.map(leaves));
}

/**
 * @typedef {{ floor: number, most: number, got: number }} Claim it has `floor` already, and wants up to `most`
 *
 * The part of `mine`: all are filled to the highest equal level that the limit allows. Of what rounding leaves over, those who
 * have had nothing for longest get one each.
 * @param {number} limit
 * @param {Claim} mine
 * @param {Claim[]} others
 * @param {number} near grants that are no further apart than this count as given at once, ms
 */
function fair(limit, mine, others, near) {
  const all = [mine, ...others];
  /** @type {(claim: Claim, level: number) => number} */
  const filled = ({ floor, most }, level) => Math.min(most, Math.max(floor, level));
  /** @param {number} level */
  const sum = (level) => all.reduce((sum, claim) => sum + filled(claim, level), 0);
  let [low, high] = [0, limit];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (sum(middle) <= limit) low = middle;
    else high = middle - 1;
  }
  const rest = limit - sum(low);
  const part = filled(mine, low);
  if (rest <= 0 || part >= mine.most || part > low) return part;
  const before = others.filter((other) => other.got < mine.got - near && filled(other, low) === low && other.most > low).length;
  return part + (rest > before ? 1 : 0);
}

/**
 * Gives tokens of a bucket out by time, first come, first served, some at a time so that all have their turn. Returns how
 * many; the last of them is there in `part.next` ms.
 * @param {Shared} quota
 * @param {Part} part
 * @param {Part[]} others
 * @param {ShareMessage["quotas"][number]} asked
 * @param {number} now
 */
function giveTokens(quota, part, others, asked, now) {
  const { limit } = asked;
  // Who does not know yet that it is a bucket holds no tokens, and tells what is gone, not when that was.
  const isTold = asked.mode === BUCKET;
  const [missing, units] = isTold ? [asked.used, asked.units] : [asked.taken ?? asked.used, 0];
  const each = quota.window / limit;
  // Between what the server counted, and that with all that was given out and is not used, is on its way, or was used since.
  const least = now + missing * each;
  const out = others.reduce((sum, { units, lease }) => sum + (now < lease ? units : 0), units);
  const most = now < quota.settled || !isTold ? Infinity : least + out * each + asked.back + UNDER_WAY;
  quota.full = Math.max(least, Math.min(quota.full, most));
  const there = Math.max(0, limit - (quota.full - now) / each);
  const waiting = others.filter(({ want, lease }) => want > 0 && now < lease).length + 1;
  const chunk = Math.max(1, Math.floor(Math.max(there, limit / 2) / (2 * waiting)));
  const given = now < quota.learning ? 0 : Math.max(0, Math.min(part.want - units, chunk));
  quota.full = Math.max(quota.full, now) + given * each;
  part.next = given > 0 ? Math.max(0, Math.ceil(quota.full - limit * each - now)) : 0;
  Object.assign(part, { units: units + given, used: 0, lease: now + part.next + Math.min(quota.window, LEASE) });
  return given;
}
