package dev.sluice.build;

/// A build that gave nothing. Its message is the reason, for the image's author; it may hold what strangers wrote.
public final class BuildFailed extends Exception {
    private static final long serialVersionUID = 1;
    private static final int REASON_CHARS_MAX = 1000;

    BuildFailed(String reason) {
        super(printable(reason), null, false, false);
    }

    /// Never null.
    public String reason() {
        return String.valueOf(getMessage());
    }

    private static String printable(String text) {
        String bounded = text.length() > REASON_CHARS_MAX ? text.substring(0, REASON_CHARS_MAX) : text;
        return bounded.replaceAll("\\p{Cntrl}", " ").strip();
    }
}
