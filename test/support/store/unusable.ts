import { StoreUnusable } from "../../../src/store/sqlite/store-unusable.ts";

/** The sentence with which `work` says that a store cannot be used; throws if it says nothing of the kind. */
export function unusable(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof StoreUnusable) return error.message;
    throw error;
  }
  throw new Error("the store could be used");
}
