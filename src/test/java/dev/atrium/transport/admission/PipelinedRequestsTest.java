package dev.atrium.transport.admission;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.session.RequestMemory;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** When a pipelined request is passed on. */
class PipelinedRequestsTest {

    private static final int LARGE = 100_000;

    private final RequestMemory memory = new RequestMemory(100_000, System::nanoTime, () -> false);
    private final List<String> received = new ArrayList<>();
    private final EmbeddedChannel channel = new EmbeddedChannel(new Bytes(), new Guard(), new Application());
    private int answered;

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
    }

    /** In place of the codec: a response becomes its bytes, which only a flush writes. */
    private static final class Bytes extends ChannelDuplexHandler {
        @Override
        public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
            ByteBuf bytes = message instanceof DefaultFullHttpResponse response ? response.content() : Unpooled.EMPTY_BUFFER;
            context.write(bytes, promise);
        }
    }

    /** In place of {@link HttpGuard}. */
    private final class Guard extends ChannelInboundHandlerAdapter {
        private int requests;

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            PipelinedRequests.hold(context, requests++ > answered, memory);
            context.fireChannelRead(message);
        }
    }

    private final class Application extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            received.add(((HttpRequest) message).uri());
        }
    }

    private void request(String path) {
        channel.writeInbound(new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, path));
    }

    private void respond(HttpResponseStatus status, int bytes) {
        answered += status == HttpResponseStatus.CONTINUE ? 0 : 1;
        HttpResponse response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status,
                Unpooled.wrappedBuffer(new byte[bytes]));
        channel.write(response);
        channel.runPendingTasks();
    }

    private void respond(int bytes) {
        respond(HttpResponseStatus.OK, bytes);
    }

    private void clientReads() {
        channel.flush();
        channel.runPendingTasks();
    }

    private boolean isHolding() {
        return channel.pipeline().get(PipelinedRequests.class) != null;
    }

    @Test
    void requests_one_after_the_other_pass() {
        request("/a");
        respond(10);
        request("/b");
        assertThat(received).containsExactly("/a", "/b");
        assertThat(isHolding()).isFalse();
    }

    @Test
    void a_pipelined_request_waits_for_the_response_before_it() {
        request("/a");
        request("/b");
        request("/c");
        assertThat(received).containsExactly("/a");
        respond(10);
        assertThat(received).containsExactly("/a", "/b");
        respond(10);
        assertThat(received).containsExactly("/a", "/b", "/c");
        respond(10);
        assertThat(isHolding()).isFalse();
    }

    @Test
    void requests_that_wait_are_in_the_memory_of_all_requests() {
        memory.share(Runnable::run, () -> {
        }).hold(20_000);
        request("/a");
        for (int i = 0; i < 400 && channel.isOpen(); i++) {
            request("/b");
        }
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void what_has_waited_is_given_back() {
        request("/a");
        for (int i = 0; i < 100; i++) {
            request("/b");
        }
        for (int i = 0; i <= 100; i++) {
            respond(1);
            clientReads();
        }
        assertThat(received).hasSize(101);
        RequestMemory.Share all = memory.share(Runnable::run, () -> {
        });
        assertThat(all.tryHold(100_000)).isTrue();
    }

    @Test
    void an_interim_response_is_not_the_response() {
        request("/a");
        request("/b");
        respond(HttpResponseStatus.CONTINUE, 0);
        assertThat(received).containsExactly("/a");
    }

    @Test
    void a_request_waits_for_a_client_that_is_behind() {
        channel.config().setWriteBufferWaterMark(new WriteBufferWaterMark(LARGE / 4, LARGE / 2));
        request("/a");
        respond(LARGE);
        request("/b");
        assertThat(received).containsExactly("/a");
        clientReads();
        assertThat(received).containsExactly("/a", "/b");
    }

    @Test
    void the_server_does_not_read_while_requests_wait() {
        request("/a");
        request("/b");
        List<String> reads = new ArrayList<>();
        channel.pipeline().addFirst(new ChannelDuplexHandler() {
            @Override
            public void read(ChannelHandlerContext context) {
                reads.add("read");
            }
        });
        channel.read();
        assertThat(reads).isEmpty();
        respond(10);
        assertThat(reads).containsExactly("read");
    }

    @Test
    void what_waits_is_released_with_the_connection() {
        request("/a");
        DefaultFullHttpRequest waiting = new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, "/b",
                Unpooled.buffer().writeByte(1));
        channel.writeInbound(waiting);
        channel.close();
        channel.runPendingTasks();
        assertThat(waiting.refCnt()).isZero();
    }
}
