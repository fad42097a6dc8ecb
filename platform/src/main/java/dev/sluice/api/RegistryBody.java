package dev.sluice.api;

import dev.sluice.bytes.Bytes;
import dev.sluice.oci.Login;
import dev.sluice.oci.PullFailed;
import dev.sluice.oci.Reference;
import dev.sluice.secret.Secret;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// An organization's login at a registry, as clients send it. They are answered all of it but the password.
///
/// @param host as references to images name it: `host` or `host:port`, Docker's as where it really is
record RegistryBody(String name, String host, Login login, List<FunctionEntity.Tag> tags) {
    static final int BYTES_MAX = SecretBody.BYTES_MAX;
    static final int USERNAME_CHARS_MAX = 255;

    /// Some registries take tokens for passwords.
    static final int PASSWORD_CHARS_MAX = 8192;

    private static final String HOST = "host";
    private static final String USERNAME = "username";
    private static final String PASSWORD = "password";
    private static final String CREATED = "created";

    /// @throws Rejection 400, 422; it does not say what was sent as a password
    static RegistryBody parse(Bytes sent) {
        JsonBody body = JsonBody.parse(sent);
        String name = body.requiredName();
        String host = host(name, body.requiredText(HOST));
        String username = body.requiredText(USERNAME);
        if (username.indexOf(':') >= 0) {
            throw wrong(name, "a username has no colon");
        }
        requireSendable(name, USERNAME, username, USERNAME_CHARS_MAX);
        String password = body.requiredText(PASSWORD);
        requireSendable(name, PASSWORD, password, PASSWORD_CHARS_MAX);
        return new RegistryBody(name, host, new Login(username, password), Tags.of(body));
    }

    private static String host(String name, String stated) {
        try {
            return Reference.registry(stated);
        } catch (PullFailed wrong) {
            throw wrong(name, "host: " + wrong.reason());
        }
    }

    /// A header can hold it.
    private static void requireSendable(String name, String field, String text, int charsMax) {
        boolean isSendable = text.codePoints().noneMatch(Character::isISOControl)
                && StandardCharsets.UTF_8.newEncoder().canEncode(text);
        if (!isSendable || text.length() > charsMax) {
            throw wrong(name, field + " has at most " + charsMax + " characters, and none that controls a terminal");
        }
    }

    private static Rejection wrong(String name, String why) {
        return Rejection.of(400, "bad request when processing registry " + name + ": " + why);
    }

    /// What is kept of it.
    Secret.Content content(long createdSeconds) {
        Map<String, String> values = Map.of(
                HOST, host,
                USERNAME, login.user(),
                PASSWORD, login.password(),
                CREATED, Long.toString(createdSeconds));
        Map<String, String> tagged = new TreeMap<>();
        tags.forEach(tag -> tagged.put(tag.key(), tag.value()));
        return new Secret.Content(values, tagged);
    }

    static String host(Secret stored) {
        return value(stored, HOST);
    }

    static Login login(Secret stored) {
        return new Login(value(stored, USERNAME), value(stored, PASSWORD));
    }

    /// Since the epoch.
    static long createdSeconds(Secret stored) {
        return Long.parseLong(value(stored, CREATED));
    }

    private static String value(Secret stored, String key) {
        return stored.values().getOrDefault(key, "");
    }

    static void write(Secret stored, JsonWriter out) {
        out.beginObject().field("id", stored.id()).field("name", stored.name()).field("kind", "Registry");
        out.field(HOST, host(stored)).field(USERNAME, value(stored, USERNAME));
        out.field("version", stored.version()).field("createdTime", createdSeconds(stored));
        FunctionEntity.Tag.write(SecretBody.tags(stored), out);
        out.endObject();
    }
}
