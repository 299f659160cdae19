// @ts-check
// In a page, which reports by itself.
import { contend } from "./contended.js";

const place = new URLSearchParams(location.search);
const outcome = await contend(place.get("api") ?? "", "page", Number(place.get("calls"))).catch((error) => ({ failed: String(error) }));
await fetch("/report?scope=page", { method: "POST", body: JSON.stringify(outcome) });
