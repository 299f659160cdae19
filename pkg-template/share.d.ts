/**
 * One client's message to a coordinator: hashes, counts and durations, nothing else. It fits any store that keeps JSON.
 */
export interface ShareMessage {
  version: 1;
  /** Who shares the quotas: a hash of the origin and the credentials, 32 hexadecimal digits. */
  scope: string;
  /** The policy that sends it: random, and new for each policy. */
  client: string;
  /** Requests that wait. */
  want: number;
  /** Requests sent so far of which no quota is known. */
  sent: number;
  /** For how long the server asked all of the scope to wait, ms. */
  held: number;
  quotas: SharedQuotaReport[];
}

/** What a client reports of one quota. */
export interface SharedQuotaReport {
  /** A hash of its name and unit, 8 hexadecimal digits. */
  id: string;
  /** Units a window. */
  limit: number;
  /** How the server counts: 0 a bucket, 1 a sliding log, 2 windows. */
  mode: 0 | 1 | 2;
  /** Units of the open window that this client used; of a bucket, units that are missing in it, whoever used them. */
  used: number;
  /** Units that wait. */
  want: number;
  /** Units that the client still holds: of this window, used ones included; of a bucket, tokens that it was given and did not use. */
  units: number;
  /** Until what is used comes back, ms; 0 where nobody knows. Of a bucket: how long ago the server told what is missing. */
  back: number;
  /** The window's length, or how long an empty bucket takes to fill, ms; 0 where nobody knows. */
  window: number;
  /** It wants to try alone whether the window is over. */
  alone: boolean;
  /** How new what it knows is. */
  revision: number;
  /** What it knows, for other clients to read: at most 20 whole numbers. */
  know: number[];
}

/** The coordinator's reply to a {@link ShareMessage}. A reply that breaks a rule below counts as none. */
export interface ShareReply {
  /** Clients of the scope, this one included: 1 or more. */
  members: number;
  /** When asking again may help, ms. */
  retry: number;
  /** For how long all of the scope are asked to wait, ms. */
  held: number;
  quotas: SharedQuotaReply[];
}

/** The reply on one quota. */
export interface SharedQuotaReply {
  /** As in the report. */
  id: string;
  limit: number;
  /** Units of this window, used ones included; of a bucket, tokens given out with this reply. From 0 to `limit`. */
  units: number;
  /** Units of the next window; of a bucket, in how many ms the last of the tokens is there. */
  next: number;
  /** For how long both hold, ms. */
  lease: number;
  /** Whether there is less than all want: only then do shares bind. */
  scarce: boolean;
  /** For how long this client may try alone, ms; 0: it may not. */
  alone: number;
  revision: number;
  /** How long ago `know` was reported, ms. */
  age: number;
  know: number[];
}

/**
 * Where quotas are shared beyond one policy. Calls never depend on it: the first send of a scope does not wait for it, no call waits
 * for it longer than `patience` once, and none is rejected, lost or sent twice because of it.
 */
export interface Coordinator {
  /**
   * Takes one message and gives the reply. Must be atomic for each `message.scope`. It may reject, hang or give nonsense:
   * then what the policy itself knows serves.
   */
  exchange(message: ShareMessage, signal: AbortSignal): Promise<ShareReply>;
  /** Calls `news` with a scope of which others changed something, where this host can be called at any time. Returns how to stop that. */
  subscribe?(news: (scope: string) => void): () => void;
  /** How long a reply is waited for, ms. @default 500 */
  patience?: number;
}
