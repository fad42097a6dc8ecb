package dev.sluice.sandbox.microvm;

import dev.sluice.sandbox.namespaces.NamespaceOptions;
import java.nio.file.Path;

/// What the microvm driver is told.
///
/// @param jails how guests' monitors are jailed, and the files of the runtimes; its directory is the driver's own
/// @param cache where kernels, images of runtimes and snapshots are kept for later starts, made if missing; they hold
///     nothing of any tenant, and may be several GiB
public record MicrovmOptions(NamespaceOptions jails, Path cache) {}
