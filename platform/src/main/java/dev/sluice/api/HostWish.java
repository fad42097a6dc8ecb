package dev.sluice.api;

import dev.sluice.api.FunctionEntity.Tag;
import dev.sluice.api.KeptEntities.Kind;
import dev.sluice.host.HostName;
import dev.sluice.host.HostProofs;
import dev.sluice.org.Need;
import dev.sluice.org.Resource;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Locale;

/// A host that an organization wants to have for its APIs.
///
/// @param proof     how it shows that the name is its own: [#PROOFS]
/// @param challenge the value that shows it, which is told to nobody else; the server's own
record HostWish(String name, HostTls tls, String proof, List<Tag> tags, String challenge) implements KeptEntity.Wish {
    static final Kind<HostWish> KIND = new Kind<>(
            "host", Resource.API, ".host", HostWish.class, HostWish::parse, HostWish::needs, (_, wish) -> wish);

    static final List<String> PROOFS = List.of("dns", "http");
    private static final int CHALLENGE_BYTES = 32;
    private static final SecureRandom RANDOM = new SecureRandom();

    HostWish {
        tags = List.copyOf(tags);
    }

    private static HostWish parse(JsonBody fields) {
        fields.requireId("id");
        String text = fields.requiredText("name");
        if (text.contains("*")) {
            throw Rejection.of(
                    422,
                    605,
                    "name should be a host's name in the DNS, such as www.example.org, without a wildcard: ask for each"
                            + " host by its own name");
        }
        HostName name = HostName.of(text)
                .orElseThrow(() -> Rejection.of(
                        422,
                        605,
                        "name should be a host's name in the DNS, such as www.example.org: ASCII (xn-- for other"
                                + " letters), at least one dot, no port, no address, no dot at its end, at most "
                                + HostName.CHARS_MAX + " characters"));
        String proof = fields.text("proof").filter(way -> !way.isEmpty()).orElse(PROOFS.getFirst());
        JsonBody.requireAmong("proof", proof, PROOFS);
        return new HostWish(name.text(), HostTls.of(fields), proof, Tags.of(fields), fresh());
    }

    private static String fresh() {
        byte[] value = new byte[CHALLENGE_BYTES];
        RANDOM.nextBytes(value);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(value);
    }

    private List<Need> needs() {
        return tls.needs();
    }

    HostWish with(String kept) {
        return new HostWish(name, tls, proof, tags, kept);
    }

    HostName host() {
        return new HostName(name);
    }

    HostProofs.Way way() {
        return HostProofs.Way.valueOf(proof.toUpperCase(Locale.ROOT));
    }

    /// Where the challenge is looked for.
    String place() {
        return HostProofs.place(way(), host(), challenge);
    }

    /// What its author is to do.
    String todo() {
        return switch (way()) {
            case DNS ->
                "make a TXT record " + place() + " with the value " + challenge
                        + ": it is looked for again and again, and right after: sluice update host " + name;
            case HTTP ->
                "let " + place() + " answer with status 200 and the text " + challenge
                        + " on port 80, without a redirect: it is looked for again and again, and right after:"
                        + " sluice update host " + name;
        };
    }

    /// Why it is not looked for any more, and what its author is to do.
    String late(Duration lookedFor) {
        return "it was not shown in " + lookedFor.toDays() + " days, and is not looked for any more: " + todo();
    }

    @Override
    public void writeTo(JsonWriter out, KeptEntity<?> entity, KeptEntity.State state) {
        out.field("id", entity.id()).field("name", name).field("kind", "Host");
        out.name("tls");
        tls.writeTo(out);
        out.field("proof", proof);
        out.name("challenge").beginObject();
        out.field(way() == HostProofs.Way.DNS ? "record" : "url", place()).field("value", challenge);
        out.endObject();
        out.field("status", state.status().name()).fieldOrNull("reason", state.reason());
        out.field("createdTime", entity.createdSeconds()).field("modifiedTime", entity.modifiedSeconds());
        Tag.write(tags, out);
    }
}
