package dev.atrium.transport.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.atrium.session.RequestMemory;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which frames are decoded, and which are rejected by their header alone. */
class LimitedFrameDecoderTest {

    private static final int TEXT = 0x81;
    private static final int FIRST = 0x01;
    private static final int MORE = 0x00;
    private static final int LAST = 0x80;
    private static final int PING = 0x89;

    private static final RequestMemory MEMORY = new RequestMemory(1 << 20, System::nanoTime, () -> false);

    private final EmbeddedChannel channel = new EmbeddedChannel(
            new LimitedFrameDecoder(new SizeLimits(1_000, 2_000), false, MEMORY));

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
    }

    @ParameterizedTest
    @ValueSource(ints = { 0, 1, 125, 126, 999, 1_000 })
    void a_frame_up_to_the_limit_is_decoded(int size) {
        send(frame(TEXT, size));
        assertThat(received()).isEqualTo(size);
    }

    @ParameterizedTest
    @ValueSource(longs = { 1_001, 65_536, 1_000_000, Integer.MAX_VALUE, Long.MAX_VALUE })
    void a_larger_frame_is_rejected_by_its_header(long size) {
        assertThat(failure(header(TEXT, size))).isEqualTo(1009);
        channel.writeInbound(frame(TEXT, 1));
        assertThat(received()).as("after the error nothing is decoded").isEqualTo(-1);
    }

    @Test
    void a_message_up_to_the_limit_is_decoded_in_however_many_frames_with_pings_between_them() {
        send(frame(FIRST, 1_000));
        send(frame(PING, 100));
        send(frame(MORE, 999));
        send(frame(LAST, 1));
        send(frame(FIRST, 1_000));
        send(frame(LAST, 1_000));
        for (int size : new int[] { 1_000, 100, 999, 1, 1_000, 1_000 }) {
            assertThat(received()).isEqualTo(size);
        }
    }

    @Test
    void a_larger_message_is_rejected_by_the_header_of_the_frame_that_exceeds_the_limit() {
        send(frame(FIRST, 1_000));
        send(frame(MORE, 900));
        assertThat(failure(header(LAST, 101))).isEqualTo(1009);
    }

    @Test
    void a_header_may_come_byte_by_byte() {
        ByteBuf frame = frame(TEXT, 300);
        while (frame.isReadable()) {
            channel.writeInbound(frame.readRetainedSlice(1));
        }
        frame.release();
        assertThat(received()).isEqualTo(300);
    }

    @Test
    void frames_that_come_together_are_decoded_one_by_one() {
        channel.writeInbound(Unpooled.wrappedBuffer(frame(TEXT, 10), frame(FIRST, 20), frame(LAST, 30), frame(TEXT, 0)));
        for (int size : new int[] { 10, 20, 30, 0 }) {
            assertThat(received()).isEqualTo(size);
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({ "a length with its highest bit set, 82 ff 8000000000000000 00000000",
            "a length that is all ones,              82 ff ffffffffffffffff 00000000",
            "a compressed frame without compression, c1 81 00000000 61",
            "an unknown opcode,                      83 80 00000000",
            "a close frame of one byte,              88 81 00000000 03" })
    void what_breaks_the_rules_is_a_protocol_error(String what, String hex) {
        int code = failure(Unpooled.wrappedBuffer(HexFormat.of().parseHex(hex.replace(" ", ""))));
        // FrameGuard closes with 1002 for both.
        assertThat(code).isEqualTo(1002);
    }

    @ParameterizedTest
    @ValueSource(ints = { 0, 1, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65_535 })
    void a_close_code_that_may_not_be_sent_is_a_protocol_error(int code) {
        assertThat(failure(close(code))).isEqualTo(1002);
    }

    @ParameterizedTest
    @ValueSource(ints = { 1000, 1001, 1003, 1007, 1011, 1012, 1014, 3000, 3999, 4000, 4999 })
    void any_other_close_code_is_accepted(int code) {
        channel.writeInbound(close(code));
        CloseWebSocketFrame close = channel.readInbound();
        assertThat(close.statusCode()).isEqualTo(code);
        close.release();
    }

    @Test
    void a_compressed_message_may_be_as_large_as_incompressible_data_of_the_limit() {
        EmbeddedChannel compressed = new EmbeddedChannel(new LimitedFrameDecoder(SizeLimits.ofMessage(1_000), true, MEMORY));
        compressed.writeInbound(frame(0xC2, 1_005));
        WebSocketFrame frame = compressed.readInbound();
        assertThat(frame.rsv()).isEqualTo(4);
        frame.release();
        assertThat(catchThrowableOfType(CorruptedWebSocketFrameException.class,
                () -> compressed.writeInbound(header(0xC2, 1_200))).closeStatus().code()).isEqualTo(1009);
        compressed.finishAndReleaseAll();
    }

    @ParameterizedTest
    @CsvSource({ "a frame, 0x82, 30000, 20000", "fragments, 0x02, 20000, 30000" })
    void a_message_that_never_arrives_whole_makes_room_for_another_one(String what, String first, int length, int sent) {
        AtomicLong now = new AtomicLong();
        RequestMemory memory = new RequestMemory(30_000, now::get, () -> false);
        EmbeddedChannel stalled = large(memory);
        EmbeddedChannel other = large(memory);
        ByteBuf frame = frame(Integer.decode(first), length);
        stalled.writeInbound(frame.readRetainedSlice(Math.min(sent, frame.readableBytes())));
        frame.release();
        now.set(TimeUnit.SECONDS.toNanos(2));
        ByteBuf part = frame(0x82, 30_000);
        other.writeInbound(part.readRetainedSlice(20_000));
        assertThat(catchThrowableOfType(CorruptedWebSocketFrameException.class, () -> {
            stalled.runPendingTasks();
            stalled.checkException();
        }).closeStatus()).isEqualTo(WebSocketCloseStatus.TRY_AGAIN_LATER);
        other.writeInbound(part);
        WebSocketFrame whole = other.readInbound();
        assertThat(whole.content().readableBytes()).isEqualTo(30_000);
        whole.release();
        assertThat(memory.share(Runnable::run, () -> {
        }).tryHold(30_000)).as("a whole message is not counted").isTrue();
        stalled.finishAndReleaseAll();
        other.finishAndReleaseAll();
    }

    @Test
    void fragments_of_a_byte_count_as_the_memory_that_they_take() {
        RequestMemory memory = new RequestMemory(1 << 20, System::nanoTime, () -> false);
        EmbeddedChannel client = large(memory);
        client.writeInbound(frame(0x02, 1));
        for (int i = 0; i < 2_000; i++) {
            client.writeInbound(frame(0x00, 1));
            client.writeInbound(frame(PING, 0));
        }
        RequestMemory.Share other = memory.share(Runnable::run, () -> {
        });
        assertThat(other.tryHold((1 << 20) - 200_000)).isFalse();
        assertThat(other.tryHold((1 << 20) - 300_000)).as("Netty joins a thousand of them").isTrue();
        client.writeInbound(frame(0x80, 1));
        assertThat(other.tryHold((1 << 20) - 1)).as("a whole message is not counted").isTrue();
        client.finishAndReleaseAll();
    }

    @Test
    void fragments_for_which_there_is_no_room_are_given_up_in_the_same_turn() {
        RequestMemory memory = new RequestMemory(100_000, System::nanoTime, () -> false);
        EmbeddedChannel first = large(memory);
        EmbeddedChannel second = large(memory);
        first.writeInbound(fragments(300));
        assertThat(catchThrowableOfType(CorruptedWebSocketFrameException.class,
                () -> second.writeInbound(fragments(300))).closeStatus()).isEqualTo(WebSocketCloseStatus.TRY_AGAIN_LATER);
        assertThat(second.isActive()).as("until the closing handshake is over").isTrue();
        second.writeInbound(fragments(300));
        first.writeInbound(frame(0x80, 1));
        assertThat(first.inboundMessages()).hasSize(301);
        first.finishAndReleaseAll();
        second.finishAndReleaseAll();
    }

    private static ByteBuf fragments(int count) {
        ByteBuf all = Unpooled.buffer();
        for (int i = 0; i < count; i++) {
            ByteBuf frame = frame(i == 0 ? 0x02 : 0x00, 1);
            all.writeBytes(frame);
            frame.release();
        }
        return all;
    }

    @Test
    void while_memory_is_scarce_a_large_message_is_given_up_in_the_same_turn() {
        EmbeddedChannel client = large(new RequestMemory(1 << 20, System::nanoTime, () -> true));
        ByteBuf frame = frame(0x82, 30_000);
        client.writeInbound(frame.readRetainedSlice(10_000));
        assertThat(catchThrowableOfType(CorruptedWebSocketFrameException.class,
                () -> client.writeInbound(frame.readRetainedSlice(10_000))).closeStatus())
                .isEqualTo(WebSocketCloseStatus.TRY_AGAIN_LATER);
        client.writeInbound(frame);
        assertThat((Object) client.readInbound()).isNull();
        client.finishAndReleaseAll();
    }

    @Test
    void while_memory_is_scarce_small_messages_are_received_however_many() {
        EmbeddedChannel client = large(new RequestMemory(1 << 20, System::nanoTime, () -> true));
        ByteBuf many = Unpooled.buffer();
        for (int i = 0; i < 100; i++) {
            ByteBuf frame = frame(0x82, 1_000);
            many.writeBytes(frame);
            frame.release();
        }
        client.writeInbound(many);
        assertThat(client.inboundMessages()).hasSize(100);
        client.finishAndReleaseAll();
    }

    private static EmbeddedChannel large(RequestMemory memory) {
        return new EmbeddedChannel(new LimitedFrameDecoder(SizeLimits.ofMessage(60_000), false, memory));
    }

    private void send(ByteBuf bytes) {
        channel.writeInbound(bytes);
    }

    private int failure(ByteBuf bytes) {
        return catchThrowableOfType(CorruptedWebSocketFrameException.class, () -> channel.writeInbound(bytes)).closeStatus()
                .code();
    }

    /** Payload size of the next decoded frame; -1 if there is none. */
    private int received() {
        WebSocketFrame frame = channel.readInbound();
        if (frame == null) {
            return -1;
        }
        int size = frame.content().readableBytes();
        frame.release();
        return size;
    }

    private static ByteBuf close(int code) {
        return Unpooled.buffer().writeByte(0x88).writeByte(0x82).writeInt(0).writeShort(code);
    }

    private static ByteBuf frame(int first, int size) {
        return header(first, size).writeInt(0).writeZero(size);
    }

    private static ByteBuf header(int first, long size) {
        ByteBuf header = Unpooled.buffer().writeByte(first);
        if (size < 126) {
            return header.writeByte(0x80 | (int) size);
        }
        return size < 65_536 ? header.writeByte(0x80 | 126).writeShort((int) size)
                : header.writeByte(0x80 | 127).writeLong(size);
    }
}
