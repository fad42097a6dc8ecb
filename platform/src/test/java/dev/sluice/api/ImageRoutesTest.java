package dev.sluice.api;

import static dev.sluice.api.ApiServer.function;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.api.ApiServer.Answer;
import dev.sluice.api.ApiServer.Asker;
import dev.sluice.authn.Upkeep;
import dev.sluice.fs.FsPath;
import dev.sluice.fs.Kind;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Privilege;
import dev.sluice.org.Organization;
import dev.sluice.org.Resource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Base images and images, and the functions that name them.
final class ImageRoutesTest extends ApiTest {
    private static final String BASES = "/v1/baseimage";
    private static final String IMAGES = "/v1/image";
    private static final String PYTHON = "def handle(context, payload):\n    return 'python'\n";
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /// What Dispatch's client sends for `create seed-images`, to the byte.
    private static final List<String> SEED_BASES = List.of(
            "{\"dockerUrl\":\"dispatchframework/nodejs-base:0.0.12\",\"groups\":null,\"kind\":\"BaseImage\","
                    + "\"language\":\"nodejs\",\"name\":\"nodejs-base\",\"reason\":null,\"tags\":null}",
            "{\"dockerUrl\":\"dispatchframework/python3-base:0.0.13\",\"groups\":null,\"kind\":\"BaseImage\","
                    + "\"language\":\"python3\",\"name\":\"python3-base\",\"reason\":null,\"tags\":null}",
            "{\"dockerUrl\":\"dispatchframework/powershell-base:0.0.13\",\"groups\":null,\"kind\":\"BaseImage\","
                    + "\"language\":\"powershell\",\"name\":\"powershell-base\",\"reason\":null,\"tags\":null}",
            "{\"dockerUrl\":\"dispatchframework/java-base:0.0.13\",\"groups\":null,\"kind\":\"BaseImage\","
                    + "\"language\":\"java\",\"name\":\"java-base\",\"reason\":null,\"tags\":null}");

    private static final List<String> SEED_IMAGES = List.of(
            "{\"baseImageName\":\"nodejs-base\",\"groups\":null,\"kind\":\"Image\",\"name\":\"nodejs\","
                    + "\"reason\":null,\"tags\":null}",
            "{\"baseImageName\":\"python3-base\",\"groups\":null,\"kind\":\"Image\",\"name\":\"python3\","
                    + "\"reason\":null,\"runtimeDependencies\":{\"manifest\":\"requests\"},\"tags\":null}",
            "{\"baseImageName\":\"powershell-base\",\"groups\":null,\"kind\":\"Image\",\"name\":\"powershell\","
                    + "\"reason\":null,\"tags\":null}",
            "{\"baseImageName\":\"java-base\",\"groups\":null,\"kind\":\"Image\",\"name\":\"java\","
                    + "\"reason\":null,\"tags\":null}");

