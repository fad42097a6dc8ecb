package dev.sluice.build;

import dev.sluice.image.Runtime;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/// What an image needs beside its language.
///
/// @param manifest what of its language; may be empty
/// @param packages of the system's distribution, at most 64; may be empty
public record Needs(Runtime language, String manifest, List<SystemPackage> packages) {
    private static final int PACKAGES_MAX = 64;
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9+.-]{1,99}");
    private static final Pattern VERSION = Pattern.compile("([0-9][A-Za-z0-9.+:~-]{0,99})?");

    public Needs {
        packages = List.copyOf(packages);
    }

    /// @param version Debian's or upstream's own, such as `7.88`; empty for any
    public record SystemPackage(String name, String version) {}

    /// Before anything else is done with them: no name is anything but a name to the tools that see it.
    void require() throws BuildFailed {
        if (packages.size() > PACKAGES_MAX) {
            throw new BuildFailed("an image has at most " + PACKAGES_MAX + " system packages");
        }
        for (SystemPackage one : packages) {
            if (!NAME.matcher(one.name()).matches()) {
                throw new BuildFailed("a system package has a name of small letters, digits and + - .");
            }
            if (!VERSION.matcher(one.version()).matches()) {
                throw new BuildFailed("the version of the system package " + one.name() + " is none of Debian's");
            }
        }
    }

    Set<Registries.Kind> kinds() {
        Set<Registries.Kind> kinds = EnumSet.noneOf(Registries.Kind.class);
        if (!manifest.isEmpty()) {
            kinds.add(Registries.Kind.of(language));
        }
        if (!packages.isEmpty()) {
            kinds.add(Registries.Kind.DEBIAN);
        }
        return kinds;
    }
}
