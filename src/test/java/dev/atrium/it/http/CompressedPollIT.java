package dev.atrium.it.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.it.fixture.Replica;
import dev.atrium.it.fixture.SharedReplicas;
import dev.atrium.it.fixture.StreamClient;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Compression of answers to polls. */
class CompressedPollIT {

    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final String POLLING = "/socket.io/?EIO=4&transport=polling";

    private static Replica replica;

    @BeforeAll
    static void start() {
        replica = SharedReplicas.open();
    }

    private static HttpResponse<byte[]> get(String path, String accepted) throws Exception {
        return HTTP.send(HttpRequest.newBuilder(URI.create(replica.http(path))).header("Accept-Encoding", accepted).build(),
                BodyHandlers.ofByteArray());
    }

    private static String decoded(HttpResponse<byte[]> answer) throws IOException {
        assertThat(answer.headers().firstValue("Content-Encoding")).contains("gzip");
        assertThat(answer.headers().firstValue("Vary").orElse("")).contains("Accept-Encoding");
        return new String(new GZIPInputStream(new ByteArrayInputStream(answer.body())).readAllBytes(), StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @ValueSource(ints = { 2_000, 200_000 })
    void a_long_answer_is_compressed_for_a_client_that_accepts_it(int size) throws Exception {
        String room = "/rooms/size-" + size;
        String text = "x".repeat(size);
        assertThat(replica.post(room, text).statusCode()).isEqualTo(201);

        HttpResponse<byte[]> answer = get(room + "/messages", "gzip");

        assertThat(decoded(answer)).contains(text);
        assertThat(answer.body().length).isLessThan(size / 2);
        assertThat(replica.get(room + "/messages").body()).contains(text);
        HttpResponse<byte[]> other = get(room + "/messages", "br");
        assertThat(other.headers().firstValue("Content-Encoding")).isEmpty();
        assertThat(other.headers().firstValue("Vary").orElse("")).contains("Accept-Encoding");
    }

    @Test
    void a_short_answer_and_a_stream_are_not() throws Exception {
        assertThat(replica.post("/rooms/short", "hello").statusCode()).isEqualTo(201);
        assertThat(get("/rooms/short/messages", "gzip").headers().firstValue("Content-Encoding")).isEmpty();

        try (StreamClient stream = replica.stream("/rooms/short?after=0", "Accept", "text/event-stream", "Accept-Encoding",
                "gzip")) {
            assertThat(stream.header("Content-Encoding")).isNull();
        }
    }

    @Test
    void a_payload_of_engine_io_is_compressed_too() throws Exception {
        String open = replica.get(POLLING).body();
        String session = POLLING + "&sid=" + open.split("\"sid\":\"")[1].split("\"")[0];
        assertThat(replica.post(session, "40").body()).isEqualTo("ok");
        assertThat(new String(get(session, "gzip").body(), StandardCharsets.UTF_8)).startsWith("40{");
        assertThat(replica.post(session, "420[\"join\",\"packed\"]").body()).isEqualTo("ok");
        assertThat(new String(get(session, "gzip").body(), StandardCharsets.UTF_8)).startsWith("430[");
        String text = "y".repeat(5_000);
        assertThat(replica.post("/rooms/packed", text).statusCode()).isEqualTo(201);

        assertThat(decoded(get(session, "gzip"))).isEqualTo("42[\"message\",\"" + text + "\"]");
        replica.post(session, "1");
    }
}
