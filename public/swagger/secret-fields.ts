import { isReadableOnTheWay, PLAIN_HTTP_WARNING } from "../plain-http.ts";
import type { Props, System } from "./system.ts";

/** A part of the Authorize dialog. Of its ways to authorize it needs only the names. */
interface PartProps extends Props {
  readonly definitions: { readonly has: (name: string) => boolean };
}

/** The fields of the Authorize dialog that take a token, by their ids. */
const SECRETS: readonly unknown[] = ["auth-bearer-value", "auth-basic-password"];

/** The field that gets the cursor. Swagger UI would give it to the last one, a user's name in clear text. */
const FIRST = "auth-bearer-value";

/** Hides tokens that are typed into the Authorize dialog, keeps the browser from remembering them, and warns of plain HTTP. */
export const secretFields = () => ({
  wrapComponents: {
    Input: (Input: unknown, { React }: System) =>
      function AuthorizeInput(props: Props) {
        return React.createElement(Input, isOfAuthorize(props) ? guarded(props) : props);
      },
    auths: (Auths: unknown, { React }: System) =>
      function WarnedPart(props: PartProps) {
        const part = React.createElement(Auths, props);
        // The dialog has a part for each way to authorize; the first part has the warning for all.
        if (!isReadableOnTheWay(location) || !props.definitions.has("bearer")) return part;
        const warning = React.createElement(
          "p",
          { className: "plain-http", role: "alert" },
          PLAIN_HTTP_WARNING,
        );
        return React.createElement("div", null, warning, part);
      },
  },
});

function isOfAuthorize({ id }: Props): boolean {
  return typeof id === "string" && id.startsWith("auth-");
}

function guarded(props: Props): Props {
  const type = SECRETS.includes(props.id) ? "password" : props.type;
  return { ...props, type, autoFocus: props.id === FIRST, autoComplete: "off", spellCheck: false };
}
