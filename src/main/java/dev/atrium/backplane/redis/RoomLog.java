package dev.atrium.backplane.redis;

import dev.atrium.backplane.BackplaneConfig;
import dev.atrium.backplane.HistoryPolicy;
import dev.atrium.room.History;
import dev.atrium.room.HistoryQuery;
import dev.atrium.room.Message;
import dev.atrium.room.Publication;
import dev.atrium.room.PublishResult;
import dev.atrium.room.RoomId;
import dev.atrium.room.SessionId;
import dev.atrium.room.StreamPosition;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Java calls of the scripts that write and read a room's ordered log. */
final class RoomLog {

    /** Messages per read; more are read in further calls, so that no single reply grows without bound. */
    static final int PAGE = 500;
    private static final int PAGE_BYTES = 1 << 20;

    /** Approximate bytes of a publication without its data, while it waits: many small ones take the memory, too. */
    private static final int COMMAND_BYTES = 1_024;

    private static final ForeignEntries FOREIGN = new ForeignEntries("a room's log");

    private final ReconnectingConnection commands;
    private final ReconnectingConnection publications;
    /** Null if the primary alone acknowledges. */
    private final ReplicationWait replication;
    private final PublicationLimiter limiter = new PublicationLimiter(Runtime.getRuntime().maxMemory());
    private final RedisKeys keys;
    private final Lease lease;
    private final HistoryPolicy history;
    private final RedisMemory memory;
    private final int logSize;
    private final long logMillis;
    private final long roomMillis;
    private final long idempotencyMillis;

    /** @param publications connection of publications; the same as the one of commands if nothing waits for replication */
    RoomLog(ReconnectingConnection commands, ReconnectingConnection publications, RedisContext context, BackplaneConfig config,
            HistoryPolicy history, RedisHealth health) {
        this.memory = context.memory();
        this.commands = commands;
        this.publications = publications;
        int replicas = config.redis().acknowledgeReplicas();
        this.replication = replicas == 0 ? null : new ReplicationWait(publications, context.loop(), replicas, health);
        this.keys = context.keys();
        this.lease = context.lease();
        this.history = history;
        this.logSize = config.redis().logSize();
        this.logMillis = config.redis().logTtl().toMillis();
        this.roomMillis = config.room().ttl().toMillis();
        this.idempotencyMillis = config.idempotency().window().toMillis();
    }

    /**
     * Appends a message to the log of its room and publishes it: {@code publish.lua} gives it the next offset. The result is
     * null if the session that it requires does not exist.
     */
    Future<PublishResult> append(Publication publication) {
        Function<ReconnectingConnection.Target, Request> request = target -> request(publication, target.dataHistory());
        Future<Response> reply = limiter.send(bytes(publication),
                () -> replication == null ? publications.send(request) : replication.send(request));
        return reply.map(published -> published == null ? null
                : new PublishResult(position(published), published.get(2).toLong()));
    }

    /** Publishes a volatile message to the subscribed replicas. False if the session that it requires does not exist. */
    Future<Boolean> publishVolatile(Publication publication) {
        RoomId room = publication.room();
        return limiter.send(bytes(publication), () -> commands.send(target -> withSession(
                Script.VOLATILE.with(keys.room(room))
                        .arg(keys.channel(room))
                        .arg(Buffer.buffer(MessageCodec.encode(publication)))
                        .arg(room.isSession() ? keys.nodes() : "")
                        .arg(target.dataHistory()),
                publication))).map(published -> published.toInteger() == 1);
    }

    /** Returns whether no publication waits to be sent, or for its last reply. Any thread. */
    boolean isIdle() {
        return limiter.isIdle();
    }

    private static int bytes(Publication publication) {
        return COMMAND_BYTES + publication.data().size();
    }

    /**
     * Adds the session that has to exist, if one has to. It is not looked for while Redis may have lost leases: a replica that
     * is alive may not have written its sessions again.
     */
    private Request withSession(Request script, Publication publication) {
        RoomId room = publication.room();
        return publication.toExisting() && room.isSession() && !lease.mayOthersHaveExpired()
                ? script.arg(room.toString()).arg(SessionId.node(room.name())).arg(keys.prefix())
                : script;
    }

