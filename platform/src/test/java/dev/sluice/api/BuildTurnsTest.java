package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.org.Organization;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Builds that never end keep places, and never all of them.
final class BuildTurnsTest {
    private final BuildTurns turns = new BuildTurns();
    private final Queue<Organization> begun = new ConcurrentLinkedQueue<>();
    private final Semaphore mayEnd = new Semaphore(0);

    @AfterEach
    void end() {
        mayEnd.release(1000);
    }

    @Test
    void oneOrganizationsBuilds_goOnTwoAtATime_andLeaveAPlaceForAnothers() {
        for (int i = 0; i < 10; i++) {
            begin("flood");
        }
        await().until(() -> begun.size() == 2);
        begin("other");
        await().until(() -> begun.size() == 3);
        assertThat(begun).filteredOn(organization("other")::equals).hasSize(1);
    }

    @Test
    void whoWaits_isServedInOrder_soAnotherWaitsForFewOfAFlood() throws InterruptedException {
        for (int i = 0; i < 10; i++) {
            begin("flood");
        }
        await().until(() -> begun.size() == 2);
        begin("second");
        await().until(() -> begun.size() == 3);
        begin("third");
        Thread.sleep(100);
        assertThat(begun).as("three at once").hasSize(3);
        for (int i = 0; i < 3; i++) {
            mayEnd.release();
            int expected = 4 + i;
            await().until(() -> begun.size() == expected);
        }
        assertThat(begun).contains(organization("third"));
    }

    private void begin(String name) {
        Organization organization = organization(name);
        Thread.ofVirtual().start(() -> {
            try {
                turns.take(organization, () -> {}, () -> {
                    begun.add(organization);
                    mayEnd.acquire();
                });
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private static Organization organization(String name) {
        return new Organization(name, name, name, 0);
    }
}
