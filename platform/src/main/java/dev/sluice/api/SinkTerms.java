package dev.sluice.api;

import dev.sluice.event.Sink;
import dev.sluice.event.Sink.Auth;
import dev.sluice.event.Sink.Mode;
import dev.sluice.fs.FsPath;
import dev.sluice.gate.UrlTemplate;
import dev.sluice.host.HostName;
import dev.sluice.kernel.Refused;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.org.Action;
import dev.sluice.org.Need;
import dev.sluice.org.Resource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// What a subscription says of where its events go: `{"url": ...}` or `{"gate": ...}`, with `secret`, `auth`, `mode`
/// and `origin`; or `{"driver": ...}`. Ours.
final class SinkTerms {
    private static final String FIELD = "sink";
    private static final String GATE = "gate";
    private static final String URL = "url";
    private static final String DRIVER = "driver";
    private static final String SECRET = "secret";
    private static final String AUTH = "auth";
    private static final String MODE = "mode";
    private static final String ORIGIN = "origin";
    private static final Set<String> KNOWN = Set.of(GATE, URL, DRIVER, SECRET, AUTH, MODE, ORIGIN);
    private static final int GATE_CHARS_MAX = 1024;
    private static final Pattern SECRET_NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_-]{0,127}");
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,127}");

    private SinkTerms() {}

    /// @throws Rejection 400, 422
    static Optional<Sink> of(JsonBody fields) {
        return fields.field(FIELD).map(json -> {
            if (!json.isObject()) {
                throw JsonBody.wrongType(FIELD, "object", json);
            }
            return sink(new JsonBody(json));
        });
    }

    private static Sink sink(JsonBody terms) {
        var unknown = new TreeSet<>(terms.names());
        unknown.removeAll(KNOWN);
        String gate = terms.text(GATE).orElse("");
        String url = terms.text(URL).orElse("");
        String driver = terms.text(DRIVER).orElse("");
        String secret = terms.text(SECRET).orElse("");
        Auth auth = word(Auth.values(), AUTH, terms.text(AUTH).orElse("none"));
        Mode mode = word(Mode.values(), MODE, terms.text(MODE).orElse("structured"));
        long places =
                Stream.of(gate, url, driver).filter(text -> !text.isEmpty()).count();
        if (!unknown.isEmpty() || places != 1) {
            throw invalid(
                    "it has either url or gate, and beside that secret, auth and mode, beside url origin; or it has a driver");
        }
        if (!driver.isEmpty()) {
            if (terms.names().size() > 1 || !NAME.matcher(driver).matches()) {
                throw invalid("driver is the name of an event driver, which says all the rest");
            }
            return new Sink("", "", driver, "", Auth.NONE, Mode.BINARY);
        }
        if (secret.isEmpty() != (auth == Auth.NONE)) {
            throw invalid("auth is bearer or webhook where there is a secret, and none without one");
        }
        if (!secret.isEmpty() && !SECRET_NAME.matcher(secret).matches()) {
            throw invalid("secret is the name of one");
        }
        requirePlace(gate, url);
        return new Sink(gate, url, "", secret, auth, mode, origin(terms, url));
    }

    private static String origin(JsonBody terms, String url) {
        Optional<String> origin = terms.text(ORIGIN).filter(text -> !text.isEmpty());
        if (origin.isPresent() && (url.isEmpty() || HostName.of(origin.get()).isEmpty())) {
            throw invalid("origin is a name in the DNS, such as events.example.org, under which a url is asked whether"
                    + " it wants events");
        }
        return origin.orElse("");
    }

    private static <E extends Enum<E>> E word(E[] all, String field, String text) {
        return Arrays.stream(all)
                .filter(one -> one.name().toLowerCase(Locale.ROOT).equals(text))
                .findFirst()
                .orElseThrow(() -> invalid(field + " is one of "
                        + String.join(
                                ", ",
                                Arrays.stream(all)
                                        .map(one -> one.name().toLowerCase(Locale.ROOT))
                                        .toList())));
    }

    private static void requirePlace(String gate, String url) {
        try {
            if (url.isEmpty()) {
                path(gate);
            } else if (!UrlTemplate.parse(url).parameters().isEmpty()) {
                throw invalid("its url has no {name}: there is nothing to fill in");
            }
        } catch (IllegalArgumentException wrong) {
            throw invalid(String.valueOf(wrong.getMessage()));
        }
    }

    /// @throws Rejection 400 for a path that means something else to each reader
    static FsPath path(String gate) {
        try {
            FsPath path = FsPath.parse(gate, Component.TRUE, Label.PUBLIC);
            if (gate.length() <= GATE_CHARS_MAX && path.toString().equals(gate)) {
                return path;
            }
        } catch (Refused _) {
            // said below
        }
        throw invalid("its gate is a whole path, such as home:<T,acme>:hook, without ~ and %");
    }

    /// Whoever has events leave may know them, and read the secret.
    static List<Need> needs(Sink sink) {
        var needs = new ArrayList<>(List.of(Need.of(Action.GET, Resource.EVENT)));
        if (!sink.secret().isEmpty()) {
            needs.add(Need.of(Action.GET, Resource.SECRET, sink.secret()));
        }
        return needs;
    }

    static void write(Sink sink, JsonWriter out) {
        out.name(FIELD).beginObject();
        if (!sink.driver().isEmpty()) {
            out.field(DRIVER, sink.driver()).endObject();
            return;
        }
        if (sink.url().isEmpty()) {
            out.field(GATE, sink.gate());
        } else {
            out.field(URL, sink.url());
        }
        if (!sink.secret().isEmpty()) {
            out.field(SECRET, sink.secret()).field(AUTH, sink.auth().name().toLowerCase(Locale.ROOT));
        }
        out.field(MODE, sink.mode().name().toLowerCase(Locale.ROOT));
        if (!sink.origin().isEmpty()) {
            out.field(ORIGIN, sink.origin());
        }
        out.endObject();
    }

    private static Rejection invalid(String why) {
        return Rejection.of(400, "bad request when processing subscription: sink: " + why);
    }
}
