import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { keepReturn } from "./api/sign-on.ts";
import { queryClient } from "./api/use-operation.ts";
import { createConsoleRouter } from "./router.tsx";
import { apply } from "./state/preferences.ts";
import "./style/tokens.css";
import "./style/base.css";
import "./style/shell.css";
import "./style/parts.css";
import "./style/screens.css";

// The gateway prints `/console/#bootstrap=…` when it has no people yet: whoever opens that wants to become the first.
if (location.hash.startsWith("#bootstrap=")) history.replaceState(null, "", `/console/login${location.hash}`);

keepReturn();

const root = document.getElementById("root");
if (root !== null) {
  apply();
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={createConsoleRouter()} />
      </QueryClientProvider>
    </StrictMode>,
  );
}
