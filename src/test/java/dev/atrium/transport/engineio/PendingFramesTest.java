package dev.atrium.transport.engineio;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which frames that wait for a poll are joined, and where they are in memory. */
class PendingFramesTest {

    private final PendingFrames frames = new PendingFrames();

    @AfterEach
    void clear() {
        frames.clear();
        assertThat(frames.isEmpty()).isTrue();
    }

    @Test
    void small_frames_are_joined_in_direct_memory() {
        ByteBuf shared = direct(10, 'b');
        frames.add(heap(10, 'a'));
        frames.add(shared.retainedDuplicate());
        assertThat(shared.refCnt()).as("copied").isOne();
        shared.release();
        ByteBuf joined = frames.poll();
        assertThat(joined.isDirect()).isTrue();
        assertThat(joined.toString(StandardCharsets.US_ASCII)).isEqualTo("a".repeat(10) + "b".repeat(10));
        joined.release();
        assertThat((Object) frames.poll()).isNull();
    }

    @Test
    void a_thousand_small_frames_are_a_few_buffers() {
        for (int i = 0; i < 1_000; i++) {
            frames.add(heap(100, 'x'));
        }
        int buffers = 0;
        int bytes = 0;
        for (ByteBuf next = frames.poll(); next != null; next = frames.poll()) {
            buffers++;
            bytes += next.readableBytes();
            next.release();
        }
        assertThat(bytes).isEqualTo(100_000);
        assertThat(buffers).isLessThan(10);
    }

    @Test
    void a_large_frame_that_others_receive_is_not_copied_and_keeps_its_place() {
        ByteBuf large = direct(5_000, 'b');
        frames.add(heap(1, 'a'));
        frames.add(large.retain());
        frames.add(heap(1, 'c'));
        assertThat(frames.peek().readableBytes()).isOne();
        frames.poll().release();
        assertThat(frames.poll()).isSameAs(large);
        large.release(2);
        ByteBuf last = frames.poll();
        assertThat(last.toString(StandardCharsets.US_ASCII)).isEqualTo("c");
        last.release();
    }

    @Test
    void a_large_frame_in_the_heap_is_moved_to_direct_memory() {
        ByteBuf large = heap(100_000, 'x');
        frames.add(large);
        assertThat(large.refCnt()).isZero();
        assertThat(frames.peek().isDirect()).isTrue();
        assertThat(frames.peek().readableBytes()).isEqualTo(100_000);
    }

    @Test
    void nothing_is_joined_to_a_frame_that_stands_apart() {
        ByteBuf end = heap(1, 'z');
        frames.addApart(end);
        frames.add(heap(1, 'a'));
        assertThat(frames.poll()).isSameAs(end);
        end.release();
    }

    @Test
    void what_has_been_taken_is_not_added_to() {
        frames.add(heap(1, 'a'));
        ByteBuf taken = frames.poll();
        frames.add(heap(1, 'b'));
        assertThat(taken.readableBytes()).isOne();
        taken.release();
        assertThat(frames.peek().readableBytes()).isOne();
    }

    private static ByteBuf heap(int size, char content) {
        return Unpooled.copiedBuffer(String.valueOf(content).repeat(size), StandardCharsets.US_ASCII);
    }

    private static ByteBuf direct(int size, char content) {
        return Unpooled.directBuffer(size).writeBytes(heap(size, content));
    }
}
