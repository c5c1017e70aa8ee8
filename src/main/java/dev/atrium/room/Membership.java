package dev.atrium.room;

import io.smallrye.mutiny.Uni;
import java.util.List;

/**
 * One member in one room. It begins on hold: what is said waits until {@link #follow}, so that the member can be told its
 * place before anything that comes after it. Used on the member's event loop only.
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

    /** The room. */
    public RoomId room() {
        return share.room.id;
    }

    /** The place in the room up to which this member has been handed messages; those after it follow. */
    public StreamPosition position() {
        return isLive() ? share.position() : catchUp.position();
    }

    /** Whether the member goes on from the place that it named when it joined, with nothing lost. */
    public boolean isRecovered() {
        return recovered;
    }

    /** Whether the member has been handed everything after that place, or will be. */
    public boolean covers(StreamPosition place) {
        return place.epoch().equals(start.epoch()) && place.offset() >= start.offset();
    }

    /** The member knows its place: hands it everything after that from now on. */
    public void follow() {
        if (!isLive()) {
            catchUp.follow();
        }
    }

    /** Whether this member is shown who comes and goes. */
    public boolean watchesPresence() {
        return watchesPresence;
    }

    /** Begins or ends to show this member who comes and goes. */
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

    /** Whether it is handed what the room says as it is said. */
    boolean isLive() {
        return catchUp == null;
    }

    void hold(List<EncodedMessage> parcels) {
        catchUp.hold(parcels);
    }

    void hand(List<EncodedMessage> parcels) {
        WriteBatch batch = new WriteBatch(parcels);
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
