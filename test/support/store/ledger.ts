import type { RunningServer } from "../executable/executable.ts";
import { RawConnection, rawRequest } from "../http/raw-connection.ts";
import { PATIENCE_MS } from "../patience.ts";

/** How far a change has come, as its client knows it. */
type Progress = "not asked" | "asked" | "acknowledged";

export interface Entry {
  /** Tells the token apart where its id never came. */
  readonly description: string;
  id: string;
  token: string;
  creation: Progress;
  revocation: Progress;
}

/** The changes that clients asked for, and those that were acknowledged. */
export class Ledger {
  readonly entries: Entry[] = [];
  /** How many changes were acknowledged. */
  acknowledged = 0;

  /** Waits until that many changes were acknowledged. */
  async untilAcknowledged(count: number): Promise<void> {
    const deadline = performance.now() + PATIENCE_MS;
    while (this.acknowledged < count) {
      if (performance.now() > deadline)
        throw new Error(`only ${this.acknowledged} changes were acknowledged`);
      await Bun.sleep(1);
    }
  }

  /** Creates tokens, and revokes every second one, until the connection breaks. */
  async write(server: RunningServer, client: string): Promise<void> {
    using connection = await RawConnection.open(server.url);
    const caller = server.firstToken;
    for (let count = 0; ; count += 1) {
      const entry = this.#open(`${client}-${count}`);
      const isWritten = await this.#change(connection, caller, entry, count % 2 === 0);
      if (!isWritten) return;
    }
  }

  #open(description: string): Entry {
    const entry: Entry = { description, id: "", token: "", creation: "asked", revocation: "not asked" };
    this.entries.push(entry);
    return entry;
  }

  /** False if the connection broke on the way. */
  async #change(connection: RawConnection, caller: string, entry: Entry, revokes: boolean): Promise<boolean> {
    const { description } = entry;
    const created = await asked(connection, "api-token/create", caller, { access: "read", description });
    if (created === null) return false;
    const { id, token } = JSON.parse(created);
    Object.assign(entry, { id, token, creation: "acknowledged" });
    this.acknowledged += 1;
    if (!revokes) return true;
    entry.revocation = "asked";
    if ((await asked(connection, "api-token/revoke", caller, { id })) === null) return false;
    entry.revocation = "acknowledged";
    this.acknowledged += 1;
    return true;
  }
}

/** The body of the answer; null if none came. */
async function asked(
  connection: RawConnection,
  endpoint: string,
  caller: string,
  body: object,
): Promise<string | null> {
  const answer = await connection.ask(rawRequest(endpoint, caller, body)).catch(() => null);
  if (answer === null) return null;
  if (answer.status !== 200) throw new Error(`${endpoint}: ${answer.status} ${answer.body}`);
  return answer.body;
}

/** The acknowledged changes that the server lost, a sentence each. Asks it with every token. */
export async function brokenPromises(server: RunningServer, entries: readonly Entry[]): Promise<string[]> {
  using connection = await RawConnection.open(server.url);
  const broken: string[] = [];
  for (const { id, token, creation, revocation } of entries) {
    if (creation !== "acknowledged") continue;
    const { status } = await connection.ask(rawRequest("api-token/current", token));
    if (status === 200 && revocation === "acknowledged") broken.push(`${id} was revoked and is accepted`);
    if (status !== 200 && revocation === "not asked") broken.push(`${id} was created and answers ${status}`);
  }
  return broken;
}
