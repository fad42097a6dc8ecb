package dev.sluice.authn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.bytes.Bytes;
import dev.sluice.kernel.Refused;
import dev.sluice.store.MemoryStore;
import dev.sluice.store.Store;
import dev.sluice.testing.HookedStore;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SessionsTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final User JON = new User("idp", "https://idp.test", "jon@example.com", Set.of("dev"));
    private static final User EVE = new User("idp", "https://idp.test", "eve@example.com", Set.of());

    private final MemoryStore store = new MemoryStore();
    private final SetClock clock = new SetClock(START);
    private final Sessions sessions = new Sessions(store, clock, new SecureRandom(), 40);

    /// What [#hurried] does can be interrupted.
    private final HookedStore hooked = new HookedStore(store);

    private final Sessions hurried = new Sessions(hooked, clock, new SecureRandom(), 40);

    @Test
    void aSession_isItsUsers_alsoAfterARestart() {
        String id = sessions.open(JON);
        assertThat(id).hasSize(Sessions.ID_CHARS);
        assertThat(sessions.user(id)).contains(JON);
        assertThat(new Sessions(store, clock, new SecureRandom()).user(id)).contains(JON);
    }

    @Test
    void theStore_holdsNoId() {
        String id = sessions.open(JON);
        assertThat(all()).noneMatch(entry -> (entry.key().utf8() + entry.value().utf8()).contains(id));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"})
    void anIdOfNothing_isNobodys(String id) {
        assertThat(sessions.user(id)).isEmpty();
    }

    @Test
    void aSessionThatIsNotUsed_ends() {
        String id = sessions.open(JON);
        clock.set(START.plus(Sessions.IDLE_MAX).minusSeconds(1));
        assertThat(sessions.user(id)).isPresent();
        clock.pass(Sessions.IDLE_MAX.minusSeconds(1));
        assertThat(sessions.user(id)).as("each use counts").isPresent();
        clock.pass(Sessions.IDLE_MAX);
        assertThat(sessions.user(id)).isEmpty();
        assertThat(all()).as("what is over is removed").isEmpty();
    }

    @Test
    void aSessionThatIsUsedAllTheTime_endsAllTheSame() {
        String id = sessions.open(JON);
        for (Instant at = START; at.isBefore(START.plus(Sessions.ABSOLUTE_MAX)); at = at.plusSeconds(3600)) {
            clock.set(at);
            assertThat(sessions.user(id)).isPresent();
        }
        clock.set(START.plus(Sessions.ABSOLUTE_MAX));
        assertThat(sessions.user(id)).isEmpty();
    }

    @Test
    void aClosedSession_isOver_andNoUseRevivesIt() {
        String id = sessions.open(JON);
        String other = sessions.open(JON);
        sessions.close(id);
        clock.set(START.plus(Sessions.TOUCH));
        assertThat(sessions.user(id)).isEmpty();
        assertThat(sessions.user(other)).isPresent();
        sessions.close(id);
        sessions.close("");
        assertThat(sessions.user(other)).isPresent();
    }

    @Test
    void allOfAUser_areClosed_andNobodyElses() {
        String one = sessions.open(JON);
        String two = sessions.open(JON);
        String eves = sessions.open(EVE);
        String ofAnother = sessions.open(new User("other", "https://other.test", JON.mail(), Set.of()));
        sessions.closeAllOf(JON);
        assertThat(sessions.user(one)).isEmpty();
        assertThat(sessions.user(two)).isEmpty();
        assertThat(sessions.user(eves)).contains(EVE);
        assertThat(sessions.user(ofAnother))
                .as("who is vouched for by another provider")
                .isPresent();
    }

    @Test
    void aUser_hasABoundedNumber_andTheOldestGoes() {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i <= Sessions.SESSIONS_OF_ONE_USER_MAX; i++) {
            ids.add(sessions.open(JON));
        }
        assertThat(sessions.user(ids.getFirst())).isEmpty();
        assertThat(ids.stream().skip(1)).allMatch(id -> sessions.user(id).isPresent());
    }

    @Test
    void allTogether_areBounded_andRoomComesBack() {
        for (int i = 0; i < 40; i++) {
            sessions.open(new User("idp", "https://idp.test", "u" + i + "@example.com", Set.of()));
        }
        assertThatThrownBy(() -> sessions.open(JON)).isInstanceOf(Refused.class);
        clock.set(START.plus(Sessions.IDLE_MAX));
        sessions.sweep();
        assertThat(all()).isEmpty();
        assertThat(sessions.user(sessions.open(JON))).isPresent();
    }

    @Test
    void whatIsOver_isNotListed_evenBeforeItIsSwept() {
        sessions.open(JON);
        clock.pass(Sessions.IDLE_MAX.minusSeconds(1));
        sessions.open(JON);
        clock.pass(Duration.ofSeconds(1));
        assertThat(sessions.of(JON)).hasSize(1);
        assertThat(sessions.of(EVE)).isEmpty();
    }

    /// Closed twice at once, it still counts once.
    @Test
    void aSessionThatSeveralClose_isClosedOnce() {
        int at = 0;
        do {
            at++;
            String id = sessions.open(JON);
            hooked.arm(at, () -> sessions.close(id));
            hurried.close(id);
            assertThat(sessions.user(id)).isEmpty();
            assertThat(all()).as("with the call %s", at).isEmpty();
        } while (!hooked.isUnused());
        assertThat(at).isGreaterThan(1);
    }

    @Test
    void aSessionThatAnotherUsesMeanwhile_holds_andOneThatHeCloses_doesNotComeBack() {
        int at = 0;
        do {
            at++;
            String used = sessions.open(JON);
            String closed = sessions.open(JON);
            clock.pass(Sessions.TOUCH);
            hooked.arm(at, () -> sessions.user(used));
            assertThat(hurried.user(used)).as("with the call %s", at).isPresent();
            hooked.arm(at, () -> sessions.close(closed));
            assertThat(hurried.user(closed).isPresent()).isEqualTo(hooked.isUnused());
            sessions.close(closed);
            assertThat(sessions.user(closed)).isEmpty();
            sessions.closeAllOf(JON);
        } while (!hooked.isUnused());
        assertThat(all()).isEmpty();
    }

    @Test
    void whereOthersChangeTheListAllTheTime_nobodyIsToldThatItIsDone() {
        String id = sessions.open(JON);
        changeBeforeEachCall();
        assertThatThrownBy(() -> hurried.close(id)).isInstanceOf(Refused.class);
        assertThatThrownBy(() -> hurried.closeAllOf(JON)).isInstanceOf(Refused.class);
    }

    private void changeBeforeEachCall() {
        hooked.arm(1, () -> {
            sessions.open(JON);
            changeBeforeEachCall();
        });
    }

    private List<Store.Entry> all() {
        return store.scan(Bytes.EMPTY, Bytes.EMPTY, Store.SCAN_ENTRIES_MAX);
    }
}
