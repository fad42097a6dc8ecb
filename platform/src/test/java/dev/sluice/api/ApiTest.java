package dev.sluice.api;

import dev.sluice.api.ApiServer.Asker;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// Tests of one API server, asked by its administrator among others.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class ApiTest {
    ApiServer api;
    Asker root;

    @BeforeAll
    void serve(@TempDir Path directory) throws Exception {
        api = new ApiServer(directory);
        root = api.admin();
    }

    @AfterAll
    void end() {
        api.close();
    }
}
