package dev.atrium.backplane.redis;

import dev.atrium.room.Node;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.impl.ContextInternal;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.impl.types.BulkType;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/** Client of Redis whose connections a test breaks, and to whose commands it replies. */
final class FakeRedis implements Redis {

    final List<Connection> connections = new CopyOnWriteArrayList<>();
    /** Number of connection attempts that are still rejected. */
    volatile int rejectionsLeft;
    volatile Supplier<String> rejection = () -> "rejected";
    /** Reply of new connections to INFO. */
    volatile String info = "role:master\r\nmaster_replid:c9a3\r\nredis_mode:standalone\r\n";

    @Override
    public Future<RedisConnection> connect() {
        if (rejectionsLeft > 0) {
            rejectionsLeft--;
            return Future.failedFuture(rejection.get());
        }
        Connection connection = new Connection(info);
        connections.add(connection);
        return Future.succeededFuture(connection);
    }

    /** A connection of a replica to this Redis, over which it sends commands only. */
    ReconnectingConnection connection(RedisLoop loop) {
        return new ReconnectingConnection("test", this, loop, new LongAdder(), new ReconnectingConnection.Listener() {

            @Override
            public Future<String> prepare(RedisConnection opened, RedisServerInfo server) {
                return Future.succeededFuture("");
            }

            @Override
            public void up() {
                // Nothing has to be sent again.
            }
        });
    }

    /** What the parts of a backplane share, without a limit of memory. */
    static RedisContext context(RedisLoop loop, Lease lease) {
        return new RedisContext(loop, ConcurrencyLimiter.forBulk(loop), new RedisKeys("at", 0), Node.create(), lease,
                new RedisMemory(0));
    }

    Connection last() {
        return connections.get(connections.size() - 1);
    }

    @Override
    public void close() {
        throw new AssertionError("unexpected call");
    }

    @Override
    public Future<Response> send(Request command) {
        throw new AssertionError("unexpected call");
    }

    @Override
    public Future<List<Response>> batch(List<Request> commands) {
        throw new AssertionError("unexpected call");
    }

    /** One connection, and the commands that were sent on it. */
    static final class Connection implements RedisConnection {

        final List<String> sent = new CopyOnWriteArrayList<>();
        final List<Promise<Response>> replies = new CopyOnWriteArrayList<>();
        final String info;
        /** As in the real client: commands are sent at once on this event loop, and in a later turn from other threads. */
        private final ContextInternal context = (ContextInternal) Vertx.currentContext();
        volatile boolean full;
        volatile boolean closed;
        volatile boolean paused;
        volatile Handler<Response> pushes;
        volatile Handler<Void> end;
        volatile Handler<Throwable> failures;

        Connection(String info) {
            this.info = info;
        }

        @Override
        public Future<Response> send(Request command) {
            if (command.command() == Command.INFO || command.command() == Command.CONFIG) {
                return Future.succeededFuture(BulkType.create(Buffer.buffer(info), false));
            }
            Promise<Response> reply = Promise.promise();
            context.execute(() -> {
                replies.add(reply);
                sent.add(words(command.toString()));
            });
            return reply.future();
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
            throw new AssertionError("unexpected call");
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
            throw new AssertionError("unexpected call");
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