    @Test
    void theSeedsImages_areMade_updatedAndDeleted_asDispatchsClientAsks() {
        Asker admin = api.developer("seed", "*");
        for (String body : SEED_BASES) {
            Answer created = api.post(admin, BASES, body);
            assertThat(created.status()).isEqualTo(201);
            assertThat(created.text("status")).isEqualTo("INITIALIZED");
            assertThat(status(admin, BASES, created.text("name")))
                    .as("at the first look")
                    .isEqualTo("INITIALIZED");
        }
        for (String body : SEED_IMAGES) {
            Answer created = api.post(admin, IMAGES, body);
            assertThat(created.status()).isEqualTo(201);
            assertThat(created.text("status")).isEqualTo("INITIALIZED");
            assertThat(created.text("dockerUrl")).isEmpty();
        }
        String base = settled(admin, BASES, "nodejs-base", "READY");
        assertThat(base)
                .matches("\\{\"id\":\"[-0-9a-f]{36}\",\"name\":\"nodejs-base\",\"kind\":\"BaseImage\",\"dockerUrl\":"
                        + "\"dispatchframework/nodejs-base:0.0.12\",\"language\":\"nodejs\",\"groups\":null,"
                        + "\"reason\":null,\"tags\":null,\"status\":\"READY\",\"createdTime\":[0-9]{10}}");
        settled(admin, BASES, "python3-base", "READY");
        String image = settled(admin, IMAGES, "nodejs", "READY");
        assertThat(image)
                .matches("\\{\"id\":\"([-0-9a-f]{36})\",\"name\":\"nodejs\",\"kind\":\"Image\",\"baseImageName\":"
                        + "\"nodejs-base\",\"dockerUrl\":\"sluice/\\1:latest\",\"language\":\"nodejs\",\"groups\":null,"
                        + "\"reason\":null,\"runtimeDependencies\":\\{},\"systemDependencies\":\\{\"packages\":null},"
                        + "\"tags\":null,\"status\":\"READY\",\"createdTime\":[0-9]{10}}");
        boolean hasRequests = Files.isDirectory(Path.of("/usr/lib/python3/dist-packages/requests"));
        String python = settled(admin, IMAGES, "python3", hasRequests ? "READY" : "ERROR");
        assertThat(python).contains("\"runtimeDependencies\":{\"manifest\":\"requests\"}");
        assertThat(reason(admin, IMAGES, "python3"))
                .isEqualTo(
                        hasRequests
                                ? ""
                                : "the manifest is not met: there is no package requests in the image, and none in the"
                                        + " function's package/; this server fetches no packages for it: its operator"
                                        + " names a registry with --package-index python=URL");
        settled(admin, BASES, "java-base", "READY");
        assertThat(settled(admin, IMAGES, "java", "READY")).contains("\"language\":\"java\"");
        settled(admin, BASES, "powershell-base", "READY");
        assertThat(settled(admin, IMAGES, "powershell", "READY")).contains("\"language\":\"powershell\"");
        assertThat(reason(admin, IMAGES, "powershell"))
                .isEqualTo("nothing was checked: PowerShell is not installed on this server: install PowerShell 7,"
                        + " whose package puts it at /usr/bin/pwsh, and restart the server");
        assertThat(names(api.get(admin, BASES)))
                .containsExactlyInAnyOrder("nodejs-base", "python3-base", "powershell-base", "java-base");
        assertThat(names(api.get(admin, IMAGES))).containsExactlyInAnyOrder("nodejs", "python3", "powershell", "java");
        updateAsTheSuiteDoes(admin);
        deleteTheSeed(admin);
    }

    /// `images_update.yaml` of Dispatch's own tests says that an image of Node.js is one of Python.
    private void updateAsTheSuiteDoes(Asker admin) {
        Answer updated = api.put(
                admin,
                BASES + "/nodejs-base",
                "{\"dockerUrl\":\"dispatchframework/nodejs-base:0.0.8\",\"groups\":null,\"kind\":\"BaseImage\","
                        + "\"language\":\"python3\",\"name\":\"nodejs-base\",\"reason\":null,"
                        + "\"tags\":[{\"key\":\"role\",\"value\":\"test\"}]}");
        assertThat(updated.status()).isEqualTo(200);
        assertThat(updated.text("status")).isEqualTo("UPDATING");
        String base = settled(admin, BASES, "nodejs-base", "READY");
        assertThat(base)
                .contains("\"dockerUrl\":\"dispatchframework/nodejs-base:0.0.8\",\"language\":\"python3\"")
                .contains("\"tags\":[{\"key\":\"role\",\"value\":\"test\"}]");
        assertThat(status(admin, IMAGES, "nodejs")).as("was built before").isEqualTo("READY");
        create(admin, IMAGES, "{\"name\":\"later\",\"baseImageName\":\"nodejs-base\"}");
        settled(admin, IMAGES, "later", "ERROR");
        assertThat(reason(admin, IMAGES, "later"))
                .isEqualTo("base image nodejs-base is said to be for python3, and dispatchframework/nodejs-base:0.0.8"
                        + " is for nodejs");
        Answer image = api.put(
                admin,
                IMAGES + "/python3",
                "{\"baseImageName\":\"python3-base\",\"groups\":null,\"kind\":\"Image\",\"name\":\"python3\","
                        + "\"reason\":null,\"runtimeDependencies\":{\"manifest\":\"requests\"},"
                        + "\"tags\":[{\"key\":\"update\",\"value\":\"test\"}]}");
        assertThat(image.status()).isEqualTo(200);
        assertThat(image.text("status")).isEqualTo("UPDATING");
        assertThat(image.body()).contains("\"tags\":[{\"key\":\"update\",\"value\":\"test\"}]");
    }

