package dev.sluice.run;

import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import java.util.UUID;

/// What an idempotency key stands for: of all runs of one scope there is one.
///
/// @param scope who invokes what under which key
/// @param wish  what it is given
public record Claim(Bytes scope, Digest wish) {
    private static final int ID_CHARS = 36;

    Bytes key(Run run) {
        return RunKeys.idempotency(run.organization(), scope);
    }

    Bytes by(Run run) {
        return Bytes.utf8(run.id() + wish.hex());
    }

    /// The run that has the scope. The first records did not say what it was given.
    ///
    /// @throws Refused `INVALID` if it was given something else
    UUID first(Bytes stored) {
        String text = stored.utf8();
        if (text.length() > ID_CHARS && !text.substring(ID_CHARS).equals(wish.hex())) {
            throw new Refused(Refusal.INVALID, "this idempotency key was used with another input");
        }
        return idIn(stored);
    }

    static UUID idIn(Bytes stored) {
        return UUID.fromString(stored.utf8().substring(0, ID_CHARS));
    }
}
