package dev.sluice.gateway;

import dev.sluice.bytes.Bytes;
import dev.sluice.http.Response;
import dev.sluice.kernel.Refused;
import dev.sluice.run.Run;
import java.time.Duration;

/// What an endpoint says of runs, and of those that there are not.
///
/// @param isHidingFailures whether a run that failed is answered as one that returned nothing, as Dispatch does
record Answers(boolean isHidingFailures) {
    private static final String PROBLEM = "application/problem+json";
    private static final String CONTENT = "application/octet-stream";
    private static final String RETRY_AFTER = "Retry-After";
    private static final String SOON_SECONDS = "1";
    private static final Bytes NULL = Bytes.utf8("null");

    static Answers of(Endpoint endpoint) {
        return new Answers(endpoint.isHidingFailures());
    }

    /// What everybody may know of a run: its answer, or that it failed where its answer would have been told.
    Response told(Run.View view) {
        if (view.output().isPresent()) {
            return answered(view.output().get());
        }
        return view.status().isEmpty() ? withheld() : failed(view.status().get() == Run.Status.TIMEOUT, view.run());
    }

    /// Whether what is told of a run is another answer than where there is none.
    static boolean isTold(Run.View view) {
        return view.output().isPresent() || view.status().isPresent();
    }

    static Response answered(Run.Output output) {
        boolean isNull = output.isJson() && output.body().equals(NULL);
        if (isNull || StatedHead.BODILESS.contains(output.status())) {
            return Response.empty(output.status());
        }
        return Response.of(output.status(), output.isJson() ? Response.JSON : CONTENT, output.body());
    }

    Response failed(boolean isLate, Run run) {
        if (isHidingFailures) {
            return Response.empty(200);
        }
        return problem(
                isLate ? 504 : 502,
                isLate ? "the function did not answer in its time" : "the function failed",
                run.id().toString());
    }

    /// RFC 9457. What the function said of its failure is for those who may read its runs.
    private static Response problem(int status, String title, String run) {
        String text = "{\"type\":\"about:blank\",\"title\":\"" + title + "\",\"status\":" + status
                + ",\"instance\":\"urn:uuid:" + run + "\"}";
        return Response.of(status, PROBLEM, Bytes.utf8(text));
    }

    /// Missing, not ready, forbidden and withheld are one answer.
    Response withheld() {
        return isHidingFailures ? Response.empty(404) : Response.error(404, 404, "not found or not allowed");
    }

    Response refusal(Refused refused) {
        return switch (refused.refusal()) {
            case NOT_FOUND, DENIED, WRONG_KIND, EXISTS, CONFLICT, INVALID, TOO_LARGE -> withheld();
            case AT_LIMIT, QUOTA -> busy(429);
            case OVERLOADED, UNAVAILABLE -> busy(503);
            case DEADLINE_EXCEEDED -> busy(504);
        };
    }

    static Response tooMany(Duration wait) {
        long seconds = wait.plusSeconds(1).minusNanos(1).toSeconds();
        return Response.error(429, 429, "too many requests: try again in " + seconds + " s")
                .with(RETRY_AFTER, Long.toString(seconds));
    }

    private static Response busy(int status) {
        return Response.error(status, status, "there is no room for the request: try again")
                .with(RETRY_AFTER, SOON_SECONDS);
    }
}
