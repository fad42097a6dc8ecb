package dev.sluice.api;

import dev.sluice.authn.Caller;
import dev.sluice.http.Request;
import dev.sluice.http.Response;
import dev.sluice.http.Routes;
import dev.sluice.kernel.Task;
import dev.sluice.org.Action;
import dev.sluice.org.Need;
import dev.sluice.org.Resource;

/// `GET /v1/image/NAME/logs`: what the build of an image prints, or its last build has printed, with the image's
/// status. Who wants to follow it asks again until that is settled.
final class ImageLogRoutes {
    private final Door door;
    private final Images images;

    ImageLogRoutes(Door door, Images images) {
        this.door = door;
        this.images = images;
    }

    void addTo(Routes.Table table) {
        String word = Resource.IMAGE.word();
        table.add("GET", "/v1/" + word + "/{name}/logs", Refusals.ofEntities("image", this::get));
    }

    private Response get(Request request) {
        Caller.Known caller = door.borrower(request);
        String name = request.parameter("name");
        Task task = ObjectLoans.of(caller, Need.of(Action.GET, Resource.IMAGE, name));
        return task.run(() -> {
            ImageEntity image = images.find(caller.organization(), name);
            String log = images.log(caller.organization(), image);
            var out = new JsonWriter(512 + log.length());
            out.beginObject()
                    .field("name", image.name())
                    .field("status", image.status().name());
            return Response.json(200, out.field("log", log).endObject().done());
        });
    }
}
