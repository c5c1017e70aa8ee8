package dev.atrium.it.file;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.atrium.it.fixture.Cluster;
import dev.atrium.it.fixture.ClusterContract;
import dev.atrium.it.fixture.FileClient;
import dev.atrium.it.fixture.SessionClient;
import dev.atrium.it.fixture.SocketClient;
import dev.atrium.it.fixture.SocketIoClient;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Contract of files, which are uploaded to one replica and downloaded from another, whatever the store. */
abstract class FileContract extends ClusterContract {

    static final Map<String, String> SETTINGS = Map.of("atrium.file.chunk", "1K", "atrium.file.max-size", "1M");

    FileContract(Cluster cluster) {
        super(cluster);
    }

    @Test
    void a_complete_file_is_published_in_the_room_to_every_kind_of_client() {
        byte[] bytes = bytes(2_500);
        try (SessionClient ann = here().session();
                SessionClient bob = elsewhere().session();
                SocketClient plain = elsewhere().plain("/rooms/gallery");
                SocketIoClient io = SocketIoClient.connect(elsewhere(), "/", "websocket").awaitConnected()) {
            bob.join("gallery");
            io.emitWithAck("join", "gallery");
            FileClient files = new FileClient(ann);
            JsonNode opened = files.open("gallery", "holiday picture.png", "image/png", bytes);
            assertThat(opened.path("chunk").asInt()).isEqualTo(1024);
            assertThat(opened.path("missing")).hasToString("[[0,2]]");
            JsonNode closed = files.finish(opened, bytes).path("body");
            JsonNode said = bob.pushes("@file", 1).get(0);
            assertThat(said.path("from").path("id").asText()).isEqualTo(ann.id());
            assertThat(said.path("offset").asLong()).isEqualTo(closed.path("offset").asLong());
            JsonNode data = said.path("data");
            assertThat(data.path("id").asText()).isEqualTo(opened.path("file").asText());
            assertThat(data.path("name").asText()).isEqualTo("holiday picture.png");
            assertThat(data.path("size").asInt()).isEqualTo(2_500);
            assertThat(data.path("type").asText()).isEqualTo("image/png");
            assertThat(data.path("sha256").asText()).isEqualTo(FileClient.sha256(bytes));
            assertThat(SessionClient.json(plain.await(1).get(0))).isEqualTo(data);
            SocketClient.await().until(() -> io.received("@file").size() == 1);
            HttpResponse<byte[]> got = FileClient.get("GET", elsewhere().http(data.path("url").asText()));
            assertThat(got.statusCode()).isEqualTo(200);
            assertThat(got.body()).isEqualTo(bytes);
        }
    }

    @Test
    void missing_chunks_are_listed_until_they_are_uploaded() {
        byte[] bytes = bytes(9_000);
        try (SessionClient ann = here().session()) {
            FileClient files = new FileClient(ann);
            JsonNode opened = files.open("gaps", "a.bin", "", bytes);
            for (int index : List.of(8, 2, 0, 5, 4, 2)) {
                assertThat(files.write(opened, index, bytes).path("code").asInt()).isEqualTo(200);
            }
            JsonNode refused = files.close(opened);
            assertThat(refused.path("code").asInt()).isEqualTo(409);
            assertThat(refused.path("body").path("missing")).hasToString("[[1,1],[3,3],[6,7]]");
            assertThat(files.status(opened).path("body").path("missing")).hasToString("[[1,1],[3,3],[6,7]]");
            for (int index : List.of(1, 3, 6, 7)) {
                files.write(opened, index, bytes);
            }
            assertThat(files.close(opened).path("code").asInt()).isEqualTo(200);
        }
    }

    @Test
    void the_same_file_opened_again_elsewhere_continues_where_it_stopped() {
        byte[] bytes = bytes(5_000);
        JsonNode first;
        try (SessionClient ann = here().session()) {
            FileClient files = new FileClient(ann);
            first = files.open("again", "a.bin", "", bytes);
            files.write(first, 0, bytes);
            files.write(first, 3, bytes);
        }
        try (SessionClient back = elsewhere().session()) {
            FileClient files = new FileClient(back);
            JsonNode second = files.open("again", "a.bin", "", bytes);
            assertThat(second.path("file")).isEqualTo(first.path("file"));
            assertThat(second.path("missing")).hasToString("[[1,2],[4,4]]");
            assertThat(files.finish(second, bytes).path("code").asInt()).isEqualTo(200);
        }
    }

