package dev.atrium.transport.websocket;

import dev.atrium.gateway.ErrorReply;
import dev.atrium.session.Session;
import io.netty.channel.Channel;
import io.quarkus.websockets.next.UserData.TypedKey;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.Function;

/**
 * A connection of an endpoint that the application has written itself, from its handshake on: it has no session until it joins a
 * room. Work on its rooms is done on its event loop, in the order of the calls. Any thread.
 */
final class ApplicationChannel {

    static final TypedKey<ApplicationChannel> KEY = new TypedKey<>(ApplicationChannel.class.getName());

    /** Calls that may wait for those before them. */
    private static final int MOST_WAITING = 1_024;

    private final Channel channel;
    private final String address;
    private final Queue<Runnable> waiting = new ArrayDeque<>();
    private boolean busy;
    private Session session;

    /** @param address the client's IP address */
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

    /** The session that the connection has from now on. On its event loop. */
    void opened(Session made) {
        session = made;
    }

    /** Does the work after all that was begun before; what comes next waits for it. The session is null before the first join. */
    <T> Uni<T> inOrder(Function<Session, Uni<T>> work) {
        return enqueued(emitter -> {
            Uni<T> begun = work.apply(session);
            busy = true;
            begun.subscribe().with(
                    result -> done(() -> emitter.complete(result)), failure -> done(() -> emitter.fail(failure)));
        });
    }

    /** Begins the work after all that was begun before; what comes next does not wait for it. */
    <T> Uni<T> after(Function<Session, Uni<T>> work) {
        return enqueued(emitter -> work.apply(session).subscribe().with(emitter::complete, emitter::fail));
    }

    private interface Beginning<T> {
        void begin(UniEmitter<? super T> emitter);
    }

    /** @return 429 for one call too many */
    private <T> Uni<T> enqueued(Beginning<T> beginning) {
        return Uni.createFrom().emitter(emitter -> channel.eventLoop().execute(() -> {
            if (waiting.size() == MOST_WAITING) {
                emitter.fail(new ErrorReply(429, "connection: too many calls wait for those before them"));
                return;
            }
            waiting.add(() -> begin(beginning, emitter));
            next();
        }));
    }

    private static <T> void begin(Beginning<T> beginning, UniEmitter<? super T> emitter) {
        try {
            beginning.begin(emitter);
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
