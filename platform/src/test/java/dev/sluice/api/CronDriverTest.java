package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.event.Bookmarks;
import dev.sluice.event.Event;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.label.Label;
import dev.sluice.org.Organization;
import dev.sluice.source.CronTicks;
import dev.sluice.source.Settings;
import dev.sluice.store.MemoryStore;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// The clock is what a test says it is.
final class CronDriverTest {
    private static final Instant NOON = Instant.parse("2026-05-05T12:00:00Z");

    private final Bookmarks bookmarks = new Bookmarks(new MemoryStore());
    private final List<Event> emitted = new ArrayList<>();
    private boolean isFull;

    private CronDriver driver(String missed, Instant since, String... more) {
        var settings = new HashMap<>(Map.of("schedule", "*/10 * * * *", "missed", missed));
        for (int i = 0; i < more.length; i += 2) {
            settings.put(more[i], more[i + 1]);
        }
        var stated = new Settings(settings);
        var post = new DriverPost(new Organization("i", "acme", "acme", 0), "id", stated.label(), this::emit);
        return new CronDriver(CronTicks.of(stated, "id"), post, bookmarks, since);
    }

    private boolean emit(Event event) {
        if (isFull) {
            throw new Refused(Refusal.AT_LIMIT, "full");
        }
        return emitted.add(event);
    }

    private static Instant at(int minute) {
        return NOON.plusSeconds(60L * minute);
    }

    private List<String> ids() {
        return emitted.stream().map(Event::id).toList();
    }

    @Test
    void aTick_isAnEvent_underItsTime_withWhatItsAuthorSays() {
        CronDriver driver = driver("skip", NOON, "type", "night", "data", "{\"n\":1}", "label", "acme/runs,T");
        assertThat(driver.look(at(10))).contains(at(20));
        Event tick = emitted.getFirst();
        assertThat(tick.type()).isEqualTo("night");
        assertThat(tick.source()).isEqualTo("id");
        assertThat(tick.id()).isEqualTo("2026-05-05T12:10:00Z");
        assertThat(tick.data().utf8()).isEqualTo("{\"n\":1}");
        assertThat(tick.label()).isEqualTo(Label.parse("acme/runs,T"));
        assertThat(tick.context().utf8()).contains("\"eventTime\":\"2026-05-05T12:10:00Z\"");
    }

    @Test
    void theNextServer_firesNothingTwice_andMakesUpWhatItsAuthorWants() {
        assertThat(driver("all", NOON).look(at(10))).contains(at(20));
        assertThat(driver("all", NOON).look(at(10))).contains(at(20));
        assertThat(ids()).containsExactly("2026-05-05T12:10:00Z");
        assertThat(driver("all", NOON).look(at(35))).contains(at(40));
        assertThat(ids()).containsExactly("2026-05-05T12:10:00Z", "2026-05-05T12:20:00Z", "2026-05-05T12:30:00Z");
        assertThat(driver("skip", NOON).look(at(65))).contains(at(70));
        assertThat(emitted).hasSize(3);
        assertThat(driver("once", NOON).look(at(95))).contains(at(100));
        assertThat(emitted).hasSize(4).last().extracting(Event::id).isEqualTo("2026-05-05T13:30:00Z");
        assertThat(emitted.getFirst().label()).isEqualTo(Label.parse("acme/event,T"));
    }

    /// Who changes a schedule gets nothing of the time before.
    @Test
    void aDriverThatWasChanged_beginsThere() {
        driver("all", NOON).look(at(10));
        assertThat(driver("all", at(45)).look(at(55))).isEqualTo(Optional.of(at(60)));
        assertThat(ids()).containsExactly("2026-05-05T12:10:00Z", "2026-05-05T12:50:00Z");
    }

    @Test
    void aTickForWhichThereIsNoRoom_isDueStill() {
        isFull = true;
        CronDriver driver = driver("skip", NOON);
        assertThatThrownBy(() -> driver.look(at(10))).isInstanceOf(Refused.class);
        isFull = false;
        driver.look(at(10).plusSeconds(30));
        assertThat(ids()).containsExactly("2026-05-05T12:10:00Z");
    }
}
