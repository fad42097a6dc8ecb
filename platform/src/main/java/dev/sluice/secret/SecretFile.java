package dev.sluice.secret;

import dev.sluice.bytes.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.json.JsonMapper;

/// What is stored of a secret: its versions, sealed, the newest first.
record SecretFile(String id, List<Version> versions) {
    private static final JsonMapper JSON = JsonMapper.shared();

    SecretFile {
        versions = List.copyOf(versions);
    }

    /// @param sealed in base64
    record Version(long version, String sealed) {}

    static SecretFile decode(Bytes stored) {
        return JSON.readValue(stored.readOnlyArray(), SecretFile.class);
    }

    Bytes encode() {
        return Bytes.takeOver(JSON.writeValueAsBytes(this));
    }

    Version newest() {
        return versions.getFirst();
    }

    Optional<Version> at(long version) {
        return versions.stream().filter(one -> one.version() == version).findFirst();
    }

    /// With another version, and the newest ones of the others.
    SecretFile plus(Version next, int versionsMax) {
        List<Version> all = new ArrayList<>(versions);
        all.addFirst(next);
        return new SecretFile(id, all.subList(0, Math.min(all.size(), versionsMax)));
    }
}
