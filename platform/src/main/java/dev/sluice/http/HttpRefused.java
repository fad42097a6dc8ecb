package dev.sluice.http;

/// A request that is refused before anybody looks at what it means: malformed, too large, too slow.
///
/// The message is shown to the client. It carries no stack trace, as it is made on hostile input.
public final class HttpRefused extends RuntimeException {
    static final String CONNECTION = "Connection";
    static final String CLOSE = "close";

    private static final long serialVersionUID = 1L;

    private final int status;

    public HttpRefused(int status, String message) {
        super(message, null, false, false);
        this.status = status;
    }

    public int status() {
        return status;
    }

    /// What the client gets; the connection is closed after it, as the rest of the request may be unread.
    public Response response() {
        return Response.error(status, status, String.valueOf(getMessage())).with(CONNECTION, CLOSE);
    }

    static HttpRefused tooLarge() {
        return new HttpRefused(413, "the request body is too large");
    }
}
