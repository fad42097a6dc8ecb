package dev.sluice.fs;

import java.time.InstantSource;
import java.util.function.Function;

/// What a file system is told of what is around it.
///
/// @param quotas of each payer, as they are now; asked at each write, and must not wait for anything
/// @param references what gates name
public record FsSettings(Function<String, Quota> quotas, InstantSource clock, References references) {
    public static final FsSettings DEFAULT = new FsSettings(Quota.DEFAULT, InstantSource.system(), References.NONE);

    /// @param quota of every payer
    public FsSettings(Quota quota, InstantSource clock, References references) {
        this(_ -> quota, clock, references);
    }
}
