package dev.atrium.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.room.DeliveryLoop;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Flushes, and the limit of pending bytes. */
class ChannelSendQueueTest {

    private static final int LIMIT = 10_000;

    private final Kernel channel = new Kernel();
    private final Deque<Runnable> tasks = new ArrayDeque<>();
    private final ChannelSendQueue queue = new ChannelSendQueue(channel.pipeline().firstContext(),
            new DeliveryLoop(tasks::add, () -> true, () -> false), LIMIT);

    /** Accepts bytes, unless it is full. */
    private static final class Kernel extends EmbeddedChannel {

        private boolean full;
        private int calls;

        Kernel() {
            super(new ChannelInboundHandlerAdapter());
        }

        @Override
        protected void doWrite(ChannelOutboundBuffer waiting) throws Exception {
            calls++;
            if (!full) {
                super.doWrite(waiting);
            }
        }
    }

    @AfterEach
    void close() {
        channel.full = false;
        channel.flush();
        channel.finishAndReleaseAll();
    }

    private void turn() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
    }

    private static ByteBuf bytes(int size) {
        return Unpooled.buffer(size).writeZero(size);
    }

    private int flushedBytes() {
        int size = 0;
        for (ByteBuf next = channel.readOutbound(); next != null; next = channel.readOutbound()) {
            size += next.readableBytes();
            next.release();
        }
        return size;
    }

    @Test
    void writes_of_one_turn_are_flushed_once_at_its_end() {
        for (int i = 0; i < 5; i++) {
            assertThat(queue.offer(bytes(100))).isTrue();
        }
        assertThat(flushedBytes()).isZero();
        assertThat(queue.pendingBytes()).isGreaterThanOrEqualTo(500);
        assertThat(tasks).hasSize(1);
        turn();
        assertThat(channel.calls).isOne();
        assertThat(flushedBytes()).isEqualTo(500);
        assertThat(queue.pendingBytes()).isZero();
    }

    @Test
    void each_turn_has_a_flush_of_its_own() {
        queue.offer(bytes(100));
        turn();
        queue.offer(bytes(100));
        assertThat(tasks).hasSize(1);
        turn();
        assertThat(channel.calls).isEqualTo(2);
        assertThat(flushedBytes()).isEqualTo(200);
    }

    @Test
    void a_client_is_not_slow_while_the_kernel_accepts_bytes() {
        for (int i = 0; i < 50; i++) {
            assertThat(queue.offer(bytes(LIMIT / 10))).isTrue();
        }
        turn();
        assertThat(flushedBytes()).isEqualTo(5 * LIMIT);
    }

    @Test
    void bytes_over_the_limit_are_rejected_and_released() {
        channel.full = true;
        assertThat(queue.offer(bytes(LIMIT / 2))).isTrue();
        turn();
        ByteBuf more = bytes(LIMIT / 2);
        assertThat(queue.offer(more)).isFalse();
        assertThat(more.refCnt()).isZero();
        assertThat(queue.offer(bytes(LIMIT / 4))).isTrue();
        channel.full = false;
        turn();
        assertThat(flushedBytes()).isEqualTo(LIMIT / 2 + LIMIT / 4);
        assertThat(queue.offer(bytes(LIMIT / 2))).isTrue();
    }

    @Test
    void pending_bytes_may_reach_the_limit() {
        channel.full = true;
        queue.offer(bytes(1000));
        long pending = queue.pendingBytes();
        assertThat(queue.offer(bytes((int) (LIMIT - pending + 1)))).isFalse();
        assertThat(queue.offer(bytes((int) (LIMIT - pending)))).isTrue();
    }

    @Test
    void a_message_over_the_limit_is_accepted_when_nothing_is_pending() {
        channel.full = true;
        assertThat(queue.offer(bytes(2 * LIMIT))).isTrue();
        assertThat(queue.offer(bytes(1))).isFalse();
    }

    @Test
    void a_closed_connection_has_no_pending_bytes_and_releases_new_ones() {
        channel.close();
        ByteBuf late = bytes(10);
        queue.offer(late);
        turn();
        assertThat(queue.pendingBytes()).isZero();
        assertThat(late.refCnt()).isZero();
    }
}
