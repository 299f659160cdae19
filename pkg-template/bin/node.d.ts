// As much of Node as the command uses.
declare module "node:fs" {
  export function readFileSync(path: string | number | URL): Uint8Array;
}
declare module "node:util" {
  export function parseArgs(config: object): { values: Record<string, any>; positionals: string[] };
}
declare const process: {
  argv: string[];
  env: Record<string, string | undefined>;
  exitCode: number;
  stdin: { isTTY?: boolean };
  stdout: { isTTY?: boolean; write(text: string): void; on(event: "error", listener: () => void): void };
  stderr: { write(text: string): void };
};
