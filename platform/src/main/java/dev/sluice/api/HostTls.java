package dev.sluice.api;

import dev.sluice.org.Action;
import dev.sluice.org.Need;
import dev.sluice.org.Resource;
import java.util.List;
import tools.jackson.databind.node.JsonNodeFactory;

/// Which certificate a host shows.
///
/// @param kind   one of [#KINDS]
/// @param secret that has it; empty for the other kinds
record HostTls(String kind, String secret) {
    static final String SELF_SIGNED = "self-signed";
    static final String SECRET = "secret";
    static final String ACME = "acme";
    static final List<String> KINDS = List.of(SELF_SIGNED, SECRET, ACME);

    /// @throws Rejection 422
    static HostTls of(JsonBody host) {
        JsonBody fields = JsonBody.ofObject(host.field("tls").orElseGet(() -> JsonNodeFactory.instance.objectNode()));
        String kind = fields.text("kind").orElse(SELF_SIGNED);
        JsonBody.requireAmong("tls.kind", kind, KINDS);
        if (kind.equals(SECRET)) {
            return new HostTls(kind, fields.matching("secret", ApiWish.FUNCTION, JsonBody.NAME_CHARS_MAX));
        }
        if (!fields.text("secret").orElse("").isEmpty()) {
            throw Rejection.of(422, 606, "tls.secret in body should be left out where tls.kind is " + kind);
        }
        return new HostTls(kind, "");
    }

    /// Who has a host show what is in a secret may read it.
    List<Need> needs() {
        return kind.equals(SECRET) ? List.of(Need.of(Action.GET, Resource.SECRET, secret)) : List.of();
    }

    void writeTo(JsonWriter out) {
        out.beginObject().field("kind", kind);
        if (kind.equals(SECRET)) {
            out.field("secret", secret);
        }
        out.endObject();
    }
}
