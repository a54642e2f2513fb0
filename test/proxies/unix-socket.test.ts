import { expect, setDefaultTimeout, test } from "bun:test";
import { TEST_LIMIT_MS } from "../support/patience.ts";
import { useProtectedService } from "../support/proxies/protected-service.ts";
import { describeProxies, IS_ANY_INSTALLED } from "../support/proxies/running-proxy.ts";

setDefaultTimeout(TEST_LIMIT_MS);

const service = useProtectedService({ isOnSocket: true });

describeProxies((kind) => {
  test("asks Publisher by its Unix socket", async () => {
    const issued = await service.issue("read");
    const { id, token } = issued;
    await service.expectRefused(kind, {}, [401]);
    await service.expectRefused(kind, { method: "DELETE", token }, [403]);
    await service.expectPassed(kind, {}, issued);
    expect((await service.server.call("api-token/revoke", { id })).status).toBe(200);
    await service.expectRefused(kind, { token }, [401]);
    expect(service.relay.connections).toBe(0);
  });
});

test.skipIf(!IS_ANY_INSTALLED)("no request passes once Publisher and its socket are gone", async () => {
  const { token } = service.write;
  await service.server.stop();
  for (const kind of service.kinds) await service.expectRefused(kind, { token }, [500, 502, 503]);
});
