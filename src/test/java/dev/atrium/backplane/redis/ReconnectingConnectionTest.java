package dev.atrium.backplane.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.atrium.backplane.BackplaneUnavailableException;
import dev.atrium.it.fixture.CapturedLog;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.impl.types.ErrorType;
import io.vertx.redis.client.impl.types.NumberType;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Reconnecting, and the failure of commands without a connection. */
class ReconnectingConnectionTest {

    private static Vertx vertx;

    private final FakeRedis redis = new FakeRedis();
    private final LongAdder reconnects = new LongAdder();
    private final List<String> log = new CopyOnWriteArrayList<>();
    private volatile Future<String> prepared = Future.succeededFuture("h1");
    private final RedisLoop loop = new RedisLoop(vertx);
    private final ReconnectingConnection connection = new ReconnectingConnection("test", redis, loop, reconnects,
            new Recorder());

    @BeforeAll
    static void start() {
        vertx = Vertx.vertx();
    }

    @AfterAll
    static void stop() {
        vertx.close();
    }

    @AfterEach
    void close() {
        connection.close();
    }

    @Test
    void a_connection_is_up_once_it_is_prepared() {
        assertThat(connection.isUp()).isFalse();
        up();
        assertThat(log).containsExactly("prepare", "up");
        assertThat(reconnects.sum()).as("the first connection is no reconnection").isZero();
    }

    @Test
    void without_a_connection_commands_fail_at_once_and_were_not_sent() {
        assertThat(failure(get())).hasMessage("backplane unavailable: no connection to Redis")
                .matches(failure -> !failure.mayHaveTakenEffect());
    }

    @Test
    void commands_are_counted_until_their_reply() {
        up();
        Future<Response> first = get();
        Future<Response> second = get();
        assertThat(redis.last().sent).containsExactly("get a", "get a");
        assertThat(connection.pending()).isEqualTo(2);
        redis.last().replies.get(0).complete(NumberType.create(7L));
        assertThat(first.result().toInteger()).isEqualTo(7);
        redis.last().replies.get(1).fail("ERR");
        assertThat(second.failed()).isTrue();
        assertThat(connection.pending()).isZero();
    }

    @Test
    void commands_are_sent_in_the_order_of_the_calls_whichever_threads_call() {
        up();
        CompletableFuture<Void> first = new CompletableFuture<>();
        CompletableFuture<Void> second = new CompletableFuture<>();
        loop.execute(() -> {
            first.orTimeout(10, TimeUnit.SECONDS).join();
            connection.send(Request.cmd(Command.GET).arg("second"));
            second.complete(null);
        });
        connection.send(Request.cmd(Command.GET).arg("first"));
        first.complete(null);
        second.orTimeout(10, TimeUnit.SECONDS).join();
        connection.send(Request.cmd(Command.GET).arg("third"));
        sent();
        assertThat(redis.last().sent).containsExactly("get first", "get second", "get third");
    }

    @Test
    void a_command_whose_connection_ends_before_its_turn_was_not_sent() {
        up();
        FakeRedis.Connection ended = redis.last();
        CompletableFuture<Void> called = new CompletableFuture<>();
        loop.execute(() -> {
            called.orTimeout(10, TimeUnit.SECONDS).join();
            ended.end.handle(null);
        });
        Future<Response> late = connection.send(Request.cmd(Command.GET).arg("a"));
        called.complete(null);
        await().until(late::isComplete);
        assertThat(failure(late).mayHaveTakenEffect()).isFalse();
        assertThat(ended.sent).doesNotContain("get a");
        assertThat(connection.pending()).isZero();
    }

    @Test
    void a_command_that_cannot_be_encoded_does_not_count() {
        up();
        assertThatThrownBy(() -> connection.send(target -> {
            throw new IllegalArgumentException("on purpose");
        })).hasMessage("on purpose");
        assertThat(connection.pending()).isZero();
    }

    @Test
    void commands_that_find_the_queue_full_fail_at_once_and_were_not_sent() {
        up();
        redis.last().full = true;
        assertThat(failure(get())).hasMessage("backplane unavailable: too many commands are pending")
                .matches(failure -> !failure.mayHaveTakenEffect());
        assertThat(redis.last().sent).isEmpty();
        assertThat(connection.pending()).isZero();
    }

