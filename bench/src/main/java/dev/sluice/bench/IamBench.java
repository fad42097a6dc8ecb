package dev.sluice.bench;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jwt.SignedJWT;
import com.sun.management.ThreadMXBean;
import dev.sluice.audit.Judgment;
import dev.sluice.authn.Caller;
import dev.sluice.bench.IamWorld.Tenant;
import dev.sluice.org.Action;
import dev.sluice.org.Need;
import dev.sluice.org.Operation;
import dev.sluice.org.Resource;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.text.ParseException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntConsumer;
import java.util.function.IntFunction;

/// `iam`: what each request pays to have somebody known, his policies asked, and what they lend him put together; that
/// neither organizations nor requests make it dearer; and logging in.
final class IamBench {
    static final String NAME = "iam";

    private static final int POLICIES = 100;
    private static final int POLICIES_FEW = 10;
    private static final int FEW = 10;
    private static final int VERIFICATIONS = 2_000;
    private static final int SAMPLES = 200_000;
    private static final Operation EXECUTE =
            Operation.of(Action.CREATE, Resource.RUNS).deliveringAllThatMayBeRead();

    private final Report report;
    private final IamWorld world;
    private final int requests;

    private IamBench(Report report, IamWorld world, int requests) {
        this.report = report;
        this.world = world;
        this.requests = requests;
    }

    /// @param objects how many requests show whether anything grows; a hundredth of it are many organizations
    static void run(Report report, int objects) throws IOException, InterruptedException {
        try (Scratch scratch = Scratch.create();
                IamWorld world = new IamWorld(scratch.path().resolve("data"))) {
            var bench = new IamBench(report, world, objects);
            int organizations = Math.clamp(objects / 1_000, FEW, 1_000);
            List<Tenant> full = world.fill("full", organizations, POLICIES);
            bench.ofOneRequest(full);
            bench.growth(full);
            int many = Math.clamp(objects / 100, FEW, 10_000);
            bench.ofManyOrganizations(world.fill("flat", many, POLICIES_FEW));
        }
        LoginBench.run(report);
    }

    private void ofOneRequest(List<Tenant> tenants) throws IOException {
        String size = String.format(Locale.ROOT, "%,d x %d", tenants.size(), POLICIES);
        Samples verify = verifications(tenants.getFirst());
        Samples warm = samples(SAMPLES, i -> request(tenants.get(scattered(i, tenants.size())), EXECUTE));
        report.add(Figure.of(NAME, "request known and lent to, " + size, warm.micros(0.5), "us", "<= 50 us")
                .beside("one RSA signature verified", verify.micros(0.5)));
        report.add(Figure.of(NAME, "  the slowest of a hundred", warm.micros(0.99), "us", "<= 50 us")
                .beside("the median", warm.micros(0.5)));
        IntFunction<Operation> named =
                i -> new Operation(List.of(Need.of(Action.CREATE, Resource.RUNS, "f" + i)), EXECUTE.optional());
        Samples asked = samples(SAMPLES / 4, i -> request(tenants.get(scattered(i, tenants.size())), named.apply(i)));
        report.add(Figure.of(NAME, "  for a function not asked for before", asked.micros(0.5), "us", "<= 50 us")
                .beside("for one that was", warm.micros(0.5)));
        Samples noted = samples(SAMPLES, i -> note(tenants.get(scattered(i, tenants.size()))));
        report.add(Figure.of(NAME, "  noting what was decided", noted.micros(0.5), "us", "<= 50 us together")
                .beside("known and lent to", warm.micros(0.5)));
        String[] fresh = new String[VERIFICATIONS];
        for (int i = 0; i < fresh.length; i++) {
            fresh[i] = world.token(tenants.getFirst().organization());
        }
        Samples first = samples(
                VERIFICATIONS, i -> request(new Tenant(tenants.getFirst().organization(), fresh[i]), EXECUTE));
        report.add(Figure.of(NAME, "  with a token not shown before", first.micros(0.5), "us", "")
                .beside("one RSA signature verified", verify.micros(0.5)));
    }

