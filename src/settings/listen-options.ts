import { type Command, InvalidArgumentError, Option } from "commander";
import { listItems } from "./list-items.ts";
import {
  isHostToListenOn,
  isPort,
  type ListenAddress,
  listenAddressFrom,
  SOCKET_PATH_BYTES,
} from "./listen-addresses.ts";

export interface ListenFlags {
  readonly host: string;
  readonly port: number;
  /** One or more addresses in place of the host and the port. */
  readonly listen?: readonly ListenAddress[];
}

const HOST = "127.0.0.1";
const PORT = 8080;

/** Adds the options for the addresses of a server. `portNote` is more about the port. */
export function addListenOptions(command: Command, portNote = ""): Command {
  command
    .addOption(
      new Option("--host <address>", "the address that the server listens on")
        .env("PUBLISHER_HOST")
        .default(HOST, HOST)
        .argParser(host),
    )
    .addOption(
      new Option("--port <number>", `the port of the server${portNote}`)
        .env("PUBLISHER_PORT")
        .default(PORT)
        .argParser(port),
    )
    .addOption(
      new Option(
        "--listen <address>",
        "HOST:PORT or unix:PATH, in place of --host and --port; repeat for more",
      )
        .env("PUBLISHER_LISTEN")
        .argParser(addresses)
        // Both together could mean that the server must listen on both.
        .conflicts(["host", "port"]),
    );
  return replacesVariables(command, "listen", ["PUBLISHER_HOST", "PUBLISHER_PORT"]);
}

/**
 * Makes a flag win over the variables of other options. Commander lets a flag win over its own variable only: a host in
 * the environment would clash with --listen.
 */
export function replacesVariables(command: Command, flag: string, variables: readonly string[]): Command {
  return command.on(`option:${flag}`, () => {
    for (const variable of variables) delete process.env[variable];
  });
}

/** The addresses to listen on, at least one. */
export function listenAddresses({ host, port, listen }: ListenFlags): readonly ListenAddress[] {
  return listen ?? [{ host, port }];
}

function host(text: string): string {
  if (isHostToListenOn(text)) return text;
  throw new InvalidArgumentError("It must be a host name or an address to listen on, such as 127.0.0.1.");
}

function port(text: string): number {
  if (isPort(text)) return Number(text);
  throw new InvalidArgumentError("It must be a port from 0 to 65535 (0 for a free one).");
}

function addresses(text: string, before: readonly ListenAddress[] = []): readonly ListenAddress[] {
  const parts = text === "" ? [text] : listItems(text);
  return [...before, ...parts.map(address)];
}

function address(text: string): ListenAddress {
  const found = listenAddressFrom(text);
  if (found !== null) return found;
  throw new InvalidArgumentError(
    "It must be addresses with commas between them, such as 127.0.0.1:8080, [::1]:8080 or " +
      `unix:/run/publisher/publisher.sock (a path of at most ${SOCKET_PATH_BYTES} bytes), and has ${JSON.stringify(text)}.`,
  );
}
