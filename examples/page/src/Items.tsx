import { useQueries } from "@tanstack/react-query";
import { itemQuery } from "./api.ts";
import { Failure } from "./errors.tsx";
import { useWaits } from "./waits.ts";

/** Loads `count` items at once; the policy lets them go as the rate limit allows. */
export function Items({ count }: { count: number }) {
  const ids = Array.from({ length: count }, (_, index) => index + 1);
  const results = useQueries({ queries: ids.map(itemQuery) });
  const settled = results.filter(({ isPending }) => !isPending).length;
  return (
    <section aria-labelledby="items">
      <h2 id="items">Items</h2>
      <progress aria-label="Items loaded" max={count} value={settled} />
      <p id="progress">
        {settled} of {count} done. <Waiting />
      </p>
      <ul>
        {results.map(({ data, error, isPending, refetch }, index) => (
          <li key={ids[index]}>
            {isPending && <span className="pending">Item {ids[index]}</span>}
            {data && <span>{data.name}</span>}
            {error && <Failure error={error} retry={() => void refetch()} />}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Waiting() {
  const { count, seconds } = useWaits();
  if (count === 0) return null;
  return (
    <span id="waiting">
      {count} {count === 1 ? "waits" : "wait"} for the rate limit, the next {seconds === 0 ? "goes now" : `goes in ${seconds} s`}.
    </span>
  );
}
