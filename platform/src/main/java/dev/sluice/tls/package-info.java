/// What listeners show of themselves: keys, certificates, and which of them for which name.
@NullMarked
package dev.sluice.tls;

import org.jspecify.annotations.NullMarked;