    private Request request(Publication publication, String dataHistory) {
        RoomId room = publication.room();
        HistoryPolicy.Limit limit = history.of(room.namespace());
        long size = memory.scaled(Math.max(logSize, limit.size()));
        long bytes = memory.scaled(limit.bytes());
        boolean isShort = size < Math.max(logSize, limit.size()) || bytes < limit.bytes();
        return withSession((publication.idempotency() == null
                ? Script.PUBLISH.with(keys.room(room), keys.log(room))
                : Script.PUBLISH.with(keys.room(room), keys.log(room), keys.once(room, publication.idempotency())))
                .arg(keys.channel(room))
                .arg(Buffer.buffer(MessageCodec.encode(publication)))
                .arg(StreamPosition.origin().epoch())
                .arg(size)
                .arg(logMillis(limit))
                .arg(roomMillis(room))
                .arg(room.isSession() ? keys.nodes() : "")
                // Half of the window is trusted: see FilePublisher.
                .arg(Math.max(idempotencyMillis / 2, memory.scaled(idempotencyMillis)))
                .arg(dataHistory)
                .arg(bytes)
                .arg(isShort ? 1 : 0), publication);
    }

    /** Returns a page of the history, within the limits of what clients may read. */
    Future<History> history(RoomId room, HistoryQuery query) {
        HistoryPolicy.Limit limit = history.of(room.namespace());
        return commands.send(Script.HISTORY.with(keys.room(room), keys.log(room))
                .arg(query.after())
                .arg(query.before())
                .arg(query.limit())
                .arg(limit.size())
                .arg(limit.age())
                .arg(PAGE_BYTES))
                .map(reply -> {
                    Page page = page(room, reply);
                    return new History(page.head(), page.messages(), reply.get(3).toLong());
                });
    }

    /** Returns how long an unused room keeps its stream position, in milliseconds: at least as long as its log and history. */
    long roomMillis(RoomId room) {
        return Math.max(logMillis(history.of(room.namespace())), roomMillis);
    }

    /** Returns the longest time that any room keeps its stream position, in milliseconds. */
    long longestRoomMillis() {
        return Math.max(roomMillis, history.longestAge());
    }

    private long logMillis(HistoryPolicy.Limit limit) {
        return limit.size() == 0 ? logMillis : Math.max(logMillis, limit.age());
    }

    /** Returns the room's head; an unused room gets its epoch now. */
    Future<StreamPosition> head(RoomId room) {
        return read(room, "", 0).map(RoomLog::position);
    }

    /** Returns the next page after that position; an empty one if the room's epoch has changed. */
    Future<Page> after(RoomId room, StreamPosition position) {
        return read(room, position.epoch(), position.offset()).map(reply -> page(room, reply));
    }

    private Future<Response> read(RoomId room, String epoch, long offset) {
        return commands.send(target -> Script.READ.with(keys.room(room), keys.log(room))
                .arg(epoch)
                .arg(offset)
                .arg(PAGE)
                .arg(StreamPosition.origin().epoch())
                .arg(roomMillis(room))
                .arg(room.isSession() ? "0" : "1")
                .arg(PAGE_BYTES)
                .arg(target.dataHistory()));
    }

    private static StreamPosition position(Response reply) {
        return new StreamPosition(reply.get(0).toString(), reply.get(1).toLong());
    }

    private static Page page(RoomId room, Response reply) {
        StreamPosition head = position(reply);
        List<Message> messages = new ArrayList<>(reply.get(2).size());
        for (Response entry : reply.get(2)) {
            String id = entry.get(0).toString();
            Response fields = entry.get(1);
            long offset = Long.parseLong(id.substring(0, id.indexOf('-')));
            try {
                messages.add(MessageCodec.decode(room, fields.get(3).toBytes(), 0)
                        .at(new StreamPosition(head.epoch(), offset), fields.get(1).toLong()));
            } catch (RuntimeException e) {
                // A foreign entry in the log: a failure here would stop the room for good. The entry is counted as lost.
                FOREIGN.skipped(e);
            }
        }
        return new Page(head, messages);
    }

    /**
     * Page of a log.
     *
     * @param head the room's last position when the page was read
     * @param messages in ascending order of offset
     */
    record Page(StreamPosition head, List<Message> messages) {
    }
}
