package dev.sluice.image;

import java.util.List;
import java.util.Optional;

/// A language runtime of the host's distribution, and the built-in image of the same name.
@SuppressWarnings({"AvoidCommonTypeNames", "ImmutableEnumChecker"}) // the domain's word; a list made by List.of
public enum Runtime {
    NODEJS("nodejs", List.of("/usr/bin/node", "/runtime/guest.js")),
    PYTHON3("python3", List.of("/usr/bin/python3", "-I", "-S", "/runtime/guest.py"));

    private final String language;
    private final List<String> command;

    Runtime(String language, List<String> command) {
        this.language = language;
        this.command = command;
    }

    /// The name in Dispatch's vocabulary: of the language, of the built-in image, of the guest's folder.
    public String language() {
        return language;
    }

    /// What starts the guest inside its sandbox.
    public List<String> command() {
        return command;
    }

    public static Optional<Runtime> of(String language) {
        for (Runtime runtime : values()) {
            if (runtime.language.equals(language)) {
                return Optional.of(runtime);
            }
        }
        return Optional.empty();
    }
}
