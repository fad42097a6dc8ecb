package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.api.ApiServer.Answer;
import dev.sluice.api.ApiServer.Asker;
import dev.sluice.blob.disk.DiskBlobs;
import dev.sluice.bytes.Bytes;
import dev.sluice.secret.DataKeys;
import dev.sluice.store.Store;
import dev.sluice.store.rocks.RocksStore;
import dev.sluice.testing.Contents;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What a disk tells of secrets: their names, and nothing else. All files of a server are looked through, those that
/// its store has forgotten too.
@Timeout(120)
final class SecretsAtRestTest {
    private static final int WRAPPED_BYTES = 16 + 12 + 32 + 16;

    @TempDir
    private static Path directory;

    private final String first = random();
    private final String second = random();
    private final String name = "n" + random();

    @Test
    void aValue_isInNoFile_evenAfterARestart_andIsGoneWithItsOrganizationsKey() throws Exception {
        try (var store = store();
                var api = server(store)) {
            Asker dev = api.developer("acme", "secret");
            send(api, dev, "POST", "", first, 201);
            send(api, dev, "PUT", "/" + name, second, 201);
            assertThat(api.get(dev, "/v1/secret/" + name).body()).contains(second);
            assertThat(files(name)).as("the search finds what is there").isNotEmpty();
            assertNothing();
            store.rewrite(Set.of(Bytes.EMPTY));
            assertNothing();
            Bytes wrapped = wrapped(store);
            assertThat(files(latin(wrapped))).isNotEmpty();

            DataKeys.rotate(directory.resolve(DataKeys.FILE), new SecureRandom());
            api.keys.rewrapIfDue();
            assertThat(api.get(dev, "/v1/secret/" + name).body()).contains(second);
            assertThat(api.get(dev, "/v1/secret/" + name + "?version=1").body()).contains(first);
            assertNothing();
            assertThat(files(latin(wrapped)))
                    .as("what the old master key has wrapped")
                    .isEmpty();
            Bytes now = wrapped(store);
            assertThat(files(latin(now))).isNotEmpty();
            assertThat(api.delete(dev, "/v1/secret/" + name).status()).isEqualTo(204);
            send(api, dev, "POST", "", first, 201);
            assertThat(api.delete(api.admin(), "/v1/iam/organization/acme?cascade=true")
                            .status())
                    .isEqualTo(200);
            assertThat(files(latin(now))).as("the key of who is gone").isEmpty();
            assertNothing();
        }
        try (var store = store()) {
            store.rewrite(Set.of(Bytes.EMPTY));
            assertThat(files(name)).as("the audit log").isNotEmpty();
            assertNothing();
        }
    }

    private static RocksStore store() throws IOException {
        return new RocksStore(directory.resolve("store"), directory.resolve("native"));
    }

    private static ApiServer server(Store store) throws Exception {
        return new ApiServer(directory, store, new DiskBlobs(directory.resolve("blobs"), InstantSource.system()));
    }

    private void send(ApiServer api, Asker asker, String method, String path, String value, int status) {
        String body = "{\"name\":\"" + name + "\",\"secrets\":{\"k\":\"" + value + "\"},\"tags\":[{\"key\":\"t\","
                + "\"value\":\"" + value + "\"}]}";
        Answer answer = api.send(asker, method, "/v1/secret" + path, Bytes.utf8(body));
        assertThat(answer.status()).as(answer.body()).isEqualTo(status);
    }

    /// Of either value, as it is or in base64 wherever it begins.
    private void assertNothing() throws IOException {
        for (String value : List.of(first, second)) {
            assertThat(files(value)).isEmpty();
            for (String before : List.of("", "x", "xx")) {
                String base64 = Base64.getEncoder().encodeToString((before + value).getBytes(StandardCharsets.UTF_8));
                assertThat(files(base64.substring(4, 28))).isEmpty();
            }
        }
    }

    private static Bytes wrapped(Store store) {
        List<Bytes> all = new ArrayList<>();
        for (Store.Entry entry : Contents.of(store)) {
            boolean isKey = entry.key().at(4) == 'K' && entry.value().length() == WRAPPED_BYTES;
            if (isKey) {
                all.add(entry.value());
            }
        }
        assertThat(all).hasSize(1);
        return all.getFirst().slice(16, WRAPPED_BYTES);
    }

    private static List<Path> files(String marker) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            return all.filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
                    .filter(file -> {
                        try {
                            return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).contains(marker);
                        } catch (IOException gone) {
                            return false;
                        }
                    })
                    .toList();
        }
    }

    private static String latin(Bytes bytes) {
        return new String(bytes.toArray(), StandardCharsets.ISO_8859_1);
    }

    private static String random() {
        byte[] bytes = new byte[16];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
