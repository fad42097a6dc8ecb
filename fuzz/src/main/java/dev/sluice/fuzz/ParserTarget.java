package dev.sluice.fuzz;

/// What Jazzer calls: one parser, named by the property `sluice.parser`.
public final class ParserTarget {
    private static final Parser PARSER = Parser.valueOf(System.getProperty("sluice.parser", "LABEL"));

    private ParserTarget() {}

    /// Jazzer's name for it.
    public static void fuzzerTestOneInput(byte[] input) {
        PARSER.take(input);
    }
}
