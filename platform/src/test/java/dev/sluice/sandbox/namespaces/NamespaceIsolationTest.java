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

final class NamespaceIsolationTest extends IsolationContract {
    private Path directory = Path.of("");

    @Override
    protected SandboxDriver open(Path place, Map<String, Path> guestFiles) throws InterruptedException {
        directory = place;
        return NamespaceDriver.open(new NamespaceOptions(
                place,
                guestFiles,
                NamespaceOptions.PYTHON,
                NamespaceOptions.NODE,
                NamespaceOptions.OWN_JAVA,
                Leftovers.FIRST_UID));
    }

    @Test
    void guestsRunAsUsersOfTheirOwn_notAsTheServer() throws Exception {
        try (Sandbox one = driver().start(Guests.spec("attacks.py", "echo"));
                Sandbox other = driver().start(Guests.spec("attacks.py", "echo"))) {
            assertThat(Guests.hear(one).asString()).isEqualTo("ready");
            assertThat(Guests.hear(other).asString()).isEqualTo("ready");
            Map<Long, Long> users = Leftovers.usersOfGuests(directory);
            assertThat(users).as("bwrap, process 1 and Python, twice").hasSize(6);
            assertThat(users.values()).containsOnly((long) Leftovers.FIRST_UID, Leftovers.FIRST_UID + 1L);
        }
    }

    @Override
    protected List<String> leftovers() throws Exception {
        return Leftovers.of(directory);
    }
}
