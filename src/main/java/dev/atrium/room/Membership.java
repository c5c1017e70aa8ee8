package dev.atrium.room;

/** One member in one room. Used on the member's event loop only. */
public final class Membership {

    private final LoopMembers share;
    private final Member member;
    private boolean watchesPresence;
    int index;

    Membership(LoopMembers share, Member member, boolean watchesPresence) {
        this.share = share;
        this.member = member;
        this.watchesPresence = watchesPresence;
    }

    /** The room. */
    public RoomId room() {
        return share.room.id;
    }

    /** The place in the room up to which this member has been handed messages; those after it follow. */
    public Position position() {
        return share.position();
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

    Member member() {
        return member;
    }

    LoopMembers share() {
        return share;
    }
}
