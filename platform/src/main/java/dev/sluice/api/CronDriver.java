package dev.sluice.api;

import dev.sluice.bytes.Bytes;
import dev.sluice.event.Bookmarks;
import dev.sluice.kernel.Refused;
import dev.sluice.label.Label;
import dev.sluice.source.CronTicks;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Optional;

/// Makes a schedule's ticks events. A tick's time by the schedule is its event's id, so that what a crash makes it emit
/// again is the same event.
///
/// @param since when the driver was made or changed: earlier ticks are none of its
record CronDriver(CronTicks ticks, DriverPost post, Bookmarks bookmarks, Instant since) {
    private static final String JSON = "application/json";

    /// Emits what is due.
    ///
    /// @return when something is due again
    /// @throws Refused `AT_LIMIT` where there is no room: then it is due still
    Optional<Instant> look(Instant now) {
        Instant last = last();
        CronTicks.Due due = ticks.due(last, now);
        for (Instant tick : due.ticks()) {
            String id = tick.toString();
            post.send(new DriverPost.Letter(
                    ticks.says().type(), id, "", tick, JSON, ticks.says().data(), Label.PUBLIC));
        }
        if (!due.passed().equals(last)) {
            bookmarks.put(post.organization().token(), post.driver(), mark(due.passed()));
        }
        return due.next();
    }

    private Instant last() {
        Optional<Instant> marked = bookmarks
                .find(post.organization().token(), post.driver())
                .map(mark -> Instant.ofEpochMilli(mark.asBuffer().getLong()));
        return marked.filter(mark -> mark.isAfter(since)).orElse(since);
    }

    private static Bytes mark(Instant passed) {
        return Bytes.takeOver(
                ByteBuffer.allocate(Long.BYTES).putLong(passed.toEpochMilli()).array());
    }
}
