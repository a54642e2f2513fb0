import type { Access } from "../api/types.ts";

/** What a token may do, by what it is for. */
export const ACCESS_SENTENCES: Readonly<Record<"publisher" | "services", Readonly<Record<Access, string>>>> =
  {
    publisher: {
      read: "Sees everything, changes nothing.",
      write: "May also create, change and revoke tokens.",
    },
    services: {
      read: "Only reads: GET, HEAD and OPTIONS.",
      write: "Calls with any method.",
    },
  };
