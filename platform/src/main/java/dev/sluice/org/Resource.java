package dev.sluice.org;

import dev.sluice.label.Principal;

/// The resource words of policies. Each is a principal below its organization's, which its objects are labeled with.
public enum Resource {
    API("api"),
    APPLICATION("application"),
    BASEIMAGE("baseimage"),
    EVENT("event"),
    FUNCTION("function"),
    IAM("iam"),
    IMAGE("image"),
    RUNS("runs"),
    SECRET("secret"),
    SERVICECLASS("serviceclass"),
    SERVICEINSTANCE("serviceinstance");

    private final String word;

    Resource(String word) {
        this.word = word;
    }

    public String word() {
        return word;
    }

    /// `acme/runs` for the organization whose principal is `acme`.
    public Principal in(Principal organization) {
        return organization.child(word);
    }
}
