package dev.atrium.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.EventLoop;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Lookup of the event loop that a request is handled on. */
class RequestLoopTest {

    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @Test
    void on_each_event_loop_the_current_one_is_that_loop() {
        for (int i = 0; i < 3; i++) {
            CompletableFuture<Boolean> own = new CompletableFuture<>();
            vertx.runOnContext(ignored -> own.complete(RequestLoop.current().inEventLoop()));
            assertThat(own).succeedsWithin(Duration.ofSeconds(10)).isEqualTo(true);
        }
    }

    @Test
    void a_worker_thread_has_no_current_event_loop() {
        assertThatThrownBy(() -> vertx.<EventLoop> executeBlocking(RequestLoop::current).toCompletionStage()
                .toCompletableFuture().join())
                .hasRootCauseInstanceOf(IllegalStateException.class).hasRootCauseMessage("not on an event loop");
    }
}
