package dev.sluice.bytes;

/// What of an exception is for the server's log.
public final class Traces {
    private static final int CAUSES_MAX = 8;

    private Traces() {}

    /// Where something went wrong, and what kinds of exceptions led there. Their texts are not for the log: they can
    /// hold what a tenant wrote.
    public static Throwable withoutTexts(Throwable failed) {
        return withoutTexts(failed, CAUSES_MAX);
    }

    private static Throwable withoutTexts(Throwable failed, int causes) {
        Throwable cause = failed.getCause();
        var where = new IllegalStateException(
                failed.getClass().getName(), cause == null || causes == 0 ? null : withoutTexts(cause, causes - 1));
        where.setStackTrace(failed.getStackTrace());
        return where;
    }
}
