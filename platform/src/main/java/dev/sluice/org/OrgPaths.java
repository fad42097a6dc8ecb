package dev.sluice.org;

import dev.sluice.fs.FsPath;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Principal;

/// Where the records of this room stand in the labeled file system (design/labels.md section 3).
final class OrgPaths {
    static final String ACCOUNTS = "serviceaccount";
    static final String POLICIES = "policy";
    static final String ROLES = "role";

    /// `:orgs`
    static final FsPath REGISTRY = FsPath.ROOT.child("orgs");

    static final String ENTRY = "organization";

    private OrgPaths() {}

    /// `acme,F`: only root's own task registers and forgets an organization.
    static Label registryLabel(Principal organization) {
        return Label.of(Component.of(organization), Component.FALSE);
    }

    /// `:orgs:<acme,F>:organization`
    static FsPath registry(Principal organization) {
        return REGISTRY.facet(registryLabel(organization)).child(ENTRY);
    }

    /// `acme/iam,acme/iam`
    static Label iamLabel(Principal organization) {
        Component iam = Component.of(Resource.IAM.in(organization));
        return Label.of(iam, iam);
    }

    /// `:home:<acme/iam,acme/iam>:KIND`
    static FsPath directory(Principal organization, String kind) {
        return FsPath.home(iamLabel(organization)).child(kind);
    }
}
