package dev.sluice.sandbox.namespaces;

import java.nio.file.Path;
import java.util.Optional;

/// What the monitor of a virtual machine is given besides its connections: descriptors, no paths, so that it sees what
/// its own machine needs and nothing of the others'.
///
/// @param memory of the snapshot that it restores; it gets a sealed copy as descriptor 5, one for all who name the file
/// @param image of the function that it shows to its guest, as descriptor 6, for reading
public record MachineFiles(Optional<Path> memory, Optional<Path> image) {}
