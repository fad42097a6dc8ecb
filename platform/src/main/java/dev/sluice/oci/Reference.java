package dev.sluice.oci;

import dev.sluice.bytes.Digest;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What names an image: `registry/repository:tag@sha256:…`. Without a registry it is Docker's, without a tag
/// `latest`; where there is a digest it alone counts.
///
/// @param registry   host and, unless it is the scheme's own, port
/// @param repository at most [#REPOSITORY_CHARS_MAX]
public record Reference(String registry, String repository, String tag, Optional<Digest> digest) {
    static final int REPOSITORY_CHARS_MAX = 255;

    /// Where the images of `docker.io` really are.
    static final String DOCKER = "registry-1.docker.io";

    private static final int TEXT_CHARS_MAX = 1024;
    private static final String COMPONENT = "[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*";
    private static final Pattern FORM = Pattern.compile("(?:((?:[A-Za-z0-9.-]*[.:][A-Za-z0-9.:-]*|localhost))/)?"
            + "(" + COMPONENT + "(?:/" + COMPONENT + ")*)"
            + "(?::([A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?"
            + "(?:@sha256:([0-9a-f]{64}))?");
    private static final Pattern REGISTRY = Pattern.compile("([a-z0-9]([a-z0-9.-]*[a-z0-9])?)(:[1-9][0-9]{0,4})?");

    /// @throws PullFailed for anything that is none
    public static Reference parse(String text) throws PullFailed {
        Matcher parts = FORM.matcher(text);
        if (text.length() > TEXT_CHARS_MAX || !parts.matches()) {
            throw new PullFailed("that is no reference to an image: write REGISTRY/REPOSITORY:TAG, or"
                    + " REGISTRY/REPOSITORY@sha256:DIGEST, with the repository in lower case");
        }
        String named = parts.group(1) == null ? "docker.io" : parts.group(1).toLowerCase(Locale.ROOT);
        String repository = parts.group(2);
        boolean isDocker = named.equals("docker.io") || named.equals("index.docker.io") || named.equals(DOCKER);
        if (isDocker && repository.indexOf('/') < 0) {
            repository = "library/" + repository;
        }
        if (repository.length() > REPOSITORY_CHARS_MAX) {
            throw new PullFailed("a repository's name has at most " + REPOSITORY_CHARS_MAX + " characters");
        }
        return new Reference(
                registry(isDocker ? DOCKER : named),
                repository,
                parts.group(3) == null ? "latest" : parts.group(3),
                Optional.ofNullable(parts.group(4)).map(Digest::new));
    }

    /// The registry that a text names: in lower case, `docker.io` as where it really is.
    ///
    /// @throws PullFailed for what is neither a host nor `host:port`
    public static String registry(String text) throws PullFailed {
        String its = text.toLowerCase(Locale.ROOT);
        if (!REGISTRY.matcher(its).matches()) {
            throw new PullFailed("that is no registry: write its host, or host:port");
        }
        return its.equals("docker.io") || its.equals("index.docker.io") ? DOCKER : its;
    }

    /// What a registry is asked for.
    String wanted() {
        return digest.map(its -> "sha256:" + its.hex()).orElse(tag);
    }

    @Override
    public String toString() {
        return registry + "/" + repository
                + digest.map(its -> "@sha256:" + its.hex()).orElse(":" + tag);
    }
}
