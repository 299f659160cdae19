// Secrets to plant, and a search of all that can be got out of a value.
import { inspect } from "node:util";

/** Distinct secrets by the place that they are planted in, as a server would make them. */
export function secrets(places) {
  return Object.fromEntries(places.map((place, n) => [place, `s3cr3t${(n + 11) * 7919}${place.replace(/[^a-z]/gi, "")}9z8y7x6w`]));
}

/** All texts that a value holds: of its members, hidden ones too, of its prototypes' getters, and as Node and JSON print it. */
export function textOf(value, exempt = new Set()) {
  const parts = [];
  const seen = new Set(exempt);
  const walk = (value) => {
    if (typeof value === "symbol" || typeof value === "function") parts.push(String(value));
    if ((typeof value !== "object" && typeof value !== "function") || value === null) return void parts.push(`${typeof value === "symbol" ? "" : value}`);
    if (seen.has(value)) return;
    seen.add(value);
    // An array as text is its elements' texts, exempt ones too.
    for (const read of Array.isArray(value) ? [] : [(value) => value.toJSON?.(), (value) => value]) {
      try {
        parts.push(String(read(value)));
      } catch {}
    }
    if (value instanceof Map || value instanceof Set) for (const item of value) walk(item);
    for (let at = value; at !== null && at !== Object.prototype && at !== Function.prototype; at = Object.getPrototypeOf(at)) {
      for (const key of Reflect.ownKeys(at)) {
        parts.push(String(key));
        try {
          walk(value[key]);
        } catch {}
      }
    }
  };
  walk(value);
  // What prints a value whole cannot leave out what is not ours, so these print it without.
  const bare = without(value, exempt);
  for (const print of [(value) => JSON.stringify(value), (value) => inspect(value, { showHidden: true, depth: Infinity, maxArrayLength: null, maxStringLength: null })]) {
    try {
      parts.push(String(print(bare)));
    } catch {}
  }
  return parts.join("\n");
}

/** The same value, or a copy where something in it is exempt: inspect and JSON take no list of what to pass over. */
function without(value, exempt) {
  if (exempt.size === 0) return value;
  if (exempt.has(value)) return undefined;
  if (Array.isArray(value)) return value.map((item) => without(item, exempt));
  if (typeof value !== "object" || value === null) return value;
  const copy = Object.create(Object.getPrototypeOf(value));
  for (const key of Reflect.ownKeys(value)) {
    const descriptor = Object.getOwnPropertyDescriptor(value, key);
    if (exempt.has(descriptor.value)) continue;
    Object.defineProperty(copy, key, { ...descriptor, ...("value" in descriptor && { value: without(descriptor.value, exempt) }) });
  }
  return copy;
}

/** Where a secret comes from that is found in a text, in any of the forms that it may take there. */
export function found(text, planted) {
  return Object.entries(planted).flatMap(([place, secret]) => {
    const forms = { plain: secret, base64: Buffer.from(secret).toString("base64").replace(/=+$/, ""), hex: Buffer.from(secret).toString("hex"), part: secret.slice(0, 14) };
    return Object.entries(forms).filter(([, form]) => text.includes(form)).map(([form]) => `${place} (${form})`);
  });
}
