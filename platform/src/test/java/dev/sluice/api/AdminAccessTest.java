package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.fs.LabeledFs;
import dev.sluice.org.Founding;
import dev.sluice.org.Organization;
import dev.sluice.org.Organizations;
import dev.sluice.store.MemoryStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Clock;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

final class AdminAccessTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    @TempDir
    Path data;

    @TempDir
    Path home;

    private final LabeledFs fs = new LabeledFs(new MemoryStore(), new SecureRandom());
    private final Organizations organizations = new Organizations(fs, deed -> {});

    @BeforeEach
    void open() {
        fs.bootstrap();
    }

    @Test
    void theFirstStart_makesTheKeyAndItsAccount() throws IOException {
        assertThat(access().ensure(founding())).isTrue();
        assertThat(mode(data.resolve("admin.key"))).isEqualTo("rw-------");
        assertThat(data.resolve("admin.key")).content().startsWith("-----BEGIN PRIVATE KEY-----\n");
        Organization dispatch = organizations.tenant("dispatch").orElseThrow().organization();
        assertThat(organizations.account(dispatch, "admin")).isPresent();
    }

    @Test
    void aSecondStart_changesNothing() throws IOException {
        access().ensure(founding());
        byte[] key = Files.readAllBytes(data.resolve("admin.key"));
        String version = keyEpoch();
        assertThat(access().ensure(founding())).isTrue();
        assertThat(Files.readAllBytes(data.resolve("admin.key"))).isEqualTo(key);
        assertThat(keyEpoch()).isEqualTo(version);
    }

    @Test
    void aLostKey_isNotReplaced() throws IOException {
        access().ensure(founding());
        String version = keyEpoch();
        Files.delete(data.resolve("admin.key"));
        assertThat(access().ensure(founding())).isFalse();
        assertThat(data.resolve("admin.key")).doesNotExist();
        assertThat(keyEpoch()).isEqualTo(version);
    }

    @Test
    void anInterruptedFirstStart_isFinished_withTheKeyThatIsThere() throws IOException {
        access().ensure(founding());
        byte[] key = Files.readAllBytes(data.resolve("admin.key"));
        var freshFs = new LabeledFs(new MemoryStore(), new SecureRandom());
        freshFs.bootstrap();
        var fresh = new Organizations(freshFs, deed -> {});
        assertThat(access().ensure(new Founding(fresh, Clock.systemUTC()))).isTrue();
        assertThat(Files.readAllBytes(data.resolve("admin.key"))).isEqualTo(key);
        assertThat(fresh.tenant("dispatch")).isPresent();
    }

    @Test
    void aBrokenKey_isSaid_andKept() throws IOException {
        Files.writeString(data.resolve("admin.key"), "nonsense");
        assertThatThrownBy(() -> access().ensure(founding())).isInstanceOf(IOException.class);
        assertThat(data.resolve("admin.key")).hasContent("nonsense");
        assertThat(organizations.tenant("dispatch")).isEmpty();
    }

    @Test
    void theClientsFile_isInDispatchsFormat() throws IOException {
        files(1, 2).writeAdmin(data);
        Path file = data.resolve("admin.json");
        assertThat(mode(file)).isEqualTo("rw-------");
        JsonNode root = JSON.readTree(Files.readAllBytes(file));
        assertThat(root.path("current").asString()).isEqualTo("local");
        JsonNode local = root.path("contexts").path("local");
        assertThat(local.path("host").asString()).isEqualTo("127.0.0.1");
        assertThat(local.path("port").asInt()).isEqualTo(1);
        assertThat(local.path("scheme").asString()).isEqualTo("http");
        assertThat(local.path("organization").asString()).isEqualTo("dispatch");
        assertThat(local.path("serviceaccount").asString()).isEqualTo("dispatch/admin");
        assertThat(local.path("jwtprivatekey").asString())
                .isEqualTo(data.resolve("admin.key").toString());
        JsonNode tls = root.path("contexts").path("local-tls");
        assertThat(tls.path("port").asInt()).isEqualTo(2);
        assertThat(tls.path("scheme").asString()).isEqualTo("https");
        assertThat(tls.path("insecure").asBoolean()).isTrue();
    }

    @Test
    void atEveryStart_theAddressIsRight_andTheRestIsKept() throws IOException {
        files(1, 2).writeAdmin(data);
        Path file = data.resolve("admin.json");
        String edited = Files.readString(file)
                .replace("\"cookie\" : \"\"", "\"cookie\" : \"mine\", \"more\" : [1]")
                .replace("127.0.0.1", "elsewhere")
                .replace("\"current\" : \"local\"", "\"current\" : \"local-tls\"");
        Files.writeString(file, edited);
        files(3, 4).writeAdmin(data);
        JsonNode root = JSON.readTree(Files.readAllBytes(file));
        assertThat(root.path("current").asString()).isEqualTo("local-tls");
        assertThat(root.path("contexts").path("local").path("port").asInt()).isEqualTo(3);
        assertThat(root.path("contexts").path("local").path("host").asString()).isEqualTo("127.0.0.1");
        assertThat(root.path("contexts").path("local").path("cookie").asString())
                .isEqualTo("mine");
        assertThat(root.path("contexts").path("local").path("more")).hasSize(1);
        assertThat(root.path("contexts").path("local-tls").path("port").asInt()).isEqualTo(4);
    }

    @Test
    void aBrokenClientsFile_isLeftAlone() throws IOException {
        Files.writeString(data.resolve("admin.json"), "{");
        files(1, 2).writeAdmin(data);
        assertThat(data.resolve("admin.json")).hasContent("{");
    }

    @Test
    void aUserWithoutAFile_getsOne_andItFollows() throws IOException {
        files(1, 2).writeUser(home);
        Path file = home.resolve(".sluice").resolve("config.json");
        assertThat(mode(file)).isEqualTo("rw-------");
        assertThat(mode(home.resolve(".sluice"))).isEqualTo("rwx------");
        files(5, 6).writeUser(home);
        assertThat(JSON.readTree(Files.readAllBytes(file))
                        .path("contexts")
                        .path("local")
                        .path("port")
                        .asInt())
                .isEqualTo(5);
    }

    @Test
    void aUsersOwnFile_isNotTouched() throws IOException {
        Path file = Files.createDirectories(home.resolve(".sluice")).resolve("config.json");
        String own = "{\"current\":\"x\",\"contexts\":{\"local\":{\"host\":\"h\",\"jwtprivatekey\":\"/other\"}}}";
        Files.writeString(file, own);
        files(1, 2).writeUser(home);
        assertThat(file).hasContent(own);
    }

    private AdminAccess access() {
        return new AdminAccess(data);
    }

    private Founding founding() {
        return new Founding(organizations, Clock.systemUTC());
    }

    private String keyEpoch() {
        Organization dispatch = organizations.tenant("dispatch").orElseThrow().organization();
        return organizations
                .account(dispatch, "admin")
                .orElseThrow()
                .keys()
                .getFirst()
                .epoch();
    }

    private ClientFiles files(int api, int apiTls) {
        return new ClientFiles(data.resolve("admin.key"), new ClientFiles.Ports(api, apiTls, 7, 8));
    }

    private static String mode(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }
}
