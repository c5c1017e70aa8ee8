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
 * What replicas share: the order of each room, and who is in it.
 *
 * <p><b>Order.</b> {@link #publish} gives a message the next offset of its room, 1, 2, 3 … without gap or repeat, and
 * every subscriber of that room, on every replica, is told the messages in that order. Publications that one thread makes
 * to one room take their places in the order of the calls.
 *
 * <p><b>Loss.</b> What was acknowledged reaches every subscriber, also one whose connection was cut meanwhile, as long as
 * the room's log reaches back that far. Where it does not, the subscriber is told so, and it is counted.
 *
 * <p><b>Failure.</b> While the backplane is out of reach, {@code Uni}s fail at once with
 * {@link BackplaneUnavailableException}, nothing blocks, and existing subscriptions go on by themselves when it is back.
 *
 * <p>All methods may be called from any thread and return at once. A {@code Uni} does its work when it is subscribed to.
 */
public interface Backplane extends RoomSource {

    /** Takes a message. The item says its place; a failure says whether it may have been taken all the same. */
    Uni<PublishResult> publish(Publication publication);

    /** Notes that a session is in a room, until {@link #exit} or the end of this replica, and tells the room if that is new. */
    Uni<Void> enter(RoomId room, Presence presence);

    /**
     * Notes that a session of this replica is no longer in a room, and tells the room. When a replica dies, the others do
     * this for each of its sessions, once.
     */
    Uni<Void> exit(RoomId room, Sender who);

    /** Who is in a room, on all replicas that are alive, the longest there first. */
    Uni<List<Presence>> members(RoomId room);

    /**
     * The rooms of a namespace that have members or a place to keep.
     *
     * @param prefix of their names; may be empty
     * @param cursor where the last page ended; null for the first one
     * @param limit about how many
     * @return or the failure {@link IllegalArgumentException} for a cursor that is none
     */
    Uni<RoomPage> rooms(String namespace, String prefix, String cursor, int limit);

    /** How much of the histories of a namespace's rooms is kept. */
    HistoryPolicy.Limit kept(String namespace);

    /** Where sessions are kept for resuming, and ended from afar. */
    SessionStore sessions();

    /** What replicas ask each other. */
    ClusterRpc calls();

    /** Hears what other programs publish on the channels of a pattern, as long as this replica lives. */
    void listen(String pattern, BiConsumer<String, byte[]> listener);

    /** Tells the other replicas where this one is reached over HTTP, {@code host:port}. */
    void announce(String address);

    /** Where a replica is reached over HTTP; null if it is not alive, or has not told. */
    Uni<String> addressOf(String node);

    /** How it is, for health and metrics. */
    BackplaneStatus status();

    /** Lets go of all connections. Called once, at the end. */
    void close();
}
