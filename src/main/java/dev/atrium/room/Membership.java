package dev.atrium.room;

import io.smallrye.mutiny.Uni;
import java.util.List;

/**
 * Membership of one member in one room. It starts on hold: deliveries wait until {@link #follow}, so that the client can be
 * sent its stream position before any message after it. Used on the member's event loop only.
 */
public final class Membership {

    private static final System.Logger LOG = System.getLogger(Membership.class.getName());

    private final ShardView shard;
    private final Member member;
    private boolean watchesPresence;
    private final boolean beganEmpty;
    private boolean recovered;
    private StreamPosition start;
    private CatchUp catchUp;
    int index;

    Membership(ShardView shard, Member member, boolean watchesPresence, RoomSource source) {
        this.shard = shard;
        this.member = member;
        this.watchesPresence = watchesPresence;
        this.start = shard.position();
        this.beganEmpty = start.offset() == 0;
        this.catchUp = new CatchUp(shard, member, source, this::hand, () -> this.catchUp = null);
    }

    public RoomId room() {
        return shard.room();
    }

    /** Returns the stream position up to which this member has received the room's messages. */
    public StreamPosition position() {
        return isLive() ? shard.position() : catchUp.position();
    }

    /** Returns whether nothing had been published in the room when the member was admitted. */
    public boolean beganEmpty() {
        return beganEmpty;
    }

    /** Returns whether the member resumed without loss from the position that it named when it joined. */
    public boolean isRecovered() {
        return recovered;
    }

    /** Returns whether the member has received, or will receive, every message after that position. */
    public boolean covers(StreamPosition position) {
        boolean sameStream = start.epoch().isEmpty() || position.epoch().isEmpty() || position.isIn(start.epoch())
                || start.isIn(position.epoch());
        return sameStream && position.offset() >= start.offset();
    }

    /** Starts delivery of every message after {@link #position}, which the client knows by now. */
    public void follow() {
        if (!isLive()) {
            catchUp.follow();
        }
    }

    public boolean watchesPresence() {
        return watchesPresence;
    }

    public void watchPresence(boolean watch) {
        if (watch != watchesPresence) {
            watchesPresence = watch;
            shard.watchersChanged(watch ? 1 : -1);
        }
    }

    Uni<Membership> resume(StreamPosition since) {
        return catchUp.resume(since).map(resumed -> {
            recovered = resumed;
            start = recovered ? catchUp.position() : start;
            return this;
        });
    }

    /** Returns whether the member receives messages as they are published, with no catch-up in progress. */
    boolean isLive() {
        return catchUp == null;
    }

    void hold(List<EncodedMessage> encodedMessages) {
        catchUp.hold(encodedMessages);
    }

    /** Hands a batch to the member, without the deliveries that are not for it. */
    void hand(WriteBatch batch) {
        try {
            WriteBatch own = batch.only(member);
            if (own == batch) {
                member.receive(batch);
            } else if (own.size() > 0) {
                try {
                    member.receive(own);
                } finally {
                    own.release();
                }
            }
        } catch (RuntimeException e) {
            // A failure of one member must not cost the members after it their message.
            LOG.log(System.Logger.Level.ERROR, "session " + member.id() + " failed to receive", e);
            member.failed(e);
        }
    }

    void end() {
        if (!isLive()) {
            catchUp.end();
        }
    }

    Member member() {
        return member;
    }
}
