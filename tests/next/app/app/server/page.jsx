// A server component: while one renders, React answers a second equal fetch from the first one's memory.
import { calls } from "../calls.js";

export default async function Page({ searchParams }) {
  const { api, token } = await searchParams;
  return <pre>{JSON.stringify(await calls(api, token))}</pre>;
}
