package dev.atrium.it.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.it.fixture.RawSocket;
import dev.atrium.it.fixture.Replica;
import dev.atrium.it.fixture.SocketClient;
import java.util.Arrays;
import java.util.Map;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** permessage-deflate (RFC 7692), if the setting enables it. */
class CompressionIT {

    private static final String OFFER = "Sec-WebSocket-Extensions: permessage-deflate\r\n";

    private static Replica replica;

    @BeforeAll
    static void start() {
        replica = Replica.start(Map.of("atrium.websocket.compression", "true"));
    }

    @AfterAll
    static void stop() {
        replica.close();
    }

    @Test
    void a_client_that_offers_it_gets_its_echo_compressed() throws Exception {
        try (RawSocket socket = RawSocket.connect(replica.port(), "/echo", OFFER)) {
            assertThat(socket.response().toLowerCase()).contains("sec-websocket-extensions: permessage-deflate");
            socket.text("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
            RawSocket.Frame echo = socket.read();
            assertThat(echo.compressed()).isTrue();
            assertThat(inflate(echo.payload())).isEqualTo("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
        }
    }

    @ParameterizedTest
    @CsvSource(value = { ";, false", "permessage-deflate; client_max_window_bits=x, false", "x-other|permessage-deflate, true",
            ";|permessage-deflate; client_max_window_bits=x|permessage-deflate, true" })
    void an_offer_that_is_malformed_is_ignored(String lines, boolean compressed) throws Exception {
        String offers = "Sec-WebSocket-Extensions: " + lines.replace("|", "\r\nSec-WebSocket-Extensions: ") + "\r\n";
        try (RawSocket socket = RawSocket.connect(replica.port(), "/echo", offers)) {
            assertThat(socket.status()).isEqualTo(101);
            assertThat(socket.header("Sec-WebSocket-Extensions")).isEqualTo(compressed ? "permessage-deflate" : null);
        }
    }

    @Test
    void members_of_one_room_get_the_same_messages_compressed_and_not() throws Exception {
        try (RawSocket compressed = RawSocket.connect(replica.port(), "/rooms/both", OFFER);
                SocketClient bare = replica.plain("/rooms/both")) {
            SocketClient.await().until(() -> replica.metric("atrium_memberships") == 2);
            bare.text("to both of us, to both of us, to both of us");
            bare.await(1);
            RawSocket.Frame frame = compressed.read();
            assertThat(frame.compressed()).isTrue();
            assertThat(inflate(frame.payload())).isEqualTo(bare.received().get(0));
        }
    }

    @Test
    void a_small_frame_that_inflates_to_a_huge_one_is_refused() throws Exception {
        Deflater deflater = new Deflater(9, true);
        deflater.setInput(new byte[64 << 20]);
        byte[] bomb = new byte[1 << 20];
        int length = deflater.deflate(bomb, 0, bomb.length, Deflater.SYNC_FLUSH);
        deflater.end();
        try (RawSocket socket = RawSocket.connect(replica.port(), "/echo", OFFER)) {
            socket.frame(0x80 | 0x40 | 0x02, Arrays.copyOf(bomb, length - 4));
            assertThat(socket.closeCode()).isEqualTo(1009);
        }
        assertThat(replica.log()).doesNotContain("Exception");
    }

    private static String inflate(byte[] deflated) throws DataFormatException {
        // RFC 7692, section 7.2.2: the sender removes these four bytes.
        byte[] whole = Arrays.copyOf(deflated, deflated.length + 4);
        whole[deflated.length + 2] = (byte) 0xFF;
        whole[deflated.length + 3] = (byte) 0xFF;
        Inflater inflater = new Inflater(true);
        inflater.setInput(whole);
        byte[] text = new byte[1000];
        int length = inflater.inflate(text);
        inflater.end();
        return new String(text, 0, length);
    }
}
