package dev.atrium.backplane.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.atrium.backplane.BackplaneUnavailableException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.redis.client.impl.types.NumberType;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Questions of one replica to another, and who answers them. */
class RpcChannelTest {

    private static final long LONG = 60_000;

    private static Vertx vertx;

    private final FakeRedis redis = new FakeRedis();
    private final RedisLoop loop = new RedisLoop(vertx);
    private final ReconnectingConnection connection = new ReconnectingConnection("test", redis, loop, new LongAdder(),
            fresh -> Future.succeededFuture(), push -> {
            }, () -> {
            }, () -> {
            });
    private final RpcChannel channel = new RpcChannel(connection, loop, new RedisKeys("at"), "node01");

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
    void a_question_is_published_to_the_replica_and_its_answer_is_the_one_of_its_number() {
        Future<String> first = ask("how many");
        Future<String> second = ask("which ones");
        assertThat(redis.last().sent).containsExactly("publish at:node:node02 >1 node01 how many",
                "publish at:node:node02 >2 node01 which ones");
        listeners(0, 1);
        listeners(1, 1);
        answered("<2 two of them");
        assertThat(second.result()).isEqualTo("two of them");
        assertThat(first.isComplete()).isFalse();
        answered("<1 ");
        assertThat(first.result()).isEmpty();
    }

    @Test
    void a_replica_that_does_not_listen_has_no_answer() {
        Future<String> answer = ask("how many");
        listeners(0, 0);
        assertThat(answer.succeeded()).isTrue();
        assertThat(answer.result()).isNull();
    }

    @Test
    void an_answer_that_nobody_waits_for_is_passed_over() {
        answered("<7 what");
        Future<String> answer = ask("how many");
        answered("<1 a");
        answered("<1 b");
        listeners(0, 0);
        assertThat(answer.result()).isEqualTo("a");
    }

    @Test
    void a_replica_that_does_not_answer_in_time_fails_the_question() {
        Future<String> answer = onLoop(() -> channel.ask("node02", "how many", 20));
        listeners(0, 1);
        await().until(answer::isComplete);
        assertThat(answer.cause()).isInstanceOf(BackplaneUnavailableException.class)
                .hasMessage("backplane unavailable: replica node02 does not answer");
        answered("<1 too late");
        assertThat(answer.failed()).isTrue();
    }

    @Test
    void a_question_that_cannot_be_sent_fails_at_once() {
        redis.last().full = true;
        Future<String> answer = ask("how many");
        assertThat(answer.cause()).isInstanceOf(BackplaneUnavailableException.class).hasMessageContaining("too many commands");
    }

    @Test
    void a_question_is_answered_on_the_channel_of_the_one_that_asks() {
        List<String> questions = new ArrayList<>();
        Promise<String> later = Promise.promise();
        onLoop(() -> {
            channel.asked(">5 node09 how many are there".getBytes(StandardCharsets.UTF_8), question -> {
                questions.add(question);
                return later.future();
            });
            return null;
        });
        assertThat(questions).containsExactly("how many are there");
        assertThat(redis.last().sent).isEmpty();
        later.complete("ü 7");
        assertThat(redis.last().sent).containsExactly("publish at:node:node09 <5 ü 7");
    }

    @Test
    void a_question_whose_answer_fails_is_not_answered() {
        onLoop(() -> {
            channel.asked(">5 node09 how many".getBytes(StandardCharsets.UTF_8), question -> Future.failedFuture("broken"));
            return null;
        });
        assertThat(redis.last().sent).isEmpty();
    }

    private Future<String> ask(String question) {
        return onLoop(() -> channel.ask("node02", question, LONG));
    }

    private void listeners(int question, long count) {
        onLoop(() -> {
            redis.last().answers.get(question).complete(NumberType.create(count));
            return null;
        });
    }

    private void answered(String text) {
        onLoop(() -> {
            channel.answered(text.getBytes(StandardCharsets.UTF_8));
            return null;
        });
    }

    private <T> T onLoop(Supplier<T> task) {
        CompletableFuture<T> result = new CompletableFuture<>();
        loop.execute(() -> result.complete(task.get()));
        return result.orTimeout(10, TimeUnit.SECONDS).join();
    }
}
