package dev.atrium.room;

/**
 * What a backplane tells about one room. Calls for one room never overlap and come in the room's order:
 * {@link #subscribed} once, then each message after that position, with none repeated, and none skipped but those that
 * {@link #lost} has told of.
 *
 * <p>Implementations return quickly and never block: they are called on the backplane's own threads.
 */
public interface Subscriber {

    /** The subscription is live; what follows are the messages after this position. */
    void subscribed(StreamPosition position);

    /** Messages were lost: what follows are those after this position, which is in a new epoch if the whole history was lost. */
    void lost(StreamPosition position);

    /** The next message. */
    void message(Message message);

    /** Somebody came or went. */
    void notice(PresenceEvent notice);

    /** Whether so much has gathered that nothing more should be told for a while. Any thread. */
    boolean isBehind();

    /** The subscription could not be made; nothing else will be told. */
    void unavailable(Throwable cause);
}
