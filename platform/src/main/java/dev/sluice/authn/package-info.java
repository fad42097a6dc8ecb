/// Who is calling: from a credential to a [Caller], and from a caller and a policy to a task with exactly the
/// authority that the request is lent. One of the rooms that mint privileges.
@NullMarked
package dev.sluice.authn;

import org.jspecify.annotations.NullMarked;
