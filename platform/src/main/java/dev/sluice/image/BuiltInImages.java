package dev.sluice.image;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The base images that a server has of its own, under the names that Dispatch's have in Docker's registry. Whatever
/// the tag, each is what the host's packages give.
public final class BuiltInImages {
    private static final Pattern REFERENCE = Pattern.compile(
            "dispatchframework/(nodejs|python3|powershell|java)-base(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?");

    private BuiltInImages() {}

    /// The language of the built-in base image that a reference means; empty for a reference to anything else. A
    /// digest is of an image that this server does not have.
    public static Optional<String> language(String reference) {
        Matcher known = REFERENCE.matcher(reference);
        return known.matches() ? Optional.of(known.group(1)) : Optional.empty();
    }
}
