package dev.sluice.api;

import dev.sluice.api.SharedFiles.Stored;
import dev.sluice.authn.Upkeep;
import dev.sluice.blob.Blobs;
import dev.sluice.build.BuildLog;
import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import dev.sluice.fs.BlobRef;
import dev.sluice.fs.Entry;
import dev.sluice.fs.FsPath;
import dev.sluice.fs.Kind;
import dev.sluice.fs.LabeledFs;
import dev.sluice.label.Label;
import dev.sluice.org.Organization;
import dev.sluice.org.Resource;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What images have beside their files: what was installed for each, which whoever may use the image may use, and the
/// log of its last build, which only those may read who work with images. Each is a blob whose name in the file system
/// is the image's with an ending; no image's name has a dot.
final class ImageLayers {
    private static final String LAYER = ".layer";
    private static final String LOG = ".log";
    private static final Logger LOGGER = LoggerFactory.getLogger(ImageLayers.class);

    private final SharedFiles<ImageEntity> files;
    private final LabeledFs fs;
    private final Blobs blobs;

    ImageLayers(SharedFiles<ImageEntity> files, LabeledFs fs, Blobs blobs) {
        this.files = files;
        this.fs = fs;
        this.blobs = blobs;
    }

    private FsPath layer(Organization organization, String name) {
        return files.used(organization).child(name + LAYER);
    }

    private FsPath log(Organization organization, String name) {
        return files.listed(organization).child(name + LOG);
    }

    /// From now on the image has that layer, and no other.
    void keep(Organization organization, String name, ImageEntity.Built built) {
        var ref = new BlobRef(new Digest(built.layer()), built.lengthBytes());
        as(organization, layer(organization, name), path -> put(organization, path, files.label(organization), ref));
    }

    /// A layer that another image has, held until it is kept elsewhere, too.
    record Shared(ImageEntity.Built built, Blobs.Hold hold) implements AutoCloseable {
        @Override
        public void close() {
            hold.close();
        }
    }

    /// A layer of the organization's that was installed for the same needs.
    Optional<Shared> ofAnEqualImage(Organization organization, String key) {
        List<Stored<ImageEntity>> all = Upkeep.of(organization, Resource.IMAGE).run(() -> files.list(organization));
        return all.stream()
                .map(stored -> stored.entity().built())
                .filter(Objects::nonNull)
                .filter(built -> built.key().equals(key))
                .flatMap(built -> held(built).stream())
                .findFirst();
    }

    private Optional<Shared> held(ImageEntity.Built built) {
        var layer = new Digest(built.layer());
        var shared = new Shared(built, blobs.hold(layer)); // first: what is there from now on stays
        if (isThere(layer)) {
            return Optional.of(shared);
        }
        shared.close();
        return Optional.empty();
    }

    private boolean isThere(Digest layer) {
        try (Blobs.Blob blob = blobs.open(layer).orElse(null)) {
            return blob != null;
        } catch (IOException unreadable) {
            return false;
        }
    }

    void keepLog(Organization organization, ImageEntity image, BuildLog printed) {
        byte[] text = printed.text().getBytes(StandardCharsets.UTF_8);
        try {
            Digest digest = blobs.put(new ByteArrayInputStream(text), text.length);
            try (Blobs.Hold _ = blobs.hold(digest)) {
                var ref = new BlobRef(digest, text.length);
                FsPath path = log(organization, image.name());
                as(organization, path, at -> put(organization, at, files.own(organization), ref));
            }
        } catch (IOException failed) {
            LOGGER.warn("the log of a build could not be kept", failed); // the image itself is none the worse for it
        }
    }

    /// The log of an image's last build, as the current task.
    Optional<String> log(Organization organization, ImageEntity image) {
        FsPath path = log(organization, image.name());
        if (fs.find(path).isEmpty()) {
            return Optional.empty();
        }
        BlobRef ref = BlobRef.decode(fs.read(path, Kind.BLOB).bytes());
        try (Blobs.Blob blob = blobs.open(ref.digest()).orElse(null)) {
            return Optional.ofNullable(blob).map(found -> text(found));
        } catch (IOException failed) {
            throw new UncheckedIOException("a log cannot be read", failed);
        }
    }

    private static String text(Blobs.Blob blob) {
        try {
            return Bytes.takeOver(blob.stream(0).readAllBytes()).utf8();
        } catch (IOException failed) {
            throw new UncheckedIOException("a log cannot be read", failed);
        }
    }

    /// Of an image that was deleted. Each in a task of its own: one that has looked where images are listed could
    /// change nothing any more of what others use.
    void remove(Organization organization, String name) {
        for (FsPath path : List.of(layer(organization, name), log(organization, name))) {
            as(organization, path, at -> removeIfThere(organization, at));
        }
    }

    private void removeIfThere(Organization organization, FsPath path) {
        if (fs.find(path).isPresent()) {
            fs.unlink(path, files.writing(organization));
        }
    }

    /// After a restart: forgets what belongs to no image.
    void tidy(Organization organization) {
        Set<String> images = Upkeep.of(organization, Resource.IMAGE).run(() -> files.list(organization)).stream()
                .map(stored -> stored.entity().name())
                .collect(Collectors.toSet());
        for (FsPath home : List.of(files.used(organization), files.listed(organization))) {
            as(organization, home, at -> forgetOthers(organization, at, images));
        }
    }

    private void forgetOthers(Organization organization, FsPath home, Set<String> images) {
        List<Entry> page = fs.list(home, "", LabeledFs.LIST_ENTRIES_MAX);
        while (!page.isEmpty()) {
            page.stream()
                    .filter(entry -> entry.kind() == Kind.BLOB && !images.contains(image(entry)))
                    .forEach(entry -> fs.unlink(home.child(entry.name()), files.writing(organization)));
            page = fs.list(home, page.getLast().name(), LabeledFs.LIST_ENTRIES_MAX);
        }
    }

    private static String image(Entry entry) {
        return entry.name().substring(0, Math.max(0, entry.name().lastIndexOf('.')));
    }

    private void put(Organization organization, FsPath path, Label label, BlobRef ref) {
        removeIfThere(organization, path);
        fs.create(path, Kind.BLOB, label, ref.encode(), files.writing(organization));
    }

    private interface Change {
        void at(FsPath path);
    }

    private static void as(Organization organization, FsPath path, Change change) {
        Upkeep.of(organization, Resource.IMAGE).run(() -> {
            change.at(path);
            return path;
        });
    }
}
