// @ts-check

/**
 * What is due next: the earliest instant first, and of one instant what was planned first.
 * @template T
 */
export class Heap {
  /** @type {{ at: number, order: number, value: T }[]} */
  #entries = [];
  #planned = 0;

  get size() {
    return this.#entries.length;
  }

  /** @returns {number | undefined} */
  get nextAt() {
    return this.#entries[0]?.at;
  }

  /**
   * @param {number} at
   * @param {T} value
   */
  push(at, value) {
    const entries = this.#entries;
    const entry = { at, order: this.#planned++, value };
    let child = entries.push(entry) - 1;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if (!isBefore(entry, entries[parent])) break;
      entries[child] = entries[parent];
      child = parent;
    }
    entries[child] = entry;
  }

  /** @returns {{ at: number, value: T } | undefined} */
  pop() {
    const entries = this.#entries;
    const first = entries[0];
    const last = entries.pop();
    if (last === undefined || last === first) return first;
    let parent = 0;
    for (;;) {
      let child = 2 * parent + 1;
      if (child >= entries.length) break;
      if (child + 1 < entries.length && isBefore(entries[child + 1], entries[child])) child++;
      if (!isBefore(entries[child], last)) break;
      entries[parent] = entries[child];
      parent = child;
    }
    entries[parent] = last;
    return first;
  }
}

/**
 * @param {{ at: number, order: number }} a
 * @param {{ at: number, order: number }} b
 */
function isBefore(a, b) {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
