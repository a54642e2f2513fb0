import { useId } from "preact/hooks";
import { serverAddress } from "../api/server-address.ts";
import { Command } from "../ui/command.tsx";
import { Protect } from "./proxy-configuration.tsx";

interface UseOfServiceTokenProps {
  readonly audiences: readonly string[];
  readonly verifies: boolean;
}

/** How a token for services is put to use. */
export function UseOfServiceToken({ audiences, verifies }: UseOfServiceTokenProps) {
  return verifies ? <Checking audiences={audiences} /> : <Protect audiences={audiences} />;
}

/** How a service checks the tokens of its callers. */
function Checking({ audiences }: Pick<UseOfServiceTokenProps, "audiences">) {
  const [audience = ""] = audiences;
  const id = useId();
  return (
    <section class="checking" aria-labelledby={id}>
      <h2 id={id}>Check a token</h2>
      <p class="muted">
        The service asks Publisher about each token that a caller shows. In these commands,{" "}
        <code>CHECKER</code> is the secret of this token and <code>SHOWN</code> is the token of the caller.
        {audiences.length > 1 && " The audience is the service that asks."}
      </p>
      <Command name="By the API" what="API command" line={verifyLine(audience)} />
      <Command name="By OAuth introspection" what="OAuth command" line={introspectionLine(audience)} />
    </section>
  );
}

/** curl reads all of it from its input: a list of processes shows the arguments to every user of the machine. */
function verifyLine(audience: string): string {
  return [
    "curl -sS --config - <<END",
    `url = "${serverAddress()}publisher.v1/api-token/verify"`,
    'header = "Authorization: Bearer $CHECKER"',
    'header = "Content-Type: application/json"',
    `data = "{\\"token\\": \\"$SHOWN\\", \\"audience\\": \\"${audience}\\"}"`,
    "END",
  ].join("\n");
}

function introspectionLine(audience: string): string {
  return [
    "curl -sS --config - <<END",
    `url = "${serverAddress()}oauth2/introspect"`,
    'header = "Authorization: Bearer $CHECKER"',
    'data-urlencode = "token=$SHOWN"',
    `data = "audience=${audience}"`,
    "END",
  ].join("\n");
}
