package dev.sluice.cli.command;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/// What a document of a batch may be: the word of its `kind`, as Dispatch has it, and where the server keeps such.
enum BatchKind {
    API("API", "/v1/api"),
    APPLICATION("Application", "/v1/application"),
    BASE_IMAGE("BaseImage", "/v1/baseimage"),
    DRIVER("Driver", "/v1/event/drivers", "EventDriver"),
    DRIVER_TYPE("DriverType", "/v1/event/drivertypes", "EventDriverType"),
    FUNCTION("Function", "/v1/function"),
    HOST("Host", "/v1/host"),
    IMAGE("Image", "/v1/image"),
    ORGANIZATION("Organization", "/v1/iam/organization"),
    POLICY("Policy", "/v1/iam/policy"),
    REGISTRY("Registry", "/v1/registry"),
    SECRET("Secret", "/v1/secret"),
    SERVICE_ACCOUNT("ServiceAccount", "/v1/iam/serviceaccount"),
    SERVICE_INSTANCE("ServiceInstance", "/v1/serviceinstance"),
    SUBSCRIPTION("Subscription", "/v1/event/subscriptions");

    private final String word;
    private final String path;
    private final String alias;

    BatchKind(String word, String path) {
        this(word, path, word);
    }

    BatchKind(String word, String path, String alias) {
        this.word = word;
        this.path = path;
        this.alias = alias;
    }

    static Optional<BatchKind> of(String word) {
        return Arrays.stream(values())
                .filter(kind -> kind.word.equals(word) || kind.alias.equals(word))
                .findFirst();
    }

    static String words() {
        return Arrays.stream(values()).map(kind -> kind.word).collect(Collectors.joining(", "));
    }

    /// As messages say it.
    String word() {
        return word;
    }

    String path() {
        return path;
    }

    String target(String name) {
        return Target.of(path).segment(name).toString();
    }

    /// Whether the server makes it behind its answer, so that one may wait for it.
    boolean isBuilt() {
        return switch (this) {
            case BASE_IMAGE, IMAGE, FUNCTION, DRIVER, SERVICE_INSTANCE -> true;
            case API,
                    APPLICATION,
                    DRIVER_TYPE,
                    HOST,
                    ORGANIZATION,
                    POLICY,
                    REGISTRY,
                    SECRET,
                    SERVICE_ACCOUNT,
                    SUBSCRIPTION -> false;
        };
    }

    /// Whether the server can change it in its place.
    boolean isUpdated() {
        return this != SERVICE_INSTANCE;
    }

    /// Whether it may be tagged with an application.
    boolean isTagged() {
        return switch (this) {
            case APPLICATION, ORGANIZATION, POLICY, SERVICE_ACCOUNT -> false;
            case API,
                    BASE_IMAGE,
                    DRIVER,
                    DRIVER_TYPE,
                    FUNCTION,
                    HOST,
                    IMAGE,
                    REGISTRY,
                    SECRET,
                    SERVICE_INSTANCE,
                    SUBSCRIPTION -> true;
        };
    }
}
