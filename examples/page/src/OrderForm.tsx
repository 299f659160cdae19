import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useId } from "react";
import { sendOrder } from "./api.ts";
import { useExplanation } from "./errors.tsx";

/** A form that shows the API's errors at the fields that they are about. */
export function OrderForm() {
  const order = useMutation({ mutationFn: sendOrder });
  const explanation = useExplanation(order.error);
  const messageOf = (name: string) => explanation?.fields.find(({ path }) => path === name)?.message;
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    order.mutate({ name: String(form.get("name")), zip: String(form.get("zip")) });
  };
  return (
    <section aria-labelledby="order">
      <h2 id="order">Order</h2>
      <form onSubmit={submit}>
        <Field name="name" label="Name" message={messageOf("name")} />
        <Field name="zip" label="ZIP code" message={messageOf("zip")} />
        <button disabled={order.isPending}>Send</button>
        <p role="status">
          {order.isPending && "Sending…"}
          {order.isSuccess && `Order ${order.data.id} is placed.`}
          {order.isError && explanation?.userMessage}
        </p>
      </form>
    </section>
  );
}

function Field({ name, label, message }: { name: string; label: string; message: string | undefined }) {
  const id = useId();
  return (
    <p>
      <label htmlFor={id}>{label}</label>
      <input id={id} name={name} aria-invalid={message !== undefined} aria-describedby={`${id}-error`} />
      <span id={`${id}-error`} className="error">
        {message}
      </span>
    </p>
  );
}
