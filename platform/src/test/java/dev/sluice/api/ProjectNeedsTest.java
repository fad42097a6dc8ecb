package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.api.ApiServer.Answer;
import dev.sluice.api.ApiServer.Asker;
import dev.sluice.authn.Upkeep;
import dev.sluice.blob.MemoryBlobs;
import dev.sluice.bytes.Digest;
import dev.sluice.fs.BlobRef;
import dev.sluice.fs.FsPath;
import dev.sluice.fs.Kind;
import dev.sluice.org.Organization;
import dev.sluice.org.Resource;
import dev.sluice.store.MemoryStore;
import dev.sluice.testing.HookedBlobs;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.apache.commons.logging.LogFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.aop.Advisor;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.context.ApplicationContext;
import org.springframework.core.SpringVersion;
import org.springframework.expression.Expression;

/// Java functions whose own `pom.xml` names what they need, from a Maven repository on loopback.
final class ProjectNeedsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String FUNCTION = "/v1/function";
    private static final String ONE = PackageIndexes.dependency("one", "1");
    private static final String WORD = """
            import java.util.Map;

            public class F implements java.util.function.BiFunction<Map<String, Object>, Object, String> {
                public String apply(Map<String, Object> context, Object payload) {
                    try (var in = F.class.getResourceAsStream("/word.txt")) {
                        return in == null ? "none" : new String(in.readAllBytes());
                    } catch (java.io.IOException unreadable) {
                        throw new IllegalStateException(unreadable);
                    }
                }
            }
            """;
    private static final String SPRING = """
            import java.util.Map;
            import java.util.function.BiFunction;
            import org.springframework.context.annotation.Bean;
            import org.springframework.context.annotation.Configuration;

            @Configuration
            public class App {
                @Bean
                String greeting() {
                    return "Hello, ";
                }

                @Bean
                BiFunction<Map<String, Object>, Map<String, Object>, String> function(String greeting) {
                    return (context, payload) -> greeting + payload.get("name");
                }
            }
            """;

    private final HookedBlobs blobs = new HookedBlobs(new MemoryBlobs());
    private PackageIndexes indexes;
    private ApiServer api;
    private Asker admin;

    @BeforeEach
    void serve(@TempDir Path directory) throws Exception {
        assumeTrue(Files.isDirectory(Path.of("/usr/share/maven/lib")), "maven is not installed");
        indexes = new PackageIndexes();
        api = new ApiServer(directory, new MemoryStore(), blobs, indexes.registries());
        admin = api.developer("acme", "*");
        indexes.maven("one", "1", Map.of("word.txt", PackageIndexes.utf8("one")), "");
        indexes.maven("two", "1", Map.of("word.txt", PackageIndexes.utf8("two")), "");
    }

    @AfterEach
    void end() {
        if (indexes != null) {
            api.close();
            indexes.close();
        }
    }

    @Test
    void aFunctionsOwnProject_takesThePlaceOfItsImages_andGoesWithItsVersion() {
        image("i");
        create("plain", "i", Map.of("F.java", WORD));
        assertThat(run("plain", "null")).isEqualTo("\"one\"");

        create("own", "i", Map.of("F.java", WORD, "pom.xml", project("two")));
        assertThat(run("own", "null")).isEqualTo("\"two\"");
        assertThat(layers()).containsExactly("own.1");

        update("own", Map.of("F.java", WORD));
        assertThat(run("own", "null")).as("its image's again").isEqualTo("\"one\"");
        assertThat(layers()).as("of a version that is kept").containsExactly("own.1");
        api.delete(admin, FUNCTION + "/own");
        assertThat(layers()).isEmpty();
    }

    /// Deleted, and its bytes collected, in the moment after the layer was found.
    @Test
    void theLayerOfAnEqualImage_stays_whateverBecomesOfThatImage() {
        image("gone");
        blobs.afterNextOpen(layerOf("gone"), () -> {
            api.delete(admin, "/v1/image/gone");
            await().atMost(PATIENCE)
                    .until(() -> api.get(admin, "/v1/image/gone").status() == 404);
            api.collectLater();
        });
        create("heir", "java", Map.of("F.java", WORD, "pom.xml", PackageIndexes.pom("app", "1", ONE)));
        assertThat(blobs.isHookSpent()).isTrue();
        assertThat(api.get(admin, "/v1/image/gone").status()).isEqualTo(404);
        assertThat(run("heir", "null")).isEqualTo("\"one\"");
    }

    /// What a server that was killed before the version was made has left.
    @Test
    void aLayerOfNoVersion_isForgottenAtTheNextStart_andNoOther() {
        create("own", "java", Map.of("F.java", WORD, "pom.xml", project("two")));
        Organization acme = api.home("acme");
        FsPath home = FsPath.home(FunctionFiles.label(acme)).child("all.layers");
        for (String name : List.of("own.2", "never.1")) {
            Upkeep.of(acme, Resource.FUNCTION).run(() -> {
                api.fs.link(home.child("own.1"), home.child(name), FunctionFiles.writing(acme));
                return name;
            });
        }
        assertThat(layers()).containsExactly("never.1", "own.1", "own.2");
        api.recover();
        assertThat(layers()).containsExactly("own.1");
        assertThat(run("own", "null")).isEqualTo("\"two\"");
    }

    @Test
    void whatCannotBeFetched_isAnError_thatSaysWhich_andLeavesNothing() {
        Answer answer = post("none", "java", Map.of("F.java", WORD, "pom.xml", project("absent")));
        assertThat(answer.status()).as(answer.body()).isEqualTo(201);
        settled(FUNCTION + "/none", "ERROR");
        assertThat(reason("none")).startsWith("pom.xml: ").contains("org.test:absent:");

        post("wrong", "java", Map.of("F.java", "no Java", "pom.xml", project("one")));
        settled(FUNCTION + "/wrong", "ERROR");
        assertThat(layers()).as("of what came to nothing").isEmpty();
    }

    @Test
    void jarsInTheSource_areThoseThatAProjectMeans() {
        byte[] jar = indexes.content("/maven/org/test/two/1/two-1.jar");
        Map<String, byte[]> files = Map.of(
                "F.java", PackageIndexes.utf8(WORD),
                "pom.xml", PackageIndexes.utf8(project("absent")),
                "lib/two.jar", jar);
        String archive = Base64.getEncoder().encodeToString(Archives.gzip(Archives.tar(files)));
        api.post(
                admin,
                FUNCTION,
                "{\"name\":\"jars\",\"image\":\"java\",\"handler\":\"F\",\"source\":\"" + archive + "\"}");
        settled(FUNCTION + "/jars", "READY");
        assertThat(run("jars", "null")).isEqualTo("\"two\"");
    }

    @Test
    void aSpringConfiguration_isLoaded_andItsBeanIsTheFunction() throws Exception {
        indexes.maven("spring", "1", spring(), "");
        create("spring", "java", Map.of("App.java", SPRING, "pom.xml", project("spring")));
        assertThat(run("spring", "{\"name\":\"Spring\"}")).isEqualTo("\"Hello, Spring\"");

        String two = SPRING.replace("@Bean\n    BiFunction", "BiFunction");
        post("beanless", "java", Map.of("App.java", two, "pom.xml", project("spring")));
        settled(FUNCTION + "/beanless", "ERROR");
        assertThat(reason("beanless")).startsWith("Spring could not make the function of App: ");
    }

    /// All of Spring that a context needs, as one jar's files.
    private static Map<String, byte[]> spring() throws IOException, URISyntaxException {
        Map<String, byte[]> files = new LinkedHashMap<>();
        for (Class<?> part : List.of(
                ApplicationContext.class,
                BeanFactory.class,
                SpringVersion.class,
                Advisor.class,
                Expression.class,
                LogFactory.class)) {
            URL jar = part.getProtectionDomain().getCodeSource().getLocation();
            try (InputStream in = Files.newInputStream(Path.of(jar.toURI()));
                    var zip = new ZipInputStream(in)) {
                for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                    if (entry.getName().endsWith(".class") && !entry.getName().startsWith("META-INF")) {
                        files.putIfAbsent(entry.getName(), zip.readAllBytes());
                    }
                }
            }
        }
        return files;
    }

    private static String project(String dependency) {
        return PackageIndexes.pom("f", "1", PackageIndexes.dependency(dependency, "1"));
    }

    private Digest layerOf(String image) {
        Organization acme = api.home("acme");
        FsPath path = new SharedFiles<>(api.fs, ImageEntity.class, Resource.IMAGE, Resource.FUNCTION)
                .used(acme)
                .child(image + ".layer");
        return BlobRef.decode(Upkeep.of(acme, Resource.IMAGE)
                        .run(() -> api.fs.read(path, Kind.BLOB))
                        .bytes())
                .digest();
    }

    /// What is kept for versions.
    private List<String> layers() {
        Organization acme = api.home("acme");
        FsPath home = FsPath.home(FunctionFiles.label(acme)).child("all.layers");
        return Upkeep.of(acme, Resource.FUNCTION)
                .run(() -> api.fs.list(home, "", 100).stream()
                        .map(entry -> entry.name())
                        .toList());
    }

    private void image(String name) {
        api.post(
                admin,
                "/v1/baseimage",
                "{\"name\":\"jv\",\"dockerUrl\":\"dispatchframework/java-base\",\"language\":\"java\"}");
        String manifest = quoted(PackageIndexes.pom("app", "1", ONE));
        api.post(
                admin,
                "/v1/image",
                "{\"name\":\"" + name + "\",\"baseImageName\":\"jv\",\"runtimeDependencies\":{\"manifest\":" + manifest
                        + "}}");
        settled("/v1/image/" + name, "READY");
    }

    private void create(String name, String image, Map<String, String> files) {
        Answer answer = post(name, image, files);
        assertThat(answer.status()).as(answer.body()).isEqualTo(201);
        settled(FUNCTION + "/" + name, "READY");
    }

    private Answer post(String name, String image, Map<String, String> files) {
        return api.post(admin, FUNCTION, body(name, image, files));
    }

    private void update(String name, Map<String, String> files) {
        Answer answer = api.put(admin, FUNCTION + "/" + name, body(name, "i", files));
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        settled(FUNCTION + "/" + name, "READY");
    }

    private static String body(String name, String image, Map<String, String> files) {
        Map<String, byte[]> content = new LinkedHashMap<>();
        files.forEach((file, text) -> content.put(file, PackageIndexes.utf8(text)));
        String archive = Base64.getEncoder().encodeToString(Archives.gzip(Archives.tar(content)));
        String handler = files.containsKey("App.java") ? "App" : "F";
        return "{\"name\":\"" + name + "\",\"image\":\"" + image + "\",\"handler\":\"" + handler + "\",\"source\":\""
                + archive + "\"}";
    }

    private static String quoted(String text) {
        return "\"" + text.replace("\"", "\\\"") + "\"";
    }

    private void settled(String at, String status) {
        await().atMost(PATIENCE)
                .until(() ->
                        List.of("READY", "ERROR").contains(api.get(admin, at).text("status")));
        Answer answer = api.get(admin, at);
        assertThat(answer.text("status")).as(answer.body()).isEqualTo(status);
    }

    private String reason(String function) {
        return api.get(admin, FUNCTION + "/" + function)
                .json()
                .path("reason")
                .get(0)
                .asString();
    }

    private String run(String function, String input) {
        Answer answer =
                api.post(admin, "/v1/runs?functionName=" + function, "{\"blocking\":true,\"input\":" + input + "}");
        assertThat(answer.text("status")).as(answer.body()).isEqualTo("READY");
        return answer.json().path("output").toString();
    }
}