    @Test
    void a_repeated_close_has_the_same_reply_and_publishes_nothing_twice() {
        byte[] bytes = bytes(100);
        try (SessionClient ann = here().session(); SessionClient bob = elsewhere().session()) {
            bob.join("once");
            FileClient files = new FileClient(ann);
            JsonNode opened = files.open("once", "a.bin", "", bytes);
            JsonNode first = files.finish(opened, bytes).path("body");
            assertThat(new FileClient(bob).close(opened).path("body")).isEqualTo(first);
            here().post("/rooms/once", "after");
            bob.pushes("message", 1);
            assertThat(bob.pushes("@file")).hasSize(1);
        }
    }

    @Test
    void bytes_that_are_not_what_was_announced_are_refused_and_asked_for_again() {
        byte[] bytes = bytes(3_000);
        byte[] others = bytes.clone();
        others[1_500]++;
        try (SessionClient ann = here().session()) {
            FileClient files = new FileClient(ann);
            JsonNode opened = files.open("mismatch", "a.bin", "", bytes);
            JsonNode refused = files.finish(opened, others);
            assertThat(refused.path("code").asInt()).isEqualTo(422);
            assertThat(refused.path("error").asText()).startsWith("sha256: expected " + FileClient.sha256(bytes));
            assertThat(files.status(opened).path("body").path("missing")).hasToString("[[0,2]]");
            assertThat(files.finish(opened, bytes).path("code").asInt()).isEqualTo(200);
        }
    }

    @Test
    void an_empty_file_is_one_too() {
        try (SessionClient ann = here().session()) {
            JsonNode closed = new FileClient(ann).upload("empty", "nothing.txt", "text/plain", new byte[0]);
            HttpResponse<byte[]> got = FileClient.get("GET", here().http(closed.path("url").asText()));
            assertThat(got.statusCode()).isEqualTo(200);
            assertThat(got.body()).isEmpty();
        }
    }

    @Test
    void a_whole_file_changes_no_more() {
        byte[] bytes = bytes(1_000);
        try (SessionClient ann = here().session(); SessionClient bob = elsewhere().session()) {
            FileClient files = new FileClient(ann);
            JsonNode opened = files.open("fixed", "a.bin", "", bytes);
            files.finish(opened, bytes);
            JsonNode refused = new FileClient(bob).write(opened, 0, bytes(1_000));
            assertThat(refused.path("code").asInt()).isEqualTo(409);
        }
    }

    @Test
    void an_aborted_upload_is_gone_and_a_complete_file_cannot_be_aborted() {
        byte[] bytes = bytes(2_000);
        try (SessionClient ann = here().session()) {
            FileClient files = new FileClient(ann);
            JsonNode opened = files.open("given-up", "a.bin", "", bytes);
            files.write(opened, 0, bytes);
            String params = "{\"file\":\"" + opened.path("file").asText() + "\"}";
            assertThat(ann.call("file.abort", params).path("code").asInt()).isEqualTo(200);
            assertThat(files.write(opened, 1, bytes).path("code").asInt()).isEqualTo(404);
            assertThat(ann.call("file.abort", params).path("code").asInt()).isEqualTo(404);
            JsonNode whole = files.upload("given-up", "b.bin", "", bytes);
            assertThat(ann.call("file.abort", "{\"file\":\"" + whole.path("id").asText() + "\"}").path("code").asInt())
                    .isEqualTo(409);
        }
    }

    @Test
    void a_member_reads_it_chunk_by_chunk_over_its_session() {
        byte[] bytes = bytes(2_100);
        try (SessionClient ann = here().session(); SessionClient bob = elsewhere().session()) {
            JsonNode closed = new FileClient(ann).upload("read", "a.bin", "", bytes);
            String params = "{\"file\":\"" + closed.path("id").asText() + "\",\"room\":\"read\",\"index\":%d}";
            JsonNode status = bob.call("file.status", params.formatted(0)).path("body");
            assertThat(status.path("size").asInt()).isEqualTo(2_100);
            assertThat(status.path("missing")).isEmpty();
            int before = bob.received().size();
            JsonNode last = bob.call("file.read", params.formatted(2));
            assertThat(last.path("body").path("index").asInt()).isEqualTo(2);
            String frame = bob.await(before + 1).get(before);
            assertThat(frame).endsWith(HexFormat.of().formatHex(bytes, 2_048, 2_100));
            assertThat(bob.call("file.read", params.formatted(3)).path("error").asText())
                    .isEqualTo("params.index: expected the number of a chunk, from 0 to 2");
        }
    }

