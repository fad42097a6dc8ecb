package dev.sluice.cli.json;

import java.io.Serial;

/// The text is none that [YamlText] reads. The message says why, and in which line.
public final class NotYaml extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1;

    NotYaml(int line, String why) {
        super("line " + line + ": " + why);
    }
}
