package dev.atrium.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.atrium.room.DeliveryLoop;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.epoll.EpollSocketChannel;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is written to a socket of epoll at once, and what waits, in which order it arrives. */
class DirectWriteTest {

    private static final int LIMIT = 64 << 20;

    private static final class Closing extends ChannelInboundHandlerAdapter {

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }

    private final Queue<Runnable> tasks = new ArrayDeque<>();
    private final DeliveryLoop loop = new DeliveryLoop(tasks::add, () -> true, () -> false);
    private EpollEventLoopGroup group;
    private Channel channel;
    private Socket peer;
    private ChannelSendQueue queue;

    @BeforeEach
    void connect() throws Exception {
        assumeTrue(Epoll.isAvailable(), "epoll is there on Linux only");
        group = new EpollEventLoopGroup(1);
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            channel = new Bootstrap().group(group).channel(EpollSocketChannel.class)
                    .handler(new Closing()).connect(server.getLocalSocketAddress()).sync().channel();
            peer = server.accept();
        }
        peer.setSoTimeout(5_000);
        queue = new ChannelSendQueue(channel.pipeline().firstContext(), loop, LIMIT);
    }

    @AfterEach
    void close() throws Exception {
        if (group != null) {
            peer.close();
            group.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
        }
    }

    private <T> T onLoop(Callable<T> call) throws Exception {
        return group.next().submit(call).get(5, TimeUnit.SECONDS);
    }

    private static ByteBuf buffer(byte[] bytes) {
        return PooledByteBufAllocator.DEFAULT.directBuffer(bytes.length).writeBytes(bytes);
    }

    /** Delivers texts in one turn of the loop, and keeps its flushes waiting. */
    private void deliver(String... texts) throws Exception {
        onLoop(() -> {
            for (String text : texts) {
                shared(buffer(text.getBytes(StandardCharsets.US_ASCII)));
            }
            return null;
        });
    }

    private void shared(ByteBuf bytes) {
        assertThat(queue.offerShared(bytes)).isTrue();
        assertThat(bytes.readerIndex()).as("for the next member").isZero();
        bytes.release();
    }

    private void turn() throws Exception {
        onLoop(() -> {
            for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
                task.run();
            }
            return null;
        });
    }

    private String received(int size) throws Exception {
        return new String(peer.getInputStream().readNBytes(size), StandardCharsets.US_ASCII);
    }

    @Test
    void the_first_delivery_of_a_turn_leaves_at_once_and_the_others_in_one_flush() throws Exception {
        deliver("a", "b", "c");
        assertThat(received(1)).isEqualTo("a");
        assertThat(onLoop(queue::pendingBytes)).as("that wait").isGreaterThanOrEqualTo(2);
        assertThat(tasks).hasSize(1);
        turn();
        assertThat(received(2)).isEqualTo("bc");
        assertThat(onLoop(queue::pendingBytes)).isZero();
    }

    @Test
    void each_turn_has_a_first_delivery() throws Exception {
        deliver("a");
        assertThat(received(1)).isEqualTo("a");
        loop.flushLater(() -> {
        });
        turn();
        deliver("b");
        assertThat(received(1)).isEqualTo("b");
        assertThat(onLoop(queue::pendingBytes)).isZero();
    }

    @Test
    void a_delivery_does_not_overtake_a_reply_that_waits_for_the_flush() throws Exception {
        onLoop(() -> queue.offer(buffer("reply".getBytes(StandardCharsets.US_ASCII))));
        deliver("delivery");
        turn();
        assertThat(received(13)).isEqualTo("replydelivery");
    }

    @Test
    void a_delivery_does_not_overtake_what_the_framework_has_not_flushed() throws Exception {
        onLoop(() -> channel.write(buffer("pong".getBytes(StandardCharsets.US_ASCII))));
        deliver("delivery");
        turn();
        assertThat(received(12)).isEqualTo("pongdelivery");
    }

    @Test
    void what_the_kernel_does_not_accept_waits_and_arrives_in_order() throws Exception {
        byte[] large = new byte[16 << 20];
        for (int i = 0; i < large.length; i++) {
            large[i] = (byte) (i * 31 >> 3);
        }
        onLoop(() -> {
            shared(buffer(large));
            return null;
        });
        assertThat(onLoop(queue::pendingBytes)).isBetween(1L, (long) large.length - 1);
        deliver("end");
        turn();
        assertThat(peer.getInputStream().readNBytes(large.length)).isEqualTo(large);
        assertThat(received(3)).isEqualTo("end");
    }

    @Test
    void a_handler_that_changes_what_is_written_is_not_passed_by() throws Exception {
        channel.pipeline().addFirst(new ChannelOutboundHandlerAdapter() {
            @Override
            public void write(ChannelHandlerContext ctx, Object message,
                    ChannelPromise promise) {
                byte[] plain = ByteBufUtil.getBytes((ByteBuf) message);
                ((ByteBuf) message).release();
                ctx.write(buffer(new String(plain, StandardCharsets.US_ASCII).toUpperCase()
                        .getBytes(StandardCharsets.US_ASCII)), promise);
            }
        });
        deliver("a");
        turn();
        assertThat(received(1)).isEqualTo("A");
    }

    @Test
    void nothing_is_written_for_a_closed_connection() throws Exception {
        channel.close().sync();
        ByteBuf late = buffer(new byte[10]);
        onLoop(() -> queue.offerShared(late));
        turn();
        assertThat(late.refCnt()).isOne();
        late.release();
        assertThat(peer.getInputStream().read()).isEqualTo(-1);
    }

    @Test
    void a_broken_connection_is_closed_and_releases_the_delivery() throws Exception {
        peer.setSoLinger(true, 0);
        peer.close();
        for (int i = 0; i < 2; i++) {
            deliver("a");
            turn();
        }
        channel.closeFuture().await(5_000);
        assertThat(channel.isOpen()).isFalse();
    }
}
