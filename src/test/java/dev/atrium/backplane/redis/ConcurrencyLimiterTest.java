package dev.atrium.backplane.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Maximum number of running commands, and the order of waiting ones. */
class ConcurrencyLimiterTest {

    private static final int MAX_RUNNING = 128;

    private static Vertx vertx;

    private final RedisLoop loop = new RedisLoop(vertx);
    private final ConcurrencyLimiter limiter = ConcurrencyLimiter.forBulk(loop);
    private final List<Promise<String>> sent = new ArrayList<>();

    @BeforeAll
    static void start() {
        vertx = Vertx.vertx();
    }

    @AfterAll
    static void stop() {
        vertx.close();
    }

    @Test
    void at_most_128_commands_run_at_a_time() {
        run(() -> IntStream.range(0, MAX_RUNNING).forEach(i -> limiter.submit(this::command)));
        assertThat(onLoop(limiter::waiting)).isZero();
        run(() -> limiter.submit(this::command));
        assertThat(onLoop(limiter::waiting)).isPositive();
        assertThat(onLoop(sent::size)).isEqualTo(MAX_RUNNING);
    }

    @Test
    void each_reply_starts_the_next_waiting_command_in_order() {
        List<String> begun = new ArrayList<>();
        run(() -> IntStream.range(0, MAX_RUNNING).forEach(i -> limiter.submit(this::command)));
        run(() -> List.of("a", "b", "c").forEach(name -> limiter.submit(() -> {
            begun.add(name);
            return command();
        })));
        run(() -> sent.get(5).complete("done"));
        assertThat(onLoop(() -> List.copyOf(begun))).containsExactly("a");
        run(() -> sent.get(7).fail("failed"));
        assertThat(onLoop(() -> List.copyOf(begun))).containsExactly("a", "b");
        assertThat(onLoop(limiter::waiting)).isPositive();
        run(() -> sent.get(MAX_RUNNING).complete("done"));
        assertThat(onLoop(() -> List.copyOf(begun))).containsExactly("a", "b", "c");
        assertThat(onLoop(limiter::waiting)).isZero();
    }

    @Test
    void completed_commands_make_room_for_as_many_others() {
        run(() -> IntStream.range(0, MAX_RUNNING).forEach(i -> limiter.submit(this::command)));
        run(() -> List.copyOf(sent).forEach(promise -> promise.complete("done")));
        run(() -> IntStream.range(0, MAX_RUNNING + 1).forEach(i -> limiter.submit(this::command)));
        assertThat(onLoop(sent::size)).isEqualTo(2 * MAX_RUNNING);
    }

    @Test
    void a_call_completes_or_fails_with_its_command_also_after_waiting() {
        Future<String> first = onLoop(() -> limiter.call(this::command));
        run(() -> IntStream.range(1, MAX_RUNNING).forEach(i -> limiter.submit(this::command)));
        Future<String> second = onLoop(() -> limiter.call(this::command));
        assertThat(first.isComplete()).isFalse();
        run(() -> sent.get(0).complete("reply"));
        assertThat(first.result()).isEqualTo("reply");
        assertThat(onLoop(sent::size)).isEqualTo(MAX_RUNNING + 1);
        assertThat(second.isComplete()).isFalse();
        run(() -> sent.get(MAX_RUNNING).fail("no"));
        assertThat(second.cause()).hasMessage("no");
    }

    private Future<String> command() {
        Promise<String> promise = Promise.promise();
        sent.add(promise);
        return promise.future();
    }

    private void run(Runnable task) {
        onLoop(() -> {
            task.run();
            return null;
        });
    }

    /** Returns the result after all tasks that the call has queued on the loop have run. */
    private <T> T onLoop(Supplier<T> task) {
        CompletableFuture<T> result = new CompletableFuture<>();
        loop.execute(() -> {
            T value = task.get();
            loop.execute(() -> loop.execute(() -> result.complete(value)));
        });
        return result.orTimeout(10, TimeUnit.SECONDS).join();
    }
}
