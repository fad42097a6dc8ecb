/// Sluice's Java guest: runs one function in one sandbox (docs/design/cloudcalls.md).
@NullMarked
package dev.sluice.guest;

import org.jspecify.annotations.NullMarked;
