package dev.atrium.transport.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.session.CloseReason;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Frame guard: which frames pass, when, and which connections are closed. */
class FrameGuardTest {

    private static final int MAX_MESSAGE = 100_000;

    private final FrameGuard guard = new FrameGuard(MAX_MESSAGE);
    private final EmbeddedChannel channel = new EmbeddedChannel(guard);
    private final Reports reports = new Reports();

    private static final class Reports implements FrameGuard.Receiver, SocketListener {

        private final List<Integer> lent = new ArrayList<>();
        private final List<CloseReason> failures = new ArrayList<>();
        private boolean readingPaused;
        private boolean takesPong = true;
        private int received;
        private int disconnected;

        @Override
        public void bytesReceived() {
            received++;
        }

        @Override
        public void readingPaused(boolean now) {
            readingPaused = now;
        }

        @Override
        public boolean takesPong() {
            return takesPong;
        }

        @Override
        public void lent(ByteBuf bytes) {
            lent.add(bytes.readableBytes());
        }

        @Override
        public void text(String text) {
            lent.add(text.length());
        }

        @Override
        public void binary(ByteBuf bytes) {
            throw new AssertionError("the connection's");
        }

        @Override
        public void fail(CloseReason reason) {
            failures.add(reason);
        }

        @Override
        public void closed(CloseReason reason) {
            throw new AssertionError("the connection's");
        }

        @Override
        public void disconnected() {
            disconnected++;
        }
    }

