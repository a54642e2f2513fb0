import type { Access } from "../api/types.ts";

/** The rights of each access, by the kind of token. */
export const ACCESS_SENTENCES: Readonly<Record<"publisher" | "services", Readonly<Record<Access, string>>>> =
  {
    publisher: {
      read: "Sees everything, changes nothing.",
      write: "Can create, change, rotate and revoke any token, yours too.",
    },
    services: {
      read: "Only reads: GET, HEAD and OPTIONS.",
      write: "Calls with any method.",
    },
  };
