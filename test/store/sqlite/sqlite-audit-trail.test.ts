import { expect, test } from "bun:test";
import { EVERYTHING } from "../../support/store/store.ts";
import { useStore } from "../../support/store/use.ts";

const context = useStore();

test.each(["changes", "id; --", "__proto__", "constructor"])(
  "the key %s is a fault, never SQL",
  async (key) => {
    const conditions = [{ op: "eq", key, value: "x" }] as const;
    const sorts = [{ key, direction: "asc" }] as const;
    for (const part of [{ conditions }, { sorts }])
      await expect(context.auditTrail.list({ ...EVERYTHING, ...part })).rejects.toThrow("no list of");
  },
);
