package dev.sluice.gateway;

import dev.sluice.fs.FsPath;
import dev.sluice.http.Request;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// What an organization serves at the gateway: requests that become runs of one function.
///
/// @param function     its name
/// @param gate         what it is known by: the redirect that its runs go through, or, where they are spread over
///                     versions, what theirs are named after
/// @param hosts        those that it is for, in lower case; none for all that are no other organization's
/// @param paths        each begins with `/`; all below one belongs to it
/// @param methods      in capitals; none for all
/// @param isTlsOnly    whether who asks without TLS is refused
/// @param hasCors      whether pages of any origin may read the answers
/// @param isHidingFailures whether a run that failed is answered as one that returned nothing, as Dispatch does
/// @param access       what is asked of who asks
/// @param limits       how much it takes in
/// @param behind       what runs there
/// @param routing      how requests are spread over what runs there
public record Endpoint(
        String function,
        FsPath gate,
        List<String> hosts,
        List<String> paths,
        List<String> methods,
        boolean isTlsOnly,
        boolean hasCors,
        boolean isHidingFailures,
        Access access,
        Limits limits,
        Behind behind,
        Routing routing) {
    public Endpoint {
        hosts = List.copyOf(hosts);
        paths = List.copyOf(paths);
        methods = List.copyOf(methods);
    }

    /// A function as records name it.
    ///
    /// @param gate the redirect that a run goes through; whoever asks resolves it as nobody in particular
    public record Called(String functionId, String versionId, FsPath gate) {}

    /// What runs behind an endpoint at this moment.
    @FunctionalInterface
    public interface Behind {
        /// @param place  of the request, below [Routing#PLACES]
        /// @param isLost whether its gate was not found: then it is to be made anew, if the function is there
        /// @return nothing if no run can come of it
        Optional<Called> now(int place, boolean isLost) throws InterruptedException;
    }

    boolean takes(String method) {
        return methods.isEmpty() || methods.contains(method);
    }

    /// The one of the paths that a request is below, as a challenge names what credentials are for. A browser shows
    /// those of one to no other.
    String realm(Request request) {
        String asked = "/" + String.join("/", request.segments());
        return paths.stream()
                .map(Endpoints::key)
                .filter(path -> asked.equals(path) || asked.startsWith(path + "/"))
                .max(Comparator.comparingInt(String::length))
                .orElse("")
                .replace("\"", "%22");
    }

    /// Whether a browser asks what pages of other origins may do here.
    boolean isPreflight(Request request) {
        return hasCors && request.method().equals("OPTIONS") && !methods.contains("OPTIONS");
    }
}
