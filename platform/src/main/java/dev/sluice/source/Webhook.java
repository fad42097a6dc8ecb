package dev.sluice.source;

import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import dev.sluice.http.HttpRefused;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// How a sender signs the requests by which he tells of what has happened. Nothing is taken from one that is not
/// signed.
public sealed interface Webhook permits GithubWebhook, StandardWebhook, PlainWebhook {
    /// Of a body.
    int BODY_BYTES_MAX = 1 << 20;

    /// A message whose sender has proved that he may send it.
    ///
    /// @param type    of the event that it becomes
    /// @param id      the same one when it is sent again
    /// @param subject what it is about; empty where that is not known
    /// @param once    of what is signed: another message with the same one is this one, sent again by somebody
    record Message(String type, String id, String subject, String contentType, Bytes body, Digest once) {}

    /// What a request claims, by its headers alone: nobody need read the body of one that is not even signed.
    ///
    /// @param headers by their names in lower case
    /// @throws HttpRefused 400 for what is malformed, 401 for what is not signed, or too old
    Claim claim(Map<String, String> headers, Instant now);

    /// The key that a secret's text stands for; nothing for one that is none.
    Optional<Bytes> key(String secret);

    /// What a message says whose claim is proved; nothing if it only asks whether anybody is there.
    ///
    /// @throws HttpRefused 400, 403
    Optional<Message> read(Claim claim, String contentType, Bytes body);

    /// The message, if its claim is proved by one of the secrets. Without a secret none is.
    ///
    /// @throws HttpRefused 400, 401, 403
    default Optional<Message> open(Claim claim, String contentType, Bytes body, Collection<String> secrets) {
        List<Bytes> keys =
                secrets.stream().flatMap(secret -> key(secret).stream()).toList();
        if (!claim.isProved(body, keys)) {
            throw unsigned();
        }
        return read(claim, contentType, body);
    }

    /// The same for what is missing and for what is wrong.
    static HttpRefused unsigned() {
        return new HttpRefused(401, "the request is not signed with this webhook's secret");
    }
}
