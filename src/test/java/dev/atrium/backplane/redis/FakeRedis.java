package dev.atrium.backplane.redis;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Redis as its client shows it: connections that a test breaks, and commands that it answers. */
final class FakeRedis implements Redis {

    final List<Connection> connections = new CopyOnWriteArrayList<>();
    /** How many more times nobody can connect. */
    volatile int refusals;

    @Override
    public Future<RedisConnection> connect() {
        if (refusals > 0) {
            refusals--;
            return Future.failedFuture("refused");
        }
        Connection connection = new Connection();
        connections.add(connection);
        return Future.succeededFuture(connection);
    }

    Connection last() {
        return connections.get(connections.size() - 1);
    }

    @Override
    public void close() {
        throw new AssertionError("not asked for");
    }

    @Override
    public Future<Response> send(Request command) {
        throw new AssertionError("not asked for");
    }

    @Override
    public Future<List<Response>> batch(List<Request> commands) {
        throw new AssertionError("not asked for");
    }

    /** One connection, and what was sent on it. */
    static final class Connection implements RedisConnection {

        final List<String> sent = new CopyOnWriteArrayList<>();
        final List<Promise<Response>> answers = new CopyOnWriteArrayList<>();
        volatile boolean full;
        volatile boolean closed;
        volatile boolean paused;
        volatile Handler<Response> pushes;
        volatile Handler<Void> end;
        volatile Handler<Throwable> failures;

        @Override
        public Future<Response> send(Request command) {
            Promise<Response> answer = Promise.promise();
            answers.add(answer);
            sent.add(words(command.toString()));
            return answer.future();
        }

        /** Of {@code *2, $3, GET, $1, a} the words. */
        private static String words(String encoded) {
            String[] lines = encoded.split("\r\n");
            List<String> words = new ArrayList<>();
            for (int i = 2; i < lines.length; i += 2) {
                words.add(lines[i]);
            }
            return String.join(" ", words);
        }

        @Override
        public Future<List<Response>> batch(List<Request> commands) {
            throw new AssertionError("not asked for");
        }

        @Override
        public RedisConnection exceptionHandler(Handler<Throwable> handler) {
            failures = handler;
            return this;
        }

        @Override
        public RedisConnection handler(Handler<Response> handler) {
            pushes = handler;
            return this;
        }

        @Override
        public RedisConnection pause() {
            paused = true;
            return this;
        }

        @Override
        public RedisConnection resume() {
            paused = false;
            return this;
        }

        @Override
        public RedisConnection fetch(long amount) {
            throw new AssertionError("not asked for");
        }

        @Override
        public RedisConnection endHandler(Handler<Void> handler) {
            end = handler;
            return this;
        }

        @Override
        public Future<Void> close() {
            closed = true;
            return Future.succeededFuture();
        }

        @Override
        public boolean pendingQueueFull() {
            return full;
        }
    }
}
