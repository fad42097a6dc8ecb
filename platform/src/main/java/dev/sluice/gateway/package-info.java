/// Tenants' own traffic: paths that functions answer.
@NullMarked
package dev.sluice.gateway;

import org.jspecify.annotations.NullMarked;
