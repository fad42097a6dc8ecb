package dev.sluice.api;

import dev.sluice.authn.Upkeep;
import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import dev.sluice.event.Sink;
import dev.sluice.fs.FsPath;
import dev.sluice.gate.Backing;
import dev.sluice.gate.GateContent;
import dev.sluice.gate.InjectedHeaders;
import dev.sluice.gate.Services;
import dev.sluice.gate.UrlTemplate;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.org.Organization;
import dev.sluice.org.Resource;
import dev.sluice.secret.Secrets;

/// The external gates of subscriptions that name a URL: one for each, beside it. It opens to who is vouched for by
/// `acme/event`, and lets out what is `acme/event` and, for signing, the one secret that the subscription names: its
/// author was lent both.
///
/// Thread-safe.
final class SinkGates {
    static final String SUFFIX = ".sink";
    private static final int DIGEST_CHARS = 16;

    private final Services services;

    SinkGates(Services services) {
        this.services = services;
    }

    /// `acme/secret/NAME`, or nobody.
    static Component secret(Organization organization, Sink sink) {
        return sink.secret().isEmpty()
                ? Component.TRUE
                : Secrets.label(organization.principal(), sink.secret()).secrecy();
    }

    /// Another one for other terms: what is on its way to one receiver goes to no other.
    static FsPath path(Organization organization, String subscription, Sink sink) {
        if (sink.url().isEmpty()) {
            return SinkTerms.path(sink.gate());
        }
        String terms = Digest.of(Bytes.utf8(sink.url() + "\n" + sink.secret())).hex();
        return Triggers.home(organization).child(subscription + "." + terms.substring(0, DIGEST_CHARS) + SUFFIX);
    }

    /// Makes the gate to a URL, unless it is there.
    ///
    /// @throws Refused `DENIED` for a host that the operator lets no external gate reach
    void make(Organization organization, String subscription, Sink sink) {
        Component events = Triggers.events(organization);
        Component secret = secret(organization, sink);
        var content = new GateContent.External(
                events.and(secret),
                events,
                Label.PUBLIC,
                Label.PUBLIC,
                UrlTemplate.parse(sink.url()),
                "POST",
                InjectedHeaders.NONE);
        FsPath path = path(organization, subscription, sink);
        Upkeep.leading(organization, Resource.EVENT, secret).run(() -> {
            try {
                services.create(
                        path,
                        content,
                        Backing.ORGANIZATION,
                        Label.of(events, events),
                        Task.current().exercise(Component.TRUE, events));
            } catch (Refused refused) {
                if (refused.refusal() != Refusal.EXISTS) {
                    throw refused;
                }
            }
            return path;
        });
    }
}
