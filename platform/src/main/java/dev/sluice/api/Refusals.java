package dev.sluice.api;

import dev.sluice.audit.Inquiry;
import dev.sluice.bytes.Bytes;
import dev.sluice.http.Handler;
import dev.sluice.http.Response;
import dev.sluice.kernel.Refused;
import dev.sluice.label.LabelInvalid;

/// Turns what the other rooms refuse into answers, in the words of each dialect.
///
/// Missing and forbidden are one answer everywhere: which of the two it was is nobody's business who may not know.
/// Labels that together are too large are above every clearance, and so forbidden.
final class Refusals {
    static final String UNIFORM = "not found or not allowed";
    private static final String RETRY_AFTER = "Retry-After";
    private static final String SOON_SECONDS = "1";

    /// Nothing that is stored goes by itself.
    private static final String LATER_SECONDS = "60";

    private static final int TOO_MANY = 429;

    private Refusals() {}

    /// Dispatch's words about an entity of some kind; its name is the route's parameter or said by the handler.
    static Handler ofEntities(String kind, Handler handler) {
        return ofEntities(kind, "name", handler);
    }

    /// @param parameter of the route, by which such entities are named
    static Handler ofEntities(String kind, String parameter, Handler handler) {
        return request -> {
            try {
                return handler.handle(request);
            } catch (Rejection rejection) {
                return rejection.response();
            } catch (Refused refused) {
                return ofEntity(kind, request.parameterIfAny(parameter), refused);
            } catch (LabelInvalid tooLarge) {
                return ofEntity(kind, request.parameterIfAny(parameter), Refused.denied());
            }
        };
    }

    static Response ofEntity(String kind, String name, Refused refused) {
        Inquiry.current().ifPresent(inquiry -> inquiry.refuse(refused));
        return switch (refused.refusal()) {
            case NOT_FOUND, DENIED, WRONG_KIND -> Response.error(404, 404, kind + " " + name + " not found");
            case EXISTS -> Response.error(409, 409, kind + " " + name + " already exists");
            case CONFLICT -> Response.error(409, 409, kind + " " + name + " is being changed: try again");
            case INVALID, TOO_LARGE ->
                Response.error(400, 400, "bad request when processing " + kind + " " + name + ": " + refused.reason());
            case QUOTA -> Response.error(TOO_MANY, TOO_MANY, refused.reason()).with(RETRY_AFTER, LATER_SECONDS);
            case AT_LIMIT -> tooMany(refused.reason());
            case OVERLOADED -> overloaded(refused.reason());
            case DEADLINE_EXCEEDED -> Response.error(504, 504, refused.reason());
            case UNAVAILABLE -> Response.error(500, 500, "internal error when processing " + kind + " " + name);
        };
    }

    /// What is said of a refusal where a status has been sent already.
    static String said(Refused refused) {
        return switch (refused.refusal()) {
            case AT_LIMIT, OVERLOADED, DEADLINE_EXCEEDED, QUOTA -> refused.reason();
            case NOT_FOUND, DENIED, WRONG_KIND, EXISTS, CONFLICT, INVALID, TOO_LARGE, UNAVAILABLE -> UNIFORM;
        };
    }

    /// Faasten's dialect and the seed's: the error in a field of that name too.
    static Handler ofPaths(Handler handler) {
        return request -> {
            try {
                return handler.handle(request);
            } catch (Rejection rejection) {
                return rejection.response();
            } catch (Refused refused) {
                return ofPath(refused);
            } catch (LabelInvalid tooLarge) {
                return ofPath(Refused.denied());
            }
        };
    }

    static Response ofPath(Refused refused) {
        Inquiry.current().ifPresent(inquiry -> inquiry.refuse(refused));
        return switch (refused.refusal()) {
            case NOT_FOUND, DENIED -> error(404, UNIFORM);
            case WRONG_KIND, INVALID -> error(400, refused.reason());
            case EXISTS, CONFLICT -> error(409, refused.reason());
            case TOO_LARGE -> error(413, refused.reason());
            case QUOTA -> error(TOO_MANY, refused.reason()).with(RETRY_AFTER, LATER_SECONDS);
            case AT_LIMIT -> error(TOO_MANY, refused.reason()).with(RETRY_AFTER, SOON_SECONDS);
            case OVERLOADED -> error(503, refused.reason()).with(RETRY_AFTER, SOON_SECONDS);
            case DEADLINE_EXCEEDED -> error(504, refused.reason());
            case UNAVAILABLE -> error(500, "the server could not do it");
        };
    }

    static Response error(int status, String message) {
        Bytes body = new JsonWriter(128)
                .beginObject()
                .field("code", status)
                .field("message", message)
                .field("error", message)
                .endObject()
                .done();
        return Response.json(status, body);
    }

    /// The one answer of an invocation whose gate or result the caller may not know of.
    static Response uniform() {
        return error(404, UNIFORM);
    }

    /// The answer to somebody who has as much under way as he may.
    static Response tooMany(String reason) {
        return Response.error(TOO_MANY, TOO_MANY, reason).with(RETRY_AFTER, SOON_SECONDS);
    }

    private static Response overloaded(String reason) {
        return Response.error(503, 503, reason).with(RETRY_AFTER, SOON_SECONDS);
    }
}
