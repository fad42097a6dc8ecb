package dev.sluice.cloudcall;

import java.util.List;
import org.junit.jupiter.api.Test;

/// What functions of Faasten's eras see: the tests beside the guests' libraries, in their own languages.
final class LibraryTest {
    @Test
    void python_offersWhatThePublishedFunctionsCall() throws Exception {
        run("/usr/bin/python3", "-B", script("python/test_library.py"));
    }

    @Test
    void node_offersTheSameCalls() throws Exception {
        run("/usr/bin/node", script("node/test_library.js"));
    }

    @Test
    void fsutil_servesThePublishedClient() throws Exception {
        run("/usr/bin/python3", "-B", script("python/test_fsutil.py"));
    }

    private static String script(String name) {
        return GuestProcess.GUESTS.resolve(name).toString();
    }

    private static void run(String... command) throws Exception {
        GuestProcess.check(List.of(command));
    }
}
