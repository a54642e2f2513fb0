import tokens from "./001-tokens.sql" with { type: "text" };
import services from "./002-services.sql" with { type: "text" };
import verifiers from "./003-verifiers.sql" with { type: "text" };
import storeState from "./004-store-state.sql" with { type: "text" };
import lists from "./005-lists.sql" with { type: "text" };

/** Every migration in order: the nth takes a store from schema n - 1 to schema n. One that landed never changes. */
export const MIGRATIONS: readonly string[] = [tokens, services, verifiers, storeState, lists];
