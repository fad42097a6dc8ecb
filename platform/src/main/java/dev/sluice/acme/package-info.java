/// Certificates for hosts, ordered and renewed at an authority by ACME (RFC 8555).
///
/// It knows no labels, and takes the word of whoever calls it that a host is the organization's. What the authority
/// answers is a stranger's: bounded, and never asked elsewhere for.
@NullMarked
package dev.sluice.acme;

import org.jspecify.annotations.NullMarked;
