/// Tenants' own traffic: hosts and paths that functions answer. Knows no endpoint yet.
@NullMarked
package dev.sluice.gateway;

import org.jspecify.annotations.NullMarked;
