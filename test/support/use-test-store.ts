import { afterEach, beforeEach } from "bun:test";
import { TestStore } from "./store/store.ts";

/** Gives each test of the file a store of its own, which `make` opens. Returns the store of the test that runs. */
export function useTestStore(make = (): TestStore => new TestStore()): TestStore {
  let store: TestStore | undefined;
  beforeEach(() => {
    store = make();
  });
  afterEach(() => store?.[Symbol.dispose]());
  return new Proxy(Object.create(null), {
    get: (_, name) => {
      if (store === undefined) throw new Error("a store is there only while a test runs");
      const value = Reflect.get(store, name, store);
      return typeof value === "function" ? value.bind(store) : value;
    },
  });
}

/** Makes it impossible to record a change, as a failing disk does; only changes that fulfil the SQL `condition`. */
export function failAudit(store: TestStore, condition = "TRUE"): void {
  const fail = "SELECT RAISE(ABORT, 'no record');";
  store.connect().run(`CREATE TRIGGER full BEFORE INSERT ON audit_event WHEN ${condition} BEGIN ${fail} END`);
}
