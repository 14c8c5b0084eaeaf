import { DirectionProvider, MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { queries } from "./queries";
import { router } from "./router";
import { theme } from "./theme";

/** Everything that the pages stand in. Styles come from files alone (see build/theme-css.ts). */
export function App() {
  return (
    <StrictMode>
      <DirectionProvider detectDirection>
        <MantineProvider
          theme={theme}
          defaultColorScheme="auto"
          withCssVariables={false}
          withGlobalClasses={false}
        >
          <QueryClientProvider client={queries}>
            <RouterProvider router={router} />
          </QueryClientProvider>
        </MantineProvider>
      </DirectionProvider>
    </StrictMode>
  );
}
