package dev.atrium.it.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.it.fixture.RawSocket;
import dev.atrium.it.fixture.Replica;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Limits of a message's size at each endpoint: in one frame or many, text or binary, compressed or not. */
class MessageSizeIT {

    private static final int MESSAGE = 4096;
    private static final int PAYLOAD = 2048;
    private static final int TEXT = 1;
    private static final int BINARY = 2;
    private static final int FIN = 0x80;
    private static final int COMPRESSED = 0x40;

    private static final String OFFER = "Sec-WebSocket-Extensions: permessage-deflate\r\n";

    private static Replica replica;

    /** An endpoint of the server. */
    private record Endpoint(String path, int limit) {

        boolean greets() {
            return path.startsWith("/ws") || path.startsWith("/socket.io");
        }

        @Override
        public String toString() {
            return path;
        }
    }

    private static final List<Endpoint> ENDPOINTS = List.of(new Endpoint("/echo", MESSAGE), new Endpoint("/ws", MESSAGE),
            new Endpoint("/rooms/sizes", MESSAGE), new Endpoint("/socket.io/?EIO=4&transport=websocket", PAYLOAD));

    @BeforeAll
    static void start() {
        // The largest frame is larger than the largest message, so each limit is that of messages.
        replica = Replica.start(Map.of("atrium.websocket.max-message-size", "4K", "atrium.engineio.max-payload", "2K",
                "atrium.websocket.compression", "true"));
    }

    @AfterAll
    static void stop() {
        replica.close();
    }

    static Stream<Arguments> kinds() {
        return ENDPOINTS.stream().flatMap(endpoint -> Stream.of(TEXT, BINARY).map(opcode -> Arguments.of(endpoint, opcode)));
    }

    @ParameterizedTest(name = "{0}, opcode {1}")
    @MethodSource("kinds")
    void a_frame_over_the_limit_is_closed_with_1009_before_its_bytes_have_come(Endpoint endpoint, int opcode)
            throws IOException {
        for (int size : new int[] { endpoint.limit + 1, 1_000_000 }) {
            try (RawSocket socket = connect(endpoint, "")) {
                socket.write(Arrays.copyOf(RawSocket.masked(FIN | opcode, new byte[size]), size < 65_536 ? 8 : 14));
                assertThat(socket.closeCode()).as("%s bytes", size).isEqualTo(1009);
            }
        }
    }

    @ParameterizedTest(name = "{0}, opcode {1}")
    @MethodSource("kinds")
    void a_whole_frame_over_the_limit_is_closed_with_1009(Endpoint endpoint, int opcode) throws IOException {
        try (RawSocket socket = connect(endpoint, "")) {
            socket.frame(FIN | opcode, filled(1_000_000));
            assertThat(socket.closeCode()).isEqualTo(1009);
        }
    }

    @ParameterizedTest(name = "{0}, opcode {1}")
    @MethodSource("kinds")
    void fragments_that_exceed_the_limit_together_are_closed_with_1009(Endpoint endpoint, int opcode) throws IOException {
        try (RawSocket socket = connect(endpoint, "")) {
            socket.frame(opcode, filled(endpoint.limit - 8));
            for (int i = 0; i < 8; i++) {
                socket.frame(0, (byte) 'x');
            }
            socket.frame(0x89, (byte) 'p');
            assertThat(next(socket, 0xA).text()).as("up to the limit the connection stays").isEqualTo("p");
            socket.frame(FIN, (byte) 'x');
            assertThat(socket.closeCode()).isEqualTo(1009);
        }
    }

    @ParameterizedTest(name = "{0}, opcode {1}")
    @MethodSource("kinds")
    void a_message_up_to_the_limit_is_accepted_in_one_frame_and_in_many(Endpoint endpoint, int opcode) throws IOException {
        for (int size : new int[] { endpoint.limit - 1, endpoint.limit }) {
            for (boolean fragmented : new boolean[] { false, true }) {
                try (RawSocket socket = connect(endpoint, "")) {
                    byte[] message = message(endpoint, opcode, size);
                    if (fragmented) {
                        socket.frame(opcode, Arrays.copyOf(message, 1000));
                        socket.frame(0, Arrays.copyOfRange(message, 1000, size - 1));
                        socket.frame(FIN, message[size - 1]);
                    } else {
                        socket.frame(FIN | opcode, message);
                    }
                    assertAccepted(endpoint, socket, opcode, message);
                }
            }
        }
    }

    @ParameterizedTest(name = "{0}, opcode {1}")
    @MethodSource("kinds")
    void a_compressed_message_counts_as_what_it_inflates_to(Endpoint endpoint, int opcode) throws IOException {
        for (boolean random : opcode == TEXT ? new boolean[] { false } : new boolean[] { false, true }) {
            for (int more : new int[] { -1, 0, 1, 1_000_000 }) {
                byte[] message = message(endpoint, opcode, endpoint.limit + more);
                if (random) {
                    // Grows a little when it is compressed.
                    new Random(1).nextBytes(message);
                }
                try (RawSocket socket = connect(endpoint, OFFER)) {
                    socket.frame(FIN | COMPRESSED | opcode, deflated(message));
                    if (more > 0) {
                        assertThat(socket.closeCode()).as("%s more, random %s", more, random).isEqualTo(1009);
                    } else {
                        assertAccepted(endpoint, socket, opcode, null);
                    }
                }
            }
        }
    }