    private void deleteTheSeed(Asker admin) {
        for (String name : List.of("nodejs-base", "python3-base", "powershell-base", "java-base")) {
            Answer deleted = api.delete(admin, BASES + "/" + name);
            assertThat(deleted.status()).isEqualTo(200);
            assertThat(deleted.text("status")).isEqualTo("DELETED");
            assertThat(deleted.text("name")).isEqualTo(name);
        }
        for (String name : List.of("nodejs", "python3", "powershell", "java", "later")) {
            Answer deleted = api.delete(admin, IMAGES + "/" + name);
            assertThat(deleted.status()).isEqualTo(200);
            assertThat(deleted.text("status")).isEqualTo("DELETED");
        }
        assertThat(api.get(admin, BASES).body()).isEqualTo("[]");
        assertThat(api.get(admin, IMAGES).body()).isEqualTo("[]");
        assertThat(api.get(admin, BASES + "/java-base").body())
                .isEqualTo("{\"code\":404,\"message\":\"base image java-base not found\"}");
        assertThat(api.delete(admin, IMAGES + "/java").body())
                .isEqualTo("{\"code\":404,\"message\":\"image java not found\"}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "dispatchframework/nodejs-base@sha256:"
                        + "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                "someone/nodejs-base:0.0.12",
                "dispatchframework/nodejs-base:",
                "dispatchframework/ruby-base:1",
                "registry.example.com/dispatchframework/nodejs-base",
                "nodejs-base"
            })
    void anotherReference_isAnError_withOneReason(String reference) {
        Asker admin = api.developer("refs", "*");
        String name = "r" + Integer.toHexString(reference.hashCode());
        create(admin, BASES, "{\"name\":\"" + name + "\",\"dockerUrl\":\"" + reference + "\",\"language\":\"\"}");
        settled(admin, BASES, name, "ERROR");
        assertThat(reason(admin, BASES, name)).startsWith(reference + " cannot be pulled: ");
    }

