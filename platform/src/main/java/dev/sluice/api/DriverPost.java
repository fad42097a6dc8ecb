package dev.sluice.api;

import dev.sluice.bytes.Bytes;
import dev.sluice.event.Event;
import dev.sluice.kernel.Refused;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.org.Organization;
import dev.sluice.org.Resource;
import java.time.Instant;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;

/// Where a built-in driver sends its events: they come from the driver's id, as CloudEvents 1.0 has them.
///
/// @param stated what its author wants them labeled with; else as what is emitted over HTTP
/// @param emit   says whether any subscription wants an event
record DriverPost(Organization organization, String driver, Optional<Label> stated, Predicate<Event> emit) {
    private static final String VERSION = "1.0";

    /// What an event says.
    ///
    /// @param id      of those of the driver, the same one only for what is the same event
    /// @param subject what it is about; empty for nothing
    /// @param data    empty for none
    /// @param known   what was read to make it
    record Letter(String type, String id, String subject, Instant time, String contentType, Bytes data, Label known) {}

    /// What its events are labeled with.
    Label label() {
        return stated.orElse(Label.of(Component.of(Resource.EVENT.in(organization.principal())), Component.TRUE));
    }

    /// Durable on return.
    ///
    /// @return whether any subscription wants it
    /// @throws Refused `AT_LIMIT`
    /// @throws Rejection 400 for data that is not what its type says
    boolean send(Letter letter) {
        var attributes = new TreeMap<String, String>();
        attributes.put("specversion", VERSION);
        attributes.put("type", letter.type());
        attributes.put("source", driver);
        attributes.put("id", letter.id());
        attributes.put("time", letter.time().toString());
        if (!letter.subject().isEmpty()) {
            attributes.put("subject", letter.subject());
        }
        if (!letter.contentType().isEmpty()) {
            attributes.put("datacontenttype", letter.contentType());
        }
        Label label = label().joinOrTop(letter.known());
        return emit.test(CloudEvent.received(attributes, letter.data()).event(label));
    }
}