    @Test
    void compressed_fragments_count_together_also_those_that_inflate_to_nothing() throws IOException {
        for (int more : new int[] { 0, 1 }) {
            for (int first : new int[] { 0, 1, 5 }) {
                byte[] deflated = deflated(filled(MESSAGE + more));
                try (RawSocket socket = connect(ENDPOINTS.get(0), OFFER)) {
                    socket.frame(COMPRESSED | TEXT, Arrays.copyOf(deflated, first));
                    socket.frame(0);
                    socket.frame(FIN, Arrays.copyOfRange(deflated, first, deflated.length));
                    if (more == 0) {
                        assertThat(next(socket, TEXT).compressed()).isTrue();
                    } else {
                        assertThat(socket.closeCode()).isEqualTo(1009);
                    }
                }
            }
        }
    }

    @Test
    void a_compressed_frame_on_a_connection_without_compression_is_a_protocol_error() throws IOException {
        try (RawSocket socket = connect(ENDPOINTS.get(0), "")) {
            socket.frame(FIN | COMPRESSED | TEXT, deflated(filled(10)));
            assertThat(socket.closeCode()).isEqualTo(1002);
        }
    }

    @Test
    void a_client_that_goes_on_sending_receives_the_close_code_and_the_end_all_the_same() throws IOException {
        try (RawSocket socket = connect(ENDPOINTS.get(0), "")) {
            byte[] frame = RawSocket.masked(FIN | BINARY, new byte[8_000_000]);
            for (int from = 0; from < frame.length; from += 1_000_000) {
                socket.write(Arrays.copyOfRange(frame, from, Math.min(frame.length, from + 1_000_000)));
            }
            assertThat(socket.closeCode()).isEqualTo(1009);
            assertThat(socket.read()).isNull();
        }
        assertThat(replica.log()).doesNotContain("ERROR").doesNotContain("Exception");
    }

    private static RawSocket connect(Endpoint endpoint, String headers) throws IOException {
        RawSocket socket = RawSocket.connect(replica.port(), endpoint.path, headers);
        assertThat(socket.status()).isEqualTo(101);
        if (endpoint.greets()) {
            assertThat(socket.read().opcode()).isEqualTo(TEXT);
        }
        return socket;
    }

    /** A message that the endpoint's protocol accepts. */
    private static byte[] message(Endpoint endpoint, int opcode, int size) {
        byte[] message = filled(size);
        if (endpoint.path.startsWith("/socket.io") && opcode == TEXT) {
            // A packet of Engine.IO that its protocol ignores.
            message[0] = '6';
        }
        return message;
    }

    /** The message has passed: it comes back, or what follows it is answered and not closed with 1009. */
    private static void assertAccepted(Endpoint endpoint, RawSocket socket, int opcode, byte[] message) throws IOException {
        if (endpoint.path.startsWith("/echo") || endpoint.path.startsWith("/rooms")) {
            RawSocket.Frame back = next(socket, opcode);
            if (message != null) {
                assertThat(back.payload()).isEqualTo(message);
            }
        } else if (endpoint.path.startsWith("/ws")) {
            RawSocket.Frame error = next(socket, TEXT);
            assertThat(error.compressed() || error.text().contains("\"code\":400")).isTrue();
        } else {
            // Engine.IO ends connections with malformed packets, with a close frame without a code.
            socket.frame(0x89, (byte) 'p');
            RawSocket.Frame end = socket.read();
            assertThat(end.opcode()).isIn(8, 0xA);
            assertThat(end.closeCode()).isEqualTo(-1);
        }
    }

    private static RawSocket.Frame next(RawSocket socket, int opcode) throws IOException {
        RawSocket.Frame frame = socket.read();
        assertThat(frame).as("the connection is open").isNotNull();
        assertThat(frame.opcode()).as("close code %s", frame.closeCode()).isEqualTo(opcode);
        return frame;
    }

    private static byte[] filled(int size) {
        byte[] bytes = new byte[size];
        Arrays.fill(bytes, (byte) 'x');
        return bytes;
    }

    /** RFC 7692 section 7.2.1: without the four bytes at its end. */
    private static byte[] deflated(byte[] message) {
        Deflater deflater = new Deflater(6, true);
        deflater.setInput(message);
        byte[] deflated = new byte[message.length + 1_000];
        int length = deflater.deflate(deflated, 0, deflated.length, Deflater.SYNC_FLUSH);
        deflater.end();
        return Arrays.copyOf(deflated, length - 4);
    }
}
