import { words } from "../words.ts";

/** Segments that proxies, Publisher and services can read in more than one way. */
const UNCLEAR_SEGMENTS = [
  ...words`
    . .. ... %2e %2E%2e .%2e %2e. ..; ..;a=b .; ; ;a=b ..%3b %3b %2e%2e; ..%20 %20.. .%20. %20
    a\b ..\.. \ a%5cb a%5Cb %5c..%5c a%2fb a%2Fb %2f x%2f..%2f..%2fhealthz
    a#b # a%23b a%3fb a%3Fb app%2ejs a%2E %252e %252e%252e a%252fb a%255Cb a%2541 %25252e %25%32e
    %00 a%00 ..%00 .%00. a%0ab a%0d%0ab %09 .%09. a%1f a%7f a%c2%85
    % %2 100% %zz %u002e %%32e %c0%ae %c0%ae%c0%ae %c0%af %c1%9c %e0%80%ae %ff caf%e9 %ed%a0%80 %ef%bf%bd`,
  "a\u007f",
];

/** Segments that are unusual and mean the same to every program. */
export const CLEAR_SEGMENTS = [
  ...words`
    a a.b .a a. ..a a.. .well-known a;b a; a;b=.. %61 %2d a%20b 100%25 50%25off caf%c3%a9 %e2%80%ae a%3bb a%3ab
    a:b@c ~a a+b a,b a|b a^b a'b * :a - _`,
  "caf\u00e9",
];

/** Paths that can be read in more than one way, wherever they would lead. */
export const UNCLEAR_PATHS: readonly string[] = [
  ...words`
    // /// //healthz /healthz// /healthz# /healthz#/publisher.v1/api-token/list /#/publisher.v1/api-token/list
    /forward-auth//wiki /forward-auth/wiki// /forward-auth/wiki//page //forward-auth/wiki /oauth2//introspect
    /forward-auth\..\..\healthz /forward-auth;/../healthz /x/../forward-auth/../healthz
    /./forward-auth/./../healthz /forward-auth/../healthz /forward-auth/.. /forward-auth/wiki/../../healthz
    /forward-auth/wiki/../../swagger /forward-auth/wiki/x%2f..%2f..%2fhealthz
    /forward-auth/wiki/%2e%2e/%2e%2e/swagger /forward-auth/wiki\..\..\healthz
    /forward-auth/wiki%2f..%2f..%2fhealthz /forward-auth/wiki%00 /forward-auth/wiki# /forward-auth/wiki%23
    /forward-auth/wiki%3faccess=read /forward-auth%2fwiki /forward-auth%5cwiki /%2e/forward-auth/wiki
    /oauth2/../publisher.v1/api-token/list /oauth2/..\publisher.v1/api-token/list
    /oauth2/%2e%2e/publisher.v1/api-token/list /oauth2/..;/publisher.v1/api-token/list
    /oauth2/..%2fpublisher.v1/api-token/list /oauth2/%252e%252e/publisher.v1/api-token/list
    /oauth2/x/../introspect /healthz/../publisher.v1/api-token/list /publisher.v1/../healthz
    /publisher.v1/api-token/../api-token/list /publisher.v1/api-token/list/.. /publisher.v1/api-token/list/.
    /publisher%2ev1/api-token/list /publisher.v1%2fapi-token/list /publisher.v1\api-token\list`,
  `/a${"/a".repeat(64)}`,
  `/forward-auth/wiki${"/a".repeat(63)}`,
  ...UNCLEAR_SEGMENTS.flatMap((segment) => [
    `/${segment}`,
    `/${segment}/healthz`,
    `/healthz/${segment}`,
    `/forward-auth/${segment}`,
    `/forward-auth/wiki/${segment}`,
    `/forward-auth/wiki/${segment}/page`,
    `/publisher.v1/${segment}/api-token/list`,
    `/publisher.v1/api-token/list/${segment}`,
    `/oauth2/${segment}`,
    `/assets/${segment}`,
  ]),
];
