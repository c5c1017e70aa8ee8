package dev.atrium.it.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.it.fixture.Replica;
import dev.atrium.it.fixture.SocketClient;
import dev.atrium.it.fixture.Tokens;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.smallrye.jwt.algorithm.SignatureAlgorithm;
import io.smallrye.jwt.build.Jwt;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Settings of the server in Kubernetes: the server accepts them. */
class KubernetesSettingsIT {

    private static final Path OVERLAYS = Path.of("kubernetes/overlays");

    /** Values that Kubernetes would fill in. */
    private static final Map<String, String> FILLED_IN = Map.of(
            "ATRIUM_REPLICA_HOST", "10.1.2.3", "QUARKUS_REDIS_HOSTS", "rediss://:password@redis.example.com:6379",
            "K8S_POD_NAME", "atrium-1", "OTEL_RESOURCE_ATTRIBUTES", "k8s.pod.name=atrium-1");

    /** Two key pairs, as during a rotation of keys. */
    private static final KeyPair OLD = Tokens.KEYS;
    private static final KeyPair NEW = Tokens.OTHER_KEYS;

    private record Outcome(int code, String text) {
    }

    @TempDir
    private Path directory;

    @Test
    void a_server_starts_with_the_settings_of_each_overlay() throws Exception {
        for (String overlay : List.of("trial", "production")) {
            Outcome outcome = check(Manifests.render(OVERLAYS.resolve(overlay)), "");
            assertThat(outcome.code).as(outcome.text).isZero();
            assertThat(outcome.text).contains("The settings make sense.").doesNotContain("Unrecognized");
        }
    }

    @Test
    void a_server_that_exports_traces_starts_too() throws Exception {
        Manifests traces = Manifests.withComponents("traces");
        // The base does not set the address of Redis.
        String line = "quarkus.redis.hosts=redis://localhost:6379\notel.traces.sampler.";
        Outcome outcome = check(traces, line + "arg=0.1");
        assertThat(outcome.code).as(outcome.text).isZero();
        Outcome mistaken = check(traces, line + "ratio=0.1");
        assertThat(mistaken.code).isEqualTo(1);
        assertThat(mistaken.text).contains("otel.traces.sampler.ratio: expected").doesNotContain("\tat ");
        Outcome tooMuch = check(traces, line + "arg=10");
        assertThat(tooMuch.code).isEqualTo(1);
        assertThat(tooMuch.text).contains("otel.traces.sampler.arg: expected from 0 to 1, got 10");
    }

    @Test
    void a_name_that_does_not_exist_would_be_seen() throws Exception {
        Manifests production = Manifests.render(OVERLAYS.resolve("production"));
        Outcome ours = check(production, "atrium.limits.conections=1");
        assertThat(ours.code).isEqualTo(1);
        assertThat(ours.text).contains("atrium.limits.conections");
        Outcome ofQuarkus = check(production, "quarkus.http.prot=1");
        assertThat(ofQuarkus.code).isEqualTo(1);
        assertThat(ofQuarkus.text).contains("Unrecognized").contains("quarkus.http.prot").doesNotContain("make sense");
    }

    @Test
    void each_variable_is_a_setting_that_is_written_about() throws Exception {
        String text = Files.readString(Path.of("docs/operations.md"));
        for (Manifests each : List.of(Manifests.render(OVERLAYS.resolve("trial")),
                Manifests.render(OVERLAYS.resolve("production")),
                Manifests.withComponents("traces"))) {
            List<EnvVar> variables = new ArrayList<>(environment(each));
            // Removes variables that are only parts of others.
            variables.removeIf(part -> environment(each).stream()
                    .anyMatch(whole -> String.valueOf(whole.getValue()).contains("$(" + part.getName() + ")")));
            for (EnvVar variable : variables) {
                // No file lists the valid names, and a variable with a misspelt name would have no effect and raise no error.
                String name = variable.getName().equals("JDK_JAVA_OPTIONS") ? variable.getName()
                        : '`' + variable.getName().toLowerCase(Locale.ROOT).replace('_', '.') + '`';
                assertThat(text).contains(name);
            }
        }
    }