    @Test
    void a_command_that_redis_rejects_had_no_effect() {
        up();
        Future<Response> reply = get();
        redis.last().replies.get(0).fail(ErrorType.create("OOM command not allowed"));
        assertThat(failure(reply).mayHaveTakenEffect()).isFalse();
        assertThat(failure(reply)).hasMessage("backplane unavailable: OOM command not allowed");
        assertThat(connection.isUp()).as("the connection stays").isTrue();
    }

    @ParameterizedTest(name = "{0}: may have been done {1}")
    @CsvSource(nullValues = "-", value = {
            "Connection is closed,        false",
            "Redis waiting queue is full, false",
            "Connection closed,           true",
            "-,                           true",
    })
    void a_command_that_a_broken_connection_has_sent_may_have_taken_effect(String message, boolean mayHaveTakenEffect) {
        up();
        Future<Response> reply = get();
        redis.last().replies.get(0).fail(message);
        assertThat(failure(reply).mayHaveTakenEffect()).isEqualTo(mayHaveTakenEffect);
        assertThat(failure(reply)).hasMessage("backplane unavailable: " + message);
    }

    @Test
    void a_command_without_a_reply_may_have_taken_effect_although_its_connection_has_ended_in_order() {
        up();
        Future<Response> reply = get();
        redis.last().replies.get(0).fail(ErrorType.create("CONNECTION_CLOSED"));
        assertThat(failure(reply).mayHaveTakenEffect()).isTrue();
    }

    @Test
    void the_keys_of_a_command_that_another_program_spoils_are_logged_once() {
        up();
        try (CapturedLog lines = new CapturedLog(UnexpectedReplies.class.getName())) {
            for (String error : List.of("WRONGTYPE no hash", "WRONGTYPE no hash", "OOM command not allowed")) {
                for (Request each : List.of(Request.cmd(Command.HLEN).arg("members"),
                        Script.READ.with("room", "atrium:session:{node}:secret").arg(7))) {
                    connection.send(each);
                    sent();
                    redis.last().replies.get(redis.last().replies.size() - 1).fail(ErrorType.create(error));
                }
            }
            assertThat(lines.lines()).hasSize(2).allSatisfy(line -> assertThat(line).endsWith(": WRONGTYPE no hash"));
            assertThat(lines.lines().get(0)).contains(" keys: members:");
            assertThat(lines.lines().get(1)).contains(" keys: room, atrium:session:{node}:…:");
        }
    }

    @Test
    void the_arguments_of_a_command_that_redis_does_not_know_are_not_logged() {
        up();
        try (CapturedLog lines = new CapturedLog(UnexpectedReplies.class.getName())) {
            connection.send(Request.cmd(Command.SET).arg("atrium:session:{node}:secret").arg("@secret"));
            sent();
            redis.last().replies.get(redis.last().replies.size() - 1).fail(ErrorType.create(
                    "ERR unknown command 'SET', with args beginning with: 'atrium:session:{node}:secret' '@secret' "));
            assertThat(lines.lines()).singleElement().asString().endsWith(": ERR unknown command 'SET'")
                    .doesNotContain("secret");
        }
    }

    @Test
    void a_replica_of_redis_is_not_connected_to() {
        redis.info = "role:slave\r\nmaster_replid:c9a3\r\n";
        connection.start();
        await().until(() -> redis.connections.size() > 1);
        assertThat(redis.connections.get(0).sent).containsExactly("quit");
        assertThat(connection.isUp()).isFalse();
        assertThat(connection.problem()).startsWith("READONLY this Redis is a replica");
        redis.info = "role:master\r\nmaster_replid:c9a4\r\n";
        await().until(() -> log.contains("up"));
    }

    @Test
    void a_redis_that_still_loads_is_not_used_because_it_does_not_tell_yet_what_it_has_kept() {
        redis.info = "role:master\r\nloading:1\r\naof_enabled:0\r\n";
        connection.start();
        await().until(() -> redis.connections.size() > 1);
        assertThat(connection.isUp()).isFalse();
        assertThat(connection.problem()).startsWith("LOADING");
    }