    @Test
    void ranges_etags_and_heads_are_those_of_http() {
        byte[] bytes = bytes(5_000);
        try (SessionClient ann = here().session()) {
            String url = elsewhere().http(new FileClient(ann).upload("ranges", "a.bin", "", bytes).path("url").asText());
            HttpResponse<byte[]> whole = FileClient.get("GET", url);
            String etag = whole.headers().firstValue("ETag").orElseThrow();
            assertThat(whole.headers().firstValue("Accept-Ranges")).contains("bytes");
            assertThat(FileClient.get("GET", url, "If-None-Match", etag).statusCode()).isEqualTo(304);
            assertThat(FileClient.get("GET", url, "If-Match", etag).statusCode()).isEqualTo(200);
            assertThat(FileClient.get("GET", url, "If-Match", "\"another\"").statusCode()).isEqualTo(412);
            assertThat(FileClient.get("DELETE", url, "If-Match", "\"another\"").statusCode()).isEqualTo(412);
            assertThat(FileClient.get("HEAD", url, "Range", "bytes=0-0").statusCode()).isEqualTo(200);
            HttpResponse<byte[]> head = FileClient.get("HEAD", url);
            assertThat(head.headers().firstValue("Content-Length")).contains("5000");
            assertThat(head.body()).isEmpty();
            assertRange(url, "bytes=0-0", 0, 0, bytes);
            assertRange(url, "bytes=1000-3000", 1000, 3000, bytes);
            assertRange(url, "bytes=4990-", 4990, 4999, bytes);
            assertRange(url, "bytes=-10", 4990, 4999, bytes);
            assertRange(url, "bytes=4000-9999", 4000, 4999, bytes);
            assertThat(FileClient.get("GET", url, "Range", "bytes=0-1", "If-Range", etag).statusCode()).isEqualTo(206);
            assertThat(FileClient.get("GET", url, "Range", "bytes=0-1", "If-Range", "\"another\"").body()).isEqualTo(bytes);
            assertThat(FileClient.get("GET", url, "Range", "bytes=0-1,5-6").body()).isEqualTo(bytes);
            assertThat(FileClient.get("GET", url, "Range", "lines=1-2").body()).isEqualTo(bytes);
            HttpResponse<byte[]> beyond = FileClient.get("GET", url, "Range", "bytes=5000-");
            assertThat(beyond.statusCode()).isEqualTo(416);
            assertThat(beyond.headers().firstValue("Content-Range")).contains("bytes */5000");
        }
    }

    private static void assertRange(String url, String range, int first, int last, byte[] bytes) {
        HttpResponse<byte[]> part = FileClient.get("GET", url, "Range", range);
        assertThat(part.statusCode()).isEqualTo(206);
        assertThat(part.headers().firstValue("Content-Range")).contains("bytes " + first + "-" + last + "/5000");
        assertThat(part.body()).isEqualTo(Arrays.copyOfRange(bytes, first, last + 1));
    }

