package dev.sluice.api;

import dev.sluice.http.Response;

/// Ends a handler with an answer that says no. Without a stack trace: it is made on hostile input.
final class Rejection extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Response response;

    Rejection(Response response) {
        super("", null, false, false);
        this.response = response;
    }

    /// `{"code":code,"message":message}` with an HTTP status of its own.
    static Rejection of(int status, int code, String message) {
        return new Rejection(Response.error(status, code, message));
    }

    static Rejection of(int status, String message) {
        return of(status, status, message);
    }

    Response response() {
        return response;
    }
}