    @Test
    void a_request_is_made_for_the_data_that_it_meets() {
        up();
        connection.send(target -> Request.cmd(Command.GET).arg(target.dataHistory()).arg(target.number()));
        sent();
        assertThat(redis.last().sent).containsExactly("get h1 1");
    }

    @Test
    void of_two_connections_to_other_data_the_older_one_has_to_be_made_again() {
        up();
        prepared = Future.succeededFuture("h2");
        ReconnectingConnection later = new ReconnectingConnection("later", redis, loop, reconnects, new Recorder());
        later.start();
        await().until(later::isUp);
        try {
            assertThat(connection.hasOtherData(later)).isTrue();
            assertThat(later.hasOtherData(connection)).isFalse();
        } finally {
            later.close();
        }
    }

    @Test
    void a_connection_on_which_nothing_works_is_made_again_more_and_more_slowly() {
        try (CapturedLog lines = new CapturedLog(ReconnectingConnection.class.getName())) {
            up();
            for (int i = 2; i <= 5; i++) {
                int connections = i;
                connection.restart("NOPERM this user has no permissions");
                await().until(() -> redis.connections.size() == connections && connection.isUp());
            }
            assertThat(lines.lines()).as("one line for one reason")
                    .containsExactly("Redis test connection is down: NOPERM this user has no permissions");
            long before = System.nanoTime();
            connection.restart("NOPERM this user has no permissions");
            await().until(() -> redis.connections.size() == 6 && connection.isUp());
            assertThat(System.nanoTime() - before).as("a quarter of the fifth delay").isGreaterThan(400_000_000L);
        }
    }

    @Test
    void a_connection_that_works_again_is_logged_and_a_later_outage_as_well() {
        try (CapturedLog lines = new CapturedLog(ReconnectingConnection.class.getName())) {
            up();
            connection.confirm();
            assertThat(connection.problem()).isNull();
            connection.restart("reset");
            await().until(() -> redis.connections.size() == 2 && connection.isUp());
            assertThat(connection.problem()).isEqualTo("reset");
            connection.confirm();
            connection.confirm();
            connection.restart("reset");
            await().until(() -> redis.connections.size() == 3);
            assertThat(lines.lines()).containsExactly("Redis test connection is up", "Redis test connection is down: reset",
                    "Redis test connection is up", "Redis test connection is down: reset");
        }
    }

    @ParameterizedTest
    @CsvSource({ "NOSCRIPT No matching script", "READONLY You can't write against a read only replica" })
    void lost_scripts_or_a_lost_role_make_the_connection_reconnect(String message) {
        up();
        Future<Response> reply = get();
        redis.last().replies.get(0).fail(ErrorType.create(message));
        assertThat(failure(reply).mayHaveTakenEffect()).isFalse();
        await().until(() -> log.size() == 5);
        assertThat(log).containsExactly("prepare", "up", "down", "prepare", "up");
        assertThat(reconnects.sum()).isEqualTo(1);
        assertThat(redis.connections).hasSize(2);
        assertThat(redis.connections.get(0).sent).as("the pool does not keep the connection").containsExactly("get a", "quit");
        assertThat(redis.connections.get(0).closed).as("nor hands it out until Redis has closed it").isFalse();
    }

    @Test
    void a_connection_that_ends_or_fails_is_made_again_and_its_loss_is_reported_once() {
        up();
        FakeRedis.Connection first = redis.last();
        first.end.handle(null);
        await().until(() -> connection.problem().equals("closed by Redis"));
        first.failures.handle(new IllegalStateException("reset"));
        await().until(() -> log.size() == 5);
        redis.last().failures.handle(new IllegalStateException("reset"));
        await().until(() -> log.size() == 8);
        assertThat(reconnects.sum()).isEqualTo(2);
        assertThat(log).containsExactly("prepare", "up", "down", "prepare", "up", "down", "prepare", "up");
        assertThat(connection.isUp()).isTrue();
        assertThat(redis.connections).hasSize(3);
    }

