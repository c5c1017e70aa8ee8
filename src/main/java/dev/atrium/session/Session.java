package dev.atrium.session;

import dev.atrium.room.DeliveryLoop;
import dev.atrium.room.Member;
import dev.atrium.room.Membership;
import dev.atrium.room.RoomId;
import dev.atrium.room.Sender;
import dev.atrium.room.WireFormat;
import dev.atrium.room.WriteBatch;
import dev.atrium.security.Caller;
import dev.atrium.security.Identity;
import dev.atrium.security.TokenBucket;
import io.netty.buffer.ByteBuf;
import io.smallrye.mutiny.Uni;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * One connected client, as the rest of the house sees it. It is open from its making until {@link #close} or
 * {@link #closed}, whichever is first; what comes after does nothing.
 *
 * <p>All methods are for the session's event loop, except those that read its final fields, {@link #isOpen} and
 * {@link #closeSoon}.
 */
public final class Session implements Member {

    /** Hears of a session's life; the gateway. */
    public interface Listener {

        /** The session has ended. Called once, on its event loop. */
        void closed(Session session, CloseReason reason);

        /** The client was silent for too long; the session ends next. */
        void heartbeatMissed(Session session);
    }

    /** Few enough that a client which reads never has to wait for more. */
    private static final long DRAINED_BYTES = 64 * 1024;
    private static final long LOOK_AGAIN_MILLIS = 10;

    final Heartbeat.Beat beat = new Heartbeat.Beat();

    private volatile Sender self;
    private volatile Caller caller;
    private final TokenBucket tokens;
    private final Set<String> granted = new HashSet<>(0);
    private Future<?> deadline;
    private String resumeToken;
    private volatile Object attachment;
    private boolean visible = true;
    private final String namespace;
    private final Transport transport;
    private final SessionLoop loop;
    private final ClientConnection connection;
    private final SendQueue sendQueue;
    private final WireFormat<ByteBuf> format;
    private final Listener listener;
    private final Map<RoomId, Membership> memberships = new HashMap<>(4);
    private volatile boolean open = true;

    Session(Sender self, SessionRequest request, TokenBucket tokens, SessionLoop loop, Listener listener) {
        this.self = self;
        this.caller = request.caller();
        this.tokens = tokens;
        this.namespace = request.namespace();
        this.transport = request.transport();
        this.loop = loop;
        this.connection = request.connection();
        this.sendQueue = connection.sendQueue();
        this.format = request.format();
        this.listener = listener;
    }

    @Override
    public String id() {
        return self.id();
    }

    /** Id and user, as other clients see them. */
    public Sender self() {
        return self;
    }

    /** Who it is, and what it may do. Any thread. */
    public Caller caller() {
        return caller;
    }

    /** It has shown who it is, or shown it again. */
    public void identify(Identity identity) {
        caller = caller.as(identity);
        self = new Sender(self.id(), identity.user());
    }

    /** How much it may still say. */
    public TokenBucket tokens() {
        return tokens;
    }

    /** Rooms that the application has put it into, whatever its token says. */
    public Set<String> granted() {
        return granted;
    }

    /** Does something after that time, instead of what was to be done before, unless the session has ended by then. */
    public void deadline(Runnable task, long millis) {
        noDeadline();
        deadline = loop.eventLoop().schedule(task, millis, TimeUnit.MILLISECONDS);
    }

    /** Nothing is to be done any more. */
    public void noDeadline() {
        if (deadline != null) {
            deadline.cancel(false);
            deadline = null;
        }
    }

    /** Tells the client when its token expires, in milliseconds since 1970. */
    public void expiring(long expires) {
        connection.expiring(expires);
    }

    /** The token with which its client can resume it, or null. */
    public String resumeToken() {
        return resumeToken;
    }

    /** It can be resumed with that token. */
    public void resumableBy(String token) {
        resumeToken = token;
    }

    /** Whether those who list a room see it. */
    public boolean isVisible() {
        return visible;
    }

    /** Those who list a room do not see it. To be said before it joins one. */
    public void hide() {
        visible = false;
    }

    /** It goes on as the session that it was on an earlier connection. */
    void become(Sender former) {
        self = former;
    }

    /** What its transport has attached to it, or null. Any thread. */
    public Object attachment() {
        return attachment;
    }

    /** Keeps something with it. */
    public void attach(Object thing) {
        attachment = thing;
    }

    /** The namespace it belongs to. */
    public String namespace() {
        return namespace;
    }

    /** How it is connected, for the figures: {@code plain}, {@code session} … */
    public Transport transport() {
        return transport;
    }

    @Override
    public DeliveryLoop loop() {
        return loop.delivery();
    }

    /** Bytes that wait to be written to it. */
    public long pendingBytes() {
        return sendQueue.pendingBytes();
    }

    /** Whether it has not ended. Any thread. */
    public boolean isOpen() {
        return open;
    }

    /** Its membership in a room, or null. */
    public Membership membership(RoomId room) {
        return memberships.get(room);
    }

    /** All its memberships, also those in its own room and its namespace's. */
    public Collection<Membership> memberships() {
        return memberships.values();
    }

    /** Notes that it is now a member. */
    public void entered(Membership membership) {
        memberships.put(membership.room(), membership);
    }

    /** Notes that it is no longer a member. */
    public void left(RoomId room) {
        memberships.remove(room);
    }

    @Override
    public boolean isIn(String room) {
        return memberships.containsKey(new RoomId(namespace, room));
    }

    @Override
    public void receive(WriteBatch batch) {
        ByteBuf bytes = batch.joined(format);
        if (bytes != null) {
            send(bytes.retainedDuplicate());
        }
    }

    /** Does something costly for it when it is its turn: when everyone comes at once, some have to wait. */
    public <T> Uni<T> inTurn(Supplier<Uni<T>> work) {
        return loop.handshakeThrottle().pass(work);
    }

    /** Begins to hand it what its rooms say after its place in each. */
    public void follow() {
        memberships.values().forEach(Membership::follow);
    }

    @Override
    public void whenDrained(Runnable task) {
        if (!open) {
            return;
        }
        if (sendQueue.pendingBytes() <= DRAINED_BYTES) {
            loop.eventLoop().execute(task);
        } else {
            loop.eventLoop().schedule(() -> whenDrained(task), LOOK_AGAIN_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    /** Writes bytes that are ready for its wire, and releases them in any case. */
    public void send(ByteBuf bytes) {
        if (!open) {
            bytes.release();
        } else if (!sendQueue.offer(bytes)) {
            closeSoon(CloseReason.SLOW_CONSUMER);
        }
    }

    /** Any traffic from the client counts as life. */
    public void heard() {
        beat.lastHeard = System.nanoTime();
    }

    /** While we do not read from this client its silence is not held against it. */
    public void deaf(boolean deaf) {
        beat.deaf = deaf;
        heard();
    }

    /** Ends the session and tells the client why. */
    public void close(CloseReason reason) {
        close(reason, reason.text());
    }

    /**
     * The same in other words.
     *
     * @param detail in place of the reason's own text, where the wire has room for it
     */
    public void close(CloseReason reason, String detail) {
        if (end(reason)) {
            connection.close(reason, detail);
        }
    }

    /** As {@link #close}, in a later task of its event loop: a room that is handing out must not lose members. Any thread. */
    public void closeSoon(CloseReason reason) {
        loop.eventLoop().execute(() -> close(reason));
    }

    /** The client has gone by itself. */
    public void closed(CloseReason reason) {
        end(reason);
    }

    void watch() {
        loop.heartbeat().watch(this);
    }

    void ping() {
        connection.ping();
    }

    void heartbeatMissed() {
        listener.heartbeatMissed(this);
        close(CloseReason.HEARTBEAT_TIMEOUT);
    }

    private boolean end(CloseReason reason) {
        if (!open) {
            return false;
        }
        open = false;
        noDeadline();
        loop.heartbeat().forget(this);
        listener.closed(this, reason);
        return true;
    }
}
