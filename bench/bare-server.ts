/** The smallest server on Bun: the measure for all others. */
const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  development: false,
  fetch: () => new Response('{"status":"ok"}', { headers: { "content-type": "application/json" } }),
});
process.stdout.write(`http://127.0.0.1:${server.port}\n`);
