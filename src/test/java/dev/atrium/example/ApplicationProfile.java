package dev.atrium.example;

import io.quarkus.test.junit.QuarkusTestProfile;
import java.util.Map;

/** Test profile of the application in the process of the test: free ports, short timeouts, and no metrics. */
public class ApplicationProfile implements QuarkusTestProfile {

    @Override
    public Map<String, String> getConfigOverrides() {
        return Map.of("quarkus.http.test-port", "0", "quarkus.management.test-port", "0", "quarkus.http.host", "127.0.0.1",
                "quarkus.management.host", "127.0.0.1", "atrium.warm-up.duration", "0s", "atrium.socketio.connect-timeout",
                "2s", "quarkus.micrometer.enabled", "false");
    }
}
