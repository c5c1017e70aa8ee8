package dev.atrium.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.EventLoop;
import io.netty.channel.nio.NioEventLoopGroup;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** In which order large replies are made, and what runs between them. */
class ReplyTurnsTest {

    private final NioEventLoopGroup group = new NioEventLoopGroup(1);
    private final EventLoop eventLoop = group.next();
    private final ReplyTurns turns = new ReplyTurns(eventLoop);
    private final List<String> log = Collections.synchronizedList(new ArrayList<>());

    @AfterEach
    void stop() {
        group.shutdownGracefully(0, 0, TimeUnit.SECONDS);
    }

    /** Waits for a turn that comes after all that wait. */
    private void finish() {
        turns.next().await().atMost(Duration.ofSeconds(5));
    }

    @Test
    void other_work_of_the_loop_runs_between_two_replies() {
        for (String reply : List.of("a", "b", "c")) {
            turns.next().subscribe().with(turn -> {
                log.add(reply);
                eventLoop.execute(() -> log.add("other work"));
            });
        }
        finish();
        assertThat(List.copyOf(log)).startsWith("a", "other work", "b", "other work", "c");
    }

    @Test
    void a_reply_that_fails_does_not_stop_those_behind_it() {
        turns.next().invoke(() -> {
            throw new IllegalStateException("broken on purpose");
        }).subscribe().with(turn -> log.add("a"), failure -> log.add(failure.getMessage()));
        turns.next().subscribe().with(turn -> log.add("b"));
        finish();
        turns.next().subscribe().with(turn -> log.add("c"));
        finish();
        assertThat(log).containsExactly("broken on purpose", "b", "c");
    }

    @Test
    void a_turn_comes_on_the_event_loop_whichever_thread_asks_for_it() {
        assertThat(turns.next().map(turn -> eventLoop.inEventLoop()).await().atMost(Duration.ofSeconds(5))).isTrue();
    }
}
