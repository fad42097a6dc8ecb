package dev.sluice.api;

import dev.sluice.gateway.Limits;
import dev.sluice.gateway.Streams;
import dev.sluice.org.Limit;
import dev.sluice.org.Organization;
import dev.sluice.org.TenantLimits;

/// What organizations may take in.
record Taking(TenantLimits limits, RequestRates rates, RequestBodies bodies) {
    Limits of(Organization organization, ApiTerms terms) {
        int bytesMax = terms.limits().bodyBytesMax();
        Streams streams =
                terms.stream().served((request, label) -> bodies.keep(organization, request, label, bytesMax));
        return terms.limits().enforced(() -> admits(limits, rates, organization), streams);
    }

    /// Takes one of the requests that all of an organization at the gateway may have.
    static boolean admits(TenantLimits limits, RequestRates rates, Organization organization) {
        return rates.admits(taken(organization), limits.of(organization.token(), Limit.GATEWAY_REQUESTS_PER_SECOND));
    }

    /// What the requests are counted by that its APIs and drivers have taken in; no token has a space in it.
    static String taken(Organization organization) {
        return organization.token() + " gateway";
    }
}
