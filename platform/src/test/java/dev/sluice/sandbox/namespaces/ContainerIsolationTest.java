package dev.sluice.sandbox.namespaces;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.sandbox.Guests;
import dev.sluice.sandbox.IsolationContract;
import dev.sluice.sandbox.Sandbox;
import dev.sluice.sandbox.SandboxDriver;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ContainerIsolationTest extends IsolationContract {
    private Path directory = Path.of("");

    @Override
    protected SandboxDriver open(Path place, Map<String, Path> guestFiles) throws InterruptedException {
        directory = place;
        return NamespaceDriver.openContainers(new NamespaceOptions(
                place,
                guestFiles,
                NamespaceOptions.PYTHON,
                NamespaceOptions.NODE,
                NamespaceOptions.OWN_JAVA,
                Leftovers.FIRST_UID));
    }

    @Test
    void guestsRunAsUsersOfTheirOwn_andOnlyTheOneAboveAsTheServer() throws Exception {
        try (Sandbox one = driver().start(Guests.spec("attacks.py", "echo"));
                Sandbox other = driver().start(Guests.spec("attacks.py", "echo"))) {
            assertThat(Guests.hear(one).asString()).isEqualTo("ready");
            assertThat(Guests.hear(other).asString()).isEqualTo("ready");
            Map<Long, Long> users = Leftovers.usersOfGuests(directory);
            assertThat(users).as("the one above and Python, twice").hasSize(4);
            assertThat(users.values())
                    .containsExactlyInAnyOrder(0L, (long) Leftovers.FIRST_UID, 0L, Leftovers.FIRST_UID + 1L);
        }
    }

    @Override
    protected List<String> leftovers() throws Exception {
        return Leftovers.of(directory);
    }
}
