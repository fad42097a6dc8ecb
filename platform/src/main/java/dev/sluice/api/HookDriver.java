package dev.sluice.api;

import dev.sluice.bytes.Bytes;
import dev.sluice.event.Received;
import dev.sluice.http.HttpRefused;
import dev.sluice.http.Request;
import dev.sluice.http.Response;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.label.Label;
import dev.sluice.source.Claim;
import dev.sluice.source.Webhook;
import dev.sluice.source.Webhook.Message;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/// Makes what a webhook's sender has signed events. Who has not signed it makes nothing happen, and who sends again
/// what somebody else has signed neither.
///
/// Thread-safe.
final class HookDriver implements AtWork {
    /// The key of a secret's value that counts, where it has several.
    static final String SECRET = "secret";

    private static final String RETRY_AFTER = "Retry-After";
    private static final String SOON_SECONDS = "1";

    private final Webhook webhook;
    private final DriverPost post;
    private final List<String> names;
    private final DriverSecrets secrets;
    private final Received received;
    private final InstantSource clock;

    /// @param names of the secrets with which may be signed
    HookDriver(
            Webhook webhook,
            DriverPost post,
            List<String> names,
            DriverSecrets secrets,
            Received received,
            InstantSource clock) {
        this.webhook = webhook;
        this.post = post;
        this.names = List.copyOf(names);
        this.secrets = secrets;
        this.received = received;
        this.clock = clock;
    }

    /// 202 for what became an event, or was one already; 200 for what only asks whether anybody is there.
    @Override
    public Optional<Response> answer(Request request) throws IOException {
        if (request.method().equals("OPTIONS")
                && request.header(SinkHandshake.REQUESTED).isPresent()) {
            return Optional.of(asked());
        }
        return Optional.of(
                request.method().equals("POST")
                        ? received(request)
                        : Response.error(405, 405, "a webhook is sent by POST").with("Allow", "POST"));
    }

    /// Whoever asks may send, under whatever name: what he sends counts if it is signed.
    private static Response asked() {
        return Response.empty(200)
                .with("Allow", "POST")
                .with(SinkHandshake.ALLOWED, SinkHandshake.ANYBODY)
                .with("webhook-allowed-rate", SinkHandshake.ANYBODY);
    }

    private Response received(Request request) throws IOException {
        try {
            Claim claim = webhook.claim(request.headers(), clock.instant());
            String contentType = request.header("Content-Type").orElse("");
            Bytes body = request.body(Webhook.BODY_BYTES_MAX);
            return webhook.open(claim, contentType, body, keys())
                    .map(this::take)
                    .orElseGet(() -> Response.empty(200));
        } catch (HttpRefused refused) {
            return refused.response();
        } catch (Rejection rejected) {
            return rejected.response();
        } catch (Refused refused) {
            return refused.refusal() == Refusal.AT_LIMIT
                    ? Response.error(429, 429, "there is no room for the event: send it again later")
                            .with(RETRY_AFTER, SOON_SECONDS)
                    : Response.error(503, 503, "the event could not be taken in: send it again later")
                            .with(RETRY_AFTER, SOON_SECONDS);
        }
    }

    /// One at a time, or two of the same message would both be the first.
    private synchronized Response take(Message message) {
        String organization = post.organization().token();
        Optional<String> before = received.id(organization, post.driver(), message.once());
        if (before.isPresent()) {
            return before.get().equals(message.id())
                    ? Response.empty(202)
                    : Response.error(409, 409, "this message was received before, under another id");
        }
        boolean isWanted = post.send(new DriverPost.Letter(
                message.type(),
                message.id(),
                message.subject(),
                clock.instant(),
                message.contentType(),
                message.body(),
                Label.PUBLIC));
        if (isWanted) {
            received.add(organization, post.driver(), message.once(), message.id());
        }
        return Response.empty(202);
    }

    private List<String> keys() {
        return names.stream().flatMap(name -> key(name).stream()).toList();
    }

    /// Nothing for a secret that is not there, or of which it is not clear which value is meant.
    private Optional<String> key(String name) {
        return secrets.find(name)
                .flatMap(secret -> secret.values().size() == 1
                        ? Optional.of(secret.values().firstEntry().getValue())
                        : Optional.ofNullable(secret.values().get(SECRET)));
    }

    @Override
    public void close() {
        // nothing of it works while nobody asks
    }
}
