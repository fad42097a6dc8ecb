package dev.sluice.gateway;

import dev.sluice.bytes.Bytes;
import dev.sluice.http.Request;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// One signature of a request, as RFC 9421 has them: which parts of the request it covers, and how it was made.
///
/// Of the RFC: one signature, components without parameters, `@method`, `@authority`, `@path`, `@query` and headers.
/// What
/// is signed has the parameters as they were sent, so another way to write them is another signature.
///
/// @param covered   names of components, each once
/// @param parameters by name; texts without their quotes
/// @param said      the components and parameters as they were sent
record MessageSignature(List<String> covered, Map<String, String> parameters, String said, Bytes signature) {
    static final String INPUT = "signature-input";
    static final String SIGNATURE = "signature";

    private static final int CHARS_MAX = 4096;
    private static final Pattern LABELED = Pattern.compile("([a-z*][a-z0-9_.*-]{0,63})=(.*)");
    private static final Pattern INPUT_FORM =
            Pattern.compile("\\(((?:\"[a-z0-9@-]{1,64}\"(?: \"[a-z0-9@-]{1,64}\"){0,31})?)\\)((?:;[^;]+){0,8})");
    private static final Pattern COMPONENT = Pattern.compile("\"([a-z0-9@-]+)\"");
    private static final Pattern PARAMETER =
            Pattern.compile(";([a-z*][a-z0-9_.*-]{0,31})=(?:\"([ !#-\\[\\]-~]{0,256})\"|([0-9]{1,15}))");
    private static final Pattern SIGNATURE_FORM = Pattern.compile(":([A-Za-z0-9+/=]{1,128}):");

    MessageSignature {
        covered = List.copyOf(covered);
        parameters = Map.copyOf(parameters);
    }

    /// The only one of a request; empty where there is none, more than one or what is none.
    static Optional<MessageSignature> of(Request request) {
        return request.header(INPUT)
                .flatMap(input -> request.header(SIGNATURE).flatMap(signature -> of(input, signature)));
    }

    static Optional<MessageSignature> of(String input, String signature) {
        if (input.length() > CHARS_MAX || signature.length() > CHARS_MAX) {
            return Optional.empty();
        }
        Matcher how = LABELED.matcher(input.strip());
        Matcher what = LABELED.matcher(signature.strip());
        if (!how.matches() || !what.matches() || !how.group(1).equals(what.group(1))) {
            return Optional.empty();
        }
        Matcher form = INPUT_FORM.matcher(how.group(2));
        Matcher bytes = SIGNATURE_FORM.matcher(what.group(2));
        if (!form.matches() || !bytes.matches()) {
            return Optional.empty();
        }
        var covered = new ArrayList<String>();
        COMPONENT.matcher(form.group(1)).results().forEach(one -> covered.add(one.group(1)));
        Optional<Map<String, String>> parameters = parameters(form.group(2));
        if (parameters.isEmpty() || covered.stream().distinct().count() < covered.size()) {
            return Optional.empty();
        }
        try {
            Bytes decoded = Bytes.takeOver(Base64.getDecoder().decode(bytes.group(1)));
            return Optional.of(new MessageSignature(covered, parameters.get(), how.group(2), decoded));
        } catch (IllegalArgumentException notBase64) {
            return Optional.empty();
        }
    }

    /// All of a text, each once.
    private static Optional<Map<String, String>> parameters(String text) {
        var all = new LinkedHashMap<String, String>();
        Matcher one = PARAMETER.matcher(text);
        int end = 0;
        while (end < text.length()) {
            if (!one.find(end) || one.start() != end) {
                return Optional.empty();
            }
            String value = one.group(2) == null ? one.group(3) : one.group(2);
            if (all.put(one.group(1), value) != null) {
                return Optional.empty();
            }
            end = one.end();
        }
        return Optional.of(all);
    }

    /// A moment that a parameter tells, in seconds since 1970.
    Optional<Instant> moment(String parameter) {
        try {
            return Optional.ofNullable(parameters.get(parameter))
                    .map(text -> Instant.ofEpochSecond(Long.parseLong(text)));
        } catch (NumberFormatException | DateTimeException none) {
            return Optional.empty();
        }
    }

    /// What is signed; empty where it covers what the request has not.
    Optional<Bytes> base(Request request) {
        Map<String, String> headers = request.headers();
        return base(name -> switch (name) {
            case "@method" -> Optional.of(request.method());
            case "@authority" ->
                Optional.ofNullable(headers.get("host")).map(host -> authority(host, request.secure()));
            case "@path" -> Optional.of(request.rawPath());
            case "@query" -> Optional.of("?" + request.rawQuery());
            default -> Optional.ofNullable(headers.get(name)).map(String::strip);
        });
    }

    Optional<Bytes> base(Function<String, Optional<String>> component) {
        var base = new StringBuilder();
        for (String name : covered) {
            Optional<String> value = component.apply(name);
            if (value.isEmpty()) {
                return Optional.empty();
            }
            base.append('"').append(name).append("\": ").append(value.get()).append('\n');
        }
        return Optional.of(
                Bytes.utf8(base.append("\"@signature-params\": ").append(said).toString()));
    }

    private static String authority(String host, boolean isSecure) {
        String port = isSecure ? ":443" : ":80";
        String lower = host.toLowerCase(Locale.ROOT);
        return lower.endsWith(port) ? lower.substring(0, lower.length() - port.length()) : lower;
    }

    /// Without what proves it.
    @Override
    public String toString() {
        return "MessageSignature";
    }
}
