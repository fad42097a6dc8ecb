/// Guests in virtual machines of their own: QEMU, jailed by `sandbox.namespaces`, and Debian's kernel.
@NullMarked
package dev.sluice.sandbox.microvm;

import org.jspecify.annotations.NullMarked;
