package dev.sluice.gateway;

import dev.sluice.authn.ClientCertificates;
import dev.sluice.authn.ClientCertificates.Subject;
import dev.sluice.authn.Doorkeeper.Ring;
import dev.sluice.http.Request;
import dev.sluice.http.Response;
import dev.sluice.kernel.Task;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import tools.jackson.databind.json.JsonMapper;

/// Asks for a certificate that one of the organization's authorities vouches for, which the connection was made with
/// (mutual TLS). It is looked at with each request: an authority that is not listed any more counts no longer, however
/// old the connection is.
///
/// @param rings     which authorities are listed now
/// @param authority what a run of somebody known may do
public record CertificateAccess(
        ClientCertificates certificates, Supplier<Optional<Ring>> rings, Clock clock, Supplier<Task> authority)
        implements Access {
    @Override
    public Verdict judge(Request request, String realm) {
        List<X509Certificate> shown = request.clientCertificates();
        Optional<Subject> subject = shown.isEmpty()
                ? Optional.empty()
                : rings.get().flatMap(ring -> certificates.verified(shown, ring, clock.instant()));
        return subject.<Verdict>map(this::known).orElseGet(CertificateAccess::unknown);
    }

    private Entered known(Subject subject) {
        var claims = JsonMapper.shared().createObjectNode();
        claims.put("authentication", "mtls").put("sub", subject.name()).put("subject", subject.subject());
        var names = claims.putArray("names");
        subject.names().forEach(names::add);
        return new Entered(authority, Optional.of(claims), Set.of());
    }

    /// HTTP has no scheme for this: nothing that a client could answer in the same connection.
    private static Turned unknown() {
        return new Turned(Response.error(
                        401,
                        401,
                        "this API asks for a client's certificate from an authority that it trusts: connect with one"
                                + " (curl --cert FILE --key FILE)")
                .with("Cache-Control", "no-store"));
    }

    /// Without whom it trusts.
    @Override
    public String toString() {
        return "CertificateAccess";
    }
}
