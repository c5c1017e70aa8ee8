package dev.atrium.backplane.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.atrium.backplane.BackplaneUnavailableException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.redis.client.impl.types.MultiType;
import io.vertx.redis.client.impl.types.NumberType;
import io.vertx.redis.client.impl.types.SimpleStringType;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Requests of one replica to another, and their replies. */
class RpcChannelTest {

    private static final long TIMEOUT_MILLIS = 60_000;

    private static Vertx vertx;

    private final FakeRedis redis = new FakeRedis();
    private final RedisLoop loop = new RedisLoop(vertx);
    private final ReconnectingConnection connection = redis.connection(loop);
    private final RedisClock clock = new RedisClock();
    private final RpcChannel channel = new RpcChannel(connection, loop, new RedisKeys("at", 0), clock, "node01");

    @BeforeAll
    static void start() {
        vertx = Vertx.vertx();
    }

    @AfterAll
    static void stop() {
        vertx.close();
    }

    @BeforeEach
    void connect() {
        connection.start();
        await().until(connection::isUp);
    }

    @AfterEach
    void close() {
        connection.close();
    }

    @Test
    void a_request_is_published_to_the_replica_and_matched_to_its_reply_by_number() {
        Future<String> first = call("how many");
        Future<String> second = call("which ones");
        assertThat(redis.last().sent).containsExactly("publish at:node:node02 >1 node01 how many",
                "publish at:node:node02 >2 node01 which ones");
        listeners(0, 1);
        listeners(1, 1);
        replyReceived("<2 two of them");
        assertThat(second.result()).isEqualTo("two of them");
        assertThat(first.isComplete()).isFalse();
        replyReceived("<1 ");
        assertThat(first.result()).isEmpty();
    }

    @Test
    void a_request_to_a_channel_without_subscriber_completes_with_null() {
        Future<String> reply = call("how many");
        listeners(0, 0);
        assertThat(reply.succeeded()).isTrue();
        assertThat(reply.result()).isNull();
    }

    @Test
    void a_reply_without_a_pending_request_is_ignored() {
        replyReceived("<7 what");
        Future<String> reply = call("how many");
        replyReceived("<1 a");
        replyReceived("<1 b");
        listeners(0, 0);
        assertThat(reply.result()).isEqualTo("a");
    }

    @Test
    void a_request_without_a_reply_in_time_fails() {
        Future<String> reply = onLoop(() -> channel.call("node02", "how many", 20));
        listeners(0, 1);
        await().until(reply::isComplete);
        assertThat(reply.cause()).isInstanceOf(BackplaneUnavailableException.class)
                .hasMessage("backplane unavailable: replica node02 has not replied in time");
        replyReceived("<1 too late");
        assertThat(reply.failed()).isTrue();
    }

    @Test
    void a_request_that_cannot_be_sent_fails_at_once() {
        redis.last().full = true;
        Future<String> reply = call("how many");
        assertThat(reply.cause()).isInstanceOf(BackplaneUnavailableException.class).hasMessageContaining("too many commands");
    }

    @Test
    void a_reply_is_published_on_the_channel_of_the_caller() {
        List<String> requests = new ArrayList<>();
        Promise<String> pending = Promise.promise();
        onLoop(() -> {
            channel.requestReceived(">5 node09 how many are there".getBytes(StandardCharsets.UTF_8), request -> {
                requests.add(request);
                return pending.future();
            });
            return null;
        });
        assertThat(requests).containsExactly("how many are there");
        assertThat(redis.last().sent).isEmpty();
        onLoop(() -> pending.tryComplete("ü 7"));
        assertThat(redis.last().sent).containsExactly("publish at:node:node09 <5 ü 7");
    }

    @Test
    void a_request_whose_handler_fails_has_no_reply() {
        onLoop(() -> {
            channel.requestReceived(">5 node09 how many".getBytes(StandardCharsets.UTF_8),
                    request -> Future.failedFuture("broken"));
            return null;
        });
        assertThat(redis.last().sent).isEmpty();
    }

    @Test
    void a_request_that_no_replica_may_miss_is_recorded_for_a_day() {
        onLoop(() -> channel.record("#revoke / ann"));
        assertThat(redis.last().sent).singleElement().asString().matches(
                "evalsha " + Script.RECORD.sha1() + " 1 at:requests:[0-9]+ #revoke / ann " + Duration.ofHours(26).toMillis());
    }

    @Test
    void the_hours_of_recorded_requests_are_those_of_redis() {
        onLoop(() -> {
            clock.check(connection);
            return null;
        });
        onLoop(() -> redis.last().replies.get(0).tryComplete(RedisClockTest.time(Duration.ofHours(1000).toMillis())));
        onLoop(() -> channel.record("#revoke / ann"));
        assertThat(redis.last().sent.get(1)).contains(" 1 at:requests:1000 ");
        renewed(true, new ArrayList<>());
        assertThat(redis.last().sent.get(2)).contains(" at:requests:999 at:requests:1000 at:requests:1001 ");
    }

    @Test
    void a_replica_that_may_have_been_taken_for_dead_handles_what_it_has_missed() {
        List<String> handled = new ArrayList<>();
        renewed(false, handled);
        assertThat(redis.last().sent).isEmpty();
        renewed(true, handled);
        assertThat(redis.last().sent).singleElement().asString().startsWith("evalsha " + Script.MISSED.sha1());
        onLoop(() -> redis.last().replies.get(0).tryFail("Connection closed"));
        renewed(false, handled);
        assertThat(redis.last().sent).as("asked again").hasSize(2);
        MultiType missed = MultiType.create(2, false);
        missed.add(SimpleStringType.create("#revoke / ann"));
        missed.add(SimpleStringType.create("end ~1 /"));
        onLoop(() -> redis.last().replies.get(1).tryComplete(missed));
        assertThat(handled).containsExactly("#revoke / ann", "end ~1 /");
        renewed(false, handled);
        assertThat(redis.last().sent).as("nothing was missed since").hasSize(2);
    }

    private void renewed(boolean expired, List<String> handled) {
        onLoop(() -> {
            channel.renewed(expired, request -> {
                handled.add(request);
                return Future.succeededFuture("0");
            });
            return null;
        });
    }

    private Future<String> call(String request) {
        return onLoop(() -> channel.call("node02", request, TIMEOUT_MILLIS));
    }

    private void listeners(int request, long count) {
        onLoop(() -> {
            redis.last().replies.get(request).complete(NumberType.create(count));
            return null;
        });
    }

    private void replyReceived(String text) {
        onLoop(() -> {
            channel.replyReceived(text.getBytes(StandardCharsets.UTF_8));
            return null;
        });
    }

    private <T> T onLoop(Supplier<T> task) {
        CompletableFuture<T> result = new CompletableFuture<>();
        loop.execute(() -> {
            T returned = task.get();
            // Once the commands that the task has sent are on their way.
            loop.execute(() -> result.complete(returned));
        });
        return result.orTimeout(10, TimeUnit.SECONDS).join();
    }
}
