import { calls } from "../../app/calls.js";

export const config = { runtime: "edge" };

export default async function handler(request) {
  const { searchParams } = new URL(request.url);
  return Response.json(await calls(searchParams.get("api"), searchParams.get("token")));
}
