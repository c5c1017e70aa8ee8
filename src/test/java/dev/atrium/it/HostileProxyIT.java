package dev.atrium.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Test of the hostile proxy itself, on which other tests rely. */
class HostileProxyIT {

    private static final HttpClient HTTP = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static Replica replica;

    @BeforeAll
    static void start() {
        replica = Replica.start();
    }

    @AfterAll
    static void stop() {
        replica.close();
    }

    @Test
    void it_passes_what_it_is_not_told_to_spoil() throws IOException {
        try (HostileProxy proxy = new HostileProxy(replica.port()); RawSocket socket = echo(proxy)) {
            socket.text("hello");
            assertThat(socket.read().text()).isEqualTo("hello");
            socket.frame(0x88, (byte) 3, (byte) 0xE8);
            assertThat(socket.closeCode()).isEqualTo(1000);
            assertThat(socket.read()).isNull();
        }
    }

    @Test
    void cut_connections_end_and_new_ones_pass() throws IOException {
        try (HostileProxy proxy = new HostileProxy(replica.port()); RawSocket cut = echo(proxy)) {
            proxy.cut();
            assertThat(cut.closeCode()).isEqualTo(-1);
            try (RawSocket next = echo(proxy)) {
                assertThat(next.status()).isEqualTo(101);
            }
        }
    }

    @Test
    void refused_connections_end_at_once_until_it_is_healed_and_the_old_ones_stay() throws IOException {
        try (HostileProxy proxy = new HostileProxy(replica.port()); RawSocket old = echo(proxy)) {
            proxy.refuse();
            assertThatThrownBy(() -> echo(proxy)).isInstanceOf(IOException.class);
            old.text("still here");
            assertThat(old.read().text()).isEqualTo("still here");
            proxy.heal();
            try (RawSocket next = echo(proxy)) {
                assertThat(next.status()).isEqualTo(101);
            }
        }
    }

    @Test
    void swallowed_bytes_are_gone_for_good_and_their_connection_with_them() throws IOException {
        try (HostileProxy proxy = new HostileProxy(replica.port());
                RawSocket holed = echo(proxy);
                RawSocket idle = echo(proxy)) {
            proxy.swallow();
            holed.text("into the hole");
            holed.readTimeout(Duration.ofMillis(300));
            assertThatThrownBy(holed::read).isInstanceOf(SocketTimeoutException.class);
            proxy.heal();
            holed.readTimeout(Duration.ofSeconds(15));
            assertThat(holed.closeCode()).isEqualTo(-1);
            idle.text("whole");
            assertThat(idle.read().text()).isEqualTo("whole");
        }
    }

    @Test
    void whole_binary_messages_are_lost_and_nothing_else() throws IOException {
        LossyFrames all = new LossyFrames(1, 1);
        try (HostileProxy proxy = new HostileProxy(replica.port(), all); RawSocket socket = echo(proxy)) {
            socket.frame(0x82, bytes(1));
            socket.text("short");
            socket.frame(0x82, bytes(300));
            socket.text("x".repeat(300));
            socket.frame(0x82, bytes(70_000));
            socket.text("y".repeat(70_000));
            // One message in three frames, with a ping between them.
            socket.frame(0x02, bytes(3));
            socket.frame(0x89, (byte) 'p');
            socket.frame(0x00, bytes(3));
            socket.frame(0x80);
            for (byte b : RawSocket.masked(0x82, bytes(5))) {
                socket.write(b);
            }
            socket.frame(0x01, "frag".getBytes(StandardCharsets.UTF_8));
            socket.frame(0x80, "ments".getBytes(StandardCharsets.UTF_8));

            assertThat(socket.read().text()).isEqualTo("short");
            assertThat(socket.read().text()).isEqualTo("x".repeat(300));
            assertThat(socket.read().text()).isEqualTo("y".repeat(70_000));
            RawSocket.Frame pong = socket.read();
            assertThat(pong.opcode()).isEqualTo(10);
            assertThat(pong.text()).isEqualTo("p");
            assertThat(socket.read().text()).isEqualTo("fragments");
            assertThat(all.lost()).isEqualTo(5);
        }
    }

    @Test
    void a_seed_loses_the_same_share_each_time() throws IOException {
        List<Integer> first = survivors(new LossyFrames(0.3, 42));
        assertThat(first).hasSizeBetween(120, 160).isSorted().doesNotHaveDuplicates();
        assertThat(survivors(new LossyFrames(0.3, 42))).isEqualTo(first);
        assertThat(survivors(new LossyFrames(0, 42))).isEqualTo(IntStream.range(0, 200).boxed().toList());
    }

    @Test
    void requests_that_are_no_web_socket_pass_as_they_are() throws Exception {
        LossyFrames all = new LossyFrames(1, 1);
        try (HostileProxy proxy = new HostileProxy(replica.port(), all)) {
            HttpRequest request = HttpRequest.newBuilder(URI.create(proxy.http("/rooms/proxied")))
                    .POST(HttpRequest.BodyPublishers.ofByteArray(bytes(100_000))).build();
            for (int offset = 1; offset <= 2; offset++) {
                assertThat(HTTP.send(request, HttpResponse.BodyHandlers.ofString()).body()).contains("\"offset\":" + offset);
            }
            assertThat(all.lost()).isZero();
        }
    }

    private static List<Integer> survivors(LossyFrames losses) throws IOException {
        List<Integer> survivors = new ArrayList<>();
        try (HostileProxy proxy = new HostileProxy(replica.port(), losses); RawSocket socket = echo(proxy)) {
            for (int i = 0; i < 200; i++) {
                socket.frame(0x82, (byte) i);
            }
            socket.text("end");
            for (RawSocket.Frame frame = socket.read(); frame.opcode() == 2; frame = socket.read()) {
                survivors.add(frame.payload()[0] & 0xFF);
            }
        }
        assertThat(survivors).hasSize(200 - losses.lost());
        return survivors;
    }

    private static RawSocket echo(HostileProxy proxy) throws IOException {
        return RawSocket.connect(proxy.port(), "/echo");
    }

    private static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) i;
        }
        return bytes;
    }
}
