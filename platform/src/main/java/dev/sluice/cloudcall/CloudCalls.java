package dev.sluice.cloudcall;

import dev.sluice.blob.BlobTooLarge;
import dev.sluice.blob.Blobs;
import dev.sluice.fs.BlobRef;
import dev.sluice.fs.LabeledFs;
import dev.sluice.fs.ObjectId;
import dev.sluice.fs.UnlinkedBlobs;
import dev.sluice.function.Packages;
import dev.sluice.gate.Gates;
import dev.sluice.gate.Invoker;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.LabelInvalid;
import dev.sluice.label.Privilege;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Carries out what one run asks, as [dev.sluice.kernel.Task#current]: each call is checked anew against the task,
/// whatever the guest says of itself.
///
/// One per run. Its owner closes it.
public final class CloudCalls implements CallHandler, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CloudCalls.class);

    private final UnlinkedBlobs unlinked;
    private final Handles handles;
    private final FileCalls files;
    private final BlobCalls blobs;
    private final LabelCalls labels;
    private final GateCalls gates;
    private final EventCalls events;

    /// What all runs share.
    public record Rooms(LabeledFs fs, Blobs blobs, Gates gates, Packages packages) {
        public static Rooms of(LabeledFs fs, Blobs blobs, Gates gates) {
            return new Rooms(fs, blobs, gates, new Packages(blobs));
        }
    }

    /// @param invoker what answers the run's own invocations
    /// @param self    what `~` stands for: the privilege of the gate
    public CloudCalls(Rooms rooms, Invoker invoker, Component self) {
        var objects = new OpenObjects();
        var paths = new PathReader(rooms.fs(), objects, self);
        this.unlinked = new UnlinkedBlobs(rooms.fs(), rooms.blobs());
        this.handles = new Handles(rooms.blobs());
        this.files = new FileCalls(rooms.fs(), objects, paths, handles);
        this.blobs = new BlobCalls(handles, files, unlinked);
        this.labels = new LabelCalls(self);
        this.events = new EventCalls(rooms.gates().outbox());
        var forms = new GateForms(rooms, files, handles, paths);
        var services = new ServiceCalls(rooms.fs(), rooms.gates().services(), forms, objects, paths);
        this.gates = new GateCalls(rooms.gates(), services, forms, objects, paths, handles, invoker);
    }

    /// Puts finalized blobs into the run's hands before it starts.
    ///
    /// @return their handles, by the same names
    public Map<String, String> hold(Map<String, BlobRef> given) {
        var held = new LinkedHashMap<String, String>();
        given.forEach((name, blob) -> held.put(name, handles.hold(blob)));
        return held;
    }

    /// A blob that the run has in hand.
    public record Held(String handle, long lengthBytes) {}

    /// Puts a blob into the run's hands that nothing links to, if the run, which is [dev.sluice.kernel.Task#current],
    /// may read it.
    ///
    /// @return nothing where there is none such
    /// @throws Refused for another reason
    public Optional<Held> holdUnlinked(ObjectId id) {
        try {
            BlobRef blob = unlinked.find(id);
            return Optional.of(new Held(handles.hold(blob), blob.lengthBytes()));
        } catch (Refused refused) {
            if (refused.refusal() == Refusal.NOT_FOUND) {
                return Optional.empty();
            }
            throw refused;
        }
    }

    /// Keeps what the run wrote as its output, with the label of its result; whoever pays for the run pays for it.
    ///
    /// @throws Refused `QUOTA`
    public Optional<ObjectId> keepOutput(Label label) {
        String payer = Task.current().payer();
        return handles.output()
                .map(output -> new Task(label, label, Privilege.NONE, payer)
                        .run(() -> unlinked.create(label, output.blob(), output.room())
                                .id()));
    }

    @Override
    public CallReply answer(CloudCall call) throws InterruptedException {
        try {
            return CallReply.of(dispatch(call));
        } catch (Refused refused) {
            return CallReply.refused(refusal(refused.refusal()));
        } catch (LabelInvalid wrong) {
            return CallReply.refused(CallRefusal.INVALID);
        } catch (HandleClosed closed) {
            return CallReply.refused(CallRefusal.CLOSED);
        } catch (BlobTooLarge large) {
            return CallReply.refused(CallRefusal.TOO_LARGE);
        } catch (IOException broken) {
            LOG.error("a blob could not be read or written", broken);
            return CallReply.refused(CallRefusal.LIMIT);
        }
    }

    @Override
    public void close() {
        try {
            handles.close();
        } catch (IOException broken) {
            LOG.warn("a blob could not be closed", broken);
        }
    }

    private Value dispatch(CloudCall call) throws IOException, InterruptedException {
        return switch (call) {
            case CloudCall.OfFiles ofFiles -> files.answer(ofFiles);
            case CloudCall.OfBlobs ofBlobs -> blobs.answer(ofBlobs);
            case CloudCall.OfLabels ofLabels -> labels.answer(ofLabels);
            case CloudCall.OfEvents ofEvents -> events.answer(ofEvents);
            case CloudCall.OfGates ofGates -> gates.answer(ofGates);
        };
    }

    private static CallRefusal refusal(Refusal refusal) {
        return switch (refusal) {
            case NOT_FOUND -> CallRefusal.NOT_FOUND;
            case DENIED -> CallRefusal.DENIED;
            case EXISTS -> CallRefusal.EXISTS;
            case WRONG_KIND, INVALID -> CallRefusal.INVALID;
            case CONFLICT -> CallRefusal.CONFLICT;
            case TOO_LARGE -> CallRefusal.TOO_LARGE;
            case QUOTA, AT_LIMIT, OVERLOADED, DEADLINE_EXCEEDED, UNAVAILABLE -> CallRefusal.LIMIT;
        };
    }
}
