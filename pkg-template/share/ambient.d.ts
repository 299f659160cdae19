declare module "cloudflare:workers" {
  export class DurableObject {}
}
declare module "#share/redis.lua" {
  const script: string;
  export default script;
}
