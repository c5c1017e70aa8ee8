package dev.atrium.transport.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.session.SendQueue;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a room says never comes between the fragments of a message of the application's. */
class WholeMessagesTest {

    private final List<String> sent = new ArrayList<>();
    private final WholeMessages outbox = new WholeMessages(new SendQueue() {
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
    void between_messages_it_goes_out_at_once() {
        outbox.fragment(true);
        assertThat(outbox.offer(bytes("a"))).isTrue();
        assertThat(sent).containsExactly("a");
    }

    @Test
    void between_fragments_it_waits_for_the_last_one() {
        outbox.fragment(false);
        outbox.offer(bytes("a"));
        outbox.fragment(false);
        outbox.offer(bytes("b"));
        assertThat(sent).isEmpty();
        assertThat(outbox.pendingBytes()).isEqualTo(2);
        outbox.fragment(true);
        assertThat(sent).containsExactly("a", "b");
        assertThat(outbox.pendingBytes()).isZero();
    }

    @Test
    void what_waits_is_bounded_and_released() {
        outbox.fragment(false);
        ByteBuf waits = bytes("1234567890");
        ByteBuf tooMuch = bytes("1");
        assertThat(outbox.offer(waits)).isTrue();
        assertThat(outbox.offer(tooMuch)).isFalse();
        assertThat(tooMuch.refCnt()).isZero();
        outbox.drop();
        assertThat(waits.refCnt()).isZero();
        assertThat(outbox.pendingBytes()).isZero();
    }

    private static ByteBuf bytes(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.UTF_8);
    }
}
