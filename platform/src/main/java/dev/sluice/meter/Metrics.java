package dev.sluice.meter;

import dev.sluice.http.AnswerCounts;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/// What the server tells its operator of itself, in the text format of Prometheus.
///
/// No label has a value that a tenant chose: the only ones are drivers, runtimes and classes of answers, so there are
/// as many series whatever organizations and functions there are.
///
/// Source: <https://prometheus.io/docs/instrumenting/exposition_formats/>, version 0.0.4.
public final class Metrics {
    public static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";
    private static final String NO_LABELS = "";

    private final Fleet fleet;
    private final AnswerCounts gateway;

    /// @param gateway what it has answered
    public Metrics(Fleet fleet, AnswerCounts gateway) {
        this.fleet = fleet;
        this.gateway = gateway;
    }

    public Fleet fleet() {
        return fleet;
    }

    public String text() {
        var out = new StringBuilder(4096);
        Fleet.Worker worker = fleet.worker();
        gauge(out, "sluice_runs_waiting", "Runs that wait for room.", worker.waitingRuns());
        gauge(out, "sluice_guest_memory_budget_bytes", "What guests may hold together.", bytes(worker.memoryMib()));
        gauge(out, "sluice_guest_memory_reserved_bytes", "What runs hold, or is reserved.", bytes(worker.leasedMib()));
        gauge(out, "sluice_guest_memory_idle_bytes", "What warm guests hold that wait.", bytes(worker.idleMib()));
        living(out);
        family(out, "sluice_guests_started_total", "counter", "Guests that were started.");
        fleet.started()
                .forEach(one ->
                        sample(out, "sluice_guests_started_total", labels(one.driver(), one.runtime()), one.count()));
        family(out, "sluice_gateway_responses_total", "counter", "Answers of the gateway, by class of status.");
        for (int digit = AnswerCounts.CLASS_MIN; digit <= AnswerCounts.CLASS_MAX; digit++) {
            sample(out, "sluice_gateway_responses_total", "{class=\"" + digit + "xx\"}", gateway.of(digit));
        }
        return out.toString();
    }

    private void living(StringBuilder out) {
        var living = new TreeMap<String, Long>();
        long cpuMicros = 0;
        for (Fleet.Instance one : fleet.instances()) {
            living.merge(labels(one.driver(), one.runtime()), 1L, Long::sum);
            cpuMicros += one.cpuMicros();
        }
        family(out, "sluice_guests", "gauge", "Guests that live.");
        living.forEach((labels, count) -> sample(out, "sluice_guests", labels, count));
        gauge(
                out,
                "sluice_guests_cpu_seconds",
                "Processor time of the guests that live.",
                TimeUnit.MICROSECONDS.toSeconds(cpuMicros));
    }

    private static long bytes(int mib) {
        return (long) mib << 20;
    }

    private static String labels(String driver, String runtime) {
        return "{driver=\"" + driver + "\",runtime=\"" + runtime + "\"}";
    }

    private static void gauge(StringBuilder out, String name, String help, long value) {
        family(out, name, "gauge", help);
        sample(out, name, NO_LABELS, value);
    }

    private static void family(StringBuilder out, String name, String type, String help) {
        out.append("# HELP ").append(name).append(' ').append(help).append('\n');
        out.append("# TYPE ").append(name).append(' ').append(type).append('\n');
    }

    private static void sample(StringBuilder out, String name, String labels, long value) {
        out.append(name).append(labels).append(' ').append(value).append('\n');
    }
}
