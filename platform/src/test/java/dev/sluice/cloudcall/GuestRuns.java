package dev.sluice.cloudcall;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.bytes.Bytes;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/// Functions in guests without any sandbox, for tests: one guest for each.
final class GuestRuns implements AutoCloseable {
    private final GuestProcess guest;
    private final GuestLink link;

    /// @param language `python3` or `nodejs`
    GuestRuns(String language) throws Exception {
        guest = language.equals("python3") ? GuestProcess.python() : GuestProcess.node();
        link = new GuestLink(guest.channel());
        link.hello();
    }

    /// @param pathsAndContents path, content, path, content, ...
    LoadOutcome load(Convention convention, String handler, String... pathsAndContents) throws Exception {
        Map<String, Bytes> files = new LinkedHashMap<>();
        for (int n = 0; n < pathsAndContents.length; n += 2) {
            files.put(pathsAndContents[n], Bytes.utf8(pathsAndContents[n + 1]));
        }
        return link.load(new FunctionPackage(files, handler, convention));
    }

    String refused(Convention convention, String handler, String... pathsAndContents) throws Exception {
        return ((LoadOutcome.Failed) load(convention, handler, pathsAndContents))
                .failure()
                .message();
    }

    void loaded(Convention convention, String handler, String... pathsAndContents) throws Exception {
        LoadOutcome outcome = load(convention, handler, pathsAndContents);
        assertThat(outcome).isInstanceOf(LoadOutcome.Loaded.class);
    }

    Outcome run(String payload, String context) throws Exception {
        return link.run(
                new RunRequest(Bytes.utf8(payload), Bytes.utf8(context)),
                call -> CallReply.refused(CallRefusal.DENIED));
    }

    String returned(String payload, String context) throws Exception {
        Outcome outcome = run(payload, context);
        assertThat(outcome).isInstanceOf(Outcome.Returned.class);
        return ((Outcome.Returned) outcome).body().utf8();
    }

    GuestFailure failed(String payload, String context) throws Exception {
        Outcome outcome = run(payload, context);
        assertThat(outcome).isInstanceOf(Outcome.Failed.class);
        return ((Outcome.Failed) outcome).failure();
    }

    GuestProcess guest() {
        return guest;
    }

    @Override
    public void close() throws IOException {
        guest.close();
    }
}
