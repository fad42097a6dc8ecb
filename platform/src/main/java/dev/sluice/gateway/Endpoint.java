package dev.sluice.gateway;

import dev.sluice.fs.FsPath;
import dev.sluice.http.Request;
import java.util.List;
import java.util.Optional;

/// What an organization serves at the gateway: requests that become runs of one function.
///
/// @param function     its name
/// @param gate         the redirect that its runs go through; whoever asks resolves it as nobody in particular
/// @param paths        each begins with `/`; all below one belongs to it
/// @param methods      in capitals; none for all
/// @param isTlsOnly    whether who asks without TLS is refused
/// @param hasCors      whether pages of any origin may read the answers
/// @param isHidingFailures whether a run that failed is answered as one that returned nothing, as Dispatch does
/// @param behind       what runs there
public record Endpoint(
        String function,
        FsPath gate,
        List<String> paths,
        List<String> methods,
        boolean isTlsOnly,
        boolean hasCors,
        boolean isHidingFailures,
        Behind behind) {
    public Endpoint {
        paths = List.copyOf(paths);
        methods = List.copyOf(methods);
    }

    /// A function as records name it.
    public record Called(String functionId, String versionId) {}

    /// What runs behind an endpoint at this moment.
    @FunctionalInterface
    public interface Behind {
        /// @param isLost whether its gate was not found: then it is to be made anew, if the function is there
        /// @return nothing if no run can come of it
        Optional<Called> now(boolean isLost) throws InterruptedException;
    }

    boolean takes(String method) {
        return methods.isEmpty() || methods.contains(method);
    }

    /// Whether a browser asks what pages of other origins may do here.
    boolean isPreflight(Request request) {
        return hasCors && request.method().equals("OPTIONS") && !methods.contains("OPTIONS");
    }
}
