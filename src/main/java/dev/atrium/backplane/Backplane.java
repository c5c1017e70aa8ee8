package dev.atrium.backplane;

import dev.atrium.room.Presence;
import dev.atrium.room.Publication;
import dev.atrium.room.PublishResult;
import dev.atrium.room.RoomId;
import dev.atrium.room.RoomPage;
import dev.atrium.room.RoomSource;
import dev.atrium.room.Sender;
import io.smallrye.mutiny.Uni;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * Port to the state shared by the replicas: the message order of each room, its members, and the sessions.
 *
 * <p>
 * <b>Order.</b> {@link #publish} gives a message the next offset of its room, 1, 2, 3 … without gap or repeat, and every
 * subscriber of that room, on every replica, receives the messages in that order. Publications of one thread to one room get
 * their stream positions in the order of the calls.
 *
 * <p>
 * <b>Loss.</b> An acknowledged message reaches every subscriber, also one whose connection was cut meanwhile, as long as the
 * room's log reaches back that far. Where it does not, the subscriber is notified of the gap, and the lost messages are
 * counted.
 *
 * <p>
 * <b>Failure.</b> While the backplane is unreachable, {@code Uni}s fail at once with {@link BackplaneUnavailableException},
 * nothing blocks, and existing subscriptions resume by themselves when it is back.
 *
 * <p>
 * All methods may be called from any thread and return at once. A {@code Uni} does its work when it is subscribed to.
 */
public interface Backplane extends RoomSource {

    /**
     * Publishes a message. The item holds its stream position; the failure tells whether the message may have been accepted
     * nevertheless, or is a {@link NoSuchSessionException} if {@link Publication#toExisting} requires a session.
     */
    Uni<PublishResult> publish(Publication publication);

    /**
     * Publishes a volatile message: to the subscribers that are connected now, without a stream position and without a trace in
     * any history. The failure is a {@link NoSuchSessionException} as that of {@link #publish}.
     */
    Uni<Void> publishVolatile(Publication publication);

    /** Records that a session is in a room, until {@link #exit} or this replica's end; if that is new, publishes an event. */
    Uni<Void> enter(RoomId room, Presence presence);

    /**
     * Records that a session of this replica has left a room, and publishes a presence event. When a replica dies, another one
     * does this for each of its sessions, once.
     */
    Uni<Void> exit(RoomId room, Sender member);

    /** Returns the members of a room on all live replicas, in the order of joining. */
    Uni<List<Presence>> members(RoomId room);

    /** Returns how many members a room has, at a cost that does not depend on their number; for a moment also lost ones. */
    Uni<Integer> memberCount(RoomId room);

    /**
     * Returns a page of the rooms of a namespace that have members or a stream position to keep.
     *
     * @param prefix of their names; may be empty
     * @param cursor cursor returned with the previous page; null for the first page
     * @param limit approximate page size
     * @return the page; or the failure {@link IllegalArgumentException} for an invalid cursor
     */
    Uni<RoomPage> rooms(String namespace, String prefix, String cursor, int limit);

    HistoryPolicy.Limit historyLimit(String namespace);

    /** Returns the store of sessions, for resuming them and for ending sessions on other replicas. */
    SessionStore sessions();

    ClusterRpc clusterRpc();

    /** Receives what other programs publish on the channels of a pattern, for the life of this replica. */
    void listen(String pattern, BiConsumer<String, byte[]> listener);

    /** Publishes this replica's HTTP address, {@code host:port}, to the other replicas. */
    void announce(String address);

    /** Returns the HTTP address of a replica; null if it is not alive or has published none. */
    Uni<String> addressOf(String node);

    /** Returns the time by the clock that gives messages their times, in milliseconds since 1970. */
    long currentTimeMillis();

    /** Returns the current status, for health checks and metrics. */
    BackplaneStatus status();

    /** Closes all connections. Called once, at shutdown. */
    void close();
}
