package dev.sluice.api;

import dev.sluice.audit.AuditLog;
import dev.sluice.kernel.Deed;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.org.Organization;
import dev.sluice.org.Resource;
import dev.sluice.tls.Credentials;
import java.util.Map;

/// What goes on record of hosts: `host.gain`, `host.lose` and `host.certificate`, in the organization's own chain.
final class HostRecords {
    private final AuditLog audit;

    HostRecords(AuditLog audit) {
        this.audit = audit;
    }

    /// Durable on return.
    ///
    /// @param how the host was shown
    void gained(Organization organization, String host, String how) {
        audit.recordDurably(deed("host.gain", organization, host, Map.of("proof", how)));
    }

    void lost(Organization organization, String host) {
        audit.record(deed("host.lose", organization, host, Map.of()));
    }

    /// What everybody is shown of it, and no more.
    void certified(Hosts.Held held, Credentials shown) {
        Map<String, String> details = Map.of(
                "tls", held.tls().kind(),
                "sha256", shown.fingerprint(),
                "until", shown.notAfter().toString());
        audit.record(deed("host.certificate", held.organization(), held.host(), details));
    }

    private static Deed deed(String kind, Organization organization, String host, Map<String, String> details) {
        Component apis = Component.of(Resource.API.in(organization.principal()));
        return new Deed(kind, host, Label.of(apis, apis), details);
    }
}
