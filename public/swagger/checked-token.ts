import { ownToken } from "./own-token.ts";
import { type ImmutableMap, isRecord, type System } from "./system.ts";

type Authorize = (ways: unknown) => unknown;
type Logout = (names: readonly string[]) => unknown;

interface RefusalProps {
  readonly error: ImmutableMap;
}

/**
 * Asks the server about each token that is typed into the Authorize dialog. The examples get its id; the dialog says
 * so if the server refuses it. Swagger UI itself calls every text authorized.
 */
export const checkedTokens = () => ({
  statePlugins: {
    auth: {
      wrapActions: {
        authorize: (authorize: Authorize, system: System) => (ways: unknown) => {
          for (const name of Object.keys(isRecord(ways) ? ways : {})) void check(system, name, ways);
          return authorize(ways);
        },
        logout: (logout: Logout, system: System) => (names: readonly string[]) => {
          for (const name of names) forgetRefusal(system, name);
          return logout(names);
        },
      },
    },
  },
  wrapComponents: {
    authError: (_: unknown, { React }: System) =>
      function Refusal({ error }: RefusalProps) {
        return React.createElement("p", { className: "refused-token", role: "alert" }, error.get("message"));
      },
  },
});

async function check(system: System, name: string, ways: unknown): Promise<void> {
  const secret = secretIn(ways, name);
  if (secret === null) return;
  const own = await ownToken(secret);
  // Meanwhile somebody may have logged out, or typed another token.
  if (own === null || secretIn(system.authSelectors.authorized().toJS(), name) !== secret) return;
  if ("id" in own) system.examplesActions.fillIds({ own: own.id });
  else tellRefusal(system, name, `Publisher does not accept this token: ${own.refusal}`);
}

function tellRefusal(system: System, name: string, message: string): void {
  forgetRefusal(system, name);
  // An error of the level "error" would also be shown above all operations.
  system.errActions.newAuthErr({ authId: name, source: "auth", level: "warning", message });
}

function forgetRefusal({ errActions }: System, name: string): void {
  errActions.clear({ authId: name });
}

/** The secret that is given for one way to authorize; null if there is none. */
function secretIn(ways: unknown, name: string): string | null {
  const way = isRecord(ways) ? ways[name] : null;
  const value = isRecord(way) ? way.value : null;
  const secret = isRecord(value) ? value.password : value;
  return typeof secret === "string" ? secret : null;
}
