import type { System } from "./system.ts";

interface DeepLinkProps {
  readonly text: unknown;
}

/** Shows names of operations as text: Swagger UI makes them links within a button, which screen readers cannot reach. */
export const plainNames = () => ({
  wrapComponents: {
    DeepLink: (_: unknown, { React }: System) =>
      function PlainName({ text }: DeepLinkProps) {
        return React.createElement("span", null, text);
      },
  },
});