    @Test
    void aReferenceWithoutATag_isTheSame_andALanguageLeftEmptyIsTheImages() {
        Asker admin = api.developer("untagged", "*");
        base(admin, "b", "dispatchframework/nodejs-base", "");
        create(admin, IMAGES, "{\"name\":\"i\",\"baseImageName\":\"b\"}");
        assertThat(settled(admin, IMAGES, "i", "READY")).contains("\"language\":\"nodejs\"");
        assertThat(api.get(admin, BASES + "/b").body()).contains("\"language\":\"\"");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            value = {
                "[]~422~601~body in body must be of type object: \"array\"",
                "{~400~400~parsing body body from \"\" failed, because it is not valid JSON",
                "{}~422~602~dockerUrl in body is required",
                "{\"dockerUrl\":\"a\"}~422~602~language in body is required",
                "{\"dockerUrl\":\"a\",\"language\":1}~422~601~language in body must be of type string: \"number\"",
                "{\"dockerUrl\":\"a\",\"language\":\"\"}~422~602~name in body is required",
                "{\"dockerUrl\":\"a\",\"language\":\"\",\"name\":\"-a\"}~422~605~name should start with letter or"
                        + " number and may only contain letters, numbers, underscores and dashes",
                "{\"dockerUrl\":\"a\",\"language\":\"\",\"name\":\"a\",\"tags\":1}~422~601~tags in body must be of type"
                        + " array: \"number\""
            })
    void aWrongBaseImage_isRefused_inDispatchsWords(String body, int status, int code, String message) {
        refused(api.post(api.developer("wrong", "*"), BASES, body), status, code, message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            value = {
                "{}~422~602~baseImageName in body is required",
                "{\"baseImageName\":\"b\"}~422~602~name in body is required",
                "{\"baseImageName\":\"b\",\"name\":\"a\",\"runtimeDependencies\":1}~422~601~runtimeDependencies in body"
                        + " must be of type object: \"number\"",
                "{\"baseImageName\":\"b\",\"name\":\"a\",\"runtimeDependencies\":{\"manifest\":1}}~422~601~manifest in"
                        + " body must be of type string: \"number\"",
                "{\"baseImageName\":\"b\",\"name\":\"a\",\"systemDependencies\":{\"packages\":1}}~422~601~packages in"
                        + " body must be of type array: \"number\"",
                "{\"baseImageName\":\"b\",\"name\":\"a\",\"status\":\"GONE\"}~422~606~status in body should be one of"
                        + " [INITIALIZED CREATING READY UPDATING ERROR DELETING]",
                "{\"baseImageName\":\"nowhere\",\"name\":\"a\"}~400~400~Error fetching base image nowhere"
            })
    void aWrongImage_isRefused_inDispatchsWords(String body, int status, int code, String message) {
        refused(api.post(api.developer("wrong", "*"), IMAGES, body), status, code, message);
    }

    @Test
    void namesAreUnique_perKind_andKept() {
        Asker admin = api.developer("names", "*");
        base(admin, "same", "dispatchframework/python3-base:1", "python3");
        create(admin, IMAGES, "{\"name\":\"same\",\"baseImageName\":\"same\"}");
        refused(
                api.post(admin, BASES, "{\"name\":\"same\",\"dockerUrl\":\"a\",\"language\":\"\"}"),
                409,
                409,
                "base image same already exists");
        refused(
                api.post(admin, IMAGES, "{\"name\":\"same\",\"baseImageName\":\"same\"}"),
                409,
                409,
                "image same already exists");
        refused(
                api.put(admin, BASES + "/nowhere", "{\"name\":\"nowhere\",\"dockerUrl\":\"a\",\"language\":\"\"}"),
                404,
                404,
                "base image nowhere not found");
        refused(
                api.put(admin, IMAGES + "/same", "{\"name\":\"other\",\"baseImageName\":\"same\"}"),
                400,
                400,
                "bad request when processing image same: it keeps its name");
        refused(
                api.put(admin, IMAGES + "/same", "{\"name\":\"same\",\"baseImageName\":\"nowhere\"}"),
                400,
                400,
                "Error fetching base image nowhere");
        assertThat(api.delete(admin, BASES + "/same").status()).isEqualTo(200);
        assertThat(api.get(admin, IMAGES + "/same").status())
                .as("of the same name, and another thing")
                .isEqualTo(200);
    }

    @Test
    void whatAnImageNeeds_isThere_orItIsAnErrorWithOneReason() {
        Asker admin = api.developer("needs", "*");
        base(admin, "py", "dispatchframework/python3-base", "python3");
        base(admin, "js", "dispatchframework/nodejs-base", "nodejs");
        image(admin, "there", "py", ",\"runtimeDependencies\":{\"manifest\":\"numpy>=1\\n# and\\nPillow\\n\"}");
        image(admin, "blank", "js", ",\"runtimeDependencies\":{\"manifest\":\"\\n\"}");
        settled(admin, IMAGES, "there", "READY");
        settled(admin, IMAGES, "blank", "READY");

        image(admin, "missing", "py", ",\"runtimeDependencies\":{\"manifest\":\"numpy\\nleft-pad==1.0\"}");
        image(admin, "newer", "py", ",\"runtimeDependencies\":{\"manifest\":\"numpy>=99\"}");
        image(admin, "hostile", "py", ",\"runtimeDependencies\":{\"manifest\":\"-r /etc/passwd\"}");
        base(admin, "jvm", "dispatchframework/java-base", "java");
        image(admin, "maven", "jvm", ",\"runtimeDependencies\":{\"manifest\":\"<project/>\"}");
        assertThat(error(admin, "maven")).contains("names a registry with --package-index java=URL");
        image(admin, "node", "js", ",\"runtimeDependencies\":{\"manifest\":\"{}\"}");
        image(
                admin,
                "system",
                "py",
                ",\"systemDependencies\":{\"packages\":[{\"name\":\"curl\",\"version\":\"7.59\"}]}");
        assertThat(error(admin, "missing")).startsWith("the manifest is not met: there is no package left-pad");
        assertThat(error(admin, "newer"))
                .matches("the manifest is not met: there is numpy .*, which is not >=99; .*--package-index python=URL");
        assertThat(error(admin, "hostile")).startsWith("the manifest is not met: a line is a package's name");
        assertThat(error(admin, "node")).contains("names a registry with --package-index nodejs=URL");
        assertThat(error(admin, "system"))
                .isEqualTo(
                        "this server lacks the package curl, and this server fetches no packages for it: its operator"
                                + " names a registry with --package-index debian=URL");
        assertThat(api.get(admin, IMAGES + "/system").body())
                .contains("\"systemDependencies\":{\"packages\":[{\"name\":\"curl\",\"version\":\"7.59\"}]}");
    }

    @Test
    void aFunction_runsOnItsOrganizationsImage_waitsForIt_andKeepsWhatItWasBuiltOn() {
        Asker admin = api.developer("fn", "*");
        base(admin, "py", "dispatchframework/python3-base", "python3");
        base(admin, "js", "dispatchframework/nodejs-base", "nodejs");
        image(admin, "mine", "py", "");
        create(admin, "/v1/function", function("f", "mine", "f.py", PYTHON, ""));
        settled(admin, "/v1/function", "f", "READY");
        assertThat(run(admin, "f")).isEqualTo("\"python\"");

        image(admin, "python3", "js", "");
        String node = "module.exports = function (context, payload) { return 'node' }";
        create(admin, "/v1/function", function("g", "python3", "g.js", node, ""));
        settled(admin, "/v1/function", "g", "READY");
        assertThat(run(admin, "g")).as("not the server's own image").isEqualTo("\"node\"");

        assertThat(api.put(admin, IMAGES + "/mine", "{\"name\":\"mine\",\"baseImageName\":\"js\"}")
                        .status())
                .isEqualTo(200);
        assertThat(settled(admin, IMAGES, "mine", "READY")).contains("\"language\":\"nodejs\"");
        assertThat(run(admin, "f")).isEqualTo("\"python\"");
        api.delete(admin, IMAGES + "/mine");
        assertThat(run(admin, "f")).isEqualTo("\"python\"");
        api.put(admin, "/v1/function/f", function("f", "mine", "f.py", PYTHON, ""));
        settled(admin, "/v1/function", "f", "ERROR");
        assertThat(reason(admin, "/v1/function", "f"))
                .isEqualTo("Error when fetching image for function f: failed to get image: 'mine': [Code: 404] image"
                        + " mine not found");
    }

    @Test
    void aFunction_onAnImageInError_saysSo_andImagesInErrorAreTriedAgain_whenTheirBaseChanges() {
        Asker admin = api.developer("heal", "*");
        base(admin, "b", "someone/else:1", "python3");
        image(admin, "i", "b", "");
        Answer made = create(admin, "/v1/function", function("f", "i", "f.py", PYTHON, ""));
        settled(admin, IMAGES, "i", "ERROR");
        settled(admin, "/v1/function", "f", "ERROR");
        assertThat(reason(admin, "/v1/function", "f"))
                .startsWith("image in error status for function '" + made.text("id") + "', image name: 'i', reason:"
                        + " [base image b is in error: someone/else:1 cannot be pulled");
        api.put(
                admin,
                BASES + "/b",
                "{\"name\":\"b\",\"dockerUrl\":\"dispatchframework/python3-base:1\",\"language\":\"python3\"}");
        settled(admin, IMAGES, "i", "READY");
    }

    @Test
    void ofManyChanges_theLastOneIsBuilt() {
        Asker admin = api.developer("often", "*");
        base(admin, "py", "dispatchframework/python3-base", "python3");
        base(admin, "js", "dispatchframework/nodejs-base", "nodejs");
        image(admin, "i", "py", "");
        for (int i = 0; i < 40; i++) {
            String base = i % 2 == 0 ? "py" : "js";
            Answer updated = api.put(admin, IMAGES + "/i", "{\"name\":\"i\",\"baseImageName\":\"" + base + "\"}");
            assertThat(updated.status()).isIn(200, 409);
        }
        await().atMost(PATIENCE)
                .untilAsserted(
                        () -> assertThat(api.put(admin, IMAGES + "/i", "{\"name\":\"i\",\"baseImageName\":\"js\"}")
                                        .status())
                                .isEqualTo(200));
        assertThat(settled(admin, IMAGES, "i", "READY")).contains("\"language\":\"nodejs\"");
    }

    /// Labels decide what policies may not forget: who works with functions uses images, and lists none.
    @Test
    void imagesAreUsed_byWhoeversOperationsUseThem_andByNobodyElse() {
        Asker admin = api.developer("used", "*");
        base(admin, "b", "dispatchframework/python3-base", "python3");
        image(admin, "i", "b", "");
        settled(admin, IMAGES, "i", "READY");
        Asker dev = api.addAccount(api.home("used"), "coder", "function", "runs");
        create(dev, "/v1/function", function("f", "i", "f.py", PYTHON, ""));
        settled(dev, "/v1/function", "f", "READY");
        for (String list : List.of(BASES, IMAGES)) {
            assertThat(api.get(dev, list).body()).isEqualTo(ApiServer.FORBIDDEN);
            assertThat(api.post(dev, list, "{").body()).isEqualTo(ApiServer.FORBIDDEN);
        }

        Label base = Label.parse("used/baseimage|used/function|used/image,used/baseimage");
        Label image = Label.parse("used/function|used/image,used/image");
        for (Resource resource : Resource.values()) {
            assertThat(reads(resource, FsPath.home(base).child("b"), base))
                    .as("the base image, as %s", resource)
                    .isEqualTo(List.of(Resource.BASEIMAGE, Resource.FUNCTION, Resource.IMAGE)
                            .contains(resource));
            assertThat(reads(resource, FsPath.home(image).child("i"), image))
                    .as("the image, as %s", resource)
                    .isEqualTo(List.of(Resource.FUNCTION, Resource.IMAGE).contains(resource));
            assertThat(reads(
                            resource,
                            FsPath.home(Label.parse("used/image,used/image")).child("i"),
                            image))
                    .as("where images are listed, as %s", resource)
                    .isEqualTo(resource == Resource.IMAGE);
        }
    }

    private boolean reads(Resource resource, FsPath path, Label label) {
        try {
            return Upkeep.of(api.home("used"), resource)
                    .run(() -> api.fs.read(path, Kind.FILE))
                    .label()
                    .equals(label);
        } catch (Refused refused) {
            assertThat(refused.refusal()).isEqualTo(Refusal.DENIED);
            return false;
        }
    }

    @Test
    void listsAreFiltered_byApplication() {
        Asker admin = api.developer("tagged", "*");
        base(admin, "b", "dispatchframework/python3-base", "python3");
        image(admin, "mine", "b", ",\"tags\":[{\"key\":\"Application\",\"value\":\"shop\"}]");
        image(admin, "other", "b", "");
        assertThat(names(api.get(admin, IMAGES + "?tags=Application=shop"))).containsExactly("mine");
        assertThat(names(api.get(admin, IMAGES + "?language=nodejs")))
                .as("means nothing")
                .hasSize(2);
        assertThat(names(api.get(admin, BASES + "?tags=app=shop"))).isEmpty();
        assertThat(api.get(admin, BASES + "?tags=role=test").status()).isEqualTo(400);
    }

    @Test
    void whoMayHaveSomeImages_seesAndChangesThose() {
        Asker admin = api.developer("some", "*");
        base(admin, "b", "dispatchframework/python3-base", "python3");
        image(admin, "web-1", "b", "");
        image(admin, "other", "b", "");
        Asker some = api.addAccount(api.home("some"), "some", "image/web-*");
        assertThat(names(api.get(some, IMAGES))).containsExactly("web-1");
        assertThat(api.get(some, IMAGES + "/other").body()).isEqualTo(ApiServer.FORBIDDEN);
        assertThat(api.delete(some, IMAGES + "/nowhere").body()).isEqualTo(ApiServer.FORBIDDEN);
        String other = "{\"name\":\"other\",\"baseImageName\":\"b\"}";
        assertThat(api.put(some, IMAGES + "/other", other).body()).isEqualTo(ApiServer.FORBIDDEN);
        assertThat(api.post(some, IMAGES, "{\"name\":\"mine\",\"baseImageName\":\"b\"}")
                        .body())
                .isEqualTo(ApiServer.FORBIDDEN);
        create(some, IMAGES, "{\"name\":\"web-2\",\"baseImageName\":\"b\"}");
        assertThat(api.get(some, BASES).body()).isEqualTo(ApiServer.FORBIDDEN);
    }

    /// What a server leaves that is killed: between the two places of a file, and in the middle of a build.
    @Test
    void afterARestart_unfinishedImagesAreBuilt_andListsHoldWhatIsThere() {
        Asker admin = api.developer("crash", "*");
        base(admin, "b", "dispatchframework/python3-base", "python3");
        Organization crash = api.home("crash");
        var files = new SharedFiles<>(api.fs, ImageEntity.class, Resource.IMAGE, Resource.FUNCTION);
        FsPath listed = FsPath.home(Label.parse("crash/image,crash/image"));
        for (ImageStatus status : List.of(ImageStatus.INITIALIZED, ImageStatus.CREATING, ImageStatus.UPDATING)) {
            asImages(crash, () -> files.create(crash, entity(status.name(), status)));
        }
        asImages(crash, () -> files.create(crash, entity("unlisted", ImageStatus.INITIALIZED)));
        asImages(crash, () -> api.fs.unlink(listed.child("unlisted"), integrity(crash)));
        asImages(crash, () -> files.create(crash, entity("deleted", ImageStatus.READY)));
        asImages(crash, () -> api.fs.unlink(FsPath.home(files.label(crash)).child("deleted"), integrity(crash)));

        api.recover();

        assertThat(names(api.get(admin, IMAGES)))
                .containsExactlyInAnyOrder("INITIALIZED", "CREATING", "UPDATING", "unlisted");
        for (String name : names(api.get(admin, IMAGES))) {
            settled(admin, IMAGES, name, "READY");
        }
        create(admin, IMAGES, "{\"name\":\"deleted\",\"baseImageName\":\"b\"}");
    }

    private static ImageEntity entity(String name, ImageStatus status) {
        var wish = new ImageEntity.Wish(name, "b", "", List.of(), List.of());
        return new ImageEntity("11111111-2222-4333-8444-555555555555", wish, "", status, List.of(), 1);
    }

    private static Privilege integrity(Organization organization) {
        return Task.current().exercise(Component.TRUE, Component.of(Resource.IMAGE.in(organization.principal())));
    }

    private static void asImages(Organization organization, Runnable body) {
        Upkeep.of(organization, Resource.IMAGE).run(() -> {
            body.run();
            return body;
        });
    }

    @Test
    void thereAreOnlySoMany_andEachIsOnlySoLarge() {
        Asker admin = api.developer("many", "*");
        for (int i = 0; i < BaseImages.BASE_IMAGES_MAX; i++) {
            base(admin, "b" + i, "a", "");
        }
        Answer tooMany = api.post(admin, BASES, "{\"name\":\"more\",\"dockerUrl\":\"a\",\"language\":\"\"}");
        assertThat(tooMany.status()).isEqualTo(429);
        assertThat(tooMany.text("message")).contains("200 base images");
        for (int i = 0; i < Images.IMAGES_MAX; i++) {
            image(admin, "i" + i, "b0", "");
        }
        assertThat(api.post(admin, IMAGES, "{\"name\":\"more\",\"baseImageName\":\"b0\"}")
                        .status())
                .isEqualTo(429);
        String large = "x".repeat(ImageRequest.FIELDS_BYTES_MAX);
        refused(
                api.post(
                        admin,
                        IMAGES,
                        "{\"name\":\"a\",\"baseImageName\":\"b0\",\"runtimeDependencies\":{\"manifest\":\"" + large
                                + "\"}}"),
                422,
                603,
                "all fields should be at most 32768 bytes together");
        refused(
                api.post(admin, BASES, "{\"name\":\"a\",\"dockerUrl\":\"" + large + "\",\"language\":\"\"}"),
                422,
                603,
                "dockerUrl in body should be at most 512 chars long");
    }

    private Answer create(Asker asker, String at, String body) {
        Answer answer = api.post(asker, at, body);
        assertThat(answer.status()).as(answer.body()).isEqualTo(201);
        return answer;
    }

    private void base(Asker asker, String name, String reference, String language) {
        create(
                asker,
                BASES,
                "{\"name\":\"" + name + "\",\"dockerUrl\":\"" + reference + "\",\"language\":\"" + language + "\"}");
    }

    private void image(Asker asker, String name, String base, String more) {
        create(asker, IMAGES, "{\"name\":\"" + name + "\",\"baseImageName\":\"" + base + "\"" + more + "}");
    }

    private String status(Asker asker, String at, String name) {
        return api.get(asker, at + "/" + name).text("status");
    }

    private String settled(Asker asker, String at, String name, String status) {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(status(asker, at, name)).isEqualTo(status));
        return api.get(asker, at + "/" + name).body();
    }

    private String error(Asker asker, String image) {
        settled(asker, IMAGES, image, "ERROR");
        return reason(asker, IMAGES, image);
    }

    /// The only one.
    private String reason(Asker asker, String at, String name) {
        var reasons = api.get(asker, at + "/" + name).json().path("reason");
        assertThat(reasons.size()).isLessThan(2);
        return reasons.path(0).asString("");
    }

    private String run(Asker asker, String function) {
        return api.post(asker, "/v1/runs?functionName=" + function, "{\"blocking\":true}")
                .json()
                .path("output")
                .toString();
    }

    private static List<String> names(Answer answer) {
        List<String> names = new ArrayList<>();
        answer.json().forEach(entity -> names.add(entity.path("name").asString("")));
        return names;
    }

    private static void refused(Answer answer, int status, int code, String message) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(status);
        assertThat(answer.json().path("code").asInt()).isEqualTo(code);
        assertThat(answer.text("message")).isEqualTo(message);
    }
}
