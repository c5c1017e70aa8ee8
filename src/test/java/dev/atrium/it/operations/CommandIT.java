package dev.atrium.it.operations;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.it.fixture.Replica;
import dev.atrium.it.fixture.SharedReplicas;
import dev.atrium.it.fixture.Tokens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands of the jar. */
class CommandIT {

    private record Output(int code, String text) {
    }

    private static Output run(String... arguments) throws IOException, InterruptedException {
        return run(Map.of(), arguments);
    }

    private static Output run(Map<String, String> environment, String... arguments) throws IOException, InterruptedException {
        List<String> command = Replica.java();
        for (String argument : arguments) {
            if (argument.startsWith("-D")) {
                command.add(argument);
            }
        }
        command.addAll(List.of("-jar", Replica.JAR.toString()));
        for (String argument : arguments) {
            if (!argument.startsWith("-D")) {
                command.add(argument);
            }
        }
        Path output = Files.createTempFile("atrium-command", ".log");
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        String text = Files.readString(output);
        Files.delete(output);
        return new Output(process.exitValue(), text);
    }

    @Test
    void a_token_of_the_command_line_opens_the_door() throws Exception {
        Output made = run("token", "--user", "ann", "--rooms", "lobby:join send,/chat team-*:join", "--key",
                Tokens.KEY_FILE.toString(),
                "--issuer", Tokens.ISSUER, "--audience", Tokens.AUDIENCE, "--expires", "10m");
        assertThat(made.code).as(made.text).isZero();
        String token = made.text.strip();
        Replica replica = SharedReplicas.strict();
        replica.given().auth().oauth2(token).post("/rooms/lobby").then().statusCode(201);
        replica.given().auth().oauth2(token).post("/rooms/other").then().statusCode(403);
        replica.given().auth().oauth2(token).get("/rooms/team-7?ns=/chat").then().statusCode(200);
        replica.given().auth().oauth2(token).get("/rooms/team-7").then().statusCode(403);
    }

    @Test
    void a_shared_secret_signs_and_verifies_too() throws Exception {
        Path file = Files.createTempFile("Jürgen's key, 100%", ".jwk");
        file.toFile().deleteOnExit();
        Files.writeString(file, "{\"kty\":\"oct\",\"k\":\"" + "c2VjcmV0".repeat(8) + "\",\"alg\":\"HS256\"}");
        Output made = run("token", "--user", "ann", "--rooms", "lobby:join", "--key", file.toString(), "--algorithm", "HS256");
        assertThat(made.code).as(made.text).isZero();
        try (Replica replica = Replica.start(Map.of("atrium.auth.mode", "required", "atrium.permissions.everyone", "",
                "smallrye.jwt.verify.key.location", "file:" + file, "smallrye.jwt.verify.algorithm", "HS256"))) {
            replica.given().auth().oauth2(made.text.strip()).get("/rooms/lobby").then().statusCode(200);
            replica.given().auth().oauth2(Tokens.of("ann", "lobby:join")).get("/rooms/lobby").then().statusCode(401);
        }
    }

    @Test
    void an_invalid_argument_is_named() throws Exception {
        Output mistyped = run("tokn");
        assertThat(mistyped.code).isEqualTo(2);
        assertThat(mistyped.text).contains("Did you mean: atrium token");
    }

    @Test
    void settings_are_checked_without_a_start() throws Exception {
        Output good = run("check-config", "-Datrium.heartbeat.interval=10s", "-Datrium.backplane=redis",
                "-Dquarkus.redis.hosts=redis://127.0.0.1:1");
        assertThat(good.code).as(good.text).isZero();
        assertThat(good.text).contains("The settings make sense.").doesNotContain("Listening on");
        Output bad = run("check-config", "-Datrium.auth.mode=required");
        assertThat(bad.code).isEqualTo(1);
        assertThat(bad.text).contains("atrium.auth.mode: expected open").doesNotContain("\tat ");
        // Its bean is one of the HTTP server, which is not started.
        Output large = run("check-config", "-Datrium.websocket.max-frame-size=2G");
        assertThat(large.code).isEqualTo(1);
        assertThat(large.text).contains("atrium.websocket.max-frame-size: expected from 128 to 1073741824");
        Output empty = run("check-config", "-Datrium.origins=");
        assertThat(empty.code).isEqualTo(1);
        assertThat(empty.text).contains("atrium.origins: expected a list of origins, or * for all, and got none");
    }

    @Test
    void the_check_before_an_installation_is_of_the_values_of_the_overlay(@TempDir Path overlay) throws Exception {
        // The base sets it, too, to a valid value.
        Files.writeString(overlay.resolve("application-prod.properties"), "atrium.limits.connections=-1\n");
        Matcher locations = Pattern.compile("QUARKUS_CONFIG_LOCATIONS=(\\S+)")
                .matcher(Files.readString(Path.of("docs/operations.md")));
        assertThat(locations.find()).isTrue();
        Output bad = run(Map.of("QUARKUS_CONFIG_LOCATIONS",
                locations.group(1).replace("kubernetes/overlays/mine", overlay.toString()),
                "QUARKUS_REDIS_HOSTS", "redis://127.0.0.1:1"), "check-config");
        assertThat(bad.code).as(bad.text).isEqualTo(1);
        assertThat(bad.text).contains("atrium.limits.connections: expected");
    }

    @Test
    void a_settings_file_that_does_not_exist_is_named(@TempDir Path directory) throws Exception {
        String absent = directory.resolve("application.properties").toString();
        Output bad = run(Map.of("QUARKUS_CONFIG_LOCATIONS", absent), "check-config");
        assertThat(bad.code).isEqualTo(1);
        assertThat(bad.text)
                .contains("quarkus.config.locations: expected directories, or files of properties, that can be read, got "
                        + absent)
                .doesNotContain("\tat ", "make sense");
    }

    @Test
    void variables_that_are_no_setting_are_named() throws Exception {
        Map<String, String> variables = Map.of("ATRIUM_HEARTBEAT_INTERVAL", "10s", "ATRIUM_API_KEYS_BILLING_KEY",
                "a-key-of-sixteen-or-more", "ATRIUM_API_KEYS_BILLING_ROOMS", "*:publish", "ATRIUM_SERVICE_HOST", "10.0.0.1",
                "ATRIUM_PORT_80_TCP", "tcp://10.0.0.1:80");
        Output good = run(variables, "check-config");
        assertThat(good.code).as(good.text).isZero();
        Map<String, String> mistaken = new HashMap<>(variables);
        mistaken.put("ATRIUM_AUTHMODE", "required");
        mistaken.put("ATRIUM_API_KEYS_BILLING_ROOM", "*:publish");
        Output bad = run(mistaken, "check-config");
        assertThat(bad.code).isEqualTo(1);
        assertThat(bad.text).contains("ATRIUM_API_KEYS_BILLING_ROOM: expected", "ATRIUM_AUTHMODE: expected")
                // As a start of the server says it, in one line.
                .contains("no setting, and are ignored: ATRIUM_API_KEYS_BILLING_ROOM, ATRIUM_AUTHMODE\n")
                .doesNotContain("make sense", "ATRIUM_SERVICE_HOST", "ATRIUM_PORT");
    }
}
