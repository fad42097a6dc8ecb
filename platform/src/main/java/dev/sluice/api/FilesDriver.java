package dev.sluice.api;

import dev.sluice.authn.Upkeep;
import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import dev.sluice.event.Bookmarks;
import dev.sluice.fs.LabeledFs;
import dev.sluice.kernel.Refused;
import dev.sluice.source.DirectoryWatch;
import dev.sluice.source.DirectoryWatch.Change;
import dev.sluice.source.DirectoryWatch.Look;
import dev.sluice.source.DirectoryWatch.Seen;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import tools.jackson.databind.node.ObjectNode;

/// Makes what has changed in a directory events. What a crash makes it emit again is the same event: its id names the
/// look that noticed it.
///
/// @param since tells the driver from what it was before it was changed: what was there then is no change
record FilesDriver(LabeledFs fs, DirectoryWatch watch, DriverPost post, Bookmarks bookmarks, Instant since) {
    private static final String JSON = "application/json";

    /// What was seen the last time, as it is kept.
    ///
    /// @param look how many there were before
    record Mark(long sinceMillis, long look, SortedMap<String, Seen> seen) {
        Mark {
            seen = new TreeMap<>(seen);
        }
    }

    /// Emits what has changed.
    ///
    /// @return when it is to be looked at again
    /// @throws Refused as [DirectoryWatch#look]; `AT_LIMIT` where there is no room: then the next look tells it
    Optional<Instant> look(Instant now) {
        Optional<Mark> before = mark();
        SortedMap<String, Seen> seen = before.map(Mark::seen).orElseGet(TreeMap::new);
        Look look = watch.look(fs, seen, () -> Upkeep.watching(post.organization()));
        long number = before.map(Mark::look).orElse(0L) + 1;
        if (before.isPresent()) {
            look.changes().forEach(change -> post.send(letter(change, number, now)));
        }
        if (before.isEmpty() || !look.changes().isEmpty()) {
            var mark = new Mark(since.toEpochMilli(), number, look.seen());
            bookmarks.put(
                    post.organization().token(), post.driver(), Bytes.takeOver(JsonBody.JSON.writeValueAsBytes(mark)));
        }
        return Optional.of(now.plus(watch.every()));
    }

    private Optional<Mark> mark() {
        return bookmarks
                .find(post.organization().token(), post.driver())
                .map(kept -> JsonBody.JSON.readValue(kept.readOnlyArray(), Mark.class))
                .filter(kept -> kept.sinceMillis() == since.toEpochMilli());
    }

    private DriverPost.Letter letter(Change change, long look, Instant now) {
        String what = change.what().name().toLowerCase(Locale.ROOT);
        String path = watch.directory().child(change.name()).toString();
        ObjectNode data = JsonBody.JSON.createObjectNode();
        data.put("path", path).put("name", change.name()).put("change", what).put("kind", change.kind());
        String id = String.join(
                ".",
                Long.toString(look),
                Digest.of(Bytes.utf8(change.name())).hex(),
                change.seen().object(),
                Long.toString(change.seen().version()));
        return new DriverPost.Letter(
                "files." + what,
                id,
                "",
                now,
                JSON,
                Bytes.takeOver(JsonBody.JSON.writeValueAsBytes(data)),
                change.label());
    }
}
