// What an error means for the person in front of the page.
import { useQuery } from "@tanstack/react-query";
import { type Explanation, explainError } from "fetch-with-policy";

/** The explanation of `error`, once it is there. The explainer is loaded with the first error. */
export function useExplanation(error: Error | null): Explanation | undefined {
  const key = error === null ? "none" : keyOf(error);
  return useQuery({ queryKey: ["explanation", key], queryFn: () => explainError(error as Error), enabled: error !== null, staleTime: Infinity }).data;
}

export function Failure({ error, retry }: { error: Error; retry: () => void }) {
  const explanation = useExplanation(error);
  if (explanation === undefined) return null;
  return (
    <>
      <span role="alert">{explanation.userMessage}</span> {explanation.retry.verdict !== "never" && <button onClick={retry}>Try again</button>}
    </>
  );
}

const keys = new WeakMap<Error, string>();
let count = 0;

function keyOf(error: Error): string {
  const key = keys.get(error) ?? `error ${++count}`;
  keys.set(error, key);
  return key;
}
