package dev.atrium.session;

import dev.atrium.room.CatchUpTurns;
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
 * Session of one connected client, independent of its transport. It is open from its creation until {@link #close} or
 * {@link #closed}, whichever is first; later calls do nothing.
 *
 * <p>
 * Used on the session's event loop only, except for the methods that read its final fields, {@link #isOpen},
 * {@link #closeSoon}, and those marked "any thread".
 */
public final class Session implements Member, Requester {

    /** Listener to a session's end; implemented by the gateway. */
    public interface Listener {

        /** Called once when the session has ended, on its event loop. */
        void closed(Session session, CloseReason reason);

        /** Called when the client was silent for too long, before the session ends. */
        void heartbeatMissed(Session session);
    }

    /** Pending bytes at which a send queue counts as drained: few, yet enough that a client which reads is never idle. */
    private static final long DRAINED_BYTES = 64 * 1024;

    final Heartbeat.Beat beat = new SessionBeat();

    /** Session that had this one's id in the registry when this one took it; null for none. */
    volatile Session rival;

    private volatile Sender self;
    private volatile Caller caller;
    private final TokenBucket tokens;
    private final Set<String> granted = new HashSet<>(0);
    private Future<?> deadline;
    private String resumeToken;
    private boolean resumed;
    private volatile SessionAttachment attachment;
    private boolean visible = true;
    private boolean admitted;
    /** Null before the first catch-up, as {@link #drained}. */
    private CatchUpTurns catchUpTurns;
    private DrainedTasks drained;
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

    @Override
    public Sender self() {
        return self;
    }

    @Override
    public Caller caller() {
        return caller;
    }

    public void identify(Identity identity) {
        caller = caller.as(identity);
        self = new Sender(self.id(), identity.user());
    }

    public TokenBucket tokens() {
        return tokens;
    }

    /** Returns the rooms to which the application has added the session, whatever its token grants. */
    public Set<String> granted() {
        return granted;
    }

    /** Schedules a task, in place of the one scheduled before. It does not run if the session has ended by then. */
    public void setDeadline(Runnable task, long millis) {
        cancelDeadline();
        deadline = loop.eventLoop().schedule(task, millis, TimeUnit.MILLISECONDS);
    }

    public void cancelDeadline() {
        if (deadline != null) {
            deadline.cancel(false);
            deadline = null;
        }
    }

    /** Sends the client the expiry of its token, in milliseconds since 1970. */
    public void expiring(long expires) {
        connection.expiring(expires);
    }

    /** Returns the token with which the client can resume the session, or null. */
    public String resumeToken() {
        return resumeToken;
    }

    public void resumableBy(String token) {
        resumeToken = token;
    }

    /** Returns whether the session is listed among the members of its rooms. */
    public boolean isVisible() {
        return visible;
    }

    /** Hides the session from the lists of members. Must be called before it joins a room. */
    public void hide() {
        visible = false;
    }

    void become(Sender former) {
        self = former;
        resumed = true;
    }

    public boolean hasResumed() {
        return resumed;
    }

    /** Returns the attached object if it is of that type, else null. Any thread. */
    public <T> T attachment(Class<T> type) {
        return type.isInstance(attachment) ? type.cast(attachment) : null;
    }

    /** Attaches an object to the session, and calls it for each room that the session is in. */
    public void attach(SessionAttachment object) {
        attachment = object;
        memberships.keySet().forEach(object::entered);
    }

    public String namespace() {
        return namespace;
    }

    @Override
    public Transport transport() {
        return transport;
    }

    @Override
    public DeliveryLoop loop() {
        return loop.delivery();
    }

    public long pendingBytes() {
        return sendQueue.pendingBytes();
    }

    /** Returns whether the session has not ended. Any thread. */
    public boolean isOpen() {
        return open;
    }

    /** Returns the membership in a room, or null. */
    public Membership membership(RoomId room) {
        return memberships.get(room);
    }

    /** Returns whether the session has been in a room, its own for example: before, its client may receive nothing. */
    public boolean isAdmitted() {
        return admitted;
    }

    /** Returns all memberships, including those in the session's own room and its namespace's room. */
    public Collection<Membership> memberships() {
        return memberships.values();
    }

    public void entered(Membership membership) {
        admitted = true;
        memberships.put(membership.room(), membership);
        if (attachment != null) {
            attachment.entered(membership.room());
        }
    }

    public void left(RoomId room) {
        memberships.remove(room);
        if (attachment != null && open) {
            attachment.left(room);
        }
    }

    @Override
    public boolean isIn(String room) {
        return memberships.containsKey(new RoomId(namespace, room));
    }

    @Override
    public void receive(WriteBatch batch) {
        if (batch.isVolatile() && isBehind()) {
            return;
        }
        ByteBuf bytes = batch.joined(format);
        if (bytes != null && open) {
            accepted(sendQueue.offerShared(bytes));
            connection.delivered(batch);
        }
    }

    /** Runs costly work through the handshake throttle: it is delayed while many clients connect at once. */
    public <T> Uni<T> inTurn(Supplier<Uni<T>> work) {
        return loop.handshakeThrottle().pass(work);
    }

    /** Completes on the session's event loop, when it is the turn of the next large reply there. */
    public Uni<Void> replyTurn() {
        return loop.replyTurns().next();
    }

    @Override
    public void failed(RuntimeException failure) {
        closeSoon(CloseReason.SERVER_FAULT);
    }

    @Override
    public CatchUpTurns catchUpTurns() {
        if (catchUpTurns == null) {
            catchUpTurns = new CatchUpTurns();
        }
        return catchUpTurns;
    }

    /** Starts delivery in all rooms, each from the membership's stream position. */
    public void follow() {
        memberships.values().forEach(Membership::follow);
    }

    @Override
    public void whenDrained(Runnable task) {
        if (!open) {
            return;
        }
        if (drained == null) {
            drained = new DrainedTasks(loop.eventLoop(), this::isOpen, this::isBehind);
        }
        drained.add(task);
    }

    /** Returns whether its client reads more slowly than it is sent messages. */
    public boolean isBehind() {
        return sendQueue.pendingBytes() > DRAINED_BYTES;
    }

    /** Writes bytes in its wire format, and releases them in any case. A full send queue closes the session. */
    public void send(ByteBuf bytes) {
        if (open) {
            accepted(sendQueue.offer(bytes));
        } else {
            bytes.release();
        }
    }

    private void accepted(boolean accepted) {
        if (!accepted) {
            closeSoon(CloseReason.SLOW_CONSUMER);
        }
    }

    /** Records traffic from the client, which counts as a sign of life. */
    public void received() {
        beat.lastReceived = System.nanoTime();
    }

    /** Suspends or resumes the heartbeat timeout: while the server does not read from the client, silence does not count. */
    public void readingPaused(boolean readingPaused) {
        beat.readingPaused = readingPaused;
        received();
    }

    /** Ends the session and sends the client the reason. */
    public void close(CloseReason reason) {
        close(reason, reason.text());
    }

    /**
     * Ends the session with another text.
     *
     * @param detail sent in place of the reason's own text, where the wire format has room for it
     */
    public void close(CloseReason reason, String detail) {
        if (open) {
            closed(reason);
            connection.close(reason, detail);
        }
    }

    /** Ends the session in a later task of its event loop: a room must not lose members while it delivers. Any thread. */
    public void closeSoon(CloseReason reason) {
        loop.eventLoop().execute(() -> close(reason));
    }

    /** Ends the session after its connection has closed or broken. */
    public void closed(CloseReason reason) {
        if (open) {
            open = false;
            cancelDeadline();
            loop.heartbeat().unwatch(beat);
            listener.closed(this, reason);
        }
    }

    void watch() {
        loop.heartbeat().watch(beat);
    }

    private final class SessionBeat extends Heartbeat.Beat {

        @Override
        boolean isOpen() {
            return open;
        }

        @Override
        void ping() {
            connection.ping();
        }

        @Override
        void missed() {
            listener.heartbeatMissed(Session.this);
            close(CloseReason.HEARTBEAT_TIMEOUT);
        }

        @Override
        void tooOld() {
            close(CloseReason.REBALANCED);
        }
    }
}
