package dev.atrium.room;

import io.smallrye.mutiny.Uni;
import java.util.List;

/**
 * Membership of one member in one room. It starts on hold: deliveries wait until {@link #follow}, so that the client can be
 * sent its stream position before any message after it. Used on the member's event loop only.
 */
public final class Membership {

    private final RoomShard share;
    private final Member member;
    private boolean watchesPresence;
    private boolean ended;
    private boolean recovered;
    private StreamPosition start;
    private CatchUp catchUp;
    int index;

    Membership(RoomShard share, Member member, boolean watchesPresence, RoomSource source) {
        this.share = share;
        this.member = member;
        this.watchesPresence = watchesPresence;
        this.start = share.position();
        this.catchUp = new CatchUp(this, source);
    }

    /** Returns the room. */
    public RoomId room() {
        return share.room.id;
    }

    /** Returns the stream position up to which this member has received the room's messages. */
    public StreamPosition position() {
        return isLive() ? share.position() : catchUp.position();
    }

    /** Returns whether the member resumed without loss from the position that it named when it joined. */
    public boolean isRecovered() {
        return recovered;
    }

    /** Returns whether the member has received, or will receive, every message after that position. */
    public boolean covers(StreamPosition place) {
        return place.epoch().equals(start.epoch()) && place.offset() >= start.offset();
    }

    /** Starts delivery of every message after {@link #position}, which the client knows by now. */
    public void follow() {
        if (!isLive()) {
            catchUp.follow();
        }
    }

    /** Returns whether this member receives presence events. */
    public boolean watchesPresence() {
        return watchesPresence;
    }

    /** Starts or stops presence events for this member. */
    public void watchPresence(boolean watch) {
        if (watch != watchesPresence) {
            watchesPresence = watch;
            share.watchersChanged(watch ? 1 : -1);
        }
    }

    Uni<Membership> resume(StreamPosition since) {
        return catchUp.resume(since).map(done -> {
            recovered = catchUp.isRecovered();
            start = recovered ? catchUp.position() : start;
            return this;
        });
    }

    /** Returns whether the member receives messages as they are published, with no catch-up under way. */
    boolean isLive() {
        return catchUp == null;
    }

    void hold(List<EncodedMessage> encodedMessages) {
        catchUp.hold(encodedMessages);
    }

    void hand(List<EncodedMessage> encodedMessages) {
        WriteBatch batch = new WriteBatch(encodedMessages);
        RoomShard.hand(batch, member);
        batch.release();
    }

    void caughtUp() {
        catchUp = null;
    }

    void end() {
        ended = true;
    }

    boolean isEnded() {
        return ended;
    }

    Member member() {
        return member;
    }

    RoomShard share() {
        return share;
    }
}
