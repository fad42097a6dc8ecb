package dev.sluice.org;

import dev.sluice.bytes.Bytes;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// A service account as it is stored. The first servers stored one key, as `publicKey`; later ones several, and
/// no epoch, which is 0 then.
final class AccountFile {
    private static final String FIRST_FORM = "publicKey";
    private static final JsonMapper JSON = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .build();

    private AccountFile() {}

    static Bytes print(ServiceAccount account) {
        return Bytes.takeOver(JSON.writeValueAsBytes(account));
    }

    static ServiceAccount parse(Bytes content) {
        JsonNode stored = JSON.readTree(content.readOnlyArray());
        if (stored instanceof ObjectNode first && first.has(FIRST_FORM)) {
            return new ServiceAccount(
                    first.path("id").asString(""),
                    first.path("name").asString(""),
                    first.path(FIRST_FORM).asString(""),
                    first.path("createdSeconds").asLong(0),
                    first.path("modifiedSeconds").asLong(0));
        }
        return JSON.treeToValue(stored, ServiceAccount.class);
    }
}
