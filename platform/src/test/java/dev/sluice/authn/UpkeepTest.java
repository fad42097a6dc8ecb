package dev.sluice.authn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.org.Organization;
import dev.sluice.org.Resource;
import org.junit.jupiter.api.Test;

/// What the platform's own tasks hold, and what they do not.
final class UpkeepTest {
    private static final Organization ACME = new Organization("1", "acme", "acme", 0);
    private static final Label EVENT = Label.parse("acme/event,T");

    /// Only its trigger releases what an event knows.
    @Test
    void whoFires_knowsTheEvent_entersForEvents_andReleasesNothing() {
        Task firing = Upkeep.firing(ACME, EVENT);
        assertThat(firing.mayObserve(EVENT)).isTrue();
        assertThat(firing.vouchesFor(Component.parse("acme/event"))).isTrue();
        assertThat(firing.vouchesFor(Component.parse("acme/runs"))).isFalse();
        assertThat(firing.mayDeliver(EVENT, Label.PUBLIC)).isFalse();
        Task keeping = Upkeep.of(ACME, Resource.EVENT);
        assertThat(keeping.mayDeliver(EVENT, Label.PUBLIC)).isTrue();
    }
}
