import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { makeLog } from "../../src/log/log.ts";
import { openServedStore } from "../../src/server/served-store.ts";
import { ServerLock } from "../../src/store/sqlite/file/server-lock.ts";
import { PublicDirectory } from "../support/store/data-directory.ts";
import { schemaText } from "../support/store/old-schemas.ts";

test.each([
  [1, "Stop that one first: this Publisher is newer, and has to bring the store to its schema."],
  [null, "Stop that one first, or give this one another --data-dir."],
])(
  "a server on the directory is to be stopped, before a store of schema %p is served",
  async (schema, advice) => {
    using temporary = new PublicDirectory();
    const { directory } = temporary;
    if (schema !== null) {
      using database = new Database(directory.database);
      database.transaction(() => database.run(schemaText(schema)))();
    }
    const lock = ServerLock.take(directory);
    const opening = openServedStore(
      directory,
      { revocationLog: null, firstToken: null },
      makeLog("silent", { write: () => undefined }),
    );
    await expect(opening).rejects.toThrow(advice);
    lock.release();
  },
);
