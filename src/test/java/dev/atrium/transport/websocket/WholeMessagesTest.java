package dev.atrium.transport.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.session.SendQueue;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Fragmented messages of an application: messages of a room never come between their fragments. */
class WholeMessagesTest {

    private final List<String> sent = new ArrayList<>();
    private final WholeMessages sendQueue = new WholeMessages(new SendQueue() {
        @Override
        public boolean offer(ByteBuf bytes) {
            sent.add(bytes.toString(StandardCharsets.UTF_8));
            bytes.release();
            return true;
        }

        @Override
        public long pendingBytes() {
            return 0;
        }
    }, 10);

    @Test
    void a_message_after_the_last_fragment_is_sent_at_once() {
        sendQueue.fragment(true);
        assertThat(sendQueue.offer(bytes("a"))).isTrue();
        assertThat(sent).containsExactly("a");
    }

    @Test
    void between_fragments_it_waits_for_the_last_one() {
        sendQueue.fragment(false);
        sendQueue.offer(bytes("a"));
        sendQueue.fragment(false);
        sendQueue.offer(bytes("b"));
        assertThat(sent).isEmpty();
        assertThat(sendQueue.pendingBytes()).isEqualTo(2);
        sendQueue.fragment(true);
        assertThat(sent).containsExactly("a", "b");
        assertThat(sendQueue.pendingBytes()).isZero();
    }

    @Test
    void waiting_fragments_are_bounded_and_released() {
        sendQueue.fragment(false);
        ByteBuf waits = bytes("1234567890");
        ByteBuf tooMuch = bytes("1");
        assertThat(sendQueue.offer(waits)).isTrue();
        assertThat(sendQueue.offer(tooMuch)).isFalse();
        assertThat(tooMuch.refCnt()).isZero();
        sendQueue.drop();
        assertThat(waits.refCnt()).isZero();
        assertThat(sendQueue.pendingBytes()).isZero();
    }

    private static ByteBuf bytes(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.UTF_8);
    }
}
