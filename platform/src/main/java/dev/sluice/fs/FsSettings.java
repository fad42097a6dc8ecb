package dev.sluice.fs;

import java.time.InstantSource;

/// What a file system is told of what is around it.
///
/// @param quota      of each payer
/// @param references what gates name
public record FsSettings(Quota quota, InstantSource clock, References references) {
    public static final FsSettings DEFAULT = new FsSettings(Quota.DEFAULT, InstantSource.system(), References.NONE);
}