    private void ofManyOrganizations(List<Tenant> tenants) {
        int rounds = Math.max(2 * SAMPLES, 8 * tenants.size());
        List<Tenant> few = tenants.subList(0, FEW);
        tenants.forEach(tenant -> request(tenant, EXECUTE));
        Samples ofFew = samples(rounds, i -> request(few.get(i % FEW), EXECUTE));
        Samples ofMany = samples(rounds, i -> request(tenants.get(scattered(i, tenants.size())), EXECUTE));
        String many = String.format(Locale.ROOT, "%,d", tenants.size());
        report.add(Figure.of(NAME, "request of one of " + many + " organizations", ofMany.micros(0.5), "us", "<= 50 us")
                .beside("of " + FEW, ofFew.micros(0.5)));
        report.add(Figure.of(NAME, "  the slowest of a hundred", ofMany.micros(0.99), "us", "<= 50 us")
                .beside("of " + FEW, ofFew.micros(0.99)));
    }

    /// What a request leaves behind would be seen as a heap that grows, or as requests that allocate more and more.
    private void growth(List<Tenant> tenants) {
        int part = requests / 10;
        long early = allocated(part, 0, tenants);
        double heapEarly = heapMib();
        long late = early;
        for (int i = 1; i < 10; i++) {
            late = allocated(part, i * part, tenants);
        }
        double heapLate = heapMib();
        String all = String.format(Locale.ROOT, "%,d", requests);
        report.add(Figure.of(NAME, "bytes allocated by the last of " + all, (double) late / part, "B", "ratio <= 1")
                .beside("by the first", (double) early / part));
        report.add(Figure.of(NAME, "heap after " + all + " requests", heapLate, "MiB", "ratio about 1")
                .beside("after a tenth", heapEarly));
    }

    /// Each tenth with functions of its own, as a server sees them that runs for long.
    private long allocated(int count, int from, List<Tenant> tenants) {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < count; i++) {
            Tenant tenant = tenants.get(scattered(i, tenants.size()));
            var named =
                    new Operation(List.of(Need.of(Action.CREATE, Resource.RUNS, "g" + (from + i))), EXECUTE.optional());
            request(tenant, i % 2 == 0 ? EXECUTE : named);
        }
        return threads.getCurrentThreadAllocatedBytes() - before;
    }

    private static double heapMib() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() / (double) (1 << 20);
    }

    private void request(Tenant tenant, Operation operation) {
        Caller caller = world.authenticator()
                .authenticate(Optional.of("Bearer " + tenant.token()), Optional.of(tenant.organization()));
        boolean isLent =
                caller instanceof Caller.Known known && known.taskFor(operation).isPresent();
        if (!isLent) {
            throw new IllegalStateException("a good token was refused");
        }
    }

    /// As a request does it that is answered.
    private void note(Tenant tenant) {
        String home = tenant.organization();
        var wants = List.of(new Judgment.Want("create", "runs", "hello"));
        world.decisions()
                .note(new Judgment(
                        home, home, "dev", Set.of("dev", home + "/dev"), Judgment.Kind.OPERATION, wants, true));
    }

    private Samples verifications(Tenant tenant) throws IOException {
        try {
            SignedJWT jwt = SignedJWT.parse(tenant.token());
            var verifier = new RSASSAVerifier(world.publicKey());
            return samples(VERIFICATIONS, _ -> verify(jwt, verifier));
        } catch (ParseException broken) {
            throw new IOException("an own token cannot be read", broken);
        }
    }

    private static void verify(SignedJWT jwt, RSASSAVerifier verifier) {
        try {
            if (!jwt.verify(verifier)) {
                throw new IllegalStateException("an own signature is none");
            }
        } catch (JOSEException broken) {
            throw new IllegalStateException(broken);
        }
    }

    /// Neighbors in time are not neighbors in memory.
    private static int scattered(int i, int count) {
        return (int) (i * 2_654_435_761L % count);
    }

    /// Durations of each call of the second half; the first half warms up.
    private static Samples samples(int rounds, IntConsumer operation) {
        int warm = rounds / 2;
        for (int i = 0; i < warm; i++) {
            operation.accept(i);
        }
        var nanos = new long[rounds - warm];
        for (int i = warm; i < rounds; i++) {
            long start = System.nanoTime();
            operation.accept(i);
            nanos[i - warm] = System.nanoTime() - start;
        }
        return Samples.of(nanos, 1);
    }
}
