"use client";
import { useEffect } from "react";
import { calls } from "./calls.js";

export default function Page() {
  useEffect(() => {
    const { searchParams } = new URL(location.href);
    const told = calls(searchParams.get("api"), searchParams.get("token")).catch((error) => `${error.stack}`);
    told.then((body) => fetch(searchParams.get("report"), { method: "POST", mode: "no-cors", body: JSON.stringify(body) }));
  }, []);
  return <p>client</p>;
}
