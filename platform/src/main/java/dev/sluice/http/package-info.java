/// Our own small HTTP server API over Jetty: requests, responses, routes, listeners, TLS.
///
/// Nothing outside this room sees a Jetty type. It knows no tenants, callers or labels, and decides nothing but
/// what is well-formed: sizes, pace, path encoding.
@NullMarked
package dev.sluice.http;

import org.jspecify.annotations.NullMarked;
