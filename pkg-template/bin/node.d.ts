// As much of Node as the command uses.
declare module "node:fs" {
  export function readFileSync(path: URL): Uint8Array;
  export function openSync(path: string, flags: "r"): number;
  export function readSync(descriptor: number, buffer: Uint8Array, offset: number, length: number, position: null): number;
  export function closeSync(descriptor: number): void;
}
declare module "node:tty" {
  export function isatty(descriptor: number): boolean;
}
declare module "node:util" {
  export function parseArgs(config: object): { values: Record<string, any>; positionals: string[] };
}
declare const process: {
  argv: string[];
  env: Record<string, string | undefined>;
  exitCode: number;
  stdout: { isTTY?: boolean; write(text: string): void; on(event: "error", listener: () => void): void };
  stderr: { write(text: string): void };
};
