package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.http.RawClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Faasten's published client, by the bytes that it sends: each of its commands, and what it makes of the answer
/// (contracts/faasten.md 6.3).
final class FstnTest extends ApiTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String ME = "red/serviceaccount/dev";
    private static final String BOUNDARY = "2a3f9c1d5e7b8a60-9f1c2b3d4e5f6a7b-0011223344556677-8899aabbccddeeff";
    private static final String ECHO = """
            from syscalls import ResponseDict

            def handle(syscall, payload=b"", blobs=None, headers=None, invoker=None, **_):
                return ResponseDict({"got": payload.decode()}, 201)
            """;

    private String token;

    @BeforeAll
    void start() throws IOException {
        token = api.developer("red").token();
        assertThat(whoami().status()).isEqualTo(200);
    }

    /// An answer as the client sees it.
    private record Answer(int status, String head, String body) {
        JsonNode json() {
            return JSON.readTree(body);
        }

        void isSuccess() {
            assertThat(status).isEqualTo(200);
            assertThat(json().path("success").asBoolean(false)).as(body).isTrue();
        }
    }

    @Test
    void whoami_saysWho() throws Exception {
        assertThat(whoami().json().path("login").asString("")).isEqualTo(ME);
    }

    @Test
    void pings_answer() throws Exception {
        assertThat(send("GET /faasten/ping", "", "").body()).isEqualTo("Pong.");
        assertThat(send("GET /faasten/ping/scheduler", "", "").status()).isEqualTo(204);
    }

    @Test
    void delegate_givesAToken_withAHomeOfItsOwn() throws Exception {
        Answer app = delegate("{\"component\":\"" + ME + "/app\",\"bootstrap\":true,\"clearance\":null}");
        assertThat(app.status()).isEqualTo(200);
        String before = token;
        try {
            token = app.body();
            assertThat(whoami().json().path("login").asString("")).isEqualTo(ME + "/app");
            fs("ping", "{}").isSuccess();
        } finally {
            token = before;
        }
        Answer refused = delegate("{\"component\":\"red\",\"bootstrap\":false,\"clearance\":null}");
        assertThat(refused.status()).isEqualTo(406);
        assertThat(refused.body()).isEmpty();
        assertThat(delegate("{\"component\":\"a,b\",\"bootstrap\":false,\"clearance\":null}")
                        .status())
                .isEqualTo(400);
    }

    @Test
    void directoriesAndFiles_areMade_written_read_andRemoved() throws Exception {
        fs("ping", "{}").isSuccess();
        fs("mkdir", "{\"base\":[\"home\",\"T," + ME + "\"],\"label\":\"T," + ME + "\",\"name\":\"pub\"}")
                .isSuccess();
        fs("mkfile", "{\"base\":[\"home\",\"T," + ME + "\",\"pub\"],\"label\":\"T," + ME + "\",\"name\":\"f\"}")
                .isSuccess();
        String path = "{\"path\":[\"home\",\"T," + ME + "\",\"pub\",\"f\"]";
        fs("write", path + ",\"data\":\"" + base64("hello") + "\"}").isSuccess();
        Answer read = fs("read", path + "}");
        read.isSuccess();
        assertThat(read.json().path("value").asString("")).isEqualTo(base64("hello"));
        assertThat(fs("cat", path + "}").body()).isEqualTo("hello");
        Answer ls = fs("ls", "{\"path\":[\"home\",\"T," + ME + "\",\"pub\"]}");
        ls.isSuccess();
        assertThat(ls.json().path("value").path("f").asInt(-1)).isEqualTo(1);
        fs("unlink", "{\"base\":[\"home\",\"T," + ME + "\",\"pub\"],\"name\":\"f\"}")
                .isSuccess();
        Answer gone = fs("read", path + "}");
        assertThat(gone.json().path("success").asBoolean(true)).isFalse();
        assertThat(gone.json().has("value")).isTrue();
    }

    @Test
    void facetedDirectories_areMade_andListed() throws Exception {
        fs("mkfaceted", "{\"base\":[\"home\",\"" + ME + "," + ME + "\"],\"name\":\"many\"}")
                .isSuccess();
        Answer ls = fs("ls", "{\"path\":[\"home\",\"" + ME + "," + ME + "\",\"many\"]}");
        ls.isSuccess();
        assertThat(ls.json().path("value").isArray()).isTrue();
        Answer home = fs("ls", "{\"path\":[\"home\",\"" + ME + "," + ME + "\"]}");
        assertThat(home.json().path("value").path("many").asInt(-1)).isEqualTo(2);
        assertThat(home.json().path("value").path("fsutil").asInt(-1)).isEqualTo(3);
    }

    @Test
    void blobs_areUploaded_andRead() throws Exception {
        String payload =
                "{\"op\":\"mkblob\",\"args\":{\"base\":[\"home\",\"T," + ME + "\"],\"label\":\"T," + ME + "\"}}";
        fsParts(payload, "one.txt", "the first", "two.txt", "the second").isSuccess();
        assertThat(fs("cat", "{\"path\":[\"home\",\"T," + ME + "\",\"two.txt\"]}")
                        .body())
                .isEqualTo("the second");
    }

    @Test
    void gates_areMadeFromImages_replaced_shown_andInvoked() throws Exception {
        String grants = "\"label\":\"T," + ME + "\",\"privilege\":\"T\",\"clearance\":\"T\"";
        String images = "\"memory\":128,\"app_image\":\"@echo.py\",\"kernel\":null,\"gate\":null,\"runtime\":[\"home\","
                + "\"T,faasten\",\"python\"]";
        String base = "\"base\":[\"home\",\"T," + ME + "\"],\"name\":";
        fsParts("{\"op\":\"mkgate\",\"args\":{" + grants + "," + images + "," + base + "\"echo\"}}", "app_image", ECHO)
                .isSuccess();
        Answer invoked = invoke("home:%3CT,red%2Fserviceaccount%2Fdev%3E:echo", "{\"b\": 1, \"a\": \"x|y\"}");
        assertThat(invoked.status()).isEqualTo(201);
        assertThat(invoked.json().path("got").asString("")).isEqualTo("{\"a\":\"x|y\",\"b\":1}");
        assertThat(invoked.head()).contains("application/octet-stream");

        Answer shown = fs("ls", "{\"path\":[\"home\",\"T," + ME + "\",\"echo\"]}");
        shown.isSuccess();
        fsParts(
                        "{\"op\":\"upgate\",\"args\":{\"path\":[\"home\",\"T," + ME + "\",\"echo\"],\"privilege\":null,"
                                + "\"clearance\":null,\"memory\":128,\"app_image\":\"@new.py\",\"kernel\":null,"
                                + "\"runtime\":null,\"gate\":null}}",
                        "app_image",
                        ECHO.replace("got", "new"))
                .isSuccess();
        assertThat(invoke("home:%3CT,red%2Fserviceaccount%2Fdev%3E:echo", "1").body())
                .contains("new");
        Answer called = fs(
                "invoke",
                "{\"path\":[\"home\",\"T," + ME + "\",\"echo\"],\"sync\":true,\"payload\":\"" + base64("[7]")
                        + "\",\"params\":{}}");
        called.isSuccess();
        String data =
                new String(Base64.getDecoder().decode(called.json().path("data").asString("")), StandardCharsets.UTF_8);
        assertThat(JSON.readTree(data).path("new").asString("")).isEqualTo("[7]");

        fsParts("{\"op\":\"mkgate\",\"args\":{" + grants + ",\"memory\":null,\"app_image\":null,\"kernel\":null,"
                        + "\"runtime\":null,\"gate\":[\"home\",\"T," + ME + "\",\"echo\"]," + base + "\"again\"}}")
                .isSuccess();
        assertThat(invoke("home:%3CT,red%2Fserviceaccount%2Fdev%3E:again", "1").body())
                .contains("new");
    }

    @Test
    void services_areMade_shown_andOnlyForHostsThatTheOperatorAllows() throws Exception {
        String rest = ",\"base\":[\"home\",\"T," + ME + "\"],\"label\":\"T," + ME
                + "\",\"privilege\":\"T\",\"clearance\":\"" + ME + "\",\"taint\":\"T\",\"verb\":1,\"headers\":{}}";
        fs("mksvc", "{\"name\":\"svc\",\"url\":\"https://api.example.com/{x}\"" + rest)
                .isSuccess();
        Answer shown = fs("ls", "{\"path\":[\"home\",\"T," + ME + "\",\"svc\"]}");
        shown.isSuccess();
        JsonNode service = shown.json().path("value").path("service");
        assertThat(service.path("url").asString("")).isEqualTo("https://api.example.com/{x}");
        assertThat(service.path("verb").asString("")).isEqualTo("GET");
        for (String refused : List.of("https://other.example.com/", "ftp://api.example.com/", "no URL")) {
            Answer none = fs("mksvc", "{\"name\":\"none\",\"url\":\"" + refused + "\"" + rest);
            assertThat(none.json().path("success").asBoolean(true))
                    .as(none.body())
                    .isFalse();
        }
        Answer home = fs("ls", "{\"path\":[\"home\",\"T," + ME + "\"]}");
        assertThat(home.json().path("value").path("svc").asInt(-1)).isEqualTo(4);
        assertThat(home.json().path("value").has("none")).isFalse();
    }

    /// `-m USER`: with the gate's clearance, here another's.
    @Test
    void masquerading_needsTheClearance() throws Exception {
        String home = "home:%3Cred%2Fserviceaccount%2Fdev,red%2Fserviceaccount%2Fdev%3E:fsutil";
        assertThat(invoke(home, "{\"op\":\"ping\",\"args\":{}}").body()).contains("pong");
        String before = token;
        try {
            token = api.developer("blue").token();
            whoami();
            assertThat(invoke(home, "{\"op\":\"ping\",\"args\":{}}").status()).isEqualTo(404);
        } finally {
            token = before;
        }
    }

    @Test
    void rawSeparators_inThePath_areData() throws Exception {
        assertThat(invoke("home:%3CT,a|b&c|d%3E:x%25y", "{}").status()).isEqualTo(404);
        assertThat(invoke("home:%3CT,a|%3E:x", "{}").status()).isEqualTo(400);
    }

    private Answer whoami() throws IOException {
        return send("GET /me", "", "");
    }

    private Answer delegate(String body) throws IOException {
        return send("POST /faasten/delegate", "application/json", body);
    }

    private Answer invoke(String segment, String body) throws IOException {
        return send("POST /faasten/invoke/" + segment, "application/json", body);
    }

    private Answer fs(String operation, String args) throws IOException {
        return invoke("~:fsutil", "{\"op\":\"" + operation + "\",\"args\":" + args + "}");
    }

    /// @param files names and contents in turn
    private Answer fsParts(String payload, String... files) throws IOException {
        var body = new StringBuilder("--" + BOUNDARY + "\r\nContent-Disposition: form-data; name=\"payload\"\r\n\r\n")
                .append(payload)
                .append("\r\n");
        for (int i = 0; i < files.length; i += 2) {
            body.append("--")
                    .append(BOUNDARY)
                    .append("\r\nContent-Disposition: form-data; name=\"blob\"; filename=\"")
                    .append(files[i])
                    .append("\"\r\nContent-Type: application/octet-stream\r\n\r\n")
                    .append(files[i + 1])
                    .append("\r\n");
        }
        body.append("--").append(BOUNDARY).append("--\r\n");
        return send("POST /faasten/invoke/~:fsutil", "multipart/form-data; boundary=" + BOUNDARY, body.toString());
    }

    private Answer send(String request, String type, String body) throws IOException {
        var text = new StringBuilder(request).append(" HTTP/1.1\r\n");
        if (!request.contains("/ping")) {
            text.append("authorization: Bearer ").append(token).append("\r\n");
        }
        if (!type.isEmpty()) {
            text.append("content-type: ").append(type).append("\r\ncontent-length: ");
            text.append(body.getBytes(StandardCharsets.UTF_8).length).append("\r\n");
        }
        text.append("accept: */*\r\nhost: 127.0.0.1:8080\r\nconnection: close\r\n\r\n");
        String answer = RawClient.send(api.port(), text.append(body).toString());
        String head = answer.substring(0, answer.indexOf("\r\n\r\n"));
        return new Answer(RawClient.status(answer), head, RawClient.body(answer));
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
