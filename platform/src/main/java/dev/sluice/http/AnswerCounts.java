package dev.sluice.http;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicLongArray;

/// Counts what another handler answers, by the first digit of the status. One that throws is counted as 5.
///
/// Thread-safe.
public final class AnswerCounts implements Handler {
    public static final int CLASS_MIN = 1;
    public static final int CLASS_MAX = 5;
    private static final int CLASS = 100;

    private final Handler next;
    private final AtomicLongArray counts = new AtomicLongArray(CLASS_MAX + 1);

    public AnswerCounts(Handler next) {
        this.next = next;
    }

    @Override
    public Response handle(Request request) throws IOException, InterruptedException {
        int status = CLASS_MAX * CLASS;
        try {
            Response response = next.handle(request);
            status = response.status();
            return response;
        } finally {
            counts.incrementAndGet(Math.clamp(status / CLASS, CLASS_MIN, CLASS_MAX));
        }
    }

    /// @param firstDigit [#CLASS_MIN] to [#CLASS_MAX]
    public long of(int firstDigit) {
        return counts.get(firstDigit);
    }
}
