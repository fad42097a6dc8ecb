package dev.sluice.bench;

import java.io.IOException;

/// `kernel`: what functions pay for labels and for what is kept for them; and all of `fs`.
final class KernelBench {
    static final String NAME = "kernel";

    private KernelBench() {}

    static void run(Report report, int objects) throws IOException, InterruptedException {
        LabelWork.run(report);
        try (Scratch scratch = Scratch.create();
                SluiceServer server = SluiceServer.start(scratch.path().resolve("data"))) {
            CallsBench.run(report, server, scratch.path());
            SocialNetworkBench.run(report, server);
        }
        FsBench.run(report, objects);
    }
}
