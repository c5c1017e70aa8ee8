package dev.atrium.it.file;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.atrium.it.fixture.FileClient;
import dev.atrium.it.fixture.Replica;
import dev.atrium.it.fixture.SessionClient;
import dev.atrium.it.fixture.SharedReplicas;
import dev.atrium.it.fixture.Tokens;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Limits of files: size and quota, time to live, and access. */
class FileLimitsIT {

    @TempDir
    Path directory;

    @Test
    void a_room_and_a_user_and_all_together_have_their_bytes() {
        Map<String, String> settings = Map.of("atrium.file.room-bytes", "1000", "atrium.file.user-bytes", "1500",
                "atrium.file.total-bytes", "2000");
        try (Replica replica = start(Tokens.required(settings));
                SessionClient ann = session(replica, "ann");
                SessionClient bob = session(replica, "bob")) {
            new FileClient(ann).upload("one", "a", "", FileContract.bytes(800));
            assertRefused(ann, "one", 201, 507, "params.room: its files may have 1000 bytes together, and have 800");
            assertRefused(bob, "one", 201, 507, "params.room: its files may have 1000 bytes together, and have 800");
            // Announced bytes count as well: otherwise several simultaneous uploads could exceed the quota.
            assertThat(open(ann, "two", 700).path("code").asInt()).isEqualTo(200);
            assertRefused(ann, "three", 1, 507, "the files of this user may have 1500 bytes together, and have 1500");
            assertThat(open(bob, "three", 500).path("code").asInt()).isEqualTo(200);
            assertRefused(bob, "four", 1, 507, "all files of this server may have 2000 bytes together, and have 2000");
            assertThat(bob.call("send", "{\"room\":\"one\",\"data\":1}").path("code").asInt()).isEqualTo(200);
        }
    }

    @Test
    void a_full_disk_is_reported_before_the_first_write_and_disturbs_no_client() {
        try (Replica replica = start(Map.of("atrium.file.reserve", "1000000G")); SessionClient ann = replica.session()) {
            assertRefused(ann, "full", 1, 507, "no room is left for files");
            assertThat(replica.post("/rooms/full", "goes on").statusCode()).isEqualTo(201);
        }
    }

    @Test
    void an_abandoned_upload_is_deleted_and_so_is_a_file_that_is_too_old() {
        try (Replica replica = start(Map.of("atrium.file.sweep", "200ms", "atrium.file.abandoned-after", "2s",
                "atrium.file.ttl", "3s", "atrium.file.chunk", "1K")); SessionClient ann = replica.session()) {
            FileClient files = new FileClient(ann);
            byte[] bytes = FileContract.bytes(3_000);
            JsonNode abandoned = files.open("sweep", "abandoned", "", bytes);
            files.write(abandoned, 1, bytes);
            String url = replica.http(files.upload("sweep", "whole", "", bytes).path("url").asText());
            assertThat(FileClient.get("GET", url).statusCode()).isEqualTo(200);
            Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> files.status(abandoned).path("code").asInt() == 404);
            assertThat(files.write(abandoned, 0, bytes).path("code").asInt()).isEqualTo(404);
            // Only the headers: a download that is in progress when the file is deleted is cut off.
            Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> FileClient.get("HEAD", url).statusCode() == 404);
            assertThat(regularFiles()).isEmpty();
            assertThat(replica.metric("atrium_file_swept_total")).isEqualTo(2);
        }
    }

    @Test
    void complete_files_and_uploads_in_progress_survive_a_restart() {
        byte[] bytes = FileContract.bytes(3_000);
        String path;
        try (Replica replica = start(Map.of("atrium.file.chunk", "1K")); SessionClient ann = replica.session()) {
            FileClient files = new FileClient(ann);
            path = files.upload("restart", "whole", "", bytes).path("url").asText();
            files.write(files.open("restart", "half", "", bytes), 1, bytes);
            replica.kill();
        }
        try (Replica replica = start(Map.of("atrium.file.chunk", "1K")); SessionClient ann = replica.session()) {
            assertThat(FileClient.get("GET", replica.http(path)).body()).isEqualTo(bytes);
            FileClient files = new FileClient(ann);
            JsonNode half = files.open("restart", "half", "", bytes);
            assertThat(half.path("missing")).hasToString("[[0,0],[2,2]]");
            assertThat(files.finish(half, bytes).path("code").asInt()).isEqualTo(200);
        }
    }

    @Test
    void sending_takes_the_permission_to_send_fetching_to_join_and_removing_to_have_sent_it() {
        byte[] bytes = FileContract.bytes(10);
        Replica replica = SharedReplicas.strict();
        try (SessionClient ann = session(replica, "ann", "files:send join");
                SessionClient bob = session(replica, "bob", "files:join")) {
            String url = replica.http(new FileClient(ann).upload("files", "a", "", bytes).path("url").asText());
            assertRefused(bob, "files", 10, 403, "room: the permission send is missing for it");
            assertThat(FileClient.get("GET", url).statusCode()).isEqualTo(401);
            assertThat(FileClient.get("GET", url, bearer("eve", "other:join")).statusCode()).isEqualTo(403);
            assertThat(FileClient.get("GET", url, bearer("bob", "files:join")).body()).isEqualTo(bytes);
            assertThat(FileClient.get("DELETE", url, bearer("bob", "files:join send")).statusCode()).isEqualTo(403);
            assertThat(FileClient.get("DELETE", url, bearer("ann", "files:join")).statusCode()).isEqualTo(204);
        }
    }

    @Test
    void a_server_that_keeps_no_files_answers_with_an_error() {
        try (Replica replica = start(Map.of("atrium.file.store", "none")); SessionClient ann = replica.session()) {
            assertRefused(ann, "none", 1, 404, "file: this server keeps no files");
            assertThat(FileClient.get("GET", replica.http("/rooms/none/files/AAAAAAAAAAAAAAAAAAAAAAAA")).statusCode())
                    .isEqualTo(404);
        }
    }

    @Test
    void an_invalid_setting_stops_the_start() {
        try (Replica replica = Replica.launch(Map.of("atrium.file.chunk", "10"))) {
            assertThat(replica.exitCode()).isNotZero();
            assertThat(replica.log()).contains("atrium.file.chunk: expected from 1024 to 4194304, got 10");
        }
    }

    private Replica start(Map<String, String> settings) {
        Map<String, String> all = new HashMap<>(settings);
        all.put("atrium.file.directory", directory.toString());
        return Replica.start(all);
    }

    private List<Path> regularFiles() {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile).toList();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static SessionClient session(Replica replica, String user) {
        return session(replica, user, "*:join send");
    }

    private static SessionClient session(Replica replica, String user, String rooms) {
        return SessionClient.connect(replica.ws("/ws?access_token=" + Tokens.of(user, rooms)));
    }

    private static String[] bearer(String user, String rooms) {
        return new String[] { "Authorization", "Bearer " + Tokens.of(user, rooms) };
    }

    private static JsonNode open(SessionClient client, String room, int size) {
        String digest = FileClient.sha256((room + size).getBytes(StandardCharsets.UTF_8));
        return client.call("file.open",
                "{\"room\":\"" + room + "\",\"name\":\"f\",\"size\":" + size + ",\"sha256\":\"" + digest + "\"}");
    }

    private static void assertRefused(SessionClient client, String room, int size, int code, String error) {
        JsonNode reply = open(client, room, size);
        assertThat(reply.path("code").asInt()).isEqualTo(code);
        assertThat(reply.path("error").asText()).isEqualTo(error);
    }
}
