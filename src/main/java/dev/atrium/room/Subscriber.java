package dev.atrium.room;

/**
 * Receiver of one room's stream from the backplane. Calls for one room never overlap and come in the room's order:
 * {@link #subscribed} once, then each message after that position, none repeated, and none skipped except those reported by
 * {@link #lost}.
 *
 * <p>
 * Implementations must return quickly and never block: they are called on the backplane's threads.
 */
public interface Subscriber {

    /** Called when the subscription is live; the messages after this position follow. */
    void subscribed(StreamPosition position);

    /** Called when messages were lost: those after this position follow, in a new epoch if the whole history was lost. */
    void lost(StreamPosition position);

    void message(Message message);

    /** Called with a volatile message, which is no part of the stream and may come between any two messages of it. */
    void volatileMessage(Message message);

    /** Called when a session joined or left the room. */
    void presenceEvent(PresenceEvent event);

    /** Returns whether the delivery backlog is over its limit, so that the backplane should pause. Any thread. */
    boolean isBehind();

    /** Called when the subscription failed; no other call follows. */
    void unavailable(Throwable cause);
}
