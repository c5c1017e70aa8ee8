package dev.atrium.backplane.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which calls share a run, and when it begins. */
class CoalescedCallsTest {

    private final Vertx vertx = Vertx.vertx();
    private final RedisLoop loop = new RedisLoop(vertx);
    private final CoalescedCalls<String, Integer> calls = new CoalescedCalls<>(loop, 0);
    private final List<Promise<Integer>> runs = new CopyOnWriteArrayList<>();

    @AfterEach
    void close() {
        vertx.close();
    }

    private Future<Integer> call(String key) {
        return call(key, () -> {
            runs.add(Promise.promise());
            return runs.get(runs.size() - 1).future();
        });
    }

    private Future<Integer> call(String key, Supplier<Future<Integer>> work) {
        return loop.call(() -> calls.call(key, work));
    }

    private void complete(int run, int result) {
        await().until(() -> runs.size() > run);
        loop.execute(() -> runs.get(run).complete(result));
    }

    @Test
    void calls_that_come_during_a_run_share_the_next_one() {
        Future<Integer> first = call("a");
        Future<Integer> second = call("a");
        Future<Integer> third = call("a");
        complete(0, 1);
        await().until(first::succeeded);
        assertThat(second.isComplete()).isFalse();
        complete(1, 2);
        await().until(() -> second.succeeded() && third.succeeded());
        assertThat(List.of(first.result(), second.result(), third.result())).containsExactly(1, 2, 2);
        assertThat(runs).hasSize(2);
    }

    @Test
    void another_key_waits_for_none() {
        call("a");
        call("b");
        await().until(() -> runs.size() == 2);
        assertThat(runs).hasSize(2);
    }

    @Test
    void a_run_that_throws_fails_and_the_next_one_begins() {
        Future<Integer> failed = call("a", () -> {
            throw new IllegalStateException("on purpose");
        });
        await().until(failed::failed);
        Future<Integer> next = call("a");
        complete(0, 1);
        await().until(next::succeeded);
        assertThat(next.result()).isOne();
    }
}
