package dev.atrium.example;

import dev.atrium.it.fixture.RedisProcess;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.util.Map;

/** Test resource that starts a Redis for the application in the process of the test. */
public class RedisResource implements QuarkusTestResourceLifecycleManager {

    private RedisProcess redis;

    @Override
    public Map<String, String> start() {
        redis = RedisProcess.start();
        return Map.of("atrium.backplane", "redis", "quarkus.redis.hosts", redis.url());
    }

    @Override
    public void stop() {
        redis.close();
    }
}
