import { Reserve } from "../../../src/store/sqlite/disk-space-reserve.ts";
import { OpenedFiles } from "../../../src/store/sqlite/file/opened-files.ts";
import { Writer } from "../../../src/store/sqlite/writer.ts";
import type { TestStore } from "./store.ts";
import { useEach } from "./use.ts";

/**
 * A writer that each test gets anew, on a disk with as much free space as the test sets. Counts the transactions that it
 * tries.
 */
export function useWriter(context: TestStore) {
  return useEach(() => {
    const database = context.connect();
    const { database: path, reserve: reservePath } = context.directory;
    const space = { blocks: 9, bavail: 1024 ** 3, bsize: 1 };
    const reserve = new Reserve(reservePath, () => space);
    const tried = { transactions: 0 };
    const requireServed = () => {
      tried.transactions += 1;
    };
    const writer = new Writer({ database, files: new OpenedFiles([path]), reserve, requireServed });
    return { database, space, tried, writer, [Symbol.dispose]: () => undefined };
  });
}
