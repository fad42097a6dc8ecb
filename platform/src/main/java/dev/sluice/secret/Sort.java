package dev.sluice.secret;

import dev.sluice.fs.FsPath;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Principal;

/// What is sealed: secrets and, in the same way and apart from them, service instances and logins at registries.
public enum Sort {
    SECRET("secret", "secret", Secrets.VERSIONS_MAX),
    SERVICE_INSTANCE("serviceinstance", "service instance", Secrets.VERSIONS_MAX),

    /// A login that was replaced is of no use to anybody, and is not kept.
    REGISTRY("registry", "registry", 1);

    private final String word;
    private final String said;
    private final int versionsMax;

    Sort(String word, String said, int versionsMax) {
        this.word = word;
        this.said = said;
        this.versionsMax = versionsMax;
    }

    /// Of the principal of one that a gate may inject: whatever is no service instance's is a secret's.
    public static Sort of(Principal one) {
        return one.tokens().get(1).equals(SERVICE_INSTANCE.word) ? SERVICE_INSTANCE : SECRET;
    }

    /// In policies and labels.
    String word() {
        return word;
    }

    /// In messages.
    public String said() {
        return said;
    }

    /// Of one. The oldest are forgotten.
    int versionsMax() {
        return versionsMax;
    }

    /// `acme/secret/NAME,acme/secret`: what one is labeled with, whether or not there is one.
    Label label(Principal organization, String name) {
        Principal all = organization.child(word);
        return Label.of(Component.of(all.child(name)), Component.of(all));
    }

    FsPath path(Principal organization, String name) {
        return FsPath.home(label(organization, name)).child(name);
    }

    /// `:home:<acme/secret,acme/secret>`
    FsPath home(Principal organization) {
        Component all = Component.of(organization.child(word));
        return FsPath.home(Label.of(all, all));
    }

    FsPath listed(Principal organization, String name) {
        return home(organization).child(name);
    }
}
