package dev.atrium.transport.websocket;

import dev.atrium.session.Session;
import io.netty.channel.Channel;
import io.quarkus.websockets.next.UserData.TypedKey;
import io.smallrye.mutiny.Uni;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A connection of an endpoint that the application has written itself, from its handshake on: it has no session until it joins a
 * room. What is done with its rooms is done in the order of the calls. Any thread.
 */
final class ApplicationChannel {

    static final TypedKey<ApplicationChannel> KEY = new TypedKey<>(ApplicationChannel.class.getName());

    private final Channel channel;
    private final String address;
    /** The session, when what was done before is over; null for none. */
    private Uni<Session> last = Uni.createFrom().nullItem();
    private boolean joined;

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

    /**
     * Does something with the session, after all that was begun before.
     *
     * @param opening makes the session, if there is none
     */
    synchronized <T> Uni<T> join(Supplier<Uni<Session>> opening, Function<Session, Uni<T>> work) {
        joined = true;
        return next(last.chain(session -> session == null ? opening.get() : Uni.createFrom().item(session)), work);
    }

    /** The same with a session that is there already, or will be: with null, if nothing has been joined. */
    synchronized <T> Uni<T> inOrder(Function<Session, Uni<T>> work) {
        return joined ? next(last, work) : work.apply(null);
    }

    /** As {@link #inOrder}, but what comes next does not wait for it. */
    synchronized <T> Uni<T> after(Function<Session, Uni<T>> work) {
        return joined ? last.chain(session -> work.apply(session)) : work.apply(null);
    }

    private <T> Uni<T> next(Uni<Session> begun, Function<Session, Uni<T>> work) {
        Uni<Session> session = begun.memoize().indefinitely();
        Uni<T> done = session.chain(opened -> work.apply(opened)).memoize().indefinitely();
        last = done.onFailure().recoverWithNull().chain(over -> session.onFailure().recoverWithNull()).memoize().indefinitely();
        return done;
    }
}
