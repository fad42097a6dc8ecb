package dev.sluice.audit;

import dev.sluice.bytes.Bytes;
import dev.sluice.label.Label;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/// One thing that happened, as it is kept; labels and components as their text.
///
/// @param salt         makes the chain's digest of this record say nothing about it
/// @param who          what the doer acts for
/// @param label        who may read this record
/// @param request      the id of the request that it belongs to; empty for none
/// @param run          the id of the run that it belongs to; empty for none
/// @param trace        a [Flow], or what a [DecisionPage] has noted, as JSON; empty for none
/// @param flows        the head of the organization's other chain at that moment; empty for a record in it
public record AuditRecord(
        long timeMillis,
        String salt,
        String kind,
        String organization,
        String who,
        String what,
        String label,
        String request,
        String run,
        Map<String, String> details,
        String trace,
        String flows) {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    public AuditRecord {
        details = Map.copyOf(details);
    }

    Bytes encode() {
        return Bytes.takeOver(JSON.writeValueAsBytes(this));
    }

    static AuditRecord decode(Bytes stored) {
        return JSON.readValue(stored.readOnlyArray(), AuditRecord.class);
    }

    Label readableAt() {
        return Label.parse(label);
    }
}
