/// What a registry answers, as the fuzzer hands it to the room: its parsers are its own.
@NullMarked
package dev.sluice.oci;

import org.jspecify.annotations.NullMarked;
