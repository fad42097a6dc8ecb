package dev.sluice.api;

import dev.sluice.build.Needs;
import dev.sluice.bytes.Digest;
import dev.sluice.image.Runtime;
import dev.sluice.org.Organization;
import java.util.List;
import java.util.Optional;

/// What a function stands on.
///
/// @param root the image that was pulled, if it is none of the server's own
/// @param packages of the system, which are in the layers
record Ground(Runtime runtime, List<Digest> layers, Optional<Digest> root, List<Needs.SystemPackage> packages) {
    Ground {
        layers = List.copyOf(layers);
        packages = List.copyOf(packages);
    }

    /// What the organization's image of that name is made of, else the server's own one. The gate keeps it: an
    /// image that is changed later changes no function that was built.
    static Ground of(Images images, Organization organization, FunctionEntity entity) throws Unfit {
        String name = entity.wish().image();
        String fetching = "Error when fetching image for function "
                + entity.wish().name() + ": failed to get image: '" + name + "': ";
        Optional<ImageEntity> own = images.forFunctions(organization, name);
        if (own.isEmpty()) {
            return Runtime.of(name)
                    .map(runtime -> new Ground(runtime, List.of(), Optional.empty(), List.of()))
                    .orElseThrow(() -> new Unfit(fetching + "[Code: 404] image " + name + " not found"));
        }
        ImageEntity image = own.get();
        return switch (image.status()) {
            case READY ->
                Runtime.of(image.language())
                        .map(runtime -> new Ground(runtime, image.layers(), image.root(), ImageNeeds.packages(image)))
                        .orElseThrow(() -> new Unfit(fetching + "there is no runtime for " + image.language()));
            case ERROR ->
                throw new Unfit("image in error status for function '" + entity.id() + "', image name: '" + name
                        + "', reason: " + image.reason());
            case INITIALIZED, CREATING, UPDATING, DELETED -> throw new Unfit(fetching + "it was not READY in time");
        };
    }
}