    @ParameterizedTest
    @CsvSource({ "text/html, attachment, application/octet-stream", "image/svg+xml, attachment, application/octet-stream",
            "application/javascript, attachment, application/octet-stream",
            "application/pdf, attachment, application/octet-stream",
            "text/html;charset=utf-8, attachment, application/octet-stream", "image/png, inline, image/png",
            "text/plain, inline, text/plain; charset=utf-8" })
    void nothing_in_a_file_runs_as_a_page_of_this_origin(String declared, String disposition, String type) {
        byte[] bytes = "<script>alert(1)</script>".getBytes(StandardCharsets.UTF_8);
        try (SessionClient ann = here().session()) {
            JsonNode closed = new FileClient(ann).upload("markup", "a\\u0022b é😀.html", declared, bytes);
            HttpResponse<byte[]> got = FileClient.get("GET", here().http(closed.path("url").asText()));
            assertThat(got.headers().firstValue("Content-Type")).contains(type);
            assertThat(got.headers().firstValue("Content-Disposition")).contains(
                    disposition + "; filename=\"a_b __.html\"; filename*=UTF-8''a%22b%20%C3%A9%F0%9F%98%80.html");
            assertThat(got.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
            assertThat(got.headers().firstValue("Content-Security-Policy").orElse("")).contains("default-src 'none'")
                    .contains("sandbox");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "file.open  | {'name':'a','size':1} | 400 | params.room: expected a string",
            "file.open  | {'room':'r','size':1} | 400 | params.name: expected a file name",
            "file.open  | {'room':'r','name':'../a','size':1} | 400 | params.name: expected a file name",
            "file.open  | {'room':'r','name':'a\\nb','size':1} | 400 | params.name: expected a file name",
            "file.open  | {'room':'r','name':'gpj\\u202Eexe','size':1} | 400 | params.name: expected a file name",
            "file.open  | {'room':'r','name':'a'} | 400 | params.size: expected a number of bytes",
            "file.open  | {'room':'r','name':'a','size':-1} | 400 | params.size: expected a number",
            "file.open  | {'room':'r','name':'a','size':'1'} | 400 | params.size: expected an integer",
            "file.open  | {'room':'r','name':'a','size':1048577} | 413 | params.size: expected at most 1048576 bytes",
            "file.open  | {'room':'r','name':'a','size':9223372036854775807} | 413 | params.size: expected at most 1048576 bytes",
            "file.open  | {'room':'r','name':'a','size':1,'type':'html'} | 400 | params.type: expected a media type",
            "file.open  | {'room':'r','name':'a','size':1,'sha256':'abc'} | 400 | params.sha256: expected 64 hexadecimal digits",
            "file.write | {'file':'x','index':0} | 400 | file.write: expected a binary frame",
            "file.status| {} | 400 | params.file: expected a string",
            "file.status| {'file':'../../etc/passwd'} | 404 | file: there is none of that id",
            "file.status| {'file':'AAAAAAAAAAAAAAAAAAAAAAAA'} | 404 | file: there is none of that id",
            "file.close | {'file':'AAAAAAAAAAAAAAAAAAAAAAAA'} | 404 | file: there is none of that id",
            "file.read  | {'file':'AAAAAAAAAAAAAAAAAAAAAAAA','index':0} | 404 | file: there is none of that id",
            "file.eat   | {'file':'x'} | 400 | cmd: expected one of file.open" })
    void an_invalid_command_is_answered_with_the_field(String cmd, String params, int code, String error) {
        try (SessionClient ann = here().session()) {
            JsonNode reply = ann.call(cmd, params.replace('\'', '"'));
            assertThat(reply.path("code").asInt()).isEqualTo(code);
            assertThat(reply.path("error").asText()).startsWith(error);
            assertThat(ann.call("heartbeat", "{}").path("code").asInt()).isEqualTo(200);
        }
    }

    @Test
    void a_chunk_of_another_length_or_offset_is_refused() {
        byte[] bytes = bytes(1_500);
        try (SessionClient ann = here().session()) {
            FileClient files = new FileClient(ann);
            String id = files.open("lengths", "a.bin", "", bytes).path("file").asText();
            assertThat(ann.reply(files.begin(id, 0, bytes(1_023))).path("error").asText())
                    .isEqualTo("bytes: expected 1024 of them in chunk 0, got 1023");
            assertThat(ann.reply(files.begin(id, 1, bytes(1_024))).path("error").asText())
                    .isEqualTo("bytes: expected 476 of them in chunk 1, got 1024");
            assertThat(ann.reply(files.begin(id, 2, bytes(1))).path("error").asText())
                    .isEqualTo("params.index: expected the number of a chunk, from 0 to 1");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "/rooms/http/files/x", "/rooms/http/files/AAAAAAAAAAAAAAAAAAAAAAAA",
            "/rooms/http/files/..%2F..%2Fx", "/rooms/http/file%73/x" })
    void a_file_that_there_is_not_is_404_over_http(String path) {
        HttpResponse<byte[]> got = FileClient.get("GET", here().http(path));
        assertThat(got.statusCode()).isEqualTo(404);
        assertThat(got.headers().firstValue("Content-Type")).contains("application/problem+json");
    }

    @Test
    void a_file_belongs_to_its_room_and_namespace_and_can_be_removed() {
        byte[] bytes = bytes(10);
        try (SessionClient ann = here().session(); SessionClient other = SessionClient.connect(here().ws("/ws?ns=/other"))) {
            JsonNode closed = new FileClient(ann).upload("mine", "a.bin", "", bytes);
            String id = closed.path("id").asText();
            assertThat(other.call("file.status", "{\"file\":\"" + id + "\"}").path("code").asInt()).isEqualTo(404);
            assertThat(FileClient.get("GET", here().http("/rooms/yours/files/" + id)).statusCode()).isEqualTo(404);
            assertThat(FileClient.get("GET", here().http("/rooms/mine/files/" + id + "?ns=/other")).statusCode())
                    .isEqualTo(404);
            assertThat(FileClient.get("POST", here().http("/rooms/mine/files/" + id)).statusCode()).isEqualTo(405);
            assertThat(FileClient.get("DELETE", elsewhere().http("/rooms/mine/files/" + id)).statusCode()).isEqualTo(204);
            assertThat(FileClient.get("GET", here().http("/rooms/mine/files/" + id)).statusCode()).isEqualTo(404);
        }
    }

    static byte[] bytes(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }
}
