package dev.sluice.gateway;

import dev.sluice.bytes.Bytes;
import dev.sluice.http.Handler;
import dev.sluice.http.Request;
import dev.sluice.http.Response;

/// Answers what arrives at the gateway's listeners. There are no endpoints yet, so whatever is asked, there is none.
public final class Gateway implements Handler {
    private static final Bytes NO_ENDPOINT = Bytes.utf8("{\"message\":\"no API found with those values\"}");

    @Override
    public Response handle(Request request) {
        return Response.json(404, NO_ENDPOINT);
    }
}
