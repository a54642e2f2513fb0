import { printRatio } from "./ratio.ts";

/** The request of an anonymous caller: its text is no secret of a token. */
await printRatio("refused", {
  target: "POST /publisher.v1/api-token/current",
  rest: "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
  status: 401,
  secretFrom: () => Promise.resolve("x"),
});
