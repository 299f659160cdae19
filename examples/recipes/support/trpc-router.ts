// A tRPC server's router: what the client's types come from.
import { initTRPC } from "@trpc/server";

const t = initTRPC.create();

export const appRouter = t.router({
  item: t.procedure.input((id: unknown) => Number(id)).query(({ input }) => ({ id: input })),
});

export type AppRouter = typeof appRouter;
