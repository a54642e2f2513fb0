import { createdSecret } from "./calls.ts";
import { printRatio } from "./ratio.ts";

await printRatio("forward-auth", {
  target: "GET /forward-auth/wiki",
  rest: "X-Forwarded-Method: GET\r\n\r\n",
  secretFrom: (url, firstToken) => createdSecret(url, firstToken, { access: "read", audiences: ["wiki"] }),
});
