import { printRatio } from "./ratio.ts";

await printRatio("authenticated", {
  target: "POST /publisher.v1/api-token/current",
  rest: "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
  secretFrom: (_, firstToken) => Promise.resolve(firstToken),
});
