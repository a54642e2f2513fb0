/** The form of a name for a token's own header. */
export const HEADER_NAME = /^[a-z0-9][a-z0-9-]{0,63}$/;

/**
 * Headers with another meaning for a proxy, for Publisher or for the service. They would read, store, forward or log a
 * token there as something else.
 */
const TAKEN_NAMES = new RegExp(
  `^(?:${[
    "(?:proxy-)?authorization|(?:proxy|www)-authenticate|authentication-info|cookie2?|set-cookie2?",
    "host|connection|keep-alive|te|trailer|transfer-encoding|upgrade|http2-settings|expect|max-forwards|early-data",
    "accept|date|from|origin|pragma|priority|range|referer|user-agent|vary|via|warning|age|allow|etag|expires|link|location|server",
    "cache-control|last-event-id|last-modified|save-data|dnt|tk|upgrade-insecure-requests",
    "depth|destination|if|lock-token|overwrite|timeout|translate",
    "(?:x-)?forwarded|true-client-ip|traceparent|tracestate|baggage|b3|x-b3-.*|x-(?:request|correlation)-id",
    "x-(?:http-)?method(?:-override)?|x-(?:real|client|cluster-client)-ip|x-(?:rewrite|scheme|host|sendfile)(?:-.*)?",
    "(?:content|alt|proxy|if|sec|accept|access-control|publisher|cf|x-forwarded|x-original|x-envoy|x-accel|x-amz|x-amzn)-.*",
  ].join("|")})$`,
);

/** True if tokens may come in a header of this name. The admin page checks this too. */
export function isTokenHeaderName(name: string): boolean {
  return HEADER_NAME.test(name) && !TAKEN_NAMES.test(name);
}
