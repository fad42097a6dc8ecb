package dev.sluice.fs;

import java.time.InstantSource;
import java.util.Map;

/// What a file system is told of what is around it.
///
/// @param references what gates name
public record FsSettings(QuotaPlan quotas, InstantSource clock, References references) {
    public static final FsSettings DEFAULT = new FsSettings(Quota.DEFAULT, InstantSource.system(), References.NONE);

    /// @param quota of every payer
    public FsSettings(Quota quota, InstantSource clock, References references) {
        this(new QuotaPlan(quota, Map.of()), clock, references);
    }
}
