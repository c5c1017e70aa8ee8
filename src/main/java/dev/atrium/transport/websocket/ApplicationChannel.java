package dev.atrium.transport.websocket;

import dev.atrium.gateway.ErrorReply;
import dev.atrium.session.Session;
import io.netty.channel.Channel;
import io.quarkus.websockets.next.UserData.TypedKey;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * State of a connection of a WebSocket endpoint that the application has written itself, from its handshake on. The connection
 * has no session until it joins a room. Calls for its rooms run on its event loop, in the order in which they were made. Any
 * thread.
 */
final class ApplicationChannel {

    static final TypedKey<ApplicationChannel> KEY = new TypedKey<>(ApplicationChannel.class.getName());

    /** Maximum number of queued calls; further calls fail with 429. */
    private static final int MAX_WAITING = 1_024;

    private final Channel channel;
    private final String address;
    private final Queue<Runnable> waiting = new ArrayDeque<>();
    private boolean busy;
    private Session session;

    ApplicationChannel(Channel channel, String address) {
        this.channel = channel;
        this.address = address;
    }

    Channel channel() {
        return channel;
    }

    String address() {
        return address;
    }

    /** Sets the session of the connection, at its first join. On its event loop. */
    void opened(Session made) {
        session = made;
    }

    /** Runs a call after all earlier calls; later calls wait for its result. The session is null before the first join. */
    <T> Uni<T> inOrder(Function<Session, Uni<T>> work) {
        return enqueued(emitter -> {
            Uni<T> begun = work.apply(session);
            busy = true;
            begun.subscribe().with(
                    result -> done(() -> emitter.complete(result)), failure -> done(() -> emitter.fail(failure)));
        });
    }

    /** Starts a call after all earlier calls; later calls do not wait for its result. */
    <T> Uni<T> after(Function<Session, Uni<T>> work) {
        return enqueued(emitter -> work.apply(session).subscribe().with(emitter::complete, emitter::fail));
    }

    /** @return fails with 429 if the queue is full */
    private <T> Uni<T> enqueued(Consumer<UniEmitter<? super T>> beginning) {
        return Uni.createFrom().emitter(emitter -> channel.eventLoop().execute(() -> {
            if (waiting.size() == MAX_WAITING) {
                emitter.fail(new ErrorReply(429, "connection: too many calls wait for those before them"));
                return;
            }
            waiting.add(() -> begin(beginning, emitter));
            next();
        }));
    }

    private static <T> void begin(Consumer<UniEmitter<? super T>> beginning, UniEmitter<? super T> emitter) {
        try {
            beginning.accept(emitter);
        } catch (RuntimeException e) {
            emitter.fail(e);
        }
    }

    private void done(Runnable report) {
        channel.eventLoop().execute(() -> {
            busy = false;
            report.run();
            next();
        });
    }

    private void next() {
        while (!busy && !waiting.isEmpty()) {
            waiting.poll().run();
        }
    }
}
