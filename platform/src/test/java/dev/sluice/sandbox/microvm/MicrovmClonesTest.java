package dev.sluice.sandbox.microvm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.sandbox.GuestSpec;
import dev.sluice.sandbox.Guests;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Machines that come of one snapshot have nothing random in common, and know what time it is.
@Tag("full") // emulated machines: minutes
final class MicrovmClonesTest {
    private static final String PYTHON = """
            import json, os, random, time, uuid
            boot = open('/proc/sys/kernel/random/boot_id').read()
            numbers = [os.urandom(8).hex(), str(random.random()), str(uuid.uuid4()), boot, str(hash('x'))]
            os.write(3, json.dumps([int(time.time()), *numbers]).encode() + b'\\n')
            os.read(3, 1)
            """;
    private static final String NODE = """
            const fs = require('node:fs'), crypto = require('node:crypto');
            const numbers = [crypto.randomBytes(8).toString('hex'), String(Math.random()), crypto.randomUUID()];
            fs.writeSync(3, JSON.stringify([Math.floor(Date.now() / 1000), ...numbers]) + '\\n');
            setInterval(() => {}, 1000);
            """;

    @Test
    void clonesOfOneSnapshot_repeatNoRandomNumber_andKnowTheTime(@TempDir Path place) throws Exception {
        try (var driver =
                TestMachines.open(place.resolve("s"), Map.of("python3", Guests.files(), "nodejs", Guests.files()))) {
            var guests = new Guests(driver);
            var seen = new HashSet<String>();
            int count = 0;
            for (int clone = 0; clone < 3; clone++) {
                for (var spec : List.of(
                        spec("python3", List.of("/usr/bin/python3", "-I", "-c", PYTHON)),
                        spec("nodejs", List.of("/usr/bin/node", "-e", NODE)))) {
                    long before = Instant.now().getEpochSecond();
                    var said = guests.ask(spec);
                    assertThat(said.get(0).asLong()).isGreaterThanOrEqualTo(before);
                    for (int i = 1; i < said.size(); i++) {
                        seen.add(said.get(i).asString());
                        count++;
                    }
                }
            }
            assertThat(seen).hasSize(count);
        }
    }

    private static GuestSpec spec(String runtime, List<String> command) {
        return new GuestSpec(runtime, command, 128, 64, 16, 100, Guests.BOOT);
    }
}
