import { calls } from "../calls.js";

export const runtime = "edge";

export async function GET(request) {
  const { searchParams } = new URL(request.url);
  return Response.json(await calls(searchParams.get("api"), searchParams.get("token")));
}