    @Test
    void production_serves_holders_of_tokens_over_a_redis_whose_certificate_is_right() throws Exception {
        Manifests production = Manifests.render(OVERLAYS.resolve("production"));
        try (TlsRedis redis = TlsRedis.start(directory)) {
            Map<String, String> settings = settings(production, redis.url("localhost"));
            try (Replica replica = Replica.start(settings)) {
                String issuer = settings.get("mp.jwt.verify.issuer");
                assertThat(replica.post("/rooms/lobby", "hello").statusCode()).isEqualTo(401);
                for (String id : List.of("old", "new")) {
                    assertThat(replica.request("POST", "/rooms/lobby", "Authorization", "Bearer " + token(id, issuer))
                            .statusCode()).as(id).isEqualTo(201);
                }
                assertThat(replica
                        .request("POST", "/rooms/lobby", "Authorization", "Bearer " + token("old", "https://evil.example.com"))
                        .statusCode())
                        .isEqualTo(401);
                assertThat(replica.request("GET", "/rooms/lobby", "Origin", "https://evil.example.com").statusCode())
                        .isEqualTo(403);
            }
            try (Replica replica = Replica.launch(settings(production, redis.url("127.0.0.1")))) {
                replica.awaitStarted();
                SocketClient.await().until(
                        () -> replica.log().contains("Redis command connection is down: Failed to create SSL connection"));
                assertThat(replica.management("/q/health/ready").statusCode()).isEqualTo(503);
                assertThat(replica.management("/q/health/live").statusCode()).isEqualTo(200);
            }
        }
    }

    /** Settings of the ConfigMap, with a test Redis instead of that of the Secret. */
    private Map<String, String> settings(Manifests manifests, String redis) throws Exception {
        // Without the permissions that tests grant to everyone by default.
        Map<String, String> settings = new HashMap<>(Map.of("atrium.permissions.everyone", ""));
        Properties read = KubernetesIT.settings(manifests);
        for (String name : read.stringPropertyNames()) {
            settings.put(name, atHome(read.getProperty(name)));
        }
        settings.put("quarkus.redis.hosts", redis);
        return settings;
    }

    /** Replaces the paths of the pod's Secrets by local ones. */
    private String atHome(String settings) throws Exception {
        Path keys = directory.resolve("jwks.json");
        if (!Files.exists(keys)) {
            Files.writeString(keys, "{\"keys\":[" + Tokens.jwk("old", OLD) + "," + Tokens.jwk("new", NEW) + "]}");
        }
        if (!Files.exists(directory.resolve("ca.crt"))) {
            TlsRedis.certificate(directory);
        }
        return settings.replace("/keys/", directory + "/").replace("/redis/", directory + "/");
    }

    private static String token(String id, String issuer) {
        return Jwt.claims().subject("ann").issuer(issuer).audience("atrium").claim("rooms", Map.of("lobby", "join send"))
                .expiresIn(600)
                .jws().algorithm(SignatureAlgorithm.RS256).keyId(id).sign((id.equals("old") ? OLD : NEW).getPrivate());
    }

    private static List<EnvVar> environment(Manifests manifests) {
        return manifests.one(Deployment.class, "atrium").getSpec().getTemplate().getSpec().getContainers().get(0).getEnv();
    }

    /** Runs {@code check-config} with the settings where the pod has them, and with one more line. */
    private Outcome check(Manifests manifests, String line) throws Exception {
        Path config = Files.createDirectories(directory.resolve("config"));
        Map<String, String> files = new HashMap<>(manifests.one(ConfigMap.class, "atrium").getData());
        files.merge("application-prod.properties", "\n" + line + "\n", String::concat);
        for (Map.Entry<String, String> file : files.entrySet()) {
            Files.writeString(config.resolve(file.getKey()), atHome(file.getValue()));
        }
        List<String> command = Replica.java();
        command.addAll(List.of("-jar", Replica.JAR.toAbsolutePath().toString(), "check-config"));
        ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
        for (EnvVar variable : environment(manifests)) {
            if (!variable.getName().equals("JDK_JAVA_OPTIONS")) {
                builder.environment().put(variable.getName(), FILLED_IN.getOrDefault(variable.getName(), variable.getValue()));
            }
        }
        Path output = directory.resolve("output.log");
        Process process = builder.redirectErrorStream(true).redirectOutput(output.toFile()).start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return new Outcome(process.exitValue(), Files.readString(output));
    }
}
