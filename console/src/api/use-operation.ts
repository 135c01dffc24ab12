import {
  keepPreviousData,
  QueryClient,
  type UseMutationResult,
  type UseQueryResult,
  useMutation,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import { CallError, call } from "./client.ts";
import type { OperationName, Operations } from "./contract.ts";

/** The page's memory of answers. */
export const queryClient: QueryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 2_000,
      refetchOnWindowFocus: false,
      networkMode: "always",
      retry: (count, error) => error instanceof CallError && error.fault === "unreachable" && count < 1,
      retryDelay: 600,
    },
    mutations: { networkMode: "always" },
  },
});

/** Reads an operation; asks again every `everyMs` while the page is looked at, keeping what is shown meanwhile. */
export function useOperation<Name extends OperationName>(
  name: Name,
  input: Operations[Name]["input"],
  { enabled = true, everyMs }: { readonly enabled?: boolean; readonly everyMs?: number } = {},
): UseQueryResult<Operations[Name]["output"], Error> {
  return useQuery({
    queryKey: [name, input],
    queryFn: ({ signal }) => call(name, input, signal),
    enabled,
    placeholderData: keepPreviousData,
    ...(everyMs === undefined ? {} : { refetchInterval: everyMs }),
  });
}

/** A change; afterwards everything that is shown and may depend on it is asked for again. */
export function useChange<Name extends OperationName>(
  name: Name,
): UseMutationResult<Operations[Name]["output"], Error, Operations[Name]["input"]> {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (input: Operations[Name]["input"]) => call(name, input),
    onSuccess: () => client.invalidateQueries(),
  });
}
