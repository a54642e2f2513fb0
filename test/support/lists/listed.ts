import type { TestApi } from "../http/api.ts";

const START_MS = Date.parse("2026-06-01T12:00:00Z");

/** The time so many seconds after noon, when the tokens below began to be made. */
export function at(seconds: number): string {
  return new Date(START_MS + seconds * 1000).toISOString().replace(".000Z", "Z");
}

/** Tokens that differ in all that a list can tell apart, each under a name for the tests alone. */
export class ListedTokens {
  readonly #api: TestApi;
  readonly #names: ReadonlyMap<string, string>;

  private constructor(api: TestApi, names: ReadonlyMap<string, string>) {
    this.#api = api;
    this.#names = names;
  }

  /**
   * In the order of their ids: `first` and `second`, from the command line, at noon; `bare`, of which nothing is
   * said; `deploy`, which will expire; `old`, which has; `gone`, revoked; and `both`, revoked and then expired.
   * The clock is left 100 s after noon. `second` was last used at noon, `first` at 55 s, and no other was.
   */
  static async make(api: TestApi): Promise<ListedTokens> {
    const names = new Map<string, string>();
    for (const [name, secret] of [
      ["first", api.write],
      ["second", api.read],
    ] as const)
      names.set((await api.call("api-token/current", {}, secret)).json.id, name);
    const make = async (name: string, seconds: number, body: object): Promise<string> => {
      api.nowMs = START_MS + seconds * 1000;
      const { id } = (await api.call("api-token/create", body)).json;
      names.set(id, name);
      return id;
    };
    const revoke = async (id: string, seconds: number): Promise<void> => {
      api.nowMs = START_MS + seconds * 1000;
      await api.call("api-token/revoke", { id });
    };
    await make("bare", 10, { access: "read" });
    await make("deploy", 20, { access: "write", description: "Deploy Ünïcode", expires_at: at(3600) });
    await make("old", 30, { access: "read", description: "old build", expires_at: at(60) });
    const gone = await make("gone", 40, { access: "read", description: "gone build" });
    const both = await make("both", 45, { access: "write", expires_at: at(70) });
    await revoke(gone, 50);
    await revoke(both, 55);
    api.nowMs = START_MS + 100_000;
    // The clock stands still, so no list finds the uses of later requests.
    await api.usage.writeLastUses();
    return new ListedTokens(api, names);
  }

  idOf(name: string): string {
    for (const [id, known] of this.#names) if (known === name) return id;
    throw new Error(`there is no token of the name ${name}`);
  }

  /** The names of the tokens that a list gives, in its order. */
  async names(body: object): Promise<readonly string[]> {
    return this.namesIn((await this.#api.call("api-token/list", body)).json);
  }

  namesIn(page: { readonly data: readonly { readonly id: string }[] }): readonly string[] {
    return page.data.map(({ id }) => this.#names.get(id) ?? id);
  }
}