    @Test
    void the_end_of_a_connection_has_a_reason_though_its_failure_has_none() {
        up();
        redis.last().failures.handle(new ClosedChannelException());
        await().until(() -> connection.problem().equals("closed by Redis"));
    }

    @Test
    void failures_of_all_sentinels_are_one_line_whatever_their_order() {
        List<String> failures = new ArrayList<>(List.of("b refused", "a refused", "c timed out"));
        redis.rejection = () -> {
            Collections.rotate(failures, 1);
            return "Cannot connect\n- " + String.join("\n- ", failures);
        };
        redis.rejectionsLeft = 3;
        try (CapturedLog lines = new CapturedLog(ReconnectingConnection.class.getName())) {
            up();
            assertThat(lines.lines())
                    .containsExactly("Redis test connection is down: Cannot connect: a refused; b refused; c timed out");
        }
    }

    @Test
    void connecting_is_retried_until_it_succeeds() {
        redis.rejectionsLeft = 2;
        up();
        assertThat(redis.rejectionsLeft).isZero();
        assertThat(log).containsExactly("prepare", "up");
    }

    @Test
    void a_connection_that_cannot_be_prepared_is_closed_and_another_one_made() {
        prepared = Future.failedFuture("no scripts");
        connection.start();
        await().until(() -> redis.connections.size() > 1);
        assertThat(redis.connections.get(0).sent).as("or the pool hands out the same one again").containsExactly("quit");
        assertThat(redis.connections.get(0).closed).as("or until Redis has closed it").isFalse();
        assertThat(connection.isUp()).isFalse();
        prepared = Future.succeededFuture("h1");
        await().until(() -> log.contains("up"));
        assertThat(log).endsWith("prepare", "up").doesNotContain("down");
        assertThat(reconnects.sum()).isZero();
    }

    @Test
    void a_connection_can_be_paused_and_receives_pushed_messages() {
        connection.pause();
        connection.resume();
        up();
        connection.pause();
        assertThat(redis.last().paused).isTrue();
        connection.resume();
        assertThat(redis.last().paused).isFalse();
        redis.last().pushes.handle(NumberType.create(5L));
        await().until(() -> log.contains("push 5"));
    }

    @Test
    void what_a_connection_pushes_after_it_was_given_up_is_dropped() {
        up();
        FakeRedis.Connection first = redis.last();
        connection.restart("reset");
        await().until(() -> redis.connections.size() == 2 && connection.isUp());
        first.pushes.handle(NumberType.create(5L));
        redis.last().pushes.handle(NumberType.create(6L));
        await().until(() -> log.contains("push 6"));
        assertThat(log).doesNotContain("push 5");
    }

    @Test
    void a_closed_connection_is_not_made_again() {
        up();
        connection.close();
        assertThat(redis.last().closed).isTrue();
        redis.last().end.handle(null);
        await().until(() -> log.contains("down"));
        assertThat(connection.isUp()).isFalse();
        connection.start();
        connection.restart("too late");
        await().during(Duration.ofMillis(150)).until(() -> redis.connections.size() == 1);
    }

    private void up() {
        connection.start();
        await().until(() -> log.contains("up"));
    }

    private Future<Response> get() {
        Future<Response> reply = connection.send(Request.cmd(Command.GET).arg("a"));
        sent();
        return reply;
    }

    /** Waits until the commands so far are on their way. */
    private void sent() {
        CompletableFuture<Void> turn = new CompletableFuture<>();
        loop.execute(() -> turn.complete(null));
        turn.orTimeout(10, TimeUnit.SECONDS).join();
    }

    private static BackplaneUnavailableException failure(Future<?> command) {
        assertThat(command.cause()).isInstanceOf(BackplaneUnavailableException.class);
        return (BackplaneUnavailableException) command.cause();
    }

    /** Logs what happens to the connection. */
    private final class Recorder implements ReconnectingConnection.Listener {

        @Override
        public Future<String> prepare(RedisConnection opened, RedisServerInfo server) {
            log.add("prepare");
            return prepared;
        }

        @Override
        public void up() {
            log.add("up");
        }

        @Override
        public void down() {
            log.add("down");
        }

        @Override
        public void received(Response push) {
            log.add("push " + push);
        }
    }
}
