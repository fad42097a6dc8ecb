package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.api.ApiServer.Answer;
import dev.sluice.api.ApiServer.Asker;
import dev.sluice.blob.MemoryBlobs;
import dev.sluice.bytes.Digest;
import dev.sluice.schedule.Scheduler;
import dev.sluice.store.MemoryStore;
import dev.sluice.testing.FullBlobs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a build needs of the machine, and does not get.
final class ScarceBuildTest {
    private static final String IMAGES = "/v1/image";
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String BASE =
            "{\"name\":\"py\",\"dockerUrl\":\"dispatchframework/python3-base\",\"language\":\"\"}";
    private static final String IMAGE =
            "{\"name\":\"i\",\"baseImageName\":\"py\",\"runtimeDependencies\":{\"manifest\":\"filling==1.0\"}}";

    @Test
    void aFullDisk_isAnErrorWithOneReason_thatLeavesNothing(@TempDir Path directory) throws Exception {
        assumeTrue(Files.isDirectory(Path.of("/usr/lib/python3/dist-packages/pip")), "python3-pip is not installed");
        var isFreed = new AtomicBoolean();
        var kept = new MemoryBlobs();
        try (var indexes = new PackageIndexes()) {
            indexes.wheel("filling", "1.0", Map.of("filling.py", "WORD = 1\n"));
            var blobs = new FullBlobs(
                    kept, () -> !isFreed.get() && indexes.asked.contains("/files/filling-1.0-py3-none-any.whl"));
            try (var api = new ApiServer(directory, new MemoryStore(), blobs, indexes.registries())) {
                Asker admin = api.developer("full", "*");
                assertThat(api.post(admin, "/v1/baseimage", BASE).status()).isEqualTo(201);
                assertThat(api.post(admin, IMAGES, IMAGE).status()).isEqualTo(201);
                Answer failed = settled(api, admin);
                assertThat(failed.text("status")).isEqualTo("ERROR");
                assertThat(failed.json().path("reason").size()).isEqualTo(1);
                assertThat(failed.json().path("reason").path(0).asString())
                        .isEqualTo("the server could not keep what was installed");
                Set<Digest> before = new HashSet<>(kept.list(Optional.empty(), 100));

                isFreed.set(true);
                assertThat(api.put(admin, IMAGES + "/i", IMAGE).status()).isEqualTo(200);
                assertThat(settled(api, admin).text("status")).isEqualTo("READY");
                assertThat(kept.list(Optional.empty(), 100)).hasSizeGreaterThan(before.size());
            }
        }
    }

    @Test
    void aBuild_countsAsItsOrganizationsMemory_andWaitsForRoomBesideRuns(@TempDir Path directory) throws Exception {
        assumeTrue(Files.isDirectory(Path.of("/usr/lib/python3/dist-packages/pip")), "python3-pip is not installed");
        try (var indexes = new PackageIndexes();
                var api = new ApiServer(directory, new MemoryStore(), new MemoryBlobs(), indexes.registries())) {
            indexes.wheel("filling", "1.0", Map.of("filling.py", "WORD = 1\n"));
            Asker admin = api.developer("busy", "*");
            assertThat(api.post(admin, "/v1/baseimage", BASE).status()).isEqualTo(201);
            var admission = api.scheduler.acquire("another", 700, PATIENCE);
            assertThat(admission).isInstanceOf(Scheduler.Admission.Granted.class);
            try (Scheduler.Lease _ = ((Scheduler.Admission.Granted) admission).lease()) {
                assertThat(api.post(admin, IMAGES, IMAGE).status()).isEqualTo(201);
                await().atMost(PATIENCE).until(() -> api.scheduler.load().waitingRuns() == 1);
                assertThat(indexes.asked).isEmpty();
                assertThat(api.get(admin, IMAGES + "/i").text("status")).isEqualTo("CREATING");
            }
            assertThat(settled(api, admin).text("status")).isEqualTo("READY");
            await().atMost(PATIENCE).until(() -> api.scheduler.load().leasedMib() == 0);
        }
    }

    private static Answer settled(ApiServer api, Asker admin) {
        await().atMost(PATIENCE).until(() -> {
            String status = api.get(admin, IMAGES + "/i").text("status");
            return status.equals("READY") || status.equals("ERROR");
        });
        return api.get(admin, IMAGES + "/i");
    }
}
