package dev.sluice.secret;

import dev.sluice.fs.FsPath;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Principal;

/// What is sealed: secrets and, in the same way and apart from them, service instances.
public enum Sort {
    SECRET("secret", "secret"),
    SERVICE_INSTANCE("serviceinstance", "service instance");

    private final String word;
    private final String said;

    Sort(String word, String said) {
        this.word = word;
        this.said = said;
    }

    /// Of the principal of one: whatever is no service instance's is a secret's.
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
