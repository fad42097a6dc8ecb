/// `./sluice bench`: what Sluice costs, each figure beside a baseline that was measured in the same run.
@NullMarked
package dev.sluice.bench;

import org.jspecify.annotations.NullMarked;
