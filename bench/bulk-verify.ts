import { BULK_VERIFY_LIMIT } from "../src/tokens/limits.ts";
import { createdSecret, post } from "./calls.ts";
import { printRatio } from "./ratio.ts";

const PATH = "/publisher.v1/api-token/bulk-verify";

/** Verifies as many secrets as a call may have, all of them good. */
await printRatio("bulk-verify", {
  target: `POST ${PATH}`,
  rest: async (url, firstToken) => {
    const tokens: string[] = [];
    for (let count = 0; count < BULK_VERIFY_LIMIT; count += 1)
      tokens.push(await createdSecret(url, firstToken, { access: "read", audiences: ["wiki"] }));
    const body = { tokens, audience: "wiki" };
    // From the second call on, each answer has a last use for each token, and so the same length.
    await post(url, PATH, firstToken, body);
    const text = JSON.stringify(body);
    return `Content-Type: application/json\r\nContent-Length: ${text.length}\r\n\r\n${text}`;
  },
  secretFrom: (_, firstToken) => Promise.resolve(firstToken),
  items: { name: "secret", count: BULK_VERIFY_LIMIT },
});