    @BeforeEach
    void listen() {
        guard.listener(reports, reports);
    }

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
    }

    @Test
    void frames_that_come_before_the_endpoint_listens_wait_and_keep_their_order() {
        send(text("a"), text("b"));
        assertThat(passed()).isEmpty();
        guard.release();
        send(text("c"));
        assertThat(passed()).containsExactly("a", "b", "c");
    }

    @Test
    void in_a_turn_only_so_many_frames_of_one_client_pass() {
        guard.release();
        for (int i = 0; i < 200; i++) {
            channel.pipeline().fireChannelRead(text("" + i));
        }
        assertThat(passed()).hasSize(64);
        channel.runPendingTasks();
        assertThat(passed()).hasSize(136);
    }

    @Test
    void a_frame_passes_while_the_connection_is_not_suspended_and_no_other() {
        guard.release();
        guard.hold();
        guard.hold();
        send(text("later"));
        guard.release();
        assertThat(passed()).isEmpty();
        guard.release();
        assertThat(passed()).containsExactly("later");
    }

    @Test
    void a_ping_is_answered_while_messages_wait_and_after_those_before_it() {
        guard.release();
        channel.pipeline().fireChannelRead(text("first"));
        channel.pipeline().fireChannelRead(new PingWebSocketFrame());
        assertThat(passed()).containsExactly("first");
        channel.runPendingTasks();
        assertThat(passed()).containsExactly("PingWebSocketFrame");
        guard.hold();
        send(text("waits"), new PingWebSocketFrame());
        assertThat(passed()).containsExactly("PingWebSocketFrame");
    }

    @Test
    void a_client_that_reads_none_of_its_pongs_gets_no_more() {
        guard.release();
        reports.takesPong = false;
        send(new PingWebSocketFrame());
        assertThat(passed()).isEmpty();
    }

    @Test
    void a_close_frame_waits_for_the_tasks_of_the_messages_before_it() {
        guard.release();
        channel.pipeline().fireChannelRead(text("last words"));
        channel.pipeline().fireChannelRead(new CloseWebSocketFrame(1000, "bye"));
        assertThat(passed()).containsExactly("last words");
        channel.runPendingTasks();
        assertThat(passed()).containsExactly("CloseWebSocketFrame");
        assertThat(guard.isOpen()).isFalse();
        assertThat(guard.goodbye()).isEqualTo(CloseReason.NORMAL);
    }

    @Test
    void a_client_that_closes_with_an_error_code_means_to_reconnect() {
        guard.release();
        send(new CloseWebSocketFrame(4000, "watchdog"));
        assertThat(guard.goodbye()).isEqualTo(CloseReason.CONNECTION_LOST);
    }

    @Test
    void a_client_that_closes_and_does_not_read_is_cut() {
        channel.freezeTime();
        guard.release();
        send(new CloseWebSocketFrame(1000, ""));
        channel.advanceTimeBy(2_999, TimeUnit.MILLISECONDS);
        channel.runScheduledPendingTasks();
        assertThat(channel.isOpen()).isTrue();
        channel.advanceTimeBy(2, TimeUnit.MILLISECONDS);
        channel.runScheduledPendingTasks();
        assertThat(channel.isOpen()).isFalse();
        channel.runPendingTasks();
        assertThat(reports.disconnected).isOne();
    }

    @Test
    void a_message_may_be_as_large_as_the_limit_and_no_larger_also_in_one_frame() {
        guard.release();
        send(new TextWebSocketFrame(Unpooled.buffer().writeZero(MAX_MESSAGE)));
        assertThat(reports.failures).isEmpty();
        send(new TextWebSocketFrame(Unpooled.buffer().writeZero(MAX_MESSAGE + 1)));
        assertThat(reports.failures).containsExactly(CloseReason.TOO_BIG);
        assertThat(reports.lent).containsExactly(MAX_MESSAGE);
    }

    @Test
    void large_messages_bypass_the_framework_and_small_ones_pass() {
        guard.release();
        send(new BinaryWebSocketFrame(Unpooled.buffer().writeZero(16 * 1024)),
                new BinaryWebSocketFrame(Unpooled.buffer().writeZero(16 * 1024 - 1)),
                new TextWebSocketFrame(Unpooled.buffer().writeZero(16 * 1024 + 1)), text("small"));
        assertThat(reports.lent).containsExactly(16 * 1024, 16 * 1024 + 1);
        assertThat(passed()).containsExactly("BinaryWebSocketFrame", "small");
    }

    @Test
    void reading_stops_when_enough_messages_wait_and_resumes_when_they_have_passed() {
        send(new TextWebSocketFrame(Unpooled.buffer().writeZero(64 * 1024)));
        assertThat(channel.config().isAutoRead()).isFalse();
        assertThat(reports.readingPaused).isTrue();
        guard.release();
        assertThat(channel.config().isAutoRead()).isTrue();
        assertThat(reports.readingPaused).isFalse();
    }

    @Test
    void the_queue_of_waiting_frames_is_bounded() {
        for (int i = 0; i < 4; i++) {
            send(new TextWebSocketFrame(Unpooled.buffer().writeZero(MAX_MESSAGE)));
        }
        assertThat(reports.failures).containsExactly(CloseReason.TOO_MANY_MESSAGES);
    }

    @Test
    void once_the_server_closes_nothing_passes_and_the_answer_ends_the_connection() {
        guard.release();
        assertThat(guard.beginToClose()).isTrue();
        assertThat(guard.beginToClose()).isFalse();
        send(text("too late"));
        assertThat(passed()).isEmpty();
        assertThat(channel.isOpen()).isTrue();
        send(new CloseWebSocketFrame(1000, ""));
        assertThat(channel.isOpen()).isFalse();
    }

    private void send(WebSocketFrame... frames) {
        for (WebSocketFrame frame : frames) {
            channel.pipeline().fireChannelRead(frame);
        }
        channel.pipeline().fireChannelReadComplete();
        channel.runPendingTasks();
    }

    private static WebSocketFrame text(String text) {
        return new TextWebSocketFrame(text);
    }

    /** Frames that passed: texts as they are, other frames by their kind. */
    private List<String> passed() {
        List<String> passed = new ArrayList<>();
        for (Object frame = channel.readInbound(); frame != null; frame = channel.readInbound()) {
            passed.add(frame instanceof TextWebSocketFrame text ? text.text() : frame.getClass().getSimpleName());
            ReferenceCountUtil.release(frame);
        }
        return passed;
    }
}
