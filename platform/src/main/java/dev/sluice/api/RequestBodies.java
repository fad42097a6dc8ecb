package dev.sluice.api;

import dev.sluice.blob.Blobs;
import dev.sluice.fs.LabeledFs;
import dev.sluice.fs.ObjectId;
import dev.sluice.fs.UnlinkedBlobs;
import dev.sluice.gateway.KeptBody;
import dev.sluice.http.HttpRefused;
import dev.sluice.http.Request;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.kernel.Task;
import dev.sluice.label.Label;
import dev.sluice.label.Privilege;
import dev.sluice.org.Organization;
import java.io.IOException;

/// Bodies of requests at APIs, as blobs that last as long as their runs. Their organization pays for them meanwhile.
/// What it uploads itself is counted apart, so that strangers do not keep it from that. Thread-safe.
final class RequestBodies {
    private final UnlinkedBlobs unlinked;
    private final Uploads uploads;

    RequestBodies(LabeledFs fs, Blobs blobs) {
        this.unlinked = new UnlinkedBlobs(fs, blobs);
        this.uploads = new Uploads(unlinked, blobs, Uploads.Limits.SERVED);
    }

    /// @param label of who sends it
    /// @throws HttpRefused 400, 408, 413, 429
    /// @throws Refused `QUOTA`
    KeptBody keep(Organization organization, Request request, Label label, long bytesMax) throws IOException {
        ObjectId id;
        try {
            id = sender(organization, label)
                    .run(() -> uploads.keep(request, bytesMax, label, () -> {}))
                    .id();
        } catch (Rejection tooMany) {
            throw new HttpRefused(429, "there is no room for the request: try again");
        }
        return new KeptBody(id, () -> remove(organization, label, id));
    }

    private void remove(Organization organization, Label label, ObjectId id) {
        try {
            sender(organization, label).run(() -> {
                unlinked.remove(id, Privilege.NONE);
                return id;
            });
        } catch (Refused gone) {
            if (gone.refusal() != Refusal.NOT_FOUND) {
                throw gone;
            }
        }
    }

    /// As little as can write there, and who pays.
    private static Task sender(Organization organization, Label label) {
        return new Task(label, label, Privilege.NONE, organization.token());
    }
}
