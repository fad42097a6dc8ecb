package dev.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.sluice.ScenarioServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A server with Alice, Bob and Mallory, who do not trust each other, and what they send it over HTTP.
final class World implements AutoCloseable {
    static final JsonMapper JSON = JsonMapper.builder().build();
    static final Who ANON = new Who("", "T", "");

    final Who alice;
    final Who bob;
    final Who mallory;
    final Who carol;

    private final ScenarioServer server;
    private final HttpClient client = HttpClient.newHttpClient();

    /// @param organization his own, whose only member he is
    /// @param principal    whom he acts for, as the labels name him
    record Who(String organization, String principal, String token) {
        /// A label that only he may know and vouches for.
        String own() {
            return principal + "," + principal;
        }

        /// The facet of his home where such things are.
        String home() {
            return "home:<" + own() + ">";
        }

        /// What everybody may read and only he writes.
        String open() {
            return "home:<T," + principal + ">";
        }

        Who as(String token) {
            return new Who(organization, principal, token);
        }
    }

    record Answer(int status, String body, Map<String, List<String>> headers) {
        JsonNode json() {
            return JSON.readTree(body);
        }

        String text(String field) {
            return json().path(field).asString("");
        }
    }

    World(Path directory, String... options) throws Exception {
        server = ScenarioServer.start(directory, List.of("alice", "bob", "mallory", "carol"), options);
        alice = who("alice");
        bob = who("bob");
        mallory = who("mallory");
        carol = who("carol");
    }

    ScenarioServer server() {
        return server;
    }

    private Who who(String organization) {
        String principal = organization + "/serviceaccount/" + ScenarioServer.ACCOUNT;
        return new Who(organization, principal, token(organization));
    }

    private String token(String organization) {
        try {
            var claims = new JWTClaimsSet.Builder()
                    .issuer(organization + "/" + ScenarioServer.ACCOUNT)
                    .expirationTime(Date.from(Instant.now().plusSeconds(3000)))
                    .build();
            var jwt = new SignedJWT(new JWSHeader(JWSAlgorithm.RS256), claims);
            jwt.sign(new RSASSASigner(server.key().getPrivate()));
            return jwt.serialize();
        } catch (JOSEException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    @Override
    public void close() {
        client.close();
        server.close();
    }

    Answer send(Who who, String method, String target, String body, String... headers) {
        var request = HttpRequest.newBuilder(URI.create(server.api() + target))
                .method(method, HttpRequest.BodyPublishers.ofString(body));
        if (!List.of(headers).contains("Content-Type")) {
            request.header("Content-Type", "application/json");
        }
        if (!who.token().isEmpty()) {
            request.header("Authorization", "Bearer " + who.token());
        }
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        try {
            HttpResponse<String> answer =
                    client.send(request.build(), HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
            return new Answer(
                    answer.statusCode(), answer.body(), answer.headers().map());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(stopped);
        }
    }

    /// A file, whose label is its facet's.
    void file(Who who, String path, String content) {
        assertThat(send(who, "PUT", fs(path), content).status()).isEqualTo(201);
    }

    Answer read(Who who, String path) {
        return send(who, "GET", fs(path), "");
    }

    Answer list(Who who, String path) {
        return send(who, "GET", fs(path) + "?op=list", "");
    }

    void directory(Who who, String path, boolean isFaceted) {
        assertThat(send(who, "POST", fs(path) + "?op=mkdir&faceted=" + isFaceted, "")
                        .status())
                .isEqualTo(201);
    }

    /// A gate that does what its payload says (see `script.py`).
    void script(Who who, String path, Map<String, ?> policy) {
        Answer made = gate(who, path, script(), policy);
        assertThat(made.status()).as(made.body()).isEqualTo(201);
    }

    Answer gate(Who who, String path, String source, Map<String, ?> policy) {
        return gate(who, "POST", path, source, policy);
    }

    Answer gate(Who who, String method, String path, String source, Map<String, ?> policy) {
        Answer blob = send(who, "POST", "/blobs?label=" + encoded(who.own()), source);
        assertThat(blob.status()).as(blob.body()).isEqualTo(201);
        var body = JSON.createObjectNode()
                .put("path", path)
                .put("blob", blob.text("blob"))
                .put("image", "python3")
                .put("handler", "script.handle");
        policy.forEach((name, value) -> body.set(name, JSON.valueToTree(value)));
        return send(who, method, "/gates", body.toString());
    }

    static String script() {
        try (InputStream in = World.class.getResourceAsStream("script.py")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    Answer invoke(Who who, String path, Script script, String... headers) {
        return send(who, "POST", invocation(path), script.json(), headers);
    }

    /// The outcomes of a script whose answer arrived: what each step answered, or the refusal's word.
    List<String> outcomes(Who who, String path, Script script, String... headers) {
        Answer answer = invoke(who, path, script, headers);
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        return answer.json().path("outcomes").valueStream().map(World::text).toList();
    }

    private static String text(JsonNode outcome) {
        return outcome.isString() ? outcome.stringValue() : outcome.toString();
    }

    static String invocation(String path) {
        return "/faasten/invoke/" + encoded(path);
    }

    static String fs(String path) {
        return "/faasten/fs/" + encoded(path);
    }

    static String encoded(String segment) {
        return URLEncoder.encode(segment, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
