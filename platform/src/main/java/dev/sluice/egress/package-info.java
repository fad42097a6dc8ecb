/// What leaves the server for the internet: one HTTP exchange at a time, to an address that was checked. Bytes only: it
/// knows no labels, gates or tenants' rights.
@NullMarked
package dev.sluice.egress;

import org.jspecify.annotations.NullMarked;
