/// HTTP/1.1 as a command needs it: one request, one connection. `java.net.http.HttpClient` takes 400 ms to start
/// on two cores; this takes 15, and unlike `HttpURLConnection` it never sends a request twice and reads a refusal
/// that arrives in the middle of an upload.
@NullMarked
package dev.sluice.cli.http;

import org.jspecify.annotations.NullMarked;
