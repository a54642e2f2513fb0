import { type } from "../body/arktype.ts";
import { shaped } from "../body/typed-body.ts";
import { described } from "./described.ts";
import { Audience } from "./values.ts";

/** The form of an introspection. Unknown parameters are taken out before it is read. */
export const IntrospectToken = described(
  type({
    token: described(type("string"), "The secret to introspect. Any text is allowed."),
    "token_type_hint?": described(type("string"), "Ignored: there is one type of tokens."),
    "audience?": described(
      Audience,
      "The service that the token must be for. Only a caller whose token verifies for one service may leave it out, and means that service.",
    ),
  }),
  {
    description:
      "The secret, and the service to introspect it for. Other parameters are ignored, and one without a value counts as left out.",
    // Not `{ type: "string" }`: in TypeScript an optional property does not fit beside that.
    additionalProperties: true,
  },
);

export const readIntrospection = shaped(IntrospectToken);
