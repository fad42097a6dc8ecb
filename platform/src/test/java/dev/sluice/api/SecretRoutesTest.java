package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.api.ApiServer.Answer;
import dev.sluice.api.ApiServer.Asker;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `/v1/secret`, as Dispatch's client asks.
final class SecretRoutesTest {
    private static final String FORBIDDEN =
            "{\"code\": 403,\"message\": \"Forbidden, please make sure you have required privileges\"}";
    private static final String SESAME = "{\"name\":\"open-sesame\",\"secrets\":{\"password\":\"OpenSesame\"},\"tags\":null}";

    @TempDir
    private static Path directory;

    private static ApiServer api;

    @BeforeAll
    static void start() throws Exception {
        api = new ApiServer(directory);
    }

    @AfterAll
    static void stop() {
        api.close();
    }

    @Test
    void aSecret_isMade_changedAndRemoved_asDispatchAnswers() {
        Asker admin = api.developer("s1", "secret");
        Answer made = api.post(admin, "/v1/secret", SESAME);
        assertThat(made.status()).isEqualTo(201);
        String id = made.text("id");
        assertThat(made.body())
                .isEqualTo("{\"id\":\"" + id + "\",\"name\":\"open-sesame\",\"kind\":\"Secret\",\"version\":1,"
                        + "\"secrets\":{\"password\":\"OpenSesame\"},\"tags\":null}");
        assertThat(api.get(admin, "/v1/secret/open-sesame").body()).isEqualTo(made.body());
        assertThat(api.get(admin, "/v1/secret").body()).isEqualTo("[" + made.body() + "]");

        Answer changed = api.put(
                admin,
                "/v1/secret/open-sesame",
                "{\"kind\":\"Secret\",\"name\":\"open-sesame\",\"secrets\":{\"password\":\"OpenSesameStreet\"},"
                        + "\"tags\":[{\"key\":\"role\",\"value\":\"test\"}]}");
        assertThat(changed.status()).isEqualTo(201);
        Answer read = api.get(admin, "/v1/secret/open-sesame");
        assertThat(read.body())
                .isEqualTo("{\"id\":\"" + id + "\",\"name\":\"open-sesame\",\"kind\":\"Secret\",\"version\":2,"
                        + "\"secrets\":{\"password\":\"OpenSesameStreet\"},"
                        + "\"tags\":[{\"key\":\"role\",\"value\":\"test\"}]}");

        Answer removed = api.delete(admin, "/v1/secret/open-sesame");
        assertThat(removed.status()).isEqualTo(204);
        assertThat(removed.body()).isEmpty();
        assertThat(api.get(admin, "/v1/secret/open-sesame").body())
                .isEqualTo("{\"code\":404,\"message\":\"secret open-sesame not found\"}");
        assertThat(api.delete(admin, "/v1/secret/open-sesame").status()).isEqualTo(404);
        assertThat(api.put(admin, "/v1/secret/open-sesame", SESAME).status()).isEqualTo(404);
        assertThat(api.get(admin, "/v1/secret").body()).isEqualTo("[]");
        assertThat(api.post(admin, "/v1/secret", SESAME).text("id")).isNotEqualTo(id);
    }
}
