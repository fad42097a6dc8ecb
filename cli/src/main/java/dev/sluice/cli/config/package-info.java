/// The configuration file, in the format of Dispatch's client, and what flags and the environment put above it.
@NullMarked
package dev.sluice.cli.config;

import org.jspecify.annotations.NullMarked;
